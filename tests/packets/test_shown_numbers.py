"""No order of columns makes a particular of the patient the number of a visit whose row can't be split rightly."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.packets.visits import VisitEntry, read_visits

CELLS = {
    "visit": "V-1",
    "date": "2026-11-23",
    "patient_name": "Doe, Jane",
    "date_of_birth": "1980-01-01",
    "record_number": "MRN-12345",
    "procedures": "90837",
    "clinician": "DR VU",
    "witness": "Ada",
    "interpreter_number": "4471",
    "time": "9:00",
}
REQUIRED = tuple(CELLS)[:7]
OPTIONAL = tuple(CELLS)[7:]
FAULTS: dict[str, Callable[[str], str]] = {
    "split at a comma": lambda cell: cell if "," in cell else f"{cell}, {cell[:1]}",
    "a quotation mark": lambda cell: f'"{cell.partition(", ")[0]}", {cell[-4:]}"',
    "left out": lambda _: "",
}
"""What somebody does to one cell of a row."""


def read_row(columns: Sequence[str], column: str, fault: str) -> VisitEntry:
    """The visit of a row in which one cell is written with a fault, and all others as they must be."""
    cells = [(f'"{CELLS[name]}"' if "," in CELLS[name] else CELLS[name]) for name in columns]
    place = list(columns).index(column)
    spoiled = FAULTS[fault](CELLS[column])
    cells[place : place + 1] = [spoiled] if spoiled else []
    text = f"{','.join(columns)}\n{','.join(cells)}\n"
    (entry,) = read_visits("-", io.BytesIO(text.encode()))
    return entry


orders = (
    st.lists(st.sampled_from(OPTIONAL), unique=True)
    .flatmap(lambda more: st.permutations([*REQUIRED, *more]))
    .map(tuple)
)


@given(columns=orders, data=st.data())
def test_no_order_of_columns_gives_a_particular_as_the_number_or_the_day(
    columns: tuple[str, ...], data: st.DataObject
) -> None:
    entry = read_row(columns, data.draw(st.sampled_from(columns)), data.draw(st.sampled_from(sorted(FAULTS))))
    assert entry.visit is None or entry.problems == ()
    assert {entry.number, entry.name.visit} <= {None, "V-1"}
    assert entry.name.date is None or entry.name.date.isoformat() == CELLS["date"]
    told = " ".join(map(str, entry.problems))
    assert not any(particular in told for particular in ("Doe", "Jane", "MRN", "12345", "1980"))


RECORD_FIRST = ("patient_name", "record_number", "visit", "date", "date_of_birth", "procedures", "clinician")
DAYS_FIRST = ("date", "date_of_birth", "patient_name", "record_number", "visit", "procedures", "clinician")
NUMBER_BEFORE_RECORD = (
    *("date", "date_of_birth", "visit", "record_number", "procedures"),
    *("interpreter_number", "patient_name", "clinician", "witness"),
)
BIRTH_BEFORE_DAY = ("visit", "patient_name", "date_of_birth", "date", "record_number", "procedures", "clinician")


@pytest.mark.parametrize(
    ("columns", "column", "fault"),
    [
        (RECORD_FIRST, "patient_name", "split at a comma"),
        (RECORD_FIRST, "patient_name", "a quotation mark"),
        (DAYS_FIRST, "patient_name", "split at a comma"),
        (NUMBER_BEFORE_RECORD, "visit", "left out"),
    ],
)
def test_the_record_number_is_never_the_number_of_a_visit(columns: tuple[str, ...], column: str, fault: str) -> None:
    entry = read_row(columns, column, fault)
    assert (entry.visit, entry.number, entry.name.visit) == (None, None, None)


def test_the_date_of_birth_is_never_the_day_of_a_visit() -> None:
    entry = read_row(BIRTH_BEFORE_DAY, "patient_name", "split at a comma")
    assert (entry.number, entry.name.visit, entry.name.date) == ("V-1", "V-1", None)


@pytest.mark.parametrize("columns", [("date", "visit"), ("date_of_birth", "visit", "record_number")])
@pytest.mark.parametrize("fault", ["split at a comma", "a quotation mark"])
def test_no_piece_of_a_day_is_the_number_of_a_visit(columns: tuple[str, ...], fault: str) -> None:
    entry = read_row((*columns, *(column for column in REQUIRED if column not in columns)), columns[0], fault)
    assert (entry.number, entry.name.visit, entry.name.date) == (None, None, None)


def test_the_number_is_given_where_it_comes_first() -> None:
    entry = read_row(REQUIRED, "patient_name", "split at a comma")
    assert entry.number == "V-1"
    assert entry.name.file_name == "2026-11-23-V-1.pdf"


@pytest.mark.parametrize("first", [("visit",), ("date", "visit"), ("time", "date", "visit")])
def test_the_number_is_given_where_nothing_but_a_day_comes_before_it_and_no_cell_is_too_many(
    first: tuple[str, ...],
) -> None:
    columns = (*first, *(column for column in (*REQUIRED, "witness") if column not in first))
    entry = read_row(columns, "witness", "left out")
    assert entry.number == "V-1"
    assert entry.name.file_name == "2026-11-23-V-1.pdf"
