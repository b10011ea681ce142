"""Records as the search for duplicates looks at them, and its result as a page shows it."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, QuerySet

from keepwell.practice.models import Practice

from .duplicates import Identity
from .models import DuplicateCandidate, DuplicateDecision, Merge, Patient, PatientPhone
from .text import fold


def identities(practice: Practice) -> Iterator[Identity]:
    """Every record that is not merged. Two queries."""
    phones: dict[int, set[str]] = defaultdict(set)
    numbers = PatientPhone.objects.filter(practice=practice).exclude(e164="")
    for key, e164 in numbers.values_list("patient_id", "e164"):
        phones[key].add(e164)
    rows = Patient.objects.filter(practice=practice, merged_into=None).values_list(
        "pk", "given", "family", "suffix", "birth_date", "sex", "mrn", "mbi", "address_line", "zip_code"
    )
    for key, given, family, suffix, born, sex, mrn, mbi, line, zip_code in rows.iterator(chunk_size=5_000):
        known = sex if sex in ("female", "male") else ""
        # Jr and the like stand with the family name in many systems.
        names = fold(family).split()
        generation = [word for word in names if word in ("jr", "sr", "ii", "iii", "iv")]
        yield Identity(
            key=key,
            given=fold(given).strip(),
            family=" ".join(word for word in names if word not in generation),
            birth_date=born,
            sex=known,
            suffix=" ".join([*generation, *fold(suffix).split()]),
            mrn=mrn,
            mbi=mbi,
            phones=frozenset(phones.get(key, ())),
            address=f"{fold(line).strip()} {zip_code}".strip() if line else "",
        )


def open_candidates(practice: Practice) -> QuerySet[DuplicateCandidate]:
    """Pairs that wait for a person, likeliest first: neither merged since nor said to be different people."""
    decided = DuplicateDecision.objects.filter(lower=OuterRef("lower"), higher=OuterRef("higher"), withdrawn_at=None)
    return (
        DuplicateCandidate.objects.filter(practice=practice, lower__merged_into=None, higher__merged_into=None)
        .exclude(Exists(decided))
        .select_related("lower__practitioner", "higher__practitioner")
        .prefetch_related("lower__phones", "higher__phones")
        .order_by("-score", "lower", "higher")
    )


def merges(practice: Practice) -> QuerySet[Merge]:
    """Merges made by people, those in force first, latest first."""
    return (
        Merge.objects.filter(practice=practice)
        .select_related("merged", "kept", "merged_by__user", "undone_by__user")
        .order_by(F("undone_at").asc(nulls_first=True), "-merged_at")
    )


def decisions(practice: Practice) -> QuerySet[DuplicateDecision]:
    """Pairs that somebody said are different people, latest first."""
    rows = DuplicateDecision.objects.filter(practice=practice, withdrawn_at=None)
    return rows.select_related("lower", "higher", "decided_by__user").order_by("-decided_at")
