"""What was added to the pages of a packet, as it can be seen and as it is read out.

Guarantees: a page whose own streams, resources or size are not those of its part counts as another page, and so does
one where anything but text was painted over or below the letters of our own papers; everything else on it is read as it
is painted (`pdf.read.visible`), and what belongs to a structure element with what that says for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from consentkit.packets.compared_texts import DrawnText
from consentkit.packets.plain_drawings import LEAST_SIZE
from consentkit.packets.printed import (
    Names,
    PrintedPage,
    appearances_of,
    is_placed,
    resources_digest,
    stream_digest,
)
from consentkit.packets.read_before import ReadBefore
from consentkit.packets.same_pages import SamePage
from consentkit.packets.stamps import StampReader
from consentkit.pdf.file.geometry import Matrix
from consentkit.pdf.file.objects import inflated
from consentkit.pdf.file.reader import PdfFile
from consentkit.pdf.file.syntax import Ref, Value, integer, number, string_text
from consentkit.pdf.read.canvas import Paint
from consentkit.pdf.read.content_text import MarkedSequence, SequenceKey
from consentkit.pdf.read.graphics import GraphicsState
from consentkit.pdf.read.painter import Painter
from consentkit.pdf.read.visible import VisibleContent


class PageReader:
    """Reads the pages of one packet."""

    def __init__(self, file: PdfFile, before: ReadBefore) -> None:
        self._file = file
        self._content = VisibleContent(file, LEAST_SIZE, whole_drawings=True)
        self._stamps = StampReader(file, self._content, LEAST_SIZE, before.drawings)
        self._digests: dict[int, bytes] = {}
        self._drawn_with: dict[tuple[Value, Names], bytes] = {}
        tree = file.dictionary(file.dictionary(file.catalog.get("StructTreeRoot")).get("ParentTree"))
        items = file.array(tree.get("Nums"))
        self._owners = {integer(key): value for key, value in zip(items[::2], items[1::2], strict=True)}

    def read(self, page: Mapping[str, Value], printed: PrintedPage) -> list[DrawnText] | None:
        """Everything that was drawn onto a page, or None where the rest is not the page of the part."""
        file = self._file
        streams = file.contents(page)
        first = _place_of(printed.streams, [stream_digest(file, stream) for stream in streams])
        if first is None or not self._is_same_page(page, printed):
            return None
        painter = self._content.painter(page)
        blank = replace(painter.state)
        nothing = MarkedSequence(None, silent=False)
        for stream in streams[:first]:
            painter.read(inflated(file.objects[stream]), nothing)
        if painter.state != blank or painter.font is not None:
            return None
        behind = streams[first + len(printed.streams) :]
        if behind and not painter.has_saved:  # the content of the page would change what follows
            return None
        for stream in behind:
            painter.read(inflated(file.objects[stream]), nothing)
        self._draw_annotations(page, painter, blank, printed)
        if _is_covered(painter, printed):
            return None
        return list(self._texts(page, painter))

    def read_stamps(self, page: SamePage, fields: Iterable[Value] = ()) -> list[DrawnText] | None:
        """The same of a page that is known to be the one of its part, but for these fields; None where it has to be
        painted.
        """
        texts = self._stamps.read(page, map(self._file.dictionary, fields))
        if texts is None:
            return None
        return [DrawnText(text, None if mark is None else self._said_by(page.owners, mark)) for text, mark in texts]

    def _is_same_page(self, page: Mapping[str, Value], printed: PrintedPage) -> bool:
        resources = page.get("Resources")
        key = (resources if isinstance(resources, Ref) else b"%d" % id(page), printed.resources)
        if key not in self._drawn_with:
            self._drawn_with[key] = resources_digest(self._file, page, printed.resources, self._digests)
        return self._drawn_with[key] == printed.drawn_with and is_placed(self._file, page, printed)

    def _draw_annotations(
        self, page: Mapping[str, Value], painter: Painter, blank: GraphicsState, printed: PrintedPage
    ) -> None:
        """Draw what annotations look like, but for those that look as they did."""
        file = self._file
        for annotation in file.array(page.get("Annots")):
            entries = file.dictionary(annotation)
            for drawing in appearances_of(file, {"Annots": [entries]}):
                if stream_digest(file, drawing) not in printed.appearances:
                    painter.state, painter.font = replace(blank), None
                    painter.draw_form(drawing, MarkedSequence(None, silent=False), self._place(entries, drawing))

    def _place(self, annotation: Mapping[str, Value], drawing: Ref) -> Matrix:
        """Where the appearance of an annotation goes; those of ours begin at 0, 0 (ISO 32000-1, 12.5.5)."""
        file, form = self._file, self._file.objects[drawing].entries
        if "Matrix" in form:
            raise ValueError("the appearance of a field has a matrix of its own")
        rectangle, box = ([number(edge) for edge in file.array(value)] for value in (annotation["Rect"], form["BBox"]))
        return (1.0, 0.0, 0.0, 1.0, rectangle[0] - box[0], rectangle[1] - box[1])

    def _texts(self, page: Mapping[str, Value], painter: Painter) -> Iterator[DrawnText]:
        """The text of each drawing, with what is said for it."""
        for (_, key), pieces in groupby(painter.canvas.read(), lambda piece: piece[:2]):
            text = "".join(piece for _, _, piece in pieces)
            yield DrawnText(text, self._spoken(page, key) if key is not None else None)

    def _spoken(self, page: Mapping[str, Value], key: SequenceKey) -> str:
        """What the element says that the parent tree names for a sequence. Raises ValueError where there is none."""
        stream, mark = key
        owners = self._file.array(self._owners.get(integer(page.get("StructParents"), -1)))
        return self._said_by(owners if stream is None else [], mark)

    def _said_by(self, owners: Sequence[Value], mark: int) -> str:
        """What the element of a sequence says. Raises ValueError where there is none."""
        element = self._file.dictionary(owners[mark]) if mark < len(owners) else {}
        if "ActualText" not in element or self._file.get(element.get("K")) != b"%d" % mark:
            raise ValueError("what was drawn belongs to no element that says it")
        return string_text(self._file.get(element["ActualText"]))


def _place_of(part: Sequence[bytes], whole_page: Sequence[bytes]) -> int | None:
    """Where the streams of a part begin among those of a page."""
    places = range(len(whole_page) - len(part) + 1)
    return next((place for place in places if tuple(whole_page[place : place + len(part)]) == tuple(part)), None)


def _is_covered(painter: Painter, printed: PrintedPage) -> bool:
    """Whether something other than text lies over, or below, a letter of the page."""
    paints = [item for item in painter.canvas.items if isinstance(item, Paint) and item.alpha > 0]
    return any(_lies_at(paint, *letter) for paint in paints for letter in printed.letters)


def _lies_at(paint: Paint, x: float, y: float) -> bool:
    left, bottom, right, top = paint.box
    return left <= x <= right and bottom <= y <= top and paint.contains(x, y)
