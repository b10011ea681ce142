"""Which records are one person: merged ones point at the one that stays, in chains, and whatever was done wrong, not in
circles."""

from collections.abc import Collection, Iterable, Mapping

from keepwell.practice.models import Practice

from .models import Patient


def roots(practice: Practice) -> dict[int, int]:
    """The record that stays for every merged one, by primary keys; one query, over merged records alone."""
    steps = dict(
        Patient.objects.filter(practice=practice, merged_into__isnull=False).values_list("pk", "merged_into_id")
    )
    return {pk: end for pk in steps if (end := _end(pk, steps)) != pk}


def _end(start: int, steps: Mapping[int, int]) -> int:
    seen = [start]
    while (following := steps.get(seen[-1])) is not None:
        if following in seen:
            return min(seen[seen.index(following) :])
        seen.append(following)
    return seen[-1]


def root_of(patient: Patient) -> int:
    """The primary key of the record that stays for `patient`."""
    return roots(patient.practice).get(patient.pk, patient.pk)


def members(patients: Iterable[int], roots: Mapping[int, int]) -> dict[int, int]:
    """Every record of these people: {record's key: key of the record that stays}."""
    wanted = set(patients)
    found = {pk: pk for pk in wanted}
    found.update({pk: root for pk, root in roots.items() if root in wanted})
    return found


def people(records: Collection[int], roots: Mapping[int, int]) -> set[int]:
    """The records that stay, of any records."""
    return {roots.get(pk, pk) for pk in records}
