"""What the rules are told about a patient: frozen facts, in the terms of FHIR R4 (US Core).

The chart, an export's reader and the tests all build these; no rule knows where a fact came from.
Dates are calendar dates as the source wrote them (the first ten characters of a FHIR dateTime, in the
source's own zone); a partial date is placed on its first day.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Coding:
    """One code of a CodeableConcept.

    system: as the source wrote it (URL, OID or empty); code and display: as written.
    """

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class ConditionFact:
    """A problem or diagnosis. Statuses are FHIR codes, empty when the source gives none."""

    id: str
    codings: tuple[Coding, ...]
    text: str = ""
    clinical_status: str = ""
    verification_status: str = ""
    onset: date | None = None


@dataclass(frozen=True, slots=True)
class CoverageFact:
    """A row of cover. `types` and `type_text` say what kind, `plans` the class values and names, `payors` who pays.

    start and end are inclusive, None when open.
    """

    id: str
    status: str = ""
    types: tuple[Coding, ...] = ()
    type_text: str = ""
    plans: tuple[str, ...] = ()
    payors: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class EncounterFact:
    """A visit or stay. `types` with their displays, `type_texts` the free words.

    class_code and priority are v3 ActCode and ActPriority codes (IMP, AMB …; EL = elective). start and end inclusive.
    """

    id: str
    status: str = ""
    class_code: str = ""
    types: tuple[Coding, ...] = ()
    type_texts: tuple[str, ...] = ()
    priority: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class MedicationFact:
    """A medication order (MedicationRequest), its drug by RxNorm coding and words."""

    id: str
    status: str = ""
    intent: str = ""
    codings: tuple[Coding, ...] = ()
    text: str = ""
    as_needed: bool = False
    authored: date | None = None


@dataclass(frozen=True, slots=True)
class ObservationFact:
    """A result or score by LOINC. `value` is numeric in `unit` (UCUM).

    answers: the codes of a coded answer and its words. by_patient: the patient or a relative took it, at home
    (Observation.performer). A panel's components are facts of their own, with the panel's id.
    """

    id: str
    status: str = ""
    codings: tuple[Coding, ...] = ()
    value: float | None = None
    unit: str = ""
    answers: tuple[str, ...] = ()
    effective: date | None = None
    by_patient: bool = False


@dataclass(frozen=True, slots=True)
class ServiceClaimFact:
    """One line of a Claim or ExplanationOfBenefit: a procedure code, its day and who gave it.

    by_practice: True or False when the provider is known, None when the source does not say.
    """

    id: str
    code: str
    day: date | None
    by_practice: bool | None


@dataclass(frozen=True, slots=True)
class SignificantRisk:
    """A practitioner's judgement on one condition group of one patient (42 CFR 410.26; rules.md A1, A2).

    holds: True counts the group whatever its default, False leaves it out.
    """

    group: str
    holds: bool
    by: str
    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """Everything the identification rules look at for one patient.

    birth_date: None when the source gives none. deceased: deceasedBoolean true or a deceasedDateTime.
    """

    id: str
    birth_date: date | None
    deceased: bool = False
    conditions: tuple[ConditionFact, ...] = ()
    coverages: tuple[CoverageFact, ...] = ()
    encounters: tuple[EncounterFact, ...] = ()
    medications: tuple[MedicationFact, ...] = ()
    observations: tuple[ObservationFact, ...] = ()
    claims: tuple[ServiceClaimFact, ...] = ()
    judgements: tuple[SignificantRisk, ...] = ()
    enrolled: bool = False
