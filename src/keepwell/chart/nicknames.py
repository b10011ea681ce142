"""Given names that are short forms of one another, from data/nicknames.txt."""

from functools import cache
from importlib.resources import files


@cache
def _table() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """(the sets that a name belongs to, by name; all full names)."""
    forms: dict[str, set[str]] = {}
    full_names: set[str] = set()
    text = (files("keepwell.chart") / "data" / "nicknames.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        full, _, short = line.partition("|")
        for name in full.split():
            full_names.add(name)
            for form in (name, *short.split()):
                forms.setdefault(form, set()).add(name)
    return {name: frozenset(found) for name, found in forms.items()}, frozenset(full_names)


def may_be_one_name(one: str, other: str) -> bool:
    """Whether one is a short form of the other, or both of the same name (Bill and Will of William). Lower case."""
    forms, _ = _table()
    return bool(forms.get(one, frozenset()) & forms.get(other, frozenset()))


def is_full_name(name: str) -> bool:
    """Whether this is a name of its own: Maria and Marie are two names, not one with a slip of the pen."""
    return name in _table()[1]


def short_forms_of(name: str) -> frozenset[str]:
    """The full names that `name` may stand for, itself when it is known to stand for none."""
    return _table()[0].get(name, frozenset({name}))
