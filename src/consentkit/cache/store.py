"""Finished parts, kept for the next run: a store in which the key of a part is a hash of everything it is made from.

Guarantees: what `get` returns is what was put under that key, whole and unaltered, or nothing; a store that fails in
any way costs time and never a document; only the owner can read what is kept, and a folder into which somebody else
could plant a forged part is not used; no link is followed; nothing is removed but what a store has made itself.

A part is a document or a sheet around it, with empty places where a visit's data is drawn in later; that data is never
put here, which is why parts may be kept at all. Small tables whose sources take long to parse have keys of the same
kind: the approvals, with the names of those who approved; service lists; the entries of a list of the library; which
language and paper a clinic uses; what packets need of parts; and what commands have answered that are about nobody
(`consentkit.lanes`). They stay on this machine (`Store.near`).

The files are in a folder; with a URL, objects of several machines are behind it, and the folder has what was used here.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from consentkit.cache.part_file import KEY, LARGEST_PART, OVERHEAD
from consentkit.cache.part_places import LocalFolder, PartPlace
from consentkit.cache.places import FOLDER_VARIABLE, default_place, folder_of_url, is_url
from consentkit.cache.places import key_of as key_of  # noqa: PLC0414 - the keys of a store
from consentkit.cache.survey import File
from consentkit.errors import FileAccess, WrongUse, reason
from consentkit.problems import printable
from consentkit.reading.paths import is_possible

if TYPE_CHECKING:  # loaded where a URL is named
    from consentkit.cache.object_store import ObjectStore

LARGEST = 1024**3
"""The most bytes in a store, by default."""

_PUTS_BETWEEN_CHECKS = 100

Removing: TypeAlias = Callable[[int, int], None]
"""Gets how many files are removed, and of how many."""


class StoreInfo(NamedTuple):
    """What is in a store."""

    folder: Path | None
    """Where it is; None for a store that keeps nothing, and for objects."""
    url: str | None
    """Where its objects are; None for a folder."""
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
    """Finished parts by key. Any number of processes and threads may use one folder at once, or the same objects.

    A store without a folder and objects keeps nothing and finds nothing.
    """

    def __init__(self, folder: Path | None, largest: int = LARGEST, *, objects: ObjectStore | None = None) -> None:
        self.folder = folder
        self.largest = largest
        self.objects = objects
        """What is shared with other machines."""
        self.trouble: str | None = None
        """Why the store failed the first time that it did: a sentence for a person, to be shown once."""
        self._puts = 0
        self._next_look = 1

    def get(self, key: str) -> bytes | None:
        """Return what was put under a key; None where nothing was, where it is damaged, or where it can't be read.

        Raises ValueError where the key is not 64 lowercase hexadecimal digits, and nothing else.
        """
        _require_key(key)
        data = self._read(self._folder, key)
        if data is None and self.objects:
            data = self._read(self.objects, key)
            if data is not None:
                self._keep_here(key, data)
        return data

    def put(self, key: str, data: bytes) -> bool:
        """Keep a part under its key. Returns whether it is kept; where it isn't, `trouble` may say why.

        Raises ValueError where the key is not 64 lowercase hexadecimal digits, and nothing else.
        """
        _require_key(key)
        is_kept_here = self._keep_here(key, data)
        if self.objects is None:
            return is_kept_here
        return len(data) <= LARGEST_PART and self._written(self.objects, key, data)

    @cached_property
    def near(self) -> Store:
        """The store of this machine alone: for what is made again sooner than fetched, or names staff of the clinic.

        It is one object, since it counts what is put, and looks at its folder now and then only.
        """
        return Store(self.folder, self.largest) if self.objects else self

    def make_absolute(self) -> None:
        """Stay with this folder, wherever the program goes later."""
        self.folder = self.folder.absolute() if self.folder else None

    @property
    def _folder(self) -> LocalFolder | None:
        return LocalFolder(self.folder) if self.folder else None

    @property
    def _place(self) -> PartPlace | None:
        """What is looked after: the objects where there are any, and not what this machine has of them."""
        return self.objects or self._folder

    def _read(self, place: PartPlace | None, key: str) -> bytes | None:
        try:
            return place.read(key) if place else None
        except OSError as error:
            self._note(place, error)
            return None

    def _written(self, place: PartPlace, key: str, data: bytes) -> bool:
        try:
            place.write(key, data)
        except OSError as error:
            self._note(place, error)
            return False
        return True

    def _keep_here(self, key: str, data: bytes) -> bool:
        if self._folder is None or len(data) > min(LARGEST_PART, self.largest - OVERHEAD):
            return False
        if not self._written(self._folder, key, data):
            return False
        self._limit_size()
        return True

    def info(self) -> StoreInfo:
        """Describe what is in the store. Raises FileAccess where that can't be seen."""
        entries = [file for file in self._survey(self._place) if file.is_entry]
        days = sorted(file.used for file in entries)
        return StoreInfo(
            None if self.objects else self.folder,
            self.objects.shown if self.objects else None,
            self.largest,
            len(entries),
            _size(entries),
            _day(days[0]) if days else None,
            _day(days[-1]) if days else None,
        )

    def prune(self, largest: int | None = None, progress: Removing = lambda done, total: None) -> Pruned:
        """Remove damaged parts, unfinished files older than an hour, and the parts unused for longest, until it fits.

        `largest` is in bytes, the store's own limit if left out; objects have none. `progress` gets how many are
        removed, and of how many. Raises FileAccess where something can't be removed.
        """
        if largest is not None and largest < 0:
            raise ValueError("a store can't hold fewer than 0 bytes")
        own = None if self.objects else self.largest
        return self._prune(self._place, own if largest is None else largest, thorough=True, progress=progress)

    def clear(self, progress: Removing = lambda done, total: None) -> Pruned:
        """Remove every part and every unfinished file. Raises FileAccess where something can't be removed."""
        files = self._survey(self._place)
        return self._remove(self._place, files, files, progress)

    def _prune(
        self,
        place: PartPlace | None,
        largest: int | None,
        *,
        thorough: bool,
        progress: Removing = lambda done, total: None,
    ) -> Pruned:
        files = self._survey(place, thorough=thorough)
        unwanted = [file for file in files if not file.is_sound]
        parts = sorted((file for file in files if file.is_entry and file.is_sound), key=_by_use)
        excess = 0 if largest is None else sum(part.size for part in parts) - largest
        for part in parts:
            if excess <= 0:
                break
            unwanted.append(part)
            excess -= part.size
        return self._remove(place, unwanted, files, progress)

    def _limit_size(self) -> None:
        """Bring the store back to its largest size at the first put of a run and after every hundred.

        Only sizes are checked: opening thousands of files for it would make the first put slow.
        """
        self._puts += 1
        if self._puts < self._next_look:  # threads may lose a count, but no look
            return
        self._next_look = self._puts + _PUTS_BETWEEN_CHECKS
        try:
            self._prune(self._folder, self.largest, thorough=False)
        except FileAccess as error:
            self.trouble = self.trouble or str(error)

    def _survey(self, place: PartPlace | None, *, thorough: bool = False) -> list[File]:
        if place is None:
            return []
        with _reported_errors(place):
            return place.survey(thorough=thorough)

    def _remove(self, place: PartPlace | None, unwanted: list[File], files: list[File], progress: Removing) -> Pruned:
        gone: list[File] = []
        done = 0

        def note(number: int) -> None:
            nonlocal done
            done += number
            progress(done, len(unwanted))

        if place:
            with _reported_errors(place):
                gone = place.remove(unwanted, note)
        parts = sum(file.is_entry for file in gone)
        left = {file for file in files if file.is_entry} - set(unwanted)
        return Pruned(parts, len(gone) - parts, _size(gone), len(left), _size(left))

    def _note(self, place: PartPlace | None, error: OSError) -> None:
        if self.trouble or place is None:
            return
        other = "place" if self.objects else "folder"
        self.trouble = (
            f"{place.complaint}: {reason(error)}. Everything "
            f"still works, but more slowly. --cache DIR or ${FOLDER_VARIABLE} names another {other}; --no-cache keeps "
            "nothing"
        )


def open_store(place: str | Path | None = None, largest: int = LARGEST) -> Store:
    """Open the store in a folder or at a URL, the default one if none is named.

    A folder is made when the first part is put. With a URL, what was used is kept in the default folder, too. Raises
    WrongUse for a URL at which there can be none, or which needs a library that is not installed.
    """
    named = place or os.environ.get(FOLDER_VARIABLE)
    if is_url(named):
        return _open_url(str(named), largest)
    try:
        path = Path(place) if place else default_folder()
    except RuntimeError:
        return _useless("Finished parts can't be kept: you have no home folder.", "one")
    if not is_possible(path):
        return _useless(
            f"{printable(str(path))}: finished parts can't be kept here: no folder has such a name.", "another"
        )
    return Store(path, largest)


def folder_at(url: str) -> Path | None:
    """The folder that a URL names; None for objects elsewhere. Raises WrongUse where there can be no such folder."""
    folder = folder_of_url(url)
    if folder is None:
        return None
    path = Path(folder)
    if not path.is_absolute() or not is_possible(path):
        raise WrongUse(f"{printable(url)}: name a folder with its whole path, as in file:///srv/consentkit")
    return path


def _open_url(url: str, largest: int) -> Store:
    if path := folder_at(url):
        return Store(path, largest)  # a folder keeps what a library for files would not: each file whole, and its owner
    from consentkit.cache.object_store import ObjectStore, parse_url

    objects = ObjectStore(parse_url(url))
    with contextlib.suppress(RuntimeError):
        return Store(default_folder(), largest, objects=objects)
    return Store(None, largest, objects=objects)


def _useless(trouble: str, which: str) -> Store:
    store = no_store()
    store.trouble = f"{trouble} --cache DIR or ${FOLDER_VARIABLE} names {which}"
    return store


def no_store() -> Store:
    """A store that keeps nothing, as for `--no-cache`."""
    return Store(None)


def default_folder() -> Path:
    """$CONSENTKIT_CACHE where that names a folder, else consentkit in $XDG_CACHE_HOME, else ~/.cache/consentkit.

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
def _reported_errors(place: PartPlace) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileAccess(f"{place.shown}: the cache can't be cleaned up: {reason(error)}") from error
