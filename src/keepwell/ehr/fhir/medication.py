"""A MedicationRequest (an order) or a MedicationStatement (what is being taken)."""

from dataclasses import dataclass

from keepwell.rules.facts import MedicationFact
from keepwell.rules.fhir import Resource

from .directory import Directory, DrugEntry
from .elements import codings_of, day_of, objects_of, text_of, words_of
from .references import target_of


@dataclass(frozen=True, slots=True)
class MedicationValues:
    """An order: the fact, its directions in words and who wrote it."""

    fact: MedicationFact
    directions: str = ""
    prescriber: str = ""


def read_order(resource: Resource, directory: Directory) -> MedicationValues:
    """The MedicationRequest `resource`."""
    drug = drug_of(resource, directory)
    instructions = list(objects_of(resource.get("dosageInstruction")))
    fact = MedicationFact(
        id=resource["id"].strip(),
        status=text_of(resource.get("status")).lower(),
        intent=text_of(resource.get("intent")).lower(),
        codings=drug.codings,
        text=drug.text,
        as_needed=any(is_as_needed(i) for i in instructions),
        authored=day_of(resource, "authoredOn"),
    )
    prescriber = directory.name_of(target_of(resource.get("requester"), resource))
    return MedicationValues(fact, _directions(instructions), prescriber)


def read_statement(resource: Resource, directory: Directory) -> MedicationValues:
    """The MedicationStatement `resource`: nobody's order, so its intent is "statement" and no rule counts it."""
    drug = drug_of(resource, directory)
    dosages = list(objects_of(resource.get("dosage")))
    fact = MedicationFact(
        id=resource["id"].strip(),
        status=text_of(resource.get("status")).lower(),
        intent="statement",
        codings=drug.codings,
        text=drug.text,
        as_needed=any(is_as_needed(d) for d in dosages),
        authored=day_of(resource, "effectiveDateTime", "effectivePeriod", "dateAsserted"),
    )
    return MedicationValues(fact, _directions(dosages))


def drug_of(resource: Resource, directory: Directory) -> DrugEntry:
    """The drug: coded in place, or a Medication of the export or inside the resource."""
    for element in ("medicationCodeableConcept", "medication"):
        concept = resource.get(element)
        if isinstance(concept, dict) and "concept" in concept:
            concept = concept["concept"]
        if codings_of(concept) or words_of(concept):
            return DrugEntry(codings_of(concept), words_of(concept))
    reference = resource.get("medicationReference")
    if reference is None and isinstance(resource.get("medication"), dict):
        reference = resource["medication"].get("reference")
    return directory.drug_of(target_of(reference, resource))


def is_as_needed(dosage: Resource) -> bool:
    """Whether a Dosage is to be taken only when needed."""
    return bool(
        dosage.get("asNeededBoolean") is True
        or dosage.get("asNeeded") is True
        or dosage.get("asNeededCodeableConcept")
        or dosage.get("asNeededFor")
    )


def _directions(dosages: list[Resource]) -> str:
    said = (text_of(d.get("text")) or text_of(d.get("patientInstruction")) for d in dosages)
    return "; ".join(text for text in said if text)
