"""What may be believed of a FHIR R4 resource before any rule sees it: references, dates, and what is needed.

Both readers of exports (the bulk scan and the chart's import) ask here, so that one line is refused by both or by none.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

Resource = Mapping[str, Any]

# The element that names the patient, by resource type. Without it a resource belongs to nobody.
PATIENT_ELEMENT: Mapping[str, str] = {
    "Condition": "subject",
    "Coverage": "beneficiary",
    "Encounter": "subject",
    "MedicationRequest": "subject",
    "Observation": "subject",
    "Claim": "patient",
    "ExplanationOfBenefit": "patient",
    "AllergyIntolerance": "patient",
    "CareTeam": "subject",
    "RelatedPerson": "patient",
}

_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?$")
_CONDITIONAL = re.compile(r"^([A-Za-z]+)\?(?:.*&)?identifier=(?:[^|]*\|)?([^&]+)")


def reference_target(reference: str) -> tuple[str, str]:
    """The resource type and id that a Reference.reference names.

    reference: relative (Patient/1), absolute (https://host/fhir/Patient/1), versioned (…/_history/2), urn:uuid:…,
    or contained (#p1). Returns ("", id) where the type is not said and ("", "") where there is no id.
    Source: FHIR R4, references.html.
    """
    text = reference.strip()
    if text.startswith(("urn:uuid:", "urn:oid:")):
        return "", text.rsplit(":", 1)[1]
    if text.startswith("#"):
        return "", text
    path = text.split("?", 1)[0].split("/_history/", 1)[0].rstrip("/")
    parts = path.rsplit("/", 2)
    if "?" in text or not parts[-1]:
        return "", ""
    return (parts[-2] if len(parts) > 1 else ""), parts[-1]


def conditional_identifier(reference: str) -> tuple[str, str] | None:
    """The type and identifier value of a conditional reference (Practitioner?identifier=system|value), or None."""
    found = _CONDITIONAL.match(reference.strip())
    return (found[1], found[2]) if found else None


def date_of(value: object) -> date | None:
    """The calendar date of a FHIR date or dateTime as written; a partial date is its first day; None if unreadable.

    >>> date_of("1951-05")
    datetime.date(1951, 5, 1)
    """
    found = _DATE.match(value) if isinstance(value, str) else None
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None


def patient_of(resource: Resource) -> str:
    """The id of the patient that `resource` belongs to, "" when it names none."""
    element = resource.get(PATIENT_ELEMENT.get(str(resource.get("resourceType")), ""))
    reference = element.get("reference") if isinstance(element, Mapping) else None
    return reference_target(reference)[1] if isinstance(reference, str) else ""


def problem(resource: object) -> str | None:
    """Why `resource` cannot be used, as a clause for the person who must mend it, or None when it can.

    A resource needs its resourceType and id, and its patient; a Condition a code or words; a Patient's birth date may
    be absent or partial but not impossible.
    """
    if not isinstance(resource, Mapping):
        return "not a JSON object"
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not kind:
        return "no resourceType"
    if not isinstance(resource.get("id"), str) or not resource["id"].strip():
        return "no id"
    if kind == "Patient":
        birth = resource.get("birthDate")
        return None if birth is None or date_of(birth) else f"birthDate {str(birth)[:20]!r} is not a date"
    if kind in PATIENT_ELEMENT and not patient_of(resource):
        return f"no {PATIENT_ELEMENT[kind]} (whose it is)"
    if kind == "Condition" and not _says_what(resource.get("code")):
        return "no code"
    return None


def _says_what(concept: object) -> bool:
    """Whether a CodeableConcept has a code, a display or a text."""
    if not isinstance(concept, Mapping):
        return False
    codings = concept.get("coding")
    said = [c for c in codings if isinstance(c, Mapping)] if isinstance(codings, list) else []
    return bool(concept.get("text")) or any(c.get("code") or c.get("display") for c in said)
