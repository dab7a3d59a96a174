"""Sheets of .xlsx files: what a person sees in a cell is read, or refused."""

from __future__ import annotations

import datetime
import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from kit.tables import HEADER, ROW, faults, read, row, settings, table, workbook


def test_days_and_times_of_a_sheet_need_no_pattern() -> None:
    day = datetime.datetime(2026, 11, 24)
    cells: list[object] = [5001, day, datetime.time(9), ROW[3], datetime.date(1984, 7, 9), *ROW[5:]]
    (entry,) = read(workbook(list(HEADER), cells), settings({"dates": None, "times": "24-hour"}))
    assert entry.visit
    assert (entry.visit.visit, entry.visit.date, entry.visit.time) == ("5001", day.date(), datetime.time(9))


def test_a_number_keeps_the_zeros_that_its_format_shows_and_another_format_is_refused() -> None:
    cells: list[object] = [*ROW[:5], 123, *ROW[6:]]

    def in_zeros(sheet: Any) -> None:
        sheet.cell(2, 6).number_format = "000000"

    def in_groups(sheet: Any) -> None:
        sheet.cell(2, 6).number_format = "000-000"

    (entry,) = read(workbook(list(HEADER), cells, change=in_zeros))
    assert entry.visit
    assert entry.visit.patient.record == "000123"
    (entry,) = read(workbook(list(HEADER), cells, change=in_groups))
    assert "number in a format of its own" in str(entry.problems[0])


def test_a_formula_without_a_result_is_no_empty_cell_and_a_hidden_row_is_no_visit() -> None:
    (entry,) = read(workbook(list(HEADER), [*ROW[:9], '=IF(1=1,"Video","")', ""]))
    assert [problem.field for problem in entry.problems] == ["place"]

    skipping = settings({"skip": {"Note": ["x"]}, "ignore": []})
    (entry,) = read(workbook(list(HEADER), [*ROW[:10], '=IF(1=1,"x","")']), skipping)
    assert entry.visit is None
    assert "formula without a result" in str(entry.problems[0])

    def hide(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True

    (entry,) = read(workbook(list(HEADER), list(ROW), change=hide))
    assert [str(problem) for problem in entry.problems] == [
        "day.csv:2: is hidden in the sheet; show the row, or delete it"
    ]


def test_a_number_that_is_too_long_for_a_spreadsheet_is_refused() -> None:
    (entry,) = read(workbook(list(HEADER), [*ROW[:5], 12345678901234567, *ROW[6:]]))
    assert [problem.field for problem in entry.problems] == ["record_number"]
    assert "more digits than a spreadsheet keeps" in str(entry.problems[0])


def test_a_cell_without_a_name_above_it_is_not_passed_over() -> None:
    own: list[object] = ["Visit", "Date", "Patient Name", "Date of Birth", "Record Number", "Procedures", "Clinician"]
    (entry,) = read(workbook(own, ["V-1", "2026-11-23", "A B", "1984-07-09", "M-1", "90837", "C D", "no interpreter"]))
    assert "in a column without a name" in str(entry.problems[0])
    (entry,) = read(table([*ROW, "no interpreter"]))
    assert "in a column without a name" in str(entry.problems[0])


def test_a_sheet_that_nobody_sees_is_not_read() -> None:
    book = openpyxl.Workbook()
    for name, state in (("shown", "visible"), ("gone", "hidden")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(HEADER)
        sheet.append(ROW)
    data = io.BytesIO()
    book.save(data)
    (entry,) = read(data.getvalue())
    assert entry.visit


def test_without_the_reader_a_sheet_is_refused_with_what_to_install(
    call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "day.xlsx").write_bytes(workbook(list(HEADER), list(ROW)))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    read_without = call("packet", tmp_path / "day.xlsx")
    assert read_without.code == 2
    assert "pip install 'consentkit[xlsx]'" in read_without.stderr


def test_several_sheets_in_one_format_are_refused_until_one_is_stated() -> None:
    book = openpyxl.Workbook()
    for name in ("Monday", "Tuesday"):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append(row(Appt_ID=name))
    data = io.BytesIO()
    book.save(data)
    assert faults(data.getvalue()) == [
        "day.csv: has several sheets in the format `one`; state its `sheet` in clinic.yaml"
    ]
    (entry,) = read(data.getvalue(), settings({"sheet": "tuesday"}))
    assert entry.name.visit == "Tuesday"


def test_a_small_file_that_would_become_a_large_one_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", " " * 40_000_000)
    assert faults(data.getvalue()) == ["day.csv: unpacks to more than 16,777,216 bytes; save only the schedule"]


@pytest.mark.parametrize("damage", ["cut", "not a workbook", "broken parts"])
def test_a_damaged_sheet_is_refused_in_our_words(damage: str) -> None:
    data = workbook(list(HEADER), list(ROW))
    if damage == "cut":
        data = data[: len(data) // 2]
    else:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("xl/workbook.xml" if damage == "broken parts" else "a.txt", "<Quillfeather")
        data = packed.getvalue()
    (problem,) = faults(data)
    assert re.match("day.csv: (is damaged|is no .xlsx file|can't be read as an .xlsx file); ?", problem)
    assert "Quillfeather" not in problem


@pytest.mark.parametrize("formula", ["=[1]Sheet1!A1", "='[other.xlsx]Sheet1'!A1"])
def test_a_value_of_another_file_is_no_value(formula: str) -> None:
    (entry,) = read(workbook(HEADER, [*ROW[:5], formula, *ROW[6:]]))
    (problem,) = entry.problems
    assert str(problem).startswith("day.csv:2:6: record_number: takes its value from another file")


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
@pytest.mark.parametrize("clock", ["12-hour", "24-hour", None])
def test_a_day_and_a_time_that_a_sheet_has_are_clear_whatever_is_stated_of_texts(
    clock: str | None, epoch: datetime.datetime
) -> None:
    def in_calendar(sheet: Any) -> None:
        sheet.parent.epoch = epoch

    moment = datetime.datetime(2026, 11, 24, 14, 5)
    cells = [ROW[0], moment.replace(hour=0, minute=0), moment.time(), ROW[3], datetime.datetime(1984, 7, 9), *ROW[5:]]
    (entry,) = read(workbook(HEADER, cells, change=in_calendar), settings({"times": clock, "dates": "MM/DD/YYYY"}))
    assert entry.visit is not None
    assert (str(entry.visit.date), str(entry.visit.time)) == ("2026-11-24", "14:05:00")
    assert str(entry.visit.patient.born) == "1984-07-09"


def test_a_number_that_stands_for_a_day_or_a_time_is_refused_with_the_remedy() -> None:
    (entry,) = read(workbook(HEADER, [ROW[0], 46350, 0.375, *ROW[3:]]))
    assert [(problem.field, problem.message.split(";")[0]) for problem in entry.problems] == [
        ("date", "is the number by which a spreadsheet stores a date"),
        ("time", "is the number by which a spreadsheet stores a time of day"),
    ]


@pytest.mark.parametrize("serial", [-5, 1, 59, 60])
def test_a_day_that_spreadsheet_programs_read_differently_is_refused(serial: int) -> None:
    def as_day(sheet: Any) -> None:
        sheet.cell(2, 5).value = serial
        sheet.cell(2, 5).number_format = "mm/dd/yyyy"

    (entry,) = read(workbook(HEADER, ROW, change=as_day))
    (problem,) = entry.problems
    assert problem.field == "date_of_birth" and "is a date before March 1900" in problem.message
    assert entry.visit is None
