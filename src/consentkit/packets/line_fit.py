"""How lines fit the slots that they are written in.

Guarantees: a line is as large as its room lets it be, and never larger than the type of the slot; several lines are
written only where they are larger than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from consentkit.pdf.line_box import BASELINE, BESIDE_LINE, LINE_HEIGHT, LINE_SIZE

_LEADING = 1.03
"""From one of several lines to the next, as a share of the size of the type."""
_BESIDE_SLOT = 2.5
"""Points by which several lines may reach beyond a slot, into the white above it."""
STEP = LINE_SIZE * _LEADING
"""Points from one of several lines to the next, in the size in which lines are drawn."""


class LineFit(NamedTuple):
    """How a line lies in its drawing: its size as a share of the default one, and where it begins, in points."""

    scale: float = 1.0
    left: float = 0.0
    up: float = 0.0


AS_IT_IS = LineFit()


def line_fit(size: float, left: float, up: float, baseline: float = BASELINE) -> LineFit:
    """How a line with that baseline lies whose own is `up` points above that of all drawings."""
    if size == 1.0 and up == left == 0.0 and baseline == BASELINE:
        return AS_IT_IS
    return LineFit(round(size, 4), round(left, 3), round(up + BASELINE - baseline * size, 3))


def drawn_line(content: bytes, width: float, fit: LineFit) -> tuple[bytes, tuple[float, float, float, float]]:
    """What draws a line of a width as it lies in its drawing, and the edges of that in points."""
    scale, left, up = fit
    if fit != AS_IT_IS:
        content = b"%g 0 0 %g %g %g cm\n%b" % (scale, scale, left, up, content)
    return content, (left, up, left + (width + BESIDE_LINE) * scale, up + LINE_HEIGHT * scale)


class LineRoom(NamedTuple):
    """The room that a text has in a slot, in points."""

    across: float
    height: float
    largest: float
    """Its size where it has all the room that it needs, as a share of that in which lines are drawn."""
    is_flush_right: bool

    def scale(self, widths: Sequence[float]) -> float:
        """The size at which lines of these widths fit."""
        scale = min(self.largest, self.across / max(*widths, 1))
        return scale if len(widths) == 1 else min(scale, self._most_on(len(widths)))

    def _most_on(self, lines: int) -> float:
        return (self.height + _BESIDE_SLOT) / (lines * STEP)

    def fit_of_one(self, width: float) -> LineFit | None:
        """How a text of a width lies that is on one line; None where several of them might be larger."""
        scale = self.scale([width])
        if scale < self.largest and scale < self._most_on(2):
            return None
        size = scale / self.largest
        return line_fit(size, -width * size if self.is_flush_right else 0.0, 0.0)
