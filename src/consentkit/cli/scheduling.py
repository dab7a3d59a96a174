"""What `consentkit schedule` prints.

Guarantees: results go to stdout; nothing that is in a row is printed but the numbers of visits that reveal nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli import report
from consentkit.cli.streams import stdin
from consentkit.cli.support import say
from consentkit.errors import InvalidInput
from consentkit.operations.schedule import needs_text, skipped_rows
from consentkit.operations.schedule_formats import (
    CheckedSchedule,
    CheckedVisit,
    check_schedule,
    guess_mapping,
    summary,
    write_mapping,
)
from consentkit.problems import printable, report_lines

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


def show_schedule(workspace: OpenWorkspace, source: str, format_name: str | None, *, as_json: bool, quiet: bool) -> int:
    """Print which visits of a schedule are ready. Returns the exit code."""
    checked = check_schedule(workspace, source, stdin(), format_name)
    if as_json:
        click.echo(report.as_json(_as_data(checked)))
    else:
        for line in report_lines(checked.problems):
            click.echo(line, err=True)
        for visit in checked.visits:
            click.echo(_line(visit))
    say(_summary(checked), quiet=quiet)
    return 0 if all(visit.is_ready for visit in checked.visits) else InvalidInput.exit_code


def _line(visit: CheckedVisit) -> str:
    entry = visit.entry
    number = f"visit {entry.number}: " if entry.number else ""
    state = "ready" if visit.is_ready else needs_text(entry.needs) if entry.needs else "must be corrected"
    return f"{entry.label}: {number}{state}"


def _as_data(checked: CheckedSchedule) -> dict[str, Any]:
    return {
        "visits": [
            {
                "row": visit.entry.row,
                "visit": visit.entry.number,
                "ready": visit.is_ready,
                "needs": [report.need_entry(need) for need in visit.entry.needs],
                "problems": list(map(str, visit.problems)),
            }
            for visit in checked.visits
        ],
        "skipped": list(checked.skipped),
    }


def _summary(checked: CheckedSchedule) -> str:
    counts = summary(checked.visits)
    parts = [report.counted(len(checked.visits), "visit"), f"{counts['ready']} ready"]
    if counts["incomplete"]:
        parts.append(f"{counts['incomplete']} incomplete")
    if counts["wrong"]:
        parts.append(f"{counts['wrong']} to correct")
    if checked.skipped:
        parts.append(skipped_rows(checked.skipped))
    return ", ".join(parts)


def show_guess(
    source: Path,
    format_name: str,
    sheet: str | None,
    output: Path | None,
    *,
    force: bool,
    report: Callable[[str], None],
) -> int:
    """Print a mapping that is proposed, or write it into a file. Returns the exit code."""
    guessed = guess_mapping(source, format_name, sheet)
    if output:
        write_mapping(guessed, output, force=force)
        click.echo(printable(str(output)))
    else:
        click.echo(guessed.text, nl=False)
    if guessed.fault:
        report(f"The file can't be read with it yet: {guessed.fault}")
    else:
        needs = ", ".join(f"{label} in {count}" for label, count in guessed.needs)
        report(f"Of {guessed.visits} rows, {guessed.ready} are ready with it{f'; missing: {needs}' if needs else ''}.")
    report("Copy what is right into clinic.yaml, then run: consentkit schedule check " + printable(str(source)))
    return 0
