"""A finished PDF file, parsed into its objects.

Guarantees: exactly the objects that the cross-reference lists are returned, with their streams as they are stored;
ValueError means that the file is damaged, or written in a way that the engine and pypdf never use.
"""

from __future__ import annotations

import re
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from consentkit.pdf.file.syntax import Ref, Value, integer, parse, write

_START = re.compile(rb"startxref\s+([0-9]+)\s+%%EOF\s*$")
_HEAD = re.compile(rb"\s*([0-9]+)\s+0\s+obj\b")
_STREAM = re.compile(rb"\s*stream\r?\n")
_STREAM_END = re.compile(rb"\s*endstream\b")
_TABLE = re.compile(rb"\s*xref\s+")
_SECTION = re.compile(rb"([0-9]+)[ ]+([0-9]+)\s*\n")
_ROW = 20  # bytes (ISO 32000-1, 7.5.4)
_PLAIN, _PACKED = 1, 2  # kinds of rows of a cross-reference stream (ISO 32000-1, 7.5.8.3)


@dataclass(frozen=True)
class PdfObject:
    """An object, and the data of its stream if it has one."""

    value: Value
    stream: bytes | None = None

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


class KnownStreams:
    """Object streams that many files have in common: each is unpacked once, and again only if a byte of it differs."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[bytes, tuple[dict[str, Value], UnpackedStream] | None] = OrderedDict()

    def expect(self, streams: Iterable[bytes]) -> None:
        """Keep what these streams hold, as they are stored, from the next time on that one is read."""
        for data in streams:
            self._known.setdefault(data, None)
            self._known.move_to_end(data)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def unpacked(self, item: PdfObject) -> UnpackedStream:
        """What an object stream holds. Raises ValueError for a damaged one."""
        data = item.stream or b""
        known = self._known.get(data)
        if known and known[0] == item.entries:
            return known[1]
        unpacked = UnpackedStream(item)
        if data in self._known:
            self._known[data] = item.entries, unpacked
        return unpacked


class Objects(Mapping[int, PdfObject]):
    """Objects by their numbers. Each is parsed on first access: most objects of a packet are structure elements."""

    def __init__(self) -> None:
        self._read: dict[int, PdfObject] = {}
        self._packed: dict[int, tuple[UnpackedStream, int]] = {}

    def add(self, number: int, item: PdfObject) -> None:
        """Add an object."""
        self._read[number] = item

    def add_packed(self, number: int, stream: UnpackedStream, index: int) -> None:
        """Add an object of an object stream. Raises ValueError where the stream has another one there."""
        if index >= len(stream.places) or stream.places[index][0] != number:
            raise ValueError("an object is not where the cross-reference puts it")
        self._packed[number] = stream, index

    def texts(self) -> Iterator[bytes]:
        """The notation of all objects in the file, without the data of streams."""
        yield from {id(stream): stream.data for stream, _ in self._packed.values()}.values()
        yield from (write(item.value) for number, item in self._read.items() if number not in self._packed)

    def __getitem__(self, number: int) -> PdfObject:
        if number not in self._read:
            stream, index = self._packed[number]
            self._read[number] = stream.object_at(index)
        return self._read[number]

    def __iter__(self) -> Iterator[int]:
        return iter(sorted({*self._read, *self._packed}))

    def __len__(self) -> int:
        return len({*self._read, *self._packed})


@dataclass(frozen=True)
class PdfFile:
    """All objects of a file by their numbers, and its trailer."""

    objects: Objects
    trailer: dict[str, Value]

    def get(self, value: Value | None) -> Value:
        """The value itself, or the object that it refers to. A missing object is null."""
        for _ in range(8):
            if not isinstance(value, Ref):
                break
            value = self.objects[value].value if value in self.objects else b"null"
        return b"null" if value is None else value

    def dictionary(self, value: Value | None) -> dict[str, Value]:
        """The dictionary that a value is or refers to; an empty one for anything else."""
        target = self.get(value)
        return target if isinstance(target, dict) else {}

    def array(self, value: Value | None) -> list[Value]:
        """The array that a value is or refers to; an empty one for anything else."""
        target = self.get(value)
        return target if isinstance(target, list) else []

    def pages(self) -> Iterator[dict[str, Value]]:
        """Every page, in order. Raises KeyError if there is no page tree."""
        return map(self.dictionary, self.page_references())

    def page_references(self) -> Iterator[Value]:
        """The reference to every page, in order. Raises KeyError if there is no page tree."""
        return self._leaves(self.catalog["Pages"])

    def contents(self, page: Mapping[str, Value]) -> list[Ref]:
        """The content streams of a page: one, those of an array (which may be a separate object), or none."""
        value = page.get("Contents", [])
        target = self.get(value)
        return [stream for stream in (target if isinstance(target, list) else [value]) if isinstance(stream, Ref)]

    def _leaves(self, node: Value) -> Iterator[Value]:
        entries = self.dictionary(node)
        if "Kids" not in entries:
            yield node
        for kid in self.array(entries.get("Kids")):
            yield from self._leaves(kid)

    @property
    def catalog(self) -> dict[str, Value]:
        """The document catalog, from which everything else is reached."""
        return self.dictionary(self.trailer.get("Root"))


def read_file(pdf: bytes, known: KnownStreams | None = None) -> PdfFile:
    """Parse a file; what is known of other files need not be parsed again. Raises ValueError."""
    start = _START.search(pdf, max(0, len(pdf) - 64))
    if start is None:
        raise ValueError("the end of the file is missing")
    try:
        return _FileReader(pdf, known or KnownStreams(0)).read(int(start[1]))
    except (zlib.error, KeyError, IndexError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("the file is damaged") from error


class _FileReader:
    def __init__(self, pdf: bytes, known: KnownStreams) -> None:
        self._pdf, self._known = pdf, known

    def read(self, start: int) -> PdfFile:
        table = _TABLE.match(self._pdf, start)
        return self._read_with_table(table.end()) if table else self._read_with_stream(start)

    def _read_with_table(self, position: int) -> PdfFile:
        objects = Objects()
        while section := _SECTION.match(self._pdf, position):
            first, count = int(section[1]), int(section[2])
            _require_rows(count * _ROW, self._pdf)
            for index in range(count):
                row = self._pdf[section.end() + index * _ROW :][:_ROW]
                if row[17:18] == b"n":
                    objects.add(first + index, self._object(int(row[:10]), first + index))
            position = section.end() + count * _ROW
        trailer, _ = parse(self._pdf, self._pdf.index(b"trailer", position) + len(b"trailer"))
        if not isinstance(trailer, dict) or "Prev" in trailer:
            raise ValueError("the file has incremental updates")
        return PdfFile(objects, trailer)

    def _read_with_stream(self, start: int) -> PdfFile:
        table = self._object(start)
        objects = Objects()
        packed: dict[int, list[tuple[int, int]]] = {}
        streams: dict[int, UnpackedStream] = {}
        for number, (kind, place, last) in _rows(table):
            if kind == _PACKED:
                packed.setdefault(place, []).append((number, last))
            elif kind == _PLAIN and place != start:
                item = self._object(place, number)
                if item.entries.get("Type") == b"/ObjStm":
                    streams[number] = self._known.unpacked(item)
                else:
                    objects.add(number, item)
        for holder, rows in packed.items():
            for number, index in rows:
                objects.add_packed(number, streams[holder], index)
        return PdfFile(objects, table.entries)

    def _object(self, start: int, number: int | None = None) -> PdfObject:
        head = _HEAD.match(self._pdf, start)
        if head is None or number not in (None, int(head[1])):
            raise ValueError("an object is not where the cross-reference puts it")
        value, end = parse(self._pdf, head.end())
        stream = _STREAM.match(self._pdf, end)
        if stream is None or not isinstance(value, dict):
            return PdfObject(value)
        length = integer(value.get("Length"))
        if length < 0 or not _STREAM_END.match(self._pdf, stream.end() + length):
            raise ValueError("a stream does not have the length that it states")
        return PdfObject(value, self._pdf[stream.end() : stream.end() + length])


def _require_rows(size: int, data: bytes) -> None:
    """Raise ValueError if more rows are announced than the data can hold: reading them all would take forever."""
    if size > len(data):
        raise ValueError("the cross-reference is cut off")


def _rows(table: PdfObject) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """The rows of a cross-reference stream (ISO 32000-1, 7.5.8), by the number of their object."""
    widths = [integer(width) for width in _list(table.entries["W"])]
    data = inflated(table)
    index = [integer(item) for item in _list(table.entries.get("Index", [b"0", table.entries["Size"]]))]
    if min(widths) < 0:
        raise ValueError("a column of the cross-reference has a negative width")
    position = 0
    for first, count in zip(index[::2], index[1::2], strict=True):
        _require_rows(count * max(1, sum(widths)), data)
        for number in range(first, first + count):
            fields = []
            for width in widths:
                fields.append(int.from_bytes(data[position : position + width]))
                position += width
            yield number, (fields[0], fields[1], fields[2])


def inflated(item: PdfObject) -> bytes:
    """The data of a stream that is uncompressed or compressed with plain Flate. Raises ValueError for anything else."""
    data = item.stream or b""
    match item.entries.get("Filter"):
        case None:
            return data
        case b"/FlateDecode" if "DecodeParms" not in item.entries:
            return zlib.decompress(data) if data else b""  # qpdf writes empty streams like this
    raise ValueError("a stream has a filter other than plain Flate")


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise ValueError("this is not an array")
    return value
