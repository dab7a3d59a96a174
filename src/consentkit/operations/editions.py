"""Publish what a clinic's list consists of as a signed edition; pull one, and accept nothing that was not signed.

Guarantees: an edition is there for others only once all of its documents are; what is pulled has the bytes that were
signed, each document for itself; an edition that was altered, signed by another key or is older than one that was
accepted here before is refused, and then this machine keeps the one that it has.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.batches.service_list import RequestedDocument, requests_of
from consentkit.cache.edition_keys import make_keys, name_of_key, read_private_key, read_public_key
from consentkit.cache.editions import (
    FOLDER,
    LARGEST_EDITION,
    EditionDocument,
    EditionFolder,
    EditionPlace,
    SignedEdition,
    name_of_edition,
    numbers_of,
    read_edition,
    refused,
    sign_edition,
)
from consentkit.cache.object_store import ObjectStore, parse_url
from consentkit.cache.part_file import pack_file, unpack_file
from consentkit.cache.store import Store, folder_at
from consentkit.documents.kept import key as key_of_document
from consentkit.documents.packing import unpack_document
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, reason
from consentkit.operations.progress import CountedSteps, Progress
from consentkit.problems import listed, printable
from consentkit.processes.whole_files import write_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_MOST_NAMES = 5


@dataclass(frozen=True)
class Published:
    """What has become of a request to publish."""

    edition: SignedEdition
    is_new: bool
    """Whether it was published now; False where the newest edition has the same documents."""
    put: int
    """How many documents were not there yet."""

    @property
    def drafts(self) -> int:
        """How many of its documents nobody has approved, or no longer."""
        return sum(not document.is_approved for document in self.edition.documents)


@dataclass(frozen=True)
class Pulled:
    """What has become of a request to pull."""

    edition: SignedEdition
    fetched: int
    """How many documents were fetched; the others were here."""
    size: int
    """The bytes that were fetched."""


def make_edition_key(path: Path) -> tuple[Path, Path]:
    """Make a key to sign editions with. Returns the private file and the public one. Raises FileAccess."""
    return make_keys(path)


def publish_edition(
    workspace: OpenWorkspace, url: str, key_file: Path, service_list: Path | None, progress: Progress
) -> Published:
    """Publish the finished documents of a list, which must be in the cache.

    Raises WrongUse for a URL that can't be used, FileAccess where a document is not in the cache, where others can read
    the key, or where the URL can't be written to, and InvalidInput for a faulty list or key.
    """
    place, key = _place(url), read_private_key(key_file)
    requests, steps = requests_of(workspace, service_list), CountedSteps(progress)
    steps.expect(len({request.file for request in requests}))  # to be put
    entries = tuple(_finished(workspace, requests, steps))
    with _reported(place):
        newest = _newest(place, key.public_key())
        if newest and newest.documents == entries:
            return Published(newest, is_new=False, put=0)
        put = 0
        for entry in entries:
            put += _put(place, entry, workspace.store)
            steps.step()
        today = datetime.date.today().isoformat()
        edition = SignedEdition(newest.number + 1 if newest else 1, today, entries)
        if not place.create_object(edition.name, sign_edition(edition, key)):
            raise FileAccess(f"{place.shown}: somebody else has just published edition {edition.number}; publish again")
    return Published(edition, is_new=True, put=put)


def pull_edition(store: Store, url: str, key_file: Path, progress: Progress) -> Pulled:
    """Fetch the newest edition into a cache on this machine.

    Raises InvalidInput where it is not to be trusted, FileAccess where something can't be read or kept, and WrongUse.
    """
    place, key, store = _place(url), read_public_key(key_file), store.near
    known = _KnownEdition(key)
    with _reported(place):
        edition = _newest(place, key)
        if edition is None:
            raise FileAccess(f"{place.shown}: there is no edition; name the URL that it was published at")
        known.require_not_older(edition, place)
        fetched = size = 0
        for done, document in enumerate(edition.documents, 1):
            if not _is_here(store, document):
                size += _fetch(place, store, document)
                fetched += 1
            progress(done, len(edition.documents))
    known.accept(edition)
    return Pulled(edition, fetched, size)


# --- publishing ---


def _finished(
    workspace: OpenWorkspace, requests: Sequence[RequestedDocument], steps: CountedSteps
) -> Iterator[EditionDocument]:
    """What the cache has of a list. Raises FileAccess at the end where it lacks a document."""
    inputs, missing = workspace.inputs(), list[str]()
    for request in steps.through({request.file: request for request in requests}.values()):
        identity, layout = request.identity, request.layout
        sought = workspace.find(identity.code, layout, language=identity.language, variant=identity.variant)
        key = key_of_document(sought, inputs)
        data = workspace.store.get(key)
        document = unpack_document(data)
        if data is None or document is None:
            missing.append(request.file)
            continue
        file = pack_file(key, data)
        digest = hashlib.sha256(file).hexdigest()
        yield EditionDocument(request.file, key, digest, len(file), document.content_hash, document.is_approved)
    if missing:
        names = listed(missing[:_MOST_NAMES]) + (" and others" if len(missing) > _MOST_NAMES else "")
        raise FileAccess(
            f"not in the cache: {len(missing)} of {len(requests)} documents ({names}); make them with `consentkit "
            "batch` and the same cache, then publish"
        )


def _put(place: EditionPlace, entry: EditionDocument, store: Store) -> int:
    """Put a document, unless it is there. Returns how many were put."""
    file = pack_file(entry.key, store.get(entry.key) or b"")
    if not entry.fits(file):
        raise FileAccess(f"{entry.file}: left the cache just now; make it again with `consentkit batch`, then publish")
    if place.create_object(entry.name, file):
        return 1
    if not entry.fits(place.read_object(entry.name, entry.size) or b""):
        raise FileAccess(
            f"{place.shown}: {entry.name} is there already, and is not what belongs there; find out who can write to "
            "it, and remove it"
        )
    return 0


# --- pulling ---


def _newest(place: EditionPlace, key: Ed25519PublicKey) -> SignedEdition | None:
    """The newest edition. Raises InvalidInput where it is not sound: no older one may take its place in silence."""
    numbers = numbers_of(place.names(FOLDER))
    if not numbers:
        return None
    name = name_of_edition(numbers[-1])
    data = place.read_object(name, LARGEST_EDITION) or b""
    return read_edition(data, key, f"{place.shown}/{name}", numbers[-1])


def _is_here(store: Store, document: EditionDocument) -> bool:
    data = store.get(document.key)
    return data is not None and document.fits(pack_file(document.key, data))


def _fetch(place: EditionPlace, store: Store, document: EditionDocument) -> int:
    """Fetch a document, and keep it. Returns its size in bytes."""
    file = place.read_object(document.name, document.size)
    data = unpack_file(document.key, file) if file and document.fits(file) else None
    if data is None:
        what = "is missing" if file is None else "is not what was signed"
        raise refused(f"{place.shown}/{document.name}", f"{what} ({document.file}), so the edition is not accepted")
    if not store.put(document.key, data):
        raise FileAccess(store.trouble or "the cache keeps nothing; leave --no-cache out")
    return document.size


class _KnownEdition:
    """The newest edition that was accepted here, for each key. It is no part of the cache, which may be deleted."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._file = _state_folder() / f"{name_of_key(key)}.json"
        self._number, self._digest = self._read()

    def _read(self) -> tuple[int, str]:
        try:
            known = json.loads(self._file.read_bytes())
            return int(known["number"]), str(known["digest"])
        except FileNotFoundError:
            return 0, ""
        except OSError as error:
            raise FileAccess(f"{printable(str(self._file))}: can't be read: {reason(error)}") from error
        except (ValueError, KeyError, TypeError):
            message = "is damaged, so nobody knows which edition was the newest here; restore it, or delete it"
            raise FileAccess(f"{printable(str(self._file))}: {message}") from None

    def require_not_older(self, edition: SignedEdition, place: EditionPlace) -> None:
        """Raise InvalidInput for an edition that comes before the known one, or another one of the same number."""
        if edition.number < self._number:
            message = f"the newest is edition {edition.number}, but edition {self._number} was there before; ask why"
            raise refused(place.shown, message)
        if edition.number == self._number and _digest(edition) != self._digest:
            raise refused(place.shown, f"edition {edition.number} is another one than was there before; ask why")

    def accept(self, edition: SignedEdition) -> None:
        """Note that this edition is the newest. Raises FileAccess."""
        known = {"number": edition.number, "published": edition.published, "digest": _digest(edition)}
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._file, json.dumps(known).encode(), sync=True)
        except OSError as error:
            raise FileAccess(f"{printable(str(self._file))}: can't be written: {reason(error)}") from error


def _digest(edition: SignedEdition) -> str:
    return hashlib.sha256(repr(edition).encode()).hexdigest()


def _state_folder() -> Path:
    """Where programs keep what must outlive their caches, by the XDG Base Directory Specification 0.8."""
    states = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        states = states if states.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        raise FileAccess("you have no home folder; name one for what must be kept in XDG_STATE_HOME") from None
    return states / "consentkit" / "editions"


# --- places ---


def _place(url: str) -> EditionPlace:
    folder = folder_at(url)
    return EditionFolder(folder) if folder else ObjectStore(parse_url(url))


@contextmanager
def _reported(place: EditionPlace) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileAccess(f"{printable(place.shown)}: {reason(error)}") from error
