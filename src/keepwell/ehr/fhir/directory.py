"""What resources refer to: organizations, practitioners and their roles, relatives, drugs, and the practice itself.

Filled in the first reading of an export, asked in the second. It holds names and codes only, never whole resources.
"""

from collections import Counter
from dataclasses import dataclass, field

from keepwell.rules.facts import Coding
from keepwell.rules.fhir import Resource

from .elements import codings_of, objects_of, said_of, text_of, words_of
from .patient import PatientValues
from .people import NO_ADDRESS, Address, PersonName, address_of, identifiers_of, name_of, npi_of, phones_of
from .references import Target, target_of

REFERENCE_KINDS = frozenset({"Organization", "Practitioner", "PractitionerRole", "Medication", "RelatedPerson"})


@dataclass(frozen=True, slots=True)
class OrganizationEntry:
    """An organization as far as others need it."""

    id: str
    name: str
    npi: str = ""
    phone: str = ""
    address: Address = NO_ADDRESS
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PractitionerEntry:
    """A practitioner: name and NPI."""

    id: str
    name: PersonName
    npi: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """What a practitioner does where (PractitionerRole)."""

    id: str
    practitioner: Target
    organization: Target
    specialty: str = ""
    code: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class RelativeEntry:
    """A RelatedPerson: who they are to the patient."""

    id: str
    name: str
    relationship: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class DrugEntry:
    """A Medication: its codes and words."""

    codings: tuple[Coding, ...]
    text: str = ""


def read_organization(resource: Resource) -> OrganizationEntry:
    """An Organization, also a contained one."""
    return OrganizationEntry(
        text_of(resource.get("id")),
        text_of(resource.get("name")),
        npi_of(resource),
        _phone(resource),
        address_of(resource),
        tuple(said_of(kind) for kind in objects_of(resource.get("type"))),
    )


def read_practitioner(resource: Resource) -> PractitionerEntry:
    """A Practitioner."""
    return PractitionerEntry(text_of(resource.get("id")), name_of(resource), npi_of(resource), _phone(resource))


def read_role(resource: Resource) -> RoleEntry:
    """A PractitionerRole."""
    return RoleEntry(
        text_of(resource.get("id")),
        target_of(resource.get("practitioner"), resource),
        target_of(resource.get("organization"), resource),
        next((said_of(s) for s in objects_of(resource.get("specialty"))), ""),
        next((said_of(s) for s in objects_of(resource.get("code"))), ""),
        _phone(resource),
    )


def read_relative(resource: Resource) -> RelativeEntry:
    """A RelatedPerson."""
    relationship = next((said_of(r) for r in objects_of(resource.get("relationship"))), "")
    return RelativeEntry(text_of(resource.get("id")), str(name_of(resource)), relationship, _phone(resource))


def read_drug(resource: Resource) -> DrugEntry:
    """A Medication; where it has no code, the first ingredient's."""
    concept = resource.get("code")
    if not codings_of(concept) and not words_of(concept):
        concept = next((i.get("itemCodeableConcept") for i in objects_of(resource.get("ingredient"))), None)
    return DrugEntry(codings_of(concept), words_of(concept))


def _phone(resource: Resource) -> str:
    return next((phone.written for phone in phones_of(resource)), "")


@dataclass(slots=True)
class Directory:
    """Everything of an export that other resources point at, by id, and by identifier for references without address.

    aliases: other names of an entry (the fullUrl of a Bundle entry whose resource has an id of its own).
    """

    organizations: dict[str, OrganizationEntry] = field(default_factory=dict)
    practitioners: dict[str, PractitionerEntry] = field(default_factory=dict)
    roles: dict[str, RoleEntry] = field(default_factory=dict)
    relatives: dict[str, RelativeEntry] = field(default_factory=dict)
    drugs: dict[str, DrugEntry] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    by_identifier: dict[tuple[str, str], str] = field(default_factory=dict)
    practice: str = ""
    practice_practitioners: frozenset[str] = frozenset()

    def add(self, resource: Resource) -> None:
        """Take in a resource of REFERENCE_KINDS."""
        kind, id_ = resource["resourceType"], text_of(resource.get("id"))
        match kind:
            case "Organization":
                self.organizations[id_] = read_organization(resource)
            case "Practitioner":
                self.practitioners[id_] = read_practitioner(resource)
            case "PractitionerRole":
                self.roles[id_] = read_role(resource)
            case "RelatedPerson":
                self.relatives[id_] = read_relative(resource)
            case "Medication":
                self.drugs[id_] = read_drug(resource)
        for value in identifiers_of(resource):
            self.by_identifier.setdefault((kind, value), id_)

    def id_of(self, target: Target, *kinds: str) -> str:
        """The id that `target` means, among resources of these kinds where only an identifier is given; "" for none."""
        if target.id:
            return self.aliases.get(target.id, target.id)
        if target.contained:
            return self._contained(target, kinds)
        wanted = [target.kind] if target.kind else list(kinds)
        return next((found for k in wanted if (found := self.by_identifier.get((k, target.identifier), ""))), "")

    def _contained(self, target: Target, kinds: tuple[str, ...]) -> str:
        """A contained resource has no id outside; an identifier of it may be known."""
        inside = target.contained or {}
        kind = text_of(inside.get("resourceType")) or (kinds[0] if kinds else "")
        values = identifiers_of(inside)
        return next((found for v in values if (found := self.by_identifier.get((kind, v), ""))), "")

    def name_of(self, target: Target) -> str:
        """The name of the organization or person that `target` means; else the words beside the reference."""
        if target.contained:
            inside = target.contained
            name = text_of(inside.get("name")) if isinstance(inside.get("name"), str) else str(name_of(inside))
            return name or target.display
        id_ = self.id_of(target, "Organization", "Practitioner", "RelatedPerson")
        if id_ in self.organizations and target.kind in ("", "Organization"):
            return self.organizations[id_].name or target.display
        if id_ in self.practitioners and target.kind in ("", "Practitioner"):
            return str(self.practitioners[id_].name) or target.display
        return self.relatives[id_].name if id_ in self.relatives else target.display

    def drug_of(self, target: Target) -> DrugEntry:
        """The Medication that `target` means; its words where the export has no such resource."""
        if target.contained:
            return read_drug(target.contained)
        return self.drugs.get(self.id_of(target, "Medication")) or DrugEntry((), target.display)

    def practitioner_of(self, target: Target) -> str:
        """The practitioner's id behind a reference to a Practitioner or a PractitionerRole, "" for none."""
        id_ = self.id_of(target, "Practitioner", "PractitionerRole")
        if target.kind == "PractitionerRole" or (not target.kind and id_ in self.roles):
            role = self.roles.get(id_)
            return self.id_of(role.practitioner, "Practitioner") if role else ""
        return id_ if target.kind in ("", "Practitioner") else ""

    def is_practice(self, target: Target) -> bool | None:
        """Whether a provider is the practice's own: its organization, or one of its practitioners. None: not known."""
        if target.is_empty:
            return None
        id_ = self.id_of(target, "Practitioner", "PractitionerRole", "Organization")
        if not id_:
            return None if target.contained else False
        if id_ in self.practice_practitioners or id_ == self.practice:
            return True
        role = self.roles.get(id_)
        if role is None:
            return False
        practitioner = self.id_of(role.practitioner, "Practitioner")
        organization = self.id_of(role.organization, "Organization")
        return practitioner in self.practice_practitioners or organization == self.practice != ""

    def settle_practice(self, patients: list[PatientValues], organization: str = "") -> None:
        """Decide who the practice is: the organization most patients name (of several, the first by id).

        Its practitioners are those whom any patient names as general practitioner. Source: contracts/identify.md.
        """
        named = Counter(id_ for p in patients if (id_ := self.id_of(p.organization, "Organization")))
        most = max(named.values(), default=0)
        self.practice = organization or min((id_ for id_, count in named.items() if count == most), default="")
        found = (self.practitioner_of(t) for p in patients for t in p.general_practitioners)
        self.practice_practitioners = frozenset(id_ for id_ in found if id_)
