"""The squares of a QR code, all of which have the same mask.

Guarantees: the code is the smallest one, and its squares are those that the standard requires with that mask. A code
is a sum, modulo 2, of what each byte of its data makes: it is added up from these.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce
from operator import getitem, xor
from typing import NamedTuple

from consentkit.packets.code_symbol import DATA, SIZE, correction_of, data_of, places_of_bits, rows_of

MASK = 7
"""The mask of all codes.

The standard has an encoder try all eight, and take the one with which a code has the fewest patterns that may mislead a
reader (ISO/IEC 18004:2015, 7.8.3). A reader learns from the code which one it has, and reads them all. Of simulated
scans, as many were read with this mask alone as with the best one for each code, which takes five times as long.
"""
PIECE = 7
"""The squares of a piece of a row: rows have three."""


def squares_of(payload: str) -> bytes:
    """The pieces of the rows of a code, from the top, those of a row from the left.

    Each is a number with a bit for each square, which is 1 for a dark one; that of the last square is lowest. Raises
    ValueError for what does not fit.
    """
    parts = _parts()
    number = reduce(xor, map(getitem, parts.of_data, data_of(payload)), parts.same)
    return number.to_bytes(SIZE * SIZE // PIECE)


class _Parts(NamedTuple):
    """What codes are added up from, each as a number."""

    of_data: tuple[tuple[int, ...], ...]
    """For each byte of the data, what each of its values makes, with the bytes that serve to repair it."""
    same: int
    """What is the same in all codes."""


@cache
def _parts() -> _Parts:
    of_bits = [_square(row, column) for row, column in places_of_bits()]
    of_data = tuple(_made_by_byte(place, of_bits) for place in range(DATA))
    payload = "0"
    squares = (
        _square(row, column)
        for row, squares in enumerate(rows_of(payload, MASK))
        for column, square in enumerate(squares)
        if square == "1"
    )
    return _Parts(of_data, reduce(xor, map(getitem, of_data, data_of(payload)), sum(squares)))


def _made_by_byte(place: int, of_bits: Sequence[int]) -> tuple[int, ...]:
    """What each value of a byte of the data makes in a code, by what single bits of data and correction make."""
    made = [0]
    for power in range(8):
        data = (1 << 8 * (DATA - 1 - place) + power).to_bytes(DATA)
        bits = f"{int.from_bytes(data + correction_of(data)):0{len(of_bits)}b}"
        by_bit = sum(square for square, bit in zip(of_bits, bits, strict=True) if bit == "1")
        made += [by_bit ^ others for others in made]
    return tuple(made)


def _square(row: int, column: int) -> int:
    """The number of a code in which only that square is dark: it has a byte for each piece of a row."""
    behind = SIZE * SIZE - 1 - (row * SIZE + column)
    piece, bit = divmod(behind, PIECE)
    return 1 << 8 * piece + bit
