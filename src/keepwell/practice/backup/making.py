"""Making a backup: a copy of one moment, checked, sealed, opened again, and only then given its name."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from keepwell.practice import audit
from keepwell.practice.models import BackupRecord, Practice, StaffMember

from . import contents, keys, places
from .refusal import BackupRefused, said
from .sealing import Key, Opener, Sealer


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is on the disk, whole, and was read back."""

    path: Path
    size: int
    contents: contents.Contents


def create(*, now: datetime, by: StaffMember | None, to: Path | None = None) -> Made:
    """Back the installation up into the folder `to`. Writers go on meanwhile.

    The file has its name only when it is complete and was read back. Raises BackupRefused when it cannot be made; then
    there is no new file.
    """
    folder = to or places.backups()
    key = keys.for_making()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with places.work_folder() as work, _unfinished(folder) as partial:
            listed = _copy(work, now)
            with partial.open("wb") as file:
                sealer = Sealer(file, key, {"made_at": now.isoformat(), "engine": listed.engine})
                contents.pack(listed, work, sealer)
                sealer.finish()
                file.flush()
                os.fsync(file.fileno())
            _read_back(partial, key)
            path = places.free_name(folder, now)
            os.rename(partial, path)
    except (OSError, sqlite3.Error) as error:
        raise BackupRefused(f"No backup was made. {said(error)}") from error
    made = Made(path, path.stat().st_size, listed)
    with transaction.atomic():
        BackupRecord.objects.create(made_at=now, file_name=path.name, size=made.size)
        audit.record(
            practice=None,
            by=by,
            action="backup.made",
            now=now,
            subject=path.name,
            detail={"size": made.size},
        )
    return made


def _copy(work: Path, now: datetime) -> contents.Contents:
    engine = places.engine()
    party = places.ENGINES[engine]
    party.copy(work / party.NAME)
    party.check(work / party.NAME)
    names = [party.NAME]
    secret = places.data() / contents.SECRET_KEY
    if secret.exists():
        (work / contents.SECRET_KEY).touch(mode=0o600)
        (work / contents.SECRET_KEY).write_bytes(secret.read_bytes())
        names.append(contents.SECRET_KEY)
    applied = MigrationRecorder(connection).applied_migrations()
    return contents.Contents(
        made_at=now.isoformat(),
        engine=engine,
        keepwell=version("keepwell"),
        migrations=tuple(sorted(f"{app}.{name}" for app, name in applied)),
        digests={name: contents.digest(work / name) for name in names},
        practices=tuple(Practice.objects.order_by("name").values_list("name", flat=True)),
    )


def _read_back(path: Path, key: Key) -> None:
    with path.open("rb") as file:
        contents.unpack(Opener(file, key), None)


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A name beside the final one, readable by us alone; whatever still has it at the end, or from a kill, goes."""
    for left in folder.glob(".keepwell-*.unfinished"):
        left.unlink(missing_ok=True)
    path = folder / f".keepwell-{os.getpid()}.unfinished"
    path.touch(mode=0o600)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
