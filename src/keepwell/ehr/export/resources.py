"""Every resource of an export with its place, whatever file it stands in; what is no usable resource, as a Problem."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from keepwell.ehr.fhir.elements import object_of, objects_of, text_of
from keepwell.ehr.problems import Problem
from keepwell.rules.fhir import problem as problem_of

from .bundles import Entry, opened, read_bundle
from .folder import ExportFile
from .lines import read_objects


@dataclass(frozen=True, slots=True)
class Found:
    """A resource that has what is needed. other_id: a second name that references may use."""

    file: str
    line: int
    resource: Mapping[str, Any]
    other_id: str = ""

    @property
    def kind(self) -> str:
        """The resource type."""
        return str(self.resource["resourceType"])

    @property
    def id(self) -> str:
        """The resource's id."""
        return str(self.resource["id"]).strip()


def read_resources(file: ExportFile, kinds: Collection[str]) -> Iterator[Found | Problem]:
    """The resources of these kinds in `file`, and everything that could not be read in it."""
    for item in _items(file):
        if isinstance(item, Problem):
            yield item
            continue
        kind = item.resource.get("resourceType")
        if kind == "OperationOutcome":
            yield Problem(file.name, item.number, f"the server reported: {_outcome(item.resource)}")
        elif file.kind and isinstance(kind, str) and kind and kind != file.kind:
            yield Problem(file.name, item.number, f"a {kind[:40]} in a file of {file.kind}")
        elif isinstance(kind, str) and kind and kind not in kinds:
            continue
        elif reason := problem_of(item.resource):
            yield Problem(file.name, item.number, reason)
        else:
            yield Found(file.name, item.number, item.resource, item.other_id)


def _items(file: ExportFile) -> Iterator[Entry | Problem]:
    if file.bundle:
        yield from read_bundle(file.path)
        return
    for item in read_objects(file.path):
        if isinstance(item, Problem):
            yield item
        elif item[1].get("resourceType") == "Bundle":
            yield from opened(file.name, item[0], {"resource": item[1]})
        else:
            yield Entry(item[0], item[1])


def _outcome(resource: Mapping[str, Any]) -> str:
    issues = list(objects_of(resource.get("issue")))
    said = (
        text_of(i.get("diagnostics")) or text_of(object_of(i.get("details")).get("text")) or text_of(i.get("code"))
        for i in issues
    )
    return "; ".join(text for text in said if text)[:300] or "an OperationOutcome without details"
