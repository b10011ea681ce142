"""What a row of cover is (Medicare Part B, Advantage, Medicaid …) and who pays for a patient on a day.

The reading of type, plan and payor is data: parameters/payers.yaml.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

import yaml

from keepwell.rules.dated import ParameterError, read_text
from keepwell.rules.facts import CoverageFact

MEDICARE = frozenset({"medicare_part_b", "medicare_advantage"})
PAYERS = ("medicare_part_b", "medicare_advantage", "dual", "commercial", "medicaid", "none")
# Where several hold, the first of these is the payer (contracts/identify.md).
_ORDER = ("medicare_part_b", "medicare_advantage", "commercial", "medicaid")
# A Medigap policy and a drug plan are sold by insurers but are no payer of this service.
_PAYER_OF_KIND = {kind: kind for kind in _ORDER}
# Qualified Medicare Beneficiary is a Medicaid program whose name says Medicare.
_NOT_MEDICARE = re.compile(r"QUALIFIED MEDICARE BENEFICIARY|\bQMB\b")


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    words: re.Pattern[str]
    unless: re.Pattern[str] | None
    sopt: tuple[str, ...]
    filing: frozenset[str]
    part: bool


@cache
def _rules() -> tuple[_Rule, ...]:
    content = yaml.safe_load(read_text("payers.yaml"))
    if set(content) != {"version", "source", "grade", "rules"}:
        raise ParameterError("payers.yaml must have version, source, grade and rules.")
    return tuple(_rule(entry) for entry in content["rules"])


def _rule(entry: dict[str, object]) -> _Rule:
    if unknown := set(entry) - {"kind", "words", "unless", "sopt", "filing", "part"}:
        raise ParameterError(f"payers.yaml: unknown key {unknown.pop()!r} in the rule {entry.get('kind')!r}.")
    return _Rule(
        kind=str(entry["kind"]),
        words=_any(entry["words"]),
        unless=_any(entry["unless"]) if "unless" in entry else None,
        sopt=tuple(_strings(entry.get("sopt"))),
        filing=frozenset(_strings(entry.get("filing"))),
        part=bool(entry.get("part")),
    )


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _any(words: object) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{word})" for word in _strings(words)))


@lru_cache(maxsize=100_000)
def kind_of(codes: str, said: str, payors: str) -> str:
    """The kind of one row of cover.

    codes: its type codes, blank separated; said: plan and type in words; payors: who pays, in words.
    Returns supplement, medicare_advantage, medicaid, pharmacy, medicare_part_a, medicare_part_b, self_pay, commercial.
    Source: parameters/payers.yaml.
    """
    own = _NOT_MEDICARE.sub("", said.upper())
    payer = payors.upper()
    everything = f"{own} {payer}"
    for rule in _rules():
        text = own if rule.part and "PART" in own else everything
        if rule.unless and rule.unless.search(text):
            continue
        if rule.words.pattern == "(?:.*)" or rule.words.search(text) or _coded(rule, codes):
            return rule.kind
    raise ParameterError("payers.yaml must end with a rule that always fits.")


def _coded(rule: _Rule, codes: str) -> bool:
    return any(code in rule.filing or (code.isdigit() and code.startswith(rule.sopt or "\0")) for code in codes.split())


def words_of(fact: CoverageFact) -> tuple[str, str, str]:
    """The three arguments of `kind_of` for a fact."""
    codes = " ".join(coding.code for coding in fact.types)
    said = " | ".join([*fact.plans, fact.type_text, *(coding.display for coding in fact.types)])
    return codes, said, " | ".join(fact.payors)


def in_force(fact: CoverageFact, on: date) -> bool:
    """Whether the row is active and its period (ends included, open when missing) covers `on`."""
    begun = fact.start is None or fact.start <= on
    return fact.status == "active" and begun and (fact.end is None or fact.end >= on)


def payer_of(kinds: Iterable[str]) -> str:
    """The patient's payer from the kinds of the rows in force: one of PAYERS.

    Dual is Medicare of either kind with Medicaid; then Part B, then Advantage, then commercial, then Medicaid.
    Source: contracts/identify.md.
    """
    held = set(kinds)
    if held & MEDICARE and "medicaid" in held:
        return "dual"
    return next((kind for kind in _ORDER if kind in held), "none")
