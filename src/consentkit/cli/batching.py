"""The work of `consentkit batch`.

Guarantees: each document is told of once, when its result is there; a failure is told even where all else is silent,
and makes the exit code 7.
"""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from consentkit.batches.batch import (
    BatchPlan,
    BatchResult,
    BatchStep,
    Choice,
    is_kept,
    make_plan,
    started,
)
from consentkit.batches.manifest import Entry, Manifest, parse_shard
from consentkit.batches.service_list import RequestedDocument, requests_of
from consentkit.cli import report
from consentkit.cli.support import interruptions, say
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, RunFailed, WrongUse
from consentkit.output.write import is_removable
from consentkit.problems import printable
from consentkit.processes.pool import Pool, usable_cores

_MOST_NAMES = 5
_ORDER = ("made", "copied", "unchanged", "failed", "removed", "altered")

Tell = Callable[[BatchResult], None]


@dataclass(frozen=True)
class BatchRequest:
    """What was asked for on the command line."""

    paths: tuple[Path, ...]
    output: Path
    jobs: int | None
    time_limit: float
    only: tuple[str, ...]
    without: tuple[str, ...]
    shard: str | None
    merge_manifests: bool
    prune: bool
    dry_run: bool
    keep_going: bool
    force: bool
    as_json: bool
    quiet: bool

    def choice(self) -> Choice:
        """Which documents it is about. Raises WrongUse."""
        return Choice(
            only=self.only,
            without=self.without,
            shard=self._shard(),
            prune=self.prune,
            force=self.force,
            fail_fast=not self.keep_going,
        )

    def pool(self) -> Pool:
        """The processes that work."""
        return Pool(self.jobs or usable_cores(), self.time_limit)

    def _shard(self) -> tuple[int, int] | None:
        try:
            return parse_shard(self.shard) if self.shard else None
        except ValueError as error:
            raise WrongUse(str(error)) from None


def run_batch(workspace: OpenWorkspace, request: BatchRequest) -> int:
    """Do what was asked for. Returns the exit code."""
    if math.isnan(request.time_limit):  # which is neither below nor above the bounds of the option
        raise WrongUse("--time-limit nan is not a number of seconds; write it like 120")
    if request.output.suffix.casefold() == ".pdf" and not request.output.is_dir():
        raise WrongUse(f"-o {printable(str(request.output))} names a file; a batch fills a folder, such as -o out/")
    if request.merge_manifests:
        return _merge(request)
    if len(request.paths) > 1:
        raise WrongUse("name one service list; to join the folders of several machines, add --merge-manifests")
    choice = request.choice()
    requests = requests_of(workspace, request.paths[0] if request.paths else None)
    if request.dry_run:
        return _tell_plan(workspace, make_plan(workspace, requests, request.output, choice), request)
    return _work(workspace, requests, choice, request)


def _work(workspace: OpenWorkspace, requests: list[RequestedDocument], choice: Choice, request: BatchRequest) -> int:
    begun, endings = time.monotonic(), Counter[str]()
    with started(workspace, requests, request.output, choice, request.pool()) as run:
        _warn(_repeated_note(run.plan), request)
        _warn(_strangers_note(run.strangers(), request.output), request)
        with contextlib.closing(run.results()) as results, _telling(request, len(run.plan.steps)) as tell:
            for result in results:
                endings[result.ending] += 1
                tell(result)
                interruptions.require_none()
    _summarize(endings, run.plan, time.monotonic() - begun, request)
    return RunFailed.exit_code if endings["failed"] else 0


# --- results ---


@contextlib.contextmanager
def _telling(request: BatchRequest, steps: int) -> Iterator[Tell]:
    """Tell results: lines of JSON or text on stdout; where a person watches, a bar on stderr."""
    tell = _tell_json if request.as_json else _tell_line
    if request.quiet or not sys.stderr.isatty():
        yield tell if request.as_json or not request.quiet else _tell_failure
        return
    # A bar and lines on one terminal would garble each other: failures wait for the end.
    shown = not sys.stdout.isatty()
    failures: list[BatchResult] = []
    with click.progressbar(length=steps, label="Documents", file=sys.stderr, show_pos=True) as bar:

        def tell_with_bar(result: BatchResult) -> None:
            if shown and (request.as_json or result.ending != "failed"):
                tell(result)
            if result.ending == "failed":
                failures.append(result)
            if result.ending not in {"removed", "altered"}:
                bar.update(1)

        yield tell_with_bar
    for result in failures:
        _tell_failure(result)


def _tell_json(result: BatchResult) -> None:
    entry = asdict(result.entry)
    entry.update(outcome=result.ending, reasons=list(result.reasons), seconds=round(result.seconds, 3))
    _print_json(entry)


def _print_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))  # which flushes


def _tell_line(result: BatchResult) -> None:
    if result.ending == "failed":
        _tell_failure(result)
        return
    why = f": {listed_plainly(result.reasons)}" if result.reasons else ""
    took = f" ({result.seconds:.1f} s)" if result.seconds else ""
    click.echo(f"{result.ending:9}  {result.entry.file}{why}{took}")


def _tell_failure(result: BatchResult) -> None:
    if result.ending != "failed":
        return
    where = "; the file of an earlier run is still there" if result.entry.file_hash else ""
    first, *more = result.entry.problem.splitlines() or [""]
    click.echo(f"Error: {_about(result.entry.file, first)}{where}", err=True)
    for line in more:
        click.echo(f"  {line}", err=True)


def _about(file: str, message: str) -> str:
    """A message with the document that it is about, unless it begins with the path of just that file.

    In the working folder (`-o .`) that path is the name alone.
    """
    return message if f"/{message.partition(': ')[0]}".endswith(f"/{file}") else f"{file}: {message}"


def listed_plainly(reasons: tuple[str, ...]) -> str:
    """Reasons as one phrase: `changed text, translation`."""
    changed = [reason.removeprefix("changed ") for reason in reasons if reason.startswith("changed ")]
    others = [reason for reason in reasons if not reason.startswith("changed ")]
    return ", ".join([*others, *([f"changed {', '.join(changed)}"] if changed else [])])


def _summarize(endings: Counter[str], plan: BatchPlan, seconds: float, request: BatchRequest) -> None:
    counts = {
        ending: endings[ending] for ending in _ORDER if endings[ending] or ending in {"made", "unchanged", "failed"}
    }
    done = sum(endings[ending] for ending in ("made", "copied", "unchanged", "failed"))
    not_reached = len(plan.steps) - done
    if not_reached:
        counts["not reached"] = not_reached
    if request.as_json:
        _print_json({"summary": {**counts, "documents": len(plan.steps), "seconds": round(seconds, 3)}})
    told = ", ".join(f"{number} {name}" for name, number in counts.items())
    say(f"{report.counted(len(plan.steps), 'document')} in {seconds:.1f} s: {told}", quiet=request.quiet)
    left = [entry.file for entry in plan.left] if not request.prune else []
    if left:
        say(f"Note: {_some(left)} left the list; --prune removes what consentkit made", quiet=request.quiet)


def _warn(note: str, request: BatchRequest) -> None:
    if note:
        say(f"Note: {note}", quiet=request.quiet)


def _strangers_note(names: list[str], folder: Path) -> str:
    if not names:
        return ""
    return f"{printable(str(folder))} also holds what this list did not make, and it is left alone: {_some(names)}"


def _repeated_note(plan: BatchPlan) -> str:
    return f"the list asks more than once for {_some(plan.repeated)}; one is made of each" if plan.repeated else ""


def _some(names: Sequence[str]) -> str:
    shown = [printable(name) for name in names[:_MOST_NAMES]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


# --- without work ---


def _tell_plan(workspace: OpenWorkspace, plan: BatchPlan, request: BatchRequest) -> int:
    """Tell what would be done."""
    endings = Counter[str]()
    _warn(_repeated_note(plan), request)
    for step in plan.steps:
        ending = _would_be(workspace, step)
        endings[ending] += 1
        why = listed_plainly(step.reasons)
        if request.as_json:
            reasons = {"reasons": list(step.reasons), "problem": str(step.error or "")}
            _print_json({"file": step.request.file, **asdict(step.request.identity), "would_be": ending, **reasons})
        elif ending != "unchanged":
            click.echo(f"{ending:9}  {step.request.file}: {step.error or why}")
    for entry in plan.left if request.prune else ():
        endings[_tell_left(entry, request)] += 1
    told = ", ".join(f"{endings[ending]} {ending}" for ending in _ORDER if endings[ending])
    say(f"{report.counted(len(plan.steps), 'document')}, would be: {told or 'nothing'}", quiet=request.quiet)
    return 0


def _tell_left(entry: Entry, request: BatchRequest) -> str:
    """Tell what would become of a document that has left the list. Returns it."""
    ending, problem = _would_be_pruned(request.output / entry.file)
    if request.as_json:
        _print_json({"file": entry.file, "would_be": ending, "reasons": ["left the list"], "problem": problem})
    else:
        stays = "; its file was altered, so it stays" if ending == "altered" else ""
        click.echo(f"{ending:9}  {_about(entry.file, problem or f'left the list{stays}')}")
    return ending


def _would_be_pruned(path: Path) -> tuple[str, str]:
    try:
        return ("removed" if is_removable(path) else "altered"), ""
    except FileAccess as error:
        return "failed", str(error)


def _would_be(workspace: OpenWorkspace, step: BatchStep) -> str:
    if not step.reasons:
        return "unchanged"
    if step.error:
        return "failed"
    return "copied" if is_kept(workspace, step) else "made"


def _merge(request: BatchRequest) -> int:
    """Join the parts of a list. Returns the exit code."""
    from consentkit.batches.merge import merge

    if not request.paths:
        raise WrongUse("name the folders to join: consentkit batch --merge-manifests A B -o DIR")
    if request.shard or request.dry_run or request.only or request.without or request.prune:
        raise WrongUse(
            "--merge-manifests joins whole folders; leave --shard, --only, --except, --prune and --dry-run out"
        )
    return _tell_merged(merge(request.paths, request.output, force=request.force), request)


def _tell_merged(manifest: Manifest, request: BatchRequest) -> int:
    entries = [entry for entry in manifest.documents if entry.listed]
    failed = [entry for entry in entries if entry.outcome == "failed"]
    for entry in failed:
        _tell_failure(BatchResult("failed", entry))
    if request.as_json:
        for entry in entries:
            _print_json(asdict(entry))
        _print_json({"summary": {"documents": len(entries), "failed": len(failed)}})
    say(f"{report.counted(len(entries), 'document')} joined, {len(failed)} failed", quiet=request.quiet)
    return RunFailed.exit_code if failed else 0
