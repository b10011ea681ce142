"""Reading the chart. Everything is asked of one practice; a patient of another one does not exist."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from keepwell.practice.models import Practice

from .facts import facts, keyed_facts
from .identities import decisions, merges, open_candidates
from .models import (
    Allergy,
    CareTeamMember,
    Condition,
    Coverage,
    Document,
    Encounter,
    Immunization,
    MedicationOrder,
    Observation,
    Patient,
    Procedure,
    SignificantRiskJudgement,
)
from .records import members, roots
from .search import search

__all__ = [
    "Record",
    "decisions",
    "facts",
    "judgements",
    "keyed_facts",
    "merges",
    "open_candidates",
    "patient_or_404",
    "patients",
    "record",
    "search",
]


def patients(practice: Practice) -> QuerySet[Patient]:
    """The people of the practice; merged records are not among them."""
    return Patient.objects.filter(practice=practice, merged_into=None)


def patient_or_404(practice: Practice, public_id: UUID | str) -> Patient:
    """The patient behind an address. A merged record leads to the one that stays. Raises Http404."""
    try:
        wanted = UUID(str(public_id))
    except ValueError as error:
        raise Http404("No such patient.") from error
    rows = Patient.objects.select_related("practitioner", "practice").prefetch_related("phones")
    patient = rows.filter(practice=practice, public_id=wanted).first()
    if patient is None:
        raise Http404("No such patient.")
    if patient.merged_into_id is None:
        return patient
    root = roots(practice).get(patient.pk, patient.pk)
    return patient if root == patient.pk else rows.get(practice=practice, pk=root)


@dataclass(frozen=True, slots=True)
class Record:
    """Everything known of one person, of all their merged records; rows that became absent carry `absent_since`."""

    patient: Patient
    merged: tuple[Patient, ...]
    conditions: tuple[Condition, ...]
    medications: tuple[MedicationOrder, ...]
    allergies: tuple[Allergy, ...]
    coverages: tuple[Coverage, ...]
    encounters: tuple[Encounter, ...]
    observations: tuple[Observation, ...]
    procedures: tuple[Procedure, ...]
    immunizations: tuple[Immunization, ...]
    documents: tuple[Document, ...]
    care_team: tuple[CareTeamMember, ...]
    judgements: tuple[SignificantRiskJudgement, ...]


# How many of each a page shows; a lifetime of visits is no page.
SHOWN = 200


def record(patient: Patient) -> Record:
    """What is known of the person, latest first, at most 200 of each. Thirteen queries."""
    keys = list(members([patient.pk], roots(patient.practice)))
    others = Patient.objects.filter(pk__in=keys).exclude(pk=patient.pk).order_by("pk")
    return Record(
        patient=patient,
        merged=tuple(others),
        conditions=tuple(
            Condition.objects.filter(patient__in=keys).order_by("absent_since", "-onset_on", "pk")[:SHOWN]
        ),
        medications=tuple(MedicationOrder.objects.filter(patient__in=keys).order_by("-authored_on", "pk")[:SHOWN]),
        allergies=tuple(Allergy.objects.filter(patient__in=keys).order_by("-recorded_on", "pk")[:SHOWN]),
        coverages=tuple(Coverage.objects.filter(patient__in=keys).order_by("order", "-started_on", "pk")[:SHOWN]),
        encounters=tuple(Encounter.objects.filter(patient__in=keys).order_by("-started_on", "pk")[:SHOWN]),
        observations=tuple(Observation.objects.filter(patient__in=keys).order_by("-effective_on", "pk")[:SHOWN]),
        procedures=tuple(Procedure.objects.filter(patient__in=keys).order_by("-done_on", "pk")[:SHOWN]),
        immunizations=tuple(Immunization.objects.filter(patient__in=keys).order_by("-done_on", "pk")[:SHOWN]),
        documents=tuple(Document.objects.filter(patient__in=keys).order_by("-written_on", "pk")[:SHOWN]),
        care_team=tuple(
            CareTeamMember.objects.filter(patient__in=keys, absent_since=None, ended_on=None).order_by("kind", "name")
        ),
        judgements=tuple(judgements(patient, keys)),
    )


def judgements(patient: Patient, keys: list[int] | None = None) -> QuerySet[SignificantRiskJudgement]:
    """Every judgement of significant risk, those in force first, then the latest."""
    rows = SignificantRiskJudgement.objects.select_related("judged_by__user")
    return rows.filter(patient__in=keys or [patient.pk]).order_by("superseded_at", "-judged_at")
