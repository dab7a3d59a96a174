"""A PDF file written object by object.

Guarantees: the same objects give the same bytes; streams are written as they are given; everything else is packed into
compressed object streams; the file has a place for the seal (`seal`).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from consentkit.pdf.file.syntax import Ref, Value, write

_HEADER = b"%PDF-1.7\n%\xf0\x9f\x93\x8e\n"
_FULL = 400
"""Objects that an object stream holds."""
_EFFORT = 6
"""The level of compression: higher ones take twice the time for a hundredth of the size."""


@dataclass(frozen=True)
class ObjectStream:
    """Objects that are compressed together (ISO 32000-1, 7.5.7)."""

    numbers: tuple[int, ...]
    dictionary: bytes
    data: bytes


def object_streams(objects: Sequence[tuple[int, bytes]]) -> list[ObjectStream]:
    """Objects with their numbers, packed into as many streams as `count_of_streams` says."""
    return [_object_stream(objects[start : start + _FULL]) for start in range(0, len(objects), _FULL)]


def count_of_streams(objects: int) -> int:
    """How many streams that number of objects fills."""
    return -(-objects // _FULL)


def _object_stream(objects: Sequence[tuple[int, bytes]]) -> ObjectStream:
    head: list[bytes] = []
    offset = 0
    for number, text in objects:
        head.append(b"%d %d" % (number, offset))
        offset += len(text) + 1
    first = b" ".join(head) + b"\n"
    data = zlib.compress(first + b"\n".join(text for _, text in objects), _EFFORT)
    entries: dict[str, Value] = {
        "Type": b"/ObjStm",
        "N": b"%d" % len(objects),
        "First": b"%d" % len(first),
        "Filter": b"/FlateDecode",
        "Length": b"%d" % len(data),
    }
    return ObjectStream(tuple(number for number, _ in objects), write(entries), data)


class FileWriter:
    """Writes one file, from start to end, into a stream that need not be readable or seekable."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._position = 0
        self._places: list[tuple[int, int, int]] = [(0, 0, 65535)]
        self._packed: list[tuple[int, bytes]] = []
        self._put(_HEADER)

    def new_number(self) -> Ref:
        """A number for an object that is to be written, now or later."""
        self._places.append((0, 0, 0))
        return Ref(len(self._places) - 1)

    def add(self, value: Value) -> Ref:
        """Write an object, and return the reference to it."""
        number = self.new_number()
        self.put(number, write(value))
        return number

    def add_stream(self, entries: dict[str, Value], data: bytes, *, compress: bool = True) -> Ref:
        """Write a stream, and return the reference to it."""
        number = self.new_number()
        if compress:
            data = zlib.compress(data, _EFFORT)
            entries = {**entries, "Filter": b"/FlateDecode"}
        self.put_stream(number, write({**entries, "Length": b"%d" % len(data)}), data)
        return number

    def put(self, number: int, text: bytes) -> None:
        """Write an object that has a number already."""
        self._packed.append((number, text))
        if len(self._packed) == _FULL:
            self._flush()

    def put_stream(self, number: int, dictionary: bytes, data: bytes) -> None:
        """Write a stream that has a number already."""
        self._places[number] = (1, self._position, 0)
        # CR LF before `endstream`: data that ends in CR would seem to be a byte short (see engine).
        self._put(b"%d 0 obj\n%b\nstream\n%b\r\nendstream\nendobj\n" % (number, dictionary, data))

    def finish(self, root: Ref, info: Ref, identifier: str) -> None:
        """Write the end of the file. The identifier has 32 hexadecimal digits; the place for the seal stays empty."""
        self._flush()
        number = self.new_number()
        start = self._position
        self._places[number] = (1, start, 0)
        width = max(2, (start.bit_length() + 7) // 8)
        rows = b"".join(
            kind.to_bytes(1) + place.to_bytes(max(width, 3)) + last.to_bytes(2) for kind, place, last in self._places
        )
        data = zlib.compress(rows, _EFFORT)
        entries: dict[str, Value] = {
            "Type": b"/XRef",
            "Size": b"%d" % len(self._places),
            "W": [b"1", b"%d" % max(width, 3), b"2"],
            "Root": root,
            "Info": info,
            "ID": [b"(%b)" % identifier.encode(), b"(%b)" % (b"0" * 32)],
            "Filter": b"/FlateDecode",
            "Length": b"%d" % len(data),
        }
        self.put_stream(number, write(entries), data)
        self._put(b"startxref\n%d\n%%%%EOF\n" % start)

    def put_packed(self, number: int, stream: ObjectStream) -> None:
        """Write an object stream that has a number already, as have the objects in it."""
        for index, packed in enumerate(stream.numbers):
            self._places[packed] = (2, number, index)
        self.put_stream(number, stream.dictionary, stream.data)

    def _flush(self) -> None:
        """Write the pending objects as one object stream."""
        for stream in object_streams(self._packed):
            self.put_packed(self.new_number(), stream)
        self._packed.clear()

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._position += len(data)
