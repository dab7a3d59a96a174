"""The squares of a QR code, with the mask that the standard prefers.

Guarantees: the code is the one that segno makes by itself. segno encodes it; of the eight masks, the best one is chosen
here by the same rules (ISO/IEC 18004:2015, 7.8.3), which takes a third of the time.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import segno

_LEVEL = "m"
_MASKS = range(8)
_LARGEST = 6
"""The version from which on a code would hold its own version, too (ISO/IEC 18004:2015, 7.10)."""
_FINDER = "1011101"
_DIGITS = bytes.maketrans(b"\0\1", b"01")
_APART = "|" * 4
"""Between two rows: as long as the light area beside what looks like a finder, so that no search reaches the next."""


def squares_of(payload: str) -> list[str]:
    """The rows of a code from the top; each has a 1 for a dark square and a 0 for a light one."""
    plain = segno.make_qr(payload, error=_LEVEL, boost_error=False, mask=0)
    version, size = int(plain.version), len(plain.matrix)
    if version > _LARGEST:
        return _rows(_number(segno.make_qr(payload, error=_LEVEL, boost_error=False)), size)
    own, masks = _number(plain), _masks(version)
    penalties = [_penalty((own ^ mask) & masks.judged, size, masks.pairs) for mask in masks.changes]
    return _rows(own ^ masks.changes[penalties.index(min(penalties))], size)


class _Masks(NamedTuple):
    """What is the same for all codes of a version.

    A code is a number here: its squares row by row, the first one highest.
    """

    changes: tuple[int, ...]
    """For each mask, the squares in which a code with it differs from the same code with the first one."""
    judged: int
    """All squares but those that say which mask it is: these are light when masks are compared."""
    pairs: int
    """The squares that have a neighbour to their left."""


@cache
def _masks(version: int) -> _Masks:
    codes = [segno.make_qr("0", version=version, error=_LEVEL, boost_error=False, mask=mask) for mask in _MASKS]
    first, size = _number(codes[0]), len(codes[0].matrix)
    near, far = [*range(6), 7, 8], range(size - 8, size)
    format_squares = {*((8, at) for at in (*near, *far)), *((at, 8) for at in (*near, *far))}
    lines = range(size)
    judged = "".join("01"[(row, column) not in format_squares] for row in lines for column in lines)
    pairs = "".join("01"[column > 0] for _ in lines for column in lines)
    return _Masks(tuple(_number(code) ^ first for code in codes), int(judged, 2), int(pairs, 2))


def _number(code: segno.QRCode) -> int:
    return int(b"".join(code.matrix).translate(_DIGITS), 2)


def _rows(number: int, size: int) -> list[str]:
    squares = format(number, f"0{size * size}b")
    return [squares[start : start + size] for start in range(0, size * size, size)]


def _penalty(number: int, size: int, pairs: int) -> int:
    """How badly a code can be read, by the four features of the standard (table 11)."""
    rows = _rows(number, size)
    squares = "".join(rows)
    lines = _APART.join((*rows, *(squares[column::size] for column in range(size))))
    across = ~(number ^ (number >> 1)) & pairs
    down = ~(number ^ (number >> size)) & ((1 << size * (size - 1)) - 1)
    blocks = (across & (across >> size) & down & (down >> 1)).bit_count()
    stretches = _stretches(across, 1) + _stretches(down, size)
    return stretches + 3 * blocks + 40 * _like_finders(lines) + 10 * _imbalance(squares)


def _stretches(alike: int, step: int) -> int:
    """The points for stretches of one colour: 3 for five squares, and one more for each that follows.

    `alike` are the squares that are like the one before them, `step` is how far apart these two are.
    """
    four = alike & (alike >> step)
    four &= four >> 2 * step
    return four.bit_count() + 2 * (four & ~(four >> step)).bit_count()


def _like_finders(lines: str) -> int:
    """How often a line looks as if it crossed a finder, with four light squares, or the edge, on one side."""
    count, place = 0, lines.find(_FINDER)
    while place >= 0:
        end = place + len(_FINDER)
        is_free = "1" not in lines[max(place - 4, 0) : place] or "1" not in lines[end : end + 4]
        count += is_free
        place = lines.find(_FINDER, end if is_free else place + 4)
    return count


def _imbalance(squares: str) -> int:
    """How many steps of 5 percent the share of dark squares is from one half."""
    return int(abs(squares.count("1") / len(squares) * 100 - 50) / 5)
