"""A Procedure, an Immunization or a DocumentReference: something that was done, given or written, on a day."""

from dataclasses import dataclass
from datetime import date

from keepwell.rules.facts import Coding
from keepwell.rules.fhir import Resource

from .elements import codings_of, day_of, object_of, objects_of, said_of, status_of, text_of, words_of


@dataclass(frozen=True, slots=True)
class DoneValues:
    """Something done on a day, by its codes and words."""

    id: str
    codings: tuple[Coding, ...]
    text: str = ""
    status: str = ""
    done_on: date | None = None


def read_procedure(resource: Resource) -> DoneValues:
    """The Procedure `resource`."""
    return _done(resource, "code", "performedDateTime", "performedPeriod", "occurrenceDateTime", "occurrencePeriod")


def read_immunization(resource: Resource) -> DoneValues:
    """The Immunization `resource`."""
    return _done(resource, "vaccineCode", "occurrenceDateTime", "recorded")


def _done(resource: Resource, concept: str, *days: str) -> DoneValues:
    return DoneValues(
        resource["id"].strip(),
        codings_of(resource.get(concept)),
        words_of(resource.get(concept)),
        text_of(resource.get("status")).lower(),
        day_of(resource, *days),
    )


@dataclass(frozen=True, slots=True)
class DocumentValues:
    """A document in the EHR: what it is and where it lies there; its content stays where it is."""

    id: str
    title: str
    category: str = ""
    status: str = ""
    written_on: date | None = None
    content_type: str = ""
    url: str = ""


def read_document(resource: Resource) -> DocumentValues:
    """The DocumentReference `resource`."""
    attachment = object_of(object_of(resource.get("content")).get("attachment"))
    url = text_of(attachment.get("url"))
    return DocumentValues(
        id=resource["id"].strip(),
        title=text_of(resource.get("description")) or text_of(attachment.get("title")) or said_of(resource.get("type")),
        category=next((said_of(c) or status_of(c) for c in objects_of(resource.get("category"))), ""),
        status=text_of(resource.get("status")).lower(),
        written_on=day_of(resource, "date", "created"),
        content_type=text_of(attachment.get("contentType")),
        url="" if url.startswith("data:") else url,
    )
