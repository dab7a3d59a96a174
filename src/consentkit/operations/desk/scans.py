"""The scans of a day at the front desk: what came back of each packet, and what a person has decided about it.

Guarantees: scans are in memory only, and forgotten with the day; what a person decides about a place is in the journal
first, where the clinic keeps one; nothing counts as complete that was not found, or decided by somebody.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess
from consentkit.operations.desk.day import DeskRefusal
from consentkit.operations.filing.copies import whole_file
from consentkit.operations.filing.packets import PlaceOfPage, ReturnedPacket, returned_packets
from consentkit.operations.filing.reading import PlacedPage, ScanFile, UnreadPage, count_pages, read_pages
from consentkit.operations.filing.run import has_place, require_code_reader
from consentkit.operations.journal import Journal, JournalEntry, Who
from consentkit.operations.progress import CountedSteps
from consentkit.operations.records import records_of
from consentkit.records.folder import RecordFolder

MOST_BYTES = 256 * 1024**2
"""Of all scans of a day."""


@dataclass(frozen=True)
class ReadScan:
    """What became of the pages of a file that somebody has handed in."""

    filed: int
    blank: int
    unfiled: int
    unread: tuple[str, ...]
    """Why pages, or all of the file, were not read."""


@dataclass(frozen=True)
class NotedStatement:
    """What somebody has stated of the papers of a packet, and when."""

    decision: str
    by: str
    at: datetime.datetime


@dataclass
class DeskScans:
    """The scans of a day. Any number of threads may call."""

    workspace: Callable[[], OpenWorkspace]
    journal: Journal | None = None
    version: int = 0
    """It grows with each change, so that a page knows whether it is out of date."""
    _files: dict[Path, ScanFile] = field(default_factory=dict, repr=False)
    _pages: list[PlacedPage] = field(default_factory=list, repr=False)
    _decided: dict[tuple[str, str], bool] = field(default_factory=dict, repr=False)
    """Whether there is ink, by the scanned page and the name of the place."""
    _stated: dict[str, NotedStatement] = field(default_factory=dict, repr=False)
    """What was stated last of each packet."""
    _returned: list[ReturnedPacket] | None = field(default=None, repr=False)
    """What has come back, until something changes."""
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def pages_of(self, data: bytes) -> int:
        """How many pages a file has, for whoever waits; 1 where that can't be seen. Raises what `take` raises."""
        require_code_reader()
        return count_pages(ScanFile(Path("scan"), data))

    def take(self, data: bytes, steps: CountedSteps | None = None) -> ReadScan:
        """Read the pages of a file, and keep them for the day. Raises WrongUse where codes can't be read here.

        `steps` count its pages, which whoever calls has expected.
        """
        require_code_reader()
        with self._lock:
            if sum(len(file.data) for file in self._files.values()) + len(data) > MOST_BYTES:
                raise FileAccess("there are too many scans in memory; save what is filed, and end the day")
            path = Path(f"scan-{len(self._files) + 1}")  # the name that it has elsewhere may be a patient's
            file = self._files[path] = ScanFile(path, data)
        results = list(read_pages(file, self._records(), (steps or CountedSteps()).step))
        pages = [result for result in results if isinstance(result, PlacedPage)]
        filed = [page for page in pages if has_place(page)]
        with self._lock:
            if self._files.get(path) is file:  # else the day ended meanwhile
                self._pages += filed
                self._note_change()
        blank = sum(page.finding.outcome == "blank" for page in pages)
        unread = tuple(result.message for result in results if isinstance(result, UnreadPage))
        return ReadScan(len(filed), blank, len(pages) - len(filed) - blank, unread)

    def packets(self) -> list[ReturnedPacket]:
        """What has come back, with what was decided."""
        with self._lock:
            if self._returned is None:
                pages = [self._with_decisions(page) for page in self._pages]
                self._returned = returned_packets(pages, self._records()) if pages else []
            return self._returned

    def packet(self, number: str) -> ReturnedPacket:
        """What has come back of one packet. Raises DeskRefusal where nothing has."""
        match = next((packet for packet in self.packets() if packet.packet == number), None)
        if match is None:
            raise DeskRefusal("no-such-scan")
        return match

    def place(self, number: str, page: int, name: str) -> PlaceOfPage:
        """A place that a person must look at. Raises DeskRefusal where it is none, or somebody has decided already."""
        unsure = self.packet(number).unsure
        match = next((place for place in unsure if (place.page, place.name) == (page, name)), None)
        if match is None:
            raise DeskRefusal("decided-already")
        return match

    def decide(self, number: str, page: int, name: str, who: Who, *, scan: str, has_ink: bool) -> None:
        """Note what a person sees in a place of a scanned page, and of no other copy of the page.

        Raises what `place` raises, also where another copy is asked about by now, and what the journal raises.
        """
        with self._lock:
            if self.place(number, page, name).scan != scan:
                raise DeskRefusal("decided-already")
            packet = self.packet(number)
            if self.journal is not None:
                self.journal.record(_entry(packet, page, name, who, has_ink=has_ink))
            self._decided[scan, name] = has_ink
            self._note_change()

    def note_statement(self, packet: ReturnedPacket, statement: NotedStatement) -> None:
        """Keep what somebody has stated of a packet, so that the page says so, for the day."""
        with self._lock:
            self._stated[packet.packet] = statement
            self.version += 1

    def stated_of(self, packet: ReturnedPacket) -> NotedStatement | None:
        """What was stated last of a packet; None where nothing was."""
        with self._lock:
            return self._stated.get(packet.packet)

    def file(self, packet: ReturnedPacket) -> bytes:
        """The pages of a packet as one file, whatever else has come back of it since.

        Raises DeskRefusal where they were forgotten meanwhile, and InvalidInput where one of them can't be copied.
        """
        with self._lock:
            files = dict(self._files)
        if not all(page.path in files for page in packet.pages):
            raise DeskRefusal("no-such-scan")
        return whole_file(packet, files)

    def forget_all(self) -> None:
        """Forget all scans."""
        with self._lock:
            self._files.clear()
            self._pages.clear()
            self._decided.clear()
            self._stated.clear()
            self._note_change()

    def _note_change(self) -> None:
        self._returned = None
        self.version += 1

    def _records(self) -> RecordFolder | None:
        return records_of(self.workspace())

    def _with_decisions(self, page: PlacedPage) -> PlacedPage:
        finding = page.finding
        places = tuple(
            one
            if (has_ink := self._decided.get((page.label, one.place.name))) is None
            else replace(one, verdict="ink found" if has_ink else "no ink seen", why="", cut_out=None, is_decided=True)
            for one in finding.places
        )
        return replace(page, finding=replace(finding, places=places))


def _entry(packet: ReturnedPacket, page: int, name: str, who: Who, *, has_ink: bool) -> JournalEntry:
    """What the journal has of a decision: the place by its number on the page."""
    return JournalEntry(
        "scan-decided",
        who,
        visit=packet.record.visit if packet.record else None,
        packet=packet.packet,
        pages=page,
        count=_number_of(packet, page, name),
        reason="ink" if has_ink else "no-ink",
    )


def _number_of(packet: ReturnedPacket, page: int, name: str) -> int:
    known = packet.record.page(page) if packet.record else None
    names: Sequence[str] = [place.name for place in known[1].places] if known else []
    return names.index(name) + 1 if name in names else 0
