"""Text and codes drawn onto finished pages: names into slots, numbers at the foot, codes for filing.

Guarantees: a text is drawn in our fonts and never as boxes; it fits its slot, in smaller type or on two lines if need
be, and is never cut off; what belongs to a label is read out with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno

from consentkit.documents.making import load_engine
from consentkit.errors import RenderingFailed
from consentkit.packets.scripts import language_of
from consentkit.pdf.file.syntax import Ref
from consentkit.pdf.link.compile import CompiledPart, compile_part
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
_LEAST_ON_ONE_LINE = 0.62
"""A text that had to be smaller than this on one line gets two: 7.4 points."""
_SIDE = 2.0
"""Points between the edge of a slot and its text."""
_ABOVE_RULE = 3.4
_LINE_STEP = 8.4
"""Points from one of two lines to the next."""
_BREAKS = re.compile(r"(?<=[\s-])")

EDGE = 12.75
"""Points from the edge of the sheet that office printers leave (4.5 mm)."""
_MODULE = 1.2
"""Points of the side of a square of a code: 0.42 mm, which is 2.5 dots of a scan at 150 dpi.

Larger squares would leave no room between the code and the text beside it, in the right margin of A4 (17 mm).
"""


@dataclass(frozen=True)
class DrawnLine:
    """A line that has been drawn, with its width and baseline in points."""

    drawing: Ref
    width: float
    baseline: float


class Texts:
    """All texts of a packet, drawn in one go."""

    def __init__(self, texts: Iterable[str], *, large_print: bool = False) -> None:
        self._printed = _LARGE_PRINT if large_print else _PRINTED
        lines = dict.fromkeys(line for text in texts for line in (text, *(halves(text) or ())))
        self._lines = list(lines)
        drawn = _drawn(self._lines)
        self._sheet: CompiledPart = compile_part(drawn.pdf)
        self._contents = drawn.contents
        self._box = max(drawn.widths, default=0.0) + 1, load_engine().LINE_HEIGHT
        self._sizes = list(zip(drawn.widths, drawn.baselines, strict=True))
        self._drawn: dict[str, DrawnLine] = {}

    def put_into(self, linker: Linker) -> None:
        """Add the drawings to a packet."""
        drawings = linker.draw_with(self._sheet, self._contents, *self._box)
        self._drawn = {
            line: DrawnLine(drawing, *size)
            for line, drawing, size in zip(self._lines, drawings, self._sizes, strict=True)
        }

    def in_slot(self, text: str, slot: Slot, *, flush_right: bool = False) -> list[Stamp]:
        """Stamps that write a text into a slot."""
        left, bottom, right, top = slot.corners
        room = right - left - 2 * _SIDE
        pair = halves(text)
        height = max(1, (top - bottom) / _NORMAL_HEIGHT)
        scale = min(max(self._printed, _PRINTED * height), room / max(self._drawn[text].width, 1))
        if pair is None:
            return [self._stamp(text, left, right, bottom + _ABOVE_RULE, scale, slot.element, flush_right)]
        widest = max(self._drawn[half].width for half in pair)
        scale_of_two = min(_LEAST_ON_ONE_LINE * height, room / max(widest, 1))
        if scale >= scale_of_two:
            return [self._stamp(text, left, right, bottom + _ABOVE_RULE, scale, slot.element, flush_right)]
        low = bottom + _ABOVE_RULE - 1
        places = (low + _LINE_STEP * height, low)
        return [
            self._stamp(half, left, right, place, scale_of_two, slot.element, flush_right)
            for half, place in zip(pair, places, strict=True)
        ]

    def at(self, text: str, left: float, baseline: float, room: float) -> Stamp:
        """A stamp that writes a small text at a place, as an artifact."""
        drawn = self._drawn[text]
        scale = min(_SMALL, room / max(drawn.width, 1))
        return Stamp(drawn.drawing, left, baseline - drawn.baseline * scale, scale)

    def _stamp(
        self,
        line: str,
        left: float,
        right: float,
        baseline: float,
        scale: float,
        element: int | None,
        flush_right: bool,
    ) -> Stamp:
        drawn = self._drawn[line]
        start = right - _SIDE - drawn.width * scale if flush_right else left + _SIDE
        spoken = f" {line}" if element is not None else None  # the space parts it from its label
        return Stamp(drawn.drawing, start, baseline - drawn.baseline * scale, scale, element, spoken, language_of(line))


def _drawn(lines: Sequence[str]) -> Any:
    """Draw lines. What the engine complains of may quote letters of a name, so it is not passed on."""
    engine = load_engine()
    try:
        return engine.draw_lines(lines)
    except RenderingFailed:
        raise RenderingFailed(
            "a name or another particular of this visit has letters that can't be printed; write it in Latin letters"
        ) from None


def field_values(
    texts: Texts, slots: Sequence[Slot], values: Mapping[str, str], *, flush_right: bool
) -> list[FieldValue]:
    """What the form fields of a part are filled with. A field shows one line, as small as it must be."""
    filled = []
    for name, text in values.items():
        stamps = {
            slot.widget: texts.in_slot(text, slot, flush_right=flush_right)
            for slot in slots
            if slot.name == name and slot.widget is not None
        }
        if stamps:
            filled.append(FieldValue(text, stamps))
    return filled


def draw_code(linker: Linker, payload: str) -> tuple[Ref, float]:
    """Draw a QR code. Returns the drawing and the length of its side in points."""
    code = segno.make_qr(payload, error="m", boost_error=False)
    operators = [b"%g 0 0 %g 0 0 cm" % (_MODULE, _MODULE)]
    rows = [bytes(row) for row in code.matrix]
    for index, row in enumerate(rows):
        for run in re.finditer(rb"\x01+", row):
            operators.append(b"%d %d %d 1 re" % (run.start(), len(rows) - 1 - index, run.end() - run.start()))
    side = len(rows) * _MODULE
    return linker.draw(b"\n".join([*operators, b"f"]), side, side), side


def halves(text: str) -> tuple[str, str] | None:
    """A text cut near its middle, where words or parts of a name end; None where it is short or has no such place."""
    text = text.strip()  # neither half may be blank
    if len(text) < 20:
        return None
    cuts = [match.start() for match in _BREAKS.finditer(text) if 0 < match.start() < len(text)]
    if not cuts:
        return None
    cut = min(cuts, key=lambda place: abs(place - len(text) / 2))
    return text[:cut].strip(), text[cut:].strip()
