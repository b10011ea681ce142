"""A Condition or an AllergyIntolerance: something a patient has, with its statuses."""

from dataclasses import dataclass
from datetime import date

from keepwell.rules.facts import Coding, ConditionFact
from keepwell.rules.fhir import Resource

from .elements import codings_of, day_of, objects_of, said_of, status_of, text_of, words_of


@dataclass(frozen=True, slots=True)
class ConditionValues:
    """A Condition: the fact, and what a person wants to see beside it. category: problem-list-item and the like."""

    fact: ConditionFact
    category: str = ""
    abated: date | None = None
    recorded: date | None = None


def read_condition(resource: Resource) -> ConditionValues:
    """The Condition `resource`. An abatement decides nothing: a missing clinicalStatus counts as active."""
    fact = ConditionFact(
        id=resource["id"].strip(),
        codings=codings_of(resource.get("code")),
        text=words_of(resource.get("code")),
        clinical_status=status_of(resource.get("clinicalStatus")),
        verification_status=status_of(resource.get("verificationStatus")),
        onset=day_of(resource, "onsetDateTime", "onsetPeriod", "recordedDate"),
    )
    category = next((status_of(c) for c in objects_of(resource.get("category"))), "")
    return ConditionValues(
        fact, category, day_of(resource, "abatementDateTime", "abatementPeriod"), day_of(resource, "recordedDate")
    )


@dataclass(frozen=True, slots=True)
class AllergyValues:
    """What a patient does not tolerate. criticality: low, high or unable-to-assess, "" when not said."""

    id: str
    codings: tuple[Coding, ...]
    text: str = ""
    clinical_status: str = ""
    verification_status: str = ""
    criticality: str = ""
    reactions: tuple[str, ...] = ()
    recorded: date | None = None


def read_allergy(resource: Resource) -> AllergyValues:
    """The AllergyIntolerance `resource`."""
    manifestations = [m for r in objects_of(resource.get("reaction")) for m in objects_of(r.get("manifestation"))]
    return AllergyValues(
        id=resource["id"].strip(),
        codings=codings_of(resource.get("code")),
        text=words_of(resource.get("code")),
        clinical_status=status_of(resource.get("clinicalStatus")),
        verification_status=status_of(resource.get("verificationStatus")),
        criticality=text_of(resource.get("criticality")).lower(),
        reactions=tuple(dict.fromkeys(said for m in manifestations if (said := said_of(m)))),
        recorded=day_of(resource, "recordedDate", "onsetDateTime"),
    )
