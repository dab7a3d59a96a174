"""The key of a journal, with which the files are sealed that it speaks of.

Guarantees: a journal has one key for as long as it lives, and a lost or exchanged one is noticed; without the key,
nobody can try out which patient's particulars a sealed file has.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from pathlib import Path

from consentkit.errors import FileAccess, reason
from consentkit.problems import printable
from consentkit.processes.whole_files import write_whole

KEY_FILE = "key"
"""The name of the key's file in the folder of a journal."""

_TOKEN = b"the key of a journal of consentkit"
_FORM = re.compile(rb"[0-9a-f]{64}\n?\Z")
_LONGEST = 100


class JournalKey:
    """A key of 256 bits."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "<JournalKey>"

    def seal(self, data: bytes) -> str:
        """The keyed digest of a file (HMAC, RFC 2104, with SHA-256)."""
        return hmac.new(self._secret, data, hashlib.sha256).hexdigest()

    @property
    def mark(self) -> str:
        """By what the key is recognized, without showing it."""
        return self.seal(_TOKEN)


def make_key(folder: Path, *, for_group: bool) -> None:
    """Make a key, unless there is one."""
    path = folder / KEY_FILE
    if os.path.lexists(path):
        return
    try:
        write_whole(path, os.urandom(32).hex().encode() + b"\n", sync=True, for_group=for_group)
    except OSError as error:
        raise FileAccess(f"{printable(str(path))}: can't be written: {reason(error)}") from error


def read_key(folder: Path) -> JournalKey:
    """Read the key. Raises FileAccess where there is none."""
    path = folder / KEY_FILE
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST)
    except OSError as error:
        raise FileAccess(f"{printable(str(path))}: can't be read: {reason(error)}; {_REMEDY}") from error
    if not _FORM.match(text):
        raise FileAccess(f"{printable(str(path))}: is not the key of a journal; {_REMEDY}")
    return JournalKey(bytes.fromhex(text.decode()))


def other_key(folder: Path) -> FileAccess:
    """What is raised where the key is not that of the journal beside it."""
    return FileAccess(f"{printable(str(folder / KEY_FILE))}: is the key of another journal; {_REMEDY}")


_REMEDY = (
    "put the right one back from a backup, or, if it is lost, move the whole folder away: the next entry begins a new "
    "journal with a new key"
)
