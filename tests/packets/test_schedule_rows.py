"""What is read of a row of another program's schedule, what it lacks, and what is never guessed."""

from __future__ import annotations

from typing import Any

import pytest

from consentkit.packets.mapping.codes import first_code, split_codes
from consentkit.packets.mapping.days import read_time, read_whole_day
from consentkit.packets.mapping.names import read_name
from consentkit.packets.visit_data import entry_of_data
from kit.tables import COLUMNS_OF, needs, read, row, settings, table


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


def test_who_treats_may_have_the_last_name_first_where_one_word_is_before_the_comma() -> None:
    assert read_name("Okonkwo, Amara", None, of_staff=True).fault
    outcome = read_name("Amara Okonkwo, LCSW", None, of_staff=True)
    assert (outcome.text, outcome.rest) == ("Amara Okonkwo", "LCSW")


def test_a_text_that_is_translated_to_nothing_names_nobody() -> None:
    nobody = {"from": "Note", "translate": {"Self": ""}, "unknown": "keep"}
    columns = {**COLUMNS_OF, "representative": nobody}
    (entry,) = read(table(row(Note="Self")), settings({"columns": columns, "ignore": []}))
    assert entry.visit
    assert entry.visit.representative is None


_STARTS = settings({"columns": {**COLUMNS_OF, "time": {"from": "Appt Date"}}, "times": "24-hour", "ignore": ["*"]})


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-24T01:00:00Z",
        "2026-11-24T01:00Z",
        "2026-11-24 01:00 UTC",
        "11/24/2026 01:00:00 GMT",
        "2026-11-24T19:00:00-06:00",
        "2026-11-24T19:00:00.000+0000",
        "2026-11-24T09:00-10:00",
        "2026-11-24 19:00-06:00",
        "2026-11-24 19:00+06:00",
    ],
)
def test_a_day_with_a_time_of_another_zone_is_not_certain(cell: str) -> None:
    (entry,) = read(table(row(Appt_Date=cell)), _STARTS)
    assert needs(entry) == {"date": "unclear", "time": "unclear"}


@pytest.mark.parametrize("cell", ["2026-11-24T09:00:00", "11/24/2026 09:00", "11/24/2026 09:00-10:00"])
def test_a_day_with_a_time_of_the_clinic_is_read(cell: str) -> None:
    (entry,) = read(table(row(Appt_Date=cell)), _STARTS)
    assert entry.visit
    assert f"{entry.visit.date} {entry.visit.time:%H:%M}" == "2026-11-24 09:00"


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
        ("90837 95: Talk", None),
        ("90837 GT Video", None),
        ("90837 gt video", None),
        ("90837 (95) Talk", None),
        ("90837-95 [HO] Talk", None),
        ("90837 + 90785 Interactive", None),
        ("90837, 90785 Play", None),
        ("90837 + 90785", ["90837", "90785"]),
        ("90837 at one", ["90837"]),
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
