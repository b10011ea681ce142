"""From a code to what it means here: condition groups, and traits that the complexity score looks for.

ICD-10-CM maps by the longest matching prefix less the group's exclusions, SNOMED CT by a list; both stand in
parameters/chronic_conditions.csv and snomed_condition_map.csv with their sources and grades. CMS keeps no closed list
(rules.md A2), so a practice may add, remove and override.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from io import StringIO
from typing import Literal

from keepwell.rules.dated import ParameterError, read_text

Counts = Literal["yes", "no", "review"]

ICD10CM = "icd10cm"
SNOMED = "snomed"
ICD9CM = "icd9cm"
RXNORM = "rxnorm"
LOINC = "loinc"

# As real exports write them: the FHIR URL, the OID with and without its prefix, and bare names.
_SYSTEMS: Mapping[str, str] = {
    "http://hl7.org/fhir/sid/icd-10-cm": ICD10CM,
    "http://hl7.org/fhir/sid/icd-10": ICD10CM,
    "https://hl7.org/fhir/sid/icd-10-cm": ICD10CM,
    "2.16.840.1.113883.6.90": ICD10CM,
    "2.16.840.1.113883.6.3": ICD10CM,
    "icd-10-cm": ICD10CM,
    "icd10cm": ICD10CM,
    "icd-10": ICD10CM,
    "icd10": ICD10CM,
    "http://snomed.info/sct": SNOMED,
    "https://snomed.info/sct": SNOMED,
    "2.16.840.1.113883.6.96": SNOMED,
    "snomed": SNOMED,
    "snomed-ct": SNOMED,
    "snomed ct": SNOMED,
    "http://hl7.org/fhir/sid/icd-9-cm": ICD9CM,
    "2.16.840.1.113883.6.103": ICD9CM,
    "2.16.840.1.113883.6.104": ICD9CM,
    "icd-9-cm": ICD9CM,
    "http://www.nlm.nih.gov/research/umls/rxnorm": RXNORM,
    "2.16.840.1.113883.6.88": RXNORM,
    "http://loinc.org": LOINC,
    "2.16.840.1.113883.6.1": LOINC,
}


@lru_cache(maxsize=1024)
def system_of(written: str) -> str:
    """The code system that `written` names, one of the constants above, or "" when unknown."""
    text = written.strip().lower().rstrip("/").removeprefix("urn:oid:")
    if text.startswith("http://snomed.info/sct/"):
        return SNOMED
    return _SYSTEMS.get(text, "")


def icd10_normal(code: str) -> str:
    """An ICD-10-CM code as compared: upper case, no dot, no blanks ("e11.9 " is E119)."""
    return code.replace(".", "").replace(" ", "").strip().upper()


def icd10_display(code: str) -> str:
    """An ICD-10-CM code as people write it: E119 and e11.9 are E11.9."""
    plain = icd10_normal(code)
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


@dataclass(frozen=True, slots=True)
class ConditionGroup:
    """Codes that are one chronic condition.

    counts: whether a condition of the group counts towards CCM by default; "review" waits for a practitioner.
    """

    key: str
    name: str
    plain_name: str
    domain: str
    counts: Counts
    icd10_prefixes: tuple[str, ...]
    icd10_excluded: tuple[str, ...] = ()
    snomed: frozenset[str] = frozenset()
    source: str = ""
    grade: str = ""
    note: str = ""


@dataclass(frozen=True)
class ConditionGroups:
    """All groups in force for a practice, and the way from a code to them."""

    groups: Mapping[str, ConditionGroup]
    version: str = "2026-11-24"
    _by_prefix: Mapping[str, tuple[ConditionGroup, ...]] = field(init=False, repr=False, compare=False)
    _by_snomed: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _longest: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        prefixes: dict[str, list[ConditionGroup]] = defaultdict(list)
        concepts: dict[str, list[str]] = defaultdict(list)
        for group in self.groups.values():
            for prefix in group.icd10_prefixes:
                prefixes[prefix].append(group)
            for concept in group.snomed:
                concepts[concept].append(group.key)
        object.__setattr__(self, "_by_prefix", {p: tuple(found) for p, found in prefixes.items()})
        object.__setattr__(self, "_by_snomed", {c: tuple(sorted(keys)) for c, keys in concepts.items()})
        object.__setattr__(self, "_longest", max((len(p) for p in prefixes), default=0))

    def of(self, system: str, code: str) -> tuple[str, ...]:
        """The keys of the groups that one code maps to, sorted; system as the source wrote it."""
        match system_of(system):
            case "icd10cm":
                return self._of_icd10(icd10_normal(code))
            case "snomed":
                return self._by_snomed.get(code.strip(), ())
        return ()

    def _of_icd10(self, code: str) -> tuple[str, ...]:
        for length in range(min(len(code), self._longest), 2, -1):
            found = [
                g.key for g in self._by_prefix.get(code[:length], ()) if not code.startswith(g.icd10_excluded or "\0")
            ]
            if found:
                return tuple(sorted(found))
        return ()

    def counting(self) -> frozenset[str]:
        """Keys of the groups that count by default."""
        return frozenset(key for key, group in self.groups.items() if group.counts == "yes")

    def changed(self, changes: Iterable[Mapping[str, object]]) -> "ConditionGroups":
        """The groups after a practice's approved changes, applied in order.

        changes: each {"change": "add", "key", "name", "domain", "icd10": […], "snomed": […]}, {"change": "count",
        "key", "counts": yes|no|review}, or {"change": "remove", "key"}. Raises ParameterError with a sentence.
        """
        groups = dict(self.groups)
        for change in changes:
            _apply(groups, change)
        return ConditionGroups(groups, self.version)


def _apply(groups: dict[str, ConditionGroup], change: Mapping[str, object]) -> None:
    key = str(change.get("key", ""))
    what = change.get("change")
    if what == "add":
        if key in groups:
            raise ParameterError(f"There is already a group {key}.")
        groups[key] = _added(key, change)
        return
    if key not in groups:
        raise ParameterError(f"There is no group {key!r}.")
    if what == "remove":
        del groups[key]
    elif what == "count" and change.get("counts") in ("yes", "no", "review"):
        groups[key] = replace(groups[key], counts=_counts(str(change["counts"])))
    else:
        raise ParameterError(f"A change of {key} must add, remove, or count yes, no or review.")


def _added(key: str, change: Mapping[str, object]) -> ConditionGroup:
    icd10, snomed = change.get("icd10") or [], change.get("snomed") or []
    if not key.isidentifier() or not isinstance(icd10, list) or not isinstance(snomed, list) or not (icd10 or snomed):
        raise ParameterError(
            "A new group needs a key (letters and underscores) and at least one ICD-10-CM or SNOMED code."
        )
    prefixes = tuple(icd10_normal(str(code)) for code in icd10)
    if wrong := [code for code in prefixes if not (len(code) >= 3 and code[0].isalpha() and code[1].isdigit())]:
        raise ParameterError(f"{wrong[0]} is not the beginning of an ICD-10-CM code (three characters or more).")
    name = str(change.get("name") or key.replace("_", " ").capitalize())
    return ConditionGroup(
        key=key,
        name=name,
        plain_name=str(change.get("plain_name") or name.lower()),
        domain=str(change.get("domain") or "other"),
        counts="yes",
        icd10_prefixes=prefixes,
        snomed=frozenset(str(code).strip() for code in snomed),
        source="added by the practice",
        grade="practice",
    )


def _counts(text: str) -> Counts:
    match text:
        case "yes":
            return "yes"
        case "no":
            return "no"
        case "review":
            return "review"
    raise ParameterError(f"ccm_qualifies_default must be yes, no or review, not {text!r}.")


@cache
def default_groups() -> ConditionGroups:
    """The groups that the product ships, before any practice's changes."""
    concepts: dict[str, set[str]] = defaultdict(set)
    for row in csv.DictReader(StringIO(read_text("snomed_condition_map.csv"))):
        concepts[row["condition_key"]].add(row["snomed_ct_code"])
    rows = csv.DictReader(StringIO(read_text("chronic_conditions.csv")))
    return ConditionGroups({row["condition_key"]: _shipped(row, concepts[row["condition_key"]]) for row in rows})


def _shipped(row: Mapping[str, str], concepts: Iterable[str]) -> ConditionGroup:
    return ConditionGroup(
        key=row["condition_key"],
        name=row["name"],
        plain_name=row["plain_name_for_patients"],
        domain=row["domain"],
        counts=_counts(row["ccm_qualifies_default"]),
        icd10_prefixes=tuple(icd10_normal(p) for p in row["icd10cm_prefixes"].split()),
        icd10_excluded=tuple(icd10_normal(p) for p in row["icd10cm_exclude"].split()),
        snomed=frozenset(concepts),
        source=row["source"],
        grade=row["mark"],
        note=row["note"],
    )
