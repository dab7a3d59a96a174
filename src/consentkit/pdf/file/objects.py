"""The objects of a file, by their numbers.

Guarantees: an object is parsed when it is first needed, and once; an object of an object stream is the one that this
stream says has the number.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from consentkit.pdf.file.syntax import Value, integer, parse, write


class PdfObject(NamedTuple):
    """An object, and the data of its stream if it has one."""

    value: Value
    stream: bytes | None = None
    notation: bytes | None = None
    """How the value is written in its file, where that is known."""

    @property
    def entries(self) -> dict[str, Value]:
        """The entries of a dictionary or of a stream's dictionary; none for other objects."""
        return self.value if isinstance(self.value, dict) else {}


class UnpackedStream:
    """The objects of an object stream (ISO 32000-1, 7.5.7), each parsed on first access."""

    def __init__(self, item: PdfObject) -> None:
        """Inflate it. Raises ValueError where an object lies outside of it."""
        self.data = inflated(item)
        first, count = integer(item.entries["First"]), integer(item.entries["N"])
        words = [int(word) for word in self.data[:first].split()]
        self.places = [
            (number, first + offset)
            for number, offset in zip(words[: 2 * count : 2], words[1 : 2 * count : 2], strict=True)
        ]
        """The number of each object, and where it begins."""
        if any(not first <= place < len(self.data) for _, place in self.places):
            raise ValueError("an object is not where its stream puts it")
        self._parsed: dict[int, PdfObject] = {}

    def object_at(self, index: int) -> PdfObject:
        """The object at a place in the order."""
        if index not in self._parsed:
            self._parsed[index] = PdfObject(parse(self.data, self.places[index][1])[0])
        return self._parsed[index]


class Objects(Mapping[int, PdfObject]):
    """Objects by their numbers. Each is parsed on first access: most objects of a packet are structure elements."""

    def __init__(self, known: Objects | None = None) -> None:
        """`known` are objects of the same file that were read before."""
        self._read: dict[int, PdfObject] = {}
        self._packed: dict[int, tuple[UnpackedStream, int]] = {}
        self._known = known

    def add(self, number: int, item: PdfObject) -> None:
        """Add an object."""
        self._read[number] = item

    def add_packed(self, number: int, stream: UnpackedStream, index: int) -> None:
        """Add an object of an object stream. Raises ValueError where the stream has another one there."""
        if index >= len(stream.places) or stream.places[index][0] != number:
            raise ValueError("an object is not where the cross-reference puts it")
        self._packed[number] = stream, index

    def own_texts(self) -> Iterator[bytes]:
        """The notation of the objects that were not read before, without the data of streams."""
        yield from {id(stream): stream.data for stream, _ in self._packed.values()}.values()
        for number, item in self._read.items():
            if number not in self._packed:
                yield item.notation or write(item.value)

    def __getitem__(self, number: int) -> PdfObject:
        item = self._read.get(number)
        if item is None:
            if number not in self._packed and self._known is not None:
                return self._known[number]
            stream, index = self._packed[number]
            item = self._read[number] = stream.object_at(index)
        return item

    def __contains__(self, number: object) -> bool:
        is_own = number in self._read or number in self._packed
        return is_own or (self._known is not None and number in self._known)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted({*self._read, *self._packed, *(self._known or ())}))

    def __len__(self) -> int:
        return len({*self._read, *self._packed, *(self._known or ())})


def inflated(item: PdfObject) -> bytes:
    """The data of a stream that is uncompressed or compressed with plain Flate. Raises ValueError for anything else."""
    data = item.stream or b""
    match item.entries.get("Filter"):
        case None:
            return data
        case b"/FlateDecode" if "DecodeParms" not in item.entries:
            return unpacked(data)
    raise ValueError("a stream has a filter other than plain Flate")


def unpacked(data: bytes) -> bytes:
    """Data that are compressed with plain Flate."""
    return zlib.decompress(data) if data else b""  # qpdf writes empty streams like this
