"""The work of `consentkit review`.

Guarantees: the result goes to stdout, what else there is to say to stderr.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from consentkit.cli import report
from consentkit.cli.support import say
from consentkit.operations.review import ReviewRequest, write_review_copy

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


def write_copy(workspace: OpenWorkspace, request: ReviewRequest, *, quiet: bool) -> int:
    """Write a review copy. Returns the exit code."""
    copy = write_review_copy(workspace.for_one_run(), request)
    click.echo(f"{request.output}: {copy.title}, {report.counted(len(copy.lines), 'line')}; {copy.about}")
    say("Remarks go into the last column, by the number of the line.", quiet=quiet)
    return 0
