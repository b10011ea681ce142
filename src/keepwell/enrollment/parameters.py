"""The rules as a practice has approved them, on one day.

Approved contents: "condition_groups" {"changes": [...]} as `ConditionGroups.changed` takes them; "payers"
{"payers": [...]}, kinds of cover or words of a payor's name.
"""

from datetime import date

from keepwell.practice import parameters as approved
from keepwell.practice.models import Practice
from keepwell.rules.eligibility import IdentifyParameters, default_parameters

KINDS = ("condition_groups", "payers", "eligibility_rules")


def in_force(practice: Practice, as_of: date) -> IdentifyParameters:
    """What `rules.eligibility.identify` is to be asked with. Three queries."""
    groups = approved.approved(practice, "condition_groups") or {}
    payers = approved.approved(practice, "payers") or {}
    return default_parameters(as_of).with_practice(
        groups=groups.get("changes") or (), payers=payers.get("payers") or ()
    )


def version(practice: Practice, parameters: IdentifyParameters) -> str:
    """Which rules decide: the box's own version, and those that the practice has approved. Three queries."""
    rows = {kind: approved.in_force(practice, kind) for kind in KINDS}
    own = [f"{kind} {row.version}" for kind, row in rows.items() if row is not None]
    return ", ".join([f"rules {parameters.groups.version}", *own])[:100]
