"""A finished PDF file taken apart into its objects.

Guarantees: every object that the cross-reference names is there, streams as they are stored, and nothing else is;
ValueError says that the file is damaged, or written in a way that the engine and pypdf never use.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from consentkit.pdf.file.syntax import Ref, Value, parse, whole, write

_START = re.compile(rb"startxref\s+([0-9]+)\s+%%EOF\s*$")
_HEAD = re.compile(rb"\s*([0-9]+)\s+0\s+obj\b")
_STREAM = re.compile(rb"\s*stream\r?\n")
_STREAM_END = re.compile(rb"\s*endstream\b")
_TABLE = re.compile(rb"\s*xref\s+")
_SECTION = re.compile(rb"([0-9]+)[ ]+([0-9]+)\s*\n")
_ROW = 20  # bytes (ISO 32000-1, 7.5.4)


@dataclass(frozen=True)
class PdfObject:
    """An object, and the data of its stream if it has one."""

    value: Value
    stream: bytes | None = None

    @property
    def entries(self) -> dict[str, Value]:
        """The entries of a dictionary or of a stream's dictionary; none for other objects."""
        return self.value if isinstance(self.value, dict) else {}


class Objects(Mapping[int, PdfObject]):
    """Objects by their numbers. Each is read when it is asked for first: most of a packet's are structure elements."""

    def __init__(self) -> None:
        self._read: dict[int, PdfObject] = {}
        self._packed: dict[int, tuple[bytes, int]] = {}

    def add(self, number: int, item: PdfObject) -> None:
        """Add an object."""
        self._read[number] = item

    def add_packed(self, number: int, data: bytes, start: int) -> None:
        """Add an object that stands at a place of an object stream."""
        self._packed[number] = data, start

    def texts(self) -> Iterator[bytes]:
        """What is written in the file for its objects, but for the data of streams."""
        yield from {id(data): data for data, _ in self._packed.values()}.values()
        yield from (write(item.value) for number, item in self._read.items() if number not in self._packed)

    def __getitem__(self, number: int) -> PdfObject:
        if number not in self._read:
            data, start = self._packed[number]
            self._read[number] = PdfObject(parse(data, start)[0])
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
        """What a value stands for, if it is a reference. A missing object is null."""
        for _ in range(8):
            if not isinstance(value, Ref):
                break
            value = self.objects[value].value if value in self.objects else b"null"
        return b"null" if value is None else value

    def dictionary(self, value: Value | None) -> dict[str, Value]:
        """The dictionary that a value stands for; an empty one for anything else."""
        found = self.get(value)
        return found if isinstance(found, dict) else {}

    def array(self, value: Value | None) -> list[Value]:
        """The array that a value stands for; an empty one for anything else."""
        found = self.get(value)
        return found if isinstance(found, list) else []

    def pages(self) -> Iterator[dict[str, Value]]:
        """Every page, in order. Raises KeyError where there is no tree of pages."""
        return map(self.dictionary, self.page_references())

    def page_references(self) -> Iterator[Value]:
        """What leads to every page, in order. Raises KeyError where there is no tree of pages."""
        return self._leaves(self.catalog["Pages"])

    def contents(self, page: Mapping[str, Value]) -> list[Ref]:
        """The content streams of a page: one, or those of an array, which may be an object of its own; or none."""
        value = page.get("Contents", [])
        found = self.get(value)
        return [stream for stream in (found if isinstance(found, list) else [value]) if isinstance(stream, Ref)]

    def _leaves(self, node: Value) -> Iterator[Value]:
        entries = self.dictionary(node)
        if "Kids" not in entries:
            yield node
        for kid in self.array(entries.get("Kids")):
            yield from self._leaves(kid)

    @property
    def catalog(self) -> dict[str, Value]:
        """The root of everything."""
        return self.dictionary(self.trailer.get("Root"))


def read_file(pdf: bytes) -> PdfFile:
    """Take a file apart. Raises ValueError."""
    start = _START.search(pdf, max(0, len(pdf) - 64))
    if start is None:
        raise ValueError("the end of the file is missing")
    try:
        return _FileReader(pdf).read(int(start[1]))
    except (zlib.error, KeyError, IndexError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("the file is damaged") from error


class _FileReader:
    def __init__(self, pdf: bytes) -> None:
        self._pdf = pdf

    def read(self, start: int) -> PdfFile:
        table = _TABLE.match(self._pdf, start)
        return self._read_with_table(table.end()) if table else self._read_with_stream(start)

    def _read_with_table(self, position: int) -> PdfFile:
        objects = Objects()
        while section := _SECTION.match(self._pdf, position):
            first, count = int(section[1]), int(section[2])
            _require_room(count * _ROW, self._pdf)
            for index in range(count):
                row = self._pdf[section.end() + index * _ROW :][:_ROW]
                if row[17:18] == b"n":
                    objects.add(first + index, self._object(int(row[:10]), first + index))
            position = section.end() + count * _ROW
        trailer, _ = parse(self._pdf, self._pdf.index(b"trailer", position) + len(b"trailer"))
        if not isinstance(trailer, dict) or "Prev" in trailer:
            raise ValueError("the file has been changed bit by bit")
        return PdfFile(objects, trailer)

    def _read_with_stream(self, start: int) -> PdfFile:
        table = self._object(start)
        objects = Objects()
        for number, (kind, place, _) in _rows(table):
            if kind != 1 or place == start:
                continue
            item = self._object(place, number)
            if item.entries.get("Type") == b"/ObjStm":
                _unpack(item, objects)
            else:
                objects.add(number, item)
        return PdfFile(objects, table.entries)

    def _object(self, start: int, number: int | None = None) -> PdfObject:
        head = _HEAD.match(self._pdf, start)
        if head is None or number not in (None, int(head[1])):
            raise ValueError("an object is not where the cross-reference says")
        value, end = parse(self._pdf, head.end())
        stream = _STREAM.match(self._pdf, end)
        if stream is None or not isinstance(value, dict):
            return PdfObject(value)
        length = whole(value.get("Length"))
        if length < 0 or not _STREAM_END.match(self._pdf, stream.end() + length):
            raise ValueError("a stream does not end where its length says")
        return PdfObject(value, self._pdf[stream.end() : stream.end() + length])


def _require_room(size: int, data: bytes) -> None:
    """Raise ValueError where rows are announced for which there is no room: nobody could wait for all of them."""
    if size > len(data):
        raise ValueError("the cross-reference is broken off")


def _rows(table: PdfObject) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """The rows of a cross-reference stream (ISO 32000-1, 7.5.8), by the number of their object."""
    widths = [whole(width) for width in _list(table.entries["W"])]
    data = inflated(table)
    index = [whole(item) for item in _list(table.entries.get("Index", [b"0", table.entries["Size"]]))]
    if min(widths) < 0:
        raise ValueError("a row of the cross-reference is narrower than nothing")
    position = 0
    for first, count in zip(index[::2], index[1::2], strict=True):
        _require_room(count * max(1, sum(widths)), data)
        for number in range(first, first + count):
            fields = []
            for width in widths:
                fields.append(int.from_bytes(data[position : position + width]))
                position += width
            yield number, (fields[0], fields[1], fields[2])


def _unpack(holder: PdfObject, objects: Objects) -> None:
    """Take in the objects of an object stream (ISO 32000-1, 7.5.7)."""
    data = inflated(holder)
    first, count = whole(holder.entries["First"]), whole(holder.entries["N"])
    numbers = [int(word) for word in data[:first].split()]
    for number, offset in zip(numbers[: 2 * count : 2], numbers[1 : 2 * count : 2], strict=True):
        if not first <= first + offset < len(data):
            raise ValueError("an object is not where its stream says")
        objects.add_packed(number, data, first + offset)


def inflated(item: PdfObject) -> bytes:
    """The data of a stream that is compressed in the usual way, or not at all. Raises ValueError for other ways."""
    data = item.stream or b""
    match item.entries.get("Filter"):
        case None:
            return data
        case b"/FlateDecode" if "DecodeParms" not in item.entries:
            return zlib.decompress(data) if data else b""  # qpdf writes empty streams so
    raise ValueError("a stream is compressed in an unusual way")


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise ValueError("this is no array")
    return value
