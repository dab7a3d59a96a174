"""The pages of scans, copied into files.

Guarantees: a page is copied from the very file that was read, or the run ends; a page whose picture can't be copied
costs itself alone, and is named, never left out in silence; decoders run under limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from consentkit.errors import InvalidInput, RenderingFailed
from consentkit.operations.filing.packets import ReturnedPacket
from consentkit.operations.filing.reading import MEMORY, PAGES_AT_A_TIME, PlacedPage, ScanFile
from consentkit.problems import Problem
from consentkit.processes.limits import Limits, run_limited
from consentkit.scans.copying import CopiedPage, RequestedPage, copied_pages
from consentkit.scans.filed_file import filed_file

NOT_COPIED = "its picture can't be copied out of the file: scan that sheet again"
"""What is said of a page that was lost."""
_LIMITS = Limits(seconds=240, memory=MEMORY, elapsed=300)


@dataclass
class PageCopier:
    """Copies pages of scans, and notes which were not copied as they are."""

    open_file: Callable[[Path], ScanFile] = ScanFile.opened
    redrawn: list[PlacedPage] = field(default_factory=list)
    """Pages that had to be drawn again."""
    lost: list[PlacedPage] = field(default_factory=list)
    """Pages that could not be copied at all."""

    def file_of(self, title: str, pages: Sequence[PlacedPage]) -> bytes | None:
        """A file of pages; None where none of them can be copied. Raises InvalidInput where a scan has changed."""
        before = len(self.lost)
        data = filed_file(title, self._copied(pages))
        return data if len(self.lost) - before < len(pages) else None

    def _copied(self, pages: Sequence[PlacedPage]) -> Iterator[tuple[CopiedPage, int]]:
        """The pages as they are in their files, some at a time, with the turn that makes each upright."""
        opened: ScanFile | None = None
        for run in _runs(pages):
            if opened is None or opened.path != run[0].path:
                opened = self.open_file(run[0].path)
            if opened.digest != run[0].digest:
                raise InvalidInput([_changed(opened.path)])
            for page, copy in zip(run, _copies(opened.data, run), strict=True):
                if copy is None:
                    self.lost.append(page)
                    continue
                if copy.is_redrawn:
                    self.redrawn.append(page)
                yield copy, page.finding.turn


def title_of(packet: ReturnedPacket) -> str:
    """The title of the file of a packet."""
    return f"Scanned pages of packet {packet.packet}"


def whole_file(packet: ReturnedPacket, files: Mapping[Path, ScanFile]) -> bytes:
    """The file of a packet, from scans that are in memory. Raises InvalidInput where a page can't be copied."""
    copier = PageCopier(files.__getitem__)
    data = copier.file_of(title_of(packet), packet.pages)
    if copier.lost or data is None:
        raise InvalidInput([Problem(page.label, None, None, "", NOT_COPIED) for page in copier.lost])
    return data


def _copies(data: bytes, run: Sequence[PlacedPage]) -> list[CopiedPage | None]:
    """The copies of pages of a file; one by one where one of them is at fault."""
    requested = [RequestedPage(page.finding.index, page.size) for page in run]
    if (together := _in_a_child(data, requested)) is not None:
        return list(together)
    if len(requested) == 1:
        return [None]
    return [alone[0] if (alone := _in_a_child(data, [page])) else None for page in requested]


def _in_a_child(data: bytes, requested: Sequence[RequestedPage]) -> list[CopiedPage] | None:
    try:
        return run_limited(_copy, data, requested, limits=_LIMITS)
    except RenderingFailed:
        return None


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
    message = "has changed since its pages were looked at; do not change it meanwhile, and try again"
    return Problem(str(path), None, None, "", message)
