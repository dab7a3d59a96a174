"""Drawings that are read without a painter: one line in one font, and drawings without text.

Guarantees: what is read is what a painter would read of the same bytes (`stamps`); of any other drawing, nothing is
said. Nothing here knows how lines are written: the operators are read from the finished file, and each glyph means
what the font in the file says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from struct import unpack
from typing import NamedTuple

from consentkit.pdf.file.geometry import Box
from consentkit.pdf.file.syntax import Value
from consentkit.pdf.file.unknown_letter import UNKNOWN

LEAST_SIZE = 2.0
"""Points of the smallest type that a visit may be written in: long names in short slots become that small."""
_NUMBER = rb"[0-9]{1,4}(?:\.[0-9]{1,6})?"
_LINE = re.compile(
    rb"(?:(?P<fit>%(n)b) 0 0 (?P<height>%(n)b) (?P<left>-?%(n)b) (?P<up>-?%(n)b) cm\n)?"
    rb"BT\n0 (?P<baseline>%(n)b) Td\n/(?P<font>[A-Za-z0-9]+) (?P<size>%(n)b) Tf\n"
    rb"\[(?P<glyphs><(?:[0-9a-f]{4})+>(?:(?:-?[0-9]{1,4})?<(?:[0-9a-f]{4})+>)*)\] TJ\nET" % {b"n": _NUMBER}
)
_DIGITS = 4
"""How many digits the number of a glyph has."""
_DRAWS_TEXT = re.compile(rb"Tj|TJ|'|\"|Do|EI")
"""What a drawing has that shows text, or draws something that may."""
_OF_TEXT = (b"T", b"'", b'"', b"D", b"E")
"""What each of these has, so that most drawings without text are known by one look."""
_DEPTH, _HEIGHT = -0.2, 0.75
"""How far letters reach below and above their line, as fractions of their size, as a painter has it."""
_LOWEST, _HIGHEST = 0.08, 0.42
"""Between which of them a painter looks whether letters are seen."""


class StampDrawing(NamedTuple):
    """A drawing by itself."""

    text: str | None
    """What it says; None where it is no text."""
    box: Box
    height: float
    """The size of its smallest letters, in points."""
    core: Box
    """Where its letters would be looked at, to know whether they are seen: up to the height of small ones."""


class LineFont:
    """The glyphs of a font, by their numbers."""

    def __init__(self, meanings: Mapping[int, str], widths: Mapping[int, float], default: float) -> None:
        """What each glyph means, if that is known, and its width as a fraction of the size, which most have by default.

        A glyph whose meaning is not known has none of the letters that a visit may have.
        """
        self.meanings, self.widths, self.default = meanings, widths, default

    def read(self, glyphs: Sequence[int]) -> tuple[str, list[float]]:
        """What some glyphs mean, and how wide each is."""
        try:
            text = "".join(map(self.meanings.__getitem__, glyphs))
            return text, list(map(self.widths.__getitem__, glyphs))
        except KeyError:
            text = "".join([self.meanings.get(number, UNKNOWN) for number in glyphs])
            return text, [self.widths.get(number, self.default) for number in glyphs]


def read_plain(content: bytes, area: Box, fonts: Mapping[str, LineFont], least_size: float) -> StampDrawing | None:
    """What a drawing says that ends at the edges of an area; None for one that has to be painted to know that."""
    line = _LINE.fullmatch(content)
    if line is not None:
        font = fonts.get(line["font"].decode())
        return None if font is None else _read_line(line, font, area)
    is_text = any(sign in content for sign in _OF_TEXT) and _DRAWS_TEXT.search(content)
    return None if is_text else StampDrawing(None, area, least_size, area)


def _read_line(line: re.Match[bytes], font: LineFont, area: Box) -> StampDrawing | None:
    fit, height, left, up = (float(one) if one else None for one in line.group("fit", "height", "left", "up"))
    if fit != height or fit == 0:
        return None
    scale, start = fit or 1.0, left or 0.0
    size, baseline = float(line["size"]) * scale, (up or 0.0) + float(line["baseline"]) * scale
    pieces = line["glyphs"].strip(b"<>").replace(b">", b"<").split(b"<")
    codes = bytes.fromhex(b"".join(pieces[::2]).decode())
    text, widths = font.read(unpack(f">{len(codes) // 2}H", codes))
    steps = [int(step or 0) / 1000 for step in pieces[1::2]]
    has_room = max(steps, default=0.0) <= min(widths) / 2 or _has_room(pieces, widths)
    if not has_room or UNKNOWN in text or min(widths) <= 0:
        return None  # it might touch the middle of its neighbour, or begin before the line
    end = start + (sum(widths) - sum(steps)) * size
    box = Box(start, baseline + _DEPTH * size, end, baseline + _HEIGHT * size)
    core = Box(start, baseline + _LOWEST * size, end, baseline + _HIGHEST * size)
    return StampDrawing(text, box, size, core) if is_in(box, area) else None


def _has_room(pieces: Sequence[bytes], widths: Sequence[float]) -> bool:
    """Whether each glyph that is moved back leaves the middle of its neighbour free: pieces of glyphs, with steps."""
    place = 0
    for glyphs, step in zip(pieces[::2], pieces[1::2], strict=False):
        place += len(glyphs) // _DIGITS
        if int(step or 0) / 1000 > min(widths[place - 1 : place + 1]) / 2:
            return False
    return True


def is_in(box: Box, area: Box) -> bool:
    """Whether a box lies in another one, with nothing allowed for rounding: what is in doubt is painted."""
    return area.left <= box.left and area.bottom <= box.bottom and box.right <= area.right and box.top <= area.top


def box_of(value: Value | None) -> Box | None:
    """The area of a drawing, where it is written as four numbers from the lower left corner."""
    if not isinstance(value, list) or len(value) != 4:
        return None
    left, bottom, right, top = (float(edge) for edge in value if isinstance(edge, bytes))
    return Box(left, bottom, right, top) if left <= right and bottom <= top else None
