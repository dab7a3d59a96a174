"""What `consentkit file` says of the scans that were filed.

Guarantees: results go to stdout, one form for people and one for programs; nothing of a patient is in either, and the
words say that ink is no proof of who signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from consentkit.cli import pace, report
from consentkit.cli.support import say
from consentkit.errors import RunFailed
from consentkit.model.filing_report import (
    FilingReport,
    NamedPlace,
    PageReport,
    PlaceReport,
    ReportedPacket,
    UnfiledReport,
    UnreadReport,
)
from consentkit.operations.filing.packets import PacketState, PlaceOfPage, ReturnedPacket
from consentkit.operations.filing.reading import PlacedPage
from consentkit.operations.filing.run import NO_PROOF, FiledPacket, FilingResult, file_scans
from consentkit.problems import printable

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@dataclass(frozen=True)
class FilingRequest:
    """What was requested on the command line."""

    scans: tuple[Path, ...]
    folder: Path
    force: bool
    fhir: bool
    as_json: bool
    quiet: bool


def file_stack(workspace: OpenWorkspace, request: FilingRequest) -> int:
    """File scans and print what is missing. Returns the exit code."""
    workspace = workspace.for_one_run()
    with pace.long_work("Reading pages", quiet=request.quiet) as progress:
        result = file_scans(
            workspace,
            request.scans,
            request.folder,
            force=request.force,
            progress=progress,
            has_resources=request.fhir,
        )
    if request.as_json:
        click.echo(report.as_json(_report(result).model_dump(mode="json", by_alias=True)))
    else:
        for line in _lines(result):
            click.echo(line)
    for warning in result.warnings:
        click.echo(f"Warning: {warning}", err=True)
    say(_summary(result), quiet=request.quiet)
    return 0 if result.is_complete else RunFailed.exit_code


def _summary(result: FilingResult) -> str:
    parts = [report.counted(len(result.packets), "packet")]
    parts += [f"{count} {state}" for state in _STATES if (count := result.count(state))]
    if result.blank:
        parts.append(f"{report.counted(result.blank, 'blank page')} dropped")
    if result.unfiled:
        parts.append(f"{report.counted(len(result.unfiled), 'page')} not filed")
    return f"{', '.join(parts)}. {NO_PROOF}"


_STATES = get_args(PacketState)


def _lines(result: FilingResult) -> Iterator[str]:
    for filed in result.packets:
        yield from _packet_lines(filed, result.sheet)
    if result.unfiled_file:
        yield printable(str(result.unfiled_file))
    for one in result.unfiled:
        offers = f"; it may be {' or '.join(one.offers)}: compare them" if one.offers else ""
        yield f"  {one.page.label} {one.why}{offers}"
    for unread in result.unread:
        yield f"{unread.label} was not read: {unread.message}"
    if result.sheet:
        yield printable(str(result.sheet))


def _packet_lines(filed: FiledPacket, sheet: Path | None) -> Iterator[str]:
    packet = filed.returned
    yield printable(str(filed.file))
    if filed.resource:
        yield printable(str(filed.resource))
    visit = f", visit {packet.record.visit}" if packet.record and packet.record.visit else ""
    came = len({page.finding.page for page in packet.pages})
    pages = report.counted(came, "page")
    if packet.record:
        pages = f"{came} of {report.counted(came + len(packet.missing), 'page')}"
    yield f"  packet {packet.packet}{visit}: {pages}, {_state_in_words(packet)}"
    for line in _remarks(packet):
        yield f"    {line}"


def _state_in_words(packet: ReturnedPacket) -> str:
    if packet.state == "complete":
        return f"complete: ink in all {packet.with_ink} places where it is expected"
    return {"incomplete": "INCOMPLETE", "unsure": "to be looked at", "not checked": "places not checked"}[packet.state]


def _remarks(packet: ReturnedPacket) -> Iterator[str]:
    for number in packet.missing:
        yield f"page {number} is missing"
    for place in packet.without_ink:
        yield f"no ink seen: {place.words}, page {place.page}"
    for place in packet.unsure:
        why = f" ({place.why})" if place.why else ""
        yield f"unsure: {place.words}, page {place.page}{why}"
    for page in packet.unchecked:
        why = (
            "it does not look like the page that its code names"
            if page.finding.outcome == "not registered"
            else "its record is not whole, or OpenCV is missing"
        )
        yield f"page {page.finding.page} could not be checked: {why}"
    for number in packet.twice:
        yield f"page {number} came more than once; all copies are in the file"
    if packet.prints:
        yield f"its pages are from different prints: {', '.join(map(str, packet.prints))}"
    for other in packet.other_packets:
        yield f"pages of packet {other} came, too: it is of the same visit, in another edition or layout"


# --- JSON ---


def _report(result: FilingResult) -> FilingReport:
    return FilingReport(
        complete=result.is_complete,
        packets=tuple(map(_packet_report, result.packets)),
        unfiled=tuple(
            UnfiledReport(file=str(one.page.path), page=one.page.finding.index + 1, why=one.why, offers=one.offers)
            for one in result.unfiled
        ),
        unread=tuple(
            UnreadReport(file=str(one.path), page=None if one.index is None else one.index + 1, why=one.message)
            for one in result.unread
        ),
        blank=result.blank,
        unfiled_file=str(result.unfiled_file) if result.unfiled_file else None,
        look_at=str(result.sheet) if result.sheet else None,
        warnings=result.warnings,
        note=NO_PROOF,
    )


def _packet_report(filed: FiledPacket) -> ReportedPacket:
    packet = filed.returned
    return ReportedPacket(
        packet=packet.packet,
        visit=packet.record.visit if packet.record else None,
        date=packet.record.date if packet.record else None,
        file=str(filed.file),
        fhir=str(filed.resource) if filed.resource else None,
        state=packet.state,
        pages=tuple(map(_page_report, packet.pages)),
        missing=packet.missing,
        twice=packet.twice,
        prints=packet.prints,
        other_packets=packet.other_packets,
        no_ink_seen=tuple(map(_named_place, packet.without_ink)),
        unsure=tuple(map(_named_place, packet.unsure)),
        not_checked=tuple(page.finding.page or 0 for page in packet.unchecked),
    )


def _page_report(page: PlacedPage) -> PageReport:
    finding = page.finding
    return PageReport.model_validate(
        {
            "page": finding.page,
            "print": finding.print,
            "file": str(page.path),
            "page_of_file": finding.index + 1,
            "outcome": finding.outcome,
            "places": [
                PlaceReport(
                    name=one.place.name,
                    kind=one.place.kind,
                    role=one.place.role or None,
                    expected=one.place.expected,
                    verdict=one.verdict,
                    why=one.why or None,
                )
                for one in finding.places
                if not one.place.printed
            ],
        }
    )


def _named_place(place: PlaceOfPage) -> NamedPlace:
    return NamedPlace(page=place.page, name=place.name, words=place.words, why=place.why or None)
