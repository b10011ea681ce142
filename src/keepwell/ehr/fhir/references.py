"""From a Reference to what it means: by address, contained, by a search, or by an identifier alone.

Source: FHIR R4, references.html. What an address names is read by `rules.fhir`, which the bulk path shares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keepwell.rules.fhir import Resource, conditional_identifier, reference_target

from .elements import object_of, text_of


@dataclass(frozen=True, slots=True)
class Target:
    """What a Reference names. kind: "" where the type is not said; id: "" where only an identifier or words are given.

    contained: the resource inside the one that refers. identifier: value of a logical or conditional reference.
    """

    kind: str = ""
    id: str = ""
    identifier: str = ""
    display: str = ""
    contained: Mapping[str, Any] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is named that anybody could look up."""
        return not (self.id or self.identifier or self.contained)


NOWHERE = Target()


def target_of(reference: object, within: Resource) -> Target:
    """What `reference` (a Reference element) of the resource `within` names; an empty Target for none."""
    element = object_of(reference)
    written = text_of(element.get("reference"))
    display = text_of(element.get("display"))
    logical = text_of(object_of(element.get("identifier")).get("value"))
    kind = text_of(element.get("type"))
    if written.startswith("#"):
        return Target(kind, "", logical, display, contained(within, written[1:]))
    if found := conditional_identifier(written):
        return Target(found[0], "", found[1], display)
    named, id_ = reference_target(written) if written else ("", "")
    return Target(named or kind, id_, logical, display)


def contained(within: Resource, id_: str) -> Mapping[str, Any] | None:
    """The resource contained in `within` under this id."""
    inside = within.get("contained")
    items = inside if isinstance(inside, list) else []
    return next((item for item in items if isinstance(item, Mapping) and item.get("id") == id_), None)
