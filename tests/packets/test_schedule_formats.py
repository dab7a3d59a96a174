"""Schedules of other programs as a whole: which format they are in, and what spoils them."""

from __future__ import annotations

import io
import re

import pytest

from consentkit.errors import WrongUse
from consentkit.model.mapping import MappingSettings
from consentkit.packets.mapping.guessing import propose
from consentkit.packets.mapping.recognising import ScheduleReading
from consentkit.packets.mapping.translate import matches
from consentkit.packets.visits import visits_in
from kit.tables import COLUMNS_OF, FORMAT, HEADER, ROW, faults, read, row, settings, table, workbook


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


@pytest.mark.parametrize(
    ("state", "is_told"),
    [
        *((state, True) for state in ("[Cancelled]", "Late cancel", "x No-Show", "CXL", "Cxld", "NS", "DNA")),
        *((state, True) for state in ("Left w/o being seen", "Moved to 11/24", "No asistió", "Entfällt")),
        *((state, False) for state in ("Confirmed", "Left message", "Checked in", "Can come", "Booked")),
    ],
)
def test_a_state_that_sounds_like_a_cancellation_and_is_not_skipped_is_told(state: str, is_told: bool) -> None:
    (entry,) = read(table(row(Note=state)), settings({"skip": {"Note": ["Cancelled"]}, "ignore": []}))
    assert entry.visit
    assert [str(one).partition(" sounds")[0] for one in entry.warnings] == (
        ["day.csv:2:11: warning:"] if is_told else []
    )


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
        ([*HEADER, "Patient"], "day.csv:1:12: patient: is the name of a second column, after column 4, and which"),
        ([name for name in HEADER if name != "DOB"], "day.csv:1: lacks the column `DOB`"),
    ],
)
def test_columns_that_do_not_suit_the_format_are_refused(header: list[str], told: str) -> None:
    (problem,) = faults(table(header=header))
    assert problem.startswith(told)


def test_a_file_that_names_no_columns_is_read_by_the_names_that_the_clinic_states() -> None:
    stated = settings({"header": HEADER, "recognize": []})
    lines = b"".join(table(ROW, row(Appt_ID="5002")).splitlines(keepends=True)[1:])
    entries = read(lines.replace(b",", b";").replace(b"Quillfeather;", b"Quillfeather,"), stated, "one")
    assert [(entry.row, entry.visit is not None) for entry in entries] == [(1, True), (2, True)]
    (entry,) = read(workbook(ROW), stated, "one")
    assert entry.visit
    (problem,) = faults(b"a,b,c\n", stated, "one")
    assert problem.startswith("day.csv: has no 11 cells in its first line, which the format `one` names in `header`")
    assert "names the columns of another program" in faults(table(ROW), stated)[0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"header": HEADER}, "has both `recognize` and `header`"),
        ({"header": HEADER[1:], "recognize": []}, "uses the column `Appt ID`, which its `header` lacks"),
        ({"header": [*HEADER, "mrn"], "recognize": []}, "names a column twice"),
    ],
)
def test_what_is_stated_of_a_file_without_names_suits_its_columns(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        settings(changes)


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
    assert problem.startswith("day.csv:3: contains a character that is not UTF-8; save the file as CSV UTF-8, or state")
    assert "`encoding: cp1252` for what Windows programs call ANSI" in problem


@pytest.mark.parametrize("end", ["\n", "\r", '"\n'])
def test_a_file_of_very_many_lines_is_refused_before_it_is_split(end: str) -> None:
    assert faults(table(ROW) + end.encode() * 100_001) == [
        "day.csv: has more than 100,000 lines; delete those that are no visits"
    ]


def test_the_names_of_the_columns_may_have_line_breaks_in_them_and_come_again_on_each_page() -> None:
    names = ["Appt\nID", "Appt\r\nDate", *HEADER[2:]]
    entries = read(b"Schedule\n" + table(ROW, names, row(Appt_ID="5002"), header=names))
    assert [(entry.name.visit, entry.visit is not None) for entry in entries] == [("5001", True), ("5002", True)]


@pytest.mark.parametrize(
    "data",
    [b"<html><table><tr><td>Appt ID", b'\xef\xbb\xbf<?xml version="1.0"?><Workbook>', b"\n <TABLE>"],
)
def test_a_page_that_only_opens_as_a_spreadsheet_is_refused(data: bytes) -> None:
    (problem,) = faults(data)
    assert problem.startswith("day.csv: is HTML or XML, which only opens as a spreadsheet; open it in the spreadsheet")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_states_how_a_file_is_written(encoding: str) -> None:
    (entry,) = read(("\ufeff" + table(ROW).decode()).encode(encoding))
    assert entry.visit is not None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_file_with_a_zero_beside_each_character_is_refused_without_its_words(encoding: str) -> None:
    (problem,) = faults(table(ROW).decode().encode(encoding))
    assert problem == (
        "day.csv: is written in UTF-32, or in UTF-16 without the mark that such a file begins with; save the file as "
        "CSV UTF-8"
    )


@pytest.mark.parametrize(
    "name", ["Amara Okonkwo, LCSW", "Amara Okonkwo, Ph.D.", "Amara Okonkwo, PsyD", "Okonkwo, Amara"]
)
def test_a_proposal_takes_no_credentials_for_a_first_name(name: str) -> None:
    cells = ["11/24/2026", "Ada Quillfeather", "07/09/1984", name]
    proposal = propose(table(cells, header=["Date", "Patient", "DOB", "Provider"]), "day.csv", "one")
    assert ("form: " in proposal) == (name == "Okonkwo, Amara")


@pytest.mark.parametrize("status", ["Late Cancellation", "Pt cancelled", "NO-SHOW", "Noshow (charged)"])
def test_a_proposal_skips_what_programs_call_visits_that_did_not_take_place(status: str) -> None:
    header = ["Date", "Patient", "DOB", "Provider", "Status"]
    cells = ["11/24/2026", "Ada Quillfeather", "07/09/1984", "Vane", status]
    proposal = propose(table(cells, header=header), "day.csv", "one")
    (listed,) = re.findall(r"skip: \{Status: \[(.*)\]\}", proposal)
    assert matches(status, [pattern.strip('"') for pattern in listed.split(", ")])


@pytest.mark.parametrize(("number", "proposed"), [("5001", "visit: UID"), ("{7f0c}=", "visit: {made_of: [UID]}")])
def test_a_number_that_no_file_may_be_named_by_is_proposed_to_be_made(number: str, proposed: str) -> None:
    header = ["UID", "Date", "Patient", "DOB"]
    cells = [number, "11/24/2026", "Ada Quillfeather", "07/09/1984"]
    proposal = propose(table(cells, header=["Event UUID", *header[1:]]), "day.csv", "one")
    assert proposed.replace("UID", "Event UUID") in proposal
