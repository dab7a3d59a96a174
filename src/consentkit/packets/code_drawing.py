"""How the code of a page is drawn.

Guarantees: the same payload gives the same bytes; little is loaded.
"""

from __future__ import annotations

import re

from consentkit.packets.code_squares import squares_of
from consentkit.packets.code_symbol import SIZE

_MODULE = 1.42
"""Points of the side of a square of a code: 0.5 mm, which is 3 dots of a scan at 150 dpi."""
SIDE_OF_CODE = SIZE * _MODULE
"""Points of the side of a code."""
BOX_OF_CODE = (0.0, 0.0, SIDE_OF_CODE, SIDE_OF_CODE)
QUIET = 4 * _MODULE
"""Points around a code that stay white (ISO/IEC 18004, 6.3.8)."""
_DARK = re.compile("1+")


class _HalfRow(dict[str, bytes]):
    """The operators for the dark squares of half a row, by its squares."""

    def __init__(self, column: int, row: int) -> None:
        super().__init__()
        self._column, self._above = column, SIZE - 1 - row

    def __missing__(self, squares: str) -> bytes:
        runs = ((run.start() + self._column, run.end() - run.start()) for run in _DARK.finditer(squares))
        self[squares] = drawn = b"".join(b"%d %d %d 1 re\n" % (start, self._above, length) for start, length in runs)
        return drawn


_HALF = SIZE // 2
_HALVES = [_HalfRow(column, row) for row in range(SIZE) for column in (0, _HALF)]
"""Rows of codes are drawn by halves, of which there are so few that most have been drawn before."""
_SCALE_OF_CODE = b"%g 0 0 %g 0 0 cm\n" % (_MODULE, _MODULE)


def drawn_code(payload: str) -> bytes:
    """What draws a QR code. Raises ValueError for what does not fit a small one."""
    halves = zip(_HALVES, [half for row in squares_of(payload) for half in (row[:_HALF], row[_HALF:])], strict=True)
    return _SCALE_OF_CODE + b"".join([drawn[half] for drawn, half in halves]) + b"f"
