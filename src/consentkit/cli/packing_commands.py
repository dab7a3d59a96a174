"""The command `consentkit packet`. What it needs is imported only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli.support import cache_options, common_options, json_option

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@click.command(short_help="Make the papers of a visit, or of a day's schedule.")
@click.argument("source", metavar="VISIT.yaml|SCHEDULE.csv|BUNDLE.json|MESSAGES.hl7|-")
@click.option("-o", "--output", metavar="FILE|DIR|-", help="Where to write: a file, a folder, or - for stdout.")
@click.option(
    "--visit", "visits", multiple=True, metavar="NUMBER", help="Only this visit of the schedule; can be repeated."
)
@click.option("--on", metavar="DATE", help="Of a file of FHIR or HL7 v2: only the visits of this day.")
@click.option("--format", "format_name", metavar="NAME", help="Read the schedule in this format of clinic.yaml.")
@click.option("--combined", metavar="FILE", help="Write the packets of a schedule into one file, to print in one go.")
@click.option("--duplex", is_flag=True, help="Start each paper on a fresh sheet when both sides are printed.")
@click.option("--fillable", is_flag=True, help="Give the papers form fields to fill in on a screen.")
@click.option("--allow-drafts", is_flag=True, help="Use documents that nobody has approved, with their draft mark.")
@click.option(
    "--override", metavar="REASON", help="Continue in spite of conflicts that may be overridden, and record why."
)
@click.option("--print", "printer", metavar="PRINTER", help="Send the packets to a printer.")
@click.option(
    "--fhir",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Also write the packets as a transaction of FHIR R4, to be filed.",
)
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
    code is then 7. `-` reads from standard input. `consentkit guide visits` describes what a visit may
    contain; the guides schedules, fhir and hl7 describe how exports, Bundles and messages are read.
    """
    from consentkit.cli.packing import PacketRequest, make_packets
    from consentkit.operations.packets import PacketOptions

    chosen = {name: options.pop(name) for name in ("duplex", "fillable", "allow_drafts", "override")}
    return make_packets(workspace, PacketRequest(source, options=PacketOptions(**chosen), **options))


@click.command(short_help="List the visits of a file of FHIR or HL7 v2.")
@click.argument("source", metavar="BUNDLE.json|MESSAGES.hl7|SCHEDULE.csv|-")
@click.option("-o", "--output", metavar="FILE", help="Write the complete ones as a schedule (.csv), or one as .yaml.")
@click.option("--on", metavar="DATE", help="Only the visits of this day; also those that are over.")
@click.option("--force", is_flag=True, help="Overwrite a file.")
@json_option
@common_options
def visits(workspace: OpenWorkspace, source: str, **options: Any) -> int:
    """List the visits of a Bundle of FHIR R4, or of messages of HL7 v2, and what each one needs.

    \b
    consentkit visits bundle.json
    consentkit visits bundle.json -o day.csv --on 2026-11-23

    The list holds nothing of a patient: number, day, time, and whether the visit is complete. For one that is not, the
    messages name the fields. The exit code is then 7. `consentkit guide fhir` and
    `consentkit guide hl7` say what is read.
    """
    from consentkit.cli.visiting import list_visits

    return list_visits(workspace, source, **options)
