"""The squares of a QR code, all of which have the same mask.

Guarantees: the code is the smallest one, and its squares are those that the standard requires with that mask. A code
is a sum, modulo 2, of what each byte of its data makes: it is added up from these.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce
from operator import getitem, xor
from struct import Struct
from typing import NamedTuple

from consentkit.packets.code_symbol import DATA, SIZE, correction_of, data_of, places_of_bits, rows_of

MASK = 7
"""The mask of all codes.

The standard has an encoder try all eight, and take the one with which a code has the fewest patterns that may mislead a
reader (ISO/IEC 18004:2015, 7.8.3). A reader learns from the code which one it has, and reads them all. Of simulated
scans, as many were read with this mask alone as with the best one for each code, which takes five times as long.
"""
LEFT_HALF = SIZE // 2
"""The squares of a row that are in its left half; the right one has one more."""

_HALVES = Struct(f">{2 * SIZE}H")
"""A code as a number: the halves of its rows, each the lowest of 16 bits."""


def squares_of(payload: str) -> tuple[int, ...]:
    """The halves of the rows of a code, from the top, the left one before the right one.

    Each is a number with a bit for each square, which is 1 for a dark one; that of the last square is lowest. Raises
    ValueError for what does not fit.
    """
    parts = _parts()
    number = reduce(xor, map(getitem, parts.of_data, data_of(payload)), parts.same)
    return _HALVES.unpack(number.to_bytes(_HALVES.size))


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
    """The number of a code in which only that square is dark."""
    half, last = (0, LEFT_HALF - 1) if column < LEFT_HALF else (1, SIZE - 1)
    below = 2 * SIZE - 1 - (2 * row + half)
    return 1 << 16 * below + last - column
