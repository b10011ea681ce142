"""People around the patient, added and ended by hand."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from keepwell import clock
from keepwell.chart.models import CareTeamMember, Patient
from keepwell.practice import audit
from keepwell.practice.models import Practice, StaffMember

from ._checks import refuse_other_practice


@transaction.atomic
def add_to_care_team(
    *,
    practice: Practice,
    patient: Patient,
    kind: str,
    name: str,
    by: StaffMember,
    now: datetime,
    role: str = "",
    organization: str = "",
    phone: str = "",
) -> CareTeamMember:
    """Add an outside specialist, a pharmacy, a caregiver. Raises ValueError for an unknown kind or without a name."""
    refuse_other_practice(practice, by, patient)
    if kind not in CareTeamMember.Kind.values:
        raise ValueError(f"Choose what they are to the patient: {', '.join(CareTeamMember.Kind.labels)}.")
    if not name.strip():
        raise ValueError("A member of the care team needs a name.")
    row = CareTeamMember.objects.create(
        practice=practice,
        patient=patient,
        source_id=f"hand:{uuid4()}",
        imported_at=now,
        kind=kind,
        name=name.strip()[:200],
        role=role.strip()[:200],
        organization=organization.strip()[:200],
        phone=phone.strip()[:60],
        since=clock.day_of(now, practice.time_zone),
        added_by=by,
    )
    audit.record(
        practice=practice,
        by=by,
        action="care_team.added",
        now=now,
        patient=str(patient.public_id),
        subject=row.get_kind_display(),
        detail={"member": row.pk},
    )
    return row


@transaction.atomic
def end_in_care_team(*, member: CareTeamMember, by: StaffMember, now: datetime) -> CareTeamMember:
    """End somebody's place in the care team, also one from the export; the row stays. Ending twice is once."""
    refuse_other_practice(member.practice, by, member.patient)
    ended = clock.day_of(now, member.practice.time_zone)
    if CareTeamMember.objects.filter(pk=member.pk, ended_on=None).update(ended_on=ended):
        audit.record(
            practice=member.practice,
            by=by,
            action="care_team.ended",
            now=now,
            patient=str(member.patient.public_id),
            subject=member.get_kind_display(),
            detail={"member": member.pk},
        )
    member.refresh_from_db()
    return member
