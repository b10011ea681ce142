"""SQLite: copied while it is written to, checked, and put in place by one rename."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connections

from .refusal import BackupRefused

NAME = "database.sqlite3"


def copy(path: Path) -> None:
    """Copy the database as it is at one moment, by SQLite's own online backup; writers go on meanwhile."""
    live = database()
    if not live.exists():
        raise BackupRefused(f"There is no database to back up: {live} is missing.")
    with closing(sqlite3.connect(f"{live.as_uri()}?mode=ro", uri=True, timeout=20)) as source:
        path.touch(mode=0o600)
        with closing(sqlite3.connect(path)) as target:
            # All pages in one step: in WAL mode a reader keeps its moment and holds no writer up.
            source.backup(target)


def check(path: Path) -> None:
    """Whether the copy is whole, by SQLite's own checks. Raises BackupRefused."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as copied:
            findings = [row[0] for row in copied.execute("PRAGMA integrity_check(3)")]
            orphan = copied.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"The database in this backup is not whole: {error}.") from error
    if findings != ["ok"]:
        raise BackupRefused(f"The database in this backup is not whole: {findings[0]}.")
    if orphan:
        raise BackupRefused(f"The database in this backup is not whole: a row of {orphan[0]} points nowhere.")


def replace(path: Path, now: datetime) -> str:
    """Put the checked copy in the place of the database; what was there is kept aside. Returns where.

    Until the one rename the old database is in place and whole, after it the new one is. Raises BackupRefused while
    somebody has the old one open.
    """
    live = database()
    live.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connections.close_all()
    _sign_everybody_out(path)
    aside = live.with_name(f"{live.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    old = _hold(live) if live.exists() else None
    try:
        if live.exists():
            _set_aside(live, aside, log_too=old is None)
        os.replace(path, live)
        _sync_folder(live.parent)
    finally:
        if old is not None:
            old.close()
    return str(aside) if aside.exists() else ""


def database() -> Path:
    """The file that Django uses."""
    return Path(str(settings.DATABASES["default"]["NAME"]))


def _sign_everybody_out(path: Path) -> None:
    # Sessions of the day of the backup: their holders may have left since.
    with closing(sqlite3.connect(path)) as copied:
        copied.execute("PRAGMA journal_mode=DELETE")
        copied.execute("DELETE FROM django_session")
        copied.commit()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _hold(live: Path) -> sqlite3.Connection | None:
    """The old database, held alone and its log folded in; None when it is too damaged to be opened."""
    old = sqlite3.connect(live, timeout=0, isolation_level=None)
    try:
        # Leaving WAL needs every other connection closed, and leaves no log that the new file could be mistaken for.
        old.execute("PRAGMA journal_mode=DELETE")
        old.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        old.close()
        if "locked" not in str(error):
            raise
        raise BackupRefused("The database is in use. Stop Keepwell (web and worker) and try again.") from error
    except sqlite3.DatabaseError:
        old.close()
        return None
    return old


def _set_aside(live: Path, aside: Path, *, log_too: bool) -> None:
    """Give the old file a second name; with log_too its log goes along, for somebody who looks into the damage."""
    try:
        os.link(live, aside)
    except OSError:
        shutil.copyfile(live, aside)  # a file system without second names
    for ending in ("-wal", "-shm") if log_too else ():
        log = live.with_name(live.name + ending)
        if log.exists():
            os.replace(log, aside.with_name(aside.name + ending))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
