"""What is stamped onto a page, read without painting all of the page.

Guarantees: this is what a painter would read (`drawn`), for pages on which nothing is in doubt: drawings of black text,
and others without text, each within the page, none of them touching another one or, but for text, a letter of the page.
Nothing is said of any other page, which has to be painted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

from consentkit.packets.in_common import InCommon
from consentkit.packets.plain_drawings import StampDrawing, box_of, is_in, read_plain
from consentkit.packets.printed import appearances_in, digest_of, stream_digest
from consentkit.packets.same_pages import SamePage
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

_SHOWN = (
    rb"\nq (?P<scale>[0-9.]{1,9}) 0 0 (?P<height>[0-9.]{1,9}) (?P<left>-?[0-9.]{1,9}) (?P<bottom>-?[0-9.]{1,9}) cm"
    rb" /(?P<name>[A-Za-z0-9]+) Do Q"
)
_STAMP = re.compile(
    rb"\n(?:/Artifact <</Type /Pagination>>|/Span <</MCID (?P<sequence>[0-9]{1,6})>>) BDC%b\nEMC" % _SHOWN
)
_IN_FIELD = re.compile(_SHOWN)
_FIELD = re.compile(rb"/Tx BMC(?:%b)*\nEMC" % _SHOWN)
_START = b"Q"
"""The state from before the content of the page is restored first."""
_OF_DRAWING = {"Type", "Subtype", "BBox", "Resources", "Length", "Filter"}


class StampedText(NamedTuple):
    """A text, and the number of the marked sequence that it is in, unless it is an artifact."""

    text: str
    sequence: int | None


class _StampedSheet:
    """What was stamped onto a page."""

    def __init__(self) -> None:
        self.texts: list[StampedText] = []
        self._boxes: list[Box] = []
        self._others: list[Box] = []

    def put(self, box: Box, text: str | None, sequence: int | None) -> None:
        """Add a drawing that says a text, or none."""
        if text is None:
            self._others.append(box)
            return
        self._boxes.append(box)
        self.texts.append(StampedText(text, sequence))

    def is_clear(self, page: SamePage) -> bool:
        """Whether nothing of it touches anything else, or lies beyond the page."""
        area, every = page.printed.box, [*self._boxes, *self._others]
        return (
            area is not None
            and all(is_in(box, area) for box in every)
            and not any(one.overlaps(other) for one, other in combinations(every, 2))
            and all(page.is_free(box) for box in self._others)
        )


class StampReader:
    """Reads the stamps of the pages of one file."""

    def __init__(
        self, file: PdfFile, content: VisibleContent, least_size: float, known: Recent[bytes, StampDrawing | None]
    ) -> None:
        """Type smaller than the least size, in points, counts as invisible. `known` are drawings of other files."""
        self._file, self._content, self._least_size = file, content, least_size
        self._drawings: dict[Ref, StampDrawing | None] = {}
        self._known = known
        self._digests: dict[int, bytes] = {}

    def read(self, page: SamePage, annotations: Iterable[Mapping[str, Value]] = ()) -> list[StampedText] | None:
        """The texts that are stamped onto a page, or None where it has to be painted to know that.

        `annotations` are those of its form fields that are not the ones of its part: what these show is among the
        texts, behind all others.
        """
        if len(page.behind) != 1:
            return None
        content = inflated(self._file.objects[page.behind[0]])
        sheet, place = _StampedSheet(), len(_START)
        while stamp := _STAMP.match(content, place):
            place = stamp.end()
            sequence = int(stamp["sequence"]) if stamp["sequence"] else None
            if not self._put(sheet, stamp, page, page.drawings, sequence):
                return None
        if place != len(content) or not content.startswith(_START):
            return None
        shown = [(drawing, entries) for entries in annotations for drawing in appearances_in(self._file, entries)]
        if not all(self._put_field(sheet, page, drawing, entries) for drawing, entries in shown):
            return None
        return sheet.texts if sheet.is_clear(page) else None

    def _put_field(self, sheet: _StampedSheet, page: SamePage, drawing: Ref, annotation: Mapping[str, Value]) -> bool:
        """Put onto a sheet what a field shows. Returns whether that is certain."""
        if stream_digest(self._file, drawing) in page.printed.appearances:
            return True
        item = self._file.objects[drawing]
        box, place = box_of(item.entries.get("BBox")), box_of(self._file.array(annotation.get("Rect")))
        content = inflated(item)
        if box is None or place is None or not _is_drawing(item.entries) or not _FIELD.fullmatch(content):
            return False
        resources = self._file.dictionary(item.entries.get("Resources"))
        if resources.keys() != {"XObject"}:
            return False
        drawings, corner = (
            self._file.dictionary(resources["XObject"]),
            (place.left - box.left, place.bottom - box.bottom),
        )
        return all(self._put(sheet, shown, page, drawings, None, corner, box) for shown in _IN_FIELD.finditer(content))

    def _put(
        self,
        sheet: _StampedSheet,
        stamp: re.Match[bytes],
        page: SamePage,
        drawings: Mapping[str, Value],
        sequence: int | None,
        corner: tuple[float, float] = (0.0, 0.0),
        area: Box | None = None,
    ) -> bool:
        """Put what was stamped onto a sheet, `corner` away from where it says, and within an area by its own measure.

        Returns whether it is certain what that is.
        """
        scale_text, height, left, bottom, name = stamp.group("scale", "height", "left", "bottom", "name")
        drawing, scale = self._drawing(page, drawings.get(name.decode())), float(scale_text)
        if drawing is None or scale_text != height or drawing.height * scale < self._least_size:
            return False
        box = _moved(drawing.box, scale, float(left), float(bottom))
        if area is not None and not is_in(_moved(drawing.core, scale, float(left), float(bottom)), area):
            return False
        sheet.put(_moved(box, 1.0, *corner), drawing.text, sequence)
        return True

    def _drawing(self, page: SamePage, reference: Value | None) -> StampDrawing | None:
        if not isinstance(reference, Ref):
            return None
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
        if area is None or not _is_drawing(entries):
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
        if not _is_drawing(item.entries):
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


def _moved(box: Box, scale: float, left: float, bottom: float) -> Box:
    return Box(*(edge * scale + start for edge, start in zip(box, (left, bottom) * 2, strict=True)))


def _is_drawing(entries: Mapping[str, Value]) -> bool:
    """Whether these are the entries of a drawing, and nothing else is in them that changes what it looks like."""
    return not entries.keys() - _OF_DRAWING and entries.get("Subtype") == b"/Form"


def _is_plain(run: DrawnRun) -> bool:
    """Whether a run is read the same wherever it is drawn, and in any size."""
    is_read = run.key is None and not run.is_replaced and run.is_painted
    return is_read and all(_holds(area, run.box) for area in run.clips)


def _holds(area: Area, box: Box) -> bool:
    return area.is_rectangle and is_in(box, area.box)
