"""The files of one run, each read once.

Guarantees: bytes, digest and parsed form of a file are of the same content; however many files there are, the memory is
bounded: of those that were used longest ago only the digest is kept, and they are read again if they are used again. A
file that is another one by then, or that was absent, is refused. A snapshot serves one run or one call, and no longer.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from consentkit.errors import ConsentkitError, FileAccess
from consentkit.library.known_files import ABSENT
from consentkit.problems import printable
from consentkit.reading.files import LARGEST_TEXT, decoded, read_bytes, require_size

if TYPE_CHECKING:
    from consentkit.library.known_files import KnownFiles
    from consentkit.reading.yaml_file import YamlFile

Result = TypeVar("Result")

_LARGEST_INPUT = 16 * 1024 * 1024  # more than any file may have that a document is made from
_MOST_FILES = 256
_MOST_BYTES = 32 * 1024 * 1024
_MOST_PARSED = 16
"""Parsed files that are kept: a tree takes some twenty times the bytes of its file."""


class Snapshot:
    """Files as they were when they were first requested.

    `known` is what earlier visits of the run know of files: one that has not changed is not read for its digest alone.
    `holds_parsed` is for a run that keeps what it parses in any case, and then never parses a file twice. `most_parsed`
    is how many parsed files are kept otherwise: a run that needs each of many once is quicker if it lets them go.
    """

    def __init__(
        self, *, holds_parsed: bool = False, most_parsed: int = _MOST_PARSED, known: KnownFiles | None = None
    ) -> None:
        self._holds_parsed, self._most_parsed = holds_parsed, most_parsed
        self.known = known
        """What is known of files from earlier visits, if anything is."""
        self._data: OrderedDict[Path, bytes] = OrderedDict()
        self._size = 0
        """How many bytes are kept."""
        self._digests: dict[Path, str] = {}
        self._unread: set[Path] = set()
        self._parsed: OrderedDict[Path, tuple[str, YamlFile]] = OrderedDict()
        self._made: dict[Hashable, Any] = {}

    @property
    def paths(self) -> Set[Path]:
        """Every file that was requested so far, also those that are missing."""
        return self._digests.keys() | self._unread

    @property
    def digests(self) -> Mapping[Path, str]:
        """The digest of every file of which one was taken."""
        return self._digests

    def data(self, path: Path, limit: int = _LARGEST_INPUT) -> bytes:
        """The bytes of a regular file of at most `limit` bytes. Raises what `read_bytes` raises.

        Raises FileAccess too where the file has changed since its digest was taken.
        """
        if path in self._data:
            self._data.move_to_end(path)
            require_size(self._data[path], path, limit)
            return self._data[path]
        self._unread.add(path)
        data, digest = self._read(path, limit)
        self._unread.discard(path)
        if self._digests.setdefault(path, digest) != digest:  # what was made of it so far is of another content
            raise _edited(path)
        self._data[path] = data
        self._size += len(data)
        while len(self._data) > 1 and (len(self._data) > _MOST_FILES or self._size > _MOST_BYTES):
            self._size -= len(self._data.popitem(last=False)[1])
        return data

    def _read(self, path: Path, limit: int) -> tuple[bytes, str]:
        if self.known is None:
            data = read_bytes(path, limit)
            return data, _digest(data)
        return self.known.read(path, lambda: read_bytes(path, limit), _digest)

    def digest(self, path: Path) -> str:
        """The digest of a file; one that is missing or can't be read counts as absent: whoever needs it will say so."""
        digest = self._digests.get(path)
        if digest is None:
            digest = self._digests[path] = self._known_digest(path) or self._read_digest(path)
        return digest

    def _known_digest(self, path: Path) -> str | None:
        if self.known is None:
            return None
        return self.known.digest(path) or (None if os.path.lexists(path) else ABSENT)

    def _read_digest(self, path: Path) -> str:
        try:
            self.data(path)
        except ConsentkitError:
            return ABSENT
        return self._digests[path]

    def adopt(self, digests: Mapping[Path, str]) -> None:
        """Take over digests of files as they are now. Raises FileAccess where the snapshot has another one."""
        for path in digests.keys() & self._digests.keys():
            if digests[path] != self._digests[path]:
                raise _edited(path)
        self._digests.update(digests)

    def text(self, path: Path, limit: int = LARGEST_TEXT) -> str:
        """The text of a file of at most `limit` bytes. Raises what `read_text` raises."""
        if path in self._parsed:
            return self._parsed[path][0]
        return decoded(self.data(path, limit), str(path))

    def parsed(self, path: Path, limit: int = LARGEST_TEXT, most_nodes: int | None = None) -> YamlFile:
        """What YAML makes of a text file, with its problems. Raises what `read_text` raises.

        `limit` is in bytes; `most_nodes` are more values than a procedure may have. Both are for long lists.
        """
        from consentkit.reading import yaml_file

        if path not in self._parsed:
            text = self.text(path, limit)
            parsed = yaml_file.parse(text, str(path), most_nodes=most_nodes or yaml_file.MOST_NODES)
            self._parsed[path] = text, parsed
        self._parsed.move_to_end(path)
        parsed = self._parsed[path][1]
        if len(self._parsed) > self._most_parsed and not self._holds_parsed:
            self._parsed.popitem(last=False)
        return parsed

    def once(self, name: Hashable, make: Callable[[], Result]) -> Result:
        """What follows from files of the snapshot, and is needed for many others: made when it is first needed."""
        if name not in self._made:
            self._made[name] = make()
        return cast("Result", self._made[name])


def _edited(path: Path) -> FileAccess:
    return FileAccess(f"{printable(str(path))}: was edited during this run; run it again")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
