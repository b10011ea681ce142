"""Reading what the rules said: the funnel, the candidates, the list of patients. Each in a fixed number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from keepwell.chart.models import Patient
from keepwell.practice.models import Practice, StaffMember
from keepwell.rules.eligibility import REASONS

from .filters import Filters, narrowed, ordered
from .models import AssessedGroup, Assessment, Enrollment, Reassessment, SavedFilter


@dataclass(frozen=True, slots=True)
class Funnel:
    """From all patients to the eligible ones. Each step is part of the one before.

    eligible: nothing stands against; enrolled: already in a program; complex: of the eligible, put forward for complex
    review; to_assess: of the eligible, where more must be known first. reasons: patients by their one leading reason;
    programs: living and covered patients by condition count; unmapped: living patients with a condition nobody mapped.
    as_of: the day the rules were asked about, None before they ever were; waiting: patients to be asked about again.
    """

    patients: int
    living: int
    covered: int
    eligible: int
    enrolled: int
    complex: int
    to_assess: int
    visit_needed: int
    unmapped: int
    judgements_wanted: int
    reasons: Mapping[str, int]
    programs: Mapping[str, int]
    unassessed: int
    waiting: int
    as_of: date | None
    assessed_at: datetime | None

    @property
    def complex_share(self) -> float | None:
        """The part of the eligible put forward for complex review, None without any eligible patient."""
        return self.complex / self.eligible if self.eligible else None


def funnel(practice: Practice, practitioner: int | None = None) -> Funnel:
    """The funnel of the practice, or of one practitioner's panel (primary key; 0: no practitioner). Three queries."""
    people = Patient.objects.filter(practice=practice, merged_into=None)
    if practitioner is not None:
        people = people.filter(practitioner=practitioner or None)
    living = Q(assessment__deceased=False)
    served = living & Q(assessment__covered=True)
    eligible = Q(assessment__eligible=True)
    counts = people.aggregate(
        patients=Count("pk"),
        assessed=Count("assessment"),
        living=Count("pk", filter=living),
        covered=Count("pk", filter=served),
        eligible=Count("pk", filter=eligible),
        enrolled=Count("pk", filter=Q(assessment__enrolled=True)),
        complex=Count("pk", filter=eligible & Q(assessment__complexity="complex_candidate")),
        to_assess=Count("pk", filter=eligible & Q(assessment__complexity="assess")),
        visit_needed=Count("pk", filter=eligible & Q(assessment__initiating_visit_needed=True)),
        unmapped=Count("pk", filter=living & Q(assessment__has_unmapped=True)),
        judgements_wanted=Count("pk", filter=living & ~Q(assessment__waiting=[])),
        ccm=Count("pk", filter=served & Q(assessment__in_ccm=True)),
        pcm=Count("pk", filter=served & Q(assessment__in_pcm=True)),
        bhi=Count("pk", filter=served & Q(assessment__in_bhi=True)),
        as_of=Min("assessment__as_of"),
        assessed_at=Max("assessment__assessed_at"),
    )
    leading = people.filter(assessment__eligible=False).values_list("assessment__leading_reason")
    by_reason = dict(leading.annotate(count=Count("pk")))
    programs = {program: counts.pop(program) for program in ("ccm", "pcm", "bhi")}
    assessed = counts.pop("assessed")
    return Funnel(
        **counts,
        reasons={reason: by_reason.get(reason, 0) for reason in REASONS},
        programs=programs,
        unassessed=counts["patients"] - assessed,
        waiting=Reassessment.objects.filter(practice=practice).count(),
    )


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of patients, each with `assessment` (where there is one), practitioner and phones."""

    rows: tuple[Patient, ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; one for an empty list."""
        return max(-(-self.total // self.size), 1)

    @property
    def first(self) -> int:
        """The number of the first row on this page, 0 for an empty list."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The number of the last row on this page."""
        return min(self.number * self.size, self.total)


def candidates(practice: Practice, filters: Filters) -> Page:
    """Patients who qualify and are not enrolled (the rules leave the enrolled out). Three queries."""
    return _page(candidate_rows(practice, filters), filters)


def candidate_rows(practice: Practice, filters: Filters) -> QuerySet[Patient]:
    """Every candidate that the filters let through, in order: for the page, and whole for an export."""
    rows = _everybody(practice).filter(assessment__eligible=True)
    return ordered(narrowed(practice, rows, filters), filters.sort)


def patients_list(practice: Practice, filters: Filters) -> Page:
    """All patients that the filters let through, also those the rules were never asked about. Three queries."""
    return _page(patient_rows(practice, filters), filters)


def patient_rows(practice: Practice, filters: Filters) -> QuerySet[Patient]:
    """Every patient that the filters let through, in order."""
    return ordered(narrowed(practice, _everybody(practice), filters), filters.sort)


def _everybody(practice: Practice) -> QuerySet[Patient]:
    return Patient.objects.filter(practice=practice, merged_into=None)


def _page(rows: QuerySet[Patient], filters: Filters) -> Page:
    size = min(max(filters.size, 1), 200)
    total = rows.order_by().count()
    number = min(max(filters.page, 1), max(-(-total // size), 1))
    shown = rows.select_related("assessment", "practitioner").prefetch_related("phones")
    return Page(tuple(shown[(number - 1) * size : number * size]), total, number, size)


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by in this practice, each with its number of patients."""

    groups: Mapping[str, int]
    payers: Mapping[str, int]
    complexities: Mapping[str, int]
    practitioners: Mapping[int, int]


def choices(practice: Practice) -> Choices:
    """The values that occur among living patients. Four queries."""
    living = Assessment.objects.filter(practice=practice, deceased=False, patient__merged_into=None)
    groups = AssessedGroup.objects.filter(practice=practice, assessment__deceased=False)
    panels = living.exclude(patient__practitioner=None).values_list("patient__practitioner")
    return Choices(
        groups=dict(groups.values_list("group").annotate(count=Count("pk")).order_by("-count", "group")),
        payers=dict(living.values_list("payer").annotate(count=Count("pk")).order_by("-count", "payer")),
        complexities=dict(living.values_list("complexity").annotate(count=Count("pk")).order_by("complexity")),
        practitioners=dict(panels.annotate(count=Count("pk")).order_by("-count")),
    )


def assessment(patient: Patient) -> Assessment | None:
    """What the rules said of a patient last."""
    return Assessment.objects.filter(patient=patient).first()


def enrollments(patient: Patient) -> QuerySet[Enrollment]:
    """The patient's programs, open ones first, then the latest."""
    rows = Enrollment.objects.filter(patient=patient).select_related("marked_by__user")
    return rows.order_by("until", "-since")


def saved_filters(member: StaffMember, page: str) -> QuerySet[SavedFilter]:
    """The member's own saved filters of one page, by name."""
    return SavedFilter.objects.filter(member=member, page=page).order_by("name")
