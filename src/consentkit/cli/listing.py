"""The work of `consentkit list`, and the report of `consentkit doctor`.

Guarantees: a file that can't be read does not hide the others.
"""

from __future__ import annotations

from collections.abc import Iterable

import click

from consentkit.cli import report
from consentkit.cli.doctor import DoctorFinding
from consentkit.cli.support import say
from consentkit.documents.workspace import Workspace
from consentkit.errors import FileAccess, InvalidInput, RenderingFailed
from consentkit.model.procedure import Billing, Procedure

_ROLES = {"primary": "primary", "add_on": "add-on", "retired": "retired"}


def list_library(workspace: Workspace, *, as_json: bool, quiet: bool) -> int:
    """List the library. Returns the exit code: 3 where a file has mistakes."""
    procedures, broken = [], 0
    for code in workspace.library.codes():
        try:
            procedures.append(workspace.procedure(code))
        except (InvalidInput, FileAccess) as error:
            broken += 1
            click.echo(str(error.problems[0]) if isinstance(error, InvalidInput) else f"Error: {error}", err=True)
    if as_json:
        click.echo(report.as_json({"procedures": [_entry(procedure) for procedure in procedures]}))
    elif procedures:
        click.echo(report.table(_row(procedure) for procedure in procedures))
    shown = report.counted(len(procedures), "procedure")
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


def _row(procedure: Procedure) -> tuple[str, ...]:
    billing = procedure.billing
    return procedure.code, _minutes(billing), _ROLES[billing.role], procedure.title


def _minutes(billing: Billing) -> str:
    return f"{billing.minutes.usual} min" if billing.minutes else ""


def _entry(procedure: Procedure) -> dict[str, object]:
    billing = procedure.billing
    return {
        "code": procedure.code,
        "title": procedure.title,
        "role": billing.role,
        "minutes": billing.minutes.model_dump() if billing.minutes else None,
        "replaced_by": list(billing.replaced_by),
        "note": billing.note,
        "related": list(procedure.related),
        "policies": list(procedure.policies),
        "issued": procedure.review.issued.isoformat(),
        "next_review": procedure.review.next.isoformat(),
    }
