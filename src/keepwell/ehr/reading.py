"""The two readings of an export: first what others refer to (patients, people, drugs), then everything else."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from .export.folder import ExportFile, ExportFolder
from .export.resources import Found, read_resources
from .fhir.directory import REFERENCE_KINDS, Directory
from .fhir.elements import updated_of, version_of
from .fhir.patient import PatientValues, read_patient
from .problems import Problem
from .rows import READ_KINDS, patient_of, rows_of, subject_of
from .staging import Staged, Staging

FIRST_KINDS = REFERENCE_KINDS | {"Patient"}
USED_KINDS = FIRST_KINDS | READ_KINDS
_EVERY = 20_000

Progress = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """What was read and refused by resource type, and the problems themselves (the first `limit` of them)."""

    read: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    superseded: dict[str, int] = field(default_factory=dict)
    broken_kinds: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    found: int = 0
    limit: int = 1_000

    def note(self, problem: Problem, kind: str = "") -> None:
        """Count a problem; where it is known, with the type that it costs a resource of ("" may cost any)."""
        self.found += 1
        if len(self.problems) < self.limit:
            self.problems.append(problem)
        if not problem.warning:
            self.refused[kind] = self.refused.get(kind, 0) + 1
            self.broken_kinds.add(kind)

    def count(self, kind: str) -> None:
        """Count a resource that was read."""
        self.read[kind] = self.read.get(kind, 0) + 1


class Newest:
    """Decides which of two versions of a resource stays: the later meta.lastUpdated, else the one read later."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._updated: dict[tuple[str, str], datetime | None] = {}

    def is_newer(self, found: Found) -> bool:
        """Whether this version replaces what was read before; counts the superseded one."""
        key, updated = (found.kind, found.id), updated_of(found.resource)
        if key not in self._updated:
            self._updated[key] = updated
            return True
        self._tally.superseded[found.kind] = self._tally.superseded.get(found.kind, 0) + 1
        before = self._updated[key]
        if updated is not None and before is not None and updated < before:
            return False
        self._updated[key] = updated
        return True


def read_directory(
    export: ExportFolder, tally: Tally, progress: Progress
) -> tuple[Directory, dict[str, PatientValues]]:
    """The first reading: who and what others refer to, and the patients by id."""
    directory, patients, newest = Directory(), dict[str, PatientValues](), Newest(tally)
    for file in export.files:
        if file.kind and file.kind not in FIRST_KINDS:
            continue
        for found in _read(file, FIRST_KINDS, tally, progress, report=bool(file.kind)):
            tally.count(found.kind)
            if found.other_id:
                directory.aliases[found.other_id] = found.id
            if not newest.is_newer(found):
                continue
            if found.kind == "Patient":
                patients[found.id] = read_patient(found.resource)
            directory.add(found.resource)
    return directory, patients


def read_rest(
    export: ExportFolder,
    directory: Directory,
    known: Collection[str],
    staging: Staging,
    tally: Tally,
    progress: Progress,
    as_of: date,
) -> None:
    """The second reading: everything that belongs to a patient of `known` (ids), put aside as rows."""
    for file in export.files:
        if file.kind and file.kind not in READ_KINDS:
            continue
        report = file.kind not in FIRST_KINDS
        for found in _read(file, USED_KINDS, tally, progress, report=report):
            if found.kind in READ_KINDS:
                _put_aside(found, directory, known, staging, tally, as_of)
    staging.flush()
    for kind, count in staging.superseded().items():
        tally.superseded[kind] = count


def _put_aside(
    found: Found, directory: Directory, known: Collection[str], staging: Staging, tally: Tally, as_of: date
) -> None:
    patient = patient_of(found.resource, directory)
    if patient not in known:
        element = subject_of(found.resource)
        why = f"{element} Patient/{patient[:64]} is not in the export" if patient else f"no {element} (whose it is)"
        tally.note(Problem(found.file, found.line, why), found.kind)
        return
    if found.kind not in FIRST_KINDS:
        tally.count(found.kind)
    rows = tuple(rows_of(found.resource, directory, as_of))
    staging.add(Staged(found.kind, found.id, patient, updated_of(found.resource), version_of(found.resource), rows))


def _read(
    file: ExportFile,
    kinds: Collection[str],
    tally: Tally,
    progress: Progress,
    *,
    report: bool,
) -> Iterator[Found]:
    """The resources of a file; problems are noted once, in the reading that says `report`."""
    progress(f"Reading {file.name}")
    for number, item in enumerate(read_resources(file, kinds), 1):
        if number % _EVERY == 0:
            progress(f"Reading {file.name}: {number:,} resources")
        if isinstance(item, Problem):
            if report:
                tally.note(item, file.kind)
            continue
        yield item
