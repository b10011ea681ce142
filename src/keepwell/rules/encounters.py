"""What an encounter's type says: nursing facility, hospice, elective."""

from dataclasses import dataclass
from functools import lru_cache

from keepwell.rules.complexity_parameters import complexity_parameters
from keepwell.rules.dated import load
from keepwell.rules.facts import EncounterFact
from keepwell.rules.terminology import SNOMED, system_of


@dataclass(frozen=True, slots=True)
class EncounterWords:
    """What the words and codes of one encounter's type say."""

    nursing: bool
    hospice: bool
    elective: bool


def words_of(encounter: EncounterFact) -> EncounterWords:
    """What the type of `encounter` says. Source: parameters/eligibility.yaml and complexity.yaml."""
    said = " | ".join([*encounter.type_texts, *(coding.display for coding in encounter.types)])
    return read_type(said, " ".join(c.code.strip() for c in encounter.types if system_of(c.system) == SNOMED))


@lru_cache(maxsize=100_000)
def read_type(said: str, snomed: str) -> EncounterWords:
    """`words_of` for a type's words and its blank-separated SNOMED CT codes."""
    text = said.lower()
    rules = load("eligibility.yaml")
    latest = {name: rules[name].values[-1][1] for name in ("facility_words", "hospice_words", "hospice_codes")}
    return EncounterWords(
        nursing=any(word in text for word in latest["facility_words"]),
        hospice=any(word in text for word in latest["hospice_words"])
        or bool(set(snomed.split()) & set(latest["hospice_codes"])),
        elective=bool(complexity_parameters().elective_words.search(text)),
    )
