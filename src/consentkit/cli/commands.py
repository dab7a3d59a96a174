"""The commands. Each one calls a function that does its work; the imports are inside so that `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit._version import __version__
from consentkit.cli.authoring_commands import guide, init, new
from consentkit.cli.caching_commands import cache
from consentkit.cli.desk_commands import desk, user
from consentkit.cli.filing_commands import file_command
from consentkit.cli.journal_commands import journal
from consentkit.cli.packing_commands import packet, visits
from consentkit.cli.preview_commands import preview
from consentkit.cli.record_commands import records
from consentkit.cli.schedule_commands import schedule
from consentkit.cli.signing_commands import signed
from consentkit.cli.support import (
    CodeArgument,
    Commands,
    VariantChoice,
    cache_options,
    common_options,
    document_options,
    json_option,
    options_of_check,
)
from consentkit.model.kinds import PAPER_SIZES
from consentkit.model.schema import MODELS, REPORTS

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


WIDEST_HELP = 100
"""Columns of help texts at most."""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST_HELP})
@click.version_option(__version__, prog_name="consentkit")
def consentkit() -> None:
    """Make consent documents that patients can read, from procedure definitions in YAML.

    \b
    consentkit init my-clinic       a clinic's folder, to begin with
    consentkit list                 what is in the library
    consentkit render 90837         one document, 90837.pdf, in the current folder
    consentkit preview 90837        it beside its problems, in the browser
    consentkit packet visit.yaml    the papers of one visit, in one file
    consentkit desk                 the page of the front desk, in the browser
    consentkit batch -o out/        every document of your services.yaml
    consentkit check                problems, with file, line and remedy
    consentkit guide                pages that explain all of this

    "consentkit COMMAND --help" explains a command. The texts that come with consentkit are drafts that no
    clinician has reviewed.
    """


@consentkit.command("list", short_help="List the procedures and papers of the library.")
@json_option
@cache_options
def list_command(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """List the procedures of the library, a line each: code, minutes, kind and title; then its papers."""
    from consentkit.cli.listing import list_library

    return list_library(workspace, as_json=as_json, quiet=quiet)


@consentkit.command(short_help="Make the document of each procedure or paper.")
@click.argument("procedures", nargs=-1, required=True, type=CodeArgument(), metavar="CODE|NAME|FILE.yaml...")
@click.option("-o", "--output", metavar="FILE|DIR|-", help="Where to write: a file, a folder, or - for stdout.")
@click.option("--paper", type=click.Choice(tuple(PAPER_SIZES)), help="Paper size; the clinic's own if left out.")
@click.option("--lang", "language", metavar="LANGUAGE", help="Language, such as en; the clinic's own if left out.")
@click.option("--variant", type=VariantChoice(), default="consent", help="The kind of document; consent if left out.")
@click.option("--large-print", is_flag=True, help="Print it in 18 points, in one column.")
@click.option("--fillable", is_flag=True, help="Give it form fields to fill in on a screen.")
@click.option("--force", is_flag=True, help="Overwrite files that consentkit did not make.")
@json_option
@cache_options
def render(workspace: OpenWorkspace, procedures: tuple[str, ...], **options: Any) -> int:
    """Make the document of each procedure or paper: CODE.pdf or NAME.pdf in the current folder.

    \b
    consentkit render 90837
    consentkit render telehealth --lang es
    consentkit render 90837 90853 -o out/
    consentkit render my/90837.yaml --paper a4 -o - | lpr

    All procedures are read before the first one is rendered, so that a mistake in one of them leaves nothing half done.
    """
    from consentkit.cli.rendering import render_documents

    return render_documents(workspace, procedures, **options)


@consentkit.command(short_help="Make every document of a service list.")
@click.argument("paths", nargs=-1, metavar="[services.yaml]", type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="DIR", required=True, type=click.Path(path_type=Path), help="Where to write.")
@click.option("--jobs", type=click.IntRange(1, 1000), help="How many processes; one for each core if left out.")
@click.option("--executor", metavar="dask://HOST:8786", help="The Dask cluster that makes them; else this machine.")
@click.option(
    "--time-limit", type=click.FloatRange(0.1, 86400), default=120, help="The most seconds that a document may take."
)
@click.option("--only", multiple=True, metavar="PATTERN", help="Only documents whose code or file name matches: 908*.")
@click.option(
    "--except", "without", multiple=True, metavar="PATTERN", help="All documents except those that match: *.es.*."
)
@click.option("--shard", metavar="I/N", help="Make part I of N of the list, to share the work among machines.")
@click.option(
    "--merge-manifests", is_flag=True, help="Join the named folders, which together hold all parts of a list."
)
@click.option("--prune", is_flag=True, help="Remove the files of documents that are no longer on the list.")
@click.option("--dry-run", is_flag=True, help="Write nothing; list what would be made, and why.")
@click.option("--keep-going/--fail-fast", default=True, help="Continue after a failure (the default), or stop.")
@click.option("--force", is_flag=True, help="Overwrite files that consentkit did not make.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each result as it comes.")
@cache_options
def batch(workspace: OpenWorkspace, paths: tuple[Path, ...], **options: Any) -> int:
    """Make every document of a service list: the clinic's own services.yaml unless another is named.

    \b
    consentkit batch services.yaml -o out/
    consentkit batch -o out/ --dry-run
    consentkit batch services.yaml -o out1/ --shard 1/2
    consentkit batch --merge-manifests out1/ out2/ -o out/

    A document is made again only when something that it is made from has changed. One that fails does not stop the
    others; the exit code is then 7. A run that was stopped continues when it is started again.
    """
    from consentkit.cli.batching import make_batch

    return make_batch(workspace, paths, **options)


consentkit.add_command(init)
consentkit.add_command(new)
consentkit.add_command(guide)
consentkit.add_command(packet)
consentkit.add_command(visits)
consentkit.add_command(signed)
consentkit.add_command(file_command)
consentkit.add_command(cache)
consentkit.add_command(schedule)
consentkit.add_command(preview)
consentkit.add_command(desk)
consentkit.add_command(user)
consentkit.add_command(journal)
consentkit.add_command(records)


@consentkit.command(short_help="Check files for mistakes in form and content.")
@click.argument("files", nargs=-1, type=CodeArgument(), metavar="[CODE|NAME|FILE.yaml|DIR]...")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--notices", is_flag=True, help="Show notices too, such as texts that nobody has reviewed.")
@click.option("--pages", is_flag=True, help="Also make the papers, and warn of pages that break their budget.")
@click.option(
    "--format", "output_format", type=click.Choice(["text", "json", "github"]), default="text", help="How to print."
)
@click.option("--explain", "rule", metavar="RULE", help="Explain what a rule requires and why; `all` lists the rules.")
@click.option(
    "--update-translations",
    is_flag=True,
    help="Let the named translations name today's text, after somebody has compared them with it.",
)
@click.option("--grades", is_flag=True, help="Print the reading grade of every text of the library, as Markdown.")
@json_option
@options_of_check
def check(workspace: OpenWorkspace, rule: str | None, *, grades: bool, as_json: bool, **options: Any) -> int:
    """Check the named files for mistakes; by default the whole library, the language packs and the clinic folder.

    The form of each file is checked first, then what it says: reading grade, length of sentences, form of address,
    leftovers, missing parts, facts that contradict each other, outdated translations. Each mistake is printed on one
    line: file, line, column, the place in the data, what is wrong and what to do, and the rule. The exit code is 3 if
    there is an error. All other files are checked even if clinic.yaml or a language pack has mistakes. Visits,
    schedules and service lists of any name can be named, too.

    \b
    consentkit check 90837 --update-translations

    When a text is edited, its translations are outdated until somebody has compared them, and says so by this.
    """
    from consentkit.cli.checking import CheckRequest, check_files, print_grades, print_rule

    if rule:
        return print_rule(rule)
    if grades:
        return print_grades(workspace)
    if as_json:
        options["output_format"] = "json"
    return check_files(workspace, CheckRequest(**options))


@consentkit.command(short_help="Record the approval of documents.")
@click.argument("names", nargs=-1, type=CodeArgument(), metavar="[CODE|NAME]...")
@click.option("--all-drafts", is_flag=True, help="Approve every draft of services.yaml that can be approved.")
@click.option("--by", required=True, metavar="NAME", help="Who approves.")
@click.option("--role", metavar="ROLE", help="In which role.")
@click.option("--reviewed-by", metavar="NAME", help="Who has reviewed it; whom the text names, or who approves it.")
@click.option("--translated-by", metavar="NAME", help="Who has translated it, where it is a translation.")
@click.option("--until", metavar="DATE", help="The last day of the approval; that of the next review if left out.")
@click.option("--lang", "languages", multiple=True, metavar="LANGUAGE", help="Language; can be repeated.")
@click.option(
    "--variant", "variants", multiple=True, type=VariantChoice(), help="The kind of document; can be repeated."
)
@click.option("--except", "allowed", multiple=True, metavar="RULE", help="Allow errors of this rule of `check`.")
@click.option("--reason", "reasons", multiple=True, metavar="TEXT", help="Why that is allowed; kept in the record.")
@click.option("--yes", is_flag=True, help="Don't ask; for scripts.")
@json_option
@cache_options
def approve(workspace: OpenWorkspace, **options: Any) -> int:
    """Record that documents may be used as they are today, after showing what has changed and asking.

    \b
    consentkit approve 90837 --lang es --by "Ana Ruiz" --translated-by "Leo Paz"
    consentkit approve --all-drafts --by "Ana Ruiz"

    The record is approvals.yaml in the clinic's folder. From then on each document states who approved it, instead of
    the draft mark, until the day of its next review. Any edit of its text voids the approval automatically. A document
    in which `check` finds an error is refused, unless the rule is named with a reason. With --all-drafts, what can't be
    approved is left out, and the exit code is 7.
    """
    from consentkit.cli.approving import ApproveRequest, record_approval

    return record_approval(workspace, ApproveRequest(**options))


@consentkit.command(short_help="Withdraw the approval of a document.")
@click.argument("definition", type=CodeArgument(), metavar="CODE|NAME")
@click.option("--by", required=True, metavar="NAME", help="Who withdraws it.")
@click.option("--role", metavar="ROLE", help="In which role.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; the reason is kept in the record of approvals.")
@document_options
@json_option
@common_options
def withdraw(workspace: OpenWorkspace, *, as_json: bool, quiet: bool, **options: Any) -> int:
    """Withdraw the approval of a document, so that it is a draft again until somebody approves it.

    \b
    consentkit withdraw 90837 --by "Ana Ruiz" --reason "a risk is missing"

    The record is approvals.yaml in the clinic's folder, where the approval stays, too. No packet holds the document
    from then on, unless drafts are allowed.
    """
    from consentkit.cli.withdrawing import record_withdrawal
    from consentkit.operations.withdraw import WithdrawalRequest

    return record_withdrawal(workspace, WithdrawalRequest(**options), as_json=as_json, quiet=quiet)


@consentkit.command(short_help="Show which documents are approved.")
@click.option("--due", metavar="DAYS", help="Only what must be approved again within this many days, such as 60d.")
@json_option
@common_options
def status(workspace: OpenWorkspace, *, due: str | None, as_json: bool, quiet: bool) -> int:
    """Show whether each document of the clinic's services.yaml is approved.

    It is approved, draft, changed since its approval, overdue, withdrawn, or an outdated translation. Without
    services.yaml, each procedure and paper of the library is a service.
    """
    from consentkit.cli.approving import print_status

    return print_status(workspace, due=due, as_json=as_json, quiet=quiet)


@consentkit.command(short_help="Show what changed since the approval.")
@click.argument("code", type=CodeArgument())
@document_options
@cache_options
def diff(workspace: OpenWorkspace, code: str, **options: Any) -> int:
    """Show what has changed in a document since its latest approval, paragraph by paragraph."""
    from consentkit.cli.approving import print_changes

    return print_changes(workspace, code, **options)


@consentkit.command(short_help="Identify a PDF, and show whether it is current.")
@click.argument("file", metavar="FILE.pdf", type=click.Path(path_type=Path))
@json_option
@common_options
def verify(workspace: OpenWorkspace, file: Path, *, as_json: bool, quiet: bool) -> int:
    """Show which document and edition a PDF is, and whether it is current, superseded, or altered since it was made.

    The exit code is 0 for a current document and 3 for any other.
    """
    from consentkit.cli.verifying import print_verdict

    return print_verdict(workspace, file, as_json=as_json)


@consentkit.command(short_help="Look up what is printed on a paper.")
@click.argument("printed", metavar="FINGERPRINT|PACKET|CODE|PICTURE|SCAN")
@click.option("--text", "with_text", is_flag=True, help="Also print the text as it was approved.")
@json_option
@cache_options
def trace(workspace: OpenWorkspace, printed: str, **options: Any) -> int:
    """Show which text a printed paper is, who approved it, and what has changed since.

    \b
    consentkit trace "b9a0 bc7b 3f34"  the fingerprint at the foot of a page
    consentkit trace 3HZIAYIHV2        the number of a packet; needs a journal
    consentkit trace CK2/3HZIAYIHV2/5  what a scanner has read
    consentkit trace page.png          a picture of a page with its code
    consentkit trace scan.pdf          several pages at once, as scanned

    The exit code is 4 where nothing is known of it.
    """
    from consentkit.cli.tracing import print_trace

    return print_trace(workspace, printed, **options)


@consentkit.command(short_help="Write a copy of a text for people who review it.")
@click.argument("definition", type=CodeArgument(), metavar="CODE|NAME")
@click.option(
    "-o", "--output", required=True, metavar="FILE", type=click.Path(path_type=Path), help="A .docx or .html file."
)
@click.option("--force", is_flag=True, help="Overwrite a file that is there already.")
@document_options
@cache_options
def review(workspace: OpenWorkspace, *, quiet: bool, **options: Any) -> int:
    """Write a copy of a text with numbered lines, sources beside the claims, and a column for remarks.

    \b
    consentkit review 90837 -o 90837.docx
    consentkit review 90837 --lang es -o 90837.es.html

    A DOCX file needs `pip install 'consentkit[review]'`.
    """
    from consentkit.cli.reviewing import write_copy
    from consentkit.operations.review import ReviewRequest

    return write_copy(workspace, ReviewRequest(**options), quiet=quiet)


@consentkit.command(short_help="Make an approved edition again.")
@click.argument("definition", type=CodeArgument(), metavar="CODE|NAME")
@click.option("--edition", required=True, type=click.IntRange(1), help="Which edition, as its approval states it.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="CODE.edition-N.pdf if left out.")
@click.option("--force", is_flag=True, help="Overwrite a file that consentkit did not make.")
@document_options
@common_options
def remake(workspace: OpenWorkspace, **options: Any) -> int:
    """Make an approved edition of a document again, from the files that were kept when it was approved.

    It is marked as a draft, whatever its approval was: it is for reading, and not for patients.
    """
    from consentkit.cli.tracing import RemakeRequest, remake_edition

    return remake_edition(workspace, RemakeRequest(**options))


@consentkit.command(short_help="Print a JSON Schema for editors and programs.")
@click.argument("kind", metavar="[KIND]", type=click.Choice((*MODELS, *REPORTS)), default="procedure")
def schema(kind: str) -> int:
    """Print the JSON Schema of a kind of file, for editors, or of a report, for programs that read it.

    \b
    Files:   procedure (the default), translation, paper, paper-translation,
             risks, language, clauses, clinic, services, visit
    Reports: filing-report
    """
    from consentkit.model.schema import schema_text

    click.echo(schema_text(kind), nl=False)
    return 0


@consentkit.command(short_help="Check that everything needed is there.")
@json_option
@common_options
def doctor(workspace: OpenWorkspace, *, as_json: bool, quiet: bool) -> int:
    """Check that everything that consentkit needs is there, and make a document to prove it."""
    from consentkit.cli.listing import report_health

    return report_health(workspace, as_json=as_json, quiet=quiet)
