"""An Encounter: a visit or a stay."""

from dataclasses import dataclass

from keepwell.rules.facts import EncounterFact
from keepwell.rules.fhir import Resource

from .directory import Directory
from .elements import codings_of, object_of, objects_of, period_of, said_of, status_of, text_of, words_of
from .references import target_of


@dataclass(frozen=True, slots=True)
class EncounterValues:
    """An Encounter: the fact, where it was and why."""

    fact: EncounterFact
    place: str = ""
    reason: str = ""


def read_encounter(resource: Resource, directory: Directory) -> EncounterValues:
    """The Encounter `resource`; class may be missing, a Coding (R4) or a list of CodeableConcepts (as in R5)."""
    start, end = period_of(resource.get("period") or resource.get("actualPeriod"))
    types = list(objects_of(resource.get("type")))
    fact = EncounterFact(
        id=resource["id"].strip(),
        status=text_of(resource.get("status")).lower(),
        class_code=class_of(resource.get("class")),
        types=tuple(coding for concept in types for coding in codings_of(concept)),
        type_texts=tuple(text for concept in types if (text := words_of(concept))),
        priority=status_of(resource.get("priority")).upper(),
        start=start,
        end=end,
    )
    place = directory.name_of(target_of(resource.get("serviceProvider"), resource))
    reason = next((said_of(r) for r in objects_of(resource.get("reasonCode"))), "")
    return EncounterValues(fact, place, reason)


def class_of(value: object) -> str:
    """The code of Encounter.class, "" when missing."""
    if isinstance(value, str):
        return value.strip()
    first = object_of(value)
    if code := text_of(first.get("code")):
        return code
    return next((c.code.strip() for c in codings_of(first) if c.code.strip()), "")
