"""A list of patients in a file, one a line, by the source's id or by MRN."""

from pathlib import Path

from django.db.models import Q

from keepwell.chart.models import Patient
from keepwell.chart.records import roots
from keepwell.practice.models import Practice


def read_list(practice: Practice, file: Path) -> tuple[list[Patient], list[str]]:
    """The patients that the lines name, each once, and a sentence for each line that names nobody or several.

    A line may be "Patient/<id>"; empty lines are nothing. Raises ValueError where the file is no UTF-8 text.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{file.name} is not UTF-8 text.") from error
    merged = roots(practice)
    found: dict[int, Patient] = {}
    problems = []
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("Patient/")
        if not text:
            continue
        keys = _keys(practice, text, merged)
        if len(keys) == 1:
            found.update((p.pk, p) for p in Patient.objects.filter(pk__in=keys))
        else:
            what = "nobody has this id or MRN" if not keys else f"{len(keys)} patients have this MRN"
            problems.append(f"{file.name}:{number}: {what}")
    return list(found.values()), problems


def _keys(practice: Practice, text: str, merged: dict[int, int]) -> set[int]:
    rows = Patient.objects.filter(practice=practice)
    exact = set(rows.filter(source_id=text).values_list("pk", flat=True))
    hits = exact or set(rows.filter(Q(mrn__iexact=text)).values_list("pk", flat=True))
    return {merged.get(key, key) for key in hits}
