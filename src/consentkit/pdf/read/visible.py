"""Which text of a page is visible, as far as the file itself determines it.

Guarantees: a character counts as visible if it is drawn visibly on the page, by the rules of `pdf.read.canvas`, and no
form field, note or mark of the page covers it. Doubts count against a file: what is drawn through a mask, with an
uncommon blend mode, on a layer, on a picture, or in a colour that can't be determined, is not visible.

What is not examined: the shapes of a font's glyphs; the dash pattern of a line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from consentkit.pdf.file.geometry import IDENTITY, Area, Box, Matrix, Point, box_around, box_moved, product
from consentkit.pdf.file.operators import Operation
from consentkit.pdf.file.reader import PdfFile
from consentkit.pdf.file.syntax import Ref, Value, integer, number
from consentkit.pdf.read.canvas import LEAST_SIZE, Canvas, DrawnRun, Paint
from consentkit.pdf.read.colour import ANY
from consentkit.pdf.read.content_text import ContentReader, Font, MarkedSequence, SequenceKey
from consentkit.pdf.read.graphics import GraphicsState
from consentkit.pdf.read.measuring import MeasuredFont
from consentkit.pdf.read.outlines import rectangle
from consentkit.pdf.read.painter import Painter

_HIDDEN = 2
"""The flag of an annotation that is neither displayed nor printed (ISO 32000-1, 12.5.3)."""
_INVISIBLE_ALONE = {b"/Link", b"/Widget", b"/Popup"}
"""Kinds of annotation that paint nothing on the page if they have no appearance."""


class VisibleContent(ContentReader):
    """Reads the pages of a file like `ContentReader`, with U+FFFD for each character that is not visible."""

    def __init__(self, file: PdfFile, least_size: float = LEAST_SIZE, *, whole_drawings: bool = False) -> None:
        super().__init__(file)
        self._least_size = least_size
        self._whole_drawings = whole_drawings
        self._operations: dict[bytes, list[Operation]] = {}

    def read(self, page: Mapping[str, Value]) -> dict[SequenceKey, str]:
        """The text of each marked-content sequence of a page. A damaged page may raise any kind of exception."""
        text: dict[SequenceKey, str] = defaultdict(str)
        painter = self.painter(page)
        blank = replace(painter.state)
        painter.read(self._contents(page), _NOTHING)
        self._paint_annotations(page, painter, blank)
        for _, key, piece in painter.canvas.read():
            if key is not None:
                text[key] += piece
        return text

    def character_centres(self, page: Mapping[str, Value]) -> Iterator[Point]:
        """The centre of each character of a page, whether it is visible or not."""
        painter = self.painter(page)
        painter.read(self._contents(page), _NOTHING)
        for item in painter.canvas.items:
            if isinstance(item, DrawnRun) and item.is_painted:
                yield from item.centres()

    def operations(self, stream: bytes) -> list[Operation]:
        """The operators of a stream. What is drawn on many pages is parsed once."""
        if stream not in self._operations:
            self._operations[stream] = list(super().operations(stream))
        return self._operations[stream]

    def make_font(self, value: Value) -> Font:
        """Decode a font, with its widths."""
        return MeasuredFont(self.file, value)

    def painter(self, page: Mapping[str, Value]) -> Painter:
        """A painter for the streams of a page, one after the other."""
        resources = self.file.dictionary(page.get("Resources"))
        state = GraphicsState(clips=(page_area(self.file, page),))
        return Painter(self, Canvas(self._least_size), resources, state, whole_drawings=self._whole_drawings)

    def _paint_annotations(self, page: Mapping[str, Value], painter: Painter, blank: GraphicsState) -> None:
        """Paint the notes, marks and fields of a page over its content."""
        for reference in self.file.array(page.get("Annots")):
            entries = self.file.dictionary(reference)
            if integer(self.file.get(entries.get("F", b"0"))) & _HIDDEN or "Rect" not in entries:
                continue
            area = _box(self.file, entries["Rect"])
            appearances = list(_appearances(self.file, entries))
            for appearance in appearances:
                painter.state, painter.font = replace(blank), None
                painter.draw_form(appearance, _NOTHING, _place(self.file, appearance, area))
            if not appearances and _is_visible_alone(self.file, entries):
                painter.canvas.items.append(Paint((Area.of([rectangle(IDENTITY, *area)]),), ANY, 1.0, is_patchy=True))


_NOTHING = MarkedSequence(None, silent=False)


def _appearances(file: PdfFile, annotation: Mapping[str, Value]) -> Iterator[Ref]:
    """What an annotation may look like in each of its states, which a form may change."""
    normal = file.dictionary(annotation.get("AP")).get("N")
    drawings = [normal] if isinstance(normal, Ref) and file.objects[normal].stream is not None else None
    states = file.dictionary(normal).values() if drawings is None else drawings
    yield from (drawing for drawing in states if isinstance(drawing, Ref) and file.objects[drawing].stream is not None)


def _is_visible_alone(file: PdfFile, annotation: Mapping[str, Value]) -> bool:
    """Whether a viewer may draw something for an annotation without an appearance."""
    if file.get(annotation.get("Subtype")) not in _INVISIBLE_ALONE:
        return True
    is_filled = bool(file.array(file.dictionary(annotation.get("MK")).get("BG")))
    return is_filled or any(number(file.get(width)) > _FRAME for width in _border(file, annotation))


def _border(file: PdfFile, annotation: Mapping[str, Value]) -> Iterator[Value]:
    yield from file.array(annotation.get("Border"))[2:3]
    yield from (value for name, value in file.dictionary(annotation.get("BS")).items() if name == "W")


_FRAME = 2.0
"""The width of a frame, in points, that does not reach the text in it."""


def _place(file: PdfFile, appearance: Ref, area: Box) -> Matrix:
    """The matrix that moves an appearance to its position (ISO 32000-1, 12.5.5)."""
    entries = file.objects[appearance].entries
    own = [number(file.get(part)) for part in file.array(entries.get("Matrix"))]
    a, b, c, d, e, f = own if len(own) == 6 else IDENTITY
    box = box_moved((a, b, c, d, e, f), _box(file, entries["BBox"]))
    across, up = box.right - box.left, box.top - box.bottom
    if not across or not up:
        return (0.0, 0.0, 0.0, 0.0, area.left, area.bottom)
    to_corner = (1.0, 0.0, 0.0, 1.0, -box.left, -box.bottom)
    scale = ((area.right - area.left) / across, 0.0, 0.0, (area.top - area.bottom) / up, area.left, area.bottom)
    return product(to_corner, scale)


def page_area(file: PdfFile, page: Mapping[str, Value]) -> Area:
    """The area of a page that is displayed and printed: the intersection of its media box and its crop box."""
    boxes = [_inherited(file, page, name) for name in ("MediaBox", "CropBox")]
    (left, bottom, right, top), crop = boxes[0] or Box(0, 0, 612, 792), boxes[1]
    if crop:
        left, bottom = max(left, crop.left), max(bottom, crop.bottom)
        right, top = min(right, crop.right), min(top, crop.top)
    return Area.of([rectangle(IDENTITY, left, bottom, right, top)])


def _inherited(file: PdfFile, page: Mapping[str, Value], name: str) -> Box | None:
    node: Mapping[str, Value] = page
    for _ in range(32):
        if name in node:
            return _box(file, node[name])
        if "Parent" not in node:
            break
        node = file.dictionary(node["Parent"])
    return None


def _box(file: PdfFile, value: Value | None) -> Box:
    left, bottom, right, top = (number(file.get(edge)) for edge in file.array(value))
    return box_around([(left, bottom), (right, top)])
