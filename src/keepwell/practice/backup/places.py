"""Where backups lie, what they are called, and the work folder in which plain copies stand for a moment."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.db import connection

from keepwell.practice import folder as data_folder

from . import postgresql, sqlite
from .refusal import BackupRefused

ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}
_NAME = re.compile(r"keepwell-(\d{8}T\d{6}Z)(-\d+)?\.backup")
_WORK = "backup-work-"


def data() -> Path:
    """The data folder."""
    return Path(settings.DATA_DIR)


def backups() -> Path:
    """Where backups are put unless told otherwise: KEEPWELL_BACKUPS, else a folder in the data folder."""
    return Path(settings.BACKUP_FOLDER) if settings.BACKUP_FOLDER else data() / "backups"


def engine() -> str:
    """The kind of database in use."""
    return connection.vendor


def free_name(folder: Path, now: datetime) -> Path:
    """A name for a backup made at `now` that nothing in the folder has."""
    stem = f"keepwell-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    path, number = folder / f"{stem}.backup", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}.backup", number + 1
    return path


def made_at(path: Path) -> datetime | None:
    """When a file was made, by its name; None for one that is not called as ours are."""
    match = _NAME.fullmatch(path.name)
    return datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if match else None


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder of ours alone for plain copies, on the database's disk and never on the backup's; gone afterwards.

    One at a time, so that what a kill left behind is known to be nobody's and is cleared away.
    """
    try:
        with data_folder.alone(data(), "backup"):
            for left in data().glob(f"{_WORK}*"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=_WORK, dir=data()) as name:
                yield Path(name)
    except data_folder.InUse as error:
        raise BackupRefused("Another backup or restore is running. Wait for it and try again.") from error
