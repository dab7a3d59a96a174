"""Scans of signed paper, filed: one file for each packet, and one for the pages that could not be placed.

Guarantees: nothing is written before every page has been looked at, and then all files or none; no file that is there
is replaced without permission, since no program can make a scan again; files are for their owner only, or for the
group of the folder where the clinic says so; no name of a file says who a patient is; nothing of a scan is kept
elsewhere, not even while it is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput, RenderingFailed, WrongUse
from consentkit.operations.filing.packets import PacketState, ReturnedPacket, returned_packets
from consentkit.operations.filing.reading import (
    MEMORY,
    PAGES_AT_A_TIME,
    OfferedPage,
    PageResult,
    PlacedPage,
    Progress,
    ScanFile,
    UnreadPage,
    count_pages,
    known_page,
    offered,
    read_pages,
)
from consentkit.operations.filing.sheet import NO_PROOF as NO_PROOF  # noqa: PLC0414 - what every report says
from consentkit.operations.filing.sheet import unsure_sheet
from consentkit.operations.journal import is_for_group
from consentkit.operations.records import records_of
from consentkit.output.new_files import new_files
from consentkit.output.write import require_usable_folder, write_file
from consentkit.problems import Problem, printable
from consentkit.processes.limits import Limits, run_limited
from consentkit.records.folder import RecordFolder
from consentkit.scans.codes import require_code_reader as require_code_reader  # noqa: PLC0414 - before anything is read
from consentkit.scans.copying import CopiedPage, RequestedPage, copied_pages
from consentkit.scans.filed_file import filed_file
from consentkit.scans.findings import KnownPage
from consentkit.scans.reading import can_check_places

UNFILED = "unfiled.pdf"
"""The file for pages that could not be placed."""
SHEET = "look-at.html"
"""The page with the places at which a person must look."""
_LIMITS = Limits(seconds=240, memory=MEMORY)
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
    workspace: OpenWorkspace, scans: Sequence[Path], folder: Path, *, force: bool, progress: Progress
) -> FilingResult:
    """Sort the pages of scans into packets, and write these into a folder.

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
        packets=tuple(FiledPacket(packet, folder / f"{packet.name}.pdf") for packet in packets),
        unfiled=tuple(unfiled),
        unread=tuple(result for result in results if isinstance(result, UnreadPage)),
        blank=sum(page.finding.outcome == "blank" for page in pages),
        unfiled_file=folder / UNFILED if unfiled else None,
        sheet=folder / SHEET if any(packet.unsure for packet in packets) else None,
        warnings=tuple(_warnings(pages, records)),
    )
    redrawn = _write(workspace, result, folder, scans, force=force)
    return replace(result, warnings=(*result.warnings, *map(_said_of_redrawn, redrawn)))


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
    workspace: OpenWorkspace, result: FilingResult, folder: Path, scans: Sequence[Path], *, force: bool
) -> list[PlacedPage]:
    """Write all files, or none. Returns the pages that had to be drawn again. Raises FileAccess where one is there."""
    targets = [filed.file for filed in result.packets]
    targets += [path for path in (result.unfiled_file, result.sheet) if path]
    named = {os.path.realpath(scan) for scan in scans}
    for target in targets:
        if os.path.realpath(target) in named:
            raise FileAccess(
                f"{printable(str(target))}: is one of the scans, which a file of this run would replace; name another "
                "folder with -o. Nothing was written"
            )
    if not force:
        for target in targets:
            if os.path.lexists(target):
                raise FileAccess(
                    f"{printable(str(target))}: exists, and a scan can't be made again; name another folder with -o, "
                    "or add --force to replace it. Nothing was written"
                )
    for_group, redrawn = is_for_group(workspace), list[PlacedPage]()
    with new_files() as new:
        new.make_folder(folder, for_group=for_group)
        for target, data in _files(result, redrawn):
            if force:
                write_file(target, data, force=True, for_group=for_group)
            else:
                new.write(target, data, for_group=for_group)
    return redrawn


def _files(result: FilingResult, redrawn: list[PlacedPage]) -> Iterator[tuple[Path, bytes]]:
    """Each file with its content, made when it is written."""
    for filed in result.packets:
        yield filed.file, packet_file(filed.returned, redrawn=redrawn)
    if result.unfiled_file:
        unfiled = _copied([one.page for one in result.unfiled], ScanFile.opened, redrawn)
        yield result.unfiled_file, filed_file("Scanned pages that could not be filed", unfiled)
    sheet = unsure_sheet([filed.returned for filed in result.packets])
    if result.sheet and sheet:
        yield result.sheet, sheet


def packet_file(
    packet: ReturnedPacket,
    files: Mapping[Path, ScanFile] | None = None,
    redrawn: list[PlacedPage] | None = None,
) -> bytes:
    """The file of a packet: from files that are in memory, else from those on the disk. Raises InvalidInput.

    Pages that had to be drawn again are added to the last argument.
    """
    open_file = files.__getitem__ if files is not None else ScanFile.opened
    pages = _copied(packet.pages, open_file, [] if redrawn is None else redrawn)
    return filed_file(f"Scanned pages of packet {packet.packet}", pages)


def _copied(
    pages: Sequence[PlacedPage], open_file: Callable[[Path], ScanFile], redrawn: list[PlacedPage]
) -> Iterator[tuple[CopiedPage, int]]:
    """The pages as they are in their files, some at a time, with the turn that makes each upright."""
    opened: ScanFile | None = None
    for run in _runs(pages):
        if opened is None or opened.path != run[0].path:
            opened = open_file(run[0].path)
        if opened.digest != run[0].digest:
            raise InvalidInput([_changed(opened.path)])
        requested = [RequestedPage(page.finding.index, page.size) for page in run]
        try:
            copies = run_limited(_copy, opened.data, requested, limits=_LIMITS)
        except RenderingFailed as error:
            raise InvalidInput([_changed(opened.path)]) from error
        if copies is None:
            raise InvalidInput([_changed(opened.path)])
        redrawn += (page for copy, page in zip(copies, run, strict=True) if copy.is_redrawn)
        yield from ((copy, page.finding.turn) for copy, page in zip(copies, run, strict=True))


def _copy(data: bytes, requested: Sequence[RequestedPage]) -> list[CopiedPage] | None:
    try:
        return copied_pages(data, requested)
    except ValueError:
        return None


def _runs(pages: Sequence[PlacedPage]) -> Iterator[list[PlacedPage]]:
    """Pages that are next to each other and from one file, some at a time."""
    run: list[PlacedPage] = []
    for page in pages:
        if run and (run[0].path != page.path or len(run) == PAGES_AT_A_TIME):
            yield run
            run = []
        run.append(page)
    if run:
        yield run


def _changed(path: Path) -> Problem:
    message = "can't be read any more, though its pages could be looked at; do not change it meanwhile, and try again"
    return Problem(str(path), None, None, "", message)
