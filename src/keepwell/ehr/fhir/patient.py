"""A Patient resource: who somebody is, and which other record they were merged with."""

from dataclasses import dataclass
from datetime import date, datetime

from keepwell.rules.fhir import Resource, date_of

from .elements import codings_of, object_of, objects_of, text_of, updated_of, version_of
from .people import (
    NO_ADDRESS,
    Address,
    PersonName,
    Phone,
    address_of,
    email_of,
    identifier_of,
    mbi_of,
    name_of,
    phones_of,
)
from .references import NOWHERE, Target, target_of


@dataclass(frozen=True, slots=True)
class PatientValues:
    """A Patient in our words. replaced_by and replaces: ids of Patient.link; general_practitioners as referred to."""

    id: str
    name: PersonName
    mrn: str = ""
    mbi: str = ""
    birth_date: date | None = None
    birth_date_written: str = ""
    sex: str = ""
    deceased: bool = False
    deceased_on: date | None = None
    language: str = ""
    active: bool = True
    email: str = ""
    address: Address = NO_ADDRESS
    phones: tuple[Phone, ...] = ()
    general_practitioners: tuple[Target, ...] = ()
    organization: Target = NOWHERE
    replaced_by: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    version: str = ""
    updated: datetime | None = None


def read_patient(resource: Resource) -> PatientValues:
    """The Patient `resource`, already known to have what is needed (`rules.fhir.problem`)."""
    links = [(text_of(link.get("type")), target_of(link.get("other"), resource).id) for link in _links(resource)]
    return PatientValues(
        id=resource["id"].strip(),
        name=name_of(resource),
        mrn=identifier_of(resource, kind="MR"),
        mbi=mbi_of(resource),
        birth_date=date_of(resource.get("birthDate")),
        birth_date_written=text_of(resource.get("birthDate"))[:10],
        sex=text_of(resource.get("gender")).lower(),
        deceased=is_deceased(resource),
        deceased_on=date_of(resource.get("deceasedDateTime")),
        language=_language(resource),
        active=resource.get("active") is not False,
        email=email_of(resource),
        address=address_of(resource),
        phones=phones_of(resource),
        general_practitioners=tuple(target_of(r, resource) for r in objects_of(resource.get("generalPractitioner"))),
        organization=target_of(resource.get("managingOrganization"), resource),
        replaced_by=tuple(id_ for kind, id_ in links if kind == "replaced-by" and id_),
        replaces=tuple(id_ for kind, id_ in links if kind == "replaces" and id_),
        version=version_of(resource),
        updated=updated_of(resource),
    )


def is_deceased(resource: Resource) -> bool:
    """deceasedBoolean true, or any deceasedDateTime."""
    return resource.get("deceasedBoolean") is True or bool(text_of(resource.get("deceasedDateTime")))


def _links(resource: Resource) -> list[Resource]:
    return list(objects_of(resource.get("link")))


def _language(resource: Resource) -> str:
    """The preferred language's code (BCP 47), else the only one's."""
    spoken = list(objects_of(resource.get("communication")))
    chosen = next((s for s in spoken if s.get("preferred") is True), spoken[0] if len(spoken) == 1 else {})
    concept = object_of(chosen.get("language"))
    return next((c.code.strip() for c in codings_of(concept)), "") or text_of(concept.get("text"))
