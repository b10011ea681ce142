"""Why a backup was not made, or not restored, as a sentence for a person."""

import errno
import sqlite3

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class BackupRefused(Exception):
    """What cannot be done and what to do instead. Whatever was there before is as it was."""


def said(error: OSError | sqlite3.Error) -> str:
    """A sentence for a disk or database that refused."""
    full = isinstance(error, OSError) and error.errno in _FULL
    if full or "disk is full" in str(error):
        return "The disk is full. Make room, or name a folder on another disk, and try again."
    if isinstance(error, OSError):
        return f"{error.filename or 'The disk'}: {error.strerror or error}."
    return f"The database refused: {error}."
