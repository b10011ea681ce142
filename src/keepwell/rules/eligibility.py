"""Who qualifies for care management, on what evidence, and what stands against the others.

The whole rule for one patient: facts in, `Identification` out, as contracts/identify.md says. The bulk path in
`population/` is a second expression of the same parameters and must agree patient by patient.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from keepwell.rules.calendar import age_on, first_of_month, months_before, years_before
from keepwell.rules.complexity import Complexity, score
from keepwell.rules.complexity_parameters import ComplexityParameters, complexity_parameters, shipped_flags
from keepwell.rules.complexity_signals import gather
from keepwell.rules.coverage import in_force, kind_of, payer_of, words_of
from keepwell.rules.dated import load
from keepwell.rules.encounters import words_of as type_words_of
from keepwell.rules.facts import ConditionFact, CoverageFact, EncounterFact, PatientFacts
from keepwell.rules.terminology import ICD10CM, SNOMED, ConditionGroups, default_groups, icd10_display, system_of

# In the order of the contract; the first that holds is the leading one.
REASONS = (
    "deceased",
    "no_coverage",
    "under_two_conditions",
    "institution",
    "hospice",
    "already_enrolled",
    "enrolled_elsewhere",
)


@dataclass(frozen=True)
class IdentifyParameters:
    """The rules of one practice on one day, every value read from its dated file.

    also_paying: what the practice has set as paying besides: a kind (commercial, medicaid) or words of a payor's name.
    """

    as_of: date
    groups: ConditionGroups
    complexity: ComplexityParameters
    values: Mapping[str, Any]
    also_paying: tuple[str, ...] = ()

    def pays(self, kind: str, payor: str) -> bool:
        """Whether cover of this kind, from this payor, pays for care management."""
        named = payor.lower()
        return kind in self.values["paying_kinds"] or any(
            extra == kind or (len(extra) > 2 and extra not in _KINDS and extra in named) for extra in self.also_paying
        )

    def with_practice(
        self, *, groups: Iterable[Mapping[str, object]] = (), payers: Iterable[str] = ()
    ) -> "IdentifyParameters":
        """These parameters with a practice's approved changes. Raises ParameterError."""
        also = tuple(payer.strip().lower() for payer in payers if payer.strip())
        return replace(self, groups=self.groups.changed(groups), also_paying=also)


_KINDS = frozenset({"commercial", "medicaid", "medicare_part_a", "supplement", "pharmacy", "self_pay"})


def default_parameters(as_of: date) -> IdentifyParameters:
    """The rules in force on `as_of` as the product ships them."""
    values = {name: parameter.at(as_of) for name, parameter in load("eligibility.yaml").items()}
    return IdentifyParameters(as_of, default_groups(), complexity_parameters(), values)


@dataclass(frozen=True, slots=True)
class CountedCondition:
    """A condition group that counts, with the codes (ICD-10-CM with its dot) and resources that say so."""

    group: str
    codes: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identification:
    """The decision about one patient, with its evidence. reasons: all that stands against, in the order of REASONS."""

    patient: str
    eligible: bool
    reasons: tuple[str, ...]
    age: int | None
    conditions: tuple[CountedCondition, ...]
    payer: str
    programs: tuple[str, ...]
    complexity: Complexity
    last_visit: date | None
    initiating_visit_needed: bool
    enrolled: bool
    unmapped: tuple[str, ...]
    waiting: tuple[CountedCondition, ...] = ()

    def as_contract(self) -> dict[str, Any]:
        """The object of contracts/identify.md, keys in its order."""
        return {
            "patient": self.patient,
            "eligible": self.eligible,
            "reasons": list(self.reasons),
            "age": self.age,
            "conditions": [
                {"group": c.group, "codes": list(c.codes), "evidence": list(c.evidence)} for c in self.conditions
            ],
            "payer": self.payer,
            "programs": list(self.programs),
            "complexity": self.complexity.result,
            "complexity_score": self.complexity.score,
            "complexity_because": list(self.complexity.because),
            "last_visit": self.last_visit.isoformat() if self.last_visit else None,
            "initiating_visit_needed": self.initiating_visit_needed,
            "enrolled": self.enrolled,
            "unmapped": list(self.unmapped),
        }


def identify(facts: PatientFacts, parameters: IdentifyParameters) -> Identification:
    """Decide about one patient on `parameters.as_of`.

    facts: everything known; parameters: the practice's rules. Never raises for odd facts: what cannot be mapped is
    listed in `unmapped`. Source: contracts/identify.md; rules.md A, B1.
    """
    as_of = parameters.as_of
    in_force_now = [c for c in facts.conditions if stands(c, parameters)]
    counted, waiting = _count(facts, in_force_now, parameters)
    kinds = [(kind_of(*words_of(c)), c) for c in facts.coverages if in_force(c, as_of)]
    reasons = _reasons(facts, parameters, kinds, len(counted))
    visit = _last_visit(facts.encounters, parameters)
    return Identification(
        patient=facts.id,
        eligible=not reasons,
        reasons=reasons,
        age=age_on(facts.birth_date, as_of) if facts.birth_date else None,
        conditions=counted,
        payer=payer_of(kind for kind, _ in kinds),
        programs=programs_of(counted, parameters),
        complexity=score(
            gather(
                facts,
                counted=len(counted),
                flags=_flags(in_force_now, parameters),
                as_of=as_of,
                parameters=parameters.complexity,
            ),
            parameters.complexity,
        ),
        last_visit=visit,
        initiating_visit_needed=visit is None
        or visit < years_before(as_of, parameters.values["initiating_visit_years"]),
        enrolled=facts.enrolled,
        unmapped=tuple(sorted(_words(c) for c in in_force_now if is_unmapped(c))),
        waiting=waiting,
    )


def stands(condition: ConditionFact, parameters: IdentifyParameters) -> bool:
    """Whether a condition is in force: an active or missing clinical status, and neither refuted nor an error."""
    clinical = condition.clinical_status
    return (not clinical or clinical in parameters.values["condition_statuses"]) and (
        condition.verification_status not in parameters.values["void_verifications"]
    )


def is_unmapped(condition: ConditionFact) -> bool:
    """Whether no code of the condition is ICD-10-CM or SNOMED CT: a person must say what it is."""
    return not any(system_of(c.system) in (ICD10CM, SNOMED) and c.code.strip() for c in condition.codings)


def _words(condition: ConditionFact) -> str:
    said = condition.text or next((c.display for c in condition.codings if c.display), "")
    return said or " ".join(c.code for c in condition.codings if c.code)


def _count(
    facts: PatientFacts, conditions: Iterable[ConditionFact], parameters: IdentifyParameters
) -> tuple[tuple[CountedCondition, ...], tuple[CountedCondition, ...]]:
    """The groups that count and those that wait for a practitioner, each once, with codes and evidence sorted."""
    codes: dict[str, set[str]] = defaultdict(set)
    evidence: dict[str, set[str]] = defaultdict(set)
    for condition in conditions:
        for coding in condition.codings:
            for group in parameters.groups.of(coding.system, coding.code):
                codes[group].add(display_code(coding.system, coding.code))
                evidence[group].add(f"Condition/{condition.id}")
    judged = {j.group: j.holds for j in sorted(facts.judgements, key=lambda j: j.on)}
    by_default = parameters.groups.counting()
    found = {g: CountedCondition(g, tuple(sorted(codes[g])), tuple(sorted(evidence[g]))) for g in sorted(codes)}
    counted = tuple(c for g, c in found.items() if judged.get(g, g in by_default))
    waiting = tuple(c for g, c in found.items() if g not in judged and parameters.groups.groups[g].counts == "review")
    return counted, waiting


def display_code(system: str, code: str) -> str:
    """A code as evidence shows it: ICD-10-CM with its dot, others as written."""
    return icd10_display(code) if system_of(system) == ICD10CM else code.strip()


def _flags(conditions: Iterable[ConditionFact], parameters: IdentifyParameters) -> frozenset[str]:
    found: set[str] = set()
    for condition in conditions:
        for coding in condition.codings:
            groups = parameters.groups.of(coding.system, coding.code)
            found |= shipped_flags(coding.system, coding.code, groups)
    return frozenset(found)


def programs_of(counted: Iterable[CountedCondition], parameters: IdentifyParameters) -> tuple[str, ...]:
    """Programs by condition count: two or more ccm, exactly one pcm, and bhi beside it with a behavioral one."""
    groups = [c.group for c in counted]
    programs = []
    if len(groups) >= parameters.values["minimum_condition_groups"]:
        programs.append("ccm")
    elif len(groups) == parameters.values["principal_condition_groups"]:
        programs.append("pcm")
    if any(parameters.groups.groups[g].domain == parameters.values["behavioral_domain"] for g in groups):
        programs.append("bhi")
    return tuple(programs)


def _reasons(
    facts: PatientFacts, parameters: IdentifyParameters, kinds: Iterable[tuple[str, CoverageFact]], groups: int
) -> tuple[str, ...]:
    as_of, values = parameters.as_of, parameters.values
    covering = [e for e in facts.encounters if covers(e, as_of)]
    types = [(e, type_words_of(e)) for e in covering]
    holds = {
        "deceased": facts.deceased,
        "no_coverage": not any(parameters.pays(kind, " | ".join(c.payors)) for kind, c in kinds),
        "under_two_conditions": groups < values["minimum_condition_groups"],
        "institution": any(e.class_code in values["stay_classes"] or words.nursing for e, words in types),
        "hospice": any(words.hospice for _, words in types),
        "already_enrolled": facts.enrolled,
        "enrolled_elsewhere": any(_elsewhere(facts, parameters)),
    }
    return tuple(reason for reason in REASONS if holds[reason])


def covers(encounter: EncounterFact, day: date) -> bool:
    """Whether the period of `encounter` covers `day`, whatever its status says; without a start it covers none."""
    return encounter.start is not None and encounter.start <= day and (encounter.end is None or encounter.end >= day)


def elsewhere_since(parameters: IdentifyParameters) -> date:
    """The first day on which another practitioner's claim still counts against a patient."""
    return months_before(first_of_month(parameters.as_of), parameters.values["elsewhere_months"])


def _elsewhere(facts: PatientFacts, parameters: IdentifyParameters) -> Iterable[bool]:
    """One item a claim line; a line whose provider is not known counts as nobody's, an unverified fact is no stop."""
    since = elsewhere_since(parameters)
    for line in facts.claims:
        dated = line.day is not None and since <= line.day <= parameters.as_of
        yield dated and line.code in parameters.values["elsewhere_codes"] and line.by_practice is False


def _last_visit(encounters: Iterable[EncounterFact], parameters: IdentifyParameters) -> date | None:
    values = parameters.values
    return max(
        (
            e.start
            for e in encounters
            if e.class_code in values["visit_classes"]
            and (not e.status or e.status in values["visit_statuses"])
            and e.start
            and e.start <= parameters.as_of
        ),
        default=None,
    )
