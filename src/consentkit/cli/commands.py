"""The commands. Each one calls a function that does its work; the imports stand inside so that `--help` is quick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from consentkit import __version__
from consentkit.cli.support import CodeArgument, Commands, common_options, json_option, say

if TYPE_CHECKING:
    from consentkit.workspace import Workspace


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="consentkit")
def consentkit() -> None:
    r"""Make consent documents that patients can read, from procedure definitions in YAML.

    \b
    consentkit list                 what the library holds
    consentkit render 90837         one document, 90837.pdf, in the current folder
    consentkit check                problems, with file, line and remedy

    "consentkit COMMAND --help" tells more about a command. The texts that come with consentkit are drafts that no
    clinician has reviewed.
    """


@consentkit.command("list", short_help="List the procedures of the library.")
@json_option
@common_options
def list_command(workspace: Workspace, *, as_json: bool, quiet: bool) -> int:
    """List the procedures of the library, a line each: code, minutes, kind and title."""
    from consentkit.cli.listing import list_library

    return list_library(workspace, as_json=as_json, quiet=quiet)


@consentkit.command(short_help="Make the document of each procedure.")
@click.argument("procedures", nargs=-1, required=True, type=CodeArgument(), metavar="CODE|FILE.yaml...")
@click.option("-o", "--output", metavar="FILE|DIR|-", help="Where to write: a file, a folder, or - for stdout.")
@click.option("--paper", type=click.Choice(["letter", "a4"]), help="Paper size; the clinic's own if left out.")
@click.option("--lang", "language", metavar="LANGUAGE", help="Language, such as en; the clinic's own if left out.")
@click.option("--force", is_flag=True, help="Overwrite files that consentkit did not make.")
@json_option
@common_options
def render(workspace: Workspace, procedures: tuple[str, ...], **options: Any) -> int:
    r"""Make the document of each procedure: CODE.pdf in the current folder.

    \b
    consentkit render 90837
    consentkit render 90837 90853 -o out/
    consentkit render my/90837.yaml --paper a4 -o - | lpr

    All procedures are read before the first one is rendered, so a mistake in one of them leaves nothing half done.
    """
    from consentkit.cli.rendering import Request, render_documents

    return render_documents(workspace, Request(procedures, **options))


@consentkit.command(short_help="Look for mistakes in procedure files.")
@click.argument("files", nargs=-1, type=CodeArgument(), metavar="[CODE|FILE.yaml|DIR]...")
@json_option
@common_options
def check(workspace: Workspace, files: tuple[str, ...], *, as_json: bool, quiet: bool) -> int:
    """Look for mistakes in procedure files; in the whole library if none is named.

    Each mistake is a line: file, line, column, the place in the data, what is wrong and what to do. The exit code is
    3 if there are any.
    """
    from consentkit.cli.checking import check_files

    return check_files(workspace, files, as_json=as_json, quiet=quiet)


@consentkit.command(short_help="Write a procedure file to fill in.")
@click.argument("code")
@click.option("--from", "source", metavar="CODE", type=CodeArgument(), help="Start from a copy of this procedure.")
@common_options
def new(workspace: Workspace, code: str, source: str | None, *, quiet: bool) -> int:
    """Write CODE.yaml to fill in, with a comment on every key.

    It goes into the clinic's `procedures` folder where there is one, else into the current folder, together with the
    schema that lets an editor help you. With --from 90837 the text of 90837 is the start.
    """
    from consentkit.scaffold import write_new_procedure

    for path in write_new_procedure(workspace, code, source):
        click.echo(path)
    say("Fill it in, then run: consentkit check", quiet=quiet)
    return 0


@consentkit.command(short_help="Print a JSON Schema for editors.")
@click.argument("kind", type=click.Choice(["procedure", "language", "clinic"]), default="procedure")
def schema(kind: str) -> int:
    """Print the JSON Schema of a kind of file, for editors."""
    from consentkit.schema import schema_text

    click.echo(schema_text(kind), nl=False)
    return 0


@consentkit.command(short_help="Look whether everything needed is there.")
@json_option
@common_options
def doctor(workspace: Workspace, *, as_json: bool, quiet: bool) -> int:
    """Look whether everything that consentkit needs is there, and make a document to prove it."""
    from consentkit.cli.listing import tell_findings
    from consentkit.doctor import examine

    return tell_findings(examine(workspace), as_json=as_json, quiet=quiet)
