"""The explained complexity score: which patients a practitioner should look at for complex care management.

Points by domain from facts, each with its sentence; a candidate is put forward for review, never declared. The figures
are parameters/complexity.yaml (clinical/complexity.md, draft). Missing is not zero: an unassessed domain says so.
The hysteresis of the score (two months below 8 to leave) belongs to a program's history and is not applied here.

From an export no rule sees IADLs, CMS-HCC, LACE, weight alerts or treated flare-ups: those points are "not assessed"
until the practice's own assessments exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from keepwell.rules.complexity_parameters import ComplexityParameters

Result = Literal["complex_candidate", "standard", "assess"]
DOMAINS = ("A", "B", "C", "D", "E", "F", "G")
DOMAIN_NAMES = {
    "A": "conditions",
    "B": "drugs",
    "C": "use",
    "D": "function",
    "E": "behavioral",
    "F": "social",
    "G": "index",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One result: its day and its value in the unit of the rule that reads it."""

    on: date
    value: float


@dataclass(frozen=True, slots=True)
class Signals:
    """What the score looks at, gathered from a patient's facts on one day.

    Counts are of distinct things; dates are the latest of their kind; `needs` are unmet social needs by key.
    """

    conditions: int = 0
    a1c: Reading | None = None
    phq9_unstable: Reading | None = None
    home_systolic: int | None = None
    egfr: Reading | None = None
    egfr_fall: int | None = None
    regular_drugs: int = 0
    high_alert: tuple[str, ...] = ()
    stays: int = 0
    last_stay: date | None = None
    last_stay_recent: bool = False
    emergency_visits: int = 0
    last_emergency: date | None = None
    adl_help: bool = False
    cognitive: bool = False
    falls: bool = False
    phq9: Reading | None = None
    mood_screened: bool = False
    serious_mental_illness: bool = False
    substance_use: bool = False
    needs: tuple[str, ...] = ()
    social_screened: bool = False
    charlson: int = 0


@dataclass(frozen=True, slots=True)
class Complexity:
    """The stratum with its reasons.

    points: by domain letter. missing: what unassessed domains could still add, by letter. because: sentences in the
    order of the domains, then why review is a must, then what is not assessed.
    """

    result: Result
    score: int
    points: dict[str, int]
    missing: dict[str, int]
    because: tuple[str, ...]


def tenths(value: float) -> str:
    """A number with one decimal, rounded half up, the same on every engine (9.84 is "9.8")."""
    whole = int(value * 10 + 0.5)
    return f"{whole // 10}.{whole % 10}"


def score(signals: Signals, parameters: ComplexityParameters) -> Complexity:
    """The complexity of one patient.

    signals: gathered by `gather`; parameters: the dated file. Returns the result with points, score (0-23) and
    sentences. Source: clinical/complexity.md section 1, contracts/identify.md for "assess".
    """
    lines = {letter: find(signals, parameters) for letter, find in _DOMAINS.items()}
    points = {d: min(sum(p for p, _ in found), parameters.caps[d]) for d, found in lines.items()}
    total = sum(points.values())
    missing = _missing(signals, points, parameters)
    must = _must_review(signals)
    because = [text for found in lines.values() for _, text in found] + [f"must review: {m}" for m in must]
    because += [f"not assessed: {d} {DOMAIN_NAMES[d]} (0-{most} possible)" for d, most in missing.items() if most]
    return Complexity(_result(signals, parameters, points, missing, bool(must)), total, points, missing, tuple(because))


def _result(
    signals: Signals, parameters: ComplexityParameters, points: dict[str, int], missing: dict[str, int], must: bool
) -> Result:
    total = sum(points.values())
    scoring = sum(1 for d in "ABCDEF" if points[d])
    anchored = unstable(signals, parameters) or points["C"] >= 2 or points["D"] >= 2
    if must or (total >= parameters.cut and scoring >= parameters.domains_needed and anchored):
        return "complex_candidate"
    could_score = sum(1 for d in "ABCDEF" if points[d] or missing.get(d))
    could_anchor = anchored or points["D"] + missing.get("D", 0) >= 2
    reachable = total + sum(missing.values()) >= parameters.cut
    if total >= parameters.assess_from and reachable and could_score >= parameters.domains_needed and could_anchor:
        return "assess"
    if signals.adl_help != signals.cognitive:
        return "assess"
    return "standard"


def _missing(signals: Signals, points: dict[str, int], parameters: ComplexityParameters) -> dict[str, int]:
    """What each unassessed domain could still add. Function is never wholly assessed by an export."""
    return {
        "D": parameters.caps["D"] - points["D"],
        "E": 0 if signals.mood_screened else parameters.caps["E"] - points["E"],
        "F": 0 if signals.social_screened else parameters.caps["F"] - points["F"],
    }


def _must_review(signals: Signals) -> list[str]:
    found = []
    if signals.stays >= 2:
        found.append(f"{signals.stays} unplanned stays in 12 months")
    if signals.adl_help and signals.cognitive:
        found.append("help with daily activities and cognitive impairment")
    return found


def stepped(count: int, steps: Sequence[tuple[int, int]]) -> int:
    """The points of the first step that `count` reaches; steps are (at least, points), highest first."""
    return next((points for least, points in steps if count >= least), 0)


def unstable(signals: Signals, parameters: ComplexityParameters) -> bool:
    """Whether any sign of instability holds."""
    return bool(_instability(signals, parameters))


_Lines = list[tuple[int, str]]


def _conditions(signals: Signals, parameters: ComplexityParameters) -> _Lines:
    lines: _Lines = []
    if points := stepped(signals.conditions, parameters.condition_points):
        lines.append((points, f"A conditions: {points} ({signals.conditions} qualifying conditions)"))
    if signs := _instability(signals, parameters):
        lines.append((2, f"A instability: 2 ({'; '.join(signs)})"))
    return lines


def _instability(signals: Signals, parameters: ComplexityParameters) -> list[str]:
    signs = []
    if signals.a1c:
        signs.append(f"A1c {tenths(signals.a1c.value)} on {signals.a1c.on}")
    if signals.phq9_unstable:
        signs.append(f"PHQ-9 {int(signals.phq9_unstable.value + 0.5)} on {signals.phq9_unstable.on}")
    if signals.home_systolic is not None:
        signs.append(f"home systolic mean {signals.home_systolic}")
    if signals.egfr and signals.egfr_fall is not None:
        signs.append(f"eGFR fell {signals.egfr_fall} % to {int(signals.egfr.value + 0.5)} on {signals.egfr.on}")
    return signs


def _drugs(signals: Signals, parameters: ComplexityParameters) -> _Lines:
    lines: _Lines = []
    if points := stepped(signals.regular_drugs, parameters.drug_points):
        lines.append((points, f"B drugs: {points} ({signals.regular_drugs} regular drugs)"))
    if points := min(len(signals.high_alert), 2):
        lines.append((points, f"B high alert: {points} ({', '.join(signals.high_alert)})"))
    return lines


def _use(signals: Signals, parameters: ComplexityParameters) -> _Lines:
    if signals.stays >= 2:
        return [(4, f"C use: 4 ({signals.stays} unplanned stays in 12 months)")]
    if signals.stays and signals.last_stay_recent:
        return [(3, f"C use: 3 (hospital stay {signals.last_stay}, within 6 months)")]
    if signals.emergency_visits >= 2:
        return [(2, f"C use: 2 ({signals.emergency_visits} emergency visits in 12 months)")]
    if signals.stays:
        return [(1, f"C use: 1 (hospital stay {signals.last_stay})")]
    if signals.emergency_visits:
        return [(1, f"C use: 1 (emergency visit {signals.last_emergency})")]
    return []


def _function(signals: Signals, parameters: ComplexityParameters) -> _Lines:
    lines: _Lines = []
    if signals.adl_help:
        lines.append((3, "D function: 3 (needs help with daily activities)"))
    if signals.cognitive:
        lines.append((2, "D function: 2 (cognitive impairment)"))
    if signals.falls:
        lines.append((1, "D function: 1 (repeated falls)"))
    return lines


def _behavioral(signals: Signals, parameters: ComplexityParameters) -> _Lines:
    found = []
    if signals.phq9:
        found.append(f"PHQ-9 {int(signals.phq9.value + 0.5)} on {signals.phq9.on}")
    if signals.serious_mental_illness:
        found.append("serious mental illness")
    if signals.substance_use:
        found.append("active substance use")
    return [(2, f"E behavioral: 2 ({'; '.join(found)})")] if found else []


def social_points(needs: Iterable[str]) -> int:
    """One unmet need gives 1; two, living alone, or no home give 2."""
    found = set(needs)
    return min(len(found) + bool(found & {"homeless", "lives_alone"}), 2)


def _social(signals: Signals, parameters: ComplexityParameters) -> _Lines:
    if not signals.needs:
        return []
    points = social_points(signals.needs)
    return [(points, f"F social: {points} ({'; '.join(parameters.needs[need] for need in signals.needs)})")]


def _index(signals: Signals, parameters: ComplexityParameters) -> _Lines:
    if signals.charlson >= parameters.charlson_from:
        return [(1, f"G index: 1 (Charlson {signals.charlson})")]
    return []


_DOMAINS = {
    "A": _conditions,
    "B": _drugs,
    "C": _use,
    "D": _function,
    "E": _behavioral,
    "F": _social,
    "G": _index,
}
