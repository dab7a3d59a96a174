"""The squares of a QR code, with the mask that the standard prefers.

Guarantees: the code is the one that segno makes by itself, with the best of the eight masks (ISO/IEC 18004:2015,
7.8.3). All of them are judged at once, as one number. A code of letters and digits is a sum, modulo 2, of what segno
makes of single bits: where many of one length are made, they are added up from these, and segno makes no more of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import segno

_LEVEL = "m"
_MASKS = range(8)
_LARGEST = 6
"""The version from which on a code would hold its own version, too (ISO/IEC 18004:2015, 7.10)."""
_FINDER = "1011101"
_GAP = 4
"""Light squares between two lines: as many as beside what looks like a finder, so that no search reaches the next."""
_LETTERS = {letter: place for place, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
"""The values of letters, of which two are encoded together (ISO/IEC 18004:2015, table 5)."""
_ANY = "A"
_MANY = 64
"""Codes of one length from which on it is worth to know what each of its bits does: that takes as long as 88 codes."""
_MOST_CHANGES = 16384
"""Values of pairs of which it is known what changes with them: a few megabytes."""
_SHORTEST = 12
_LONGEST = 20
"""The most letters of a code of version 1."""


def squares_of(payload: str) -> list[str]:
    """The rows of a code from the top; each has a 1 for a dark square and a 0 for a light one."""
    plain = _added_up(payload) if _is_plain(payload) else None
    if plain is not None:
        return _best(plain, 1)
    code = segno.make_qr(payload, error=_LEVEL, boost_error=False, mask=0)
    if int(code.version) > _LARGEST:
        return _rows(segno.make_qr(payload, error=_LEVEL, boost_error=False))
    return _best(_lines(_rows(code)), int(code.version))


# --- the masks ---


class _Masks(NamedTuple):
    """What is the same for all codes of a version.

    A code is a number here: the squares of its rows and then of its columns, line by line with a gap behind each, the
    first one highest. A number for all masks has eight of these, that of the first mask lowest.
    """

    size: int
    length: int
    """How many bits a code has."""
    one_of_each: int
    """The number by which a code is multiplied to have it eight times."""
    changes: tuple[int, ...]
    """For each mask, the squares in which a code with it differs from the same code with the first one."""
    all_changes: int
    judged: int
    """All squares but those that say which mask it is: these are light when masks are compared."""
    pairs: int
    """The squares that have one before them on their line."""
    below: int
    """The squares of rows that have one above them."""
    rows: int
    """The squares of rows."""


@cache
def _masks(version: int) -> _Masks:
    codes = [_rows(segno.make_qr("0", version=version, error=_LEVEL, boost_error=False, mask=mask)) for mask in _MASKS]
    size = len(codes[0])
    length = 2 * size * (size + _GAP)
    one_of_each = sum(1 << length * mask for mask in _MASKS)
    numbers = [_lines(code) for code in codes]
    changes = tuple(number ^ numbers[0] for number in numbers)
    near, far = [*range(6), 7, 8], range(size - 8, size)
    format_squares = {*((8, at) for at in (*near, *far)), *((at, 8) for at in (*near, *far))}
    squares = [[(row, column) for column in range(size)] for row in range(size)]
    judged = _lines(["".join("01"[square not in format_squares] for square in row) for row in squares])
    whole, first = "1" * size, "0" + "1" * (size - 1)
    upper = 1 << length // 2

    def in_rows(rows: Sequence[str]) -> int:
        return _lines(rows) // upper * upper

    return _Masks(
        size,
        length,
        one_of_each,
        changes,
        sum(change << length * mask for mask, change in enumerate(changes)),
        judged * one_of_each,
        (in_rows([first] * size) + in_rows([first] * size) // upper) * one_of_each,
        in_rows(["0" * size, *[whole] * (size - 1)]) * one_of_each,
        in_rows([whole] * size) * one_of_each,
    )


def _best(plain: int, version: int) -> list[str]:
    """The rows of a code with the best mask; it is given with the first one."""
    masks = _masks(version)
    penalties = _penalties((plain * masks.one_of_each ^ masks.all_changes) & masks.judged, masks)
    squares = format(plain ^ masks.changes[penalties.index(min(penalties))], f"0{masks.length}b")
    step = masks.size + _GAP
    return [squares[start : start + masks.size] for start in range(0, masks.size * step, step)]


def _penalties(every: int, masks: _Masks) -> list[int]:
    """How badly a code can be read with each mask, by the four features of the standard (table 11)."""
    alike = ~(every ^ (every >> 1)) & masks.pairs
    above = ~(every ^ (every >> masks.size + _GAP)) & masks.below
    across = alike & masks.rows
    blocks = across & (across >> masks.size + _GAP) & above & (above >> 1)
    four = alike & (alike >> 1)
    four &= four >> 2
    starts = four & ~(four >> 1)
    counts = zip(
        _split(four, masks),
        _split(starts, masks),
        _split(blocks, masks),
        _like_finders(every, masks),
        _split(every & masks.rows, masks),
        strict=True,
    )
    return [
        five.bit_count() + 2 * start.bit_count() + 3 * block.bit_count() + 40 * finders + 10 * _imbalance(dark, masks)
        for five, start, block, finders, dark in counts
    ]


def _split(every: int, masks: _Masks) -> Iterator[int]:
    """The part of each mask."""
    whole = (1 << masks.length) - 1
    return (every >> masks.length * mask & whole for mask in _MASKS)


def _like_finders(every: int, masks: _Masks) -> list[int]:
    """How often a line looks as if it crossed a finder, with four light squares, or the edge, on one side."""
    outer = every & (every >> 6) & ~(every >> 1) & ~(every >> 5)
    like = outer & (every >> 2) & (every >> 3) & (every >> 4)
    before = every >> 7 | every >> 8 | every >> 9 | every >> 10
    behind = every << 1 | every << 2 | every << 3 | every << 4
    free = like & ~(before & behind)
    overlapping = (free >> 4 | free >> 6) & like  # such a one does not count; there is hardly ever one
    own = zip(_split(every, masks), _split(free, masks), _split(overlapping, masks), strict=True)
    return [_one_by_one(format(code, f"0{masks.length}b")) if odd else some.bit_count() for code, some, odd in own]


def _one_by_one(lines: str) -> int:
    count, place = 0, lines.find(_FINDER)
    while place >= 0:
        end = place + len(_FINDER)
        is_free = "1" not in lines[max(place - _GAP, 0) : place] or "1" not in lines[end : end + _GAP]
        count += is_free
        place = lines.find(_FINDER, end if is_free else place + _GAP)
    return count


def _imbalance(dark: int, masks: _Masks) -> int:
    """How many steps of 5 percent the share of dark squares is from one half."""
    return int(abs(dark.bit_count() / masks.size**2 * 100 - 50) / 5)


def _rows(code: segno.QRCode) -> list[str]:
    return ["".join(map(str, row)) for row in code.matrix]


def _lines(rows: Sequence[str]) -> int:
    """The number of a code: its rows, and then its columns."""
    columns = map("".join, zip(*rows, strict=True))
    return int("".join(f"{line}{'0' * _GAP}" for line in (*rows, *columns)), 2)


# --- codes as sums ---

_made: Counter[int] = Counter()
"""How many codes of each length were made so far."""


def _is_plain(payload: str) -> bool:
    """Whether a code is of version 1, and its letters are encoded in pairs: digits alone would not be."""
    is_short = _SHORTEST <= len(payload) <= _LONGEST
    return is_short and not payload.isdigit() and _LETTERS.keys() >= set(payload)


def _added_up(payload: str) -> int | None:
    """A code with the first mask; None as long as few of its length were made."""
    length = len(payload)
    if _made[length] < _MANY:
        _made[length] += 1
        return None
    number, _ = _parts(length)
    for place, value in enumerate(_pairs(payload)):
        number ^= _change(length, place, value)
    return number


@lru_cache(maxsize=_MOST_CHANGES)
def _change(length: int, place: int, value: int) -> int:
    """What changes in a code with another value of one pair."""
    _, changes = _parts(length)
    difference, number = value ^ _pairs(_ANY * length)[place], 0
    while difference:
        bit = difference.bit_length() - 1
        number ^= changes[place][bit]
        difference ^= 1 << bit
    return number


def _pairs(payload: str) -> list[int]:
    """What is encoded of a payload: pairs of letters, and what is left of them."""
    values = [_LETTERS[letter] for letter in payload]
    pairs = [first * len(_LETTERS) + second for first, second in zip(values[::2], values[1::2], strict=False)]
    return [*pairs, *values[len(values) & ~1 :]]


@cache
def _parts(length: int) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """A code of a length, and what changes in it with each bit of each pair of letters."""
    base = _ANY * length
    number = _code_of(base)
    return number, tuple(tuple(_changes(base, place, number)) for place in range(0, length, 2))


def _changes(base: str, place: int, number: int) -> Iterator[int]:
    """What changes in a code with each bit of one pair, the lowest one first."""
    letters, count, values = base[place : place + 2], len(_LETTERS), list(_LETTERS)
    (value,) = _pairs(letters)
    for bit in range(11 if len(letters) == 2 else 6):
        first, second = divmod(value ^ 1 << bit, count)
        other = values[first] + values[second] if len(letters) == 2 else values[second]
        yield number ^ _code_of(base[:place] + other + base[place + 2 :])


def _code_of(payload: str) -> int:
    return _lines(_rows(segno.make_qr(payload, version=1, error=_LEVEL, boost_error=False, mask=0)))
