"""What is stamped onto a page, read without painting all of the page.

Guarantees: this is what a painter would read (`drawn`), for pages on which nothing is in doubt: drawings of black text,
and others without text, each within the page, none of them touching another one or, but for text, a letter of the page.
Nothing is said of any other page, which has to be painted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from consentkit.packets.in_common import InCommon
from consentkit.packets.plain_drawings import StampDrawing, box_of, read_plain
from consentkit.packets.printed import digest_of
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

_STAMP = re.compile(
    rb"\n(?:/Artifact <</Type /Pagination>>|/Span <</MCID ([0-9]{1,6})>>) BDC"
    rb"\nq ([0-9.]{1,9}) 0 0 ([0-9.]{1,9}) (-?[0-9.]{1,9}) (-?[0-9.]{1,9}) cm /([A-Za-z0-9]+) Do Q\nEMC"
)
_START = b"Q"
"""The state from before the content of the page is restored first."""
_OF_DRAWING = {"Type", "Subtype", "BBox", "Resources", "Length", "Filter"}


class StampedText(NamedTuple):
    """A text, and the number of the marked sequence that it is in, unless it is an artifact."""

    text: str
    sequence: int | None


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

    def read(self, page: SamePage) -> list[StampedText] | None:
        """The texts that are stamped onto a page, or None where it has to be painted to know that."""
        if len(page.behind) != 1 or page.printed.box is None:
            return None
        content = inflated(self._file.objects[page.behind[0]])
        place = len(_START)
        texts: list[StampedText] = []
        boxes: list[Box] = []
        others: list[Box] = []
        while stamp := _STAMP.match(content, place):
            place = stamp.end()
            drawing = self._drawing(page, stamp[6].decode())
            scale, left, bottom = float(stamp[2]), float(stamp[4]), float(stamp[5])
            if drawing is None or stamp[2] != stamp[3] or drawing.height * scale < self._least_size:
                return None
            box = Box(*(edge * scale + start for edge, start in zip(drawing.box, (left, bottom) * 2, strict=True)))
            (boxes if drawing.text is not None else others).append(box)
            if drawing.text is not None:
                texts.append(StampedText(drawing.text, int(stamp[1]) if stamp[1] else None))
        is_clear = content.startswith(_START) and place == len(content) and self._are_apart(page, boxes, others)
        return texts if is_clear else None

    def _are_apart(self, page: SamePage, texts: Sequence[Box], others: Sequence[Box]) -> bool:
        area, every = page.printed.box, [*texts, *others]
        return (
            area is not None
            and all(_is_in(box, area) for box in every)
            and not any(one.overlaps(other) for one, other in combinations(every, 2))
            and all(page.is_free(box) for box in others)
        )

    def _drawing(self, page: SamePage, name: str) -> StampDrawing | None:
        reference = page.drawings.get(name)
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
        except KeyError:  # it draws with something of its page
            return None
        runs = [one for one in canvas.items if isinstance(one, DrawnRun)]
        paints = [one for one in canvas.items if isinstance(one, Paint) and one.alpha > 0]
        if len(paints) == len(canvas.items) == 1:
            return StampDrawing(None, paints[0].box, self._least_size)
        text = "".join(piece for _, _, piece in canvas.read())
        if len(runs) < len(canvas.items) or not all(map(_is_plain, runs)) or not runs:
            return None
        boxes = [box for run in runs for box in (run.box, run.ink_box) if box]
        around = box_around(corner for box in boxes for corner in ((box.left, box.bottom), (box.right, box.top)))
        return StampDrawing(text, around, min(run.height for run in runs))


def _is_drawing(entries: Mapping[str, Value]) -> bool:
    """Whether these are the entries of a drawing, and nothing else is in them that changes what it looks like."""
    return not entries.keys() - _OF_DRAWING and entries.get("Subtype") == b"/Form"


def _is_plain(run: DrawnRun) -> bool:
    """Whether a run is read the same wherever it is drawn, and in any size."""
    is_read = run.key is None and not run.is_replaced and run.is_painted
    return is_read and all(_holds(area, run.box) for area in run.clips)


def _holds(area: Area, box: Box) -> bool:
    return area.is_rectangle and _is_in(box, area.box)


def _is_in(box: Box, area: Box) -> bool:
    """Whether a box lies in another one, with nothing allowed for rounding: what is in doubt is painted."""
    return area.left <= box.left and area.bottom <= box.bottom and box.right <= area.right and box.top <= area.top
