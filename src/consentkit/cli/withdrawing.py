"""The work of `consentkit withdraw`.

Guarantees: the result goes to stdout, one form for people and one for programs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from consentkit.cli import report
from consentkit.cli.support import say
from consentkit.operations.withdraw import WithdrawalRequest, withdraw

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


def record_withdrawal(workspace: OpenWorkspace, request: WithdrawalRequest, *, as_json: bool, quiet: bool) -> int:
    """Record that a document may no longer be used. Returns the exit code."""
    done = withdraw(workspace, request)
    withdrawal = done.withdrawal
    if as_json:
        entries = {"withdrawal": report.entry(withdrawal), "approval": report.entry(done.approval)}
        click.echo(report.as_json(entries))
    else:
        click.echo(f"{withdrawal.identity}: {report.withdrawal_line(withdrawal)}")
    say(f"It is a draft again. Recorded in {done.record}.", quiet=quiet)
    return 0
