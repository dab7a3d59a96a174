"""What `consentkit visits` says of the visits of another system's file.

Guarantees: neither the listing nor JSON holds a patient's particulars; these are in the file that `-o` names,
which only its owner can read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli import report
from consentkit.cli.streams import stdin
from consentkit.cli.support import say
from consentkit.errors import RunFailed
from consentkit.operations.other_systems import open_source, require_day, systems_of
from consentkit.operations.schedule import VisitEntry, reading_of
from consentkit.operations.visit_files import shown_problems, state_of, write_visits
from consentkit.problems import report_lines

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


def list_visits(
    workspace: OpenWorkspace,
    source: str,
    output: str | None,
    on: str | None,
    *,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Read the visits of a file, list them, and write those that are complete. Returns the exit code."""
    read = open_source(source, stdin(), systems_of(workspace, require_day(on)), reading_of(workspace))
    entries = list(read.entries)
    if output:
        entries = write_visits(entries, Path(output), force=force)
    for entry in entries:
        for line in report_lines(shown_problems(entry)):
            click.echo(line, err=True)
    for note in read.notes:
        say(note, quiet=quiet)
    if as_json:
        click.echo(report.as_json({"visits": [_as_data(entry) for entry in entries], "notes": list(read.notes)}))
    else:
        click.echo(report.table([("visit", "date", "time", "state"), *map(_as_row, entries)]))
    return RunFailed.exit_code if any(entry.visit is None for entry in entries) else 0


def _as_row(entry: VisitEntry) -> tuple[str, str, str, str]:
    return entry.number or "-", *_time(entry), state_of(entry)


def _time(entry: VisitEntry) -> tuple[str, str]:
    """The day and the time of a visit, as far as they are known."""
    day = entry.name.date.isoformat() if entry.name.date else "-"
    return day, f"{entry.visit.time:%H:%M}" if entry.visit and entry.visit.time else "-"


def _as_data(entry: VisitEntry) -> dict[str, Any]:
    return {
        "row": entry.row,
        "visit": entry.number,
        "date": entry.name.date.isoformat() if entry.name.date else None,
        "is_complete": entry.visit is not None,
        "needs": [report.need_entry(need) for need in entry.needs],
        "problems": list(report_lines(shown_problems(entry))),
    }
