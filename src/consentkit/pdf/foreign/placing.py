"""Where the pages of an extra file go on the clinic's paper, with space for head and foot.

Guarantees: every page gets the size of the paper, in the orientation of the page itself; it keeps its full size if its
content leaves head and foot free, moved if necessary, and is otherwise scaled to be as large as possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consentkit.model.identity import PAPER_SIZES, PaperSize
from consentkit.pdf.file.geometry import Matrix
from consentkit.pdf.foreign.rendering import Rendered, ink_box
from consentkit.pdf.foreign.values import ForeignBox

Size = tuple[float, float]
HEAD_SPACE, FOOT_SPACE = 46.0, 35.0
"""Points at the top and the bottom of each page that are reserved for the packet."""
EDGE = 12.75
"""Points at the left and right edges that office printers leave white (4.5 mm)."""
_AROUND_INK = 1.0


@dataclass(frozen=True)
class Placement:
    """A sheet, and how a page is scaled and moved onto it."""

    sheet: Size
    move: Matrix


def places_for(pdf: bytes, sizes: Sequence[Size], paper: PaperSize) -> list[Placement]:
    """Where each page of a rewritten file goes."""
    inks = _inks(pdf, sizes)
    sheets = [_sheet(size, paper) for size in sizes]
    return [Placement(sheet, _move(size, ink, sheet)) for size, ink, sheet in zip(sizes, inks, sheets, strict=True)]


def _sheet(size: Size, paper: PaperSize) -> Size:
    short, long = PAPER_SIZES[paper]
    return (long, short) if size[0] > size[1] else (short, long)


def _inks(pdf: bytes, sizes: Sequence[Size]) -> list[ForeignBox | None]:
    """The rectangle of each page that is not white, in points from its lower left corner."""
    with Rendered(pdf) as rendered:
        return [_ink(rendered, index, size) for index, size in enumerate(sizes)]


def _ink(rendered: Rendered, index: int, size: Size) -> ForeignBox | None:
    box = ink_box(rendered.picture(index, size[0]))
    if box is None:
        return None
    left, top, right, bottom = box
    return (
        max(left - _AROUND_INK, 0),
        max(size[1] - bottom - _AROUND_INK, 0),
        min(right + _AROUND_INK, size[0]),
        min(size[1] - top + _AROUND_INK, size[1]),
    )


def _move(size: Size, ink: ForeignBox | None, sheet: Size) -> Matrix:
    """How a page is scaled and moved."""
    left, bottom, right, top = ink or (size[0] / 2, size[1] / 2, size[0] / 2, size[1] / 2)
    space = sheet[0] - 2 * EDGE, sheet[1] - HEAD_SPACE - FOOT_SPACE
    scale = min(1.0, space[0] / max(right - left, 1), space[1] / max(top - bottom, 1))
    across = _within((sheet[0] - size[0] * scale) / 2, left * scale, right * scale, EDGE, sheet[0] - EDGE)
    up = _within((sheet[1] - size[1] * scale) / 2, bottom * scale, top * scale, FOOT_SPACE, sheet[1] - HEAD_SPACE)
    return scale, 0, 0, scale, across, up


def _within(move: float, start: float, end: float, least: float, most: float) -> float:
    """A move, changed as little as necessary so that what reaches from start to end is between two edges."""
    return min(max(move, least - start), most - end)
