"""A stencil, as tables that can be kept.

Guarantees: what comes back is what was written; ValueError is raised for tables of another form, and where one leads to
a text, an object or a page that can't be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from consentkit.packets.line_fit import LineRoom
from consentkit.packets.stencil import DrawnCode, FilledGap, FilledText, Stencil, StencilLine
from consentkit.pdf.file.packed_tables import TableReader, TableWriter
from consentkit.pdf.file.syntax import Ref
from consentkit.pdf.file.writer import Beginning, width_for

_MOST_PAGES = 99_999
"""The last page whose number its code has room for."""
_SPARE = 4096
"""Numbers of objects that may have been given away and be nobody's."""


def write_stencil(tables: TableWriter, stencil: Stencil) -> None:
    """Write a stencil. Raises ValueError where it has a number that is too large for that."""
    beginning = stencil.beginning
    tables.strings([beginning.data, beginning.table(beginning.width), *stencil.metadata_pieces])
    own = (stencil.root, stencil.info, stencil.metadata)
    tables.numbers([beginning.objects, beginning.width, stencil.numbers, *own, stencil.texts])
    lines = [one for one in stencil.drawings if isinstance(one, StencilLine)]
    tables.numbers(one.number for one in stencil.drawings)
    tables.numbers(one.page if isinstance(one, DrawnCode) else 0 for one in stencil.drawings)
    tables.numbers(number for line in lines for number in (line.resources, line.text, len(line.rooms)))
    tables.floats(edge for line in lines for room in line.rooms for edge in room[:3])
    tables.numbers(room.is_flush_right for line in lines for room in line.rooms)
    tables.numbers(number for gap in stencil.gaps for number in (gap.number, gap.said))
    tables.strings(gap.opening for gap in stencil.gaps)
    tables.numbers(number for said in stencil.said for number in said)
    tables.numbers(stencil.drawn)
    tables.numbers(stencil.varying)
    tables.strings(sorted(line.encode() for line in stencil.heavy))


def read_stencil(tables: TableReader) -> Stencil:
    """Read what `write_stencil` wrote. Raises ValueError for anything else."""
    data, table, before, behind = tables.strings()
    objects, width, numbers, root, info, metadata, texts = tables.numbers()
    drawings = tuple(_drawings(tables))
    numbers_of_gaps, openings = tables.numbers(), tables.strings()
    of_gaps = zip(numbers_of_gaps[::2], openings, numbers_of_gaps[1::2], strict=True)
    gaps = tuple(FilledGap(Ref(number), opening, said) for number, opening, said in of_gaps)
    of_said = tables.numbers()
    said = tuple(FilledText(text, bool(spoken)) for text, spoken in zip(of_said[::2], of_said[1::2], strict=True))
    drawn, varying = tables.numbers(), tables.numbers()
    heavy = frozenset(line.decode() for line in tables.strings())
    stencil = Stencil(
        beginning=_beginning(data, objects, table, width),
        numbers=numbers,
        root=Ref(root),
        info=Ref(info),
        metadata=Ref(metadata),
        metadata_pieces=(before, behind),
        drawings=drawings,
        gaps=gaps,
        said=said,
        texts=texts,
        drawn=drawn,
        varying=varying,
        heavy=heavy,
    )
    _require_sense(stencil, len(table) // (3 + width))
    return stencil


def _beginning(data: bytes, objects: int, table: bytes, width: int) -> Beginning:
    if width != width_for(len(data)) or len(table) % (3 + width):
        raise ValueError("the table of a beginning has another form")
    return Beginning(data, objects, table, width)


def _drawings(tables: TableReader) -> Iterator[StencilLine | DrawnCode]:
    numbers, pages, of_lines = tables.numbers(), tables.numbers(), tables.numbers()
    lines = zip(of_lines[::3], of_lines[1::3], of_lines[2::3], strict=True)
    rooms = _rooms(tables.floats(), tables.numbers())
    for number, page in zip(numbers, pages, strict=True):
        if page:
            yield DrawnCode(Ref(number), page)
            continue
        try:
            resources, text, count = next(lines)
            yield StencilLine(Ref(number), Ref(resources), text, tuple([next(rooms) for _ in range(count)]))
        except StopIteration:
            raise ValueError("a line lacks something") from None
    if next(lines, None) or next(rooms, None):
        raise ValueError("there is no line for a room")


def _rooms(edges: Sequence[float], flush_right: Sequence[int]) -> Iterator[LineRoom]:
    every = zip(edges[::3], edges[1::3], edges[2::3], flush_right, strict=True)
    if not all(map(isfinite, edges)) or min(edges[2::3], default=1.0) <= 0:
        raise ValueError("a line has no room")
    return (LineRoom(across, height, largest, bool(flush)) for across, height, largest, flush in every)


def _require_sense(stencil: Stencil, rows: int) -> None:
    """Raise ValueError where a stencil leads to what can't be there."""
    lines = [one for one in stencil.drawings if isinstance(one, StencilLine)]
    pages = [one.page for one in stencil.drawings if isinstance(one, DrawnCode)]
    places = [*(line.text for line in lines), *(said.text for said in stencil.said), *stencil.drawn, *stencil.varying]
    own = [*(one.number for one in stencil.drawings), *(gap.number for gap in stencil.gaps), stencil.metadata]
    if max(places, default=-1) >= stencil.texts or {line.text for line in lines} - {*stencil.drawn}:
        raise ValueError("a text is not there")
    if max((gap.said for gap in stencil.gaps), default=-1) >= len(stencil.said) or max(pages, default=0) > _MOST_PAGES:
        raise ValueError("a gap or a page is not there")
    if not all(line.rooms for line in lines):
        raise ValueError("a line has no room")
    if not 0 < rows <= stencil.numbers <= rows + len(own) + _SPARE or not 0 < min(own) <= max(own) < stencil.numbers:
        raise ValueError("an object has no number")
    if len(set(own)) < len(own):
        raise ValueError("an object is there twice")
