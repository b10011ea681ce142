"""Parameters as they stand in the law: a description, a source, a grade, and values by the day they came into force.

The loader is strict: an unknown key, a missing source or a date that is none refuses the file with its name and key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

FOLDER = files("keepwell.rules") / "parameters"
GRADES = frozenset({"verified", "secondary", "unverified"})
_KEYS = frozenset({"description", "unit", "source", "grade", "values"})


class ParameterError(ValueError):
    """A parameter file that cannot be used; the message names file, key and what is wrong."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One figure or list of the law through time. values: by first day in force, oldest first."""

    name: str
    description: str
    unit: str
    source: str
    grade: str
    values: tuple[tuple[date, Any], ...]

    def at(self, on: date) -> Any:
        """The value in force on `on`. Raises ParameterError before the first one."""
        return self.entry(on)[1]

    def entry(self, on: date) -> tuple[date, Any]:
        """The day it came into force and the value in force on `on`."""
        for since, value in reversed(self.values):
            if since <= on:
                return since, value
        raise ParameterError(f"{self.name} has no value on {on}: it begins on {self.values[0][0]}.")


def read_text(name: str) -> str:
    """The text of the parameter file `name`."""
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def load(name: str) -> Mapping[str, Parameter]:
    """The parameters of the file `name` (YAML), by name. Raises ParameterError."""
    return build(name, yaml.safe_load(read_text(name)))


def build(source: str, content: object) -> Mapping[str, Parameter]:
    """Parameters from `content`, the parsed file that `source` names. Raises ParameterError."""
    if not isinstance(content, dict):
        raise ParameterError(f"{source}: not a mapping of parameters.")
    return {name: _parameter(f"{source}: {name}", name, entry) for name, entry in content.items()}


def _parameter(where: str, name: str, entry: object) -> Parameter:
    if not isinstance(entry, dict) or set(entry) != _KEYS:
        raise ParameterError(f"{where} must have exactly {', '.join(sorted(_KEYS))}.")
    if entry["grade"] not in GRADES:
        raise ParameterError(f"{where}: grade {entry['grade']!r} is none of {', '.join(sorted(GRADES))}.")
    values = entry["values"]
    if not isinstance(values, dict) or not values or not all(type(day) is date for day in values):
        raise ParameterError(f"{where}: values must be given by date, as 2026-01-01.")
    ordered = tuple((day, _frozen(values[day])) for day in sorted(values))
    return Parameter(name, entry["description"], entry["unit"], entry["source"], entry["grade"], ordered)


def _frozen(value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    return value
