"""What opens a backup: a key file in the data folder, or a passphrase that the practice keeps in its safe."""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

from .refusal import BackupRefused

FILE_NAME = "backup-key"
_PREFIX = "keepwell-backup-key-1:"
# OWASP's password storage cheat sheet names N=2^17, r=8, p=1 (128 MiB); a header that asks for more is not ours.
_COST = 2**17
_BLOCK = 8


@dataclass(frozen=True, slots=True)
class KeyFile:
    """32 random bytes."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != 32:
            raise ValueError("A backup key has 32 bytes.")

    @property
    def number(self) -> str:
        """Tells keys apart without giving one away."""
        return hashlib.sha256(b"keepwell backup key" + self.secret).hexdigest()[:16]

    def describe(self) -> dict[str, Any]:
        """For the header of a file."""
        return {"kind": "key", "number": self.number}

    def material(self, described: Mapping[str, Any]) -> bytes:
        """The key itself. Raises BackupRefused when the file was made with another."""
        if described.get("kind") == "passphrase":
            raise BackupRefused("This backup was made with a passphrase: set KEEPWELL_BACKUP_PASSPHRASE.")
        if described.get("number") != self.number:
            raise BackupRefused(
                f"This backup was made with key {described.get('number')}; here is {self.number}. "
                "Give the right one with --key-file."
            )
        return self.secret

    def text(self) -> str:
        """The key as it is printed and stored."""
        return _PREFIX + base64.urlsafe_b64encode(self.secret).decode()


@dataclass(frozen=True, slots=True)
class Passphrase:
    """Words that a person chose; made into a key by scrypt."""

    words: str

    def __post_init__(self) -> None:
        if len(self.words) < 16:
            raise BackupRefused("The backup passphrase must have at least 16 characters.")

    def describe(self) -> dict[str, Any]:
        """For the header of a file, with a salt of its own."""
        return {"kind": "passphrase", "salt": secrets.token_hex(16), "cost": _COST, "block": _BLOCK}

    def material(self, described: Mapping[str, Any]) -> bytes:
        """The key that these words make with the header's salt."""
        if described.get("kind") != "passphrase":
            raise BackupRefused("This backup was made with a key file: give it with --key-file.")
        try:
            salt = bytes.fromhex(described["salt"])
            cost, block = int(described["cost"]), int(described["block"])
        except (KeyError, TypeError, ValueError) as error:
            raise BackupRefused("The header of this backup is damaged.") from error
        if not (2**14 <= cost <= _COST and cost & (cost - 1) == 0 and block == _BLOCK):
            raise BackupRefused("The header of this backup is damaged.")
        return Scrypt(salt=salt, length=32, n=cost, r=block, p=1).derive(self.words.encode())


def for_making() -> KeyFile | Passphrase:
    """The passphrase of the settings, else the key file of the data folder, made there when there is none."""
    if settings.BACKUP_PASSPHRASE:
        return Passphrase(settings.BACKUP_PASSPHRASE)
    path = Path(settings.DATA_DIR) / FILE_NAME
    if not path.exists():
        keep(path, KeyFile(secrets.token_bytes(32)))
    return read(path)


def for_opening(described: Mapping[str, Any], key_file: Path | None) -> KeyFile | Passphrase:
    """What may open a file whose header says `described`: the file named, else what the installation has."""
    if key_file is not None:
        return read(key_file)
    if described.get("kind") == "passphrase":
        if not settings.BACKUP_PASSPHRASE:
            raise BackupRefused("This backup was made with a passphrase: set KEEPWELL_BACKUP_PASSPHRASE.")
        return Passphrase(settings.BACKUP_PASSPHRASE)
    path = Path(settings.DATA_DIR) / FILE_NAME
    if not path.exists():
        raise BackupRefused("This backup needs its key, and there is none here: give it with --key-file.")
    return read(path)


def read(path: Path) -> KeyFile:
    """The key in a file. Raises BackupRefused when it holds none."""
    try:
        text = path.read_text(encoding="ascii").strip()
        return KeyFile(base64.urlsafe_b64decode(text.removeprefix(_PREFIX)))
    except OSError as error:
        raise BackupRefused(f"The key file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, binascii.Error) as error:
        raise BackupRefused(f"{path} holds no backup key.") from error


def keep(path: Path, key: KeyFile) -> None:
    """Write the key where only we can read it; one that is there is never overwritten, whoever came first stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.text() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
