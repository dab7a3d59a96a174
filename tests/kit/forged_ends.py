"""Files that differ from an honest one only behind the beginning that they have in common with others.

A forger would write them like this who knows how they are read: every object in its place, every length and offset
right, sealed again.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from consentkit.pdf.file.seal import seal

_TABLE = re.compile(rb"(\d+) 0 obj\n(<<[^\n]*?)/Length \d+>>\nstream\n")
_STREAM = re.compile(rb"(<<[^\n]*?)/Length \d+>>\nstream\n(.*)\r\nendstream\Z", re.DOTALL)
_OBJECTS = re.compile(rb"<</Type /ObjStm/N \d+/First \d+/Filter /FlateDecode\Z")
_FLUSH = b"\0\0\xff\xff"
Row = tuple[int, int, int]


@dataclass(frozen=True)
class Stream:
    """A stream, with its dictionary up to the length."""

    entries: bytes
    data: bytes

    def written(self) -> bytes:
        return b"%b/Length %d>>\nstream\n%b\r\nendstream" % (self.entries, len(self.data), self.data)

    @property
    def content(self) -> bytes:
        """The data, inflated."""
        return zlib.decompress(self.data) if b"/FlateDecode" in self.entries else self.data

    def with_content(self, content: bytes) -> Stream:
        packed = b"/FlateDecode" in self.entries
        return replace(self, data=zlib.compress(content) if packed else content)


@dataclass(frozen=True)
class Packed:
    """Objects that are packed into a stream: their numbers and notation."""

    objects: Mapping[int, bytes]
    shift: int = 0
    """How far the places that the stream states are beside the true ones."""
    stated: int | None = None
    """How many objects the stream says it has, if that is not true."""

    def written(self) -> bytes:
        head, place = [], self.shift
        for number, text in self.objects.items():
            head.append(b"%d %d" % (number, place))
            place += len(text) + 1
        first = b" ".join(head) + b"\n"
        data = zlib.compress(first + b"\n".join(self.objects.values()))
        count = len(self.objects) if self.stated is None else self.stated
        entries = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode" % (count, len(first))
        return Stream(entries, data).written()


@dataclass(frozen=True)
class Plain:
    """An object by itself, without a stream."""

    notation: bytes

    def written(self) -> bytes:
        return self.notation


Object = Stream | Packed | Plain


@dataclass(frozen=True)
class End:
    """What comes behind the beginning of a file."""

    beginning: bytes
    objects: Mapping[int, Object]
    """In the order in which they are in the file."""
    table: int
    trailer: bytes
    """The dictionary of the table, up to its length."""
    rows: list[Row]
    start: bytes
    """The compressed rows that are the same in other files, up to a point where their compression was flushed."""
    moved: Mapping[int, Row] = field(default_factory=dict)
    """Rows that lead elsewhere: if to a place, it is counted from the beginning's end."""
    before: Mapping[int, bytes] = field(default_factory=dict)
    """What is written before some objects."""
    numbers: Mapping[int, int] = field(default_factory=dict)
    """Other numbers that objects state of themselves."""
    behind: bytes = b""
    """What is written behind the file."""

    def with_object(self, number: int, item: Object) -> End:
        return replace(self, objects={**self.objects, number: item})

    def with_packed(self, number: int, change: Callable[[bytes], bytes]) -> End:
        """With another notation of an object that is packed into a stream."""
        holder, packed = next(
            (at, one) for at, one in self.objects.items() if isinstance(one, Packed) and number in one.objects
        )
        changed = change(packed.objects[number])
        assert changed != packed.objects[number]
        return self.with_object(holder, replace(packed, objects={**packed.objects, number: changed}))

    def stream(self, number: int) -> Stream:
        item = self.objects[number]
        assert isinstance(item, Stream)
        return item

    def place_of(self, number: int) -> int:
        """Where an object is, counted from the beginning's end."""
        place = 0
        for at, item in self.objects.items():
            place += len(self.before.get(at, b""))
            if at == number:
                return place
            place += len(self._written(at, item))
        raise KeyError(number)

    def _written(self, number: int, item: Object) -> bytes:
        return b"%d 0 obj\n%b\nendobj\n" % (self.numbers.get(number, number), item.written())

    def written(self) -> bytes:
        """The whole file."""
        data, rows = self.beginning, list(self.rows)
        for number, item in self.objects.items():
            data += self.before.get(number, b"")
            rows[number] = 1, len(data), 0
            data += self._written(number, item)
        data += self.before.get(self.table, b"")
        rows[self.table] = 1, len(data), 0
        for number, (kind, place, last) in self.moved.items():
            rows[number] = kind, place + len(self.beginning) if kind == 1 else place, last
        known = zlib.decompressobj().decompress(self.start)
        every = b"".join(kind.to_bytes(1) + place.to_bytes(3) + last.to_bytes(2) for kind, place, last in rows)
        assert every.startswith(known)
        deflate = zlib.compressobj(wbits=-15)
        packed = self.start + deflate.compress(every[len(known) :]) + deflate.flush()
        packed += zlib.adler32(every).to_bytes(4)
        table = Stream(self.trailer, packed).written()
        end = b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (self.table, table, len(data))
        return seal(data + end) + self.behind


def end_of(pdf: bytes, beginning: bytes) -> End:
    """The end of an honest file."""
    assert pdf.startswith(beginning)
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    table = _TABLE.match(pdf, start)
    assert table
    packed = pdf[table.end() : pdf.rindex(b"\r\nendstream")]
    data = zlib.decompress(packed)
    rows = [
        (row[0], int.from_bytes(row[1:4]), int.from_bytes(row[4:]))
        for row in (data[at : at + 6] for at in range(0, len(data), 6))
    ]
    own = sorted(
        (place, number) for number, (kind, place, _) in enumerate(rows) if kind == 1 and place >= len(beginning)
    )
    ends = [place for place, _ in own[1:]]
    objects = {number: _object(pdf[place:end]) for (place, number), end in zip(own, ends, strict=False)}
    return End(beginning, objects, int(table[1]), table[2], rows, packed[: packed.index(_FLUSH) + len(_FLUSH)])


def _object(written: bytes) -> Object:
    notation = written.partition(b" 0 obj\n")[2].removesuffix(b"\nendobj\n")
    match = _STREAM.fullmatch(notation)
    if match is None:
        return Plain(notation)
    if not _OBJECTS.match(match[1]):
        return Stream(match[1], match[2])
    data = zlib.decompress(match[2])
    first = int(match[1].split(b"/First ")[1].split(b"/")[0])
    words = list(map(int, data[:first].split()))
    ends = [*words[3::2], len(data) - first + 1]
    return Packed(
        {
            number: data[first + place : first + end - 1]
            for number, place, end in zip(words[::2], words[1::2], ends, strict=True)
        }
    )
