"""A Coverage: who pays, from when to when."""

from dataclasses import dataclass

from keepwell.rules.facts import CoverageFact
from keepwell.rules.fhir import Resource

from .directory import Directory
from .elements import codings_of, number_of, objects_of, period_of, text_of, words_of
from .references import target_of


@dataclass(frozen=True, slots=True)
class CoverageValues:
    """A Coverage: the fact, the member's number and the order in which payers are billed (1 first)."""

    fact: CoverageFact
    member_number: str = ""
    order: int | None = None


def read_coverage(resource: Resource, directory: Directory) -> CoverageValues:
    """The Coverage `resource`. Every class counts as a plan, by its value and its name."""
    start, end = period_of(resource.get("period"))
    classes = list(objects_of(resource.get("class")))
    plans = (text_of(part) for c in classes for part in (c.get("value"), c.get("name")))
    payors = (directory.name_of(target_of(payor, resource)) for payor in objects_of(resource.get("payor")))
    fact = CoverageFact(
        id=resource["id"].strip(),
        status=text_of(resource.get("status")).lower(),
        types=codings_of(resource.get("type")),
        type_text=words_of(resource.get("type")),
        plans=tuple(plan for plan in plans if plan),
        payors=tuple(payor for payor in payors if payor),
        start=start,
        end=end,
    )
    order = number_of(resource.get("order"))
    return CoverageValues(fact, text_of(resource.get("subscriberId")), int(order) if order is not None else None)
