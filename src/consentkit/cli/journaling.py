"""What `consentkit journal` prints.

Guarantees: results go to stdout; what was typed as the number of a visit is not repeated unless it can be one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli import pace, report
from consentkit.cli.streams import write_to_stdout
from consentkit.cli.support import say
from consentkit.errors import InvalidInput, WrongUse
from consentkit.operations.journal_reading import (
    as_data,
    entries_about_pdf,
    entries_of_day,
    entries_of_packet,
    entries_of_visit,
    export_csv,
    journal_head,
    prune_journal,
    unfinished_prints,
    verify_journal,
)
from consentkit.problems import printable

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace
    from consentkit.journal.entries import JournalRow


_FEW_ENTRIES = 10_000
"""Entries that are gone through in a moment."""


@dataclass(frozen=True)
class JournalQuery:
    """Which entries were requested."""

    visit: str | None = None
    packet: str | None = None
    day: str | None = None
    pdf: Path | None = None
    unfinished: bool = False

    def rows(self, workspace: OpenWorkspace) -> list[JournalRow]:
        """The entries. Raises WrongUse where several kinds are requested at once."""
        requested = [name for name, value in vars(self).items() if value]
        if len(requested) > 1:
            names = " and ".join(f"--{name}" for name in requested)
            raise WrongUse(f"{names} each choose entries in another way; leave all but one out")
        if self.visit:
            return entries_of_visit(workspace, self.visit)
        if self.packet:
            return entries_of_packet(workspace, self.packet)
        if self.pdf:
            return entries_about_pdf(workspace, self.pdf)
        if self.unfinished:
            return unfinished_prints(workspace)
        return entries_of_day(workspace, self.day)


def show_entries(workspace: OpenWorkspace, query: JournalQuery, *, as_json: bool, quiet: bool) -> int:
    """Print entries. Returns the exit code."""
    rows = query.rows(workspace)
    if as_json:
        click.echo(report.as_json({"entries": [as_data(row) for row in rows]}))
    elif rows:
        click.echo(report.table(_line(row) for row in rows))
    say(_counted(len(rows)), quiet=quiet)
    return 0


def export_entries(workspace: OpenWorkspace, target: str, *, force: bool, quiet: bool) -> int:
    """Write all entries as CSV. Returns the exit code."""
    with ExitStack() as until_written:

        def write(csv: bytes) -> None:
            until_written.close()  # else the first line would be behind the bar
            write_to_stdout(csv)

        progress = until_written.enter_context(pace.long_work("Reading entries", quiet=quiet, few=_FEW_ENTRIES))
        count = export_csv(workspace, target, write, force=force, progress=progress)
    say(f"{_counted(count)} exported", quiet=quiet)
    return 0


def verify_chain(workspace: OpenWorkspace, head: str | None, *, as_json: bool, quiet: bool) -> int:
    """Print whether the journal is whole. The exit code is 3 where it is not."""
    with pace.long_work("Verifying", quiet=quiet, few=_FEW_ENTRIES) as progress:
        verdict = verify_journal(workspace, head, progress)
    if as_json:
        plain: dict[str, Any] = {
            "whole": verdict.is_whole,
            "entries": verdict.entries,
            "first": verdict.first,
            "head": vars(verdict.head) if verdict.head else None,
            "problems": list(verdict.problems),
        }
        click.echo(report.as_json(plain))
    elif verdict.is_whole:
        click.echo(f"whole: {_counted(verdict.entries)}, from number {verdict.first}")
    else:
        click.echo("NOT WHOLE")
    for problem in verdict.problems:
        click.echo(f"Error: {problem}", err=True)
    if verdict.is_whole and head is None:
        say(
            "Whether entries are missing at the end shows only with --head, a hash that was noted earlier.", quiet=quiet
        )
    return 0 if verdict.is_whole else InvalidInput.exit_code


def print_head(workspace: OpenWorkspace, *, as_json: bool) -> int:
    """Print the end of the chain. Returns the exit code."""
    head = journal_head(workspace)
    click.echo(report.as_json(vars(head)) if as_json else f"{head.seq} {head.hash}")
    return 0


def prune_entries(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """Remove old entries and print how many. Returns the exit code."""
    pruned = prune_journal(workspace)
    if as_json:
        click.echo(report.as_json({"removed": pruned.removed, "last": pruned.last}))
    say(f"{_counted(pruned.removed)} removed", quiet=quiet)
    return 0


def _line(row: JournalRow) -> tuple[str, ...]:
    entry = row.entry
    return (
        str(row.seq),
        row.at.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
        entry.action,
        f"{entry.who.actor}@{entry.who.station}",
        entry.visit or "",
        entry.packet or "",
        printable(_details(row)),
    )


def _details(row: JournalRow) -> str:
    entry = row.entry
    edition = {paper.code: f" edition {paper.edition}" for paper in entry.papers if paper.edition}
    papers = [
        " ".join(filter(None, (paper.code, paper.language, paper.kind))) + edition.get(paper.code, "")
        for paper in entry.papers
    ]
    parts = [
        f"print {entry.print_number}" if entry.print_number else "",
        f"of entry {entry.refers}" if entry.refers else "",
        report.counted(entry.pages, "page") if entry.pages else "",
        f"{entry.copies} copies" if (entry.copies or 1) > 1 else "",
        _listed(entry.jobs) or (entry.printer or ""),
        entry.rule or "",
        entry.reason or "",
        entry.subject or "",
        str(entry.count) if entry.count is not None else "",
        _listed(papers),
    ]
    return ", ".join(filter(None, parts))


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)


def _counted(number: int) -> str:
    return f"{number or 'no'} {'entry' if number == 1 else 'entries'}"
