"""Finding a patient by what somebody types: a name in any order, a birth date, a telephone number, an MRN, an MBI."""

import re
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Upper

from keepwell.practice.models import Practice

from .models import Patient, PatientPhone
from .records import roots
from .text import fold

LIMIT = 50
# Month first, as it is written here; a year of two digits is of this century only where it is not in the future.
_DATE_FORMATS = (
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d %Y",
    "%B %d %Y",
    "%d-%b-%Y",
    "%d-%B-%Y",
)
_SHORT_YEAR = re.compile(r"(\d{1,2}[/.-]\d{1,2}[/.-])(\d{2})$")


def birth_date_of(text: str) -> list[date]:
    """The birth dates that `text` may mean: none, one, or for a year of two digits both centuries.

    >>> birth_date_of("7/10/1958")
    [datetime.date(1958, 7, 10)]
    """
    plain = re.sub(r"\s+", " ", text.replace(",", " ")).strip()
    if plain.isdigit() and len(plain) != 8:
        return []
    short = _SHORT_YEAR.match(plain)
    written = [f"{short[1]}{century}{short[2]}" for century in ("19", "20")] if short else [plain]
    found = []
    for attempt in written:
        for form in _DATE_FORMATS:
            try:
                day = datetime.strptime(attempt, form).date()  # noqa: DTZ007 (a date, no moment)
            except ValueError:
                continue
            found.append(day)
            break
    return [day for day in found if 1800 < day.year < 2200]


def search(practice: Practice, text: str, limit: int = LIMIT) -> list[Patient]:
    """Patients of the practice that `text` may mean, best first by name; merged records lead to the one that stays.

    Every word must begin one of the names; anything with enough digits is also tried as a number. Three queries, five
    where merged records were hit.
    """
    text = text.strip()[:100]
    asked = asked_for(practice, text)
    if asked is None:
        return []
    merged = roots(practice)
    rows = Patient.objects.filter(practice=practice).filter(asked).select_related("practitioner")
    hits = list(rows.order_by("family", "given", "pk")[: limit * 2])
    found = {row.pk: row for row in hits if row.pk not in merged}
    missing = {merged[row.pk] for row in hits if row.pk in merged} - set(found)
    if missing:
        found |= {row.pk: row for row in Patient.objects.filter(pk__in=missing).select_related("practitioner")}
    return sorted(found.values(), key=lambda p: (p.family.lower(), p.given.lower(), p.pk))[:limit]


def asked_for(practice: Practice, text: str) -> Q | None:
    if days := birth_date_of(text):
        return Q(birth_date__in=days) | Q(mrn__iexact=text)
    digits = re.sub(r"\D", "", text)
    words = fold(text).split()
    if digits and not re.search(r"[^\W\d_]", text):
        return _numbers(practice, text, digits)
    if not words:
        return None
    asked = Q()
    for word in words:
        asked &= Q(names_folded__contains=f" {word}")
    if digits:
        asked |= Q(mrn__iexact=text) | Q(mbi=text.replace("-", "").upper())
    return asked


def _numbers(practice: Practice, text: str, digits: str) -> Q | None:
    asked = Q(pk__in=_with_mrn(practice, text)) | Q(pk__in=_with_mrn(practice, digits))
    if len(digits) >= 7:
        national = digits.removeprefix("1") if len(digits) == 11 else digits
        phones = PatientPhone.objects.filter(practice=practice)
        exact = phones.filter(e164=f"+1{national}") if len(national) == 10 else phones.filter(e164__endswith=national)
        asked |= Q(pk__in=exact.values("patient_id"))
    return asked


def _with_mrn(practice: Practice, mrn: str) -> QuerySet[Any, Any]:
    """Records whose MRN is this one, through the index on its capitals."""
    rows = Patient.objects.filter(practice=practice).annotate(upper=Upper("mrn")).filter(upper=Upper(Value(mrn)))
    return rows.values("pk")
