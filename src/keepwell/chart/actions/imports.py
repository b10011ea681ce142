"""Rows from elsewhere, written as a stream in the caller's transaction. Only `ehr` calls this, in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from django.db import connection, models

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows were put in and how many rewritten."""

    added: int
    changed: int


def write_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[int | None, Sequence[Any]]]
) -> Written:
    """Insert rows, or rewrite the row of a primary key.

    columns: names of fields; rows: (primary key or None, values in that order). Values are JSON values: dates as ISO
    text, moments as datetime. Text longer than its column is cut.
    """
    writer = _Writer(model, columns)
    added = changed = 0
    for chunk in _chunks(rows):
        fresh = [writer.adapted(values) for pk, values in chunk if pk is None]
        known = [(*writer.adapted(values), pk) for pk, values in chunk if pk is not None]
        writer.run(writer.insert, fresh)
        writer.run(writer.update, known)
        added, changed = added + len(fresh), changed + len(known)
    return Written(added, changed)


def mark_absent(model: type[models.Model], keys: Iterable[int], now: datetime) -> int:
    """Mark rows that a newer full export no longer holds. Returns how many."""
    writer = _Writer(model, ["absent_since"])
    count = 0
    for chunk in _chunks(keys):
        writer.run(writer.update, [(*writer.adapted([now]), pk) for pk in chunk])
        count += len(chunk)
    return count


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


class _Writer:
    """The two statements of one table, and how each of its columns is given to the database."""

    def __init__(self, model: type[models.Model], columns: Sequence[str]) -> None:
        fields = [model._meta.get_field(name) for name in columns]
        quote = connection.ops.quote_name
        table = quote(model._meta.db_table)
        names = [quote(str(field.column)) for field in fields]  # type: ignore[union-attr]
        marks = ", ".join(["%s"] * len(names))
        self.insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        self.update = f"UPDATE {table} SET {', '.join(f'{n} = %s' for n in names)} WHERE id = %s"  # noqa: S608
        self._adapters = [_adapter(field) for field in fields]

    def adapted(self, values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(adapt(value) for adapt, value in zip(self._adapters, values, strict=True))

    def run(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows)


def _adapter(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, models.JSONField):
        return lambda value: orjson.dumps(value).decode()
    if isinstance(field, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value
    if isinstance(field, models.CharField) and field.max_length:
        length = field.max_length
        return lambda value: value[:length]
    return lambda value: value
