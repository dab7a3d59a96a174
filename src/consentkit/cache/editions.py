"""An edition: which finished documents belong together, and what the bytes of each are, signed by who has made them.

Guarantees: what is read was signed by the expected key, whole and unaltered, for the number under which it was put; so
neither an older edition nor that of somebody else passes for a new one. Nothing of a patient is in it.

The bytes are a line with the format, a line with the name of the key and the signature, and then JSON. What is signed
is the line with the format, and the JSON to the byte.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from consentkit.cache.edition_keys import name_of_key
from consentkit.cache.part_file import KEY, LARGEST_PART, OVERHEAD, name_of_file
from consentkit.errors import InvalidInput
from consentkit.problems import Problem
from consentkit.processes.whole_files import unfinished_beside, write_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FOLDER = "editions"
"""Where editions are, below the URL."""

LARGEST_EDITION = 64 * 1024**2
"""Bytes of the largest edition: some two hundred thousand documents."""

_FORMAT = b"consentkit edition 1\n"
_HEAD = re.compile(rb"([0-9a-f]{16}) ([0-9a-f]{128})\n")
_NUMBER = re.compile(r"\d{8}", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,150}\.pdf", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class EditionDocument:
    """A document of an edition."""

    file: str
    """The name of its file, by which people know it."""
    key: str
    """The key under which it is kept."""
    digest: str
    """SHA-256 of the bytes that are kept."""
    size: int
    """The number of these bytes."""
    content_hash: str
    """SHA-256 of what a patient reads in it."""
    is_approved: bool

    @property
    def name(self) -> str:
        """The name of its object below the URL."""
        return name_of_file(self.key)

    def fits(self, data: bytes) -> bool:
        """Whether bytes are those of this document."""
        return len(data) == self.size and hashlib.sha256(data).hexdigest() == self.digest


@dataclass(frozen=True)
class SignedEdition:
    """What was published at once."""

    number: int
    """Counted from 1; a higher one is newer."""
    published: str
    """The day, as 2026-11-23."""
    documents: tuple[EditionDocument, ...]

    @property
    def name(self) -> str:
        """The name of its object below the URL."""
        return name_of_edition(self.number)


class EditionPlace(Protocol):
    """Where editions and their documents are. What goes wrong is an OSError."""

    @property
    def shown(self) -> str:
        """How messages name it."""

    def names(self, folder: str) -> list[str]:
        """The names of the objects in a folder."""

    def read_object(self, name: str, largest: int) -> bytes | None:
        """The bytes of an object; None where there is none, one more than `largest` where there are more."""

    def create_object(self, name: str, data: bytes) -> bool:
        """Put an object, whole, unless there is one. Returns whether it was put."""


@dataclass(frozen=True)
class EditionFolder:
    """A folder that others may read, such as a share. Who may write to it need not be trusted."""

    folder: Path

    @property
    def shown(self) -> str:
        """The URL, as messages name it."""
        return f"file://{self.folder}"

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder; none where there is no folder."""
        try:
            return sorted(file.name for file in (self.folder / folder).iterdir())
        except FileNotFoundError:
            return []

    def read_object(self, name: str, largest: int) -> bytes | None:
        """The bytes of a file, at most one more than `largest`."""
        try:
            with (self.folder / name).open("rb") as file:
                return file.read(largest + 1)
        except FileNotFoundError:
            return None

    def create_object(self, name: str, data: bytes) -> bool:
        """Put a file, whole, unless there is one."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        whole = unfinished_beside(target)
        write_whole(whole, data, sync=True)
        try:
            Path(whole).chmod(0o644)
            os.link(whole, target)  # which fails where there is one; a rename would replace it
        except FileExistsError:
            return False
        finally:
            Path(whole).unlink()
        return True


def name_of_edition(number: int) -> str:
    """The name of an edition's object below the URL."""
    return f"{FOLDER}/{number:08d}"


def numbers_of(names: Iterable[str]) -> list[int]:
    """The numbers of the editions whose objects have these names."""
    return sorted(int(name) for name in names if _NUMBER.fullmatch(name))


def sign_edition(edition: SignedEdition, key: Ed25519PrivateKey) -> bytes:
    """Write an edition as bytes, with a signature."""
    body = json.dumps({"consentkit": "edition", **asdict(edition)}, ensure_ascii=False).encode()
    signature = key.sign(_FORMAT + body).hex().encode()
    return _FORMAT + name_of_key(key.public_key()).encode() + b" " + signature + b"\n" + body


def read_edition(data: bytes, key: Ed25519PublicKey, shown: str, number: int) -> SignedEdition:
    """Read an edition that was put under a number. `shown` is its place, for messages.

    Raises InvalidInput where it was not signed by this key, was altered or cut off, or has another number.
    """
    from cryptography.exceptions import InvalidSignature

    head = _HEAD.match(data, len(_FORMAT)) if data.startswith(_FORMAT) else None
    if head is None:
        raise refused(shown, "is no edition that this version of consentkit can read, or was altered or cut off")
    if head[1].decode() != name_of_key(key):
        raise refused(
            shown, f"was signed by another key ({head[1].decode()}) than the one that you trust ({name_of_key(key)})"
        )
    body = data[head.end() :]
    try:
        key.verify(bytes.fromhex(head[2].decode()), _FORMAT + body)
    except InvalidSignature:
        raise refused(shown, "was altered or cut off since it was signed, or signed by somebody else") from None
    edition = _edition(body, shown)
    if edition.number != number:
        raise refused(shown, f"is edition {edition.number}, but bears the name of another")
    return edition


def refused(shown: str, message: str) -> InvalidInput:
    """What is raised for an edition that is not accepted."""
    return InvalidInput([Problem(shown, None, None, "", message)])


def _edition(body: bytes, shown: str) -> SignedEdition:
    """Read what was signed. Whoever has the key may still have another version of the program, or make mistakes."""
    try:
        content: dict[str, Any] = json.loads(body)
        documents = tuple(EditionDocument(**one) for one in content["documents"])
        edition = SignedEdition(content["number"], content["published"], documents)
        is_sound = (
            content["consentkit"] == "edition"
            and type(edition.number) is int
            and edition.number > 0
            and bool(_DAY.fullmatch(edition.published))
            and all(map(_is_sound, documents))
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        is_sound = False
    if not is_sound:
        raise refused(shown, "was signed, but is no edition that this version of consentkit can read")
    return edition


def _is_sound(document: EditionDocument) -> bool:
    return (
        bool(_FILE.fullmatch(document.file) and KEY.fullmatch(document.key) and KEY.fullmatch(document.digest))
        and bool(KEY.fullmatch(document.content_hash))
        and type(document.size) is int
        and 0 < document.size <= LARGEST_PART + OVERHEAD
        and type(document.is_approved) is bool
    )
