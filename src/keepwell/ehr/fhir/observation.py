"""An Observation: a result or an answer, with the components of a panel."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from keepwell.rules.facts import Coding, ObservationFact
from keepwell.rules.fhir import Resource

from .elements import codings_of, day_of, number_of, object_of, objects_of, status_of, text_of, words_of
from .references import target_of


@dataclass(frozen=True, slots=True)
class Measured:
    """What was asked (codings, text) and what came out: a number in a unit, or answers."""

    codings: tuple[Coding, ...]
    text: str = ""
    value: float | None = None
    unit: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservationValues:
    """An Observation: the whole, and its components, which become facts of their own under the same id."""

    id: str
    whole: Measured
    components: tuple[Measured, ...] = field(default=())
    status: str = ""
    category: str = ""
    effective: date | None = None
    by_patient: bool = False

    def facts(self) -> tuple[ObservationFact, ...]:
        """The facts that the rules read: the observation itself, then each component."""
        return tuple(self._fact(measured) for measured in (self.whole, *self.components))

    def _fact(self, measured: Measured) -> ObservationFact:
        return ObservationFact(
            id=self.id,
            status=self.status,
            codings=measured.codings,
            value=measured.value,
            unit=measured.unit,
            answers=measured.answers,
            effective=self.effective,
            by_patient=self.by_patient,
        )


def read_observation(resource: Resource) -> ObservationValues:
    """The Observation `resource`."""
    return ObservationValues(
        id=resource["id"].strip(),
        whole=_measured(resource),
        components=tuple(_measured(component) for component in objects_of(resource.get("component"))),
        status=text_of(resource.get("status")).lower(),
        category=next((status_of(c) for c in objects_of(resource.get("category"))), ""),
        effective=day_of(resource, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming"),
        by_patient=any(
            target_of(performer, resource).kind in ("Patient", "RelatedPerson")
            for performer in objects_of(resource.get("performer"))
        ),
    )


def _measured(part: Resource) -> Measured:
    value, unit = _number(part)
    return Measured(codings_of(part.get("code")), words_of(part.get("code")), value, unit, _answers(part))


def _number(part: Resource) -> tuple[float | None, str]:
    quantity = object_of(part.get("valueQuantity"))
    if quantity:
        unit = text_of(quantity.get("code")) or text_of(quantity.get("unit"))
        return number_of(quantity.get("value")), unit
    return number_of(part.get("valueInteger")), ""


def _answers(part: Resource) -> tuple[str, ...]:
    concept = part.get("valueCodeableConcept")
    found: list[Any] = [said for coding in codings_of(concept) for said in (coding.code.strip(), coding.display)]
    found += [words_of(concept), text_of(part.get("valueString"))]
    if isinstance(part.get("valueBoolean"), bool):
        found.append(str(part["valueBoolean"]).lower())
    return tuple(dict.fromkeys(answer for answer in found if answer))
