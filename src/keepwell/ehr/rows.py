"""From a FHIR resource to rows of the chart: which table, which columns, in which order.

A row is a tuple of JSON values; dates are ISO text, so that it can be put aside in a file and read back unchanged.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from keepwell.rules.facts import Coding
from keepwell.rules.fhir import PATIENT_ELEMENT, Resource

from .fhir.care_team import MemberValues, read_members, read_relative_as_member
from .fhir.claim import read_lines
from .fhir.condition import read_allergy, read_condition
from .fhir.coverage import read_coverage
from .fhir.directory import Directory
from .fhir.encounter import read_encounter
from .fhir.medication import MedicationValues, read_order, read_statement
from .fhir.observation import Measured, read_observation
from .fhir.references import target_of
from .fhir.service import read_document, read_immunization, read_procedure

# The columns that each table takes from a source, besides those that every sourced row has.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Condition": (
        "codings",
        "text",
        "category",
        "clinical_status",
        "verification_status",
        "onset_on",
        "abated_on",
        "recorded_on",
    ),
    "Coverage": (
        "status",
        "types",
        "type_text",
        "plans",
        "payors",
        "member_number",
        "order",
        "started_on",
        "ended_on",
    ),
    "Encounter": (
        "status",
        "class_code",
        "types",
        "type_texts",
        "priority",
        "started_on",
        "ended_on",
        "place",
        "reason",
    ),
    "MedicationOrder": (
        "codings",
        "text",
        "status",
        "intent",
        "as_needed",
        "authored_on",
        "directions",
        "prescriber",
    ),
    "Observation": (
        "codings",
        "text",
        "status",
        "category",
        "value",
        "unit",
        "answers",
        "components",
        "effective_on",
        "by_patient",
    ),
    "Allergy": (
        "codings",
        "text",
        "clinical_status",
        "verification_status",
        "criticality",
        "reactions",
        "recorded_on",
    ),
    "ServiceClaim": ("code", "served_on", "by_practice"),
    "CareTeamMember": ("kind", "name", "role", "organization", "phone", "since"),
    "Procedure": ("codings", "text", "status", "done_on"),
    "Immunization": ("codings", "text", "status", "done_on"),
    "Document": ("title", "category", "status", "written_on", "content_type", "url"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row for `table`. rank: of several rows with one source_id the one with the highest is kept."""

    table: str
    source_id: str
    values: tuple[Any, ...]
    rank: str = ""


def subject_of(resource: Resource) -> str:
    """The element's name that says whose the resource is."""
    kind = str(resource["resourceType"])
    return PATIENT_ELEMENT.get(kind) or ("patient" if kind == "Immunization" else "subject")


def patient_of(resource: Resource, directory: Directory) -> str:
    """The id of the patient whose the resource is, "" when it does not say."""
    return directory.id_of(target_of(resource.get(subject_of(resource)), resource), "Patient")


def rows_of(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    """The chart's rows for a resource of READ_KINDS. as_of: on which day care teams must be current."""
    reader = _READERS[str(resource["resourceType"])]
    yield from reader(resource, directory, as_of)


def tables_of(kind: str) -> tuple[str, ...]:
    """The tables that a resource type fills."""
    return _TABLES[kind]


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _codings(codings: Iterable[Coding]) -> list[list[str]]:
    return [[coding.system, coding.code, coding.display] for coding in codings]


def _condition(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    value = read_condition(resource)
    fact = value.fact
    yield Row(
        "Condition",
        fact.id,
        (
            _codings(fact.codings),
            fact.text,
            value.category,
            fact.clinical_status,
            fact.verification_status,
            _day(fact.onset),
            _day(value.abated),
            _day(value.recorded),
        ),
    )


def _coverage(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    value = read_coverage(resource, directory)
    fact = value.fact
    yield Row(
        "Coverage",
        fact.id,
        (
            fact.status,
            _codings(fact.types),
            fact.type_text,
            list(fact.plans),
            list(fact.payors),
            value.member_number,
            value.order if value.order is not None and 0 <= value.order < 32768 else None,
            _day(fact.start),
            _day(fact.end),
        ),
    )


def _encounter(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    value = read_encounter(resource, directory)
    fact = value.fact
    yield Row(
        "Encounter",
        fact.id,
        (
            fact.status,
            fact.class_code,
            _codings(fact.types),
            list(fact.type_texts),
            fact.priority,
            _day(fact.start),
            _day(fact.end),
            value.place,
            value.reason,
        ),
    )


def _order(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    yield _medication(read_order(resource, directory), "")


def _statement(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    yield _medication(read_statement(resource, directory), "MedicationStatement/")


def _medication(value: MedicationValues, prefix: str) -> Row:
    fact = value.fact
    return Row(
        "MedicationOrder",
        prefix + fact.id,
        (
            _codings(fact.codings),
            fact.text,
            fact.status,
            fact.intent,
            fact.as_needed,
            _day(fact.authored),
            value.directions,
            value.prescriber,
        ),
    )


def _observation(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    value = read_observation(resource)
    whole = value.whole
    yield Row(
        "Observation",
        value.id,
        (
            _codings(whole.codings),
            whole.text,
            value.status,
            value.category,
            whole.value,
            whole.unit,
            list(whole.answers),
            [_component(part) for part in value.components],
            _day(value.effective),
            value.by_patient,
        ),
    )


def _component(part: Measured) -> dict[str, Any]:
    return {
        "codings": _codings(part.codings),
        "text": part.text,
        "value": part.value,
        "unit": part.unit,
        "answers": list(part.answers),
    }


def _allergy(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    value = read_allergy(resource)
    yield Row(
        "Allergy",
        value.id,
        (
            _codings(value.codings),
            value.text,
            value.clinical_status,
            value.verification_status,
            value.criticality,
            list(value.reactions),
            _day(value.recorded),
        ),
    )


def _claim(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    for number, line in enumerate(read_lines(resource, directory), 1):
        yield Row("ServiceClaim", f"{line.id}#{number}", (line.code, _day(line.day), line.by_practice))


def _team(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    patient = patient_of(resource, directory)
    for member in read_members(resource, directory, as_of):
        yield _member(patient, member)


def _relative(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    member = read_relative_as_member(resource, directory, as_of)
    if member is not None:
        yield _member(patient_of(resource, directory), member)


def _member(patient: str, member: MemberValues) -> Row:
    since = _day(member.since)
    values = (member.kind, member.name, member.role, member.organization, member.phone, since)
    return Row("CareTeamMember", f"{patient}/{member.key}", values, rank=since or "")


def _procedure(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    value = read_procedure(resource)
    yield Row("Procedure", value.id, (_codings(value.codings), value.text, value.status, _day(value.done_on)))


def _immunization(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    value = read_immunization(resource)
    yield Row("Immunization", value.id, (_codings(value.codings), value.text, value.status, _day(value.done_on)))


def _document(resource: Resource, directory: Directory, as_of: date) -> Iterator[Row]:
    value = read_document(resource)
    yield Row(
        "Document",
        value.id,
        (value.title, value.category, value.status, _day(value.written_on), value.content_type, value.url),
    )


_Reader = Callable[[Resource, Directory, date], Iterator[Row]]
_READERS: Mapping[str, _Reader] = {
    "Condition": _condition,
    "Coverage": _coverage,
    "Encounter": _encounter,
    "MedicationRequest": _order,
    "MedicationStatement": _statement,
    "Observation": _observation,
    "AllergyIntolerance": _allergy,
    "Claim": _claim,
    "ExplanationOfBenefit": _claim,
    "CareTeam": _team,
    "RelatedPerson": _relative,
    "Procedure": _procedure,
    "Immunization": _immunization,
    "DocumentReference": _document,
}
_TABLES: Mapping[str, tuple[str, ...]] = {
    **{kind: (kind,) for kind in ("Condition", "Coverage", "Encounter", "Observation", "Procedure", "Immunization")},
    "MedicationRequest": ("MedicationOrder",),
    "MedicationStatement": ("MedicationOrder",),
    "AllergyIntolerance": ("Allergy",),
    "Claim": ("ServiceClaim",),
    "ExplanationOfBenefit": ("ServiceClaim",),
    "CareTeam": ("CareTeamMember",),
    "RelatedPerson": ("CareTeamMember",),
    "DocumentReference": ("Document",),
}
READ_KINDS = frozenset(_READERS)
