"""What is stamped onto a page, read without painting all of the page.

Guarantees: this is what a painter would read (`drawn`), for pages on which nothing is in doubt: drawings of black text,
and others without text, each within the page, none of them touching another one or, but for text, a letter of the page.
Nothing is said of any other page, which has to be painted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from consentkit.packets.in_common import InCommon
from consentkit.packets.placed_drawings import PlacedDrawing, placed_in_field, placed_on_page
from consentkit.packets.plain_drawings import StampDrawing, box_of, is_in, read_plain
from consentkit.packets.printed import appearances_in, digest_of, stream_digest
from consentkit.packets.same_pages import SamePage, StampedLines
from consentkit.pdf.file.geometry import Area, Box, box_around
from consentkit.pdf.file.objects import inflated
from consentkit.pdf.file.reader import PdfFile
from consentkit.pdf.file.syntax import Ref, Value
from consentkit.pdf.read.canvas import Canvas, DrawnRun, Paint
from consentkit.pdf.read.content_text import MarkedSequence
from consentkit.pdf.read.graphics import GraphicsState
from consentkit.pdf.read.painter import Painter
from consentkit.pdf.read.visible import VisibleContent
from consentkit.recent import Recent

_OF_DRAWING = {"Type", "Subtype", "BBox", "Resources", "Length", "Filter"}


class StampedText(NamedTuple):
    """A text, and the number of the marked sequence that it is in, unless it is an artifact."""

    text: str
    sequence: int | None


class _Shown(NamedTuple):
    """What a drawing says, if it says anything, and where it is on its page."""

    text: str | None
    box: Box


class _StampedSheet:
    """What was stamped onto a page."""

    def __init__(self, area: Box, before: _StampedSheet | None = None) -> None:
        """`before` is what was stamped onto it first."""
        self.area = area
        self.texts: list[StampedText] = [*before.texts] if before else []
        self.others: list[Box] = [*before.others] if before else []
        """Where the drawings are that say nothing."""
        self._boxes: list[Box] = [*before._boxes] if before else []

    def put(self, shown: _Shown | None, sequence: int | None) -> bool:
        """Add a drawing. Returns whether it is certain what it says, and it touches no other one and is on the page."""
        if shown is None or not is_in(shown.box, self.area) or any(map(shown.box.overlaps, self._boxes)):
            return False
        self._boxes.append(shown.box)
        if shown.text is None:
            self.others.append(shown.box)
        else:
            self.texts.append(StampedText(shown.text, sequence))
        return True


class StampReader:
    """Reads the stamps of the pages of one file."""

    def __init__(
        self, file: PdfFile, content: VisibleContent, least_size: float, known: Recent[bytes, StampDrawing | None]
    ) -> None:
        """Type smaller than the least size, in points, counts as invisible. `known` are drawings of other files."""
        self._file, self._content, self._least_size = file, content, least_size
        self._drawings: dict[Ref, StampDrawing | None] = {}
        self._placed: dict[PlacedDrawing, _Shown | None] = {}
        self._sheets: dict[StampedLines, _StampedSheet | None] = {}
        self._known = known
        self._digests: dict[int, bytes] = {}

    def read(self, page: SamePage, annotations: Iterable[Mapping[str, Value]] = ()) -> list[StampedText] | None:
        """The texts that are stamped onto a page, or None where it has to be painted to know that.

        `annotations` are those of its form fields that are not the ones of its part: what these show is among the
        texts, behind all others.
        """
        lines, own = page.lines, page.own_drawings
        if lines is None:
            lines = self._lines_of(page)
        first = self._sheet(page, lines) if lines else None
        if first is None:
            return None
        sheet = _StampedSheet(first.area, first)
        if not all(sheet.put(self._shown(page, one), one.sequence) for one in own):
            return None
        fields = [(drawing, entries) for entries in annotations for drawing in appearances_in(self._file, entries)]
        if not all(self._put_field(sheet, page, drawing, entries) for drawing, entries in fields):
            return None
        return sheet.texts if all(map(page.is_free, sheet.others)) else None

    def _lines_of(self, page: SamePage) -> StampedLines | None:
        """What the stream behind a page draws that does not lie among what other files have, too."""
        if len(page.behind) != 1 or page.printed.box is None:
            return None
        placed = placed_on_page(inflated(self._file.objects[page.behind[0]]), page.drawings)
        return None if placed is None else StampedLines(placed, page.printed.box)

    def _sheet(self, page: SamePage, lines: StampedLines) -> _StampedSheet | None:
        """What is stamped in the same way onto several pages; None where that is not certain."""
        if lines not in self._sheets:
            sheet = _StampedSheet(lines.area)
            is_clear = all(sheet.put(self._shown(page, one), one.sequence) for one in lines.placed)
            self._sheets[lines] = sheet if is_clear else None
        return self._sheets[lines]

    def _put_field(self, sheet: _StampedSheet, page: SamePage, drawing: Ref, annotation: Mapping[str, Value]) -> bool:
        """Put onto a sheet what a field shows. Returns whether that is certain."""
        if stream_digest(self._file, drawing) in page.printed.appearances:
            return True
        item = self._file.objects[drawing]
        box, place = box_of(item.entries.get("BBox")), box_of(self._file.array(annotation.get("Rect")))
        resources = self._file.dictionary(item.entries.get("Resources"))
        if box is None or place is None or not is_drawing(item.entries) or resources.keys() != {"XObject"}:
            return False
        placed = placed_in_field(inflated(item), self._file.dictionary(resources["XObject"]))
        for one in placed or ():
            shown, drawn = self._shown(page, one), self.drawing(page, one.drawing)
            if shown is None or drawn is None or not is_in(moved_box(drawn.core, one.scale, one.left, one.bottom), box):
                return False
            moved = moved_box(shown.box, 1.0, place.left - box.left, place.bottom - box.bottom)
            if not sheet.put(_Shown(shown.text, moved), None):
                return False
        return placed is not None

    def _shown(self, page: SamePage, placed: PlacedDrawing) -> _Shown | None:
        """What a drawing says, and where; None where that is not certain."""
        if placed not in self._placed:
            drawing = self.drawing(page, placed.drawing)
            is_seen = drawing is not None and drawing.height * placed.scale >= self._least_size
            self._placed[placed] = (
                _Shown(drawing.text, moved_box(drawing.box, placed.scale, placed.left, placed.bottom))
                if drawing and is_seen
                else None
            )
        return self._placed[placed]

    def drawing(self, page: SamePage, reference: Ref) -> StampDrawing | None:
        """A drawing by itself; None where it has to be painted to know what it says."""
        if reference not in self._drawings:
            common = page.in_common
            self._drawings[reference] = (
                common.drawing(reference, self._read_in_common, lambda: self._read(reference, common))
                if common
                else self._read(reference, None)
            )
        return self._drawings[reference]

    def _read_in_common(self, file: PdfFile, reference: Ref) -> StampDrawing | None:
        content = VisibleContent(file, self._least_size, whole_drawings=True)
        return StampReader(file, content, self._least_size, Recent(0))._read_drawing(reference)

    def _read(self, reference: Ref, common: InCommon | None) -> StampDrawing | None:
        plain = self._read_plain(reference, common) if common else None
        return plain or self._known.get(self._key(reference), lambda: self._read_drawing(reference))

    def _read_plain(self, reference: Ref, common: InCommon) -> StampDrawing | None:
        item = self._file.objects[reference]
        entries = item.entries
        area, resources = box_of(entries.get("BBox")), entries.get("Resources")
        if area is None or not is_drawing(entries):
            return None
        fonts = common.fonts(resources) if isinstance(resources, Ref) else {}
        return read_plain(inflated(item), area, fonts, self._least_size)

    def _key(self, reference: Ref) -> bytes:
        """A digest of a drawing and of the fonts that it names: what it says follows from these."""
        item = self._file.objects[reference]
        content = inflated(item)
        resources = self._file.dictionary(item.entries.get("Resources"))
        fonts = self._file.dictionary(resources.get("Font"))
        named = {name: font for name, font in fonts.items() if name.encode("latin-1") in content}
        entries = {**item.entries, "Resources": {**resources, "Font": named}}
        return digest_of(self._file, entries, self._digests) + hashlib.sha256(content).digest()

    def _read_drawing(self, reference: Ref) -> StampDrawing | None:
        """A drawing, unless something about it depends on where it is drawn, or is in doubt."""
        item = self._file.objects[reference]
        if not is_drawing(item.entries):
            return None
        canvas = Canvas(0.0)
        painter = Painter(self._content, canvas, {}, GraphicsState(), whole_drawings=True)
        try:
            painter.draw_form(reference, MarkedSequence(None, silent=False))
        except (KeyError, TypeError, ValueError):  # it draws with something of its page, or is damaged
            return None
        runs = [one for one in canvas.items if isinstance(one, DrawnRun)]
        paints = [one for one in canvas.items if isinstance(one, Paint) and one.alpha > 0]
        if len(paints) == len(canvas.items) == 1:
            return StampDrawing(None, paints[0].box, self._least_size, paints[0].box)
        text = "".join(piece for _, _, piece in canvas.read())
        if len(runs) < len(canvas.items) or not all(map(_is_plain, runs)) or not runs:
            return None
        boxes = [box for run in runs for box in (run.box, run.ink_box) if box]
        least = min(run.height for run in runs)
        return StampDrawing(text, _around(boxes), least, _around([run.box for run in runs]))


def _around(boxes: Iterable[Box]) -> Box:
    return box_around(corner for box in boxes for corner in ((box.left, box.bottom), (box.right, box.top)))


def moved_box(box: Box, scale: float, left: float, bottom: float) -> Box:
    """Where a box of a drawing is on its page."""
    return Box(box[0] * scale + left, box[1] * scale + bottom, box[2] * scale + left, box[3] * scale + bottom)


def is_drawing(entries: Mapping[str, Value]) -> bool:
    """Whether these are the entries of a drawing, and nothing else is in them that changes what it looks like."""
    return not entries.keys() - _OF_DRAWING and entries.get("Subtype") == b"/Form"


def _is_plain(run: DrawnRun) -> bool:
    """Whether a run is read the same wherever it is drawn, and in any size."""
    is_read = run.key is None and not run.is_replaced and run.is_painted
    return is_read and all(_holds(area, run.box) for area in run.clips)


def _holds(area: Area, box: Box) -> bool:
    return area.is_rectangle and is_in(box, area.box)
