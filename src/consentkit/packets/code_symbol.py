"""The smallest QR code, as ISO/IEC 18004:2015 makes it: version 1, level M, up to 20 letters, digits and signs.

Guarantees: the squares are those that the standard requires with a given mask; ValueError is raised for what does not
fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

SIZE = 21
"""Squares of its side."""
MASKS = range(8)
LETTERS = {letter: place for place, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
"""The values of letters, of which two are encoded together (table 5)."""
LONGEST = 20
"""The most letters (table 7)."""
DATA = 16
"""How many bytes say something (table 9)."""

_IN_LETTERS = 0b0010
"""The mode of such letters (table 2)."""
_CORRECTION = 10
"""How many bytes serve to repair the others (table 9)."""
_PADDING = (0xEC, 0x11)
_POLYNOMIAL = 0x11D
"""What the field of 256 elements is made with (7.5.2)."""
_FORMAT_POLYNOMIAL, _FORMAT_MASK = 0b10100110111, 0b101010000010010
_MODE_BITS, _COUNT_BITS, _PAIR_BITS, _LETTER_BITS, _END_BITS = 4, 9, 11, 6, 4
_TIMING = 6
"""The row and the column in which dark and light squares alternate."""
_FINDERS = ((0, 0), (0, SIZE - 7), (SIZE - 7, 0))
ALWAYS_DARK = (SIZE - 8, 8)
"""The square beside those that say the format, which is dark in every code."""


def format_squares() -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The squares that say which mask a code has, twice, each with its row and column: the highest bit first."""
    near = [*((8, column) for column in (*range(6), 7, 8)), *((row, 8) for row in (7, *range(5, -1, -1)))]
    far = [*((SIZE - 1 - row, 8) for row in range(7)), *((8, SIZE - 8 + column) for column in range(8))]
    return near, far


def rows_of(payload: str, mask: int) -> list[str]:
    """The rows of a code from the top; each has a 1 for a dark square and a 0 for a light one. Raises ValueError."""
    squares = [list(row) for row in _empty()]
    data = data_of(payload)
    bits = "".join(f"{byte:08b}" for byte in chain(data, correction_of(data)))
    for (row, column), bit in zip(places_of_bits(), bits, strict=True):
        squares[row][column] = int(bit) ^ is_inverted(mask, row, column)
    for places in format_squares():
        for (row, column), bit in zip(places, f"{_format(mask):015b}", strict=True):
            squares[row][column] = int(bit)
    return ["".join(map(str, row)) for row in squares]


def is_inverted(mask: int, row: int, column: int) -> bool:
    """Whether a mask inverts a square (table 10)."""
    both = row * column
    remainders = (
        (row + column) % 2,
        row % 2,
        column % 3,
        (row + column) % 3,
        (row // 2 + column // 3) % 2,
        both % 2 + both % 3,
        (both % 2 + both % 3) % 2,
        ((row + column) % 2 + both % 3) % 2,
    )
    return remainders[mask] == 0


def data_of(payload: str) -> bytes:
    """The bytes that say what a payload says (7.4). Raises ValueError for what does not fit."""
    try:
        values = [LETTERS[letter] for letter in payload]
    except KeyError:
        raise ValueError("a code has only capital letters, digits and some signs") from None
    length = len(values)
    if length > LONGEST:
        raise ValueError(f"a code has at most {LONGEST} letters")
    number, bits = _IN_LETTERS << _COUNT_BITS | length, _MODE_BITS + _COUNT_BITS
    for first, second in zip(values[::2], values[1::2], strict=False):
        number = number << _PAIR_BITS | first * len(LETTERS) + second
    if length % 2:
        number, bits = number << _LETTER_BITS | values[-1], bits + _LETTER_BITS
    bits += _PAIR_BITS * (length // 2)
    return (number << 8 * DATA - bits | _padding(bits)).to_bytes(DATA)


@cache
def _padding(bits: int) -> int:
    """What follows that many bits: the sign that they end here, and bytes that say nothing (7.4.9, 7.4.10)."""
    ended = min(bits + _END_BITS, 8 * DATA)
    filled = bytes(_PADDING[place % 2] for place in range(DATA - -(-ended // 8)))
    return int.from_bytes(filled)


def correction_of(data: bytes) -> bytes:
    """The bytes that serve to repair the others: the remainder of these by the generator polynomial (7.5.2)."""
    remainder, others = 0, 8 * (_CORRECTION - 1)
    for byte in data:
        highest = remainder >> others
        remainder = (remainder ^ highest << others) << 8 ^ _times_generator(byte ^ highest)
    return remainder.to_bytes(_CORRECTION)


@cache
def _times_generator(factor: int) -> int:
    """The generator polynomial, but for its highest term, multiplied by an element of the field, as a number."""
    return int.from_bytes(bytes(_product(factor, value) for value in _generator()))


@cache
def _generator() -> Sequence[int]:
    """The polynomial with the first powers of 2 as its zeros, but for its highest factor, which is 1."""
    polynomial = [1]
    zero = 1
    for _ in range(_CORRECTION):
        below = [0, *(_product(factor, zero) for factor in polynomial)]
        polynomial = [one ^ other for one, other in zip([*polynomial, 0], below, strict=True)]
        zero = _product(zero, 2)
    return polynomial[1:]


@cache
def _product(one: int, other: int) -> int:
    """The product of two elements of the field."""
    product = 0
    while other:
        product ^= one * (other & 1)
        one <<= 1
        if one > 0xFF:
            one ^= _POLYNOMIAL
        other >>= 1
    return product


def _format(mask: int) -> int:
    """What says that a code has the level M, and which mask (7.9)."""
    remainder = mask << 10
    while remainder.bit_length() > 10:
        remainder ^= _FORMAT_POLYNOMIAL << (remainder.bit_length() - _FORMAT_POLYNOMIAL.bit_length())
    return (mask << 10 | remainder) ^ _FORMAT_MASK


@cache
def _empty() -> Sequence[Sequence[int]]:
    """The squares that are the same in all codes; the others are light."""
    squares = [[0] * SIZE for _ in range(SIZE)]
    for at in range(8, SIZE - 8):
        squares[_TIMING][at] = squares[at][_TIMING] = 1 - at % 2
    for top, left in _FINDERS:
        for row in range(7):
            for column in range(7):
                ring = max(abs(row - 3), abs(column - 3))
                squares[top + row][left + column] = int(ring != 2)
    squares[ALWAYS_DARK[0]][ALWAYS_DARK[1]] = 1
    return squares


@cache
def places_of_bits() -> Sequence[tuple[int, int]]:
    """Where the bits go, in their order (7.7.3): in pairs of columns from the right, upwards and downwards in turn."""
    return [square for square in _in_turns() if not _is_taken(*square)]


def _in_turns() -> Iterator[tuple[int, int]]:
    for turn, right in enumerate((*range(SIZE - 1, _TIMING, -2), *range(_TIMING - 1, 0, -2))):
        for step in range(SIZE):
            row = step if turn % 2 else SIZE - 1 - step
            yield row, right
            yield row, right - 1


def _is_taken(row: int, column: int) -> bool:
    """Whether a square belongs to a finder, with what is light or says the format beside it, or to the timing."""
    in_finder = (row < 9 and column < 9) or (row < 9 and column >= SIZE - 8) or (row >= SIZE - 8 and column < 9)
    return in_finder or _TIMING in (row, column)
