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

_IN_LETTERS = 0b0010
"""The mode of such letters (table 2)."""
_DATA, _CORRECTION = 16, 10
"""How many bytes say something, and how many serve to repair these (table 9)."""
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


def values_of(payload: str) -> list[int]:
    """What is encoded of a payload: pairs of letters, and what is left of them. Raises ValueError."""
    try:
        values = [LETTERS[letter] for letter in payload]
    except KeyError:
        raise ValueError("a code has only capital letters, digits and some signs") from None
    if len(values) > LONGEST:
        raise ValueError(f"a code has at most {LONGEST} letters")
    pairs = [first * len(LETTERS) + second for first, second in zip(values[::2], values[1::2], strict=False)]
    return [*pairs, *values[len(values) & ~1 :]]


def rows_of(payload: str, mask: int) -> list[str]:
    """The rows of a code from the top; each has a 1 for a dark square and a 0 for a light one. Raises ValueError."""
    squares = [list(row) for row in _empty()]
    data = _data(payload)
    bits = "".join(f"{byte:08b}" for byte in chain(data, _correction(data)))
    for (row, column), bit in zip(_places(), bits, strict=True):
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


def _data(payload: str) -> bytes:
    """The bytes that say something (7.4)."""
    length = len(payload)
    widths = [_PAIR_BITS] * (length // 2) + [_LETTER_BITS] * (length % 2)
    bits = f"{_IN_LETTERS:0{_MODE_BITS}b}{length:0{_COUNT_BITS}b}"
    bits += "".join(f"{value:0{width}b}" for value, width in zip(values_of(payload), widths, strict=True))
    bits += "0" * min(_END_BITS, 8 * _DATA - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = bytes(int(bits[start : start + 8], 2) for start in range(0, len(bits), 8))
    return data + bytes(_PADDING[place % 2] for place in range(_DATA - len(data)))


def _correction(data: bytes) -> list[int]:
    """The bytes that serve to repair the others: the remainder of these by the generator polynomial (7.5.2)."""
    generator = _generator()
    remainder = [*data, *[0] * _CORRECTION]
    for place in range(len(data)):
        factor = remainder[place]
        for behind, value in enumerate(generator, 1):
            remainder[place + behind] ^= _product(factor, value)
    return remainder[len(data) :]


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
def _places() -> Sequence[tuple[int, int]]:
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
