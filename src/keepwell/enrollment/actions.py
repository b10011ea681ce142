"""Every write of the room, as verbs: keyword-only, `by` whom, `now`, one transaction with its audit entry.

An assessment is computed, not decided by anybody; it can be made again at any time and is not audited row by row.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import transaction

from keepwell import clock
from keepwell.chart.models import Patient
from keepwell.chart.queries import keyed_facts
from keepwell.chart.records import people, roots
from keepwell.practice import audit
from keepwell.practice.models import Practice, StaffMember
from keepwell.practice.permissions import Permission
from keepwell.rules.eligibility import identify

from . import parameters as rules
from .assessing import UPDATED, row_of
from .models import AssessedGroup, Assessment, Enrollment, Reassessment, SavedFilter

_AT_A_TIME = 250


def assess(*, practice: Practice, as_of: date, now: datetime, patients: Iterable[int] | None = None) -> int:
    """Ask the rules about patients on `as_of` and keep the answers, a chunk a transaction. Returns how many.

    patients: primary keys of records (None: the whole practice). A chart that changes meanwhile leaves its patients
    marked for reassessment, so that the worker asks again.
    """
    parameters = rules.in_force(practice, as_of)
    version = rules.version(practice, parameters)
    enrolled = enrolled_people(practice, as_of)
    wanted = None if patients is None else set(patients)
    count = 0
    decided = (
        row_of(
            practice.pk, key, identify(replace(facts, enrolled=key in enrolled), parameters), parameters, version, now
        )
        for key, facts in keyed_facts(practice, wanted)
    )
    for chunk in _chunks(decided):
        _save(practice, chunk, now)
        count += len(chunk)
    with transaction.atomic():
        Assessment.objects.filter(practice=practice, patient__merged_into__isnull=False).delete()
        Reassessment.objects.filter(practice=practice, patient__merged_into__isnull=False, asked_at__lte=now).delete()
    return count


def _chunks(rows: Iterator[Assessment]) -> Iterator[list[Assessment]]:
    while chunk := list(islice(rows, _AT_A_TIME)):
        yield chunk


@transaction.atomic
def _save(practice: Practice, rows: list[Assessment], now: datetime) -> None:
    keys = [row.patient_id for row in rows]
    Assessment.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["patient"], update_fields=UPDATED, batch_size=50
    )
    ids = dict(Assessment.objects.filter(patient_id__in=keys).values_list("patient_id", "pk"))
    AssessedGroup.objects.filter(assessment_id__in=ids.values()).delete()
    AssessedGroup.objects.bulk_create(
        (
            AssessedGroup(practice=practice, assessment_id=ids[row.patient_id], group=group)
            for row in rows
            for group in row.group_keys
        ),
        batch_size=500,
    )
    Reassessment.objects.filter(patient_id__in=keys, asked_at__lte=now).delete()


def enrolled_people(practice: Practice, on: date) -> frozenset[int]:
    """Records (those that stay) of people who are enrolled in any program on a day."""
    rows = Enrollment.objects.filter(practice=practice, since__lte=on).exclude(until__lte=on)
    return frozenset(people(set(rows.values_list("patient_id", flat=True)), roots(practice)))


def ask_reassessment(practice: Practice, patients: Collection[int] | None, now: datetime) -> None:
    """Have the worker ask the rules again about these records (None: all of the practice). Asking twice is once."""
    if patients is None:
        patients = list(Patient.objects.filter(practice=practice, merged_into=None).values_list("pk", flat=True))
    Reassessment.objects.bulk_create(
        (Reassessment(practice=practice, patient_id=key, asked_at=now) for key in sorted(patients)),
        update_conflicts=True,
        unique_fields=["patient"],
        update_fields=["asked_at"],
        batch_size=250,
    )


@transaction.atomic
def mark_enrolled(
    *,
    practice: Practice,
    patients: Collection[Patient],
    program: str,
    since: date,
    source: str,
    by: StaffMember | None,
    now: datetime,
) -> int:
    """Say that patients are enrolled in a program from a day on, known from `source`. Returns how many were not before.

    by: None for the command line. Raises ValueError for an unknown program or a patient of another practice.
    """
    if by is not None and not by.may(Permission.MARK_ENROLLED):
        raise PermissionError(f"{by.name} may not mark patients as enrolled.")
    _refuse_other_practice(practice, by, patients)
    if program not in Enrollment.Program.values:
        raise ValueError(f"There is no program {program!r}; one of {', '.join(Enrollment.Program.values)}.")
    open_rows = Enrollment.objects.filter(practice=practice, program=program, until=None)
    enrolled = set(open_rows.values_list("patient_id", flat=True))
    new = [patient for patient in patients if patient.pk not in enrolled]
    for patient in new:
        Enrollment.objects.create(
            practice=practice,
            patient=patient,
            program=program,
            since=since,
            source=source[:200],
            marked_by=by,
            marked_at=now,
        )
        _record(practice, by, "enrollment.marked", now, patient, {"program": program, "since": since.isoformat()})
    ask_reassessment(practice, [patient.pk for patient in new], now)
    return len(new)


@transaction.atomic
def end_enrollment(*, enrollment: Enrollment, until: date, reason: str, by: StaffMember | None, now: datetime) -> None:
    """Say that an enrollment ended before `until`. Raises ValueError when it has ended already, or without a reason."""
    if by is not None and not by.may(Permission.MARK_ENROLLED):
        raise PermissionError(f"{by.name} may not end an enrollment.")
    _refuse_other_practice(enrollment.practice, by, [enrollment.patient])
    if not reason.strip():
        raise ValueError("Say why the enrollment ends.")
    if until < enrollment.since:
        raise ValueError(f"It began on {enrollment.since}; it cannot end before.")
    if not Enrollment.objects.filter(pk=enrollment.pk, until=None).update(until=until):
        raise ValueError("This enrollment has ended already.")
    detail = {"program": enrollment.program, "until": until.isoformat(), "reason": reason.strip()[:500]}
    _record(enrollment.practice, by, "enrollment.ended", now, enrollment.patient, detail)
    ask_reassessment(enrollment.practice, [enrollment.patient_id], now)


@transaction.atomic
def save_filter(*, member: StaffMember, page: str, name: str, query: str, now: datetime) -> SavedFilter:
    """Keep the filters of a page under a name of one's own; the same name again replaces them."""
    if not name.strip():
        raise ValueError("Give the filter a name.")
    row, _ = SavedFilter.objects.update_or_create(
        member=member,
        page=page,
        name=name.strip()[:80],
        defaults={"practice": member.practice, "query": query[:1000], "saved_at": now},
    )
    return row


def forget_filter(*, member: StaffMember, key: int) -> None:
    """Remove a saved filter of one's own; somebody else's does not exist for one."""
    SavedFilter.objects.filter(member=member, pk=key).delete()


def today(practice: Practice, now: datetime) -> date:
    """The practice's calendar date."""
    return clock.day_of(now, practice.time_zone)


def _refuse_other_practice(practice: Practice, by: StaffMember | None, patients: Collection[Patient]) -> None:
    if (by is not None and by.practice_id != practice.pk) or any(p.practice_id != practice.pk for p in patients):
        raise ValueError("That belongs to another practice.")


def _record(
    practice: Practice, by: StaffMember | None, action: str, now: datetime, patient: Patient, detail: dict[str, Any]
) -> None:
    audit.record(practice=practice, by=by, action=action, now=now, patient=str(patient.public_id), detail=detail)
