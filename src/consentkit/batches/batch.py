"""Every document of a service list, made again only when something that it is made from has changed.

Guarantees: each document has one result, and one that fails does not stop the others; whenever a run ends, by its end
or by a kill, a file in the folder is whole, the earlier or the new one, and the manifest knows it; the next run
continues where this one has ended. Nothing here prints.

A run goes: requests -> plan -> results. The first two only read.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from consentkit.batches.folder import exclusive, tidy, unknown_files
from consentkit.batches.manifest import ApprovalState, Entry, save_manifest
from consentkit.batches.plan import BatchPlan, BatchStep, Choice, first_entry, make_plan, shortened_digests
from consentkit.batches.service_list import RequestedDocument
from consentkit.documents.kept import get_or_make, kept
from consentkit.errors import ConsentkitError, FileAccess, RenderingFailed
from consentkit.library.keys import key_from
from consentkit.library.snapshot import Snapshot
from consentkit.output.write import remove_own_file, write_file
from consentkit.processes.pool import Pool

if TYPE_CHECKING:
    from consentkit.batches.remote import MadeStep
    from consentkit.documents.document import Document
    from consentkit.documents.workspace import OpenWorkspace
    from consentkit.library.sought import Sought
    from consentkit.processes.workers import Ended

_SECONDS_BETWEEN_SAVES = 2.0
_HOPELESS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}
"""Refusals that the next document will meet too."""

Ending = Literal["made", "copied", "unchanged", "failed", "removed", "altered"]
"""`removed` has left the list; `altered` has too, but is no longer as consentkit made it, and stays."""


@dataclass(frozen=True)
class BatchResult:
    """What has become of one document."""

    ending: Ending
    entry: Entry
    reasons: tuple[str, ...] = ()
    seconds: float = 0


def is_kept(workspace: OpenWorkspace, step: BatchStep) -> bool:
    """Whether a document would be copied from the store."""
    return bool(step.digests) and workspace.store.get(step.key) is not None


@contextlib.contextmanager
def started(
    workspace: OpenWorkspace, requests: Sequence[RequestedDocument], folder: Path, choice: Choice, pool: Pool
) -> Iterator[BatchRun]:
    """Hold the folder for a run, and leave the manifest as true as it can be, however the run ends.

    Raises FileAccess where another run is in the folder, or where it can't be written to; and what `make_plan` raises.
    """
    with exclusive(folder) as lock:
        tidy(folder)
        run = BatchRun(workspace, make_plan(workspace, requests, folder, choice), folder, choice, pool, lock)
        run.save()
        try:
            yield run
        except BaseException:
            with contextlib.suppress(FileAccess):
                run.save()
            raise
        run.save()


class BatchRun:
    """A run at work. Nothing else may write into its folder."""

    def __init__(
        self, workspace: OpenWorkspace, plan: BatchPlan, folder: Path, choice: Choice, pool: Pool, lock: int
    ) -> None:
        self.workspace, self.plan, self.folder = workspace, plan, folder
        self.choice, self.pool = choice, pool
        self._lock = lock
        self._entries = plan.after.by_file()
        self._saved = 0.0
        self._written_entries: tuple[Entry, ...] | None = None
        self._hopeless: FileAccess | None = None

    def results(self) -> Generator[BatchResult, None, None]:
        """Do what the plan says; yield each document's result as it comes."""
        with contextlib.closing(self._results()) as results:
            for result in results:
                self._note(result)
                yield result
                if result.ending == "failed" and self.choice.fail_fast:
                    return

    def save(self) -> None:
        """Write the manifest as it is now. Raises FileAccess."""
        documents = tuple(self._entries.values())
        if documents != self._written_entries:
            save_manifest(self.folder, replace(self.plan.after, documents=documents))
            self._written_entries = documents
        self._saved = time.monotonic()

    def unknown_files(self) -> list[str]:
        """What is in the folder and is not consentkit's."""
        return unknown_files(self.folder, self._entries)

    def _results(self) -> Generator[BatchResult, None, None]:
        to_make = []
        for step in self.plan.steps:
            if not step.reasons:
                yield BatchResult("unchanged", self._entries[step.request.file])
            elif step.error:
                yield self._failed(step, step.error)
            elif document := kept(self.workspace, step.key):
                yield self._written(step, document, step.digests, "copied")
            else:
                to_make.append(step)
        if to_make and not self._hopeless:
            yield from self._make(to_make)
        if self._hopeless:
            rest = [step for step in to_make if self._entries[step.request.file].outcome == "pending"]
            yield from (self._failed(step, self._hopeless) for step in rest)
        if self.choice.prune:
            yield from map(self._prune, self.plan.no_longer_listed)

    def _make(self, steps: Sequence[BatchStep]) -> Iterator[BatchResult]:
        """Make documents in processes of their own, or on a cluster; this process alone writes them into the folder."""
        make = self._on_cluster if self.pool.executor else self._on_this_machine
        with contextlib.closing(make(steps)) as ends:
            for end in ends:
                yield self._result(end)
                if self._hopeless:
                    return

    def _on_this_machine(self, steps: Sequence[BatchStep]) -> Generator[Ended[BatchStep, MadeStep], None, None]:
        from consentkit.documents.printing import load_engine
        from consentkit.processes.workers import work

        try:
            load_engine()  # once, here: processes that are forked have it then
        except (MemoryError, ImportError, SystemError) as error:
            # A library that can't be mapped is an ImportError; a MemoryError that Python itself loses is a SystemError.
            raise RenderingFailed(
                "the page engine can't be loaded, perhaps because memory ran out; close other programs, then try again"
            ) from error
        with contextlib.suppress(ConsentkitError):  # else each document reports it
            self.workspace.source()  # likewise: a long record of approvals is parsed once
        pool = replace(self.pool, jobs=min(self.pool.jobs, len(steps)))
        return work(self._render, steps, pool, [self._lock])

    def _on_cluster(self, steps: Sequence[BatchStep]) -> Generator[Ended[BatchStep, MadeStep], None, None]:
        from consentkit.batches.remote import make_remotely

        return make_remotely(self.workspace, ((step, self._find(step), step.digests) for step in steps), self.pool)

    def _render(self, step: BatchStep) -> MadeStep:
        """Make a document; this runs in a process of its own. Gives also what it was made from, if that is certain.

        A run may take hours, so each document is made from the files as they are when its turn comes.
        """
        made = get_or_make(self.workspace, self._find(step), self.workspace.inputs(Snapshot()))
        return made.document, dict(made.digests), self.workspace.store.trouble

    def _find(self, step: BatchStep) -> Sought:
        identity, layout = step.request.identity, step.request.layout
        return self.workspace.find(identity.code, layout, language=identity.language, variant=identity.variant)

    def _result(self, end: Ended[BatchStep, MadeStep]) -> BatchResult:
        if end.value is None:
            return self._failed(end.task, end.error or FileAccess("was not made"), end.seconds)
        document, digests, trouble = end.value
        self.workspace.store.trouble = self.workspace.store.trouble or trouble
        return self._written(end.task, document, digests, "made", end.seconds)

    def _written(
        self, step: BatchStep, document: Document, digests: Mapping[str, str], ending: Ending, seconds: float = 0
    ) -> BatchResult:
        try:
            write_file(self.folder / step.request.file, document.pdf, force=self.choice.force)
        except FileAccess as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in _HOPELESS:
                self._hopeless = error
            return self._failed(step, error, seconds)
        return BatchResult(ending, _entry(step.request, document, digests, ending), step.reasons, seconds)

    def _failed(self, step: BatchStep, error: ConsentkitError, seconds: float = 0) -> BatchResult:
        """A failure leaves what the manifest knows of an earlier file as it is."""
        entry = replace(self._entries[step.request.file], outcome="failed", problem=str(error))
        return BatchResult("failed", entry, step.reasons, seconds)

    def _prune(self, entry: Entry) -> BatchResult:
        try:
            gone = remove_own_file(self.folder / entry.file)
        except FileAccess as error:
            return BatchResult("failed", replace(entry, listed=False, problem=str(error)))
        return BatchResult("removed" if gone else "altered", replace(entry, listed=False))

    def _note(self, result: BatchResult) -> None:
        self._entries[result.entry.file] = result.entry
        if result.ending == "removed":
            del self._entries[result.entry.file]
        if time.monotonic() - self._saved > _SECONDS_BETWEEN_SAVES:
            with contextlib.suppress(FileAccess):  # the end of the run reports it
                self.save()


def _entry(request: RequestedDocument, document: Document, digests: Mapping[str, str], ending: Ending) -> Entry:
    from consentkit.pdf.file.xmp import read_properties

    approval: ApprovalState = "approved" if document.is_approved else "overdue" if document.approval else "draft"
    return replace(
        first_entry(request),
        outcome="copied" if ending == "copied" else "made",
        title=document.title,
        edition=(read_properties(document.pdf) or {}).get("edition", ""),
        approval=approval,
        pages=document.pages,
        bytes=len(document.pdf),
        content_hash=document.content_hash,
        file_hash=hashlib.sha256(document.pdf).hexdigest(),
        key=key_from(digests) if digests else "",
        made_from=shortened_digests(digests),
    )
