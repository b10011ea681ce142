"""Who uses a data folder: one start at a time, and nobody while a backup is put in place.

Two locks, given back by the system when their holder ends, however it ends: `running` is held by the one
`keepwell start`, `in-use` is shared by every web server and worker and held alone by a restore.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class InUse(Exception):
    """Somebody else holds the folder. details: what they wrote about themselves, such as pid and address."""

    def __init__(self, details: Mapping[str, Any]) -> None:
        super().__init__("The data folder is in use.")
        self.details = dict(details)


class Hold:
    """A lock that is held; `describe` says to others who holds it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def describe(self, details: Mapping[str, Any]) -> None:
        """Write down pid, address and the like, for the one who comes second."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(dict(details)).encode(), 0)


@contextmanager
def alone(folder: Path, name: str) -> Iterator[Hold]:
    """Hold the lock `name` in the folder alone. Raises InUse when anybody else holds it."""
    with _locked(folder, name, fcntl.LOCK_EX) as descriptor:
        os.ftruncate(descriptor, 0)
        yield Hold(descriptor)


@contextmanager
def shared(folder: Path, name: str = "in-use") -> Iterator[None]:
    """Hold the lock together with others who share it. Raises InUse while somebody holds it alone."""
    with _locked(folder, name, fcntl.LOCK_SH):
        yield


@contextmanager
def _locked(folder: Path, name: str, kind: int) -> Iterator[int]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse(_details(descriptor)) from error
        yield descriptor
    finally:
        os.close(descriptor)


def _details(descriptor: int) -> dict[str, Any]:
    try:
        found = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
