"""What stands in a backup: a list of contents first, then the database and the secret key, as a compressed tar."""

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .refusal import BackupRefused

LIST = "contents.json"
SECRET_KEY = "secret-key"  # noqa: S105 (a file's name)
# Text compresses well at any level; a practice's backup runs beside its pages.
_LEVEL = 3
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself.

    made_at: UTC, ISO 8601; engine: "sqlite" or "postgresql"; keepwell: the version that made it; migrations: "app.name"
    of every migration the database has; digests: SHA-256 by file name; practices: their names.
    """

    made_at: str
    engine: str
    keepwell: str
    migrations: tuple[str, ...]
    digests: Mapping[str, str]
    practices: tuple[str, ...]

    def as_json(self) -> bytes:
        """For the tar."""
        return json.dumps(
            {
                "made_at": self.made_at,
                "engine": self.engine,
                "keepwell": self.keepwell,
                "migrations": list(self.migrations),
                "digests": dict(self.digests),
                "practices": list(self.practices),
            },
            sort_keys=True,
        ).encode()


def read_list(written: bytes) -> Contents:
    """The contents as a backup states them. Raises BackupRefused for a list that this version cannot read."""
    try:
        said = json.loads(written)
        return Contents(
            made_at=str(said["made_at"]),
            engine=str(said["engine"]),
            keepwell=str(said["keepwell"]),
            migrations=tuple(said["migrations"]),
            digests=dict(said["digests"]),
            practices=tuple(said["practices"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BackupRefused("This backup has another form than this version of Keepwell knows.") from error


def pack(contents: Contents, folder: Path, out: Any) -> None:
    """Write the list and the files of `folder` that it names to the stream `out`."""
    with tarfile.open(fileobj=out, mode="w|gz", compresslevel=_LEVEL) as tar:
        written = contents.as_json()
        entry = tarfile.TarInfo(LIST)
        entry.size = len(written)
        tar.addfile(entry, io.BytesIO(written))
        for name in contents.digests:
            entry = tarfile.TarInfo(name)
            entry.size = (folder / name).stat().st_size
            with (folder / name).open("rb") as file:
                tar.addfile(entry, file)


def unpack(stream: Any, folder: Path | None) -> Contents:
    """Read a backup's stream to its very end and compare every digest; with a folder, also write the files there.

    Only plain files with the names of the list are taken. Raises BackupRefused for anything unexpected.
    """
    contents: Contents | None = None
    found: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=stream, mode="r|gz") as tar:
            for entry in tar:
                file = tar.extractfile(entry) if entry.isreg() else None
                if file is None:
                    raise BackupRefused(f"This backup holds something unexpected: {entry.name}.")
                if contents is None:
                    contents = read_list(file.read(1024 * 1024))
                    continue
                if entry.name not in contents.digests or "/" in entry.name or entry.name in found:
                    raise BackupRefused(f"This backup holds something unexpected: {entry.name}.")
                found[entry.name] = _take(file, folder / entry.name if folder else None)
        while stream.read(_PIECE):
            pass
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BackupRefused("This backup is damaged inside.") from error
    if contents is None or found != dict(contents.digests):
        raise BackupRefused("This backup does not hold what its list says.")
    return contents


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _take(file: IO[bytes], path: Path | None) -> str:
    total = hashlib.sha256()
    out = None
    if path is not None:
        path.touch(mode=0o600)
        out = path.open("wb")
    try:
        while piece := file.read(_PIECE):
            total.update(piece)
            if out is not None:
                out.write(piece)
    finally:
        if out is not None:
            out.close()
    return total.hexdigest()
