"""From a patient's facts to what the complexity score looks at, on one day.

Numbers are compared in whole tenths, so that the bulk path on any engine finds exactly the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from keepwell.rules.calendar import months_before
from keepwell.rules.complexity import Reading, Signals
from keepwell.rules.complexity_parameters import ComplexityParameters
from keepwell.rules.encounters import EncounterWords, words_of
from keepwell.rules.facts import EncounterFact, MedicationFact, ObservationFact, PatientFacts
from keepwell.rules.terminology import LOINC, RXNORM, system_of


@dataclass(frozen=True, slots=True)
class Result:
    """One usable result: the question by the parameter file's name, its day, tenths, whose, and answers."""

    name: str
    on: date
    tenths: int | None
    home: bool
    answers: tuple[str, ...]
    id: str


def gather(
    facts: PatientFacts, *, counted: int, flags: frozenset[str], as_of: date, parameters: ComplexityParameters
) -> Signals:
    """The signals of one patient.

    counted: qualifying condition groups; flags: of all conditions in force (`ComplexityParameters.flags_of`).
    """
    results = tuple(_results(facts.observations, as_of, parameters))
    window = as_of - timedelta(days=parameters.lookback_days["instability"])
    recent = [r for r in results if r.on >= window]
    stays = hospital_stays(facts.encounters, as_of, parameters)
    visits = emergency_days(facts.encounters, as_of, parameters)
    egfr, fall = _egfr_fall(results, window, as_of, parameters)
    mood = as_of - timedelta(days=parameters.lookback_days["mood"])
    phq9 = _latest(r for r in results if r.name == "phq9" and r.on >= mood)
    needs, screened = _needs(results, flags, as_of, parameters)
    drugs = [m for m in facts.medications if is_active(m, as_of, parameters)]
    limits = parameters.instability
    return Signals(
        conditions=counted,
        a1c=_reading(_latest(r for r in recent if r.name == "a1c" and _over(r, limits["a1c_over"]))),
        phq9_unstable=_reading(_latest(r for r in recent if r.name == "phq9" and _from(r, limits["phq9_from"]))),
        home_systolic=_home_systolic(recent, limits["home_systolic_from"]),
        egfr=egfr,
        egfr_fall=fall,
        regular_drugs=len({drug_key(m) for m in drugs if not m.as_needed}),
        high_alert=tuple(sorted({c for m in drugs for c in parameters.alert_class(drug_names(m))})),
        stays=len(stays),
        last_stay=max(stays, default=None),
        last_stay_recent=bool(stays) and max(stays) >= months_before(as_of, parameters.use_months["recent"]),
        emergency_visits=len(visits),
        last_emergency=max(visits, default=None),
        adl_help="adl_help" in flags,
        cognitive="cognitive" in flags,
        falls="falls" in flags,
        phq9=_reading(phq9) if phq9 and _from(phq9, parameters.phq9_behavioral_from) else None,
        mood_screened=any(r.name in {"phq9", "phq2"} and r.on >= mood for r in results),
        serious_mental_illness="serious_mental_illness" in flags,
        substance_use="substance_use" in flags,
        needs=needs,
        social_screened=screened,
        charlson=parameters.charlson_index(flags),
    )


def is_active(order: MedicationFact, as_of: date, parameters: ComplexityParameters) -> bool:
    """Whether an order is in force: active, an order and no proposal, and written by `as_of`."""
    written = order.authored is None or order.authored <= as_of
    return (
        order.status in parameters.active_orders
        and written
        and (not order.intent or order.intent in parameters.order_intents)
    )


def drug_key(order: MedicationFact) -> str:
    """What makes two orders one drug: the first RxNorm code, else the words, else the order itself."""
    rxnorm = next((c.code.strip() for c in order.codings if system_of(c.system) == RXNORM and c.code.strip()), "")
    return rxnorm or drug_names(order).strip().lower() or order.id


def drug_names(order: MedicationFact) -> str:
    """All names of an order's drug, blank separated."""
    return " ".join([*(c.display for c in order.codings if c.display), order.text]).strip()


def hospital_stays(encounters: Iterable[EncounterFact], as_of: date, parameters: ComplexityParameters) -> list[date]:
    """First days of the unplanned hospital stays of the last 12 months; a transfer on the same day is one stay."""
    since = months_before(as_of, parameters.use_months["all"])
    return [begun for begun, _ in _islands(encounters, as_of, parameters) if begun >= since]


def _islands(
    encounters: Iterable[EncounterFact], as_of: date, parameters: ComplexityParameters
) -> list[tuple[date, date]]:
    spans = sorted(
        (e.start, e.end or date.max)
        for e in encounters
        if e.start and e.start <= as_of and is_unplanned_stay(e, words_of(e), parameters)
    )
    islands: list[tuple[date, date]] = []
    for begun, ended in spans:
        if islands and begun <= islands[-1][1]:
            islands[-1] = (islands[-1][0], max(islands[-1][1], ended))
        else:
            islands.append((begun, ended))
    return islands


def is_unplanned_stay(encounter: EncounterFact, words: EncounterWords, parameters: ComplexityParameters) -> bool:
    """A hospital stay that nothing marks as elective. Exports seldom say: what is not marked counts as unplanned."""
    return (
        encounter.class_code in parameters.hospital_classes
        and encounter.status not in parameters.void_encounters
        and encounter.priority not in parameters.elective_priorities
        and not words.nursing
        and not words.elective
    )


def emergency_days(encounters: Iterable[EncounterFact], as_of: date, parameters: ComplexityParameters) -> set[date]:
    """Days of emergency visits in the last 12 months that no hospital stay followed by the next day."""
    since = months_before(as_of, parameters.use_months["all"])
    rows = list(encounters)
    islands = _islands(rows, as_of, parameters)
    return {
        e.start
        for e in rows
        if e.class_code in parameters.emergency_classes
        and e.status not in parameters.void_encounters
        and e.start
        and since <= e.start <= as_of
        and not any(b <= (e.end or e.start) + timedelta(days=1) and ended >= e.start for b, ended in islands)
    }


def _results(
    observations: Iterable[ObservationFact], as_of: date, parameters: ComplexityParameters
) -> Iterator[Result]:
    for fact in observations:
        name = next((n for c in fact.codings if (n := loinc_name(c.system, c.code, parameters))), "")
        valid = not fact.status or fact.status in parameters.result_statuses
        if name and valid and fact.effective and fact.effective <= as_of:
            tenths = None if fact.value is None or fact.value < 0 else int(fact.value * 10 + 0.5)
            if name == "a1c" and "mol" in fact.unit:
                tenths = None
            yield Result(name, fact.effective, tenths, fact.by_patient, fact.answers, fact.id)


def loinc_name(system: str, code: str, parameters: ComplexityParameters) -> str:
    """The parameter file's name for a LOINC code that the score reads, or ""."""
    return parameters.loinc.get(code.strip(), "") if system_of(system) == LOINC else ""


def _over(result: Result, limit: int) -> bool:
    return result.tenths is not None and result.tenths > limit * 10


def _from(result: Result, limit: int) -> bool:
    return result.tenths is not None and result.tenths >= limit * 10


def _latest(results: Iterable[Result]) -> Result | None:
    """The latest result with a number; the highest of one day."""
    return max((r for r in results if r.tenths is not None), key=lambda r: (r.on, r.tenths or 0), default=None)


def _reading(result: Result | None) -> Reading | None:
    return Reading(result.on, (result.tenths or 0) / 10) if result else None


def _home_systolic(recent: Iterable[Result], limit: int) -> int | None:
    home = [r.tenths for r in recent if r.name == "systolic" and r.home and r.tenths is not None]
    if not home or sum(home) < limit * 10 * len(home):
        return None
    return (sum(home) * 2 + 10 * len(home)) // (20 * len(home))


def _egfr_fall(
    results: Iterable[Result], window: date, as_of: date, parameters: ComplexityParameters
) -> tuple[Reading | None, int | None]:
    """The latest eGFR of the window and its fall in whole percent from the last one before, when large enough."""
    oldest = as_of - timedelta(days=parameters.lookback_days["egfr_baseline"])
    egfr = [r for r in results if r.name == "egfr"]
    now = _latest(r for r in egfr if r.on >= window)
    before = _latest(r for r in egfr if oldest <= r.on < window)
    if not now or not before or not before.tenths or now.tenths is None:
        return None, None
    fall = (before.tenths - now.tenths) * 100
    if fall < parameters.instability["egfr_fall_percent"] * before.tenths:
        return None, None
    return _reading(now), fall // before.tenths


def _needs(
    results: Iterable[Result], flags: frozenset[str], as_of: date, parameters: ComplexityParameters
) -> tuple[tuple[str, ...], bool]:
    """Unmet needs in the parameter file's order, and whether anybody asked within the look-back.

    Of several answers to one question the latest counts; on one day the one with the last id.
    """
    since = as_of - timedelta(days=parameters.lookback_days["social"])
    latest: dict[str, Result] = {}
    for result in results:
        if result.name in parameters.social_answers and result.on >= since:
            held = latest.get(result.name)
            if not held or (held.on, held.id) < (result.on, result.id):
                latest[result.name] = result
    found = {parameters.need_of(name, result.answers) for name, result in latest.items()} | flags
    return tuple(need for need in parameters.needs if need in found), bool(latest)
