"""A PDF file written object by object.

Guarantees: the same objects give the same bytes; streams are written as they are given; everything else is packed into
compressed object streams; the file bears its seal (`seal`).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import BinaryIO, NamedTuple

from consentkit.pdf.file.rows import PACKED, PLAIN, ObjectRow
from consentkit.pdf.file.seal import RunningDigest, sealed_end
from consentkit.pdf.file.syntax import Ref, Value, write

_HEADER = b"%PDF-1.7\n%\xf0\x9f\x93\x8e\n"
_FULL = 400
"""Objects that an object stream holds."""
_EFFORT = 6
"""The level of compression: higher ones take twice the time for a hundredth of the size."""

_RAW = -15
"""Says that data are compressed without the header and the checksum of a stream."""
_LITTLE_EFFORT = 1
"""That of what is written for one file alone: the other one takes two to ten times the time for a thousandth of a
packet's size.
"""
_AS_IT_IS, _FEW = 0, 1024
"""The level that compresses nothing, and the bytes of rows up to which it is used: it saves a fortieth of the time of a
packet.
"""


class ObjectStream(NamedTuple):
    """Objects that are compressed together (ISO 32000-1, 7.5.7)."""

    numbers: tuple[int, ...]
    dictionary: bytes
    data: bytes


def object_streams(objects: Sequence[tuple[int, bytes]], effort: int = _EFFORT) -> list[ObjectStream]:
    """Objects with their numbers, packed into as many streams as `count_of_streams` says."""
    return [_object_stream(objects[start : start + _FULL], effort) for start in range(0, len(objects), _FULL)]


def count_of_streams(objects: int) -> int:
    """How many streams that number of objects fills."""
    return -(-objects // _FULL)


def _object_stream(objects: Sequence[tuple[int, bytes]], effort: int) -> ObjectStream:
    head: list[bytes] = []
    offset = 0
    for number, text in objects:
        head.append(b"%d %d" % (number, offset))
        offset += len(text) + 1
    first = b" ".join(head) + b"\n"
    data = zlib.compress(first + b"\n".join([text for _, text in objects]), effort)
    entries = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>" % (len(objects), len(first), len(data))
    return ObjectStream(tuple([number for number, _ in objects]), entries, data)


class Beginning:
    """The beginning of a file, with objects that are the same in many files."""

    def __init__(self, data: bytes, objects: int, table: bytes, width: int) -> None:
        """`table` has the rows of all numbers up to its highest one, of which a place takes `width` bytes."""
        self.data = data
        self.objects = objects
        """How many objects it has."""
        self.width = width
        self._tables = {width: table}
        self._deflated: dict[tuple[int, int], tuple[bytes, int]] = {}

    @classmethod
    def of(cls, data: bytes, rows: Mapping[int, ObjectRow]) -> Beginning:
        """The beginning with these objects, each in its row."""
        width, own = width_for(len(data)), {**rows, 0: (0, 0, 65535)}
        table = b"".join(_written(own.get(at, (0, 0, 0)), width) for at in range(max(own) + 1))
        return cls(data, len(rows), table, width)

    @cached_property
    def digested(self) -> RunningDigest:
        """The state of the digest of a file behind it."""
        return hashlib.sha256(self.data)

    def table(self, width: int) -> bytes:
        """The rows of all numbers up to its highest one, of which a place takes `width` bytes."""
        if width not in self._tables:
            table, length = self._tables[self.width], 3 + self.width
            rows = (table[start : start + length] for start in range(0, len(table), length))
            self._tables[width] = b"".join(
                row[:1] + int.from_bytes(row[1:-2]).to_bytes(width) + row[-2:] for row in rows
            )
        return self._tables[width]

    def deflated(self, width: int, count: int) -> tuple[bytes, int]:
        """The first rows, compressed so that others can follow (RFC 1950), and their checksum.

        Those above its highest number are of objects that nobody wrote.
        """
        if (width, count) not in self._deflated:
            length = count * (3 + width)
            rows = self.table(width)[:length].ljust(length, b"\0")
            deflate = zlib.compressobj(_EFFORT)
            data = deflate.compress(rows) + deflate.flush(zlib.Z_FULL_FLUSH)
            self._deflated[width, count] = data, zlib.adler32(rows)
        return self._deflated[width, count]

    def take_deflated(self, data: bytes, rows: bytes) -> None:
        """Take note of how its first rows were compressed before. Raises ValueError where these are others."""
        table, length = self._tables[self.width], 3 + self.width
        count, rest = divmod(len(rows), length)
        if rest or rows[: len(table)] != table[: len(rows)] or any(rows[len(table) :]):
            raise ValueError("these are not the rows of the beginning")
        if count:
            self._deflated[self.width, count] = data, zlib.adler32(rows)


class FileSection:
    """Objects that follow each other in a file."""

    def __init__(self, new_number: Callable[[], Ref], head: bytes = b"", effort: int = _EFFORT) -> None:
        """`new_number` gives an object a number; `head` comes before the objects. `effort` is spent on each stream."""
        self.new_number = new_number
        self._effort = effort
        self._pieces = [head]
        self._size = len(head)
        self._rows: dict[int, ObjectRow] = {}
        self._packed: list[tuple[int, bytes]] = []

    def add(self, value: Value) -> Ref:
        """Write an object, and return the reference to it."""
        number = self.new_number()
        self.put(number, write(value))
        return number

    def add_stream(self, entries: Mapping[str, Value], data: bytes, *, compress: bool = True) -> Ref:
        """Write a stream, and return the reference to it."""
        number = self.new_number()
        self.put_data(number, write(dict(entries))[2:-2], data, compress=compress)
        return number

    def put(self, number: int, text: bytes) -> None:
        """Write an object that has a number already."""
        self._packed.append((number, text))
        if len(self._packed) == _FULL:
            self._flush()

    def put_data(self, number: int, entries: bytes, data: bytes, *, compress: bool = True) -> None:
        """Write a stream of data under a number that it has already, with the entries of its dictionary as written."""
        if compress:
            data = zlib.compress(data, self._effort)
            entries += b"/Filter /FlateDecode"
        self.put_stream(number, b"<<%b/Length %d>>" % (entries, len(data)), data)

    def put_stream(self, number: int, dictionary: bytes, data: bytes) -> None:
        """Write a stream that has a number already, with its dictionary as it is written."""
        self._rows[number] = (PLAIN, self._size, 0)
        # CR LF before `endstream`: data that ends in CR would seem to be a byte short (see engine).
        self._pieces.append(b"%d 0 obj\n%b\nstream\n%b\r\nendstream\nendobj\n" % (number, dictionary, data))
        self._size += len(self._pieces[-1])

    def put_packed(self, number: int, stream: ObjectStream) -> None:
        """Write an object stream that has a number already, as have the objects in it."""
        for index, packed in enumerate(stream.numbers):
            self._rows[packed] = (PACKED, number, index)
        self.put_stream(number, stream.dictionary, stream.data)

    def closed(self) -> Beginning:
        """All that has been written."""
        return Beginning.of(self._all(), self._rows)

    def _all(self) -> bytes:
        self._flush()
        return b"".join(self._pieces)

    def _flush(self) -> None:
        """Write the pending objects as one object stream."""
        for stream in object_streams(self._packed, self._effort):
            self.put_packed(self.new_number(), stream)
        self._packed.clear()


class FileWriter(FileSection):
    """Writes one file into a stream that need not be readable or seekable: what is written into it comes at its end.

    What is written into the section `common` comes at its beginning, so that many files may have it in common.
    """

    def __init__(self, out: BinaryIO) -> None:
        super().__init__(self._next, effort=_LITTLE_EFFORT)
        self._out = out
        self.count = 1
        """How many numbers have been given away; the first one is never an object's."""
        self.common = FileSection(self._next, _HEADER)

    def _next(self) -> Ref:
        """A number for an object that is to be written, now or later."""
        self.count += 1
        return Ref(self.count - 1)

    def finish(self, root: Ref, info: Ref, identifier: str, beginning: Beginning | None = None) -> None:
        """Write the file, with its seal. The identifier has 32 hexadecimal digits.

        A beginning that is given is written instead of what is in the section `common`.
        """
        first = beginning or self.common.closed()
        self._out.writelines([first.data, self.end(root, info, identifier, first)])

    def end(self, root: Ref, info: Ref, identifier: str, first: Beginning) -> bytes:
        """What comes behind the beginning of the file, with the seal."""
        rest = self._all()
        number, start = self._next(), len(first.data) + len(rest)
        width = width_for(start)
        data = self._table(first, number, start, width)
        entries = b"<</Type /XRef/Size %d/W [1 %d 2]/Root %d 0 R/Info %d 0 R/ID [(%b) (%b)]" % (
            self.count,
            width,
            root,
            info,
            identifier.encode(),
            b"0" * 32,
        )
        end = b"%d 0 obj\n%b/Filter /FlateDecode/Length %d>>\nstream\n%b\r\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
        return sealed_end(first.digested, rest + end % (number, entries, len(data), data, start))

    def _table(self, first: Beginning, number: int, start: int, width: int) -> bytes:
        """The rows of the cross-reference, compressed, of which a place takes `width` bytes.

        Those up to the first object that is not in the beginning are compressed once for all files that have it, and
        the others, where they are few, not at all.
        """
        offset, length = len(first.data), 3 + width
        table = bytearray(first.table(width))
        table.extend(bytes(self.count * length - len(table)))
        table[number * length : (number + 1) * length] = _written((PLAIN, start, 0), width)
        for at, (kind, place, last) in self._rows.items():
            row = kind, place + offset if kind == PLAIN else place, last
            table[at * length : (at + 1) * length] = _written(row, width)
        count = min(self._rows, default=number)
        known, checksum = first.deflated(width, count)
        others = bytes(table[count * length :])
        deflate = zlib.compressobj(_AS_IT_IS if len(others) <= _FEW else _LITTLE_EFFORT, zlib.DEFLATED, _RAW)
        end = zlib.adler32(others, checksum).to_bytes(4)
        return b"".join((known, deflate.compress(others), deflate.flush(), end))


def width_for(place: int) -> int:
    """How many bytes the places of a table take of which this is the last one."""
    return max(3, (place.bit_length() + 7) // 8)


def _written(row: ObjectRow, width: int) -> bytes:
    kind, place, last = row
    return (kind << 8 * (width + 2) | place << 16 | last).to_bytes(width + 3)
