"""Patient.link: which record another one was merged into (FHIR R4, patient.html#link)."""

from collections.abc import Iterable, Mapping

from .patient import PatientValues


def survivors(patients: Iterable[PatientValues], aliases: Mapping[str, str] | None = None) -> dict[str, str]:
    """The surviving record of every replaced one: {replaced id: survivor's id}, chains followed to their end.

    A link to a record that the export does not hold is passed over: the patient would vanish. In a cycle the first
    record by id survives, so that exactly one line remains.
    """
    known = {patient.id: patient for patient in patients}
    aliases = aliases or {}
    step: dict[str, str] = {}
    for patient in sorted(known.values(), key=lambda p: p.id):
        for other in (aliases.get(o, o) for o in patient.replaced_by):
            if other in known and other != patient.id:
                step.setdefault(patient.id, other)
        for other in (aliases.get(o, o) for o in patient.replaces):
            if other in known and other != patient.id:
                step.setdefault(other, patient.id)
    return {id_: end for id_ in step if (end := _end(id_, step)) != id_}


def _end(start: str, step: Mapping[str, str]) -> str:
    seen = [start]
    while (following := step.get(seen[-1])) is not None:
        if following in seen:
            return min(seen[seen.index(following) :])
        seen.append(following)
    return seen[-1]
