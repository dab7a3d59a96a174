"""The commands of `consentkit records`. What they need is imported inside them so that `--help` is quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from consentkit.cli.support import Commands, common_options, json_option, say

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@click.group(cls=Commands, short_help="Manage what is kept of packets to file their scans.")
def records() -> None:
    """Manage what the clinic keeps of its packets, so that signed pages can be checked when they are scanned.

    A clinic keeps it where clinic.yaml has `records:` with `keep_years: 6`. There is no name in it, nor anything else
    of a patient but the numbers of visits.
    """


@records.command(short_help="Remove what is older than the clinic keeps it.")
@json_option
@common_options
def prune(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """Remove the records of visits that are older than `keep_years` in clinic.yaml, and parts that no record names."""
    from consentkit.cli.report import as_json as written
    from consentkit.cli.report import counted
    from consentkit.operations.records import prune_records

    pruned = prune_records(workspace)
    if as_json:
        click.echo(written({"removed": pruned.records, "parts": pruned.parts}))
    say(f"{counted(pruned.records, 'record')} and {counted(pruned.parts, 'part')} removed", quiet=quiet)
    return 0
