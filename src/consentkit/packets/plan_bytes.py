"""A plan of reading, as tables that can be kept.

Guarantees: what comes back is what was written; ValueError is raised for tables of another form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

from consentkit.packets.plain_drawings import LineFont
from consentkit.packets.reading_plan import DrawingPlan, PageKind, ReadingPlan, Spoken
from consentkit.packets.room_for_drawings import Room
from consentkit.pdf.file.end_bytes import read_end, three, write_end
from consentkit.pdf.file.geometry import Box
from consentkit.pdf.file.packed_tables import TableReader, TableWriter
from consentkit.pdf.file.syntax import Ref

_EDGES = 9
"""Numbers of a room: the edges of two boxes, and a scale."""


def write_plan(tables: TableWriter, plan: ReadingPlan) -> None:
    """Write a plan, but for its beginning. Raises ValueError where it has a number that is too large for that."""
    write_end(tables, plan.end)
    fonts = {id(font): font for drawing in plan.drawings for font in drawing.fonts.values()}
    sets = {id(drawing.fonts): drawing.fonts for drawing in plan.drawings}
    _write_fonts(tables, fonts.values())
    _write_sets(tables, sets.values(), {key: place for place, key in enumerate(fonts)})
    places = {key: place for place, key in enumerate(sets)}
    tables.numbers(number for one in plan.drawings for number in _of_drawing(one, places))
    tables.floats(edge for one in plan.drawings for edge in (*one.room.room, *one.room.window, one.room.least_scale))
    tables.numbers([plan.metadata])
    tables.strings([plan.metadata_entries, *plan.metadata_pieces])
    tables.numbers(number for one in plan.pages for number in (one.whose, one.paper, one.page, len(one.drawings)))
    tables.numbers(number for one in plan.pages for number in one.drawings)
    tables.numbers(number for one in plan.spoken for number in one)
    tables.numbers(number for one in plan.values for number in one)


def read_plan(tables: TableReader, beginning: bytes) -> ReadingPlan:
    """Read what `write_plan` wrote of packets with this beginning. Raises ValueError for anything else."""
    end = read_end(tables, beginning)
    sets = _read_sets(tables, _read_fonts(tables))
    drawings = list(_drawings(tables.numbers(), tables.floats(), sets))
    (metadata,) = tables.numbers()
    entries, *pieces = tables.strings()
    return ReadingPlan(
        end=end,
        drawings=drawings,
        metadata=metadata,
        metadata_entries=entries,
        metadata_pieces=pieces,
        pages=tuple(_pages(tables.numbers(), tables.numbers())),
        spoken=tuple(Spoken(*one) for one in _threes(tables.numbers())),
        values=tuple(_pairs(tables.numbers())),
    )


# --- fonts ---


def _write_fonts(tables: TableWriter, fonts: Iterable[LineFont]) -> None:
    every = list(fonts)
    tables.numbers([len(every)])
    for font in every:
        tables.numbers(font.meanings)
        tables.strings(meaning.encode(errors="surrogatepass") for meaning in font.meanings.values())
        tables.numbers(font.widths)
        tables.floats([*font.widths.values(), font.default])


def _read_fonts(tables: TableReader) -> list[LineFont]:
    (count,) = tables.numbers()
    return [_font(tables) for _ in range(count)]


def _font(tables: TableReader) -> LineFont:
    codes, texts, measured = tables.numbers(), tables.strings(), tables.numbers()
    *widths, default = tables.floats()
    meanings = [text.decode(errors="surrogatepass") for text in texts]
    return LineFont(dict(zip(codes, meanings, strict=True)), dict(zip(measured, widths, strict=True)), default)


def _write_sets(tables: TableWriter, sets: Iterable[Mapping[str, LineFont]], places: Mapping[int, int]) -> None:
    every = list(sets)
    tables.numbers(map(len, every))
    tables.strings(name.encode(errors="surrogatepass") for fonts in every for name in fonts)
    tables.numbers(places[id(font)] for fonts in every for font in fonts.values())


def _read_sets(tables: TableReader, fonts: Sequence[LineFont]) -> list[dict[str, LineFont]]:
    counts, names, places = tables.numbers(), tables.strings(), tables.numbers()
    if sum(counts) != len(names) or max(places, default=-1) >= len(fonts):
        raise ValueError("a font is not there")
    named = [(name.decode(errors="surrogatepass"), fonts[of]) for name, of in zip(names, places, strict=True)]
    return [dict(named[start:end]) for start, end in pairwise(accumulate(counts, initial=0))]


# --- drawings ---


def _of_drawing(one: DrawingPlan, places: Mapping[int, int]) -> tuple[int, int, int, int]:
    """Its number, whether it has text, what it is drawn with or 0, and its fonts."""
    return one.number, one.has_text, one.resources or 0, places[id(one.fonts)]


def _drawings(
    numbers: Sequence[int], edges: Sequence[float], sets: Sequence[Mapping[str, LineFont]]
) -> Iterator[DrawingPlan]:
    count = len(numbers) // 4
    if (len(numbers), len(edges)) != (4 * count, _EDGES * count) or max(numbers[3::4], default=-1) >= len(sets):
        raise ValueError("a drawing lacks something")
    for place in range(count):
        number, has_text, resources, fonts = numbers[4 * place : 4 * place + 4]
        start = _EDGES * place
        room = Room(Box(*edges[start : start + 4]), Box(*edges[start + 4 : start + 8]), edges[start + 8])
        yield DrawingPlan(number, bool(has_text), Ref(resources) if resources else None, sets[fonts], room)


# --- pages ---


def _pages(numbers: Sequence[int], drawings: tuple[int, ...]) -> Iterator[PageKind]:
    ends = list(accumulate(numbers[3::4], initial=0))
    every = zip(numbers[::4], numbers[1::4], numbers[2::4], pairwise(ends), strict=True)
    if ends[-1] != len(drawings):
        raise ValueError("a page lacks something")
    return (PageKind(whose, drawings[start:end], paper, page) for whose, paper, page, (start, end) in every)


def _threes(numbers: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    return map(three, zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))


def _pairs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(numbers[::2], numbers[1::2], strict=True)
