"""The commands of `consentkit schedule`. What they need is imported inside them so that `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from consentkit.cli.support import Commands, common_options, json_option, say

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@click.group(cls=Commands, short_help="Read the schedules of other programs.")
def schedule() -> None:
    """Read the schedules of other programs, as the mapping in clinic.yaml states.

    `consentkit guide schedules` describes it.
    """


@schedule.command(short_help="Show which visits of a schedule are ready.")
@click.argument("source", metavar="SCHEDULE.csv|-")
@click.option("--format", "format_name", metavar="NAME", help="Read it in this format of clinic.yaml.")
@json_option
@common_options
def check(workspace: OpenWorkspace, source: str, format_name: str | None, *, as_json: bool, quiet: bool) -> int:
    """Show what each visit of a schedule lacks, and what is wrong with it, before any papers are made.

    The exit code is 3 unless every visit is ready.
    """
    from consentkit.cli.scheduling import show_schedule

    return show_schedule(workspace, source, format_name, as_json=as_json, quiet=quiet)


@schedule.command(short_help="Propose a mapping for the export of a program.")
@click.argument("source", metavar="EXPORT.csv", type=click.Path(path_type=Path))
@click.option("--name", "format_name", default="export", metavar="NAME", help="What the format is called.")
@click.option("--sheet", metavar="SHEET", help="The sheet of an .xlsx file; by default the one that fits best.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it into this file.")
@click.option("--force", is_flag=True, help="Overwrite a file that consentkit did not make.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but the mapping and errors.")
def guess(source: Path, format_name: str, sheet: str | None, output: Path | None, *, force: bool, quiet: bool) -> int:
    """Propose the `mapping` for clinic.yaml by which the export of another program can be read.

    \b
    consentkit schedule guess export.csv
    consentkit schedule guess export.xlsx --name therapynotes -o mapping.yaml

    It goes by the names of the columns. Nothing that is in a row is shown. What the rows do not decide, such as the
    order of day and month, is left for you to state.
    """
    from consentkit.cli.scheduling import show_guess

    return show_guess(source, format_name, sheet, output, force=force, report=lambda text: say(text, quiet=quiet))
