"""PostgreSQL: dumped and restored by its own tools, into a new database that then takes the old one's name."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from .refusal import BackupRefused

NAME = "database.pgdump"


def copy(path: Path) -> None:
    """Dump the database as it is at one moment; writers go on meanwhile."""
    path.touch(mode=0o600)
    # Compressed once, together with the rest.
    _run("pg_dump", "--format=custom", "--compress=0", "--no-owner", "--no-privileges", f"--file={path}")


def check(path: Path) -> None:
    """Read the dump from end to end with PostgreSQL's own reader. Raises BackupRefused when it stumbles."""
    _run("pg_restore", f"--file={os.devnull}", str(path))


def replace(path: Path, now: datetime) -> str:
    """Restore into a new database, then swap the names in one transaction. Returns the old database's new name."""
    connections.close_all()
    live = str(_parameters()["dbname"])
    aside = f"{live}_before_restore_{now:%Y%m%d%H%M%S}"
    with _restored(path) as name:
        with _connected(name) as copied:
            copied.execute("DELETE FROM django_session")
        with _maintenance() as server, server.transaction():
            others = server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [live]).fetchone()
            if others and others[0]:
                raise BackupRefused("The database is in use. Stop Keepwell (web and worker) and try again.")
            _rename(server, live, aside)
            _rename(server, name, live)
    return f"database {aside}"


@contextmanager
def _restored(path: Path) -> Iterator[str]:
    """A new database with what the dump holds, dropped afterwards unless it was renamed."""
    name = f"keepwell_restoring_{os.getpid()}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    try:
        with _maintenance() as server:
            server.execute(drop)
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        user = _parameters().get("user", "")
        raise BackupRefused(
            f"Restoring needs a new database first: let the database's user make one (ALTER ROLE {user} CREATEDB)."
        ) from error
    try:
        _run("pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", str(path), database=name)
        yield name
    finally:
        with _maintenance() as server:
            server.execute(drop)


def _rename(server: "psycopg.Connection[Any]", old: str, new: str) -> None:
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))


def _run(tool: str, *arguments: str, database: str = "") -> None:
    program = _find(tool)
    parameters = {**_parameters(), **({"dbname": database} if database else {})}
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    variables = {names[key]: str(value) for key, value in parameters.items() if value}
    target = [f"--dbname={database}"] if database else []
    done = subprocess.run(  # noqa: S603 (a program of PostgreSQL, arguments of ours)
        [program, *target, *arguments], env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        first = next((line for line in done.stderr.splitlines() if line.strip()), f"status {done.returncode}")
        raise BackupRefused(f"{tool} could not do it: {first}")


def _find(tool: str) -> str:
    found = shutil.which(tool)
    if found:
        return found
    # Debian and Fedora keep a version's programs in a folder of its own.
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"):
        for folder in sorted(Path("/").glob(pattern[1:]), reverse=True):
            if (folder / tool).exists():
                return str(folder / tool)
    raise BackupRefused(
        f"{tool} is not on this machine, and a PostgreSQL database is backed up with it: install PostgreSQL's client "
        "programs (Debian, Ubuntu: apt-get install postgresql-client)."
    )


def _parameters() -> dict[str, Any]:
    database = settings.DATABASES["default"]
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {key: database[name] for key, name in keys.items() if database.get(name)}


@contextmanager
def _connected(name: str) -> Iterator["psycopg.Connection[Any]"]:
    with closing(psycopg.connect(**{**_parameters(), "dbname": name}, autocommit=True)) as connection:
        yield connection


@contextmanager
def _maintenance() -> Iterator["psycopg.Connection[Any]"]:
    """A connection beside the database, where databases are made and renamed."""
    try:
        with _connected("postgres") as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise BackupRefused(f"PostgreSQL cannot be reached: {str(error).strip()}.") from error
