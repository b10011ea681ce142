"""Every write of the chart, as verbs: keyword-only, `by` whom, `now`, one transaction with its audit entry."""

from .care_team import add_to_care_team, end_in_care_team
from .duplicates import find_duplicates, keep_apart, merge, undo_merge, withdraw_keep_apart
from .judgements import judge_significant_risk

__all__ = [
    "add_to_care_team",
    "end_in_care_team",
    "find_duplicates",
    "judge_significant_risk",
    "keep_apart",
    "merge",
    "undo_merge",
    "withdraw_keep_apart",
]
