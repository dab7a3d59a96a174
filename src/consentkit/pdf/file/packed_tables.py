"""Tables of numbers and of byte strings as bytes that can be kept, one behind the other.

Guarantees: what is read is what was written, in the same order, or ValueError is raised: for bytes of another form,
bytes that end early or go on, and a table that would reach beyond them. Nothing in them is ever run, or names anything
that is; no more is read than there are bytes.

A table of numbers is their count and the numbers, one of strings the table of their lengths and then all of them.
Counts and numbers are unsigned and have four bytes, the lowest first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

_COUNT = struct.Struct("<I")
_FLOAT_SIZE = 8


class TableWriter:
    """Writes tables behind the name of their form."""

    def __init__(self, form: bytes) -> None:
        self._pieces = [form]

    def numbers(self, numbers: Iterable[int]) -> None:
        """Write numbers from 0 to 4,294,967,295. Raises ValueError for others."""
        every = tuple(numbers)
        try:
            self._pieces.append(struct.pack(f"<I{len(every)}I", len(every), *every))
        except struct.error as error:
            raise ValueError("a number is too large to be kept") from error

    def floats(self, floats: Iterable[float]) -> None:
        """Write numbers of any kind, to the bit."""
        every = tuple(floats)
        self._pieces.append(struct.pack(f"<I{len(every)}d", len(every), *every))

    def strings(self, strings: Iterable[bytes]) -> None:
        """Write byte strings."""
        every = tuple(strings)
        self.numbers(map(len, every))
        self._pieces += every

    @property
    def data(self) -> bytes:
        """What was written."""
        return b"".join(self._pieces)


class TableReader:
    """Reads what `TableWriter` wrote, in the same order. Each of its methods raises ValueError for anything else."""

    def __init__(self, form: bytes, data: bytes) -> None:
        """`form` is the name that the bytes must begin with."""
        if not data.startswith(form):
            raise ValueError("these are no tables of this form")
        self._data = data
        self._place = len(form)

    def numbers(self) -> tuple[int, ...]:
        """Read numbers."""
        count = self._count(_COUNT.size)
        start = self._advance(count * _COUNT.size)
        return struct.unpack_from(f"<{count}I", self._data, start)

    def packed_floats(self) -> bytes:
        """Read numbers of any kind, as they are written: eight bytes each, the lowest first."""
        length = self._count(_FLOAT_SIZE) * _FLOAT_SIZE
        start = self._advance(length)
        return self._data[start : start + length]

    def floats(self) -> tuple[float, ...]:
        """Read numbers of any kind."""
        packed = self.packed_floats()
        return struct.unpack(f"<{len(packed) // _FLOAT_SIZE}d", packed)

    def strings(self) -> Sequence[bytes]:
        """Read byte strings."""
        ends = list(accumulate(self.numbers(), initial=self._place))
        self._advance(ends[-1] - ends[0])
        data = self._data
        return [data[start:end] for start, end in pairwise(ends)]

    def end(self) -> None:
        """Make sure that nothing follows."""
        if self._place != len(self._data):
            raise ValueError("something follows the last table")

    def _count(self, size: int) -> int:
        """How many entries follow, of a size in bytes."""
        start = self._advance(_COUNT.size)
        (count,) = _COUNT.unpack_from(self._data, start)
        if count * size > len(self._data) - self._place:
            raise ValueError("a table is cut off")
        return int(count)

    def _advance(self, length: int) -> int:
        """Go on by some bytes. Returns where these begin."""
        start = self._place
        if length > len(self._data) - start:
            raise ValueError("a table is cut off")
        self._place += length
        return start
