"""The command `consentkit desk`. What it needs is imported only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli.support import common_options, no_browser_option, open_in_browser, options_of_page, say
from consentkit.errors import WrongUse

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@click.command(short_help="Open the page of the front desk in the browser.")
@click.argument("schedule", required=False, metavar="[SCHEDULE.csv|EXPORT.xlsx|BUNDLE.json|MESSAGES.hl7]")
@click.option("--port", type=click.IntRange(0, 65535), help="Where it listens, 8377 by default; 0 for any free port.")
@click.option(
    "--listen",
    metavar="ADDRESS",
    help="Listen at this address, for several computers (`consentkit guide desk`).",
)
@no_browser_option
@click.option("--allow-drafts", is_flag=True, help="Use documents that nobody has approved, with their draft mark.")
@options_of_page
def desk(schedule: str | None, clinic: Path | None, cache: Path | None, *, quiet: bool, **options: Any) -> int:
    """Open the page of the front desk: the visits of the day, their papers, and printing.

    \b
    consentkit desk
    consentkit desk schedule.csv --clinic our-clinic

    The schedule may also be what a practice system exports (`consentkit guide schedules`), or a file of FHIR or HL7 v2.

    The page is there for this computer only, by a link that works once; Enter prints a new one. Nothing of the
    visits is written to a disk: it is forgotten when the day is ended, at midnight, and when the command ends (Ctrl-C).
    `consentkit guide desk` describes the page.
    """
    from consentkit.operations.opening import settle
    from consentkit.operations.packets import PacketOptions
    from consentkit.web import LOOPBACK, PORT, DeskRequest, require_extra, run_desk

    require_extra()

    def show_link(link: str) -> None:
        click.echo(link)
        if not options["no_browser"]:
            open_in_browser(link)

    request = DeskRequest(
        place=settle(clinic, cache),
        options=PacketOptions(allow_drafts=options["allow_drafts"]),
        schedule=schedule,
        port=PORT if options["port"] is None else options["port"],
        listen=options["listen"] or LOOPBACK,
    )
    say("The desk is open; Ctrl-C ends it, and with it the day. Enter prints a new link.", quiet=quiet)
    run_desk(request, show_link, lambda text: say(text, quiet=quiet))
    return 0


@click.command("user", short_help="Add somebody who may sign in at the front desk.")
@click.argument("account")
@click.option("--name", required=True, help="The whole name, as an approval states it.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(("desk", "clinician", "admin", "auditor"))
)
@click.option("--no-password", is_flag=True, help="For somebody whom a trusted proxy signs in.")
@common_options
def user(
    workspace: OpenWorkspace, account: str, name: str, roles: tuple[str, ...], *, no_password: bool, quiet: bool
) -> int:
    """Add somebody who may sign in where several computers share the desk, or change what is said of them.

    \b
    consentkit user rosa --name "Rosa Díaz" --role desk

    The password is typed twice and never shown; users.yaml in the clinic's folder keeps only what scrypt makes of it.
    """
    from consentkit.operations.desk.users import SHORTEST_PASSWORD, add_user, user_of
    from consentkit.web import hash_of, require_extra

    require_extra()
    password = None
    if not no_password:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        if len(password) < SHORTEST_PASSWORD:
            raise WrongUse(f"the password is too short; take {SHORTEST_PASSWORD} characters or more")
    added = user_of(name, roles, hash_of(password) if password else None)
    click.echo(add_user(workspace.folder.path, account, added))
    return 0
