"""Patients of an export as rows of the chart, and the practitioners they name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from keepwell.chart.text import fold, phone
from keepwell.practice import actions as practice_actions
from keepwell.practice.models import Practice, Practitioner, StaffMember

from .fhir.directory import Directory
from .fhir.patient import PatientValues
from .problems import Problem
from .rows import Row

PATIENT_COLUMNS = (
    "mrn",
    "mbi",
    "given",
    "family",
    "suffix",
    "names_folded",
    "birth_date",
    "birth_date_written",
    "sex",
    "deceased",
    "deceased_on",
    "language",
    "active",
    "email",
    "address_line",
    "city",
    "state",
    "zip_code",
)
_SEXES = frozenset({"female", "male", "other", "unknown"})


def patient_row(patient: PatientValues, directory: Directory) -> Row:
    """The row of a Patient: PATIENT_COLUMNS, the practitioner's id, and phones as [e164, extension, written, use]."""
    name, address = patient.name, patient.address
    practitioner = next((id_ for t in patient.general_practitioners if (id_ := directory.practitioner_of(t))), "")
    values = (
        patient.mrn,
        patient.mbi,
        name.given,
        name.family,
        name.suffix,
        fold(f"{name.family} {name.given}"),
        patient.birth_date.isoformat() if patient.birth_date else None,
        patient.birth_date_written,
        patient.sex if patient.sex in _SEXES else "",
        patient.deceased,
        patient.deceased_on.isoformat() if patient.deceased_on else None,
        patient.language,
        patient.active,
        patient.email,
        address.line,
        address.city,
        address.state,
        address.zip_code,
        practitioner,
        [[*phone(p.written), p.written, p.use] for p in patient.phones],
    )
    return Row("Patient", patient.id, values)


def record_practitioners(
    practice: Practice, directory: Directory, by: StaffMember | None, now: datetime
) -> tuple[dict[str, int], list[Problem]]:
    """Primary keys of the export's general practitioners by their id there; those not known yet are recorded.

    One is known by the source's id or by the NPI; a practitioner who is known is never changed by an import. An NPI
    that cannot be one is left out and reported.
    """
    rows = list(Practitioner.objects.filter(practice=practice))
    keys = {row.source_id: row.pk for row in rows if row.source_id}
    by_npi = {row.npi: row.pk for row in rows if row.npi}
    problems = []
    for id_ in sorted(directory.practice_practitioners - set(keys)):
        entry = directory.practitioners.get(id_)
        if entry is None or not entry.name.family:
            continue
        if entry.npi in by_npi:
            keys[id_] = by_npi[entry.npi]
            continue
        details: dict[str, Any] = {"family": entry.name.family, "given": entry.name.given, "suffix": entry.name.suffix}
        kind = next((k for k in Practitioner.Kind.values if k in entry.name.suffix.replace(".", "").split()), "")
        try:
            row = practice_actions.record_practitioner(
                practice=practice, by=by, now=now, npi=entry.npi, kind=kind, **details
            )
        except ValueError as error:
            problems.append(Problem("Practitioner", 0, f"{entry.name}: {error}", warning=True))
            row = practice_actions.record_practitioner(practice=practice, by=by, now=now, kind=kind, **details)
        Practitioner.objects.filter(pk=row.pk, source_id="").update(source_id=id_[:64])
        keys[id_] = row.pk
        if row.npi:
            by_npi[row.npi] = row.pk
    return keys, problems


def organization_said(directory: Directory) -> Mapping[str, str]:
    """What the export says of the practice itself, for a person to take over in the settings."""
    entry = directory.organizations.get(directory.practice)
    if entry is None:
        return {}
    return {"name": entry.name, "npi": entry.npi, "phone": entry.phone, "zip_code": entry.address.zip_code}
