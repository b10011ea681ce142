"""A Claim or an ExplanationOfBenefit: which services were billed, when, and by whom."""

from collections.abc import Iterator

from keepwell.rules.facts import ServiceClaimFact
from keepwell.rules.fhir import Resource

from .directory import Directory
from .elements import ENTERED_IN_ERROR, codings_of, day_of, object_of, objects_of, text_of
from .references import Target, target_of

# What was taken back, or never sent, bills nothing.
VOID = frozenset({"cancelled", ENTERED_IN_ERROR, "draft"})


def read_lines(resource: Resource, directory: Directory) -> tuple[ServiceClaimFact, ...]:
    """One fact a line and code; none for a claim that is void or only asks in advance (preauthorization)."""
    asks_only = text_of(resource.get("use")) in ("preauthorization", "predetermination")
    if asks_only or text_of(resource.get("status")).lower() in VOID:
        return ()
    whole = day_of(resource, "billablePeriod") or day_of(resource, "created")
    by_practice = _by_practice(resource, directory)
    id_ = f"{resource['resourceType']}/{resource['id'].strip()}"
    return tuple(
        ServiceClaimFact(id_, code, day_of(item, "servicedDate", "servicedPeriod") or whole, by_practice)
        for item in objects_of(resource.get("item"))
        for code in dict.fromkeys(c.code.strip().upper() for c in codings_of(item.get("productOrService")))
        if code
    )


def _by_practice(resource: Resource, directory: Directory) -> bool | None:
    """True when any named provider is the practice's, False when all known ones are others, None when none is known."""
    known = [directory.is_practice(target) for target in _providers(resource)]
    return True if True in known else (False if False in known else None)


def _providers(resource: Resource) -> Iterator[Target]:
    yield target_of(resource.get("provider"), resource)
    for member in objects_of(resource.get("careTeam")):
        yield target_of(object_of(member.get("provider")), resource)
