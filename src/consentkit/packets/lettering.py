"""Text and codes drawn onto finished pages: names into slots, numbers at the foot, codes for filing.

Guarantees: a text is drawn in our fonts and never as boxes; it fits its slot, on several lines before the type gets
smaller, and is never cut off; what belongs to a label is read out with it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from consentkit.packets.code_drawing import BOX_OF_CODE, drawn_code
from consentkit.packets.line_breaks import ways_to_break
from consentkit.packets.line_fit import STEP, LineRoom, line_fit
from consentkit.packets.scripts import language_of
from consentkit.packets.visit_lines import DrawnLine, VisitLines
from consentkit.packets.wording import Piece
from consentkit.pdf.file.syntax import Ref
from consentkit.pdf.fonts.widths import width_of
from consentkit.pdf.line_box import BASELINE, LINE_SIZE
from consentkit.pdf.lines.shaping import ShapedBefore
from consentkit.pdf.link.link import Linker
from consentkit.pdf.link.order import FieldValue, Stamp
from consentkit.pdf.part import Slot

_PRINTED = 11 / 12
"""The default size of what is written into slots, as a share of the size in which lines are drawn."""
_LARGE_PRINT = 14 / 12
"""The largest size that a slot of the normal height has room for."""
_NORMAL_HEIGHT = 16.0
"""Points from the rule of a slot to its upper edge; a text in a higher one is larger, as on the cover."""
_SMALL = 10 / 12
_LARGEST = {"visit_patient": 28 / 12}
"""The size in places that leave room for more lines of it: the name on the cover has 28 points."""
_LARGEST_IN_LARGE_PRINT = {**_LARGEST, "packet_page": 18 / 12}
"""The same in large print, where page numbers are as large as the text."""
_SIDE = 2.0
"""Points between the edge of a slot and its text."""
_ABOVE_RULE = 3.4
_GAP = 3.0
"""Points between two pieces of a text, in the size in which lines are drawn."""

EDGE = 22.7
"""Points from the edge of the sheet to whatever a scanner or a person needs, be the paper fed askew (8 mm)."""


class Texts:
    """All texts of a packet, drawn in one go."""

    def __init__(
        self,
        texts: Iterable[str],
        *,
        on_one_line: Iterable[str] = (),
        bold: Collection[str] = (),
        large_print: bool = False,
        pieces: Mapping[str, Sequence[Piece]] | None = None,
        before: ShapedBefore | None = None,
    ) -> None:
        """`texts` may be set on several lines, `on_one_line` never; those that are in `bold` are in heavy type.

        `pieces` has those that are not of one language; each piece is drawn, and read out, by itself.

        `before` is what was shaped for other packets.
        """
        self._printed = _LARGE_PRINT if large_print else _PRINTED
        self._largest = _LARGEST_IN_LARGE_PRINT if large_print else _LARGEST
        self.heavy = frozenset(bold)
        """The texts in heavy type."""
        self.rooms: dict[Ref, dict[LineRoom, None]] = {}
        """For each drawing of a whole text, the kinds of room that it has."""
        self._pieces = pieces or {}
        self._written: dict[Hashable, list[Stamp]] = {}
        self._ways = cache(ways_to_break)
        self._language = cache(language_of)
        parts = (part for text in self._pieces.values() for part, _ in text)
        self._lines = VisitLines([*on_one_line, *parts], bold, before, texts=texts, ways_to_break=self._ways)

    def put_into(self, linker: Linker) -> None:
        """Draw into a packet from here on."""
        self._lines.put_into(linker)
        self._written.clear()

    def width(self, line: str) -> float:
        """How wide a line is, in points, in the size in which lines are drawn."""
        return self._lines[line].width

    def in_slot(self, text: str, slot: Slot, *, flush_right: bool = False) -> list[Stamp]:
        """Stamps that write a text into a slot, on as many lines as make it largest."""
        place = (text, slot.name, slot.corners, slot.element, flush_right)
        if place not in self._written:  # the heads of many pages are the same
            self._written[place] = self._in_slot(text, slot, flush_right=flush_right)
        return self._written[place]

    def _in_slot(self, text: str, slot: Slot, *, flush_right: bool) -> list[Stamp]:
        left, bottom, right, top = slot.corners
        height = top - bottom
        largest = self._largest.get(slot.name) or max(self._printed, _PRINTED * height / _NORMAL_HEIGHT)
        pieces = self._pieces.get(text, ())
        if any(language for _, language in pieces):
            return self._side_by_side(pieces, slot, min(largest, height / LINE_SIZE), flush_right=flush_right)
        room = LineRoom(right - left - 2 * _SIDE, height, largest, flush_right)
        lines, scale = self._largest_way(text, room)
        size, low = scale / largest, -(len(lines) > 1) / largest
        stamps = [
            self._stamp(line, slot, largest, size, low + above * size * STEP, 0.0, flush_right=flush_right)
            for above, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True)
        ]
        if len(stamps) == 1:
            self.rooms.setdefault(stamps[0].drawing, {})[room] = None
        return stamps

    def drawn(self) -> Iterator[DrawnLine]:
        """The lines that are drawn in the packet by themselves, in their order."""
        return self._lines.drawn()

    def _side_by_side(self, pieces: Sequence[Piece], slot: Slot, largest: float, *, flush_right: bool) -> list[Stamp]:
        """Stamps that write the pieces of a text on one line, each in its own language."""
        left, _, right, _ = slot.corners
        widths = [self.width(text) for text, _ in pieces]
        gaps = _GAP * (len(pieces) - 1)
        size = min(1.0, (right - left - 2 * _SIDE) / max(sum(widths) + gaps, 1) / largest)
        stamps, before = [], 0.0
        for (text, language), width in zip(pieces, widths, strict=True):
            stamp = self._stamp(text, slot, largest, size, 0.0, before, flush_right=flush_right)
            stamps.append(replace(stamp, language=stamp.language or language))
            before += (width + _GAP) * size
        return stamps

    def _largest_way(self, text: str, room: LineRoom) -> tuple[tuple[str, ...], float]:
        """The lines on which a text is largest, and their size; as few as possible."""
        lines: tuple[str, ...] = (text.strip(),)
        scale = 0.0
        for way in self._lines.ways(text):
            own = room.scale([self.width(line) for line in way])
            lines, scale = (way, own) if own > scale else (lines, scale)
            if scale >= room.largest:
                break
        return lines, scale

    def at(self, text: str, left: float, baseline: float, room: float) -> Stamp:
        """A stamp that writes a small text at a place, as an artifact."""
        size = min(1.0, room / max(self.width(text), 1) / _SMALL)
        return Stamp(self._drawing(text, size), left, baseline - BASELINE * _SMALL, _SMALL)

    def _stamp(
        self, line: str, slot: Slot, largest: float, size: float, up: float, before: float, *, flush_right: bool
    ) -> Stamp:
        """A stamp of a line in a slot: where it goes depends on the slot alone, and its drawing on how the line fits.

        `size` is a share of the largest scale; `up` and `before` are how far the line is above the rule, and behind
        the edge that it begins at, by the measure of the drawing.
        """
        start = slot.corners.right - _SIDE if flush_right else slot.corners.left + _SIDE
        bottom = slot.corners.bottom + _ABOVE_RULE - BASELINE * largest
        spoken = f" {line}" if slot.element is not None else None  # the space parts it from its label
        left = -before - self.width(line) * size if flush_right else before
        drawing = self._drawing(line, size, left, up)
        return Stamp(drawing, start, bottom, largest, slot.element, spoken, self._language(line))

    def _drawing(self, line: str, size: float, left: float = 0.0, up: float = 0.0) -> Ref:
        """The drawing of a line with the baseline `up` points above that of all drawings."""
        return self._lines.drawing(line, line_fit(size, left, up, self._lines[line].baseline))


def field_values(
    texts: Texts, slots: Sequence[Slot], values: Mapping[str, str], *, flush_right: bool
) -> list[FieldValue]:
    """What the form fields of a part are filled with. A field shows one line, as small as it must be."""
    filled = []
    slots = [slot for slot in slots if slot.widget is not None]
    for name, text in values.items() if slots else ():
        stamps = {
            slot.widget: texts.in_slot(text, slot, flush_right=flush_right)
            for slot in slots
            if slot.name == name and slot.widget is not None
        }
        if stamps:
            filled.append(FieldValue(text, stamps))
    return filled


def draw_code(linker: Linker, payload: str) -> Ref:
    """Draw a QR code, and return the drawing. Raises ValueError for what does not fit a small one."""
    return linker.draw(drawn_code(payload), BOX_OF_CODE)


_NAME_ROOM = 480.0
"""Points across the cover that are sure to be there for a name: its room on A4, less a little for kerning."""
_SIZE_OF_NAME = _LARGEST["visit_patient"] * LINE_SIZE
ROOM_FOR_NAME = _NAME_ROOM / _SIZE_OF_NAME
"""The same, as a multiple of the size of its type."""


def lines_of_name(name: str) -> int:
    """How many lines a name takes on the cover, so that room can be left for them."""
    if width_of(name) <= ROOM_FOR_NAME:
        return 1
    widths = [max(map(width_of, lines)) for lines in ways_to_break(name)]
    fitting = (count for count, width in enumerate(widths) if width <= ROOM_FOR_NAME)
    return next(fitting, widths.index(min(widths))) + 1
