"""Which backups are kept: the latest of each of 7 days, 4 weeks and 12 months; the rest make room."""

from collections.abc import Hashable, Iterable
from datetime import datetime
from pathlib import Path

from . import places

DAYS, WEEKS, MONTHS = 7, 4, 12


def kept(moments: Iterable[datetime]) -> set[datetime]:
    """Those to keep, all in UTC. Counted by days that have a backup, so that a pause never costs the last good ones."""
    latest_first = sorted(moments, reverse=True)
    keep: set[datetime] = set()
    for count, period in ((DAYS, _day), (WEEKS, _week), (MONTHS, _month)):
        latest: dict[Hashable, datetime] = {}
        for moment in latest_first:
            latest.setdefault(period(moment), moment)
        keep |= set(sorted(latest.values(), reverse=True)[:count])
    return keep


def rotate(folder: Path) -> list[Path]:
    """Remove the files that are not kept, going by their names; files called otherwise are not ours to remove."""
    dated = {path: moment for path in folder.glob("*.backup") if (moment := places.made_at(path))}
    keep = kept(dated.values())
    gone = sorted(path for path, moment in dated.items() if moment not in keep)
    for path in gone:
        path.unlink()
    return gone


def _day(moment: datetime) -> Hashable:
    return moment.date()


def _week(moment: datetime) -> Hashable:
    return moment.isocalendar()[:2]


def _month(moment: datetime) -> Hashable:
    return moment.year, moment.month
