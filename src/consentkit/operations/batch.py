"""Make every document of a service list, or say what would be made; join the folders of several machines.

Guarantees: each document has one result, reported when it is there; a request that makes no sense is refused before
anything is read or written; a preview writes nothing. Nothing is made while the clinic keeps a journal that can't be
written to.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from consentkit.batches.batch import BatchResult, Ending, is_kept, started
from consentkit.batches.manifest import Entry, parse_shard
from consentkit.batches.plan import BatchPlan, BatchStep, Choice, make_plan
from consentkit.batches.service_list import requests_of
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, WrongUse
from consentkit.model.identity import Identity
from consentkit.operations.journal import JournalEntry, JournalPaper, record_entries, require_journal, who_asks
from consentkit.operations.progress import CountedSteps, Progress, ignore_progress
from consentkit.output.write import is_removable
from consentkit.problems import printable
from consentkit.processes.pool import Pool, usable_cores
from consentkit.reading.paths import is_folder


@dataclass(frozen=True)
class BatchRequest:
    """Which documents of which list are made, where, and how."""

    output: Path
    """The folder that is filled."""
    service_list: Path | None = None
    """None is the clinic's own list, and where it has none, every procedure."""
    jobs: int | None = None
    """How many processes work; None is one for each core."""
    time_limit: float = 120
    """Seconds that a document may take."""
    only: Sequence[str] = ()
    """Patterns of codes or file names; none means all."""
    without: Sequence[str] = ()
    """Patterns of codes or file names that are left out."""
    shard: str | None = None
    """Which part of the list is made here, of how many, such as `1/3`."""
    prune: bool = False
    """Whether files of documents are removed that are no longer listed."""
    force: bool = False
    """Whether files are overwritten that consentkit did not make."""
    fail_fast: bool = False
    """Whether the first failure ends the run."""
    executor: str | None = None
    """The cluster that makes the documents, such as dask://HOST:8786; None is this machine."""


@dataclass(frozen=True)
class BatchStarted:
    """The list has been read, and what has to be done is known."""

    documents: int
    repeated: Sequence[str]
    """The files of documents that are in the list more than once; each is made once."""
    unknown_files: Sequence[str] = ()
    """What is in the folder and is not part of it; a run leaves it alone. A preview does not look."""


@dataclass(frozen=True)
class WouldBe:
    """What a run would do about one document."""

    file: str
    ending: Ending
    reasons: tuple[str, ...]
    problem: str = ""
    """Why it could not be done."""
    identity: Identity | None = None
    """None where the document is no longer listed."""


@dataclass(frozen=True)
class BatchSummary:
    """How a run has ended, or would end."""

    documents: int
    """How many documents the run was about."""
    endings: Mapping[str, int]
    """How many documents have ended in which way."""
    seconds: float
    no_longer_listed: Sequence[str] = field(default=())
    """The files of documents that have left the list and were not removed."""

    @property
    def not_reached(self) -> int:
        """How many documents were not dealt with, since the run ended early."""
        return self.documents - sum(self.endings.get(ending, 0) for ending in _OF_LISTED_DOCUMENTS)


_OF_LISTED_DOCUMENTS = ("made", "copied", "unchanged", "failed")

BatchEvent = BatchStarted | BatchResult | BatchSummary
PreviewEvent = BatchStarted | WouldBe | BatchSummary


def run_batch(workspace: OpenWorkspace, request: BatchRequest) -> Generator[BatchEvent, None, None]:
    """Make what is not as it should be; yield what has become of each document, and a summary at the end.

    Raises WrongUse, InvalidInput or FileAccess where the list can't be read, the folder or the cluster not be used, and
    RenderingFailed where the page engine can't be loaded. What goes wrong with one document is in its result.
    """
    choice = _choice(request)
    requests = requests_of(workspace, request.service_list)
    require_journal(workspace)
    begun, endings = time.monotonic(), Counter[str]()
    pool = Pool(request.jobs or usable_cores(), request.time_limit, executor=request.executor or "")
    with started(workspace, requests, request.output, choice, pool) as run:
        yield BatchStarted(len(run.plan.steps), run.plan.repeated, run.unknown_files())
        with contextlib.closing(run.results()) as results:
            for result in results:
                record_entries(workspace, list(_entries_for(result)))
                endings[result.ending] += 1
                yield result
    yield _summary(run.plan, endings, time.monotonic() - begun, request)


def _entries_for(result: BatchResult) -> Iterator[JournalEntry]:
    """What the journal gets of a result: the document that was made, if one was."""
    if result.ending in {"made", "copied"}:
        entry = result.entry
        paper = JournalPaper(entry.variant, entry.code, entry.language, entry.content_hash)
        yield JournalEntry("made", who_asks(), papers=(paper,), pages=entry.pages or None)


def results_of(
    workspace: OpenWorkspace, request: BatchRequest, progress: Progress = ignore_progress
) -> Generator[BatchResult, None, None]:
    """Do what `run_batch` does, and yield what has become of each document alone. Raises what that raises.

    `progress` counts the documents of the list.
    """
    steps = CountedSteps(progress)
    with contextlib.closing(run_batch(workspace, request)) as events:
        for event in events:
            if isinstance(event, BatchStarted):
                steps.expect(event.documents)
            elif isinstance(event, BatchResult):
                if event.ending in _OF_LISTED_DOCUMENTS:
                    steps.step()
                yield event


def preview_batch(workspace: OpenWorkspace, request: BatchRequest) -> Generator[PreviewEvent, None, None]:
    """Find out what `run_batch` would do, and why. Nothing is written; raises what `run_batch` raises for its input."""
    choice = _choice(request)
    begun, endings = time.monotonic(), Counter[str]()
    plan = make_plan(workspace, requests_of(workspace, request.service_list), request.output, choice)
    yield BatchStarted(len(plan.steps), plan.repeated)
    for step in plan.steps:
        problem = str(step.error or "")
        would_be = WouldBe(step.request.file, _ending(workspace, step), step.reasons, problem, step.request.identity)
        endings[would_be.ending] += 1
        yield would_be
    for entry in plan.no_longer_listed if request.prune else ():
        would_be = _would_be_pruned(entry, request.output)
        endings[would_be.ending] += 1
        yield would_be
    yield _summary(plan, endings, time.monotonic() - begun, request)


def merge_batches(folders: Sequence[Path], output: Path, *, force: bool = False) -> list[Entry]:
    """Join folders that several machines have filled with the parts of one list. Returns its documents.

    Raises WrongUse, InvalidInput with everything that is missing, there twice or in conflict, and FileAccess.
    """
    from consentkit.batches.merge import merge

    _require_folder(output)
    if not folders:
        raise WrongUse("name the folders to join: consentkit batch --merge-manifests A B -o DIR")
    return [entry for entry in merge(folders, output, force=force).documents if entry.listed]


def _choice(request: BatchRequest) -> Choice:
    """Which documents a run is about. Raises WrongUse where the request makes no sense."""
    if math.isnan(request.time_limit):  # which is neither below nor above any bound
        message = "`time_limit` nan is not a number of seconds; write it like 120"
        raise WrongUse(message, arguments=["time_limit"])
    if request.jobs is not None and request.jobs < 1:
        raise WrongUse("`jobs` must be 1 or more", arguments=["jobs"])
    if request.executor:
        from consentkit.processes.cluster import address_of

        address_of(request.executor)
        if request.jobs:
            raise WrongUse("a cluster has as many processes as it has; leave `jobs` or `executor` out")
    for name, patterns in (("only", request.only), ("without", request.without)):
        if isinstance(patterns, str):
            raise WrongUse(f"`{name}` takes a list of patterns; put a single one into a list, too", arguments=[name])
    _require_folder(request.output)
    try:
        shard = parse_shard(request.shard) if request.shard else None
    except ValueError as error:
        raise WrongUse(str(error)) from None
    return Choice(
        only=request.only,
        without=request.without,
        shard=shard,
        prune=request.prune,
        force=request.force,
        fail_fast=request.fail_fast,
    )


def _require_folder(output: Path) -> None:
    if output.suffix.casefold() == ".pdf" and not is_folder(output):
        message = f"`folder` {printable(str(output))} names a file; a batch fills a folder, such as `folder` out/"
        raise WrongUse(message, arguments=["folder"])


def _summary(plan: BatchPlan, endings: Mapping[str, int], seconds: float, request: BatchRequest) -> BatchSummary:
    remaining = () if request.prune else tuple(entry.file for entry in plan.no_longer_listed)
    return BatchSummary(len(plan.steps), endings, seconds, remaining)


def _ending(workspace: OpenWorkspace, step: BatchStep) -> Ending:
    if not step.reasons:
        return "unchanged"
    if step.error:
        return "failed"
    return "copied" if is_kept(workspace, step) else "made"


def _would_be_pruned(entry: Entry, folder: Path) -> WouldBe:
    """What would become of the file of a document that is no longer listed."""
    reasons = ("left the list",)
    try:
        return WouldBe(entry.file, "removed" if is_removable(folder / entry.file) else "altered", reasons)
    except FileAccess as error:
        return WouldBe(entry.file, "failed", reasons, str(error))
