"""What a list of patients may be narrowed by, and the order it stands in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from keepwell.chart.models import Patient
from keepwell.chart.search import asked_for
from keepwell.practice.models import Practice

from .models import AssessedGroup

PAGE_SIZES = (25, 50, 100, 200)

# The orders a list offers; "-" before the name turns one round. Each ends with the name, to be the same twice.
SORTS: Mapping[str, tuple[str, ...]] = {
    "name": (),
    "age": ("assessment__age",),
    "conditions": ("assessment__group_count",),
    "complexity": ("assessment__complexity_score",),
    "last_visit": ("assessment__last_visit",),
    "payer": ("assessment__payer",),
    "practitioner": ("practitioner__family", "practitioner__given"),
    "reason": ("assessment__leading_reason",),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Every filter that is set narrows the list further. practitioner: a primary key, or 0 for patients without one.

    program: ccm, pcm or bhi by condition count; reason: the leading one; own_rule: name of a rule of the practice.
    """

    text: str = ""
    group: str = ""
    payer: str = ""
    practitioner: int | None = None
    complexity: str = ""
    program: str = ""
    reason: str = ""
    own_rule: str = ""
    language: str = ""
    eligible: bool | None = None
    enrolled: bool | None = None
    living: bool | None = None
    visit_needed: bool | None = None
    unmapped: bool | None = None
    waiting: bool | None = None
    sort: str = "name"
    page: int = 1
    size: int = 50

    def with_page(self, page: int) -> "Filters":
        """The same list, another page of it."""
        return replace(self, page=page)


def narrowed(practice: Practice, rows: QuerySet[Patient], filters: Filters) -> QuerySet[Patient]:
    """The rows that every set filter lets through."""
    if filters.text.strip():
        asked = asked_for(practice, filters.text.strip()[:100])
        rows = rows.filter(asked) if asked is not None else rows.none()
    if filters.practitioner is not None:
        rows = rows.filter(practitioner=filters.practitioner or None)
    if filters.language:
        rows = rows.filter(language__istartswith=filters.language)
    for name, build in _BUILD.items():
        value = getattr(filters, name)
        if value not in (None, ""):
            rows = rows.filter(build(value))
    return rows


def ordered(rows: QuerySet[Patient], sort: str) -> QuerySet[Patient]:
    """The rows in the order of SORTS; an unknown one is by name. Patients without the value come last either way."""
    name, backwards = sort.removeprefix("-"), sort.startswith("-")
    fields = SORTS.get(name, ())
    keys = [F(f).desc(nulls_last=True) if backwards else F(f).asc(nulls_last=True) for f in fields]
    names = [f"-{n}" if backwards and not fields else n for n in ("family", "given", "pk")]
    return rows.order_by(*keys, *names)


def _group(value: str) -> Exists:
    return Exists(AssessedGroup.objects.filter(assessment__patient=OuterRef("pk"), group=value))


_BUILD: Mapping[str, Callable[..., Q | Exists]] = {
    "group": _group,
    "payer": lambda value: Q(assessment__payer=value),
    "complexity": lambda value: Q(assessment__complexity=value),
    "program": lambda value: Q(**{f"assessment__in_{value}": True}) if value in ("ccm", "pcm", "bhi") else Q(pk=None),
    "reason": lambda value: Q(assessment__leading_reason=value),
    "own_rule": lambda value: Q(assessment__own_rules__icontains=f'"{value}"'),
    "eligible": lambda value: Q(assessment__eligible=value),
    "enrolled": lambda value: Q(assessment__enrolled=value),
    "living": lambda value: Q(deceased=not value),
    "visit_needed": lambda value: Q(assessment__initiating_visit_needed=value),
    "unmapped": lambda value: Q(assessment__has_unmapped=value),
    "waiting": lambda value: ~Q(assessment__waiting=[]) if value else Q(assessment__waiting=[]),
}
