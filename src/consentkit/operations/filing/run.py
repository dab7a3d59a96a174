"""Scans of signed paper, filed: one file for each packet, and one for the pages that could not be placed.

Guarantees: nothing is written before every page has been looked at, and then all files or none; no file that is there
is replaced without permission, since no program can make a scan again, and with it none before all new ones are there;
files are for their owner only, or for the group of the folder where the clinic says so; no name of a file says who a
patient is; nothing of a scan is kept elsewhere, not even while it is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, WrongUse
from consentkit.fhir.records import transaction
from consentkit.fhir.scanned import scanned_reference
from consentkit.model.clinic import Clinic
from consentkit.operations.filing.copies import NOT_COPIED, PageCopier, title_of
from consentkit.operations.filing.packets import PacketState, ReturnedPacket, is_unsure, returned_packets
from consentkit.operations.filing.reading import (
    OfferedPage,
    PageResult,
    PlacedPage,
    ScanFile,
    UnreadPage,
    count_pages,
    known_page,
    offered,
    read_pages,
)
from consentkit.operations.filing.sheet import NO_PROOF as NO_PROOF  # noqa: PLC0414 - what every report says
from consentkit.operations.filing.sheet import unsure_sheet
from consentkit.operations.journal_place import is_for_group
from consentkit.operations.progress import Progress
from consentkit.operations.records import records_of
from consentkit.output.new_files import new_files, replaced_together
from consentkit.output.write import require_usable_folder
from consentkit.problems import printable
from consentkit.processes.whole_files import remove_unfinished
from consentkit.records.folder import RecordFolder
from consentkit.scans.codes import require_code_reader as require_code_reader  # noqa: PLC0414 - before anything is read
from consentkit.scans.findings import KnownPage
from consentkit.scans.reading import can_check_places

UNFILED = "unfiled.pdf"
"""The file for pages that could not be placed."""
SHEET = "look-at.html"
"""The page with the places at which a person must look."""
_SECONDS_OF_A_DAY = 86_400
"""After which no run is still at work on what it has not finished."""
_UNPLACED = {
    "no code": "shows no code that can be read",
    "several codes": "shows the codes of several pages; scan the sheets one by one",
    "no such page": "has the code of a page that its packet does not have",
}


@dataclass(frozen=True)
class FiledPacket:
    """A packet with its file."""

    returned: ReturnedPacket
    file: Path
    resource: Path | None = None
    """The file for another system, with the pages as a DocumentReference of FHIR."""


@dataclass(frozen=True)
class UnfiledPage:
    """A page that could not be placed; it is in the file for these."""

    page: PlacedPage
    why: str
    offers: tuple[str, ...] = ()
    """Pages that it may be, in words: nobody but a person can tell."""


@dataclass(frozen=True)
class FilingResult:
    """What became of all pages of a run."""

    packets: tuple[FiledPacket, ...]
    unfiled: tuple[UnfiledPage, ...]
    unread: tuple[UnreadPage, ...]
    blank: int
    """How many blank pages were dropped."""
    unfiled_file: Path | None
    sheet: Path | None
    """The page with the places at which a person must look."""
    warnings: tuple[str, ...]
    """How the scans limit what can be said."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left for a person to do. A stack of blank pages alone was fed the wrong way up."""
        states = {filed.returned.state for filed in self.packets}
        return states == {"complete"} and not self.unfiled and not self.unread

    def count(self, state: PacketState) -> int:
        """How many packets are in a state."""
        return sum(filed.returned.state == state for filed in self.packets)


def file_scans(
    workspace: OpenWorkspace,
    scans: Sequence[Path],
    folder: Path,
    *,
    force: bool,
    progress: Progress,
    has_resources: bool = False,
) -> FilingResult:
    """Sort the pages of scans into packets, and write these into a folder; with `has_resources`, as FHIR, too.

    Raises WrongUse where what reads codes is not installed, FileAccess or InvalidInput for a file that can't be read,
    and FileAccess where a file is there already, or nothing can be written.
    """
    require_code_reader()
    _require_once(scans)
    require_usable_folder(folder)
    records = records_of(workspace)
    results = list(_read_all(scans, records, progress))
    pages = [result for result in results if isinstance(result, PlacedPage)]
    packets = returned_packets((page for page in pages if has_place(page)), records)
    unplaced = [page for page in pages if not has_place(page) and page.finding.outcome != "blank"]
    unfiled = [UnfiledPage(page, _UNPLACED.get(page.finding.outcome, "can't be placed")) for page in unplaced]
    if records:
        unfiled = _with_offers(unfiled, packets, records)
    result = FilingResult(
        packets=_filed(packets, folder, has_resources=has_resources),
        unfiled=tuple(unfiled),
        unread=tuple(result for result in results if isinstance(result, UnreadPage)),
        blank=sum(page.finding.outcome == "blank" for page in pages),
        unfiled_file=folder / UNFILED if unfiled else None,
        sheet=_sheet_for(packets, folder),
        warnings=tuple(_warnings(pages, records)),
    )
    return _write(workspace, result, folder, scans, records, force=force)


def _said_of_redrawn(page: PlacedPage) -> str:
    return f"{page.label} has more on it than a picture, so it was drawn again; look whether all of it is there"


def _require_once(scans: Sequence[Path]) -> None:
    names = [os.path.realpath(path) for path in scans]
    if len(set(names)) < len(names):
        raise WrongUse("a file of scans is named twice, so each of its pages would be there twice; name it once")


def _read_all(scans: Sequence[Path], records: RecordFolder | None, progress: Progress) -> Iterator[PageResult]:
    """The pages of all files. Each file is in memory only while it is read."""
    total = sum(count_pages(ScanFile.opened(path)) for path in scans)
    done = 0

    def note(pages: int) -> None:
        nonlocal done
        done += pages
        progress(done, total)

    progress(0, total)
    for path in scans:
        yield from read_pages(ScanFile.opened(path), records, note)


def has_place(page: PlacedPage) -> bool:
    """Whether a page belongs to a packet: its code says so."""
    return page.finding.outcome in ("read", "no record", "not registered", "not checked")


def _with_offers(
    unfiled: Sequence[UnfiledPage], packets: Sequence[ReturnedPacket], records: RecordFolder
) -> list[UnfiledPage]:
    """What pages without a code may be, of those that packets lack."""
    missing = [
        known
        for packet in packets
        if packet.record
        for number in packet.missing
        if (known := known_page(records, packet.record, number))
    ]
    requested = [one.page for one in unfiled if one.page.finding.outcome == "no code"] if missing else []
    visits = {packet.packet: packet.record.visit for packet in packets if packet.record}
    offers_of: dict[PlacedPage, tuple[str, ...]] = {}
    for path in dict.fromkeys(page.path for page in requested):
        pages = [page for page in requested if page.path == path]
        for one in _offers(path, pages, missing):
            offers_of[one.page] = tuple(
                f"page {offer.page} of packet {offer.packet}, visit {visits[offer.packet]}" for offer in one.offers
            )
    return [replace(one, offers=offers_of.get(one.page, ())) for one in unfiled]


def _offers(path: Path, pages: Sequence[PlacedPage], missing: Sequence[KnownPage]) -> Iterable[OfferedPage]:
    return offered(ScanFile.opened(path), pages, missing) if can_check_places() else ()


def _warnings(pages: Sequence[PlacedPage], records: RecordFolder | None) -> Iterator[str]:
    seen: dict[str, int] = {}
    for page in pages:
        for warning in page.finding.warnings:
            seen[warning] = seen.get(warning, 0) + 1
    for warning, count in seen.items():
        yield f"{count} {'page' if count == 1 else 'pages'}: {warning}"
    if records is None:
        yield (
            "no place was looked at, since this clinic keeps no records of its packets; to begin, write `records:` "
            "into clinic.yaml, and below it, indented, `keep_years: 6`"
        )
    elif not can_check_places():
        yield "no place was looked at, since that needs a library: pip install 'consentkit[file]'"


# --- writing ---


def _write(
    workspace: OpenWorkspace,
    result: FilingResult,
    folder: Path,
    scans: Sequence[Path],
    records: RecordFolder | None,
    *,
    force: bool,
) -> FilingResult:
    """Write all files, or none. Returns what became of the pages. Raises FileAccess where a file is there."""
    targets = [path for filed in result.packets for path in (filed.file, filed.resource) if path]
    targets += [result.unfiled_file] if result.unfiled_file else []
    if any(is_unsure(page) for filed in result.packets for page in filed.returned.pages):
        targets.append(folder / SHEET)  # even if another copy has everything: that one may be lost when it is copied
    _require_no_scan(targets, scans)
    if not force:
        for target in targets:
            if os.path.lexists(target):
                raise FileAccess(
                    f"{printable(str(target))}: exists, and a scan can't be made again; name another folder with -o, "
                    "or add --force to replace it. Nothing was written"
                )
    for_group, copier = is_for_group(workspace), PageCopier()
    with new_files() as new:
        new.make_folder(folder, for_group=for_group)
        remove_unfinished(folder, seconds=_SECONDS_OF_A_DAY)  # they may hold whole scans of patients
        with replaced_together() as replaced:
            write = replaced.write if force else new.write
            for target, data in _page_files(result, copier, workspace.folder.clinic):
                write(target, data, for_group=for_group)
            result = _without_lost(result, copier.lost, folder, records)
            if result.sheet and (sheet := unsure_sheet([filed.returned for filed in result.packets])):
                write(result.sheet, sheet, for_group=for_group)
    return replace(result, warnings=(*result.warnings, *map(_said_of_redrawn, copier.redrawn)))


def _require_no_scan(targets: Sequence[Path], scans: Sequence[Path]) -> None:
    named = {os.path.realpath(scan) for scan in scans}
    for target in targets:
        if os.path.realpath(target) in named:
            raise FileAccess(
                f"{printable(str(target))}: is one of the scans, which a file of this run would replace; name another "
                "folder with -o. Nothing was written"
            )


def _page_files(result: FilingResult, copier: PageCopier, clinic: Clinic) -> Iterator[tuple[Path, bytes]]:
    """Each file of pages with its content, made when it is written. One of which no page can be copied is left out."""
    for filed in result.packets:
        if data := copier.file_of(title_of(filed.returned), filed.returned.pages):
            yield filed.file, data
            if filed.resource:
                document = scanned_reference(filed.returned.packet, filed.returned.record, data, clinic)
                yield filed.resource, transaction([document])
    if result.unfiled_file:
        unfiled = [one.page for one in result.unfiled]
        if data := copier.file_of("Scanned pages that could not be filed", unfiled):
            yield result.unfiled_file, data


def _without_lost(
    result: FilingResult, lost: Sequence[PlacedPage], folder: Path, records: RecordFolder | None
) -> FilingResult:
    """What became of the pages where some could not be copied: they count as pages that were not read."""
    if not lost:
        return result
    kept = [page for filed in result.packets for page in filed.returned.pages if page not in lost]
    packets = returned_packets(kept, records)
    unfiled = tuple(one for one in result.unfiled if one.page not in lost)
    unread = (UnreadPage(page.path, page.finding.index, NOT_COPIED) for page in lost)
    return replace(
        result,
        packets=_filed(packets, folder, has_resources=any(filed.resource for filed in result.packets)),
        unfiled=unfiled,
        unread=(*result.unread, *unread),
        unfiled_file=result.unfiled_file if unfiled else None,
        sheet=_sheet_for(packets, folder),
    )


def _filed(packets: Sequence[ReturnedPacket], folder: Path, *, has_resources: bool) -> tuple[FiledPacket, ...]:
    return tuple(
        FiledPacket(packet, folder / f"{packet.name}.pdf", folder / f"{packet.name}.json" if has_resources else None)
        for packet in packets
    )


def _sheet_for(packets: Sequence[ReturnedPacket], folder: Path) -> Path | None:
    return folder / SHEET if any(packet.unsure for packet in packets) else None
