"""The one place that reads the time.

Everything else takes `now` or `as_of` as an argument, so that a month can be lived through in a test.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """The calendar date now in `zone`, an IANA name such as America/New_York."""
    return now().astimezone(ZoneInfo(zone)).date()
