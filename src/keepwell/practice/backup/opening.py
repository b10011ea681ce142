"""Opening a backup: to see that it is whole, or to put it back."""

import sqlite3
from datetime import datetime
from pathlib import Path

from django.db import transaction

from keepwell.practice import audit
from keepwell.practice.models import BackupRecord, StaffMember

from . import contents, keys, places
from .refusal import BackupRefused, said
from .sealing import Opener, read_header


def open_into(work: Path, file: Path, key_file: Path | None) -> contents.Contents:
    """Decrypt the whole file into `work` and let the database's own check look at it. Raises BackupRefused."""
    with file.open("rb") as sealed:
        header, _ = read_header(sealed)
        sealed.seek(0)
        described = header.get("key")
        key = keys.for_opening(described if isinstance(described, dict) else {}, key_file)
        found = contents.unpack(Opener(sealed, key), work)
    party = places.ENGINES.get(found.engine)
    if party is None or party.NAME not in found.digests:
        raise BackupRefused(f"This backup holds a database of a kind unknown here: {found.engine}.")
    party.check(work / party.NAME)
    return found


def verify(*, file: Path, key_file: Path | None, by: StaffMember | None, now: datetime) -> contents.Contents:
    """Open the backup completely, as a restore would, and note that it is good. Raises BackupRefused when it is not."""
    try:
        with places.work_folder() as work:
            found = open_into(work, file, key_file)
    except (OSError, sqlite3.Error) as error:
        raise BackupRefused(f"{file.name} was not verified. {said(error)}") from error
    with transaction.atomic():
        BackupRecord.objects.filter(file_name=file.name).update(verified_at=now)
        audit.record(practice=None, by=by, action="backup.verified", now=now, subject=file.name)
    return found
