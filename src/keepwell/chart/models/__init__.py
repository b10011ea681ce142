"""Tables of the chart, a subject a file. Rows are changed only through the verbs in `actions` and by imports."""

from .care import CareTeamMember, SignificantRiskJudgement
from .clinical import Allergy, Condition, Document, Encounter, Immunization, MedicationOrder, Observation, Procedure
from .cover import Coverage, ServiceClaim
from .duplicates import DuplicateCandidate, DuplicateDecision, Merge
from .patients import Patient, PatientPhone
from .source import Source

__all__ = [
    "Allergy",
    "CareTeamMember",
    "Condition",
    "Coverage",
    "Document",
    "DuplicateCandidate",
    "DuplicateDecision",
    "Encounter",
    "Immunization",
    "MedicationOrder",
    "Merge",
    "Observation",
    "Patient",
    "PatientPhone",
    "Procedure",
    "ServiceClaim",
    "SignificantRiskJudgement",
    "Source",
]
