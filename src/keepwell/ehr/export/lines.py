"""Lines of a file, plain or gzip, one at a time, and JSON objects from them. A line is never held beyond its limit."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import orjson

from keepwell.ehr.problems import Problem

LINE_LIMIT = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
_BOM = b"\xef\xbb\xbf"
BROKEN_STREAM = (EOFError, gzip.BadGzipFile, zlib.error)


def open_stream(path: Path) -> IO[bytes]:
    """The bytes of the file, unpacked where it is gzip (by its first bytes or its name)."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed or path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def read_lines(path: Path, limit: int = LINE_LIMIT) -> Iterator[tuple[int, bytes] | Problem]:
    """(line number from 1, its bytes without line end) for each line that is not empty.

    A line over `limit` bytes is passed over and reported. Where the file cannot be read on (a truncated or damaged
    gzip, a disk error), everything before that is given and the break is the last item.
    """
    number = 0
    try:
        with open_stream(path) as stream:
            while line := stream.readline(limit + 1):
                number += 1
                if len(line) > limit and not line.endswith(b"\n"):
                    size = _pass_over(stream, len(line))
                    yield Problem(path.name, number, f"a line of {size:,} bytes; the limit is {limit:,}")
                    continue
                text = (line.removeprefix(_BOM) if number == 1 else line).strip()
                if text:
                    yield number, text
    except (*BROKEN_STREAM, OSError) as error:
        yield Problem(path.name, number + 1, f"the file cannot be read on from here: {_why(error)}")


def _pass_over(stream: IO[bytes], size: int) -> int:
    while part := stream.readline(_CHUNK):
        size += len(part)
        if part.endswith(b"\n"):
            break
    return size


def _why(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "the gzip file is cut off"
    if isinstance(error, gzip.BadGzipFile | zlib.error):
        return f"the gzip file is damaged ({error})"
    return str(error)


def read_objects(path: Path, limit: int = LINE_LIMIT) -> Iterator[tuple[int, dict[str, Any]] | Problem]:
    """(line number, JSON object) for each line; what is no object, no JSON or no UTF-8 is a Problem."""
    for item in read_lines(path, limit):
        if isinstance(item, Problem):
            yield item
            continue
        number, text = item
        value = parse(text)
        yield Problem(path.name, number, value) if isinstance(value, str) else (number, value)


def parse(text: bytes) -> dict[str, Any] | str:
    """The JSON object in `text`, or in words why there is none."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        try:
            text.decode("utf-8")
        except UnicodeDecodeError as broken:
            return f"invalid UTF-8 at byte {broken.start + 1}"
        return f"not JSON: {error.msg} at character {error.pos + 1}"
    return value if isinstance(value, dict) else "not a JSON object"
