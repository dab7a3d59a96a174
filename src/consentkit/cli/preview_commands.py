"""The command `consentkit preview`. What it needs is imported only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from consentkit.cli.support import (
    CodeArgument,
    VariantChoice,
    no_browser_option,
    open_in_browser,
    options_of_page,
    say,
)
from consentkit.model.kinds import PAPER_SIZES


@click.command(short_help="Show a paper beside its problems in the browser.")
@click.argument("source", metavar="CODE|NAME|FILE.yaml|VISIT.yaml", type=CodeArgument())
@click.option("--lang", "language", metavar="LANGUAGE", help="Language, such as en; the clinic's own if left out.")
@click.option("--variant", type=VariantChoice(), help="The kind of document; consent if left out.")
@click.option("--paper", type=click.Choice(tuple(PAPER_SIZES)), help="Paper size; the clinic's own if left out.")
@click.option("--large-print", is_flag=True, help="Show it in 18 points, in one column.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where it listens; any free port if left out.")
@no_browser_option
@options_of_page
def preview(source: str, clinic: Path | None, cache: Path | None, *, quiet: bool, **options: Any) -> int:
    """Show a paper beside its problems in the browser.

    Both are renewed each time that one of its files is saved.

    \b
    consentkit preview 90837
    consentkit preview procedures/90837.es.yaml
    consentkit preview 90837 --lang es --variant refusal
    consentkit preview visit.yaml

    While a file has mistakes, the last good paper stays on view, marked as older, beside the error and its line. The
    page is there for this computer only; the link works until the command ends (Ctrl-C). Of a visit, nothing is
    written to a disk. `consentkit guide preview` describes the page.
    """
    from consentkit.operations.opening import settle_despite_faults
    from consentkit.operations.preview.subject import PreviewRequest
    from consentkit.web import require_extra, run_preview

    require_extra("a preview")
    port, has_browser = options.pop("port"), not options.pop("no_browser")
    request = PreviewRequest(settle_despite_faults(clinic, cache), source, **options)

    def show_links(for_people: str, for_browser: str) -> None:
        say("The preview is open; Ctrl-C ends it.", quiet=quiet)
        click.echo(for_people)
        if has_browser:
            open_in_browser(for_browser)

    run_preview(request, port, show_links, lambda text: say(text, quiet=quiet))
    return 0
