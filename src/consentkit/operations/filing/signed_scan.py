"""The scan of a packet that somebody states to be signed.

Guarantees: every page of it is of that packet, and of that visit; it is taken only where each page came back, with ink
in each place where it is expected unless the papers were refused, and a person has looked at what could not be judged:
that nothing is missing is no matter of opinion. Ink is no proof of who signed; that is what the person states.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse
from consentkit.fhir.records import ResourceData, related_to, subject_of
from consentkit.fhir.scanned import scanned_reference
from consentkit.model.visit import Visit
from consentkit.operations.filing.copies import whole_file
from consentkit.operations.filing.packets import ReturnedPacket, returned_packets
from consentkit.operations.filing.reading import PlacedPage, ScanFile, UnreadPage, read_pages
from consentkit.operations.filing.run import has_place, require_code_reader
from consentkit.operations.packets import MadePacket
from consentkit.operations.records import records_of
from consentkit.packets.origin import Origin
from consentkit.problems import printable
from consentkit.scans.record import PacketRecord


@dataclass(frozen=True)
class SignedScan:
    """The scanned pages of a packet."""

    record: PacketRecord
    pdf: bytes = field(repr=False)
    """Its pages as they are filed: upright, in their order."""


def signed_scan(
    workspace: OpenWorkspace, path: Path, packet: str, visit: Visit, *, is_looked_at: bool, places_may_be_empty: bool
) -> SignedScan:
    """The scan of a packet in a file. Raises WrongUse where it is another one, or something is missing from it.

    `is_looked_at` states that a person has looked at what could not be judged; `places_may_be_empty` that nothing is
    missed where no ink is, as on papers that were refused: all pages of these come back, too.
    """
    require_code_reader()
    records = records_of(workspace)
    if records is None:
        raise _refused(
            "this clinic keeps no records of its packets, so that no scan can be checked; name where it is filed"
        )
    file = ScanFile.opened(path)
    results = list(read_pages(file, records, lambda count: None))
    pages = [one for one in results if isinstance(one, PlacedPage) and one.finding.outcome != "blank"]
    for one in results:
        if isinstance(one, UnreadPage):
            raise _refused(f"{one.label} was not read: {one.message}")
    for one in pages:
        if not has_place(one):
            raise _refused(f"{one.label} is no page of this packet; file the scans first, and name the file of it")
    returned = returned_packets(pages, records)
    if [one.packet for one in returned] != [packet]:
        raise _refused(f"{printable(str(path))} has not the pages of packet {packet}, or others, too")
    record = returned[0].record
    if record is None or (record.visit, record.date) != (visit.visit, visit.date.isoformat()):
        raise _refused("there is no record of that packet for this visit; state the visit that it was printed for")
    _require_nothing_missing(returned[0], is_looked_at=is_looked_at, places_may_be_empty=places_may_be_empty)
    return SignedScan(record, whole_file(returned[0], {path: file}))


def signed_document(
    workspace: OpenWorkspace, made: MadePacket, record: PacketRecord | None, pdf: bytes
) -> ResourceData:
    """The DocumentReference of the scanned pages of papers that somebody states to be signed, with their patient."""
    visit, clinic, origin = made.packet.plan.visit, workspace.folder.clinic, made.entry.origin or Origin()
    return scanned_reference(
        made.packet.plan.packet,
        record,
        pdf,
        clinic,
        subject=subject_of(visit, clinic, origin),
        related=related_to(visit, clinic, origin),
        is_signed=True,
    )


def _require_nothing_missing(packet: ReturnedPacket, *, is_looked_at: bool, places_may_be_empty: bool) -> None:
    missing = list(_missing(packet, places_may_be_empty=places_may_be_empty))
    if missing:
        raise _refused(f"the scan is not complete: {', '.join(missing)}; there is no consent without these")
    doubts = list(_doubts(packet))
    if doubts and not is_looked_at:
        message = f"somebody must look at the scan first: {', '.join(doubts)}; then state that with `is_looked_at`"
        raise WrongUse(message, arguments=["scan", "is_looked_at"])


def _missing(packet: ReturnedPacket, *, places_may_be_empty: bool) -> Iterator[str]:
    yield from (f"page {page} is missing" for page in packet.missing)
    if not places_may_be_empty:
        yield from (f"no ink is seen for {place.words} on page {place.page}" for place in packet.without_ink)
    yield from (f"yes and no are marked on page {place.page}" for place in packet.both_marked)


def _doubts(packet: ReturnedPacket) -> Iterator[str]:
    yield from (f"{place.words} on page {place.page}" for place in packet.unsure)
    yield from (f"page {page.finding.page} could not be checked" for page in packet.unchecked)
    if packet.prints:
        yield "its pages are from different prints"


def _refused(message: str) -> WrongUse:
    return WrongUse(message, arguments=["scan"])
