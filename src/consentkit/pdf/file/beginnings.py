"""What many files begin with: packets with the same papers differ only behind it.

Guarantees: what was read of a beginning counts for another file only if that has the same bytes there, every one of
them, and the same rows for all of its objects; and only what lies in it completely was taken from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from math import inf
from typing import NamedTuple

from consentkit.pdf.file.objects import Objects
from consentkit.pdf.file.rows import PACKED, PLAIN, Rows
from consentkit.recent import Recent

_BYTES_OF_AN_OBJECT = 1_000
"""What an object takes in memory: 600 bytes as it is parsed, and 250 for what is worked out of it (measured)."""


class _Stretch(NamedTuple):
    """Rows that follow each other."""

    start: int
    data: bytes


class KnownBeginning:
    """A beginning of files, and what it holds once one of them has been read."""

    def __init__(self, data: bytes, objects: int = 0) -> None:
        """`objects` is how many it will hold."""
        self.data = data
        self.size = len(data) + _BYTES_OF_AN_OBJECT * objects
        """About how many bytes it takes, once one of its files has been read."""
        self.objects = Objects()
        """Its objects."""
        self.is_unread = True
        self._numbers: frozenset[int] = frozenset()
        self._widths: tuple[int, ...] = ()
        self._stretches: list[_Stretch] = []
        self._others: tuple[int, tuple[int, ...]] = (0, ())

    def numbers_in(self, rows: Rows) -> list[int]:
        """The objects of a file that begin in it, or are packed in one that does."""
        every = list(rows.every())
        plain = {number for number, (kind, place, _) in every if kind == PLAIN and place < len(self.data)}
        packed = {number for number, (kind, place, _) in every if kind == PACKED and place in plain}
        return sorted(plain | packed)

    def take(self, objects: Objects, numbers: Iterable[int], rows: Rows) -> None:
        """Keep the objects of these numbers, all of which lie in it."""
        self.objects, self.is_unread = objects, False
        self._numbers, self._widths = frozenset(numbers), rows.widths
        length = rows.length
        for _, group in groupby(enumerate(sorted(self._numbers)), key=lambda pair: pair[1] - pair[0]):
            members = [number for _, number in group]
            start, end = members[0] * length, (members[-1] + 1) * length
            self._stretches.append(_Stretch(start, rows.data[start:end]))

    def is_in(self, rows: Rows) -> bool:
        """Whether a file that begins like this has all of its objects where they are here."""
        is_comparable = not self.is_unread and rows.is_whole and rows.widths == self._widths
        return is_comparable and all(rows.data.startswith(data, start) for start, data in self._stretches)

    def others(self, rows: Rows) -> tuple[int, ...]:
        """The numbers of a file that are not among its own."""
        if self._others[0] != rows.count:
            self._others = rows.count, tuple(one for one in range(rows.count) if one not in self._numbers)
        return self._others[1]


class KnownBeginnings:
    """The beginnings of files that may come again."""

    def __init__(self, most: int, most_bytes: float = inf) -> None:
        """Keep at most that many, with what they hold in at most that many bytes, unless the latest alone has more."""
        self._known: Recent[bytes, KnownBeginning] = Recent(most, most_bytes, lambda _, known: known.size)

    def expect(self, data: bytes, objects: int = 0) -> KnownBeginning:
        """Keep what a beginning holds, from the next time on that a file with it is read: that many objects."""
        return self._known.get(data, lambda: KnownBeginning(data, objects))

    def of(self, pdf: bytes) -> KnownBeginning | None:
        """What a file begins with, if that is expected; the latest first."""
        return next((known for known in self._known.latest() if pdf.startswith(known.data)), None)
