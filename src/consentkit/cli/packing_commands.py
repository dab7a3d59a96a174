"""The command `consentkit packet`. What it needs is imported only when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from consentkit.cli.support import cache_options, json_option

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@click.command(short_help="Make the papers of a visit, or of a day's schedule.")
@click.argument("source", metavar="VISIT.yaml|SCHEDULE.csv|-")
@click.option("-o", "--output", metavar="FILE|DIR|-", help="Where to write: a file, a folder, or - for stdout.")
@click.option(
    "--visit", "visits", multiple=True, metavar="NUMBER", help="Only this visit of the schedule; can be repeated."
)
@click.option("--format", "format_name", metavar="NAME", help="Read the schedule in this format of clinic.yaml.")
@click.option("--combined", metavar="FILE", help="Write the packets of a schedule into one file, to print in one go.")
@click.option("--duplex", is_flag=True, help="Start each paper on a fresh sheet when both sides are printed.")
@click.option("--fillable", is_flag=True, help="Give the papers form fields to fill in on a screen.")
@click.option("--allow-drafts", is_flag=True, help="Use documents that nobody has approved, with their draft mark.")
@click.option(
    "--override", metavar="REASON", help="Continue in spite of conflicts that may be overridden, and record why."
)
@click.option("--print", "printer", metavar="PRINTER", help="Send the packets to a printer.")
@click.option("--sets", is_flag=True, help="With --print: staple each paper separately.")
@click.option("--force", is_flag=True, help="Overwrite files that consentkit did not make.")
@json_option
@cache_options
def packet(workspace: OpenWorkspace, source: str, **options: Any) -> int:
    """Make the papers of a visit: a cover, the documents, and what the visit needs, with the name on every page.

    \b
    consentkit packet visit.yaml
    consentkit packet schedule.csv -o out/
    consentkit packet schedule.csv --visit V-1002
    consentkit packet schedule.csv --combined today.pdf --duplex

    Files are named after the day and number of the visit. Every page has the patient's name, date of birth and record
    number, and is read back before the file is written. A visit that is refused does not stop the others; the exit
    code is then 7. `-` reads from standard input. docs/visits.md describes what a visit may contain,
    docs/schedules.md how the exports of practice systems are read.
    """
    from consentkit.cli.packing import PacketRequest, make_packets
    from consentkit.operations.packets import PacketOptions

    chosen = {name: options.pop(name) for name in ("duplex", "fillable", "allow_drafts", "override")}
    return make_packets(workspace, PacketRequest(source, options=PacketOptions(**chosen), **options))
