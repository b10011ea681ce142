"""Putting a backup back: everything is decrypted and checked aside before anything that is there is touched."""

import os
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from keepwell.practice import audit, folder

from . import contents, keys, places
from .opening import open_into
from .refusal import BackupRefused, said


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where that which was there before is kept ("" when there was nothing)."""

    contents: contents.Contents
    kept_aside: str


def restore(*, file: Path, key_file: Path | None, now: datetime) -> Restored:
    """Put the backup in the place of the database and secret key. Raises BackupRefused; then all is as it was.

    A kill at any point leaves the old database whole or the new one whole. The secret key goes first: with the old
    database it only makes second factors unreadable until the restore is run again, and the old key is kept aside.
    """
    try:
        with (
            folder.alone(places.data(), "running"),
            folder.alone(places.data(), "in-use"),
            places.work_folder() as work,
        ):
            found = open_into(work, file, key_file)
            _refuse_strangers(found)
            if key_file is not None:
                keys.keep(places.data() / keys.FILE_NAME, keys.read(key_file))
            _replace_secret(work, now)
            party = places.ENGINES[found.engine]
            return Restored(found, party.replace(work / party.NAME, now))
    except folder.InUse as error:
        raise BackupRefused("Keepwell is running on this data folder. Stop it and try again.") from error
    except (OSError, sqlite3.Error) as error:
        raise BackupRefused(f"Nothing was restored. {said(error)}") from error


def note(*, file: Path, restored: Restored, now: datetime) -> None:
    """Write into the restored and migrated database that it was restored."""
    with transaction.atomic():
        audit.record(
            practice=None,
            by=None,
            action="backup.restored",
            now=now,
            subject=file.name,
            detail={"made_at": restored.contents.made_at, "kept_aside": Path(restored.kept_aside).name},
        )


def _refuse_strangers(found: contents.Contents) -> None:
    """A backup of another kind of database, or of a newer Keepwell, cannot be used here."""
    if found.engine != places.engine():
        raise BackupRefused(f"This backup is of {found.engine}, and this installation uses {places.engine()}.")
    known = {f"{app}.{name}" for app, name in _on_disk()}
    newer = sorted(set(found.migrations) - known)
    if newer:
        raise BackupRefused(
            f"This backup was made by Keepwell {found.keepwell} and knows {newer[-1]}, which is not known here. "
            "Update Keepwell first."
        )


def _on_disk() -> set[tuple[str, str]]:
    loader = MigrationLoader(connection, load=False)
    loader.load_disk()
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return set(loader.disk_migrations) | replaced


def _replace_secret(work: Path, now: datetime) -> None:
    new, live = work / contents.SECRET_KEY, places.data() / contents.SECRET_KEY
    if not new.exists() or (live.exists() and live.read_bytes() == new.read_bytes()):
        return
    if live.exists():
        shutil.copy2(live, live.with_name(f"{live.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"))
    os.replace(new, live)
