"""Entries of a Bundle file, one at a time; small files at once, large ones as a stream.

Source: FHIR R4, bundle.html. An entry's id comes from its fullUrl where the resource has none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ijson
import orjson
from ijson.common import ObjectBuilder

from keepwell.ehr.problems import Problem
from keepwell.rules.fhir import reference_target

from .lines import BROKEN_STREAM, open_stream

# Up to this size a file is parsed in one go, which is some ten times faster.
AT_ONCE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource of a Bundle. number: the entry's, from 1 (nested Bundles have that of the outer entry).

    other_id: what references inside the Bundle may call it (from fullUrl), when that is not its own id.
    """

    number: int
    resource: Mapping[str, Any]
    other_id: str = ""


def read_bundle(path: Path, at_once: int = AT_ONCE) -> Iterator[Entry | Problem]:
    """The resources in a file that holds a Bundle, or one resource alone."""
    number = 0
    try:
        for number, value in enumerate(_values(path, at_once), 1):
            yield from opened(path.name, number, value)
    except (ijson.JSONError, *BROKEN_STREAM) as error:
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        yield Problem(path.name, number + 1, f"not JSON from this entry on: {what}")
    except OSError as error:
        yield Problem(path.name, number + 1, f"the file cannot be read on from here: {error}")


def _values(path: Path, at_once: int) -> Iterator[object]:
    """Entries of the Bundle; a file without entries gives its own resource as the only one."""
    if path.stat().st_size <= at_once:
        with open_stream(path) as stream:
            content = stream.read(at_once * 4 + 1)
        if len(content) <= at_once * 4:
            try:
                yield from _entries(orjson.loads(content.removeprefix(b"\xef\xbb\xbf")))
                return
            except orjson.JSONDecodeError:
                pass  # The stream gives what stands before the fault.
    yield from _streamed(path)


def _entries(value: object) -> Iterator[object]:
    if isinstance(value, dict) and value.get("resourceType") == "Bundle":
        yield from value.get("entry") or []
    else:
        yield {"resource": value}


def _streamed(path: Path) -> Iterator[object]:
    builder, rest, empty = ObjectBuilder(), ObjectBuilder(), True
    with open_stream(path) as stream:
        for prefix, event, value in ijson.parse(_without_mark(stream), use_float=True):
            if prefix == "entry.item" or prefix.startswith("entry.item."):
                if prefix == "entry.item" and event == "start_map":
                    builder = ObjectBuilder()
                builder.event(event, value)
                if prefix == "entry.item" and event == "end_map":
                    empty = False
                    yield builder.value
            elif prefix != "entry" and (prefix, event, value) != ("", "map_key", "entry"):
                rest.event(event, value)
    whole = getattr(rest, "value", None)
    if empty and not (isinstance(whole, dict) and whole.get("resourceType") == "Bundle"):
        yield {"resource": whole}


class _without_mark:
    """A stream less the byte order mark that may begin it."""

    def __init__(self, stream: Any) -> None:
        start = stream.read(3)
        self._start = b"" if start == b"\xef\xbb\xbf" else start
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """As a file's."""
        if size == 0:
            return b""
        start, self._start = self._start, b""
        return start + bytes(self._stream.read(size))


def opened(file: str, number: int, value: object) -> Iterator[Entry | Problem]:
    """The resource of one Bundle entry, or those of the Bundle inside it."""
    entry = value if isinstance(value, dict) else {}
    resource = entry.get("resource")
    if not isinstance(resource, dict):
        request = entry.get("request")
        if not (isinstance(request, dict) and request.get("method") in ("DELETE", "GET", "HEAD")):
            yield Problem(file, number, "an entry without a resource")
        return
    if resource.get("resourceType") == "Bundle":
        for inner in resource.get("entry") or []:
            yield from opened(file, number, inner)
        return
    full_url = entry.get("fullUrl")
    named = reference_target(full_url)[1] if isinstance(full_url, str) else ""
    if named and not resource.get("id"):
        resource = {**resource, "id": named}
    yield Entry(number, resource, named if named != resource.get("id") else "")
