"""The small parts that every resource is made of: codings, words, periods, quantities. Odd shapes read as empty."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from keepwell.rules.facts import Coding
from keepwell.rules.fhir import Resource, date_of

# Statuses that say a statement was never true.
ENTERED_IN_ERROR = "entered-in-error"


def text_of(value: object) -> str:
    """A string without the blanks around it, "" for anything else."""
    return value.strip() if isinstance(value, str) else ""


def object_of(value: object) -> Mapping[str, Any]:
    """A JSON object; the first one of a list; an empty one for anything else."""
    if isinstance(value, Mapping):
        return value
    return next(objects_of(value), {})


def objects_of(value: object) -> Iterator[Mapping[str, Any]]:
    """The JSON objects of a list; a single object where a list belongs counts as one."""
    items = value if isinstance(value, list) else [value]
    return (item for item in items if isinstance(item, Mapping))


def codings_of(concept: object) -> tuple[Coding, ...]:
    """The codings of a CodeableConcept, codes as written, those without code and display left out."""
    found = []
    for coding in objects_of(object_of(concept).get("coding")):
        code = coding["code"] if isinstance(coding.get("code"), str) else ""
        display = text_of(coding.get("display"))
        if code.strip() or display:
            found.append(Coding(text_of(coding.get("system")), code, display))
    return tuple(found)


def words_of(concept: object) -> str:
    """The text of a CodeableConcept."""
    return text_of(object_of(concept).get("text"))


def said_of(concept: object) -> str:
    """What a person would read of a CodeableConcept: its text, else its first display, else its first code."""
    codings = codings_of(concept)
    return (
        words_of(concept) or next((c.display for c in codings if c.display), "") or "".join(c.code for c in codings[:1])
    )


def status_of(concept: object) -> str:
    """The code of a status given as a CodeableConcept (or, as some write it, as a plain string)."""
    if isinstance(concept, str):
        return concept.strip().lower()
    codings = codings_of(concept)
    return (codings[0].code.strip() or codings[0].display).lower() if codings else words_of(concept).lower()


def day_of(resource: Resource, *elements: str) -> date | None:
    """The first readable date of `elements`; of a Period or Timing its start."""
    for element in elements:
        value = resource.get(element)
        if isinstance(value, Mapping):
            value = value.get("start") or next(iter(value.get("event") or []), None)
        if found := date_of(value):
            return found
    return None


def period_of(value: object) -> tuple[date | None, date | None]:
    """Start and end of a Period; None where open or unreadable."""
    period = object_of(value)
    return date_of(period.get("start")), date_of(period.get("end"))


def number_of(value: object) -> float | None:
    """A JSON number, also one written as a string."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(value) if isinstance(value, str) else None
    except ValueError:
        return None


def updated_of(resource: Resource) -> datetime | None:
    """meta.lastUpdated as a moment in UTC, None when missing or unreadable."""
    written = text_of(object_of(resource.get("meta")).get("lastUpdated"))
    try:
        moment = datetime.fromisoformat(written) if written else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def version_of(resource: Resource) -> str:
    """meta.versionId, "" when missing."""
    return text_of(object_of(resource.get("meta")).get("versionId"))
