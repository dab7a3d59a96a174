"""What the ends of files with one beginning have in common (`known_ends`), as tables that can be kept.

Guarantees: what comes back is what was written; ValueError is raised for tables of another form. The beginning itself
is not among them.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import TypeVar

from consentkit.pdf.file.known_ends import EndTable, KnownEnd, Notation, SameRows
from consentkit.pdf.file.packed_tables import TableReader, TableWriter

_Item = TypeVar("_Item")

_MOST_ROWS = 64 * 1024 * 1024
"""Bytes of rows: far more than the largest file has that is kept."""


def write_end(tables: TableWriter, end: KnownEnd) -> None:
    """Write all but the beginning. Raises ValueError where there is a number that is too large for that."""
    table = end.table
    tables.numbers(
        [table.number, table.size, *(at for at, _ in table.same), *(one for of in table.places for one in of)]
    )
    tables.numbers([len(table.same), len(table.places), len(table.entries)])
    tables.strings([table.rows.start, *table.entries, *(same for _, same in table.same)])
    for notations in (end.packed, end.plain):
        _write_notations(tables, notations)


def read_end(tables: TableReader, beginning: bytes) -> KnownEnd:
    """Read what `write_end` wrote of files with this beginning. Raises ValueError for anything else."""
    numbers = tables.numbers()
    counts = tables.numbers()
    strings = tables.strings()
    same, places, entries = three(counts)
    if len(numbers) != 2 + same + 3 * places or len(strings) != 1 + entries + same:
        raise ValueError("the table of an end lacks something")
    ats, edges = numbers[2 : 2 + same], iter(numbers[2 + same :])
    table = EndTable(
        number=numbers[0],
        entries=list(strings[1 : 1 + entries]),
        rows=_rows(strings[0]),
        same=list(zip(ats, strings[1 + entries :], strict=True)),
        size=numbers[1],
        places=list(zip(edges, edges, edges, strict=True)),
    )
    return KnownEnd(beginning, table, _read_notations(tables), _read_notations(tables))


def three(numbers: Sequence[_Item]) -> tuple[_Item, _Item, _Item]:
    """Three items. Raises ValueError for any other number of them."""
    one, two, three = numbers
    return one, two, three


def _rows(start: bytes) -> SameRows:
    inflating = zlib.decompressobj()
    try:
        known = inflating.decompress(start, _MOST_ROWS)
    except zlib.error as error:
        raise ValueError("the rows of an end can't be inflated") from error
    if inflating.eof or inflating.unconsumed_tail:
        raise ValueError("the rows of an end are no beginning")
    return SameRows(start, known)


def _write_notations(tables: TableWriter, notations: Mapping[int, Notation]) -> None:
    tables.numbers(notations)
    every = list(notations.values())
    for of_each in (
        [one.numbers for one in every],
        [[part for start in one.starts for part in start] for one in every],
        [one.owners for one in every],
    ):
        tables.numbers(map(len, of_each))
        tables.numbers(number for numbers in of_each for number in numbers)
    for texts in ([one.pieces for one in every], [one.keys for one in every]):
        tables.numbers(map(len, texts))
        tables.strings(text for some in texts for text in some)


def _read_notations(tables: TableReader) -> dict[int, Notation]:
    of = tables.numbers()
    numbers = _divided(tables.numbers(), tables.numbers(), of)
    starts = _divided(tables.numbers(), tables.numbers(), of)
    owners = _divided(tables.numbers(), tables.numbers(), of)
    pieces = _divided(tables.numbers(), tables.strings(), of)
    keys = _divided(tables.numbers(), tables.strings(), of)
    every = zip(of, numbers, pieces, keys, owners, starts, strict=True)
    return {
        number: Notation(own, piece, key, owner, list(zip(start[::2], start[1::2], strict=True)))
        for number, own, piece, key, owner, start in every
    }


def _divided(counts: Sequence[int], every: Sequence[_Item], of: Collection[int]) -> Iterator[list[_Item]]:
    """Items, as many for each as is counted. Raises ValueError where there are not as many."""
    ends = list(accumulate(counts, initial=0))
    if len(counts) != len(of) or ends[-1] != len(every):
        raise ValueError("there are not as many as there should be")
    return (list(every[start:end]) for start, end in pairwise(ends))
