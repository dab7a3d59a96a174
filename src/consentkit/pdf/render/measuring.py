"""How well the pages of a document break, measured as they are laid out: pages nearly empty, torn tables, and the like.

Guarantees: nothing is changed; the measures depend on the layout alone, and so are kept with what was made of it. What
is at the head and foot of each page does not count, nor does a page that is the last of its paper count as too empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

from consentkit.pdf.part import AGREED_BY, Flaw
from consentkit.pdf.tags.roles import tag_and_pseudo

LEAST_FULL = 1 / 3
"""How much of a page is filled at least, but for the last of a paper."""
FEWEST_LINES = 4
"""Lines that a page has at least."""
UNTORN_ROWS = 5
"""Rows of a table that stays on one page; a longer one may run on."""

_HEADINGS = ("h1", "h2", "h3", "h4")
_SAME_LINE = 3.0
"""Pixels by which the baselines of one line may differ."""
_WITH_STATEMENT = ("clause", "signature", "to-initial", "with-initials")
"""Classes of what holds a place to sign or initial together with its statement."""
_PAPER = "part"
"""The class of what begins a paper of its own within a document."""


@dataclass(frozen=True)
class _FlowedText:
    """A piece of a line of text."""

    page: int
    element: Element
    baseline: float
    bottom: float


def flaws_of(document: Any) -> tuple[Flaw, ...]:
    """What is wrong with the pages of a document that was laid out, in their order."""
    return tuple(sorted(_Measured(document).flaws(), key=lambda flaw: flaw.page))


class _Measured:
    """The boxes of all pages, sorted by what they are."""

    def __init__(self, document: Any) -> None:
        self._areas: list[tuple[float, float]] = []
        """The top and the height of what each page has between its head and its foot."""
        self._texts: list[_FlowedText] = []
        self._fields: list[_FlowedText] = []
        self._below_headings: list[_FlowedText] = []
        """Headings and what may follow one, in the order in which it is read: texts, and lines to write on."""
        self._pages_of: dict[Element, list[int]] = {}
        """On which pages each element is."""
        self._roots: set[Element] = set()
        for number, page in enumerate(document.pages, 1):
            area = page._page_box
            self._areas.append((area.content_box_y(), area.height))
            for root in area.children:
                if not isinstance(root, boxes.MarginBox) and root.element is not None:
                    self._roots.add(root.element)
                    self._collect(root, number)
        self._parents = {child: parent for root in self._roots for parent in root.iter() for child in parent}

    def _collect(self, box: Any, page: int) -> None:
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        element = box.element
        if element is not None and not tag_and_pseudo(box)[1]:
            pages = self._pages_of.setdefault(element, [])
            if page not in pages:
                pages.append(page)
            if "data-field" in element.attrib and box.element_tag == element.tag:
                bottom = box.position_y + box.margin_height()
                self._fields.append(_FlowedText(page, element, bottom, bottom))
                if element.get("data-kind") == "line":
                    self._below_headings.append(self._fields[-1])
                return
        if isinstance(box, boxes.TextBox):
            if box.text.strip():
                top = box.position_y
                self._texts.append(_FlowedText(page, element, top + box.baseline, top + box.height))
                self._below_headings.append(self._texts[-1])
            return
        for child in getattr(box, "children", ()):
            self._collect(child, page)

    def flaws(self) -> Iterator[Flaw]:
        yield from self._empty_pages()
        yield from self._headings_at_foot()
        yield from self._torn_tables()
        yield from self._separated_statements()

    def _empty_pages(self) -> Iterator[Flaw]:
        last = {min(pages) - 1 for element, pages in self._pages_of.items() if _PAPER in _classes(element)}
        last.add(len(self._areas))
        for page, (top, height) in enumerate(self._areas, 1):
            texts = [text for text in self._texts if text.page == page]
            reaches = max((text.bottom for text in (*texts, *self._fields) if text.page == page), default=top)
            if page not in last and reaches - top < LEAST_FULL * height:
                yield Flaw("sparse", page, "")
            lines = _lines([text.baseline for text in texts])
            if lines < FEWEST_LINES:
                yield Flaw("few_lines", page, str(lines))

    def _headings_at_foot(self) -> Iterator[Flaw]:
        """Headings whose text is on another page, or in another column."""
        for first, second in pairwise(self._blocks()):
            is_away = second.page != first.page or second.baseline < first.baseline - _SAME_LINE
            if first.element.tag in _HEADINGS and is_away:
                yield Flaw("heading", first.page, " ".join("".join(first.element.itertext()).split()))

    def _blocks(self) -> Iterator[_FlowedText]:
        """The first piece of text of each heading, and of what follows one, in the order in which it is read."""
        known: set[Element] = set()
        for text in self._below_headings:
            heading = next((one for one in self._around(text.element) if one.tag in _HEADINGS), None)
            if heading is None:
                yield text
            elif heading not in known:
                known.add(heading)
                yield _FlowedText(text.page, heading, text.baseline, text.bottom)

    def _torn_tables(self) -> Iterator[Flaw]:
        for table, pages in self._pages_of.items():
            rows = [row for row in table.iter("tr") if row.find("td") is not None] if table.tag == "table" else []
            if rows and len(rows) <= UNTORN_ROWS and len(pages) > 1:
                yield Flaw("table", min(pages), " ".join("".join(rows[0].itertext()).split()))

    def _separated_statements(self) -> Iterator[Flaw]:
        """Pages with a place to sign or initial whose statement begins on another page, or is below it."""
        first_of: dict[Element, _FlowedText] = {}
        for text in self._texts:
            for element in self._around(text.element):
                first_of.setdefault(element, text)
        for place in self._fields:
            name, kind = place.element.get("data-field", ""), place.element.get("data-kind", "")
            if kind in AGREED_BY:
                holder = next((one for one in self._around(place.element) if _has_its_statement(one)), None)
                first = first_of.get(holder) if holder is not None else None
                if first is not None and (first.page != place.page or first.baseline > place.bottom):
                    yield Flaw("statement", place.page, name)

    def _around(self, element: Element) -> Iterator[Element]:
        """An element and those that it is in, from the inside."""
        around: Element | None = element
        while around is not None:
            yield around
            around = self._parents.get(around)


def _classes(element: Element) -> list[str]:
    return element.get("class", "").split()


def _has_its_statement(element: Element) -> bool:
    return not set(_WITH_STATEMENT).isdisjoint(_classes(element))


def _lines(baselines: Sequence[float]) -> int:
    heights = sorted(baselines)
    return len(heights[:1]) + sum(after - before > _SAME_LINE for before, after in pairwise(heights))
