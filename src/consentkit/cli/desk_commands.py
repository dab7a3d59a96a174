"""The command `consentkit desk`. What it needs is imported only when it runs."""

from __future__ import annotations

from pathlib import Path

import click

from consentkit.cli.support import say


@click.command(short_help="Open the page of the front desk in the browser.")
@click.argument("schedule", required=False, metavar="[SCHEDULE.csv]")
@click.option("--port", type=click.IntRange(0, 65535), help="Where it listens, 8377 by default; 0 for any free port.")
@click.option("--no-browser", is_flag=True, help="Print the link only; open no browser.")
@click.option("--allow-drafts", is_flag=True, help="Use documents that nobody has approved, with their draft mark.")
@click.option(
    "--clinic",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The clinic's folder; by default $CONSENTKIT_CLINIC, else the current folder or one above it.",
)
@click.option(
    "--cache",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder of finished documents; by default $CONSENTKIT_CACHE, else consentkit in your cache folder.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but the link and errors.")
def desk(
    schedule: str | None,
    port: int | None,
    clinic: Path | None,
    cache: Path | None,
    *,
    no_browser: bool,
    allow_drafts: bool,
    quiet: bool,
) -> int:
    """Open the page of the front desk: the visits of the day, their papers, and printing.

    \b
    consentkit desk
    consentkit desk schedule.csv --clinic our-clinic

    The page is there for this computer only, by a link that works once; Enter prints a new one. Nothing of the
    visits is written to a disk: it is forgotten when the day is ended, at midnight, and when the command ends (Ctrl-C).
    docs/desk.md describes the page.
    """
    from consentkit.operations.opening import settle
    from consentkit.operations.packets import PacketOptions
    from consentkit.operations.schedule import read_visits
    from consentkit.web import PORT, DeskRequest, require_extra, run_desk

    require_extra()

    def show_link(link: str) -> None:
        click.echo(link)
        if not no_browser:
            click.launch(link)

    request = DeskRequest(
        place=settle(clinic, cache),
        options=PacketOptions(allow_drafts=allow_drafts),
        visits=read_visits(schedule) if schedule else None,
        port=PORT if port is None else port,
    )
    say("The desk is open; Ctrl-C ends it, and with it the day. Enter prints a new link.", quiet=quiet)
    run_desk(request, show_link, lambda text: say(text, quiet=quiet))
    return 0
