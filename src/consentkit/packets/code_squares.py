"""The squares of a QR code, with the mask that the standard prefers.

Guarantees: the code is the smallest one, with the best of the eight masks (ISO/IEC 18004:2015, 7.8.3). All of them are
judged at once, as one number. A code is a sum, modulo 2, of what single bits make: where many of one length are made,
they are added up from these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from consentkit.packets.code_symbol import ALWAYS_DARK, LETTERS, MASKS, SIZE, format_squares, rows_of, values_of

_FINDER = "1011101"
_GAP = 4
"""Light squares between two lines: as many as beside what looks like a finder, so that no search reaches the next."""
_LINE = SIZE + _GAP
_LENGTH = 2 * SIZE * _LINE
"""How many bits a code has as a number: the squares of its rows and then of its columns, line by line with a gap behind
each, the first one highest.
"""
_WHOLE = (1 << _LENGTH) - 1
_UPPER = _LENGTH // 2
"""How many bits the columns have, which are below the rows."""
_HALVES = [(_LENGTH * count, (1 << _LENGTH * count) - 1) for count in (4, 2, 1)]
"""How a number for all masks is split in two, and these again: how far the upper half is, and all bits of the lower."""
_ANY = "A"
_MANY = 64
"""Codes of one length from which on it is worth to know what each of its bits does: that takes as long as 88 codes."""
_MOST_CHANGES = 16384
"""Values of pairs of which it is known what changes with them: a few megabytes."""
_SQUARES = SIZE * SIZE


def squares_of(payload: str) -> list[str]:
    """The rows of a code from the top; each has a 1 for a dark square and a 0 for a light one.

    Raises ValueError for what does not fit.
    """
    plain = _added_up(payload)
    masks = _masks()
    penalties = _penalties((_for_all_masks(plain) ^ masks.all_changes) & masks.judged, masks)
    best = plain ^ masks.changes[penalties.index(min(penalties))]
    squares = format(best >> _UPPER, f"0{_UPPER}b")
    return [squares[start : start + SIZE] for start in range(0, _UPPER, _LINE)]


# --- the masks ---


class _Masks(NamedTuple):
    """What is the same for all codes, as numbers for all masks."""

    changes: tuple[int, ...]
    """For each mask, the squares in which a code with it differs from the same code with the first one."""
    all_changes: int
    judged: int
    """All squares but those that say which mask it is and the dark one beside them: these are light in comparisons."""
    pairs: int
    """The squares that have one before them on their line."""
    below: int
    """The squares of rows that have one above them."""
    rows: int
    """The squares of rows."""


@cache
def _masks() -> _Masks:
    numbers = [_lines(rows_of("0", mask)) for mask in MASKS]
    changes = tuple(number ^ numbers[0] for number in numbers)
    formats = {ALWAYS_DARK, *(square for places in format_squares() for square in places)}
    judged = [[(row, column) not in formats for column in range(SIZE)] for row in range(SIZE)]
    whole, first = "1" * SIZE, "0" + "1" * (SIZE - 1)

    def in_rows(rows: Sequence[str]) -> int:
        return _lines(rows) >> _UPPER << _UPPER

    return _Masks(
        changes,
        sum(change << _LENGTH * mask for mask, change in enumerate(changes)),
        _for_all_masks(_lines(["".join("01"[square] for square in row) for row in judged])),
        _for_all_masks(in_rows([first] * SIZE) + (in_rows([first] * SIZE) >> _UPPER)),
        _for_all_masks(in_rows(["0" * SIZE, *[whole] * (SIZE - 1)])),
        _for_all_masks(in_rows([whole] * SIZE)),
    )


def _penalties(every: int, masks: _Masks) -> list[int]:
    """How badly a code can be read with each mask, by the four features of the standard (table 11)."""
    alike = ~(every ^ (every >> 1)) & masks.pairs
    above = ~(every ^ (every >> _LINE)) & masks.below
    across = alike & masks.rows
    blocks = across & (across >> _LINE) & above & (above >> 1)
    four = alike & (alike >> 1)
    four &= four >> 2
    runs = four | four << 1 | four << 2  # one for each square of five or more that are alike, but for two of them
    counts = zip(_counts(runs), _counts(blocks), _like_finders(every), _counts(every & masks.rows), strict=True)
    return [run + 3 * block + 40 * finders + 10 * _imbalance(dark) for run, block, finders, dark in counts]


def _for_all_masks(number: int) -> int:
    """The number for all masks that has the same one for each of them; that of the first one is lowest."""
    for distance, _ in reversed(_HALVES):
        number |= number << distance
    return number


def _counts(every: int) -> list[int]:
    """How many bits are set for each mask."""
    parts = [every]
    for distance, lower in _HALVES:
        parts = [half for part in parts for half in (part & lower, part >> distance)]
    return [part.bit_count() for part in parts]


def _like_finders(every: int) -> list[int]:
    """How often a line looks as if it crossed a finder, with four light squares, or the edge, on one side."""
    outer = every & (every >> 6) & ~(every >> 1 | every >> 5)
    like = outer & (every >> 2) & (every >> 3) & (every >> 4)
    two = every >> 7 | every >> 8
    before = two | two >> 2
    two = every << 1 | every << 2
    behind = two | two << 2
    free = like & ~(before & behind)
    counts = _counts(free)
    overlapping = (free >> 4 | free >> 6) & like  # such a one does not count; there is hardly ever one
    if overlapping:
        for mask, odd in enumerate(_counts(overlapping)):
            if odd:
                counts[mask] = _one_by_one(format(every >> _LENGTH * mask & _WHOLE, f"0{_LENGTH}b"))
    return counts


def _one_by_one(lines: str) -> int:
    count, place = 0, lines.find(_FINDER)
    while place >= 0:
        end = place + len(_FINDER)
        is_free = "1" not in lines[max(place - _GAP, 0) : place] or "1" not in lines[end : end + _GAP]
        count += is_free
        place = lines.find(_FINDER, end if is_free else place + _GAP)
    return count


@cache
def _imbalance(dark: int) -> int:
    """How many steps of 5 percent the share of dark squares is from one half."""
    return int(abs(dark / _SQUARES * 100 - 50) / 5)


def _lines(rows: Sequence[str]) -> int:
    """The number of a code: its rows, and then its columns."""
    columns = map("".join, zip(*rows, strict=True))
    return int("".join(f"{line}{'0' * _GAP}" for line in (*rows, *columns)), 2)


# --- codes as sums ---

_made: Counter[int] = Counter()
"""How many codes of each length were made so far."""


def _added_up(payload: str) -> int:
    """A code with the first mask, as a number."""
    length = len(payload)
    if _made[length] < _MANY:
        _made[length] += 1
        return _code_of(payload)
    number, _ = _parts(length)
    for place, value in enumerate(values_of(payload)):
        number ^= _change(length, place, value)
    return number


@lru_cache(maxsize=_MOST_CHANGES)
def _change(length: int, place: int, value: int) -> int:
    """What changes in a code with another value of one pair."""
    _, changes = _parts(length)
    difference, number = value ^ values_of(_ANY * length)[place], 0
    while difference:
        bit = difference.bit_length() - 1
        number ^= changes[place][bit]
        difference ^= 1 << bit
    return number


@cache
def _parts(length: int) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """A code of a length, and what changes in it with each bit of each pair of letters."""
    base = _ANY * length
    number = _code_of(base)
    return number, tuple(tuple(_changes(base, place, number)) for place in range(0, length, 2))


def _changes(base: str, place: int, number: int) -> Iterator[int]:
    """What changes in a code with each bit of one pair, the lowest one first."""
    letters, count, values = base[place : place + 2], len(LETTERS), list(LETTERS)
    (value,) = values_of(letters)
    for bit in range(11 if len(letters) == 2 else 6):
        first, second = divmod(value ^ 1 << bit, count)
        other = values[first] + values[second] if len(letters) == 2 else values[second]
        yield number ^ _code_of(base[:place] + other + base[place + 2 :])


def _code_of(payload: str) -> int:
    return _lines(rows_of(payload, 0))
