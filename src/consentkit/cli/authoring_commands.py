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
    consentkit init my-clinic --name "Willow Street" --phone 217-555-0142

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


@click.command(short_help="Write a file of a procedure, paper or translation to fill in.")
@click.argument("code", metavar="CODE|NAME", type=CodeArgument())
@click.option("--from", "source", metavar="CODE", type=CodeArgument(), help="Start from a copy of this one.")
@click.option("--lang", "language", metavar="LANGUAGE", help="Write its translation into this language.")
@common_options
def new(workspace: OpenWorkspace, code: str, *, source: str | None, language: str | None, quiet: bool) -> int:
    """Write CODE.yaml to fill in, with a comment on every key; or NAME.yaml, for a paper such as my-rules.

    \b
    consentkit new 90899                     an empty file
    consentkit new 90899 --from 90837        a copy of 90837 and its translations
    consentkit new 90899 --lang es           the frame of its Spanish translation
    consentkit new 90837 --lang es --from 90837  a copy of the translation

    It is written to the clinic's `procedures` or `papers` folder if there is one, otherwise to the current folder,
    together with the schema that lets an editor help you. The frame of a translation has each text of the original
    above the place of its translation, and names the text that it translates. Nothing that exists is touched.
    """
    from consentkit.operations.new_translation import write_new_translation
    from consentkit.operations.scaffold import write_new_definition

    if language is None:
        written = write_new_definition(workspace, code, source)
    else:
        written = write_new_translation(workspace, code, language, source)
    for path in written:
        click.echo(path)
    what = "Change it" if source else "Fill it in"
    say(f"{what}, then run: consentkit check {written[0]}", quiet=quiet)
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
