"""Records that look like one person: pure scoring on what two records share, with the sentence that says why.

It proposes, a person decides. A household is no duplicate: a shared telephone or address supports, and never makes, a
match; twins differ in their given names, spouses in given name and birth date.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from .nicknames import is_full_name, may_be_one_name, short_forms_of

# A group of records this large shares a placeholder (1900-01-01, the front desk's number), not an identity.
LARGEST_BLOCK = 60
_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})


@dataclass(frozen=True, slots=True)
class Identity:
    """What two records are compared by. Names, address folded to lower case without accents; phones as E.164."""

    key: int
    given: str
    family: str
    birth_date: date | None = None
    sex: str = ""
    suffix: str = ""
    mrn: str = ""
    mbi: str = ""
    phones: frozenset[str] = frozenset()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two records that may be one person. lower < higher; score: of 100, only for the order of the list."""

    lower: int
    higher: int
    score: int
    evidence: str


def find(people: Iterable[Identity]) -> list[Likeness]:
    """Every pair that may be one person, likeliest first. Time grows with the people, not with their pairs."""
    by_key = {person.key: person for person in people}
    found = (compare(by_key[a], by_key[b]) for a, b in sorted(_pairs(by_key.values())))
    return sorted((f for f in found if f), key=lambda f: (-f.score, f.lower, f.higher))


def _pairs(people: Iterable[Identity]) -> set[tuple[int, int]]:
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    for person in people:
        for block in set(_blocks(person)):
            blocks[block].append(person.key)
    return {
        pair for keys in blocks.values() if 1 < len(keys) <= LARGEST_BLOCK for pair in combinations(sorted(keys), 2)
    }


def _blocks(person: Identity) -> Iterator[Hashable]:
    """What two records of one person share at least one of."""
    names = sorted((person.given[:1], person.family[:1]))
    if person.mbi:
        yield "mbi", person.mbi
    if person.mrn:
        yield "mrn", person.mrn.upper()
    if born := person.birth_date:
        yield "born", born.year, *sorted((born.month, born.day)), *names
        yield "born, given", born, person.given[:3]
        yield "born, family", born, person.family[:4]
    for given in short_forms_of(person.given.split(" ")[0]):
        yield "name", person.family, given
        for phone in person.phones:
            yield "phone", phone, given


def compare(one: Identity, other: Identity) -> Likeness | None:
    """What speaks for one person, None where too little does or something speaks against it."""
    given, family = _given(one, other), _family(one, other)
    if not given or not family:
        swapped = one.given and (one.given, one.family) == (other.family, other.given)
        given, family = ("given and family name swapped", "swapped") if swapped else (given, family)
    born = _born(one, other)
    support = list(_support(one, other))
    if _against(one, other, given, support):
        return None
    if not _enough(one, other, given, family, born, support):
        return None
    said = [word for word in (given, family if family != "swapped" else "", born, *support) if word]
    if one.sex and other.sex and one.sex != other.sex:
        said.append(f"but recorded as {one.sex} and {other.sex}")
    lower, higher = sorted((one.key, other.key))
    return Likeness(lower, higher, _score(given, family, born, support), f"{'; '.join(said).capitalize()}.")


def _given(one: Identity, other: Identity) -> str:
    a, b = one.given.split(" ")[0], other.given.split(" ")[0]
    if not a or not b:
        return ""
    if a == b:
        return "same given name"
    if one.given.replace(" ", "") == other.given.replace(" ", ""):
        return "same given name"
    if may_be_one_name(a, b) and not (is_full_name(a) and is_full_name(b)):
        return (
            f"{a.title()} is a short form of {b.title()}"
            if len(a) < len(b)
            else f"{b.title()} is a short form of {a.title()}"
        )
    if 1 in (len(a), len(b)):
        return "same initial" if a[0] == b[0] else ""
    slip = DamerauLevenshtein.distance(a, b) == 1 and min(len(a), len(b)) >= 4
    if slip and not (is_full_name(a) and is_full_name(b)):
        return f"given names differ by one letter ({a.title()}, {b.title()})"
    return ""


def _family(one: Identity, other: Identity) -> str:
    a, b = one.family, other.family
    if not a or not b:
        return ""
    if a.replace(" ", "") == b.replace(" ", ""):
        return "same family name"
    if set(a.split()) & set(b.split()) and ({*a.split()} < {*b.split()} or {*b.split()} < {*a.split()}):
        return f"one family name is part of the other ({a.title()}, {b.title()})"
    near = DamerauLevenshtein.distance(a, b) <= 2 and JaroWinkler.similarity(a, b) >= 0.9
    return (
        f"family names differ by a letter or two ({a.title()}, {b.title()})"
        if near and min(len(a), len(b)) >= 4
        else ""
    )


def _born(one: Identity, other: Identity) -> str:
    a, b = one.birth_date, other.birth_date
    if a is None or b is None:
        return ""
    if a == b:
        return f"same birth date ({a})"
    if (a.year, a.month, a.day) == (b.year, b.day, b.month):
        return f"day and month of the birth date swapped ({a}, {b})"
    if DamerauLevenshtein.distance(a.isoformat(), b.isoformat()) == 1:
        return f"birth dates differ by one digit ({a}, {b})"
    return ""


def _support(one: Identity, other: Identity) -> Iterator[str]:
    if one.mbi and one.mbi == other.mbi:
        yield "same MBI"
    if one.mrn and one.mrn.upper() == other.mrn.upper():
        yield "same MRN"
    if one.phones & other.phones:
        yield "same telephone"
    if one.address and one.address == other.address:
        yield "same address"


def _against(one: Identity, other: Identity, given: str, support: list[str]) -> bool:
    """What two records of one person do not do."""
    generations = [set(p.suffix.split()) & _GENERATIONS for p in (one, other)]
    if all(generations) and generations[0] != generations[1]:
        return True
    if one.mbi and other.mbi and one.mbi != other.mbi and len(support) < 2:
        return True
    other_sex = bool(one.sex and other.sex and one.sex != other.sex)
    return other_sex and given != "same given name"


def _enough(one: Identity, other: Identity, given: str, family: str, born: str, support: list[str]) -> bool:
    exact = born.startswith("same")
    both_known = one.birth_date is not None and other.birth_date is not None
    if "same MBI" in support:
        return bool(given and (born or family)) or bool(exact and family)
    if "same MRN" in support:
        return bool(given and born)
    if given and family and exact:
        return given != "same initial" or bool(support)
    if given == "same initial" or not given:
        return False
    if family and born:
        return born.startswith("day") or bool(support)
    if family and not both_known:
        return bool(support)
    return exact and bool(support) and one.sex == other.sex


def _score(given: str, family: str, born: str, support: list[str]) -> int:
    points = 25 if given.startswith("same given") else (15 if given else 0)
    points += 25 if family.startswith("same") else (15 if family else 0)
    points += 30 if born.startswith("same") else (15 if born else 0)
    return min(points + 20 * ("same MBI" in support) + 8 * len(support), 100)
