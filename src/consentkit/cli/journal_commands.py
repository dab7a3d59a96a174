"""The commands of `consentkit journal`. What they need is imported inside them so that `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli.support import Commands, common_options, json_option

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@click.group(cls=Commands, short_help="Show what was printed and approved, when and by whom.")
def journal() -> None:
    """Show, export and verify the journal of the clinic: what was printed, approved and overridden, when and by whom.

    A clinic keeps one where clinic.yaml has `journal:` with `keep_years: 6`. There is no name in it, nor anything else
    of a patient but the numbers of visits.
    """


@journal.command(short_help="Show entries.")
@click.option("--visit", metavar="NUMBER", help="Entries about this visit.")
@click.option("--packet", metavar="PACKET", help="Entries about this packet, by the number that it bears.")
@click.option("--day", metavar="DATE", help="Entries of this day, such as 2026-11-23, or today.")
@click.option("--pdf", metavar="FILE.pdf", type=click.Path(path_type=Path), help="Entries about exactly this file.")
@click.option("--unfinished", is_flag=True, help="Prints of which nobody knows whether they came out.")
@json_option
@common_options
def show(workspace: OpenWorkspace, *, as_json: bool, quiet: bool, **options: Any) -> int:
    """Show the entries about a visit, a packet, a day or a file; by default, those of today.

    \b
    consentkit journal show
    consentkit journal show --visit V-1002
    consentkit journal show --day 2026-11-23 --json
    """
    from consentkit.cli.journaling import JournalQuery, show_entries

    return show_entries(workspace, JournalQuery(**options), as_json=as_json, quiet=quiet)


@journal.command(short_help="Write all entries into a table.")
@click.option("--csv", "target", metavar="FILE|-", required=True, help="The file to write, or - for stdout.")
@click.option("--force", is_flag=True, help="Overwrite a file that consentkit did not make.")
@common_options
def export(workspace: OpenWorkspace, target: str, *, force: bool, quiet: bool) -> int:
    """Write all entries into a CSV file, a line each, with their hashes."""
    from consentkit.cli.journaling import export_entries

    return export_entries(workspace, target, force=force, quiet=quiet)


@journal.command(short_help="Check that nothing was altered or removed.")
@click.option("--head", metavar="HASH", help="A hash that `journal head` printed earlier; it must still be there.")
@json_option
@common_options
def verify(workspace: OpenWorkspace, head: str | None, *, as_json: bool, quiet: bool) -> int:
    """Check that each entry is as it was written, and that none was removed or put in between.

    The exit code is 3 where something is wrong. Whether entries were removed at the end shows only with --head.
    """
    from consentkit.cli.journaling import verify_chain

    return verify_chain(workspace, head, as_json=as_json, quiet=quiet)


@journal.command(short_help="Print the number and hash of the last entry.")
@json_option
@common_options
def head(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """Print the number and the hash of the last entry. Noted elsewhere, they prove later that nothing is missing."""
    from consentkit.cli.journaling import print_head

    return print_head(workspace, as_json=as_json)


@journal.command(short_help="Remove entries that are older than the clinic keeps them.")
@json_option
@common_options
def prune(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """Remove the entries that are older than `keep_years` in clinic.yaml.

    An entry about that is added, which carries the hash of the last one that was removed.
    """
    from consentkit.cli.journaling import prune_entries

    return prune_entries(workspace, as_json=as_json, quiet=quiet)
