"""Rows put aside in a file of our own before the chart is touched, newest version first, compared with what is there.

A private SQLite file in the data folder: nothing of it is seen by anybody, and a killed import leaves only it behind.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from .rows import Row

_CHUNK = 2_000
_SCHEMA = """
CREATE TABLE resource (
    kind TEXT, id TEXT, patient TEXT, updated TEXT, version TEXT, rows TEXT, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
"""
_PER_TABLE = """
CREATE TABLE fresh_{0} (
    source_id TEXT PRIMARY KEY, patient TEXT, fingerprint TEXT, updated TEXT, version TEXT, kind TEXT, rank TEXT,
    vals TEXT
) WITHOUT ROWID;
CREATE TABLE held_{0} (
    source_id TEXT PRIMARY KEY, pk INTEGER, fingerprint TEXT, patient TEXT, absent INTEGER, ours INTEGER
) WITHOUT ROWID;
"""
_INSERT_FRESH = (
    "INSERT INTO fresh_{0} VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_id) DO UPDATE SET "
    "patient = excluded.patient, fingerprint = excluded.fingerprint, updated = excluded.updated, "
    "version = excluded.version, kind = excluded.kind, rank = excluded.rank, vals = excluded.vals "
    "WHERE excluded.rank > fresh_{0}.rank"
)
_COUNTS = (
    "SELECT f.kind, sum(h.pk IS NULL), sum(h.pk IS NOT NULL AND (h.fingerprint <> f.fingerprint OR h.absent)), "
    "sum(h.pk IS NOT NULL AND h.fingerprint = f.fingerprint AND NOT h.absent) "
    "FROM fresh_{0} f LEFT JOIN held_{0} h USING (source_id) GROUP BY f.kind"
)
_CHANGES = (
    "SELECT h.pk, f.source_id, f.patient, f.fingerprint, f.updated, f.version, f.vals "
    "FROM fresh_{0} f LEFT JOIN held_{0} h USING (source_id) "
    "WHERE h.pk IS NULL OR h.fingerprint <> f.fingerprint OR h.absent"
)
# What the chart holds of a row: source_id, pk, fingerprint, patient's source_id, is it absent, is it of this source.
Held = tuple[str, int, str, str, bool, bool]


@dataclass(frozen=True, slots=True)
class Staged:
    """A resource's rows, with what decides between two versions of it."""

    kind: str
    id: str
    patient: str
    updated: datetime | None
    version: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A row to write. pk: of the row it replaces, None for a new one."""

    pk: int | None
    source_id: str
    patient: str
    fingerprint: str
    updated: datetime | None
    version: str
    values: Sequence[Any]


class Staging:
    """The file, open for one import. Removed when it is closed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        self._path = path
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -100000", "temp_store = MEMORY"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_SCHEMA)
        self._waiting: list[tuple[Any, ...]] = []
        self.read: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()
        self._path.unlink(missing_ok=True)

    def add(self, staged: Staged) -> None:
        """Put a resource aside. Of two versions the later meta.lastUpdated stays, else the one read later."""
        rows = [[r.table, r.source_id, r.rank, r.values] for r in staged.rows]
        text = orjson.dumps(rows).decode().replace("\\u0000", "")
        updated = staged.updated.isoformat(timespec="microseconds") if staged.updated else None
        self._waiting.append((staged.kind, staged.id, staged.patient, updated, staged.version, text))
        self.read[staged.kind] = self.read.get(staged.kind, 0) + 1
        if len(self._waiting) >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO resource VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET "
            "patient = excluded.patient, updated = excluded.updated, version = excluded.version, rows = excluded.rows "
            "WHERE excluded.updated IS NULL OR resource.updated IS NULL OR excluded.updated >= resource.updated",
            self._waiting,
        )
        self._connection.execute("COMMIT")
        self._waiting.clear()

    def superseded(self) -> dict[str, int]:
        """How many resources of each kind were older versions of another one."""
        kept = dict(self._connection.execute("SELECT kind, count(*) FROM resource GROUP BY kind"))
        return {kind: count - kept[kind] for kind, count in self.read.items() if count != kept[kind]}

    def kinds(self) -> list[str]:
        """The resource types that were put aside."""
        return [kind for (kind,) in self._connection.execute("SELECT DISTINCT kind FROM resource ORDER BY kind")]

    def lay_out(self, table: str, kinds: Iterable[str], held: Iterable[Held]) -> None:
        """Spread the rows of one table of the chart out beside what the chart holds now, to be compared."""
        self._connection.executescript(_PER_TABLE.format(table))
        self._connection.execute("BEGIN")
        for kind in kinds:
            self._connection.executemany(_INSERT_FRESH.format(table), self._fresh(table, kind))
        self._connection.executemany(f"INSERT INTO held_{table} VALUES (?, ?, ?, ?, ?, ?)", held)  # noqa: S608
        self._connection.execute("COMMIT")

    def _fresh(self, table: str, kind: str) -> Iterator[tuple[Any, ...]]:
        found = self._connection.execute(
            "SELECT patient, updated, version, rows FROM resource WHERE kind = ? ORDER BY id", (kind,)
        )
        for patient, updated, version, rows in found:
            for name, source_id, rank, values in orjson.loads(rows):
                if name == table:
                    text = orjson.dumps(values)
                    said = b"\0".join((patient.encode(), (updated or "").encode(), version.encode(), text))
                    fingerprint = blake2b(said, digest_size=16).hexdigest()
                    yield source_id, patient, fingerprint, updated, version, kind, rank, text.decode()

    def counts(self, table: str) -> dict[str, dict[str, int]]:
        """Rows added, changed and unchanged, by resource type."""
        found = self._connection.execute(_COUNTS.format(table))
        return {kind: {"added": a, "changed": c, "unchanged": u} for kind, a, c, u in found}

    def changes(self, table: str) -> Iterator[Change]:
        """Rows that are new or differ from the chart's."""
        found = self._connection.execute(_CHANGES.format(table))
        for pk, source_id, patient, fingerprint, updated, version, values in found:
            moment = datetime.fromisoformat(updated).astimezone(UTC) if updated else None
            yield Change(pk, source_id, patient, fingerprint, moment, version, orjson.loads(values))

    def gone(self, table: str) -> Iterator[tuple[int, str]]:
        """(pk, patient) of rows of this source that the chart holds and the export no longer does."""
        yield from self._connection.execute(
            f"SELECT h.pk, h.patient FROM held_{table} h LEFT JOIN fresh_{table} f USING (source_id) "  # noqa: S608
            "WHERE f.source_id IS NULL AND h.ours AND NOT h.absent"
        )
