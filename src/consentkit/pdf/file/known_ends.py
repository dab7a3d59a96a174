"""What comes behind the beginning that many files have in common (`beginnings`): read strictly, or not at all.

Guarantees: an end is read only where it has the same objects as one that was read completely before: the same numbers,
each where the table of objects puts it, one directly behind the other up to that table, which nothing follows; and
where all that is written there is the same, byte by byte, but for streams, which are handed out to be judged, and for
the texts that fields are filled with or that are read out for what is drawn. Nothing is said of any other file. Nothing
of these texts and streams is kept.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from consentkit.pdf.file.rows import PACKED, PLAIN, Rows
from consentkit.pdf.file.syntax import parse

if TYPE_CHECKING:
    from consentkit.pdf.file.beginnings import KnownBeginning

_START = re.compile(rb"\r\nendstream\nendobj\nstartxref\n([0-9]{1,12})\n%%EOF\n\Z")
_LONGEST_START = 80
_STREAM = re.compile(rb"([0-9]{1,9}) 0 obj\n(<<[^\r\n]*?)/Length ([0-9]{1,9})>>\nstream\n")
_PLAIN = re.compile(rb"([0-9]{1,9}) 0 obj\n")
_END_OF_STREAM = b"\r\nendstream\nendobj\n"
_OF_EACH_FILE = re.compile(rb"\[\([0-9a-f]{32}\) \([0-9a-f]{32}\)\]")
"""The identifier of a file."""
_TEXT = re.compile(rb"(/(?:ActualText|V) (?:\((?:[^()\\]++|\\[()\\])*+\)|<[0-9a-f]*+>))(?=[/>])")
"""A text that may differ, with its key."""
_KEY_OF_TEXT = re.compile(rb"/[A-Za-z]+ ")
_HEADER = 2
"""Bytes before compressed data (RFC 1950, 2.2)."""
_FLUSH = re.compile(rb"\x00\x00\xff\xff")
"""The end of a flush (RFC 1951, 3.2.4)."""
_ANY_TEXT = b"(any text)"
_OBJECTS_IN = re.compile(rb"<</Type /ObjStm/N ([0-9]{1,9})/First ([0-9]{1,9})/Filter /FlateDecode")


class OwnStream(NamedTuple):
    """A stream of one file."""

    entries: bytes
    """Its dictionary as it is written, up to the length at its end."""
    data: bytes


class OwnObjects(NamedTuple):
    """What of an end differs from file to file."""

    streams: Mapping[int, OwnStream]
    """Its streams by their numbers, but for those that objects are packed into."""
    texts: Mapping[int, bytes]
    """Texts as they are written, by the numbers of the objects that have them."""


class _DiffersError(ValueError):
    """An end is not like the one that is known."""


class Notation(NamedTuple):
    """How objects that follow each other are written, but for the texts that may differ: at most one in each."""

    numbers: list[int]
    pieces: list[bytes]
    """What is before, between and behind the texts."""
    keys: list[bytes]
    """The key of each text."""
    owners: list[int]
    """The object that each is in."""
    starts: list[tuple[int, int]]
    """For each object, the piece that it begins in, and how many bytes are left of that."""

    def texts(self, numbers: Sequence[int], places: Sequence[int], data: bytes) -> Iterator[tuple[int, bytes]]:
        """The texts in data that have these objects at these places, by object. Raises ValueError for others."""
        split = _TEXT.split(data)
        texts, ends = split[1::2], list(accumulate(map(len, split)))[::2]
        is_numbered = numbers == self.numbers
        is_alike = split[::2] == self.pieces and all(map(bytes.startswith, texts, self.keys))
        if not (is_numbered and is_alike) or places != [ends[piece] - left for piece, left in self.starts]:
            raise _DiffersError
        return ((owner, text[len(key) :]) for owner, text, key in zip(self.owners, texts, self.keys, strict=True))


def _notation_of(numbers: list[int], places: list[int], data: bytes) -> Notation:
    """How these objects are written. Raises ValueError where a text is not what its object has under its key."""
    split = _TEXT.split(data)
    ends, owners, keys = list(accumulate(map(len, split)))[::2], [], []
    starts = [_piece_at(place, ends) for place in places]
    for index, text in enumerate(split[1::2]):
        owner = max(which for which, place in enumerate(places) if place < ends[index])
        key = _key_of(text)
        before, behind = data[places[owner] : ends[index]], data[ends[index] + len(text) :]
        with_any = parse(before + key + _ANY_TEXT + behind)[0]
        if not isinstance(with_any, dict) or with_any.get(key[1:-1].decode()) != _ANY_TEXT:
            raise _DiffersError
        owners.append(numbers[owner])
        keys.append(key)
    if len(set(owners)) != len(owners):
        raise _DiffersError
    return Notation(numbers, split[::2], keys, owners, starts)


def _piece_at(place: int, ends: Sequence[int]) -> tuple[int, int]:
    return next((piece, end - place) for piece, end in enumerate(ends) if place < end)


def _key_of(text: bytes) -> bytes:
    match = _KEY_OF_TEXT.match(text)
    assert match
    return match[0]


class SameRows(NamedTuple):
    """The rows of a table of objects, compressed, of which the first ones are the same in many files.

    Data that are flushed completely at some point can be inflated from there on by themselves (RFC 1951, 2.3), and the
    same bytes before it always inflate to the same rows.
    """

    start: bytes
    """How the first ones are compressed."""
    known: bytes
    """The first ones."""

    @classmethod
    def of(cls, data: bytes, first: int) -> SameRows:
        """Take them from one file, up to the last such point before a number of bytes. Raises ValueError."""
        start, same = data[:_HEADER], b""
        every = zlib.decompress(data)
        for flush in _FLUSH.finditer(data):
            known = zlib.decompressobj().decompress(data[: flush.end()])
            if len(known) <= first and every == known + _inflated(data[flush.end() :], known):
                start, same = data[: flush.end()], known
        return cls(start, same)

    def others(self, data: bytes) -> bytes:
        """The rows behind those that are the same. Raises ValueError where these differ."""
        if not data.startswith(self.start):
            raise _DiffersError
        return _inflated(data[len(self.start) :], self.known)


def _inflated(data: bytes, before: bytes) -> bytes:
    """What data inflate to that come behind a complete flush, and their checksum. Raises ValueError for others."""
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflating.decompress(data)
    if not inflating.eof or inflating.unused_data != zlib.adler32(inflated, zlib.adler32(before)).to_bytes(4):
        raise _DiffersError
    return inflated


class EndTable(NamedTuple):
    """The table of objects at the end, but for where the objects are that lie behind the beginning."""

    number: int
    entries: list[bytes]
    """Its dictionary, before and behind the identifier of the file."""
    rows: SameRows
    same: list[tuple[int, bytes]]
    """What is the same of the other rows, behind the number of its first byte."""
    size: int
    """How many bytes these take."""
    places: list[tuple[int, int, int]]
    """For each object behind the beginning: its number, and between which of these bytes its place is."""


class KnownEnd(NamedTuple):
    """What the ends of files with one beginning have in common."""

    beginning: bytes
    table: EndTable
    packed: Mapping[int, Notation]
    """The objects that are packed into each stream of objects."""
    plain: Mapping[int, Notation]
    """The objects by themselves that are no streams."""

    @classmethod
    def of(cls, pdf: bytes, beginning: KnownBeginning) -> KnownEnd:
        """Take it from a file that has been read with this beginning. Raises ValueError where it is another kind."""
        packed: dict[int, Notation] = {}
        plain: dict[int, Notation] = {}
        end = cls(beginning.data, _table_of(pdf, beginning), packed, plain)
        for number, place, behind in end._objects_in(pdf):
            stream = _stream_at(pdf, number, place, behind)
            if stream is None:
                plain[number] = _notation_of([number], [0], pdf[_start_of(pdf, number, place) : behind])
            elif _OBJECTS_IN.fullmatch(stream.entries):
                packed[number] = _notation_of(*_unpacked(stream))
        return end

    def read(self, pdf: bytes) -> OwnObjects | None:
        """What differs in another file with this beginning; None where anything else does, too."""
        try:
            return self._read(pdf)
        except (ValueError, IndexError, zlib.error):
            return None

    def _read(self, pdf: bytes) -> OwnObjects:
        streams: dict[int, OwnStream] = {}
        texts: dict[int, bytes] = {}
        for number, place, end in self._objects_in(pdf):
            if number in self.plain:
                notation = pdf[_start_of(pdf, number, place) : end]
                texts.update(self.plain[number].texts([number], [0], notation))
                continue
            stream = _stream_at(pdf, number, place, end)
            if stream is None:
                raise _DiffersError
            if number in self.packed:
                texts.update(self.packed[number].texts(*_unpacked(stream)))
            else:
                streams[number] = stream
        return OwnObjects(streams, texts)

    def _objects_in(self, pdf: bytes) -> Iterator[tuple[int, int, int]]:
        """The number of each object between beginning and table, and between which bytes it is. Raises ValueError."""
        if not pdf.startswith(self.beginning):
            raise _DiffersError
        table, (number, start, entries, data) = self.table, _table_in(pdf)
        rows = table.rows.others(data)
        is_alike = number == table.number and _OF_EACH_FILE.split(entries) == table.entries and len(rows) == table.size
        if not is_alike or not all(rows.startswith(same, at) for at, same in table.same):
            raise _DiffersError
        every = sorted((int.from_bytes(rows[first:last]), of) for of, first, last in table.places)
        if every[0][0] != len(self.beginning) or every[-1] != (start, number):
            raise _DiffersError
        return ((of, place, end) for (place, of), (end, _) in pairwise(every))


def _table_of(pdf: bytes, beginning: KnownBeginning) -> EndTable:
    number, _, entries, packed = _table_in(pdf)
    table, data = parse(entries + b">>")[0], zlib.decompress(packed)
    rows = Rows(table, data) if isinstance(table, dict) else None
    if rows is None or not beginning.is_in(rows) or rows.data != data:
        raise _DiffersError
    one, two, _ = rows.widths
    others = dict(rows.of(beginning.others(rows)))
    own = [of for of, (kind, _, _) in others.items() if kind == PLAIN]
    if not {place for kind, place, _ in others.values() if kind == PACKED}.issubset(own):
        raise _DiffersError
    known = SameRows.of(packed, own[0] * rows.length)
    first = len(known.known)
    starts = [of * rows.length + one - first for of in own]
    edges = [0, *(edge for start in starts for edge in (start, start + two)), len(data) - first]
    behind = data[first:]
    same = [(start, behind[start:end]) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    places = [(of, start, start + two) for of, start in zip(own, starts, strict=True)]
    return EndTable(number, _OF_EACH_FILE.split(entries), known, same, len(behind), places)


def _table_in(pdf: bytes) -> tuple[int, int, bytes, bytes]:
    """The table at the end of a file: its number, where it begins, its dictionary and its data. Raises ValueError."""
    end = _START.search(pdf, max(0, len(pdf) - _LONGEST_START))
    start = int(end[1]) if end else 0
    head = _STREAM.match(pdf, start)
    if end is None or head is None or head.end() + int(head[3]) != end.start():
        raise _DiffersError
    return int(head[1]), start, head[2], pdf[head.end() : end.start()]


def _start_of(pdf: bytes, number: int, place: int) -> int:
    """Where an object begins behind its number. Raises ValueError where it has another one."""
    head = _PLAIN.match(pdf, place)
    if head is None or int(head[1]) != number:
        raise _DiffersError
    return head.end()


def _stream_at(pdf: bytes, number: int, place: int, end: int) -> OwnStream | None:
    """A stream that takes all bytes between two places; None where there is an object without one.

    Raises ValueError where something else is there.
    """
    head = _STREAM.match(pdf, place)
    if head is None or head.end() > end:
        return None
    behind = head.end() + int(head[3])
    if int(head[1]) != number or behind + len(_END_OF_STREAM) != end or not pdf.startswith(_END_OF_STREAM, behind):
        raise _DiffersError
    return OwnStream(head[2], pdf[head.end() : behind])


def _unpacked(stream: OwnStream) -> tuple[list[int], list[int], bytes]:
    """The numbers and places of objects that are packed into a stream, and all of them. Raises ValueError."""
    head = _OBJECTS_IN.fullmatch(stream.entries)
    if head is None:
        raise _DiffersError
    data, count, first = zlib.decompress(stream.data), int(head[1]), int(head[2])
    words = list(map(int, data[:first].split()))
    if len(words) != 2 * count:
        raise _DiffersError
    return words[::2], words[1::2], data[first:]
