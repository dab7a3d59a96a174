"""What `consentkit batch` prints.

Guarantees: each document is reported once, when its result is there; a failure is reported even where all else is
silent, and makes the exit code 7.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli import pace, report
from consentkit.cli.answering import answers
from consentkit.cli.support import interruptions, say
from consentkit.errors import RunFailed, WrongUse
from consentkit.operations.batch import (
    BatchRequest,
    BatchStarted,
    BatchSummary,
    WouldBe,
    merge_batches,
    preview_batch,
    run_batch,
)
from consentkit.problems import printable

if TYPE_CHECKING:
    from consentkit.batches.batch import BatchResult
    from consentkit.batches.manifest import Entry
    from consentkit.documents.workspace import OpenWorkspace

_MOST_NAMES = 5
_ORDER = ("made", "copied", "unchanged", "failed", "removed", "altered")
_ALWAYS_COUNTED = ("made", "unchanged", "failed")

PrintResult = Callable[["BatchResult"], None]


def make_batch(
    workspace: OpenWorkspace,
    paths: tuple[Path, ...],
    *,
    merge_manifests: bool,
    dry_run: bool,
    keep_going: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Make the documents of a list, preview that, or join folders; print the results. Returns the exit code."""
    if merge_manifests:
        if paths and (dry_run or any(options[name] for name in ("shard", "only", "without", "prune"))):
            raise WrongUse(
                "--merge-manifests joins whole folders; leave --shard, --only, --except, --prune and --dry-run out"
            )
        entries = merge_batches(paths, options["output"], force=options["force"])
        return _print_merged(entries, as_json=as_json, quiet=quiet)
    if len(paths) > 1:
        raise WrongUse("name one service list; to join the folders of several machines, add --merge-manifests")
    request = BatchRequest(service_list=paths[0] if paths else None, fail_fast=not keep_going, **options)
    act = _preview if dry_run else _run
    return act(workspace, request, as_json=as_json, quiet=quiet)


def _run(workspace: OpenWorkspace, request: BatchRequest, *, as_json: bool, quiet: bool) -> int:
    summary = None
    with contextlib.closing(run_batch(workspace, request)) as events, contextlib.ExitStack() as stack:
        print_result = _printer(as_json=as_json, quiet=quiet)
        for event in events:
            if isinstance(event, BatchStarted):
                _print_notes(event, request.output, quiet=quiet)
                if not quiet and sys.stderr.isatty():
                    print_result = stack.enter_context(_progress_bar(print_result, event.documents, as_json=as_json))
            elif isinstance(event, BatchSummary):
                summary = event
            else:
                print_result(event)
            interruptions.require_none()
    assert summary is not None  # it comes last
    _print_summary(summary, as_json=as_json, quiet=quiet)
    if summary.endings.get("unchanged", 0) == summary.documents and not workspace.keeps_journal:
        answers.offer(workspace, folder=request.output, seconds=summary.seconds)
    return RunFailed.exit_code if summary.endings.get("failed") else 0


# --- results ---


def _printer(*, as_json: bool, quiet: bool) -> PrintResult:
    """What prints results: lines of JSON, or of text."""
    if as_json:
        return _print_result_as_json
    return _print_failed_result if quiet else _print_result


@contextlib.contextmanager
def _progress_bar(print_result: PrintResult, documents: int, *, as_json: bool) -> Iterator[PrintResult]:
    """A bar on stderr, where a person watches; results go to stdout as before.

    A bar and lines on one terminal would garble each other: failures wait for the end, and results are left out.
    """
    is_free = not sys.stdout.isatty()
    failures: list[BatchResult] = []
    done = 0
    with pace.bar("Documents", documents) as show:

        def print_beside_bar(result: BatchResult) -> None:
            nonlocal done
            if is_free and (as_json or result.ending != "failed"):
                print_result(result)
            if result.ending == "failed":
                failures.append(result)
            if result.ending not in {"removed", "altered"}:
                done += 1
                show(done, documents)

        yield print_beside_bar
    for result in failures:
        _print_failure(result.entry)


def _print_result_as_json(result: BatchResult) -> None:
    entry = asdict(result.entry)
    entry.update(outcome=result.ending, reasons=list(result.reasons), seconds=round(result.seconds, 3))
    _print_json(entry)


def _print_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))  # which flushes


def _print_result(result: BatchResult) -> None:
    if result.ending == "failed":
        _print_failure(result.entry)
        return
    why = f": {_in_one_phrase(result.reasons)}" if result.reasons else ""
    took = f" ({result.seconds:.1f} s)" if result.seconds else ""
    click.echo(f"{result.ending:9}  {result.entry.file}{why}{took}")


def _print_failed_result(result: BatchResult) -> None:
    if result.ending == "failed":
        _print_failure(result.entry)


def _print_failure(entry: Entry) -> None:
    where = "; the file of an earlier run is still there" if entry.file_hash else ""
    first, *more = entry.problem.splitlines() or [""]
    click.echo(f"Error: {_with_file(entry.file, first)}{where}", err=True)
    for line in more:
        click.echo(f"  {line}", err=True)


def _with_file(file: str, message: str) -> str:
    """A message with the document that it is about, unless it begins with the path of just that file.

    In the working folder (`-o .`) that path is the name alone.
    """
    return message if f"/{message.partition(': ')[0]}".endswith(f"/{file}") else f"{file}: {message}"


def _in_one_phrase(reasons: Sequence[str]) -> str:
    """Reasons as one phrase: `changed text, translation`."""
    changed = [reason.removeprefix("changed ") for reason in reasons if reason.startswith("changed ")]
    others = [reason for reason in reasons if not reason.startswith("changed ")]
    return ", ".join([*others, *([f"changed {', '.join(changed)}"] if changed else [])])


def _print_summary(summary: BatchSummary, *, as_json: bool, quiet: bool) -> None:
    counts = {name: summary.endings.get(name, 0) for name in _ORDER}
    counts = {name: count for name, count in counts.items() if count or name in _ALWAYS_COUNTED}
    if summary.not_reached:
        counts["not reached"] = summary.not_reached
    if as_json:
        _print_json({"summary": {**counts, "documents": summary.documents, "seconds": round(summary.seconds, 3)}})
    documents = report.counted(summary.documents, "document")
    say(f"{documents} in {summary.seconds:.1f} s: {_counts_in_words(counts)}", quiet=quiet)
    if summary.no_longer_listed:
        files = _first_names(summary.no_longer_listed)
        say(f"Note: {files} left the list; --prune removes what consentkit made", quiet=quiet)


def _counts_in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items())


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _print_notes(started: BatchStarted, folder: Path, *, quiet: bool) -> None:
    if started.repeated:
        repeated = _first_names(started.repeated)
        say(f"Note: {repeated} {_are(started.repeated)} listed more than once; each is made once", quiet=quiet)
    if started.unknown_files:
        unknown = f"{printable(str(folder))} also holds what this list did not make, and it is left alone"
        say(f"Note: {unknown}: {_first_names(started.unknown_files)}", quiet=quiet)


def _first_names(names: Sequence[str]) -> str:
    shown = [printable(name) for name in names[:_MOST_NAMES]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


# --- without work ---


def _preview(workspace: OpenWorkspace, request: BatchRequest, *, as_json: bool, quiet: bool) -> int:
    """Print what would be done."""
    for event in preview_batch(workspace, request):
        if isinstance(event, BatchStarted):
            _print_notes(event, request.output, quiet=quiet)
        elif isinstance(event, BatchSummary):
            counts = {name: event.endings[name] for name in _ORDER if event.endings.get(name)}
            documents = report.counted(event.documents, "document")
            say(f"{documents}, would be: {_counts_in_words(counts) or 'nothing'}", quiet=quiet)
        elif as_json:
            _print_json(_preview_entry(event))
        elif event.ending != "unchanged":
            click.echo(f"{event.ending:9}  {_preview_text(event)}")
        interruptions.require_none()
    return 0


def _preview_entry(event: WouldBe) -> dict[str, Any]:
    identity = asdict(event.identity) if event.identity else {}
    reasons = {"reasons": list(event.reasons), "problem": event.problem}
    return {"file": event.file, **identity, "would_be": event.ending, **reasons}


def _preview_text(event: WouldBe) -> str:
    if event.identity:
        return f"{event.file}: {event.problem or _in_one_phrase(event.reasons)}"
    stays = "; its file was altered, so it stays" if event.ending == "altered" else ""
    return _with_file(event.file, event.problem or f"{_in_one_phrase(event.reasons)}{stays}")


def _print_merged(entries: Sequence[Entry], *, as_json: bool, quiet: bool) -> int:
    failed = [entry for entry in entries if entry.outcome == "failed"]
    for entry in failed:
        _print_failure(entry)
    if as_json:
        for entry in entries:
            _print_json(asdict(entry))
        _print_json({"summary": {"documents": len(entries), "failed": len(failed)}})
    say(f"{report.counted(len(entries), 'document')} joined, {len(failed)} failed", quiet=quiet)
    return RunFailed.exit_code if failed else 0
