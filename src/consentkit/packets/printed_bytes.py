"""What the pages of a part hold, as bytes that can be kept: reading a part takes longer than a packet does.

Guarantees: what comes back is what `printed_part` saw, where the bytes are those that `pack_printed` wrote; bytes of
another form, as an earlier version may have written them, give None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from consentkit.packets.printed import LetterPlaces, Names, PageAnnotation, PrintedPage, PrintedPart
from consentkit.pdf.file.geometry import Box
from consentkit.pdf.file.packed_tables import TableReader, TableWriter
from consentkit.pdf.file.syntax import parse_whole, write

_FORM = b"printed part 1\n"
_HALF = 32
"""Bits of half of the flags of an annotation."""


def pack_printed(part: PrintedPart) -> bytes:
    """Write what pages hold as bytes. Raises ValueError where there is a number that is too large for that."""
    tables = TableWriter(_FORM)
    tables.strings(sorted(part.said))
    tables.numbers([len(part.pages)])
    for page in part.pages:
        _write_page(tables, page)
    return tables.data


def unpack_printed(data: bytes | None) -> PrintedPart | None:
    """Read what `pack_printed` wrote; None for anything else."""
    try:
        tables = TableReader(_FORM, data or b"")
        said = frozenset(tables.strings())
        (count,) = tables.numbers()
        pages = tuple(_read_page(tables) for _ in range(count))
        tables.end()
    except ValueError:
        return None
    return PrintedPart(pages, said) if pages else None


def _write_page(tables: TableWriter, page: PrintedPage) -> None:
    tables.strings(page.streams)
    tables.strings(category.encode("latin-1") for category, _ in page.resources)
    tables.numbers(len(names) for _, names in page.resources)
    tables.strings(name.encode("latin-1") for _, names in page.resources for name in sorted(names))
    tables.strings([page.drawn_with, write(page.turned)])
    tables.floats(page.box or ())
    tables.strings(text for one in page.annotations for text in _texts_of(one))
    tables.numbers(half for one in page.annotations for half in divmod(one.flags, 1 << _HALF))
    tables.strings(sorted(page.appearances))
    tables.floats(edge for point in page.letters for edge in point)


def _texts_of(annotation: PageAnnotation) -> Iterator[bytes]:
    yield from map(write, annotation.kind)
    yield annotation.place
    yield from (annotation.name.encode(errors="surrogatepass"), annotation.label.encode(errors="surrogatepass"))
    yield from (annotation.look, annotation.action)


_TEXTS = 7
"""How many texts an annotation has."""


def _read_page(tables: TableReader) -> PrintedPage:
    streams = tuple(tables.strings())
    resources = _names(tables.strings(), tables.numbers(), tables.strings())
    drawn_with, turned = tables.strings()
    return PrintedPage(
        streams=streams,
        resources=resources,
        drawn_with=drawn_with,
        turned=parse_whole(turned),
        box=_box(tables.floats()),
        annotations=_annotations(tables.strings(), tables.numbers()),
        appearances=frozenset(tables.strings()),
        letters=_letters(tables.packed_floats()),
    )


def _names(categories: Sequence[bytes], counts: Sequence[int], names: Sequence[bytes]) -> Names:
    if sum(counts) != len(names):
        raise ValueError("there are not as many names as there should be")
    left = (name.decode("latin-1") for name in names)
    return tuple(
        (category.decode("latin-1"), frozenset(next(left) for _ in range(count)))
        for category, count in zip(categories, counts, strict=True)
    )


def _box(edges: Sequence[float]) -> Box | None:
    if not edges:
        return None
    left, bottom, right, top = edges
    return Box(left, bottom, right, top)


def _annotations(texts: Sequence[bytes], flags: Sequence[int]) -> tuple[PageAnnotation, ...]:
    count = len(texts) // _TEXTS
    if (len(texts), len(flags)) != (count * _TEXTS, 2 * count):
        raise ValueError("an annotation lacks something")
    return tuple(
        PageAnnotation(
            kind=(parse_whole(subtype), parse_whole(kind_of_field)),
            place=place,
            name=name.decode(errors="surrogatepass"),
            label=label.decode(errors="surrogatepass"),
            flags=high << _HALF | low,
            look=look,
            action=action,
        )
        for (subtype, kind_of_field, place, name, label, look, action), high, low in zip(
            zip(*(texts[at::_TEXTS] for at in range(_TEXTS)), strict=True), flags[::2], flags[1::2], strict=True
        )
    )


def _letters(packed: bytes) -> LetterPlaces:
    letters = LetterPlaces(packed)
    if len(packed) % 16:
        raise ValueError("the place of a letter has one number")
    return letters
