"""A document of a list that a machine of a cluster makes.

Guarantees: what goes to the machine is which document is meant, and digests of what it is to be made from; it makes a
document from just that, by the same programs, fonts and templates, or says what differs; so the bytes are those that
this machine would make. Nothing of a patient is in either.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

from consentkit.cache.store import Store, no_store, open_store
from consentkit.documents.document import Document
from consentkit.documents.kept import digests_of, get_or_make
from consentkit.documents.opening import open_folder
from consentkit.documents.packing import pack_document, unpack_document
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, RenderingFailed
from consentkit.library.keys import key_from
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import Sought
from consentkit.problems import listed
from consentkit.processes.cluster import WorkerRefuses, work_on_cluster
from consentkit.processes.pool import Pool
from consentkit.processes.workers import Ended
from consentkit.reading.paths import is_folder

Task = TypeVar("Task")

_SHARED = {
    "program": "another version of consentkit, of a library or of a font",
    "templates": "other templates",
    "clinic": "other particulars",
}
"""What all documents share, by its name among the digests: a machine where it differs can make none of them."""

_one_at_a_time = threading.Lock()
"""The page engine is one for a process, however many threads a worker has."""


@dataclass(frozen=True)
class RemoteDocument:
    """A document that is requested of another machine."""

    sought: Sought
    digests: Mapping[str, str]
    """A digest for each group of what it is to be made from."""
    clinic: Path | None
    """The clinic's folder, which is at the same place there; None where there is none."""
    cache: str | None
    """The URL of the cache that the machines share, if they do."""


@dataclass(frozen=True)
class RemoteResult:
    """What another machine has made."""

    packed: bytes
    digests: Mapping[str, str]
    """What it was made from; nothing where a file was edited meanwhile."""
    trouble: str | None
    """Why the cache there failed."""


MadeStep: TypeAlias = tuple[Document, dict[str, str], str | None]
"""A document, what it was made from as far as that is certain, and why the cache failed."""


def make_remotely(
    workspace: OpenWorkspace, requested: Iterable[tuple[Task, Sought, Mapping[str, str]]], pool: Pool
) -> Generator[Ended[Task, MadeStep], None, None]:
    """Let the cluster of a pool make documents; yield how each ended, and keep it as if it were made here.

    Each comes with its task and the digests of what it is to be made from. Raises what `work_on_cluster` raises.
    """
    folder, objects = workspace.opened.path, workspace.store.objects
    clinic, cache = folder.absolute() if folder else None, objects.shown if objects else None
    tasks = (((task, digests), RemoteDocument(sought, digests, clinic, cache)) for task, sought, digests in requested)
    results: Generator[Ended[tuple[Task, Mapping[str, str]], RemoteResult], None, None] = work_on_cluster(
        make_here, tasks, pool.executor, pool.seconds
    )
    with closing(results) as ends:
        for end in ends:
            task, digests = end.task
            yield Ended(task, _received(workspace.store, digests, end.value), end.error, end.seconds)


def _received(store: Store, digests: Mapping[str, str], made: RemoteResult | None) -> MadeStep | None:
    """What a worker has made, kept under the digests that were requested, if it was made from just that."""
    document = unpack_document(made.packed) if made else None
    if made is None or document is None:
        return None
    is_certain = made.digests == digests
    if is_certain:
        store.put(key_from(digests), made.packed)
    return document, dict(digests) if is_certain else {}, made.trouble


# --- on the other machine ---


def make_here(requested: RemoteDocument) -> RemoteResult:
    """Make a document on this machine, which works for another one.

    Raises WorkerRefuses where this machine can make none that would be the same, and what `get_or_make` raises.
    """
    with _one_at_a_time:
        return _made(requested)


def _made(requested: RemoteDocument) -> RemoteResult:
    folder, identity = requested.clinic, requested.sought.identity
    if folder and not is_folder(folder):
        raise WorkerRefuses("a worker does not have the clinic's folder at the same place; share it")
    store = open_store(requested.cache) if requested.cache else no_store()
    workspace = open_folder(folder, store, snapshot=Snapshot())
    if workspace.has_own_templates and multiprocessing.current_process().daemon:
        raise WorkerRefuses(
            "a worker can't run templates of a clinic, which needs a process of its own; start it with --no-nanny"
        )
    sought = workspace.find(
        identity.code, requested.sought.layout, language=identity.language, variant=identity.variant
    )
    inputs = workspace.inputs()
    _require_same(digests_of(sought, inputs), requested.digests)
    try:
        made = get_or_make(workspace, sought, inputs)
    except MemoryError:
        raise RenderingFailed("a worker of the cluster has too little memory for it") from None
    return RemoteResult(pack_document(made.document), dict(made.digests), store.trouble)


def _require_same(here: Mapping[str, str], there: Mapping[str, str]) -> None:
    different = [name for name in here if here[name] != there.get(name)]
    if shared := [_SHARED[name] for name in different if name in _SHARED]:
        raise WorkerRefuses(f"a worker has {' and '.join(shared)} than this machine")
    if different:
        raise FileAccess(f"a worker of the cluster reads other files ({listed(different)}) than this machine")
