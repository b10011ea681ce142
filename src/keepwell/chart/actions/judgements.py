"""A practitioner's judgement on whether a condition carries significant risk for this patient."""

from datetime import datetime

from django.db import transaction

from keepwell import clock
from keepwell.chart.changes import tell
from keepwell.chart.models import Patient, SignificantRiskJudgement
from keepwell.chart.records import root_of
from keepwell.practice import audit
from keepwell.practice.models import Practice, StaffMember
from keepwell.practice.permissions import PRACTITIONER, Permission

from ._checks import refuse_other_practice, refuse_without, said_why


@transaction.atomic
def judge_significant_risk(
    *,
    practice: Practice,
    patient: Patient,
    group: str,
    holds: bool,
    reason: str,
    by: StaffMember,
    now: datetime,
) -> SignificantRiskJudgement:
    """Say that a condition group does, or does not, put this patient at significant risk.

    by: a practitioner of the practice; medical staff of other roles may not (42 CFR 410.26; rules.md A2). The judgement
    in force before is superseded and kept. Raises PermissionError or ValueError.
    """
    refuse_other_practice(practice, by, patient)
    refuse_without(Permission.JUDGE_RISK, by)
    if PRACTITIONER.key not in by.roles:
        raise PermissionError("Only a billing practitioner judges significant risk.")
    why = said_why(reason)
    if not group.strip():
        raise ValueError("Say which condition group is judged.")
    # The record that stays is the lock and the owner: two judgements at once are made one after the other.
    person = Patient.objects.select_for_update().get(pk=root_of(patient))
    SignificantRiskJudgement.objects.filter(patient=person, group=group, superseded_at=None).update(superseded_at=now)
    row = SignificantRiskJudgement.objects.create(
        practice=practice,
        patient=person,
        group=group.strip(),
        holds=holds,
        reason=why,
        judged_by=by,
        judged_at=now,
        judged_on=clock.day_of(now, practice.time_zone),
    )
    audit.record(
        practice=practice,
        by=by,
        action="risk.judged",
        now=now,
        patient=str(person.public_id),
        subject=group,
        detail={"holds": holds, "judgement": row.pk},
    )
    tell(practice, [person.pk], now)
    return row
