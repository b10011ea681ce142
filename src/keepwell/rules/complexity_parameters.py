"""The figures, codes and words of the complexity score, loaded strictly from parameters/complexity.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import yaml

from keepwell.rules.dated import ParameterError, read_text
from keepwell.rules.terminology import ICD10CM, SNOMED, icd10_normal, system_of

_SETS = (
    "active_orders",
    "order_intents",
    "result_statuses",
    "elective_priorities",
    "hospital_classes",
    "emergency_classes",
    "void_encounters",
)


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Codes that say one thing: condition groups, ICD-10-CM prefixes (normalized), SNOMED CT concepts."""

    groups: frozenset[str]
    icd10: tuple[str, ...]
    snomed: frozenset[str]


@dataclass(frozen=True, slots=True)
class CharlsonCategory:
    """A comorbidity of the index with its weight; counted only where `replaced_by` is absent."""

    key: str
    weight: int
    codes: CodeSet
    replaced_by: str


@dataclass(frozen=True, slots=True)
class SocialQuestion:
    """A screening question: the need it finds, the answer codes and words that are a need."""

    need: str
    when: frozenset[str]
    words: tuple[str, ...]


@dataclass(frozen=True)
class ComplexityParameters:
    """Everything `rules.complexity` and its bulk twin read."""

    version: str
    cut: int
    domains_needed: int
    assess_from: int
    caps: Mapping[str, int]
    lookback_days: Mapping[str, int]
    condition_points: tuple[tuple[int, int], ...]
    drug_points: tuple[tuple[int, int], ...]
    instability: Mapping[str, int]
    phq9_behavioral_from: int
    charlson_from: int
    active_orders: frozenset[str]
    order_intents: frozenset[str]
    result_statuses: frozenset[str]
    elective_priorities: frozenset[str]
    elective_words: re.Pattern[str]
    use_months: Mapping[str, int]
    hospital_classes: frozenset[str]
    emergency_classes: frozenset[str]
    void_encounters: frozenset[str]
    loinc: Mapping[str, str]
    social_answers: Mapping[str, SocialQuestion]
    needs: Mapping[str, str]
    traits: Mapping[str, CodeSet]
    charlson: tuple[CharlsonCategory, ...]
    high_alert: Mapping[str, re.Pattern[str]]

    def flags_of(self, system: str, code: str, groups: tuple[str, ...]) -> frozenset[str]:
        """Traits and Charlson categories of one code; groups are those it maps to (used where the code is SNOMED)."""
        kind = system_of(system)
        plain = icd10_normal(code) if kind == ICD10CM else code.strip()
        found = {name for name, codes in self.traits.items() if _in(codes, kind, plain, groups)}
        for category in self.charlson:
            mapped = groups if kind == SNOMED else ()
            if _in(category.codes, kind, plain, mapped):
                found.add(f"charlson:{category.key}")
        return frozenset(found)

    def charlson_index(self, flags: frozenset[str]) -> int:
        """The index from the flags of all of a patient's codes (original weights, severe replaces mild)."""
        return sum(
            category.weight
            for category in self.charlson
            if f"charlson:{category.key}" in flags and f"charlson:{category.replaced_by}" not in flags
        )

    def alert_class(self, names: str) -> tuple[str, ...]:
        """The high-alert classes named in `names`, the display and text of an order, in alphabetical order."""
        text = names.lower()
        return tuple(name for name, words in self.high_alert.items() if words.search(text))

    def need_of(self, question: str, answers: tuple[str, ...]) -> str:
        """The unmet need that the answers (codes and words) to a social question state, or ""."""
        asked = self.social_answers[question]
        said = " ".join(answers).lower()
        if asked.when & set(answers) or any(word in said for word in asked.words):
            return asked.need
        return ""


def _in(codes: CodeSet, kind: str, plain: str, groups: tuple[str, ...]) -> bool:
    if not codes.groups.isdisjoint(groups):
        return True
    return (kind == ICD10CM and plain.startswith(codes.icd10 or ("\0",))) or (kind == SNOMED and plain in codes.snomed)


@cache
def complexity_parameters() -> ComplexityParameters:
    """The parameters that the product ships. Raises ParameterError when the file has an unknown or missing key."""
    return build(yaml.safe_load(read_text("complexity.yaml")))


def build(content: Mapping[str, Any]) -> ComplexityParameters:
    """Parameters from the parsed file. Raises ParameterError."""
    expected = set(ComplexityParameters.__dataclass_fields__) | {"source", "grade"}
    if difference := expected ^ set(content):
        raise ParameterError(f"complexity.yaml: unknown or missing {', '.join(sorted(difference))}.")
    values = {key: value for key, value in content.items() if key not in {"source", "grade"}}
    values["version"] = str(content["version"])
    for key in _SETS:
        values[key] = frozenset(content[key])
    values["elective_words"] = re.compile("|".join(content["elective_words"]))
    for key in ("condition_points", "drug_points"):
        values[key] = tuple((least, points) for least, points in content[key])
    values["loinc"] = {code: name for name, codes in content["loinc"].items() for code in codes}
    values["social_answers"] = {
        question: SocialQuestion(said["need"], frozenset(said["when"]), tuple(said["words"]))
        for question, said in content["social_answers"].items()
    }
    values["traits"] = {name: _codes(codes) for name, codes in content["traits"].items()}
    values["charlson"] = tuple(
        CharlsonCategory(key, entry["weight"], _codes(entry), entry.get("replaced_by", ""))
        for key, entry in content["charlson"].items()
    )
    values["high_alert"] = {
        name: re.compile("|".join(re.escape(word) for word in words))
        for name, words in sorted(content["high_alert"].items())
    }
    return ComplexityParameters(**values)


def _codes(entry: Mapping[str, Any]) -> CodeSet:
    return CodeSet(
        groups=frozenset(entry.get("groups", ())),
        icd10=tuple(icd10_normal(prefix) for prefix in entry.get("icd10", ())),
        snomed=frozenset(entry.get("snomed", ())),
    )


@lru_cache(maxsize=200_000)
def shipped_flags(system: str, code: str, groups: tuple[str, ...]) -> frozenset[str]:
    """`flags_of` with the shipped parameters, remembered: a chart repeats its codes."""
    return complexity_parameters().flags_of(system, code, groups)
