"""A compiled part as bytes that can be kept, so that the next process need not parse each object of its file again.

Guarantees: what comes back for a file is what `compile_part` makes of it, where the bytes are those that were packed
for it; bytes of another form, and such as lead out of the file or to an object that it does not have, give None.
Streams are not among the bytes but taken from the file itself, with digests that are worked out again; so are the
objects that differ from packet to packet, and which of them are pages, elements, fields and bookmarks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise

from consentkit.pdf.file.packed_tables import TableReader, TableWriter
from consentkit.pdf.file.syntax import Ref, WrittenValue
from consentkit.pdf.link.compile import CompiledPart, CompiledStream, recompiled

_FORM = b"compiled part 2\n"


def pack_compiled(part: CompiledPart) -> bytes:
    """Write a compiled part as bytes. Raises ValueError where it has numbers that are too large for that."""
    tables = TableWriter(_FORM)
    _write_forms(tables, part.plain)
    _write_forms(tables, {number: stream.dictionary for number, stream in part.streams.items()})
    tables.numbers(number for stream in part.streams.values() for number in _place_in(part.pdf, stream.data))
    tables.numbers(stream.digest is not None for stream in part.streams.values())
    tables.numbers(part.edited)
    return tables.data


def unpack_compiled(data: bytes | None, pdf: bytes, written_on: Iterable[int] = ()) -> CompiledPart | None:
    """Read what `pack_compiled` wrote for a file, to which text is added at these elements; None for anything else."""
    try:
        return _unpacked(TableReader(_FORM, data or b""), pdf, written_on)
    except ValueError:
        return None


def _place_in(pdf: bytes, stream: bytes) -> tuple[int, int]:
    """Where the data of a stream is. Which of several places with the same bytes does not matter."""
    start = pdf.index(stream)
    return start, start + len(stream)


def _write_forms(tables: TableWriter, forms: Mapping[int, WrittenValue]) -> None:
    tables.numbers(forms)
    tables.strings(form.text for form in forms.values())
    tables.numbers(len(form.references) for form in forms.values())
    tables.numbers(reference for form in forms.values() for reference in form.references)


def _unpacked(tables: TableReader, pdf: bytes, written_on: Iterable[int]) -> CompiledPart:
    plain = _read_forms(tables)
    dictionaries = _read_forms(tables)
    places = tables.numbers()
    streams = {
        number: _stream(form, pdf, start, end, is_shared=bool(shared))
        for (number, form), start, end, shared in zip(
            dictionaries.items(), places[::2], places[1::2], tables.numbers(), strict=True
        )
    }
    edited = tables.numbers()
    tables.end()
    if len({*plain, *streams, *edited}) != len(plain) + len(streams) + len(edited):
        raise ValueError("an object is there twice")
    return recompiled(pdf, written_on, plain, streams, edited)


def _read_forms(tables: TableReader) -> dict[int, WrittenValue]:
    numbers, texts, counts, references = tables.numbers(), tables.strings(), tables.numbers(), tables.numbers()
    ends = list(accumulate(counts, initial=0))
    if not len(numbers) == len(texts) == len(counts) or ends[-1] != len(references):
        raise ValueError("there are not as many references as there should be")
    refs = tuple(map(Ref, references))
    forms = [WrittenValue(text, refs[start:end]) for text, (start, end) in zip(texts, pairwise(ends), strict=True)]
    _require_fillable(forms)
    return dict(zip(numbers, forms, strict=True))


def _require_fillable(forms: Iterable[WrittenValue]) -> None:
    """Raise ValueError where a text has not as many places for references as it should have, or other places."""
    for text, references in forms:
        plain = text.replace(b"%%", b"") if b"%%" in text else text
        if not plain.count(b"%") == plain.count(b"%d") == len(references):
            raise ValueError("a text has places for other references")


def _stream(dictionary: WrittenValue, pdf: bytes, start: int, end: int, *, is_shared: bool) -> CompiledStream:
    if not start <= end <= len(pdf):
        raise ValueError("a stream lies outside of the file")
    if is_shared and dictionary.references:
        raise ValueError("a stream that leads to others of its part can't be shared")
    data = pdf[start:end]
    return CompiledStream(dictionary, data, CompiledStream.digest_of(dictionary, data) if is_shared else None)
