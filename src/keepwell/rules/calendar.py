"""Whole months and years on the calendar, as Medicare counts them."""

from calendar import monthrange
from datetime import date


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier; the month's last day where there is none (31 May less 3 is 28 February)."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 29 February becomes the 28th (contracts/billing.md)."""
    return months_before(day, 12 * years)


def first_of_month(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def age_on(birth: date, day: date) -> int:
    """Completed years; a birthday of 29 February is reached on 1 March in other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
