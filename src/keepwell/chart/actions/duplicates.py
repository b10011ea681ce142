"""What a person decides about two records: one person (merge, and undo), or different people."""

from datetime import datetime

from django.db import transaction

from keepwell.chart.changes import tell
from keepwell.chart.duplicates import find
from keepwell.chart.identities import identities
from keepwell.chart.models import DuplicateCandidate, DuplicateDecision, Merge, Patient
from keepwell.chart.records import roots
from keepwell.practice import audit
from keepwell.practice.models import Practice, StaffMember
from keepwell.practice.permissions import Permission

from ._checks import refuse_other_practice, refuse_without


def find_duplicates(*, practice: Practice, now: datetime) -> int:
    """Look for records that may be one person and put the list in the place of the last one. Returns how many.

    Software proposes here and nobody decides, so no audit entry is made.
    """
    found = find(identities(practice))
    with transaction.atomic():
        DuplicateCandidate.objects.filter(practice=practice).delete()
        DuplicateCandidate.objects.bulk_create(
            (
                DuplicateCandidate(
                    practice=practice,
                    lower_id=pair.lower,
                    higher_id=pair.higher,
                    score=pair.score,
                    evidence=pair.evidence[:1000],
                    found_at=now,
                )
                for pair in found
            ),
            batch_size=500,
        )
    return len(found)


@transaction.atomic
def merge(
    *,
    practice: Practice,
    kept: Patient,
    merged: Patient,
    evidence: str,
    by: StaffMember,
    now: datetime,
    reason: str = "",
) -> Merge:
    """Let `merged` be part of `kept`: one line in every list, the facts of both count. Nothing is moved or deleted.

    evidence: the sentence that the person saw. Raises ValueError where either is merged already, PermissionError.
    """
    refuse_other_practice(practice, by, kept, merged)
    refuse_without(Permission.RESOLVE_DUPLICATES, by)
    rows = {p.pk: p for p in Patient.objects.select_for_update().filter(pk__in=[kept.pk, merged.pk]).order_by("pk")}
    if kept.pk == merged.pk:
        raise ValueError("A record cannot be merged into itself.")
    if any(row.merged_into_id for row in rows.values()):
        raise ValueError("One of the two was merged meanwhile; look at the list again.")
    _withdraw(kept, merged, now)
    Patient.objects.filter(pk=merged.pk).update(merged_into=kept, merged_by_source=False)
    row = Merge.objects.create(
        practice=practice,
        merged=merged,
        kept=kept,
        evidence=evidence[:1000],
        reason=reason.strip()[:500],
        merged_by=by,
        merged_at=now,
    )
    _record("patient.merged", row, by, now)
    tell(practice, [kept.pk, merged.pk], now)
    return row


@transaction.atomic
def undo_merge(*, merge: Merge, by: StaffMember, now: datetime, reason: str = "") -> Merge:
    """Let both records stand for themselves again, each with its own facts. Raises ValueError when it was undone."""
    refuse_other_practice(merge.practice, by, merge.kept, merge.merged)
    refuse_without(Permission.RESOLVE_DUPLICATES, by)
    if not Merge.objects.filter(pk=merge.pk, undone_at=None).update(undone_at=now, undone_by=by):
        raise ValueError("This merge was undone already.")
    Patient.objects.filter(pk=merge.merged_id).update(merged_into=None)
    merge.refresh_from_db()
    _record("patient.merge_undone", merge, by, now, reason.strip()[:500])
    tell(merge.practice, {merge.merged_id, roots(merge.practice).get(merge.kept_id, merge.kept_id)}, now)
    return merge


@transaction.atomic
def keep_apart(
    *, practice: Practice, one: Patient, other: Patient, evidence: str, by: StaffMember, now: datetime, reason: str = ""
) -> DuplicateDecision:
    """Say that two records are different people: they are not proposed again. Saying it twice is once."""
    refuse_other_practice(practice, by, one, other)
    refuse_without(Permission.RESOLVE_DUPLICATES, by)
    if one.pk == other.pk:
        raise ValueError("That is one record.")
    lower, higher = sorted((one, other), key=lambda p: p.pk)
    row, made = DuplicateDecision.objects.get_or_create(
        practice=practice,
        lower=lower,
        higher=higher,
        withdrawn_at=None,
        defaults={
            "evidence": evidence[:1000],
            "reason": reason.strip()[:500],
            "decided_by": by,
            "decided_at": now,
        },
    )
    if made:
        for patient in (lower, higher):
            audit.record(
                practice=practice,
                by=by,
                action="patient.kept_apart",
                now=now,
                patient=str(patient.public_id),
                detail={"decision": row.pk},
            )
    return row


@transaction.atomic
def withdraw_keep_apart(*, decision: DuplicateDecision, by: StaffMember, now: datetime) -> DuplicateDecision:
    """Take back that two records are different people: they may be proposed again."""
    refuse_other_practice(decision.practice, by)
    refuse_without(Permission.RESOLVE_DUPLICATES, by)
    if DuplicateDecision.objects.filter(pk=decision.pk, withdrawn_at=None).update(withdrawn_at=now):
        audit.record(
            practice=decision.practice,
            by=by,
            action="patient.kept_apart_withdrawn",
            now=now,
            patient=str(decision.lower.public_id),
            detail={"decision": decision.pk},
        )
    decision.refresh_from_db()
    return decision


def _withdraw(one: Patient, other: Patient, now: datetime) -> None:
    lower, higher = sorted((one.pk, other.pk))
    DuplicateDecision.objects.filter(lower=lower, higher=higher, withdrawn_at=None).update(withdrawn_at=now)


def _record(action: str, row: Merge, by: StaffMember, now: datetime, reason: str = "") -> None:
    for patient in (row.kept, row.merged):
        audit.record(
            practice=row.practice,
            by=by,
            action=action,
            now=now,
            patient=str(patient.public_id),
            detail={"merge": row.pk} | ({"reason": reason} if reason else {}),
        )
