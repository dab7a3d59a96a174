"""The pages of scans, read under limits, file by file and some pages at a time.

Guarantees: a file of whatever kind can neither end the run, nor run forever, nor fill the memory: pages that can't be
read are refused with the reason, and the others are read; nothing of a page is kept but what is said of it. Where a
packet was made more than once, of parts that look different, a place is sure only where all of them say the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from consentkit.errors import RenderingFailed
from consentkit.problems import printable
from consentkit.processes.limits import Limits, run_limited
from consentkit.reading.files import read_bytes
from consentkit.records.folder import RecordFolder
from consentkit.scans.faces import FaceOffer, offers
from consentkit.scans.findings import KnownPage, PageFinding, PlaceFinding
from consentkit.scans.page import RefusedPage, ScanPage
from consentkit.scans.pages import count_pages as pages_in
from consentkit.scans.pages import scan_pages
from consentkit.scans.reading import can_check_places, read_page
from consentkit.scans.record import PacketRecord
from consentkit.scans.references import References

MOST_BYTES = 400 * 1024**2
"""The size of the largest file of scans; 500 pages in gray of 200 dots per inch have about 150 MB."""
PAGES_AT_A_TIME = 16
"""Of a file, in one child process."""
MEMORY = 3 * 1000**3
"""Address space, of which the libraries for pictures claim much more than they use."""
_SECONDS_A_PAGE = 15
"""Of computing time; a page takes about half a second."""
_SEVERAL_PRINTS = "the packet was made more than once, of papers that look different"
_TOO_HARD = "it takes too much time or memory to look at: scan it again in gray at 200 dots per inch"


@dataclass(frozen=True)
class ScanFile:
    """A file that was handed in."""

    path: Path
    data: bytes = field(repr=False)

    @staticmethod
    def opened(path: Path) -> ScanFile:
        """Read a file. Raises FileAccess or InvalidInput where it can't be."""
        return ScanFile(path, read_bytes(path, MOST_BYTES))

    @cached_property
    def digest(self) -> bytes:
        """By which it is noticed that the file was changed while it was filed."""
        return hashlib.sha256(self.data).digest()


@dataclass(frozen=True)
class PlacedPage:
    """A page of a scan, with what was found on it."""

    path: Path
    digest: bytes = field(repr=False)
    """That of its file."""
    size: tuple[float, float]
    """Width and height in points, as it is displayed."""
    finding: PageFinding

    @property
    def label(self) -> str:
        """The page, as messages name it: page 3 of stack.pdf."""
        return f"page {self.finding.index + 1} of {printable(self.path.name)}"


@dataclass(frozen=True)
class UnreadPage:
    """A page that was refused, or all of a file from there on."""

    path: Path
    index: int | None
    message: str
    """Why, and what to do."""

    @property
    def label(self) -> str:
        """The page or the file, as messages name it."""
        name = printable(self.path.name)
        return name if self.index is None else f"page {self.index + 1} of {name}"


@dataclass(frozen=True)
class OfferedPage:
    """What a page without a readable code may be."""

    page: PlacedPage
    offers: tuple[FaceOffer, ...]


PageResult: TypeAlias = PlacedPage | UnreadPage


def read_pages(file: ScanFile, records: RecordFolder | None, progress: Callable[[int], None]) -> Iterator[PageResult]:
    """Read the pages of a file in their order. `progress` takes how many more have been read."""
    start, count = 0, 1
    _load_libraries()
    assert file.digest  # before the children need it, each of which would compute it again
    if records:
        records.look()  # likewise: it may have a file for each packet of many years
    while start < count:
        requested = range(start, start + PAGES_AT_A_TIME)
        try:
            count, results = _in_a_child(file, requested, records)
        except RenderingFailed:
            count, results = _one_by_one(file, requested, records, count if start else count_pages(file))
        yield from results
        if any(isinstance(result, UnreadPage) and result.index is None for result in results):
            return
        progress(min(start + PAGES_AT_A_TIME, count) - start)
        start += PAGES_AT_A_TIME


def count_pages(file: ScanFile) -> int:
    """How many pages a file has, for whoever waits; 1 where that can't be seen."""
    try:
        return run_limited(_count, file, limits=_limits(1))
    except RenderingFailed:
        return 1


def offered(file: ScanFile, pages: Sequence[PlacedPage], missing: Sequence[KnownPage]) -> Iterator[OfferedPage]:
    """What pages of a file may be, among those that packets lack."""
    _load_libraries()
    for page in pages:
        try:
            matches = run_limited(_offers, file, page.finding.index, missing, limits=_limits(1 + len(missing)))
        except RenderingFailed:
            continue
        yield OfferedPage(page, matches)


def _in_a_child(
    file: ScanFile, requested: Collection[int], records: RecordFolder | None
) -> tuple[int, list[PageResult]]:
    return run_limited(_read, file, requested, records, limits=_limits(1 + len(requested)))


def _limits(pages: int) -> Limits:
    """What looking at that many pages may cost.

    A decoder that hangs takes no computing time, and somebody may be waiting at the desk: so by the clock, there is
    twenty times as long as pages take, and two minutes more, which a busy machine may need for one of them.
    """
    return Limits(_SECONDS_A_PAGE * pages, MEMORY, elapsed=120 + 10 * pages)


def _one_by_one(
    file: ScanFile, requested: Collection[int], records: RecordFolder | None, count: int
) -> tuple[int, list[PageResult]]:
    """The same, where one of the pages may be at fault. `count` is how many the file has, as far as that is known."""
    results = list[PageResult]()
    for index in requested:
        try:
            count, read = _in_a_child(file, [index], records)
        except RenderingFailed:
            read = [UnreadPage(file.path, index, _TOO_HARD)]
        results += read
        if index + 1 >= count:
            break
    return count, results


def _load_libraries() -> None:
    """Load OpenCV before the children are forked, which then have it, and let it start no threads.

    Where this process has threads of OpenCV, a child that loads the room for pixels would wait for them forever.
    """
    if can_check_places():
        import consentkit.scans.pixels  # noqa: F401


# --- in the child ---


def _count(file: ScanFile) -> int:
    count = pages_in(str(file.path), file.data)
    return 1 if isinstance(count, RefusedPage) else count  # which reading it will say


def _read(file: ScanFile, requested: Collection[int], records: RecordFolder | None) -> tuple[int, list[PageResult]]:
    references = References()
    results: list[PageResult] = []
    for page in scan_pages(str(file.path), file.data, only=requested):
        if isinstance(page, RefusedPage):
            results.append(UnreadPage(file.path, page.index, page.message))
            continue
        rows, columns = page.gray.shape
        size = columns * 72 / page.pixels_per_inch, rows * 72 / page.pixels_per_inch
        results.append(PlacedPage(file.path, file.digest, size, _finding(page, records, references)))
    return _count(file), results


def _finding(page: ScanPage, records: RecordFolder | None, references: References) -> PageFinding:
    lookup = _Lookup(records)
    finding = read_page(page, lookup, references)
    others = lookup.matches[1:] if finding.outcome in ("read", "not registered") else ()
    if not others:
        return finding
    return _agreed([finding, *(read_page(page, _Lookup(records, record), references) for record in others)])


@dataclass
class _Lookup:
    """The pages of a clinic's packets: of the record that is given, or of the latest one of each packet."""

    records: RecordFolder | None
    record: PacketRecord | None = None
    matches: tuple[PacketRecord, ...] = ()
    """All records of the packet that was looked up which have that page."""

    def find(self, packet: str, page: int) -> KnownPage | Literal["no record", "no such page"]:
        if self.records is None:
            return "no record"
        made = (self.record,) if self.record else self.records.find(packet)
        self.matches = tuple(record for record in made if record.page(page))
        if not self.matches:
            return "no such page" if made else "no record"
        return known_page(self.records, self.matches[0], page) or "no such page"


def known_page(records: RecordFolder, record: PacketRecord, number: int) -> KnownPage | None:
    """A page of a packet with its part; None where the packet has no page to be filed of that number."""
    if (place := record.page(number)) is None:
        return None
    paper, page = place
    return KnownPage(record, paper, page, records.part(paper.part) or b"")


def _agreed(findings: list[PageFinding]) -> PageFinding:
    """What all makings of a packet say of a page; that of the latest where the page is like one of them only."""
    read = [finding for finding in findings if finding.outcome == "read"]
    if not read:
        return findings[0]
    others = [{place.place.name: place for place in finding.places} for finding in read[1:]]
    places = tuple(_sure(place, [other.get(place.place.name) for other in others]) for place in read[0].places)
    return replace(read[0], places=places)


def _sure(place: PlaceFinding, others: Sequence[PlaceFinding | None]) -> PlaceFinding:
    if all(other is not None and other.verdict == place.verdict for other in others):
        return place
    cut_out = next((one.cut_out for one in (place, *others) if one and one.cut_out), None)
    return replace(place, verdict="unsure", why=_SEVERAL_PRINTS, cut_out=cut_out)


def _offers(file: ScanFile, index: int, missing: Sequence[KnownPage]) -> tuple[FaceOffer, ...]:
    for page in scan_pages(str(file.path), file.data, only=[index]):
        if isinstance(page, ScanPage):
            return offers(page, missing)
    return ()
