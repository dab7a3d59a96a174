"""The keys by which an edition is signed and recognised: Ed25519 (RFC 8032), in files of PEM that other programs read.

Guarantees: a private key is written for its owner only, over no other file, and used only where nobody else can read
it; no message holds a word of what is in a file.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.errors import FileAccess, InvalidInput, WrongUse, reason
from consentkit.problems import Problem, printable
from consentkit.processes.whole_files import write_whole
from consentkit.reading.files import read_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PRIVATE, PUBLIC = ".key", ".pub"
"""How the names of the two files of a key end."""

_LARGEST_FILE = 10_000
_DIGITS = 16
"""Digits of the name of a key: enough to tell keys apart, which is all that it is for."""


def make_keys(path: Path) -> tuple[Path, Path]:
    """Make a key: a file that ends in .key, and one in .pub. Raises FileAccess where one is there already."""
    require_cryptography()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private_file, public_file = (path.with_name(path.name + ending) for ending in (PRIVATE, PUBLIC))
    for file in (private_file, public_file):
        if os.path.lexists(file):
            raise FileAccess(f"{printable(str(file))}: is there already, and a key is never overwritten; name another")
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for file, data in ((public_file, public), (private_file, private)):
        try:
            write_whole(file, data, sync=True)
        except OSError as error:
            raise FileAccess(f"{printable(str(file))}: can't be written: {reason(error)}") from error
    return private_file, public_file


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a private key. Raises FileAccess where others could read it, too, and InvalidInput where it is none."""
    require_cryptography()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    data = read_bytes(path, _LARGEST_FILE)
    _require_secret(path)
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise _refused(path, f"is no private key of `consentkit cache key`; name the file that ends in {PRIVATE}")
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read a public key. Raises FileAccess where it can't be read, and InvalidInput where it is none."""
    require_cryptography()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = serialization.load_pem_public_key(read_bytes(path, _LARGEST_FILE))
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise _refused(path, f"is no public key of `consentkit cache key`; name the file that ends in {PUBLIC}")
    return key


def name_of_key(key: Ed25519PublicKey) -> str:
    """A few digits by which a key is called; they prove nothing."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:_DIGITS]


def require_cryptography() -> None:
    """Raise WrongUse where the library for signatures is not installed."""
    try:
        import cryptography  # noqa: F401 - whether it is there
    except ImportError:
        raise WrongUse("signed editions need a library: pip install 'consentkit[objects]'") from None


def _require_secret(path: Path) -> None:
    status = path.stat()
    if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        shown = printable(str(path))
        raise FileAccess(f"{shown}: others can read or replace this private key; own it, and run: chmod 600 {shown}")


def _refused(path: Path, message: str) -> InvalidInput:
    return InvalidInput([Problem(str(path), None, None, "", message)])
