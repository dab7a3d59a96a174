"""The work of `consentkit list`, and the report of `consentkit doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from consentkit.cli import pace, report
from consentkit.cli.answering import answers
from consentkit.cli.support import say
from consentkit.errors import InvalidInput, RenderingFailed
from consentkit.operations.doctor import DoctorFinding, examine
from consentkit.operations.listing import list_procedures
from consentkit.operations.progress import Progress

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace
    from consentkit.library.overview import ListedDefinition

_FEW_FILES = 250
"""Files that are read in a moment, where they have to be."""
_ROLES = {"primary": "primary", "add_on": "add-on", "retired": "retired"}


def list_library(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """List the library. Returns the exit code: 3 where a file has mistakes."""
    with pace.long_work("Reading", quiet=quiet, few=_FEW_FILES) as progress:
        listing = list_procedures(workspace, progress)
    for error in listing.broken:
        click.echo(str(error.problems[0]) if isinstance(error, InvalidInput) else f"Error: {error}", err=True)
    if as_json:
        click.echo(report.as_json({"procedures": listing.procedures, "papers": listing.papers}))
    else:
        for rows in (list(map(_row, listing.procedures)), list(map(_row_of_paper, listing.papers))):
            if rows:
                click.echo(report.table(rows))
    shown = report.counted(len(listing.procedures), "procedure")
    shown += f", {report.counted(len(listing.papers), 'paper')}" if listing.papers else ""
    broken = len(listing.broken)
    say(f"{shown}, {report.counted(broken, 'broken file')}" if broken else shown, quiet=quiet)
    answers.offer(workspace)
    return InvalidInput.exit_code if broken else 0


def report_health(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """Report whether everything needed is there. Returns the exit code: 6 where documents can't be made."""
    findings = []
    for finding in _findings(workspace, quiet=quiet):
        findings.append(finding)
        if not as_json and not (quiet and finding.good):
            click.echo(f"{'ok ' if finding.good else 'BAD'}  {finding.subject}: {finding.message}")
    if as_json:
        click.echo(report.as_json({"findings": [asdict(finding) for finding in findings]}))
    return 0 if all(finding.good for finding in findings) else RenderingFailed.exit_code


def _findings(workspace: OpenWorkspace, *, quiet: bool) -> Iterator[DoctorFinding]:
    """What was looked at, one after the other, with a bar for each that takes long."""
    shows: list[Progress] = []

    def count(done: int, total: int) -> None:
        shows[-1](done, total)

    findings = examine(workspace, count)
    finding: DoctorFinding | None
    while True:
        with pace.long_work("Reading", quiet=quiet, few=_FEW_FILES) as show:
            shows.append(show)
            finding = next(findings, None)
        if finding is None:
            return
        yield finding


def _row(entry: ListedDefinition) -> tuple[str, ...]:
    minutes = f"{entry['minutes']['usual']} min" if entry["minutes"] else ""
    return entry["code"], minutes, _ROLES[entry["role"]], entry["title"]


def _row_of_paper(entry: ListedDefinition) -> tuple[str, ...]:
    return entry["name"], "paper to sign" if entry["signers"] else "paper to keep", entry["title"]
