"""Files whose cross-reference leads elsewhere than it did, as a forger would write them: sealed anew, and without
anything else that is wrong."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping

from consentkit.pdf.file.seal import seal

Row = tuple[int, int, int]
_TABLE = re.compile(rb"(\d+) 0 obj\n(<</Type /XRef.*?>>)\nstream\n", re.DOTALL)
_STREAM = re.compile(rb"(\d+) 0 obj\n<<[^\n]*?/Type /ObjStm[^\n]*\nstream\n(.*?)\r\nendstream", re.DOTALL)


def object_streams(pdf: bytes) -> set[bytes]:
    """The data of the object streams of a file, as they are stored."""
    return {match[2] for match in _STREAM.finditer(pdf)}


def rows_of(pdf: bytes) -> list[Row]:
    """The rows of the cross-reference: kind, place, and what else there is to say."""
    _, table = _table(pdf)
    widths = _widths(table[2])
    data = zlib.decompressobj().decompress(pdf[table.end() :])
    length = sum(widths)
    rows = []
    for place in range(0, len(data), length):
        row = data[place : place + length]
        kind, middle, last = row[:1], row[1 : 1 + widths[1]], row[1 + widths[1] :]
        rows.append((int.from_bytes(kind), int.from_bytes(middle), int.from_bytes(last)))
    return rows


def with_rows(pdf: bytes, changed: Mapping[int, Row]) -> bytes:
    """The file with other rows for some objects."""
    start, _ = _table(pdf)
    return _with_table(pdf, pdf[:start], [changed.get(number, row) for number, row in enumerate(rows_of(pdf))])


def with_objects(pdf: bytes, objects: Mapping[int, bytes]) -> bytes:
    """The file with other objects in the place of some, in a stream of their own: the old ones are still there.

    The stream gets the next number; objects with higher ones are new.
    """
    start, _ = _table(pdf)
    rows = rows_of(pdf)
    texts, head, offset = list(objects.values()), [], 0
    for number, text in objects.items():
        head.append(b"%d %d" % (number, offset))
        offset += len(text) + 1
    first = b" ".join(head) + b"\n"
    data = zlib.compress(first + b"\n".join(texts))
    holder = len(rows)
    numbers = (holder, len(objects), len(first), len(data), data)
    stream = (
        b"%d 0 obj\n<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>\nstream\n%b\r\nendstream\nendobj\n"
    )
    rows += [(0, 0, 0)] * (max(objects) - holder)
    rows.insert(holder, (1, start, 0))
    for index, number in enumerate(objects):
        rows[number] = (2, holder, index)
    return _with_table(pdf, pdf[:start] + stream % numbers, rows)


def _table(pdf: bytes) -> tuple[int, re.Match[bytes]]:
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    table = _TABLE.match(pdf, start)
    assert table
    return start, table


def _widths(entries: bytes) -> list[int]:
    match = re.search(rb"/W \[1 (\d+) 2\]", entries)
    assert match
    return [1, int(match[1]), 2]


def _with_table(pdf: bytes, body: bytes, rows: list[Row]) -> bytes:
    _, table = _table(pdf)
    rows[int(table[1])] = (1, len(body), 0)
    width = _widths(table[2])[1]
    data = zlib.compress(b"".join(kind.to_bytes(1) + at.to_bytes(width) + last.to_bytes(2) for kind, at, last in rows))
    entries = re.sub(rb"/Size \d+", b"/Size %d" % len(rows), table[2])
    entries = re.sub(rb"/Length \d+", b"/Length %d" % len(data), entries)
    end = b"%b 0 obj\n%b\nstream\n%b\r\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
    return seal(body + end % (table[1], entries, data, len(body)))


def with_stream(pdf: bytes, number: int, dictionary: bytes, data: bytes) -> bytes:
    """The file with another stream in the place of one: the old one is still there. The length is added."""
    start, _ = _table(pdf)
    entries = dictionary.removesuffix(b">>") + b"/Length %d>>" % len(data)
    stream = b"%d 0 obj\n%b\nstream\n%b\r\nendstream\nendobj\n" % (number, entries, data)
    rows = rows_of(pdf)
    rows[number] = (1, start, 0)
    return _with_table(pdf, pdf[:start] + stream, rows)


def with_root(pdf: bytes, number: int) -> bytes:
    """The file with another object as its catalog."""
    start, table = _table(pdf)
    entries = re.sub(rb"/Root \d+ 0 R", b"/Root %d 0 R" % number, table[2])
    return seal(pdf[:start] + pdf[start:].replace(table[2], entries, 1))
