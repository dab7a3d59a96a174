"""Schedules of other programs: what is stated about them, what is never guessed, and what no message may hold."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as configured
from hypothesis import strategies as st

import consentkit
from consentkit.errors import InvalidInput, WrongUse
from consentkit.model.clinic import Clinic
from consentkit.model.day_patterns import day_pattern
from consentkit.model.mapping import FormatColumns, MappingSettings, ScheduleFormat
from consentkit.operations.schedule_formats import guess_mapping
from consentkit.packets.cells import COLUMNS
from consentkit.packets.mapping.codes import first_code, split_codes
from consentkit.packets.mapping.days import read_day, read_time, read_whole_day
from consentkit.packets.mapping.guessing import propose
from consentkit.packets.mapping.names import read_name
from consentkit.packets.mapping.recognising import ScheduleReading
from consentkit.packets.mapping.translate import translated
from consentkit.packets.visit_data import entry_of_data
from consentkit.packets.visits import VisitEntry, visits_in
from consentkit.reading import yaml_file
from consentkit.reading.validation import validated
from kit.small import CODE, make_clinic

HEADER = ["Appt ID", "Appt Date", "Appt Time", "Patient", "DOB", "MRN", "Type", "Mod", "Provider", "Place", "Note"]
ROW = ["5001", "11/24/2026", "9:00 AM", "Quillfeather, Ada", "07/09/1984", "QF-77123", "Talk", "", "Vane", "Room 1", ""]
COLUMNS_OF = {
    "visit": {"from": "Appt ID"},
    "date": {"from": "Appt Date"},
    "time": {"from": "Appt Time"},
    "patient_name": {"from": "Patient", "form": "Last, First Middle"},
    "date_of_birth": {"from": "DOB"},
    "record_number": {"from": "MRN"},
    "procedures": {"from": "Type", "translate": {"Talk": ["90837"]}, "modifiers": ["Mod"]},
    "clinician": {"from": "Provider", "translate": {"Vane": "Dr. Vane Umbersley"}},
    "place": {"from": "Place", "translate": {"Room*": "in person", "Video": "telehealth"}},
}
FORMAT: dict[str, Any] = {
    "recognize": ["Appt ID", "MRN"],
    "dates": "MM/DD/YYYY",
    "times": "12-hour",
    "columns": COLUMNS_OF,
    "ignore": ["Note"],
}


def settings(changes: dict[str, Any] | None = None, **others: Any) -> MappingSettings:
    return MappingSettings.model_validate({"formats": {"one": {**FORMAT, **(changes or {})}}, **others})


def table(*rows: list[str], header: list[str] = HEADER, **dialect: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, **dialect).writerows([header, *rows])
    return text.getvalue().encode()


def row(**cells: str) -> list[str]:
    return [cells.get(name.replace(" ", "_"), cell) for name, cell in zip(HEADER, ROW, strict=True)]


def read(data: bytes, mapping: MappingSettings | None = None, format_name: str | None = None) -> list[VisitEntry]:
    return list(visits_in(io.BytesIO(data), "day.csv", ScheduleReading(mapping or settings(), format_name)))


def needs(entry: VisitEntry) -> dict[str, str]:
    return {need.field: need.reason for need in entry.needs}


def faults(data: bytes, mapping: MappingSettings | None = None, format_name: str | None = None) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read(data, mapping, format_name)
    return list(map(str, caught.value.problems))


# --- what a row lacks ---


def test_a_row_that_lacks_something_is_completed_by_a_person() -> None:
    (entry,) = read(table(row(MRN="", Type="Music")))
    assert entry.visit is None
    assert needs(entry) == {"record_number": "empty", "procedures": "unknown"}
    assert [need.given for need in entry.needs] == ["", "Music"]
    assert isinstance(entry.data, dict)
    patient = entry.data["patient"]
    assert isinstance(patient, dict)
    completed = entry_of_data({**entry.data, "patient": {**patient, "record": "QF-1"}, "procedures": ["90837"]})
    assert completed.visit
    assert completed.visit.patient.name == "Ada Quillfeather"
    assert completed.needs == ()


def test_each_need_has_its_problem_in_the_column_that_it_is_about() -> None:
    (entry,) = read(table(row(MRN="", Type="Music", Place="Moon", Patient="Ada")))
    assert {need.field for need in entry.needs} == {problem.field for problem in entry.problems}
    assert {(need.field, need.column) for need in entry.needs} == {
        (problem.field, problem.column) for problem in entry.problems
    }


def test_what_a_need_has_from_the_file_is_not_shown_by_repr() -> None:
    (entry,) = read(table(row(Type="Music with Bo")))
    assert "Music" not in repr(entry)
    assert "Music" not in repr(entry.needs)


def test_data_of_programs_have_needs_too() -> None:
    assert [need.field for need in entry_of_data({"visit": "V-1"}).needs] == [
        "date",
        "patient_name",
        "date_of_birth",
        "record_number",
        "procedures",
        "clinician",
    ]


def test_patients_without_a_record_number_get_one_where_the_clinic_has_stated_it() -> None:
    (entry,) = read(table(row(MRN="")), settings(new_patients="NEW-{visit}"))
    assert entry.visit
    assert entry.visit.patient.record == "NEW-5001"


@pytest.mark.parametrize("template", ["NEW", "{visit}", "{visit}-1", "{mrn}-NEW", "NEW_{visit}"])
def test_such_a_number_has_letters_and_the_number_of_the_visit(template: str) -> None:
    with pytest.raises(ValueError, match="NEW-"):
        settings(new_patients=template)


# --- never guessed ---


@pytest.mark.parametrize("day", ["04/05/2026", "4.5.2026", "04-05-26", "11/24/2026"])
def test_a_day_whose_order_nobody_has_stated_is_refused_with_the_remedy(day: str) -> None:
    outcome = read_whole_day(day, None)
    assert not outcome.text
    assert "dates: MM/DD/YYYY" in outcome.fault
    assert "dates: DD/MM/YYYY" in outcome.fault


@pytest.mark.parametrize(("pattern", "day"), [("MM/DD/YYYY", "2026-04-05"), ("DD/MM/YYYY", "2026-05-04")])
def test_a_day_is_read_in_the_order_that_is_stated(pattern: str, day: str) -> None:
    assert read_whole_day("04/05/2026", pattern).text == day


def test_a_day_that_the_pattern_does_not_fit_is_refused() -> None:
    assert "not a day in the calendar" in read_whole_day("24/11/2026", "MM/DD/YYYY").fault
    assert "is not a date as `MM/DD/YYYY`" in read_whole_day("24.11.2026", "MM/DD/YYYY").fault
    assert "is not a date as `MM/DD/YYYY`" in read_whole_day("11/24/26", "MM/DD/YYYY").fault


def test_a_year_of_two_digits_is_read_only_in_the_century_that_is_stated() -> None:
    assert read_whole_day("07/09/24", "MM/DD/YY", of_birth=True).reason == "unclear"
    assert read_whole_day("07/09/24", "MM/DD/YY", 1930, of_birth=True).text == "2024-07-09"
    assert read_whole_day("07/09/24", "MM/DD/YY", 1920, of_birth=True).text == "1924-07-09"
    assert read_whole_day("07/09/26", "MM/DD/YY").text == "2026-07-09"


@pytest.mark.parametrize(
    ("cell", "clock", "time"),
    [
        ("9:00 AM", None, "09:00"),
        ("12:05 am", None, "00:05"),
        ("12:05p", None, "12:05"),
        ("9 a.m.", "12-hour", "09:00"),
        ("9:00 AM - 9:53 AM", None, "09:00"),
        ("9:00", "24-hour", "09:00"),
        ("09:00:00", "24-hour", "09:00"),
        ("0900", "24-hour", "09:00"),
        ("093000", "24-hour", "09:30"),
        ("13:30", None, "13:30"),
        ("0:15", None, "00:15"),
        ("09:00-10:00", "24-hour", "09:00"),
    ],
)
def test_times_of_day_in_many_forms_are_read(cell: str, clock: Any, time: str) -> None:
    assert read_time(cell, clock).text == time


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("9:00", None),
        ("09:00", None),
        ("9:00", "12-hour"),
        ("14:00", "12-hour"),
        ("9:00 - 10:00 AM", None),
        ("13:00 PM", None),
        ("0:30 AM", None),
        ("09:00Z", "24-hour"),
        ("09:00:00-05:00", "24-hour"),
        ("24:00", "24-hour"),
        ("9", "24-hour"),
        ("0900", None),
        ("noon", None),
    ],
)
def test_a_time_that_is_not_certain_is_not_read(cell: str, clock: Any) -> None:
    outcome = read_time(cell, clock)
    assert not outcome.text
    assert outcome.fault


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Lopez, Maria", "Maria Lopez"),
        ("O’Keeffe-Martínez, Siobhán Áine", "Siobhán Áine O’Keeffe-Martínez"),
        ("de la Cruz, D’Angelo", "D’Angelo de la Cruz"),
        ("Whitfield Jr., Marcus T.", "Marcus T. Whitfield Jr."),
        ("Whitfield, Marcus T., Jr.", "Marcus T. Whitfield Jr."),
        ("Whitfield, Jr., Marcus T.", "Marcus T. Whitfield Jr."),
        ("WHITFIELD, MARCUS, III", "MARCUS WHITFIELD III"),
        ("Whitfield III, Marcus", "Marcus Whitfield III"),
    ],
)
def test_names_with_the_last_name_first_are_turned_round(cell: str, name: str) -> None:
    assert read_name(cell, "Last, First Middle").text == name


@pytest.mark.parametrize(
    "cell",
    [
        "Lopez",
        "Lopez,",
        ", Maria",
        "Lopez, Jr.",
        "Lopez, Maria, MD",
        "Lopez, Maria (Mia)",
        'Lopez, Maria "Mia"',
        "Lopez, Maria 'Mia'",
        "Lopez, Maria / Lopez, Ana",
        "Lopez, Maria & Ana",
        "Lopez, Maria and Ana",
    ],
)
def test_what_may_be_another_name_is_asked_about(cell: str) -> None:
    assert read_name(cell, "Last, First Middle").reason == "unclear"


def test_a_comma_in_a_name_whose_order_nobody_has_stated_is_asked_about() -> None:
    outcome = read_name("Lopez, Maria", None)
    assert outcome.reason == "unclear"
    assert 'form: "Last, First Middle"' in outcome.fault
    assert read_name("Marcus Whitfield, Jr.", None).text == "Marcus Whitfield Jr."


def test_credentials_of_staff_are_taken_from_behind_the_name() -> None:
    turned = read_name("Okonkwo, Amara, PhD, LCSW", "Last, First Middle", of_staff=True)
    assert (turned.text, turned.rest) == ("Amara Okonkwo", "PhD, LCSW")


@pytest.mark.parametrize(
    ("text", "codes", "modifiers"),
    [
        ("90837", ["90837"], []),
        ("90837-95", ["90837"], ["95"]),
        ("90837:95:GT", ["90837"], ["95", "GT"]),
        ("90837 95", ["90837"], ["95"]),
        ("90834, 90785", ["90834", "90785"], []),
        ("90834;90785|96127", ["90834", "90785", "96127"], []),
        ("h0004-hq", ["H0004"], ["HQ"]),
        ("GROUP-1", ["GROUP-1"], []),
    ],
)
def test_codes_and_their_modifiers_are_separated(text: str, codes: list[str], modifiers: list[str]) -> None:
    split = split_codes(text)
    assert split
    assert (list(split.codes), list(split.modifiers)) == (codes, modifiers)


@pytest.mark.parametrize("text", ["Talk", "90837 - Psychotherapy", "", "Individual 60", "90837, Jo"])
def test_words_are_not_taken_for_codes(text: str) -> None:
    assert split_codes(text) is None


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("90837: Talk, one hour", ["90837"]),
        ("90837-95 (video)", ["90837"]),
        ("h0004 Counseling", ["H0004"]),
        ("90837", ["90837"]),
        ("Talk 90837", None),
        ("908371", None),
        ("90837-90785", None),
        ("Jo Bell 12345", None),
    ],
)
def test_a_code_can_be_taken_from_before_words(text: str, codes: list[str] | None) -> None:
    split = first_code(text)
    assert (split and list(split.codes)) == codes


@pytest.mark.parametrize("modifier", ["95", "GT", "FQ", "93", "gt", "HO 95", "HO,93"])
def test_a_modifier_can_mean_telehealth(modifier: str) -> None:
    (entry,) = read(table(row(Mod=modifier, Place="Video")))
    assert entry.visit
    assert entry.visit.place == "telehealth"
    (entry,) = read(table(row(Mod=modifier, Place="Room 1")))
    assert needs(entry) == {"place": "conflict"}
    (entry,) = read(table(row(Mod=modifier, Place="")))
    assert entry.visit
    assert entry.visit.place == "telehealth"


def test_other_modifiers_do_not() -> None:
    (entry,) = read(table(row(Mod="HO")))
    assert entry.visit
    assert entry.visit.place == "in person"
    (entry,) = read(table(row(Mod="tele")))
    assert [problem.field for problem in entry.problems] == ["procedures"]


# --- the file as a whole ---


def test_lines_before_the_names_and_lines_that_are_no_rows_are_passed_over() -> None:
    data = b"Schedule of the day\n\nRun by,front desk\n" + table(ROW, ["Total: 1", *[""] * 10])
    (entry,) = read(data, settings({"skip_lines": ["Total*"]}))
    assert entry.row == 5
    assert entry.visit


def test_rows_are_skipped_by_what_a_column_holds_and_are_counted() -> None:
    skipped: list[int] = []
    reading = ScheduleReading(settings({"skip": {"Note": ["cancel*"]}}), None, skipped.append)
    data = table(ROW, row(Appt_ID="5002", Note="Cancelled by phone"), row(Appt_ID="5003"))
    entries = list(visits_in(io.BytesIO(data), "day.csv", reading))
    assert [entry.name.visit for entry in entries] == ["5001", "5003"]
    assert skipped == [3]


def test_numbers_that_are_counted_stay_the_same_when_a_row_is_cancelled() -> None:
    columns = {**COLUMNS_OF, "visit": {"count": "E-"}}
    mapping = settings({"columns": columns, "skip": {"Note": "x"}, "ignore": ["Appt ID"]})
    before = read(table(ROW, row(MRN="2"), row(MRN="3")), mapping)
    after = read(table(ROW, row(MRN="2", Note="x"), row(MRN="3")), mapping)
    assert [entry.name.visit for entry in before] == ["E-20261124-01", "E-20261124-02", "E-20261124-03"]
    assert [entry.name.visit for entry in after] == ["E-20261124-01", "E-20261124-03"]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ([*HEADER, "Phone"], "day.csv:1:12: phone: is a column that the format `one` in clinic.yaml does not use"),
        ([*HEADER, "Bo’s phone"], "day.csv:1:12: is a column that the format `one` in clinic.yaml does not use"),
        ([*HEADER, "Patient"], "day.csv:1:12: patient: appears a second time, first in column 4"),
        ([name for name in HEADER if name != "DOB"], "day.csv:1: lacks the column `DOB`"),
    ],
)
def test_columns_that_do_not_suit_the_format_are_refused(header: list[str], told: str) -> None:
    (problem,) = faults(table(header=header))
    assert problem.startswith(told)


def test_capitals_spaces_and_underscores_in_names_of_columns_do_not_count() -> None:
    (entry,) = read(table(ROW, header=[f" {name.upper().replace(' ', '_')} " for name in HEADER]))
    assert entry.visit


def test_a_file_in_two_formats_is_refused_until_one_is_chosen() -> None:
    both = MappingSettings.model_validate({"formats": {"one": FORMAT, "two": FORMAT}})
    (problem,) = faults(table(ROW), both)
    assert problem == "day.csv: may be in the formats `one` and `two` of clinic.yaml; choose one with --format"
    assert read(table(ROW), both, "two")[0].visit


def test_a_format_that_is_chosen_but_does_not_suit_the_file_says_what_it_looks_for() -> None:
    (problem,) = faults(b"visit,date\nV-1,2026-11-23\n", format_name="one")
    assert problem == "day.csv: has no line with the columns `Appt ID` and `MRN` of the format `one` in clinic.yaml"
    with pytest.raises(WrongUse, match="has no format `on` under `mapping`; did you mean `one`"):
        read(table(ROW), format_name="on")


def test_a_file_in_no_format_is_read_as_our_own() -> None:
    names = ["Visit", "Date", "Patient Name", "Date of Birth", "Record Number", "Procedures", "Clinician"]
    assert read(table(["V-1", "2026-11-23", "A B", "1984-07-09", "M-1", "90837", "C D"], header=names))[0].visit


NOTHING = MappingSettings()


def test_a_file_of_another_program_is_refused_with_what_its_columns_may_be() -> None:
    (problem,) = faults(b"Schedule\n\n" + table(ROW), NOTHING)
    assert problem.startswith("day.csv:3: ")
    assert "names the columns of another program: `Appt ID` may be visit, `Appt Date` may be date" in problem
    assert "`Patient` may be patient_name, `DOB` may be date_of_birth, `MRN` may be record_number" in problem
    assert "`consentkit schedule guess` proposes" in problem
    (same,) = faults(workbook(list(HEADER), list(ROW)), NOTHING)
    assert "`MRN` may be record_number" in same
    (none,) = faults(table(ROW, header=ROW), NOTHING)
    assert "does not name the columns" in none
    assert "Quillfeather" not in none


@pytest.mark.parametrize("last", ["", 'y"'])
def test_a_quotation_mark_without_its_partner_spoils_its_own_row_only(last: str) -> None:
    mapping = settings({"columns": {**COLUMNS_OF, "patient_name": {"from": "Patient"}}})
    rows = [
        row(Appt_ID=number, Patient="Ada Quillfeather", Note=note)
        for number, note in (("1", "x"), ("2", ""), ("3", ""))
    ]
    lines = table(*rows).decode().splitlines()
    lines[1] = lines[1].replace("x", '"x')
    lines[3] += last  # by which the mark would have a partner, two visits later
    entries = read("\n".join(lines).encode(), mapping)
    assert [(entry.row, entry.visit is not None) for entry in entries] == [(2, False), (3, True), (4, True)]
    assert "quotation mark" in str(entries[0].problems[0])


def test_a_line_break_in_a_column_that_is_not_used_is_no_matter_and_elsewhere_it_is_refused() -> None:
    (entry,) = read(table(row(Note="first\nsecond, third")))
    assert entry.visit
    (entry,) = read(table(row(Patient="Quillfeather, Ada\nThistle, Bo")))
    assert [str(problem) for problem in entry.problems] == [
        "day.csv:2:4: patient_name: contains a line break; take it out"
    ]


def test_cells_that_a_spreadsheet_has_spoilt_are_refused_before_they_are_joined() -> None:
    columns = {**COLUMNS_OF, "patient_name": {"join": ["Patient", "Note"]}}
    (entry,) = read(table(row(Patient="Ada", Note="#N/A")), settings({"columns": columns, "ignore": []}))
    assert "error of the spreadsheet" in str(entry.problems[0])


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_a_file_in_utf_8_that_is_stated_to_be_something_else_is_refused(encoding: str) -> None:
    (problem,) = faults(table(row(Patient="Muñoz, José")), settings(encoding=encoding))
    assert problem == f"day.csv: is written in UTF-8, but clinic.yaml states `encoding: {encoding}`; correct it there"
    (problem,) = faults("visit,José\n".encode(), MappingSettings.model_validate({"encoding": encoding}))
    assert "is written in UTF-8" in problem


def test_a_file_in_another_encoding_than_stated_is_refused_with_the_line() -> None:
    data = table(ROW, row(Appt_ID="5002", Patient="Muñoz, José")).decode().encode("cp1252")
    (problem,) = faults(data, format_name="one")
    assert problem.startswith("day.csv:3: contains a character that is not utf-8; state the right `encoding`")


# --- sheets ---


def workbook(*rows: list[object], change: Callable[[Any], object] = lambda sheet: None) -> bytes:
    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append(cells)
    change(book.active)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


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


# --- what clinic.yaml may state ---


def problems_in(text: str) -> list[str]:
    return [str(problem) for problem in validated(Clinic, yaml_file.parse(text, "clinic.yaml"))[1]]


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("dates: MM/DD", "must have the year, the month and the day once each"),
        ("dates: month/day/year", "is `month/day/year`, which is not a pattern of days"),
        ("times: 12", "write one of `12-hour` and `24-hour`"),
        ("encoding: ansi", "write one of `utf-8`, `utf-8-sig`, `utf-16`, `cp1252` and `latin-1`"),
        ("formats: {A B: {columns: {date: Date}}}", "small letters"),
        ("formats: {a: {recognize: [Date], columns: {date: Date}}}", "names one column only"),
        ("formats: {a: {columns: {}}}", "fills no column"),
        ("formats: {a: {columns: {day: Date}}}", "is not a known key here"),
        ("formats: {a: {columns: {visit: {template: A-1}}}}", "must name a column in braces"),
        ('formats: {a: {columns: {visit: {template: "A-{ID"}}}}', "must name a column in braces"),
        ("formats: {a: {columns: {place: {from: A, is: telehealth}}}}", "must state one of `from`, `join`, `is`"),
        ("formats: {a: {columns: {patient_name: {join: [A, B], form: First Middle Last}}}}", "has a `form`"),
        ("formats: {a: {columns: {procedures: {from: A, translate: {Talk: [talk]}}}}}", "code"),
        ("two_digit_years_from: 1800", "1890"),
    ],
)
def test_a_mistake_in_a_mapping_is_reported_with_its_line(mapping: str, told: str) -> None:
    problems = problems_in(f"name: A\nmapping:\n  {mapping}\n")
    assert problems
    assert all(problem.startswith("clinic.yaml:3:") for problem in problems)
    assert any(told in problem for problem in problems), problems


def test_a_format_can_fill_each_column_of_a_schedule() -> None:
    assert list(FormatColumns.model_fields) == list(COLUMNS)


def test_a_format_has_what_is_stated_for_all_where_it_states_nothing_itself() -> None:
    general = MappingSettings.model_validate({"dates": "DD/MM/YYYY", "times": "24-hour", "encoding": "cp1252"})
    own = ScheduleFormat.model_validate({"dates": "MM/DD/YYYY", "columns": {"date": "Date"}})
    whole = own.with_defaults(general)
    assert (whole.dates, whole.times, whole.encoding) == ("MM/DD/YYYY", "24-hour", "cp1252")


def test_of_translations_the_exact_one_counts_and_then_the_first_that_matches() -> None:
    words = {"Intake*": "a", "intake video": "b", "*": "c", "": "d"}
    texts = ["Intake  Video", "INTAKE phone", "other", "", "[Intake]"]
    assert [translated(text, words) for text in texts] == ["b", "a", "c", "d", "c"]
    assert translated("[x]", {"[x]": 1, "x": 2}) == 1
    assert translated("x", {"[x]": 1}) is None


# --- for anything ---

SECRET = "Zyxwvut"
modest = configured(max_examples=120, derandomize=True, deadline=None)
CELLS = st.text(st.sampled_from("aZ09 ,;|\"\n\r\t/-.:()&'#=é\u202e\x00ß好"), max_size=12).map(
    lambda text: text[:6] + SECRET + text[6:]
)


@modest
@given(st.lists(st.one_of(CELLS, *map(st.just, ROW)), min_size=len(HEADER), max_size=len(HEADER)))
def test_no_message_holds_anything_of_a_cell(cells: list[str]) -> None:
    for mapping in (settings(), settings({"dates": None, "times": None}), settings(new_patients="NEW-{visit}")):
        for entry in read(table(cells), mapping):
            told = " ".join([*map(str, entry.problems), repr(entry.needs), entry.label, str(entry.number)])
            assert SECRET not in told
            assert SECRET.casefold() not in told.casefold()


@modest
@given(st.lists(st.one_of(CELLS, *map(st.just, ROW)), min_size=len(HEADER), max_size=len(HEADER)))
def test_no_proposal_holds_anything_of_a_cell(cells: list[str]) -> None:
    text = propose(table(cells), "export.csv", "one")
    assert SECRET.casefold() not in text.casefold()
    assert problems_in(text) == []


@modest
@given(st.binary(max_size=200), st.sampled_from(["utf-8", "utf-16", "cp1252", "latin-1"]))
def test_no_bytes_are_too_much_and_nothing_of_them_is_told(data: bytes, encoding: str) -> None:
    for content in (data, table(ROW) + data, data + table(ROW)):
        for message in (
            message_of(read, content, settings(encoding=encoding)),
            message_of(propose, content, "a", "one"),
        ):
            assert "Quillfeather" not in message


def message_of(function: Callable[..., object], *arguments: object) -> str:
    """What a function refuses something with; nothing where it does not. Anything unexpected is raised."""
    try:
        function(*arguments)
    except (InvalidInput, WrongUse) as error:
        return str(error)
    return ""


PLAIN = st.text(st.sampled_from('abcXYZ09 ,;|"é-'), max_size=10).map(lambda text: f"n{text}n")


@st.composite
def dialects(draw: Any) -> Callable[[list[list[str]]], tuple[bytes, str]]:
    """A way to write a table, with the encoding that must be stated for it."""
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]))
    delimiter = draw(st.sampled_from(",;\t|"))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    ending = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    head = draw(st.sampled_from(["", f"sep={delimiter}{ending}", f"Schedule{ending}{ending}"]))

    def write(rows: list[list[str]]) -> tuple[bytes, str]:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=ending).writerows(rows)
        return (head + text.getvalue()).encode(encoding), encoding

    return write


@modest
@given(dialects(), PLAIN, PLAIN)
def test_a_table_is_read_alike_however_it_is_written(write: Any, note: str, other: str) -> None:
    rows = [row(Note=note), row(Appt_ID="5002", Note=other, Patient="Muñoz, José")]
    data, encoding = write([HEADER, *rows])
    entries = read(data, settings(encoding=encoding))
    assert [entry.visit and entry.visit.patient.name for entry in entries] == ["Ada Quillfeather", "José Muñoz"]


PATTERNS = {
    "MM/DD/YYYY": "%m/%d/%Y",
    "DD.MM.YYYY": "%d.%m.%Y",
    "YYYYMMDD": "%Y%m%d",
    "MMM D, YYYY": "%b %d, %Y",
    "DD-MMM-YYYY": "%d-%b-%Y",
    "DDDD, MMMM D, YYYY": "%A, %B %d, %Y",
}


@modest
@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)), st.sampled_from(sorted(PATTERNS)))
def test_each_day_is_read_as_it_was_written(day: datetime.date, pattern: str) -> None:
    written = day.strftime(PATTERNS[pattern])
    assert read_whole_day(written, pattern).text == day.isoformat()
    assert read_day(f"{written} 9:00 AM", pattern).rest.strip() == "9:00 AM"
    assert day_pattern(pattern.lower()).read(written) is not None


WORD = st.text(st.sampled_from("abcdefgXYZéñ’-"), min_size=1, max_size=8).filter(
    lambda word: word.casefold() not in {"jr", "sr", "ii", "iii", "iv", "v", "and"}
)


@modest
@given(st.lists(WORD, min_size=1, max_size=3), st.lists(WORD, min_size=1, max_size=3))
def test_each_name_is_turned_round(last: list[str], first: list[str]) -> None:
    written = f"{' '.join(last)}, {' '.join(first)}"
    assert read_name(written, "Last, First Middle").text == f"{' '.join(first)} {' '.join(last)}"


@modest
@given(st.fixed_dictionaries({}, optional={
    "dates": st.sampled_from(sorted(PATTERNS)),
    "times": st.sampled_from(["12-hour", "24-hour"]),
    "encoding": st.sampled_from(["utf-8", "cp1252"]),
    "new_patients": st.just("NEW-{visit}"),
    "formats": st.just({"one": FORMAT}),
}))  # fmt: skip
def test_a_mapping_stays_the_same_when_it_is_written_and_read(data: dict[str, Any]) -> None:
    mapping = MappingSettings.model_validate(data)
    written = json.dumps({"mapping": mapping.model_dump(mode="json", by_alias=True, exclude_defaults=True)})
    clinic, problems = validated(Clinic, yaml_file.parse(written, "clinic.yaml"))
    assert problems == []
    assert clinic
    assert clinic.mapping == mapping


# --- the commands ---


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A clinic whose export has visits for the small procedure."""
    columns = {**COLUMNS_OF, "procedures": {"from": "Type", "translate": {"Talk": ["SMALL-1"]}, "modifiers": ["Mod"]}}
    mapping = {"formats": {"one": {**FORMAT, "columns": columns, "skip": {"Note": "x"}}}}
    return make_clinic(tmp_path / "clinic", json.dumps({"name": "Small Clinic", "mapping": mapping}))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_bytes(table(ROW, row(Appt_ID="5002", MRN="", Type="Music"), row(Appt_ID="5003", Note="x")))
    return path


def test_packets_are_made_of_an_export_and_what_the_others_need_is_said(
    call: Any, clinic: Path, export: Path, tmp_path: Path
) -> None:
    made = call("packet", "--clinic", clinic, "--allow-drafts", export, "-o", f"{tmp_path}/out/", "--json")
    assert made.code == 7
    result = json.loads(made.stdout)
    assert [packet["visit"] for packet in result["packets"]] == ["5001"]
    (refused,) = result["refused"]
    assert refused["needs"] == [
        {"field": "record_number", "reason": "empty", "column": 6},
        {"field": "procedures", "reason": "unknown", "column": 7},
    ]
    assert result["skipped"] == [4]
    assert "export.csv:3: this visit has no packet; needs: record number, procedures" in made.stderr
    assert "export.csv: 1 row is skipped, as `skip` in clinic.yaml states: line 4" in made.stderr
    assert "Music" not in made.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["2026-11-24-5001.pdf"]


def test_a_schedule_is_checked_before_any_papers_are_made(call: Any, clinic: Path, export: Path) -> None:
    checked = call("schedule", "check", "--clinic", clinic, export)
    assert checked.code == 3
    assert [line.rpartition("/")[2] for line in checked.lines] == [
        "export.csv:2: visit 5001: ready",
        "export.csv:3: needs: record number, procedures",
    ]
    assert "2 visits, 1 ready, 1 incomplete, 1 row is skipped" in checked.stderr
    data = json.loads(call("schedule", "check", "--clinic", clinic, export, "--json").stdout)
    assert [visit["ready"] for visit in data["visits"]] == [True, False]
    assert data["skipped"] == [4]
    by_check = call("check", "--clinic", clinic, export)
    assert by_check.code == 3
    assert len(by_check.lines) == 2


def test_a_code_that_no_procedure_has_is_found_by_the_check(call: Any, clinic: Path, export: Path) -> None:
    export.write_bytes(table(row(Type="90999")))
    checked = call("schedule", "check", "--clinic", clinic, export)
    assert "export.csv:2:7: visit 5001: procedures: contains the code `90999`, number 1 of 1, that no" in checked.stderr
    assert checked.lines[0].endswith("visit 5001: must be corrected")


def test_a_format_can_be_chosen_on_the_command_line(call: Any, clinic: Path, export: Path) -> None:
    assert call("schedule", "check", "--clinic", clinic, export, "--format", "one").code == 3
    wrong = call("packet", "--clinic", clinic, export, "--format", "two")
    assert wrong.code == 2
    assert "clinic.yaml has no format `two` under `mapping`; it has `one`" in wrong.stderr


def test_a_mapping_is_proposed_without_showing_a_cell(call: Any, export: Path, tmp_path: Path) -> None:
    guessed = call("schedule", "guess", export, "--name", "ours")
    assert guessed.code == 0
    text = guessed.stdout.decode()
    assert problems_in(text) == []
    assert "    ours:\n" in text
    assert "dates: MM/DD/YYYY" in text
    assert "times: 12-hour" in text
    assert 'patient_name: {from: Patient, form: "Last, First Middle"}' in text
    assert [cell for cell in ROW if len(cell) > 3 and cell in text + guessed.stderr] == []
    target = tmp_path / "mapping.yaml"
    assert call("schedule", "guess", export, "--name", "ours", "-o", target).code == 0
    assert target.read_text() == text
    assert call("schedule", "guess", export, "-o", target).code == 5
    assert call("schedule", "guess", export, "-o", tmp_path / "clinic.yaml").code == 2
    assert call("schedule", "guess", export, "--name", "Bo Li").code == 2


def test_codes_before_words_are_seen_by_their_shape(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(table(row(Type="90837: Talk, one hour"), row(Type="90834: Talk")))
    text = guess_mapping(path).text
    assert "# each cell in the file begins with a code" in text
    assert "procedures: {from: Type, form: code first, modifiers: [Mod]}" in text


def test_the_order_of_day_and_month_is_left_to_a_person_where_the_file_does_not_show_it(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(table(row(Appt_Date="04/05/2026", DOB="01/02/1990", Appt_Time="9:00")))
    text = guess_mapping(path).text
    assert "# dates: each day can be read as MM/DD/YYYY or DD/MM/YYYY; nothing here says which, so state it" in text
    assert "      dates:" not in text.replace("# dates:", "")
    assert "# times: no time shows whether hours go to 12 or to 24" in text


def test_a_file_without_names_of_columns_gets_no_proposal(tmp_path: Path, call: Any) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(table(header=ROW))
    guessed = call("schedule", "guess", path)
    assert guessed.code == 3
    assert "has no line that names columns such as Date, Patient, DOB and Provider" in guessed.stderr
    assert "Quillfeather" not in guessed.stderr


LAYOUTS = sorted((Path(__file__).parents[1] / "examples" / "schedules").iterdir())


@pytest.mark.parametrize("folder", LAYOUTS, ids=lambda path: path.name)
def test_a_mapping_is_proposed_for_each_layout_and_can_be_used(folder: Path) -> None:
    (path,) = folder.glob("export.*")
    guessed = guess_mapping(path)
    assert problems_in(guessed.text) == []
    assert guessed.fault == ""
    assert guessed.visits
    told = guessed.text.casefold()
    assert [name for name in ("quillfeather", "thistle", "umbersley", "77123", "1984") if name in told] == []


def test_programs_read_exports_as_the_clinic_states(clinic: Path, export: Path) -> None:
    workspace = consentkit.open_workspace(clinic)
    ready, incomplete = workspace.visits(export)
    assert ready.visit
    assert [need.field for need in incomplete.needs] == ["record_number", "procedures"]
    assert [entry.visit is not None for entry in workspace.visits(export, format_name="one")] == [True, False]
    with pytest.raises(WrongUse, match="has no format `two`"):
        list(workspace.visits(export, format_name="two"))


def test_a_mapping_voids_no_approval(call: Any, tmp_path: Path) -> None:
    plain = make_clinic(tmp_path / "plain")
    mapped = make_clinic(tmp_path / "mapped", "name: Small Clinic\nmapping: {dates: MM/DD/YYYY}\n")
    target = tmp_path / "a.pdf"
    made = [call("render", CODE, "--clinic", folder, "-o", target, "--json") for folder in (plain, mapped)]
    one, other = (json.loads(outcome.stdout)["documents"][0]["content_hash"] for outcome in made)
    assert one == other
