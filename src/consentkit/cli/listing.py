"""The work of `consentkit list`, and the report of `consentkit doctor`.

Guarantees: a file that can't be read does not hide the others.
"""

from __future__ import annotations

from collections.abc import Iterable

import click

from consentkit.cli import report
from consentkit.cli.doctor import DoctorFinding
from consentkit.cli.support import say
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, InvalidInput, RenderingFailed
from consentkit.library.overview import ListedProcedure, overview

_ROLES = {"primary": "primary", "add_on": "add-on", "retired": "retired"}


def list_library(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """List the library. Returns the exit code: 3 where a file has mistakes."""
    entries, broken = [], 0
    for entry in overview(workspace.library.index().procedures, workspace.store).values():
        if isinstance(entry, ConsentkitError):
            broken += 1
            click.echo(str(entry.problems[0]) if isinstance(entry, InvalidInput) else f"Error: {entry}", err=True)
        else:
            entries.append(entry)
    if as_json:
        click.echo(report.as_json({"procedures": entries}))
    elif entries:
        click.echo(report.table(_row(entry) for entry in entries))
    shown = report.counted(len(entries), "procedure")
    say(f"{shown}, {report.counted(broken, 'broken file')}" if broken else shown, quiet=quiet)
    return InvalidInput.exit_code if broken else 0


def tell_findings(findings: Iterable[DoctorFinding], *, as_json: bool, quiet: bool) -> int:
    """Report what the doctor found. Returns the exit code: 6 where documents can't be made."""
    found = []
    for finding in findings:
        found.append(finding)
        if not as_json and not (quiet and finding.good):
            click.echo(f"{'ok ' if finding.good else 'BAD'}  {finding.subject}: {finding.message}")
    if as_json:
        click.echo(report.as_json({"findings": [finding.entry() for finding in found]}))
    return 0 if all(finding.good for finding in found) else RenderingFailed.exit_code


def _row(entry: ListedProcedure) -> tuple[str, ...]:
    minutes = f"{entry['minutes']['usual']} min" if entry["minutes"] else ""
    return entry["code"], minutes, _ROLES[entry["role"]], entry["title"]
