"""The worker's part: a backup every night, opened to see that it is good, and the old ones thinned out."""

from datetime import datetime, timedelta

from django.db import transaction

from keepwell.practice import audit
from keepwell.practice.models import BackupRecord, Practice

from . import places
from .making import create
from .opening import verify
from .rotation import rotate

# 08:00 UTC is between midnight and four in the morning in the contiguous United States.
HOUR_UTC = 8
EVERY = timedelta(minutes=10)


def nightly(now: datetime) -> int:
    """Make the night's backup when its hour has passed and none was made since. Returns how many were made.

    A machine that was off at night makes up for it when it is back. Raises BackupRefused with the reason; the worker
    keeps it and asks again.
    """
    if not is_due(now):
        return 0
    made = create(now=now, by=None)
    verify(file=made.path, key_file=None, by=None, now=now)
    gone = [path.name for path in rotate(places.backups())]
    if gone:
        with transaction.atomic():
            BackupRecord.objects.filter(file_name__in=gone).delete()
            audit.record(practice=None, by=None, action="backup.rotated", now=now, detail={"removed": gone})
    return 1


def is_due(now: datetime) -> bool:
    """Whether no backup was made since the last such hour. A younger installation may wait for it."""
    hour = now.replace(hour=HOUR_UTC, minute=0, second=0, microsecond=0)
    night = hour if hour <= now else hour - timedelta(days=1)
    if BackupRecord.objects.filter(made_at__gte=night).exists():
        return False
    return Practice.objects.filter(created_at__lt=night).exists()
