"""A CareTeam: who else looks after the patient. Exports repeat teams by the thousand; only current ones are read."""

from dataclasses import dataclass
from datetime import date

from keepwell.rules.fhir import Resource

from .directory import Directory
from .elements import object_of, objects_of, period_of, said_of, text_of
from .references import Target, target_of

_CURRENT = frozenset({"active", "proposed", ""})
_PHARMACY = ("pharmac",)


@dataclass(frozen=True, slots=True)
class MemberValues:
    """One member of a patient's care team.

    key: the same for every team that names them; kind: practitioner, specialist, pharmacy, caregiver or organization.
    """

    key: str
    kind: str
    name: str
    role: str = ""
    organization: str = ""
    phone: str = ""
    since: date | None = None


def read_members(resource: Resource, directory: Directory, as_of: date) -> tuple[MemberValues, ...]:
    """The members of the CareTeam `resource` on `as_of`, the patient left out; none of a team that has ended."""
    if text_of(resource.get("status")).lower() not in _CURRENT or not _covers(resource.get("period"), as_of):
        return ()
    since, _ = period_of(resource.get("period"))
    found = (
        _member(p, target_of(p.get("member"), resource), directory, since)
        for p in objects_of(resource.get("participant"))
        if _covers(p.get("period"), as_of)
    )
    return tuple(member for member in found if member is not None)


def read_relative_as_member(resource: Resource, directory: Directory, as_of: date) -> MemberValues | None:
    """The RelatedPerson `resource` as a caregiver, None when no longer active."""
    if resource.get("active") is False or not _covers(resource.get("period"), as_of):
        return None
    target = Target("RelatedPerson", resource["id"].strip())
    return _member({}, target, directory, period_of(resource.get("period"))[0])


def _covers(period: object, as_of: date) -> bool:
    start, end = period_of(period)
    return (start is None or start <= as_of) and (end is None or end >= as_of)


def _member(participant: Resource, target: Target, directory: Directory, since: date | None) -> MemberValues | None:
    role = next((said_of(r) for r in objects_of(participant.get("role"))), "")
    behalf = directory.name_of(target_of(object_of(participant.get("onBehalfOf")), participant))
    id_ = directory.id_of(target, "Practitioner", "PractitionerRole", "RelatedPerson", "Organization")
    if target.kind == "Patient" or not (id_ or target.display):
        return None
    if id_ in directory.relatives:
        entry = directory.relatives[id_]
        return MemberValues(
            f"RelatedPerson/{id_}", "caregiver", entry.name, entry.relationship or role, "", entry.phone, since
        )
    if id_ in directory.organizations:
        place = directory.organizations[id_]
        words = " ".join((place.name, role, *place.kinds)).lower()
        kind = "pharmacy" if any(word in words for word in _PHARMACY) else "organization"
        return MemberValues(f"Organization/{id_}", kind, place.name, role, "", place.phone, since)
    return _practitioner(id_, target, role, behalf, directory, since)


def _practitioner(
    id_: str, target: Target, role: str, behalf: str, directory: Directory, since: date | None
) -> MemberValues | None:
    role_entry = directory.roles.get(id_)
    person = directory.practitioner_of(target) or (id_ if not role_entry else "")
    entry = directory.practitioners.get(person)
    name = (str(entry.name) if entry else "") or target.display
    if not name:
        return None
    place = directory.name_of(role_entry.organization) if role_entry else ""
    own = directory.is_practice(target)
    return MemberValues(
        key=f"Practitioner/{person or name}",
        kind="practitioner" if own else "specialist",
        name=name,
        role=(role_entry.specialty or role_entry.code if role_entry else "") or role,
        organization=place or behalf,
        phone=(role_entry.phone if role_entry else "") or (entry.phone if entry else ""),
        since=since,
    )
