"""The chart as the rules are told it: `PatientFacts` of each person, merged records together, absent rows left out."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Model

from keepwell.practice.models import Practice
from keepwell.rules.facts import (
    Coding,
    ConditionFact,
    CoverageFact,
    EncounterFact,
    MedicationFact,
    ObservationFact,
    PatientFacts,
    ServiceClaimFact,
    SignificantRisk,
)

from .models import (
    Condition,
    Coverage,
    Encounter,
    MedicationOrder,
    Observation,
    Patient,
    ServiceClaim,
    SignificantRiskJudgement,
)
from .records import members, roots

# Patients whose facts are in memory at a time; the number of queries is eight a chunk, whatever the patients hold.
CHUNK = 250

Row = Sequence[Any]


def facts(practice: Practice, patients: Iterable[int] | None = None) -> Iterator[PatientFacts]:
    """The facts of each person of the practice, ordered by id as the source gave it.

    patients: primary keys of the records wanted (None: all). A merged record has no facts of its own: they are those of
    the record that stays. Bounded in memory and in queries: eight a chunk of 250 patients, and two at the start.
    """
    for _, found in keyed_facts(practice, patients):
        yield found


def keyed_facts(practice: Practice, patients: Iterable[int] | None = None) -> Iterator[tuple[int, PatientFacts]]:
    """`facts` with the primary key of the record that stays."""
    merged = roots(practice)
    rows = Patient.objects.filter(practice=practice).order_by("source_id")
    if patients is not None:
        wanted = {merged.get(pk, pk) for pk in patients}
        rows = rows.filter(pk__in=wanted) if len(wanted) < 10_000 else rows
    else:
        wanted = None
    keys = [pk for pk in rows.values_list("pk", flat=True) if pk not in merged and (wanted is None or pk in wanted)]
    for start in range(0, len(keys), CHUNK):
        yield from _chunk(practice, keys[start : start + CHUNK], merged)


def _chunk(practice: Practice, keys: list[int], merged: Mapping[int, int]) -> Iterator[tuple[int, PatientFacts]]:
    owner = members(keys, merged)
    found: dict[str, Any] = {name: _by_owner(practice, owner, *spec) for name, spec in _TABLES.items()}
    judgements = _judgements(owner)
    rows = Patient.objects.filter(pk__in=list(owner)).values_list("pk", "source_id", "birth_date", "deceased")
    people = {pk: (source_id, birth_date, deceased) for pk, source_id, birth_date, deceased in rows}
    dead = {owner[pk] for pk, (_, _, deceased) in people.items() if deceased}
    for key in keys:
        source_id, birth_date, _ = people[key]
        yield (
            key,
            PatientFacts(
                id=source_id,
                birth_date=birth_date,
                deceased=key in dead,
                judgements=tuple(judgements[key]),
                conditions=tuple(found["conditions"][key]),
                coverages=tuple(found["coverages"][key]),
                encounters=tuple(found["encounters"][key]),
                medications=tuple(found["medications"][key]),
                observations=tuple(found["observations"][key]),
                claims=tuple(found["claims"][key]),
            ),
        )


def _by_owner(
    practice: Practice,
    owner: Mapping[int, int],
    model: type[Model],
    columns: Sequence[str],
    build: Callable[[Row], Iterable[Any]],
) -> dict[int, list[Any]]:
    rows = (
        model._default_manager.filter(patient_id__in=list(owner), practice=practice, absent_since=None)
        .order_by("source_id")
        .values_list("patient_id", "source_id", *columns)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for patient, *row in rows.iterator(chunk_size=5_000):
        found[owner[patient]].extend(build(row))
    return found


def _judgements(owner: Mapping[int, int]) -> dict[int, list[SignificantRisk]]:
    rows = (
        SignificantRiskJudgement.objects.filter(patient_id__in=list(owner), superseded_at=None)
        .select_related("judged_by__user")
        .order_by("judged_at", "pk")
    )
    found: dict[int, list[SignificantRisk]] = defaultdict(list)
    for row in rows:
        fact = SignificantRisk(row.group, row.holds, str(row.judged_by), row.judged_on, row.reason)
        found[owner[row.patient_id]].append(fact)
    return found


def _codings(rows: Iterable[Sequence[str]]) -> tuple[Coding, ...]:
    return tuple(Coding(system, code, display) for system, code, display in rows)


def _condition(row: Row) -> Iterator[ConditionFact]:
    id_, codings, text, clinical, verification, onset = row
    yield ConditionFact(id_, _codings(codings), text, clinical, verification, onset)


def _coverage(row: Row) -> Iterator[CoverageFact]:
    id_, status, types, type_text, plans, payors, start, end = row
    yield CoverageFact(id_, status, _codings(types), type_text, tuple(plans), tuple(payors), start, end)


def _encounter(row: Row) -> Iterator[EncounterFact]:
    id_, status, class_code, types, texts, priority, start, end = row
    yield EncounterFact(id_, status, class_code, _codings(types), tuple(texts), priority, start, end)


def _medication(row: Row) -> Iterator[MedicationFact]:
    id_, status, intent, codings, text, as_needed, authored = row
    # What a patient is said to take (intent "statement") is shown in the chart and is no order.
    if intent != "statement":
        yield MedicationFact(id_, status, intent, _codings(codings), text, as_needed, authored)


def _observation(row: Row) -> Iterator[ObservationFact]:
    id_, status, codings, value, unit, answers, components, effective, by_patient = row
    yield ObservationFact(id_, status, _codings(codings), value, unit, tuple(answers), effective, by_patient)
    for part in components:
        yield ObservationFact(
            id_,
            status,
            _codings(part["codings"]),
            part["value"],
            part["unit"],
            tuple(part["answers"]),
            effective,
            by_patient,
        )


def _claim(row: Row) -> Iterator[ServiceClaimFact]:
    id_, code, served, by_practice = row
    yield ServiceClaimFact(id_, code, served, by_practice)


_Table = tuple[type[Model], Sequence[str], Callable[[Row], Iterable[Any]]]
_TABLES: Mapping[str, _Table] = {
    "conditions": (
        Condition,
        ("codings", "text", "clinical_status", "verification_status", "onset_on"),
        _condition,
    ),
    "coverages": (
        Coverage,
        ("status", "types", "type_text", "plans", "payors", "started_on", "ended_on"),
        _coverage,
    ),
    "encounters": (
        Encounter,
        ("status", "class_code", "types", "type_texts", "priority", "started_on", "ended_on"),
        _encounter,
    ),
    "medications": (
        MedicationOrder,
        ("status", "intent", "codings", "text", "as_needed", "authored_on"),
        _medication,
    ),
    "observations": (
        Observation,
        ("status", "codings", "value", "unit", "answers", "components", "effective_on", "by_patient"),
        _observation,
    ),
    "claims": (ServiceClaim, ("code", "served_on", "by_practice"), _claim),
}
