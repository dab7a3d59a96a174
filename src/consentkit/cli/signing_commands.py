"""The command `consentkit signed`. What it needs is imported only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli.support import cache_options, say

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


_MOST_CHARACTERS = 1000
"""Of a file with a record number, which is far shorter."""


@click.command("signed", short_help="Write the consents of papers that were signed, as FHIR.")
@click.argument("source", metavar="VISIT.yaml|SCHEDULE.csv|BUNDLE.json|MESSAGES.hl7|-")
@click.option("--visit", "visits", metavar="NUMBER", help="The visit of the schedule that was signed.")
@click.option("--packet", required=True, metavar="PACKET", help="The number of the packet, as it is on the paper.")
@click.option(
    "--record",
    required=True,
    metavar="FILE",
    type=click.File(encoding="utf-8-sig", errors="replace"),
    help="A file with the record number that is on the paper; - reads it from stdin.",
)
@click.option(
    "--decision", required=True, type=click.Choice(("agreed", "refused")), help="What the signer has decided."
)
@click.option("--by", required=True, type=click.Choice(("patient", "representative")), help="Who has signed.")
@click.option("--at", required=True, metavar="TIME", help="When, such as 2026-11-23T09:12:00-06:00.")
@click.option(
    "--scan",
    required=True,
    metavar="REFERENCE|FILE",
    help="Where the scan is filed, DocumentReference/123; or the scan.",
)
@click.option("--looked-at", "is_looked_at", is_flag=True, help="Somebody has looked at what can't be judged on it.")
@click.option("--format", "format_name", metavar="NAME", help="Read the schedule in this format of clinic.yaml.")
@click.option("-o", "--output", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Where to write.")
@click.option("--fillable", is_flag=True, help="The papers had form fields.")
@click.option("--allow-drafts", is_flag=True, help="The papers had texts that nobody has approved.")
@click.option("--override", metavar="REASON", help="The papers were made in spite of a conflict, for this reason.")
@click.option("--force", is_flag=True, help="Overwrite a file.")
@cache_options
def signed(workspace: OpenWorkspace, source: str, output: Path, *, quiet: bool, force: bool, **options: Any) -> int:
    """Write a Consent of FHIR R4 for each text of papers that somebody states to be signed.

    \b
    consentkit signed visit.yaml --packet 2WQXHUFUYM --record number.txt \\
        --decision agreed --by patient --at 2026-11-23T09:12:00-06:00 \\
        --scan DocumentReference/123 -o consents.json

    The papers are made again, and there is a consent only where they are those that were signed, of the patient
    whose record number is stated; it is read from a file, so that no list of processes shows it.
    Where the scan is a file, as `consentkit file` writes it, it goes along, and all of it must have come back.
    `consentkit guide fhir` describes what is in it.
    """
    from consentkit.cli.report import counted
    from consentkit.cli.streams import stdin
    from consentkit.operations.other_systems import systems_of
    from consentkit.operations.packets import PacketOptions
    from consentkit.operations.schedule import read_requested, reading_of
    from consentkit.operations.signed import SigningStatement, write_consents

    named = [options["visits"]] if options["visits"] else []
    reading = reading_of(workspace, options["format_name"])
    visits = read_requested(source, stdin(), named, reading, systems_of(workspace))
    stated = {key: options[key] for key in ("packet", "decision", "at", "by", "scan", "is_looked_at")}
    statement = SigningStatement(**stated, record=options["record"].read(_MOST_CHARACTERS))
    making = PacketOptions(**{key: options[key] for key in ("fillable", "allow_drafts", "override")})
    number = write_consents(workspace, visits, statement, making, output, force=force)
    click.echo(output)
    say(f"{counted(number, 'consent')} to be filed", quiet=quiet)
    return 0
