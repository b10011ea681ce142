"""The file's form: a readable header, then AES-256-GCM in chunks, so that no byte can be changed, added or cut off.

    "keepwell backup 1\\n" | length of header, 4 bytes | header, JSON | chunks of 1 MiB, each with its 16-byte tag

Every file has a key of its own (HKDF of the practice's key and a random salt), so the nonce is the chunk's number; its
last byte is 1 on the last chunk alone (the STREAM construction: a file cut at a chunk's end does not open). The
header is authenticated with every chunk.
"""

import base64
import binascii
import hashlib
import io
import json
import secrets
from collections.abc import Mapping
from typing import IO, Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .refusal import BackupRefused

MAGIC = b"keepwell backup 1\n"
CHUNK = 1024 * 1024
TAG = 16
_LONGEST_HEADER = 64 * 1024


class Key(Protocol):
    """What turns into the key of one file."""

    def describe(self) -> dict[str, Any]:
        """What the header says of it, enough to find the same key again and never the key itself."""

    def material(self, described: Mapping[str, Any]) -> bytes:
        """32 bytes, from what a header says. Raises BackupRefused when that header names another key."""


class Sealer(io.RawIOBase):
    """Writes a sealed file. Without `finish` the file does not open: an error half-way leaves no good-looking file."""

    def __init__(self, file: IO[bytes], key: Key, header: Mapping[str, Any]) -> None:
        salt = secrets.token_bytes(32)
        full = {**header, "key": key.describe(), "salt": base64.b64encode(salt).decode()}
        written = json.dumps(full, sort_keys=True).encode()
        self._file, self._pending, self._number = file, bytearray(), 0
        self._cipher = _cipher(key.material(full["key"]), salt)
        head = MAGIC + len(written).to_bytes(4, "big") + written
        self._bound = hashlib.sha256(head).digest()
        file.write(head)

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes in; whole chunks go out as they fill."""
        self._pending += data
        while len(self._pending) > CHUNK:
            self._put(self._pending[:CHUNK], last=False)
            del self._pending[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk; only now does the file open."""
        self._put(self._pending, last=True)

    def _put(self, plain: bytearray, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), bytes(plain), self._bound))
        self._number += 1


class Opener(io.RawIOBase):
    """Reads a sealed file; gives out only what was authenticated. Raises BackupRefused for anything else."""

    def __init__(self, file: IO[bytes], key: Key) -> None:
        self.header, head = read_header(file)
        self._bound = hashlib.sha256(head).digest()
        try:
            salt = base64.b64decode(str(self.header["salt"]), validate=True)
            described = dict(self.header["key"])
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise BackupRefused("The header of this backup is damaged.") from error
        self._cipher = _cipher(key.material(described), salt)
        self._file, self._number, self._plain = file, 0, bytearray()
        self._ahead = file.read(CHUNK + TAG)
        self._done = False

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; all that is left with -1; b"" at the authenticated end."""
        while not self._done and (size < 0 or len(self._plain) < size):
            self._take()
        size = len(self._plain) if size < 0 else size
        given = bytes(self._plain[:size])
        del self._plain[:size]
        return given

    def _take(self) -> None:
        sealed, self._ahead = self._ahead, self._file.read(CHUNK + TAG)
        self._done = not self._ahead
        try:
            self._plain += self._cipher.decrypt(_nonce(self._number, self._done), sealed, self._bound)
        except (InvalidTag, ValueError) as error:
            raise BackupRefused(
                "This backup was changed, cut off, or damaged, or it was made with another key or passphrase. "
                "Nothing was touched."
            ) from error
        self._number += 1


def read_header(file: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """The header and all bytes read for it. Raises BackupRefused for a file that is no backup of ours."""
    start = file.read(len(MAGIC) + 4)
    if not start.startswith(MAGIC) or len(start) < len(MAGIC) + 4:
        raise BackupRefused("This is not a backup of Keepwell.")
    length = int.from_bytes(start[len(MAGIC) :], "big")
    written = file.read(length) if length <= _LONGEST_HEADER else b""
    try:
        header = json.loads(written)
    except ValueError as error:
        raise BackupRefused("The header of this backup is damaged.") from error
    if not isinstance(header, dict):
        raise BackupRefused("The header of this backup is damaged.")
    return header, start + written


def _cipher(material: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"keepwell backup").derive(material))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
