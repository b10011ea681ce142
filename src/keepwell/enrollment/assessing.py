"""A decision of the rules as a row."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from keepwell.rules.eligibility import Identification, IdentifyParameters

from .models import Assessment


def row_of(
    practice: int, patient: int, decision: Identification, parameters: IdentifyParameters, version: str, now: datetime
) -> Assessment:
    """The row of one patient; practice and patient are primary keys."""
    return Assessment(practice_id=practice, patient_id=patient, **_values(decision, parameters, version, now))


def _values(decision: Identification, parameters: IdentifyParameters, version: str, now: datetime) -> Mapping[str, Any]:
    reasons, programs = list(decision.reasons), list(decision.programs)
    return {
        "as_of": parameters.as_of,
        "eligible": decision.eligible,
        "deceased": "deceased" in reasons,
        "covered": "no_coverage" not in reasons,
        "leading_reason": reasons[0] if reasons else "",
        "reasons": reasons,
        "age": decision.age,
        "payer": decision.payer,
        "programs": programs,
        "in_ccm": "ccm" in programs,
        "in_pcm": "pcm" in programs,
        "in_bhi": "bhi" in programs,
        "group_keys": [condition.group for condition in decision.conditions],
        "group_count": len(decision.conditions),
        "conditions": [asdict(condition) for condition in decision.conditions],
        "waiting": [asdict(condition) for condition in decision.waiting],
        "unmapped": list(decision.unmapped),
        "has_unmapped": bool(decision.unmapped),
        "complexity": decision.complexity.result,
        "complexity_score": decision.complexity.score,
        "complexity_because": list(decision.complexity.because),
        "last_visit": decision.last_visit,
        "initiating_visit_needed": decision.initiating_visit_needed,
        "enrolled": decision.enrolled,
        "decision": decision.as_contract(),
        "rules_version": version,
        "assessed_at": now,
    }


UPDATED = tuple(
    field.name for field in Assessment._meta.concrete_fields if field.name not in {"id", "practice", "patient"}
)
