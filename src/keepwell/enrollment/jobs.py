"""What the worker does here: ask the rules again about patients whose chart changed, and about all on a new day."""

from datetime import date, datetime, timedelta

from django.db.models import Q

from keepwell import clock
from keepwell.practice.models import Practice

from . import parameters as rules
from .actions import assess
from .models import Assessment, Reassessment

# A round is short, so that other work and the pages are never kept waiting.
_A_ROUND = 500
EVERY = timedelta(seconds=5)


def reassess(now: datetime) -> int:
    """One round over all practices. Returns how many patients were assessed; repeating it does no harm."""
    return sum(_practice(practice, now) for practice in Practice.objects.order_by("pk"))


def _practice(practice: Practice, now: datetime) -> int:
    as_of = clock.day_of(now, practice.time_zone)
    due = list(
        Reassessment.objects.filter(practice=practice)
        .order_by("asked_at", "pk")
        .values_list("patient_id", flat=True)[:_A_ROUND]
    )
    if len(due) < _A_ROUND:
        due += _stale(practice, as_of, _A_ROUND - len(due))
    return assess(practice=practice, as_of=as_of, now=now, patients=due) if due else 0


def _stale(practice: Practice, as_of: date, limit: int) -> list[int]:
    """Patients last asked about on another day or by other rules."""
    version = rules.version(practice, rules.in_force(practice, as_of))
    rows = Assessment.objects.filter(practice=practice, patient__merged_into=None)
    stale = rows.filter(Q(as_of__lt=as_of) | ~Q(rules_version=version)).order_by("as_of", "pk")
    return list(stale.values_list("patient_id", flat=True)[:limit])
