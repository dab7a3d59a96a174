"""The commands of those who write: a clinic's folder, new files, and the pages that explain them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from consentkit.cli.support import CodeArgument, common_options, quiet_option, say

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@click.command(short_help="Make a clinic's folder.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", default="", help="The clinic's name.")
@click.option("--phone", metavar="NUMBER", default="", help="Its telephone number.")
@click.option("--samples", is_flag=True, help="Write the samples that the pages of `consentkit guide` use, instead.")
@quiet_option
def init(folder: Path, *, name: str, phone: str, samples: bool, quiet: bool) -> int:
    """Make a clinic's folder in DIR, which must be new or empty: it prints, checks and packs as it is.

    \b
    consentkit init my-clinic --name "Willow Street Counseling" --phone 217-555-0142

    It has clinic.yaml, a service list, a visit and a schedule with invented people, folders for texts of your own, and
    the schemas by which editors help you. The procedures and papers that come with consentkit need no copy there.
    """
    from consentkit.operations.new_clinic import copy_samples, make_clinic_folder

    if samples and (name or phone):
        raise click.UsageError("--samples has no clinic to be named; leave out --name and --phone")
    written = copy_samples(folder) if samples else make_clinic_folder(folder, name=name, phone=phone)
    for path in written:
        click.echo(path)
    if not samples:
        say(f"Fill in {written[0]}, then run in that folder: consentkit render 90837", quiet=quiet)
    return 0


@click.command(short_help="Write a file of a procedure or paper to fill in.")
@click.argument("code")
@click.option("--from", "source", metavar="CODE", type=CodeArgument(), help="Start from a copy of this one.")
@common_options
def new(workspace: OpenWorkspace, code: str, source: str | None, *, quiet: bool) -> int:
    """Write CODE.yaml to fill in, with a comment on every key; or NAME.yaml, for a paper such as my-rules.

    It is written to the clinic's `procedures` or `papers` folder if there is one, otherwise to the current folder,
    together with the schema that lets an editor help you. With --from 90837 it starts as a copy of 90837.
    """
    from consentkit.operations.scaffold import write_new_definition

    written = write_new_definition(workspace, code, source)
    for path in written:
        click.echo(path)
    say(f"Fill it in, then run: consentkit check {written[0]}", quiet=quiet)
    return 0


@click.command(short_help="Print a page that explains consentkit.")
@click.argument("name", metavar="[PAGE]", required=False)
def guide(name: str | None) -> int:
    """Print a page that explains a part of consentkit, as Markdown; without a name, list the pages.

    \b
    consentkit guide
    consentkit guide writing-a-procedure
    """
    from consentkit.operations.guide import page, pages

    if name:
        click.echo(page(name), nl=False)
        return 0
    titles = pages()
    width = max(map(len, titles))
    for stem, title in titles.items():
        click.echo(f"{stem:{width}}  {title}")
    return 0
