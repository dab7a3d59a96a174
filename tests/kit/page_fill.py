"""How full the pages of a finished file are, and where they break: measured from the file alone.

A page is measured between its head and its foot. Lines are those of the text that is read out; ruled lines to write on
count only as the room that they take.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import pikepdf

from consentkit.pdf.part import Flaw
from kit.tagged_file import Content, Element, File

LEAST_FULL = 1 / 3
"""How full a page must be, but for the last of a paper."""
FEWEST_LINES = 4
UNTORN_ROWS = 5
"""Rows of a table that stays on one page."""

_QUOTED = 40

_SAME_LINE = 2.0
"""Points by which baselines of one line may differ."""


@dataclass(frozen=True)
class PageFill:
    """What was measured of one page."""

    number: int
    """Counted from 1."""
    full: float
    """How far down its text reaches, from 0 to 1."""
    lines: int
    """Its lines of text, those side by side counted once."""


@dataclass(frozen=True)
class Measured:
    """What was measured of a file."""

    pages: Sequence[PageFill]
    titles: Sequence[int]
    """The pages with a title, at which the papers of the file begin."""
    headings_at_foot: Sequence[str]
    torn_tables: Sequence[str]
    flaws: Sequence[str] = ()
    """What was seen while the file was laid out."""

    def faults(self, *budgets: int, lists_tables: bool = False) -> list[str]:
        """What breaks the budgets, one for each paper in the file.

        That is too many pages, pages too empty, torn tables, and headings at a foot.

        In large print, where a table is printed as a list, it may run on to the next page.
        """
        firsts = self.titles if len(budgets) > 1 else [1]
        ends = [first - 1 for first in firsts[1:]] + [len(self.pages)]
        found = [
            f"{end - first + 1} pages, and not {budget}"
            for first, end, budget in zip(firsts, ends, budgets, strict=True)
            if end - first + 1 > budget
        ]
        for page in self.pages:
            if page.full < LEAST_FULL and page.number not in ends:
                found.append(f"page {page.number} is {page.full:.0%} full")
            if page.lines < FEWEST_LINES:
                found.append(f"page {page.number} has {page.lines} lines")
        found += [f"heading at the foot of {heading}" for heading in self.headings_at_foot]
        return found if lists_tables else found + [f"table torn over {table}" for table in self.torn_tables]


class Filled:
    """A finished file, measured."""

    def __init__(self, pdf: bytes) -> None:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            self._file = File(opened)
            self._places = [(self._place(content), element) for content, element in self._file.contents]
            self.pages = [self._measure(number) for number in range(len(self._file.pages))]
            self.titles = [place[0] + 1 for role, place in self._headings() if role == "H1"]
            """The pages with a title, at which the papers of the file begin."""
            self.headings_at_foot = list(self._headings_at_foot())
            self.torn_tables = list(self._torn_tables())

    def _place(self, content: Content) -> tuple[int, float] | None:
        top = self._file.top_of(content)
        return None if content.page is None or top is None else (content.page, top)

    @cached_property
    def _tops(self) -> dict[int, list[float]]:
        """The heights of what is read on each page."""
        found = defaultdict(list)
        for place, _ in self._places:
            if place:
                found[place[0]].append(place[1])
        return found

    def _measure(self, number: int) -> PageFill:
        height = float(self._file.pages[number].MediaBox[3])
        furniture = [y for stream in self._file.streams if stream.page == number for y in stream.furniture]
        head = min((y for y in furniture if y > height / 2), default=height)
        foot = max((y for y in furniture if y < height / 2), default=0.0)
        tops = [top for top in self._tops[number] if foot < top < head]
        full = (head - min(tops)) / (head - foot) if tops else 0.0
        return PageFill(number + 1, round(full, 4), _lines(tops))

    def _headings(self) -> Iterator[tuple[str, tuple[int, float]]]:
        for element in self._file.elements:
            if is_block(element) and (place := self._first_place(element)):
                yield element.role, place

    def _headings_at_foot(self) -> Iterator[str]:
        """Headings whose text stands on another page, or in another column."""
        read = [(element, self._first_place(element)) for element in self._file.elements if is_block(element)]
        placed = [(element, place) for element, place in read if place]
        for (element, (page, top)), (_, (next_page, next_top)) in pairwise(placed):
            if element.role in {"H1", "H2", "H3", "H4"} and (next_page != page or next_top > top + _SAME_LINE):
                yield f"page {page + 1}: {self._text(element)}"

    def _torn_tables(self) -> Iterator[str]:
        for table in (element for element in self._file.elements if element.role == "Table"):
            rows = [row for row in _within(table, "TR") if any(cell.role == "TD" for cell in row.elements)]
            pages = {content.page for content in table.contents()}
            if len(rows) <= UNTORN_ROWS and len(pages) > 1:
                where = ", ".join(str(page + 1) for page in sorted(pages) if page is not None)
                yield f"pages {where}: {self._text(table)[:_QUOTED]}"

    def _first_place(self, element: Element) -> tuple[int, float] | None:
        return next((place for content in element.contents() if (place := self._place(content))), None)

    def _text(self, element: Element) -> str:
        return " ".join("".join(self._file.text_of(content) for content in element.contents()).split())

    def measured(self, flaws: Iterable[Flaw] = ()) -> Measured:
        """What was measured, with what was seen while the file was laid out."""
        seen = [f"{flaw.kind}, page {flaw.page}: {flaw.about}" for flaw in flaws]
        return Measured(self.pages, self.titles, self.headings_at_foot, self.torn_tables, seen)

    def faults(self, *budgets: int, lists_tables: bool = False) -> list[str]:
        """What breaks the budgets, one for each paper in the file."""
        return self.measured().faults(*budgets, lists_tables=lists_tables)


def _lines(tops: list[float]) -> int:
    heights = sorted(tops)
    return len(heights[:1]) + sum(after - before > _SAME_LINE for before, after in pairwise(heights))


def is_block(element: Element) -> bool:
    """Whether an element is one that holds text itself."""
    return any(isinstance(kid, Content) for kid in element.kids) and element.role not in {"Span", "Link", "Form"}


def _within(element: Element, role: str) -> Iterator[Element]:
    for kid in element.elements:
        if kid.role == role:
            yield kid
        else:
            yield from _within(kid, role)
