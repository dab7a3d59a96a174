"""Finished parts, kept for the next run: a store in which the key of a part is a hash of everything it is made from.

Guarantees: what `get` returns is what was put under that key, whole and unaltered, or nothing; a store that fails in
any way costs time and never a document; only the owner can read what is kept, and a folder into which somebody else
could plant a forged part is not used; no link is followed; nothing is removed but what a store has made itself.

A part is a document or a sheet around it, with empty places where a visit's data is drawn in later; that data is never
put here, which is why parts may be kept at all. Small tables whose sources take long to parse have keys of the same
kind: the approvals, with the names of those who approved; service lists; the entries of a list of the library; which
language and paper a clinic uses; and what commands have answered that are about nobody (`consentkit.lanes`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from consentkit.cache import local_folder, survey
from consentkit.cache.local_folder import KEY, LARGEST_PART, OVERHEAD
from consentkit.cache.places import FOLDER_VARIABLE, default_place
from consentkit.cache.places import key_of as key_of  # noqa: PLC0414 - the keys of a store
from consentkit.cache.survey import File
from consentkit.errors import FileAccess, reason
from consentkit.problems import printable
from consentkit.reading.paths import is_possible

LARGEST = 1024**3
"""The most bytes in a store, by default."""

_PUTS_BETWEEN_CHECKS = 100


@dataclass(frozen=True)
class StoreInfo:
    """What is in a store."""

    folder: Path | None
    """Where it is; None for a store that keeps nothing."""
    limit: int
    """The most bytes in it."""
    entries: int
    """How many parts there are."""
    bytes: int
    """How many bytes their files have."""
    oldest: date | None
    """The day on which the part unused for longest was last used; None where there is no part."""
    newest: date | None
    """The day on which any part was last used."""


@dataclass(frozen=True)
class Pruned:
    """What was removed from a store, and what is left."""

    entries: int
    """How many parts were removed."""
    leftovers: int
    """How many unfinished files of runs that were killed were removed."""
    freed: int
    """How many bytes were freed."""
    left_entries: int
    """How many parts are left."""
    left_bytes: int
    """How many bytes their files have."""


class Store:
    """Finished parts by key. Any number of processes and threads may use one folder at once.

    A store without a folder keeps nothing and finds nothing.
    """

    def __init__(self, folder: Path | None, largest: int = LARGEST) -> None:
        self.folder = folder
        self.largest = largest
        self.trouble: str | None = None
        """Why the store failed the first time that it did: a sentence for a person, to be shown once."""
        self._puts = 0
        self._next_look = 1

    def get(self, key: str) -> bytes | None:
        """Return what was put under a key; None where nothing was, where it is damaged, or where it can't be read.

        Raises ValueError where the key is not 64 lowercase hexadecimal digits, and nothing else.
        """
        _require_key(key)
        if self.folder is None:
            return None
        try:
            return local_folder.read(self.folder, key)
        except OSError as error:
            self._note(error)
            return None

    def put(self, key: str, data: bytes) -> bool:
        """Keep a part under its key. Returns whether it is kept; where it isn't, `trouble` may say why.

        Raises ValueError where the key is not 64 lowercase hexadecimal digits, and nothing else.
        """
        _require_key(key)
        if self.folder is None or len(data) > min(LARGEST_PART, self.largest - OVERHEAD):
            return False
        try:
            local_folder.write(self.folder, key, data)
        except OSError as error:
            self._note(error)
            return False
        self._limit_size()
        return True

    def info(self) -> StoreInfo:
        """Describe what is in the store. Raises FileAccess where that can't be seen."""
        entries = [file for file in self._survey() if file.is_entry]
        days = sorted(file.used for file in entries)
        return StoreInfo(
            self.folder,
            self.largest,
            len(entries),
            _size(entries),
            _day(days[0]) if days else None,
            _day(days[-1]) if days else None,
        )

    def prune(self, largest: int | None = None) -> Pruned:
        """Remove damaged parts, unfinished files older than an hour, and the parts unused for longest, until it fits.

        `largest` is in bytes, the store's own limit if left out. Raises FileAccess where something can't be removed.
        """
        if largest is not None and largest < 0:
            raise ValueError("a store can't hold fewer than 0 bytes")
        return self._prune(self.largest if largest is None else largest, thorough=True)

    def clear(self) -> Pruned:
        """Remove every part and every unfinished file. Raises FileAccess where something can't be removed."""
        files = self._survey()
        return self._remove(files, files)

    def _prune(self, largest: int, *, thorough: bool) -> Pruned:
        files = self._survey(thorough=thorough)
        unwanted = [file for file in files if not file.is_sound]
        parts = sorted((file for file in files if file.is_entry and file.is_sound), key=_by_use)
        excess = sum(part.size for part in parts) - largest
        for part in parts:
            if excess <= 0:
                break
            unwanted.append(part)
            excess -= part.size
        return self._remove(unwanted, files)

    def _limit_size(self) -> None:
        """Bring the store back to its largest size at the first put of a run and after every hundred.

        Only sizes are checked: opening thousands of files for it would make the first put slow.
        """
        self._puts += 1
        if self._puts < self._next_look:  # threads may lose a count, but no look
            return
        self._next_look = self._puts + _PUTS_BETWEEN_CHECKS
        try:
            self._prune(self.largest, thorough=False)
        except FileAccess as error:
            self.trouble = self.trouble or str(error)

    def _survey(self, *, thorough: bool = False) -> list[File]:
        if self.folder is None:
            return []
        with _reported_errors(self.folder):
            return survey.survey(self.folder, thorough=thorough)

    def _remove(self, unwanted: list[File], files: list[File]) -> Pruned:
        gone: list[File] = []
        if self.folder is not None:
            with _reported_errors(self.folder):
                gone = survey.remove(self.folder, unwanted)
        parts = sum(file.is_entry for file in gone)
        left = {file for file in files if file.is_entry} - set(unwanted)
        return Pruned(parts, len(gone) - parts, _size(gone), len(left), _size(left))

    def _note(self, error: OSError) -> None:
        self.trouble = self.trouble or (
            f"{printable(str(self.folder))}: finished parts can't be kept here: {reason(error)}. Everything "
            f"still works, but more slowly. --cache DIR or ${FOLDER_VARIABLE} names another folder; --no-cache keeps "
            "nothing"
        )


def open_store(folder: str | Path | None = None, largest: int = LARGEST) -> Store:
    """Open the store in a folder, the default one if none is named. The folder is made when the first part is put."""
    try:
        path = default_folder() if folder is None else Path(folder)
    except RuntimeError:
        return _useless("Finished parts can't be kept: you have no home folder.", "one")
    if not is_possible(path):
        return _useless(
            f"{printable(str(path))}: finished parts can't be kept here: no folder has such a name.", "another"
        )
    return Store(path, largest)


def _useless(trouble: str, which: str) -> Store:
    store = no_store()
    store.trouble = f"{trouble} --cache DIR or ${FOLDER_VARIABLE} names {which}"
    return store


def no_store() -> Store:
    """A store that keeps nothing, as for `--no-cache`."""
    return Store(None)


def default_folder() -> Path:
    """$CONSENTKIT_CACHE, else consentkit in $XDG_CACHE_HOME, else ~/.cache/consentkit.

    Raises RuntimeError where the user has no home folder.
    """
    return Path(default_place())


def _require_key(key: str) -> None:
    if not KEY.fullmatch(key):
        raise ValueError("a key is 64 lowercase hexadecimal digits, as key_of returns them")


def _by_use(file: File) -> tuple[float, str]:
    return file.used, file.name


def _size(files: Iterable[File]) -> int:
    return sum(file.size for file in files)


def _day(seconds: float) -> date | None:
    try:
        return date.fromtimestamp(seconds)
    except (OverflowError, ValueError, OSError):
        return None


@contextlib.contextmanager
def _reported_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileAccess(f"{printable(str(folder))}: the cache can't be cleaned up: {reason(error)}") from error
