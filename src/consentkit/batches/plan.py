"""What has to be done for a service list: which documents are made, and why.

Guarantees: nothing is written, and no procedure is parsed; the reasons of a document name each group of what it is made
from that has changed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consentkit.batches.folder import file_hash
from consentkit.batches.manifest import Entry, Manifest, load_manifest
from consentkit.batches.service_list import RequestedDocument, list_hash, shard_of
from consentkit.documents.kept import digests_of
from consentkit.errors import ConsentkitError, WrongUse
from consentkit.library.keys import key_from
from consentkit.library.procedures import ListedLibrary

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace

_SHOWN_DIGITS = 16
"""Digits of the hash of each group of inputs in the manifest: enough to tell a change, and short."""


@dataclass(frozen=True)
class Choice:
    """Which documents of a list a run is about, and how it goes about them."""

    only: Sequence[str] = ()
    """Patterns of codes or file names; none means all."""
    without: Sequence[str] = ()
    """Patterns of codes or file names that are passed over."""
    shard: tuple[int, int] | None = None
    """The part of the list that this machine makes, of how many."""
    prune: bool = False
    """Whether files of documents that have left the list are removed."""
    force: bool = False
    """Whether files are overwritten that consentkit did not make."""
    fail_fast: bool = False
    """Whether the first failure ends the run."""

    def takes(self, request: RequestedDocument) -> bool:
        """Whether a document is one that the run is about."""
        names = (request.identity.code, request.file)
        return (
            (not self.only or _matches(names, self.only))
            and not _matches(names, self.without)
            and (self.shard is None or shard_of(request, self.shard[1]) == self.shard[0])
        )


@dataclass(frozen=True)
class BatchStep:
    """What is to be done for one document."""

    request: RequestedDocument
    reasons: tuple[str, ...]
    """Why it is made; empty where it is as it should be."""
    digests: Mapping[str, str] = field(default_factory=dict)
    error: ConsentkitError | None = None
    """Why it can't be made, where that is known beforehand."""

    @property
    def key(self) -> str:
        """The key of what would be made now."""
        return key_from(self.digests)


@dataclass(frozen=True)
class BatchPlan:
    """What a run will do."""

    steps: tuple[BatchStep, ...]
    before: Manifest
    after: Manifest
    """What the manifest will say while nothing has been done yet."""
    no_longer_listed: tuple[Entry, ...]
    """Documents that are no longer in the list."""
    repeated: tuple[str, ...]
    """The files of documents that are in the list more than once."""


def make_plan(
    workspace: OpenWorkspace, requests: Sequence[RequestedDocument], folder: Path, choice: Choice
) -> BatchPlan:
    """Find out what has to be done. Nothing is written, and no procedure is parsed.

    Raises WrongUse where the patterns leave nothing, InvalidInput where the manifest is damaged.
    """
    listed = {request.file: request for request in requests}
    before = _without_traces(load_manifest(folder), listed, folder)
    chosen = [request for request in listed.values() if choice.takes(request)]
    if requests and not chosen and (choice.only or choice.without):
        message = "no document of the list matches `only` and `without`; they look at codes and file names"
        raise WrongUse(message, arguments=["only", "without"])
    workspace = replace(workspace, library=ListedLibrary(workspace.library.folders, workspace.library.paper_folders))
    inputs, known = workspace.inputs(), before.by_file()
    steps = []
    for request in chosen:
        identity, layout = request.identity, request.layout
        try:
            sought = workspace.find(identity.code, layout, language=identity.language, variant=identity.variant)
            digests = digests_of(sought, inputs)
        except ConsentkitError as error:
            steps.append(BatchStep(request, ("can't be made",), error=error))
            continue
        steps.append(BatchStep(request, _reasons(folder, known.get(request.file), digests), digests))
    counts = Counter(request.file for request in requests)
    return BatchPlan(
        steps=tuple(steps),
        before=before,
        after=_before_work(before, steps, listed, choice.shard),
        no_longer_listed=tuple(entry for entry in before.documents if entry.file not in listed),
        repeated=tuple(sorted(name for name, count in counts.items() if count > 1)),
    )


def _without_traces(manifest: Manifest, listed: Mapping[str, RequestedDocument], folder: Path) -> Manifest:
    """The manifest without what never came into being and is no longer listed, such as a misspelt code.

    A run that was killed may have written a file without a hash in the manifest, so the folder is asked too.
    """
    entries = [
        entry
        for entry in manifest.documents
        if entry.file in listed or entry.file_hash or os.path.lexists(folder / entry.file)
    ]
    return replace(manifest, documents=tuple(entries))


def _reasons(folder: Path, entry: Entry | None, digests: Mapping[str, str]) -> tuple[str, ...]:
    """Why a document has to be made; nothing where its file is as it should be."""
    if entry is None:
        return ("new",)
    if not entry.file_hash:
        return ("failed the last time",) if entry.outcome == "failed" else ("not made yet",)
    if not entry.key:  # then what it was made from is not known, so there is nothing to compare
        return ("edited while it was made",)
    if entry.key != key_from(digests):
        now = shortened_digests(digests)
        changed = [name for name in now if entry.made_from.get(name) != now[name]]
        return tuple(f"changed {name}" for name in changed)
    hash_now = file_hash(folder / entry.file)
    if hash_now == entry.file_hash:
        return ()
    return ("its file was altered",) if hash_now else ("its file is missing",)


def shortened_digests(digests: Mapping[str, str]) -> dict[str, str]:
    """The beginning of each digest, as the manifest has it."""
    return {name: digest[:_SHOWN_DIGITS] for name, digest in digests.items()}


def _before_work(
    before: Manifest, steps: Sequence[BatchStep], listed: Mapping[str, RequestedDocument], shard: tuple[int, int] | None
) -> Manifest:
    """What is true before anything is done: what is not as it should be is pending."""
    entries = {name: _changed(entry, listed=name in listed) for name, entry in before.by_file().items()}
    for step in steps:
        entry = entries.get(step.request.file) or first_entry(step.request)
        entries[entry.file] = _changed(entry, outcome="pending" if step.reasons else "unchanged", problem="")
    texts = [request.text for request in listed.values()]
    return Manifest(tuple(entries.values()), len(texts), list_hash(texts), shard)


def _changed(entry: Entry, **values: Any) -> Entry:
    """The entry with these values: itself where it has them already, as in a list in which nothing has changed."""
    return entry if vars(entry).items() >= values.items() else replace(entry, **values)


def first_entry(request: RequestedDocument) -> Entry:
    """What the manifest says of a document that has never been made."""
    identity, layout = request.identity, request.layout
    return Entry(
        file=request.file,
        code=identity.code,
        language=identity.language,
        variant=identity.variant,
        paper=layout.paper,
        large_print=layout.large_print,
        fillable=layout.fillable,
        outcome="pending",
    )


def _matches(names: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
