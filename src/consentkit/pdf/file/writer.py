"""A PDF file written object by object.

Guarantees: the same objects give the same bytes; streams are written as they are given; everything else is packed into
compressed object streams; the file has a place for the seal (`seal`).
"""

from __future__ import annotations

import zlib
from typing import BinaryIO

from consentkit.pdf.file.syntax import Ref, Value, write

_HEADER = b"%PDF-1.7\n%\xf0\x9f\x93\x8e\n"
_FULL = 400
"""Objects that an object stream holds."""
_EFFORT = 6
"""The level of compression: higher ones take twice the time for a hundredth of the size."""


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

    def _flush(self) -> None:
        """Write the pending objects as one object stream (ISO 32000-1, 7.5.7)."""
        if not self._packed:
            return
        holder = self.new_number()
        head: list[bytes] = []
        offset = 0
        for index, (number, text) in enumerate(self._packed):
            head.append(b"%d %d" % (number, offset))
            offset += len(text) + 1
            self._places[number] = (2, holder, index)
        first = b" ".join(head) + b"\n"
        data = zlib.compress(first + b"\n".join(text for _, text in self._packed), _EFFORT)
        entries: dict[str, Value] = {
            "Type": b"/ObjStm",
            "N": b"%d" % len(self._packed),
            "First": b"%d" % len(first),
            "Filter": b"/FlateDecode",
            "Length": b"%d" % len(data),
        }
        self._packed.clear()
        self.put_stream(holder, write(entries), data)

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._position += len(data)
