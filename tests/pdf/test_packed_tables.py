"""Tables that are kept as bytes: what comes back is what went in, or nothing does."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.pdf.file.packed_tables import TableReader, TableWriter
from kit.thorough import examples

modest = settings(max_examples=examples(60), derandomize=True, deadline=None)
FORM = b"a form\n"
NUMBERS = st.lists(st.integers(0, 2**32 - 1), max_size=20)
STRINGS = st.lists(st.binary(max_size=20), max_size=20)
FLOATS = st.lists(st.floats(allow_nan=False), max_size=20)


def packed(numbers: list[int], strings: list[bytes], floats: list[float]) -> bytes:
    tables = TableWriter(FORM)
    tables.numbers(numbers)
    tables.strings(strings)
    tables.floats(floats)
    return tables.data


def read(data: bytes) -> tuple[list[int], list[bytes], list[float]]:
    tables = TableReader(FORM, data)
    every = list(tables.numbers()), list(tables.strings()), list(tables.floats())
    tables.end()
    return every


@modest
@given(NUMBERS, STRINGS, FLOATS)
def test_what_was_written_is_read(numbers: list[int], strings: list[bytes], floats: list[float]) -> None:
    assert read(packed(numbers, strings, floats)) == (numbers, strings, floats)


@modest
@given(NUMBERS, STRINGS, FLOATS, st.data())
def test_tables_that_end_early_or_go_on_are_refused(
    numbers: list[int], strings: list[bytes], floats: list[float], data: st.DataObject
) -> None:
    whole = packed(numbers, strings, floats)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for other in (whole[:cut], whole + b"\0", b"", b"another form\n" + whole):
        with pytest.raises(ValueError, match=r"cut off|follows|of this form"):
            read(other)


@modest
@given(st.binary(max_size=200))
def test_other_bytes_give_tables_no_larger_than_they_are_or_nothing(data: bytes) -> None:
    try:
        numbers, strings, floats = read(FORM + data)
    except ValueError:
        return
    assert packed(numbers, strings, floats) == FORM + data
    assert 4 * len(numbers) + sum(map(len, strings)) + 8 * len(floats) <= len(data)


@pytest.mark.parametrize(
    "table", [lambda tables: tables.numbers(), lambda tables: tables.strings(), lambda tables: tables.floats()]
)
def test_a_table_that_states_more_than_there_is_is_refused_at_once(table: Callable[[TableReader], object]) -> None:
    with pytest.raises(ValueError, match="cut off"):
        table(TableReader(FORM, FORM + struct.pack("<I", 2**32 - 1)))


def test_lengths_that_reach_beyond_the_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="cut off"):
        TableReader(FORM, FORM + struct.pack("<III", 1, 2**32 - 1, 0)).strings()


@pytest.mark.parametrize("number", [-1, 2**32])
def test_a_number_that_has_no_room_is_not_written(number: int) -> None:
    with pytest.raises(ValueError, match="too large"):
        TableWriter(FORM).numbers([number])
