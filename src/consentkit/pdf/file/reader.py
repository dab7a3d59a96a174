"""A finished PDF file, parsed into its objects.

Guarantees: exactly the objects that the cross-reference lists are returned, with their streams as they are stored;
ValueError means that the file is damaged, or written in a way that the engine and pypdf never use.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from consentkit.pdf.file.beginnings import KnownBeginning, KnownBeginnings
from consentkit.pdf.file.objects import Objects, PdfObject, UnpackedStream
from consentkit.pdf.file.rows import PACKED, PLAIN, ObjectRow, Rows
from consentkit.pdf.file.syntax import Ref, Value, integer, parse

_START = re.compile(rb"startxref\s+([0-9]+)\s+%%EOF\s*$")
_HEAD = re.compile(rb"\s*([0-9]+)\s+0\s+obj\b")
_STREAM = re.compile(rb"\s*stream\r?\n")
_STREAM_END = re.compile(rb"\s*endstream\b")
_TABLE = re.compile(rb"\s*xref\s+")
_SECTION = re.compile(rb"([0-9]+)[ ]+([0-9]+)\s*\n")
_ROW = 20  # bytes (ISO 32000-1, 7.5.4)
_UPDATES = ("Prev", "XRefStm")
"""What leads to another table of objects (ISO 32000-1, 7.5.5 and 7.5.8.4)."""


@dataclass(frozen=True)
class PdfFile:
    """All objects of a file by their numbers, and its trailer."""

    objects: Objects
    trailer: dict[str, Value]
    beginning: KnownBeginning | None = None
    """What it begins with, where that is known from another file."""

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


def read_file(pdf: bytes, known: KnownBeginnings | None = None) -> PdfFile:
    """Parse a file; what is known of its beginning need not be parsed again. Raises ValueError."""
    start = _START.search(pdf, max(0, len(pdf) - 64))
    if start is None:
        raise ValueError("the end of the file is missing")
    try:
        return _FileReader(pdf, known.of(pdf) if known else None).read(int(start[1]))
    except (zlib.error, KeyError, IndexError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("the file is damaged") from error


class _FileReader:
    def __init__(self, pdf: bytes, beginning: KnownBeginning | None) -> None:
        self._pdf, self._beginning = pdf, beginning
        self._end = 0
        """Where the last of the objects ends that were read so far."""

    def read(self, start: int) -> PdfFile:
        table = _TABLE.match(self._pdf, start)
        return self._read_with_table(table.end()) if table else self._read_with_stream(start)

    def _read_with_table(self, position: int) -> PdfFile:
        objects = Objects()
        while section := _SECTION.match(self._pdf, position):
            first, count = int(section[1]), int(section[2])
            if count * _ROW > len(self._pdf):
                raise ValueError("the cross-reference is cut off")  # reading them all would take forever
            for index in range(count):
                row = self._pdf[section.end() + index * _ROW :][:_ROW]
                if row[17:18] == b"n":
                    objects.add(first + index, self._object(int(row[:10]), first + index))
            position = section.end() + count * _ROW
        trailer, _ = parse(self._pdf, self._pdf.index(b"trailer", position) + len(b"trailer"))
        return PdfFile(objects, _only(trailer))

    def _read_with_stream(self, start: int) -> PdfFile:
        table = self._object(start)
        trailer, rows, beginning = _only(table.entries), Rows.of_table(table), self._beginning
        if beginning is None or not rows.is_whole:
            return PdfFile(self._objects(rows.every(), start, Objects()), trailer)
        if beginning.is_unread:
            self._take(beginning, rows, start)
        if not beginning.is_in(rows):
            return PdfFile(self._objects(rows.every(), start, Objects()), trailer)
        others = rows.of(beginning.others(rows))
        return PdfFile(self._objects(others, start, Objects(beginning.objects)), trailer, beginning)

    def _take(self, beginning: KnownBeginning, rows: Rows, start: int) -> None:
        """Read what lies in the beginning, if all of that ends there, too."""
        numbers, self._end = beginning.numbers_in(rows), 0
        objects = self._objects(rows.of(numbers), start, Objects())
        if self._end <= len(beginning.data):
            beginning.take(objects, numbers, rows)

    def _objects(self, rows: Iterable[tuple[int, ObjectRow]], start: int, objects: Objects) -> Objects:
        """Add the objects of these rows, but for the table at the start, to others."""
        packed: dict[int, list[tuple[int, int]]] = {}
        streams: dict[int, UnpackedStream] = {}
        for number, (kind, place, last) in rows:
            if kind == PACKED:
                packed.setdefault(place, []).append((number, last))
            elif kind == PLAIN and place != start:
                item = self._object(place, number)
                if item.entries.get("Type") == b"/ObjStm":
                    streams[number] = UnpackedStream(item)
                else:
                    objects.add(number, item)
        for holder, members in packed.items():
            for number, index in members:
                objects.add_packed(number, streams[holder], index)
        return objects

    def _object(self, start: int, number: int | None = None) -> PdfObject:
        head = _HEAD.match(self._pdf, start)
        if head is None or number not in (None, int(head[1])):
            raise ValueError("an object is not where the cross-reference puts it")
        value, end = parse(self._pdf, head.end())
        stream = _STREAM.match(self._pdf, end)
        if stream is None or not isinstance(value, dict):
            self._end = max(self._end, end)
            return PdfObject(value, None, self._pdf[head.end() : end])
        length = integer(value.get("Length"))
        stream_end = _STREAM_END.match(self._pdf, stream.end() + length)
        if length < 0 or stream_end is None:
            raise ValueError("a stream does not have the length that it states")
        self._end = max(self._end, stream_end.end())
        return PdfObject(value, self._pdf[stream.end() : stream.end() + length], self._pdf[head.end() : end])


def _only(trailer: Value) -> dict[str, Value]:
    """The trailer of a file that has no other one. Raises ValueError."""
    if not isinstance(trailer, dict) or any(name in trailer for name in _UPDATES):
        raise ValueError("the file has incremental updates")
    return trailer
