"""A document that is kept, or else made and kept.

Guarantees: this is the one way by which documents are found in the cache and put there; what was made while one of its
files was edited is returned, but never kept, nor is it said what it was made from. A document is made from the very
files that its key names, whichever file has come or gone since they were found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from consentkit.cache.store import Store
from consentkit.documents.document import Document
from consentkit.documents.packing import pack_document, unpack_document
from consentkit.library.keys import Inputs, key_from
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import Sought
from consentkit.model.identity import Layout

if TYPE_CHECKING:
    from consentkit.documents.page import Content


class DocumentMaker(Protocol):
    """What makes documents and says what they are made from: a workspace."""

    @property
    def store(self) -> Store:
        """Where finished documents are kept."""

    def inputs(self, snapshot: Snapshot | None = None) -> Inputs:
        """What documents are made from, as a snapshot has it: the one given, or else that of the workspace."""

    def is_current(self, inputs: Inputs) -> bool:
        """Whether the particulars that documents are made with are still those of the file."""

    def content_of(self, sought: Sought, snapshot: Snapshot) -> Content:
        """What a document is about, from the files that are named."""

    def make(self, content: Content, layout: Layout, snapshot: Snapshot) -> Document:
        """Make a document."""

    def naming_files(self, language: str, procedure: Path, snapshot: Snapshot) -> AbstractContextManager[None]:
        """Let what is raised for characters that can't be printed say in which files they are."""


@dataclass(frozen=True, eq=False)
class LookedUp:
    """A document that is kept already, or the content of one that has to be made."""

    sought: Sought
    digests: Mapping[str, str]
    """A digest for each group of what it is made from, by name."""
    document: Document | None
    content: Content | None = None
    snapshot: Snapshot = field(default_factory=Snapshot)
    """The files from which digests and content are."""


class Made(NamedTuple):
    """A document that was kept or made."""

    document: Document
    digests: Mapping[str, str]
    """What it was made from; nothing where a file was edited meanwhile, since that is not certain then."""


def digests_of(sought: Sought, inputs: Inputs) -> dict[str, str]:
    """What the key of a document is made of: a digest for each group of its inputs, by name."""
    return inputs.document_digests(sought)


def key(sought: Sought, inputs: Inputs) -> str:
    """The key under which a document is kept: it changes with everything that the document is made from."""
    return inputs.once(("document", sought), lambda: key_from(digests_of(sought, inputs)))


def kept(workspace: DocumentMaker, key: str) -> Document | None:
    """The document that is kept under a key."""
    return unpack_document(workspace.store.get(key))


def get_or_make(workspace: DocumentMaker, sought: Sought, inputs: Inputs | None = None) -> Made:
    """Find a document, or make and keep it. Raises what `Workspace.render` raises.

    `inputs` are those of a run of several documents, which then share what has been read.
    """
    return fulfil(workspace, look_up(workspace, sought, inputs or workspace.inputs()))


def look_up(workspace: DocumentMaker, sought: Sought, inputs: Inputs) -> LookedUp:
    """Find a document, or read what it is to be made from. Raises what `Workspace.content_of` raises."""
    digests = digests_of(sought, inputs)
    if document := kept(workspace, key_from(digests)):
        return LookedUp(sought, digests, document)
    with workspace.naming_files(sought.identity.language, sought.original, inputs.snapshot):
        content = workspace.content_of(sought, inputs.snapshot)
    return LookedUp(sought, digests, None, content, inputs.snapshot)


def fulfil(workspace: DocumentMaker, order: LookedUp) -> Made:
    """Make and keep what has been looked up, unless it was kept. Raises what `Workspace.render` raises."""
    if order.document:
        return Made(order.document, order.digests)
    assert order.content is not None  # there is one wherever there is no document
    sought = order.sought
    with workspace.naming_files(sought.identity.language, sought.original, order.snapshot):
        document = workspace.make(order.content, sought.layout, order.snapshot)
    is_certain = keep_unless_edited(
        workspace, key_from(order.digests), pack_document(document), lambda now: key(sought, now)
    )
    return Made(document, order.digests if is_certain else {})


def keep_unless_edited(workspace: DocumentMaker, key: str, packed: bytes, key_now: Callable[[Inputs], str]) -> bool:
    """Keep what was made after its key was taken. Returns whether the key is still the same.

    A file that was edited meanwhile would put what is new under the key of the old one, so all files are read again.
    """
    now = workspace.inputs(Snapshot())
    is_same = workspace.is_current(now) and key_now(now) == key
    if is_same:
        workspace.store.put(key, packed)
    return is_same
