"""From what was put aside to the chart: compared outside any transaction, then written in a single short one.

Readers see the chart before or after, never between. A fence makes the last step exclusive: the batch must still be the
practice's running one, so an import that was given up meanwhile can no longer write.

What a newer complete export of a patient no longer holds is kept and marked absent, and no rule counts it: the
practice's own system has taken it back, and `keepwell identify` over the same export would not see it either. Nothing
is marked from an export that is not complete (`_since`, Bundles), whose files of that type broke, or for patients who
are not in it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import models, transaction

from keepwell.chart import models as chart
from keepwell.chart.actions.imports import mark_absent, write_rows
from keepwell.chart.changes import tell
from keepwell.chart.models import Patient, PatientPhone, Source
from keepwell.practice import audit
from keepwell.practice.models import Practice, StaffMember

from .fhir.directory import Directory
from .models import ImportBatch
from .people import PATIENT_COLUMNS, record_practitioners
from .problems import ImportRefused, Problem
from .rows import COLUMNS, tables_of
from .staging import Change, Held, Staging

_SOURCED = (
    "practice",
    "origin",
    "source_id",
    "source_version",
    "source_updated_at",
    "imported_at",
    "absent_since",
    "fingerprint",
)
_AT_A_TIME = 10_000


@dataclass(slots=True)
class Prepared:
    """What the switch needs besides the staging. absent_tables: where what is missing is to be marked absent."""

    practice: Practice
    source: Source
    patients: frozenset[str]
    survivors: Mapping[str, str]
    absent_tables: frozenset[str]
    tables: tuple[str, ...]
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


def compare(staging: Staging, prepared: Prepared) -> None:
    """Lay everything out beside what the chart holds, and count what is new, changed and gone."""
    kinds = staging.kinds()
    for table in ("Patient", *prepared.tables):
        filling = ["Patient"] if table == "Patient" else [k for k in kinds if k != "Patient" and table in tables_of(k)]
        staging.lay_out(table, filling, _held(table, prepared))
        for kind, counts in staging.counts(table).items():
            prepared.counts.setdefault(kind, {}).update(counts)
        if table in prepared.absent_tables:
            gone = sum(1 for _ in staging.gone(table))
            if gone:
                prepared.counts.setdefault(table, {})["absent"] = gone


def _held(table: str, prepared: Prepared) -> Iterator[Held]:
    model = _model(table)
    owner = "source_id" if table == "Patient" else "patient__source_id"
    rows = model._default_manager.filter(practice=prepared.practice).values_list(
        "source_id", "pk", "fingerprint", owner, "absent_since", "origin_id"
    )
    for source_id, pk, fingerprint, patient, absent, origin in rows.iterator(chunk_size=_AT_A_TIME):
        ours = origin == prepared.source.pk and patient in prepared.patients
        yield source_id, pk, fingerprint, patient, absent is not None, ours


@transaction.atomic
def switch(
    *,
    batch: ImportBatch,
    staging: Staging,
    prepared: Prepared,
    directory: Directory,
    by: StaffMember | None,
    now: datetime,
) -> list[Problem]:
    """Write all of it. Returns warnings. Raises ImportRefused when another import has taken this one's place."""
    won = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.RUNNING).update(state=ImportBatch.State.DONE)
    if not won:
        raise ImportRefused("Another import of this practice was started meanwhile; this one wrote nothing.")
    practitioners, warnings = record_practitioners(prepared.practice, directory, by, now)
    changed = _write_patients(staging, prepared, practitioners, now)
    keys = dict(Patient.objects.filter(practice=prepared.practice).values_list("source_id", "pk"))
    changed |= _link_merged(prepared, keys)
    for table in prepared.tables:
        changed |= _write_table(table, staging, prepared, keys, now)
    tell(prepared.practice, {keys[patient] for patient in changed}, now)
    audit.record(
        practice=prepared.practice,
        by=by,
        action="chart.imported",
        now=now,
        subject=batch.source,
        detail={"batch": batch.pk, "patients_changed": len(changed), "counts": prepared.counts},
    )
    return warnings


def _model(table: str) -> type[models.Model]:
    found: type[models.Model] = getattr(chart, table)
    return found


def _sourced(change: Change, prepared: Prepared, now: datetime) -> tuple[Any, ...]:
    return (
        prepared.practice.pk,
        prepared.source.pk,
        change.source_id,
        change.version,
        change.updated,
        now,
        None,
        change.fingerprint,
    )


def _write_patients(staging: Staging, prepared: Prepared, practitioners: Mapping[str, int], now: datetime) -> set[str]:
    changes = list(staging.changes("Patient"))
    width = len(PATIENT_COLUMNS)
    for new in (True, False):
        columns = [*_SOURCED, *PATIENT_COLUMNS, "practitioner", *(("public_id", "merged_by_source") if new else ())]
        write_rows(
            Patient,
            columns,
            (
                (
                    change.pk,
                    (
                        *_sourced(change, prepared, now),
                        *change.values[:width],
                        practitioners.get(change.values[width]),
                        *((uuid4().hex, False) if new else ()),
                    ),
                )
                for change in changes
                if (change.pk is None) is new
            ),
        )
    _write_phones(changes, prepared)
    return {change.source_id for change in changes}


def _write_phones(changes: Collection[Change], prepared: Prepared) -> None:
    by_id = {change.source_id: change.values[len(PATIENT_COLUMNS) + 1] for change in changes}
    found = Patient.objects.filter(practice=prepared.practice).values_list("source_id", "pk")
    keys = {source_id: pk for source_id, pk in found if source_id in by_id}
    stale = sorted(keys.values())
    for start in range(0, len(stale), 500):
        PatientPhone.objects.filter(patient_id__in=stale[start : start + 500]).delete()
    columns = ["patient", "practice", "e164", "extension", "as_written", "use"]
    rows = (
        (None, (keys[source_id], prepared.practice.pk, *phone))
        for source_id, phones in by_id.items()
        for phone in phones
    )
    write_rows(PatientPhone, columns, rows)


def _link_merged(prepared: Prepared, keys: Mapping[str, int]) -> set[str]:
    """Follow Patient.link: the replaced record points at its survivor. What a person merged stays as they left it."""
    rows = {row.source_id: row for row in _merged_or_linked(prepared)}
    steps: dict[int, int | None] = {row.pk: row.merged_into_id for row in rows.values() if row.merged_into_id}
    changed = set()
    for source_id, row in rows.items():
        survivor = prepared.survivors.get(source_id)
        wanted = keys[survivor] if survivor else None
        by_hand = row.merged_into_id is not None and not row.merged_by_source
        if by_hand or row.merged_into_id == wanted or (wanted and _leads_to(wanted, row.pk, steps)):
            continue
        Patient.objects.filter(pk=row.pk).update(merged_into_id=wanted, merged_by_source=wanted is not None)
        steps[row.pk] = wanted
        changed |= {source_id, *([survivor] if survivor else [])}
    return changed


def _merged_or_linked(prepared: Prepared) -> Iterator[Patient]:
    """The records of this export that are merged now or are to be."""
    mine = Patient.objects.filter(practice=prepared.practice)
    yield from (p for p in mine.filter(merged_into__isnull=False) if p.source_id in prepared.patients)
    wanted = sorted(prepared.survivors)
    for start in range(0, len(wanted), 500):
        yield from mine.filter(source_id__in=wanted[start : start + 500], merged_into__isnull=True)


def _leads_to(start: int, end: int, steps: Mapping[int, int | None]) -> bool:
    seen: set[int] = set()
    at: int | None = start
    while at is not None and at not in seen:
        if at == end:
            return True
        seen.add(at)
        at = steps.get(at)
    return False


def _write_table(table: str, staging: Staging, prepared: Prepared, keys: Mapping[str, int], now: datetime) -> set[str]:
    model, changed = _model(table), set[str]()

    def rows() -> Iterator[tuple[int | None, tuple[Any, ...]]]:
        for change in staging.changes(table):
            changed.add(change.patient)
            yield change.pk, (*_sourced(change, prepared, now), keys[change.patient], *change.values)

    write_rows(model, [*_SOURCED, "patient", *COLUMNS[table]], rows())
    if table in prepared.absent_tables:
        gone = list(staging.gone(table))
        mark_absent(model, (pk for pk, _ in gone), now)
        changed.update(patient for _, patient in gone)
    return changed
