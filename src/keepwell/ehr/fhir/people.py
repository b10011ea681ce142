"""Names, numbers and addresses of people and organizations."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from keepwell.rules.fhir import Resource, date_of

from .elements import codings_of, object_of, objects_of, text_of

NPI_SYSTEMS = frozenset({"http://hl7.org/fhir/sid/us-npi", "urn:oid:2.16.840.1.113883.4.6", "2.16.840.1.113883.4.6"})
MBI_SYSTEMS = frozenset({"http://hl7.org/fhir/sid/us-mbi", "urn:oid:2.16.840.1.113883.4.927"})
# Position by position as CMS defines it; letters are never S, L, O, I, B or Z (CMS, Understanding the MBI).
_A = "[AC-HJKMNP-RT-Y]"
_AN = "[0-9AC-HJKMNP-RT-Y]"
_MBI = re.compile(rf"[1-9]{_A}{_AN}[0-9]{_A}{_AN}[0-9]{_A}{_A}[0-9][0-9]")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in its parts; given holds all given names."""

    family: str = ""
    given: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.given, self.family, self.suffix) if part)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as written. use: home, mobile, work or "" ."""

    written: str
    use: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; line: the lines, comma separated."""

    line: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""


NO_ADDRESS = Address()


def name_of(resource: Resource) -> PersonName:
    """The official name of a person, else the usual one, else the first that is neither old nor a maiden name."""
    names = list(objects_of(resource.get("name")))
    current = [n for n in names if not text_of(object_of(n.get("period")).get("end")) and n.get("use") != "old"]
    order = {"official": 0, "usual": 1, "": 2}
    names = sorted(
        current or names, key=lambda n: order.get(text_of(n.get("use")), 4 if n.get("use") == "maiden" else 3)
    )
    return _name(names[0]) if names else PersonName()


def _name(name: Mapping[str, Any]) -> PersonName:
    family, given = text_of(name.get("family")), _joined(name.get("given"))
    if not family and not given and (text := text_of(name.get("text"))):
        given, _, family = text.rpartition(" ")
    return PersonName(family, given, _joined(name.get("suffix")))


def _joined(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    return " ".join(text for part in parts if (text := text_of(part)))


def phones_of(resource: Resource) -> tuple[Phone, ...]:
    """Telephone numbers in the order given, ended and old ones left out."""
    return tuple(
        Phone(text_of(point.get("value")), text_of(point.get("use")))
        for point in _telecom(resource)
        if point.get("system") in ("phone", "sms")
    )


def email_of(resource: Resource) -> str:
    """The first e-mail address."""
    return next((text_of(p.get("value")) for p in _telecom(resource) if p.get("system") == "email"), "")


def _telecom(resource: Resource) -> Iterator[Mapping[str, Any]]:
    for point in objects_of(resource.get("telecom")):
        ended = text_of(object_of(point.get("period")).get("end"))
        if text_of(point.get("value")) and point.get("use") != "old" and not ended:
            yield point


def address_of(resource: Resource) -> Address:
    """The home address, else the first that is neither old nor for bills."""
    found = [a for a in objects_of(resource.get("address")) if a.get("use") not in ("old", "billing")]
    if not found:
        return Address()
    address = next((a for a in found if a.get("use") == "home"), found[0])
    lines = address.get("line")
    parts = [text_of(line) for line in (lines if isinstance(lines, list) else [lines])]
    return Address(
        ", ".join(part for part in parts if part) or text_of(address.get("text")),
        text_of(address.get("city")),
        text_of(address.get("state")),
        zip_of(text_of(address.get("postalCode"))),
    )


def zip_of(written: str) -> str:
    """The five digits of a ZIP code, also of ZIP+4 with or without its hyphen; anything else as written."""
    found = re.fullmatch(r"(\d{5})(?:[- ]?\d{4})?", written.strip())
    return found[1] if found else written.strip()


def identifier_of(resource: Resource, *, systems: frozenset[str] = frozenset(), kind: str = "") -> str:
    """The first identifier of one of these systems, else the first of this v2-0203 type (MR, MC); no ended ones."""
    current = [
        i
        for i in objects_of(resource.get("identifier"))
        if text_of(i.get("value")) and i.get("use") != "old" and not date_of(object_of(i.get("period")).get("end"))
    ]
    by_system = next((i for i in current if text_of(i.get("system")) in systems), None)
    by_kind = next((i for i in current if kind and any(c.code == kind for c in codings_of(i.get("type")))), None)
    chosen = by_system or by_kind
    return text_of(chosen.get("value")) if chosen else ""


def identifiers_of(resource: Resource) -> tuple[str, ...]:
    """Every identifier's value."""
    found = (text_of(i.get("value")) for i in objects_of(resource.get("identifier")))
    return tuple(value for value in found if value)


def npi_of(resource: Resource) -> str:
    """The National Provider Identifier, "" when there is none."""
    return identifier_of(resource, systems=NPI_SYSTEMS, kind="NPI")


def mbi(written: str) -> str:
    """A Medicare Beneficiary Identifier in one form (capitals, no hyphens), "" for what cannot be one."""
    plain = written.replace("-", "").replace(" ", "").upper()
    return plain if _MBI.fullmatch(plain) else ""


def mbi_of(resource: Resource) -> str:
    """The patient's MBI, "" when there is none that can be one."""
    return mbi(identifier_of(resource, systems=MBI_SYSTEMS, kind="MC"))
