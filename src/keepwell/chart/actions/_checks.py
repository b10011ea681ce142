"""What several verbs ask of their arguments."""

from keepwell.chart.models import Patient
from keepwell.practice.models import Practice, StaffMember
from keepwell.practice.permissions import Permission


def refuse_other_practice(practice: Practice, by: StaffMember | None, *patients: Patient) -> None:
    """Nobody reaches this with a row of another practice; if somebody does, it is a fault of ours and stops here."""
    if (by is not None and by.practice_id != practice.pk) or any(p.practice_id != practice.pk for p in patients):
        raise ValueError("That belongs to another practice.")


def refuse_without(permission: Permission, by: StaffMember) -> None:
    """Stop somebody whose roles do not hold the permission."""
    if not by.may(permission):
        raise PermissionError(f"{by.name} may not do this.")


def said_why(reason: str) -> str:
    """The reason without blanks around it. Raises ValueError when there is none."""
    if not reason.strip():
        raise ValueError("Say why: a decision without a reason cannot be explained later.")
    return reason.strip()[:500]
