"""An export into the chart, whole or not at all.

Reading, checking and comparing happen beside the database; the chart is then switched in one transaction. A kill at any
point leaves the last import, or the whole new one.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, transaction

from keepwell import clock
from keepwell.chart.actions import find_duplicates
from keepwell.chart.models import Patient, Source
from keepwell.practice.models import Practice, StaffMember

from .export.folder import ExportFolder, open_folder
from .fhir.directory import Directory
from .fhir.links import survivors
from .fhir.patient import PatientValues
from .models import ImportBatch, ImportProblem
from .people import organization_said, patient_row
from .problems import ImportRefused
from .reading import Progress, Tally, read_directory, read_rest
from .rows import COLUMNS, READ_KINDS, tables_of
from .staging import Staged, Staging
from .switch import Prepared, compare, switch


def import_export(
    *,
    practice: Practice,
    folder: Path,
    by: StaffMember | None,
    now: Callable[[], datetime],
    progress: Progress = lambda line: None,
    complete: bool | None = None,
    organization: str = "",
    source: str = "",
) -> ImportBatch:
    """Import the FHIR R4 export in `folder` into the chart of `practice`.

    now: asked at the start and at the end. complete: whether the export holds all there is of its patients (None: as
    the folder says, see `export.folder`). organization: the practice's id in the export, when it is not the one that
    most patients name. Returns the batch with its counts and problems. Raises ImportRefused where nothing could be
    imported; the chart is then as before.
    """
    export = open_folder(folder)
    batch = start_batch(practice=practice, kind="fhir", source=source or export.source, by=by, now=now())
    tally = Tally()
    try:
        with Staging(staging_path(batch)) as staging:
            prepared, directory = _prepare(export, batch, staging, tally, progress, organization, complete, now())
            progress("Writing the chart")
            with transaction.atomic():
                for warning in switch(
                    batch=batch, staging=staging, prepared=prepared, directory=directory, by=by, now=now()
                ):
                    tally.note(warning)
                batch.organization = dict(organization_said(directory))
                finish(batch, tally, prepared.counts, now())
    except BaseException as error:
        end_failed(batch, tally, error, now())
        raise
    progress("Looking for duplicate patients")
    find_duplicates(practice=practice, now=now())
    return batch


def start_batch(*, practice: Practice, kind: str, source: str, by: StaffMember | None, now: datetime) -> ImportBatch:
    """Begin. An import that still says it is running was killed, or gives way to this one: it can write no more."""
    with transaction.atomic():
        ImportBatch.objects.filter(practice=practice, state=ImportBatch.State.RUNNING).update(
            state=ImportBatch.State.INTERRUPTED, finished_at=now
        )
        return ImportBatch.objects.create(practice=practice, kind=kind, source=source[:200], by=by, started_at=now)


def staging_path(batch: ImportBatch) -> Path:
    """Where the batch puts rows aside; what killed imports left there is removed."""
    folder = Path(settings.DATA_DIR) / "imports"
    running = set(ImportBatch.objects.filter(state=ImportBatch.State.RUNNING).values_list("pk", flat=True))
    for left in folder.glob("batch-*.sqlite3*"):
        if int(left.name.split("-")[1].split(".")[0]) not in running:
            left.unlink(missing_ok=True)
    return folder / f"batch-{batch.pk}.sqlite3"


def finish(batch: ImportBatch, tally: Tally, changes: dict[str, dict[str, int]], now: datetime) -> None:
    """Note what was read and what could not be used, in the transaction that wrote it."""
    for kind in {*tally.read, *tally.refused, *tally.superseded, *changes}:
        batch.counts[kind or "unknown"] = {
            "read": tally.read.get(kind, 0),
            "refused": tally.refused.get(kind, 0),
            "superseded": tally.superseded.get(kind, 0),
            **changes.get(kind, {}),
        }
    batch.state, batch.finished_at, batch.problems_found = ImportBatch.State.DONE, now, tally.found
    batch.save()
    _save_problems(batch, tally)


def end_failed(batch: ImportBatch, tally: Tally, error: BaseException, now: datetime) -> None:
    """Note that nothing was written, as far as the database still takes a note."""
    batch.failure = (str(error) or type(error).__name__)[:500]
    batch.finished_at, batch.problems_found = now, tally.found
    given_up = not isinstance(error, Exception)
    state = ImportBatch.State.INTERRUPTED if given_up else ImportBatch.State.FAILED
    with suppress(DatabaseError), transaction.atomic():
        running = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.RUNNING)
        if running.update(state=state, failure=batch.failure, finished_at=now, problems_found=batch.problems_found):
            batch.state = state
            _save_problems(batch, tally)


def _save_problems(batch: ImportBatch, tally: Tally) -> None:
    ImportProblem.objects.bulk_create(
        (
            ImportProblem(batch=batch, file=p.file[:255], line=p.line, reason=p.reason[:500], warning=p.warning)
            for p in tally.problems
        ),
        batch_size=500,
    )


def _prepare(
    export: ExportFolder,
    batch: ImportBatch,
    staging: Staging,
    tally: Tally,
    progress: Progress,
    organization: str,
    complete: bool | None,
    now: datetime,
) -> tuple[Prepared, Directory]:
    practice = batch.practice
    for problem in export.problems:
        tally.note(problem)
    directory, patients = read_directory(export, tally, progress)
    directory.settle_practice(list(patients.values()), organization)
    in_chart = set(Patient.objects.filter(practice=practice).values_list("source_id", flat=True))
    as_of = clock.day_of(now, practice.time_zone)
    read_rest(export, directory, patients.keys() | in_chart, staging, tally, progress, as_of)
    if not patients and not any(tally.read.get(kind) for kind in READ_KINDS):
        first = f" The first problem: {tally.problems[0]}" if tally.problems else ""
        raise ImportRefused(f"Nothing in the folder could be used.{first}")
    _stage_patients(patients, directory, staging)
    prepared = Prepared(
        practice=practice,
        source=Source.objects.get_or_create(practice=practice, name=batch.source)[0],
        patients=frozenset(patients),
        survivors=survivors(patients.values(), directory.aliases),
        absent_tables=_absent_tables(export, tally, complete),
        tables=tuple(COLUMNS),
    )
    progress("Comparing with the chart")
    compare(staging, prepared)
    return prepared, directory


def _stage_patients(patients: dict[str, PatientValues], directory: Directory, staging: Staging) -> None:
    for patient in patients.values():
        rows = (patient_row(patient, directory),)
        staging.add(Staged("Patient", patient.id, patient.id, patient.updated, patient.version, rows))
    staging.flush()


def _absent_tables(export: ExportFolder, tally: Tally, complete: bool | None) -> frozenset[str]:
    """Tables whose every source type was in the export without a fault; elsewhere nothing can be said to be gone."""
    if not (export.complete if complete is None else complete) or "" in tally.broken_kinds:
        return frozenset()
    given = {file.kind for file in export.files} | set(tally.read)
    filling: dict[str, set[str]] = {}
    for kind in READ_KINDS:
        for table in tables_of(kind):
            filling.setdefault(table, set()).add(kind)
    return frozenset(table for table, kinds in filling.items() if kinds & given and not kinds & tally.broken_kinds)
