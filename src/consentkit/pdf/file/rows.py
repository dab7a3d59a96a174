"""The rows of a cross-reference stream (ISO 32000-1, 7.5.8).

Guarantees: no more rows are announced than there are, and no others count; ValueError is raised for a damaged one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from consentkit.pdf.file.objects import PdfObject, inflated
from consentkit.pdf.file.syntax import Value, integer

ObjectRow: TypeAlias = tuple[int, int, int]
"""Kind, place, and what else there is to say (ISO 32000-1, table 18)."""

PLAIN, PACKED = 1, 2
"""The kinds of rows of an object by itself, and of one in an object stream."""


class Rows:
    """The rows of the objects of a file."""

    @classmethod
    def of_table(cls, table: PdfObject) -> Rows:
        """The rows of a table. Raises ValueError."""
        return cls(table.entries, inflated(table))

    def __init__(self, entries: Mapping[str, Value], data: bytes) -> None:
        """Rows that are inflated already, with the dictionary of their table. Raises ValueError."""
        self.widths = tuple(integer(width) for width in _list(entries["W"]))
        """How many bytes each of three columns takes."""
        if min(self.widths) < 0 or len(self.widths) != 3:
            raise ValueError("a column of the cross-reference has a negative width")
        index = [integer(item) for item in _list(entries.get("Index", [b"0", entries["Size"]]))]
        self._spans = list(zip(index[::2], index[1::2], strict=True))
        count = sum(max(count, 0) for _, count in self._spans)
        if count * max(1, self.length) > len(data):
            raise ValueError("the cross-reference is cut off")
        self.data = data[: count * self.length]
        """The rows that are announced, one behind the other."""

    @property
    def length(self) -> int:
        """How many bytes a row takes."""
        return sum(self.widths)

    @property
    def is_whole(self) -> bool:
        """Whether there is a row for each number from 0 on, so that a row is where its number says."""
        return len(self._spans) == 1 and self._spans[0][0] == 0

    @property
    def count(self) -> int:
        """How many numbers have a row, in a whole table."""
        return self._spans[0][1]

    def every(self) -> Iterator[tuple[int, ObjectRow]]:
        """Every row, with the number of its object."""
        place = 0
        for first, count in self._spans:
            for number in range(first, first + count):
                yield number, self._at(place)
                place += self.length

    def of(self, numbers: Iterable[int]) -> Iterator[tuple[int, ObjectRow]]:
        """The rows of some numbers, of a whole table."""
        return ((number, self._at(number * self.length)) for number in numbers)

    def _at(self, place: int) -> ObjectRow:
        one, two, three = self.widths
        data, middle = self.data, place + one
        last = middle + two
        return (
            int.from_bytes(data[place:middle]),
            int.from_bytes(data[middle:last]),
            int.from_bytes(data[last : last + three]),
        )


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise ValueError("this is not an array")
    return value
