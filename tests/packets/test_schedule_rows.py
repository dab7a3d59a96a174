"""What is read of a row of another program's schedule, what it lacks, and what is never guessed."""

from __future__ import annotations

from typing import Any

import pytest

from consentkit.packets.mapping.codes import first_code, split_codes
from consentkit.packets.mapping.days import read_time, read_whole_day
from consentkit.packets.mapping.names import NameReading, read_name
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


@pytest.mark.parametrize(
    "cell",
    [
        "77123 / 88001",
        "77123 88001",
        "77123/88001",
        "77123-88001",
        "77123.88001",
        "7712/8800",
        "QF-1, QF-2",
        "QF-1 QF-2",
        "QF-1/QF-2",
        "A123 B456",
        "A123/B456",
        "7712 8800",
        "7712 8800 9911",
        "77123 and 1",
        "77123 or 88001",
        "77123 old 88001",
        "77123 - 88001",
        "77123: 88001",
        "77123>88001",
        "77123\\88001",
        "77123 (88001)",
        "01/02/1980",
        "1980-01-02",
        "24.11.80",
        "555-123-4567",
        "555 123 4567",
        "(555) 123-4567",
        "Room 4",
        "Ada Quillfeather",
        "walk-in",
    ],
)
def test_what_may_be_two_record_numbers_or_none_is_asked_about(cell: str) -> None:
    (entry,) = read(table(row(MRN=cell)), settings(new_patients="NEW-{visit}"))
    assert needs(entry) == {"record_number": "unclear"}


@pytest.mark.parametrize("cell", ["N/A", "pending", "None", "0", "000", "-", "new"])
def test_what_says_that_there_is_no_record_number_is_none(cell: str) -> None:
    (entry,) = read(table(row(MRN=cell)))
    assert entry.visit is None
    assert [problem.field for problem in entry.problems] == ["record_number"]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("943 476 5919", "943 476 5919"),
        ("123 456 789", "123 456 789"),
        ("2019/00123", "2019/00123"),
        ("2019/0012", "2019/0012"),
        ("12-34-56", "12-34-56"),
        ('="000123"', "000123"),
        ("QF 77123", "QF 77123"),
        ("MRN QF-77123-A", "MRN QF-77123-A"),
    ],
)
def test_one_record_number_is_read_as_it_is_written(cell: str, number: str) -> None:
    (entry,) = read(table(row(MRN=cell)))
    assert entry.visit
    assert entry.visit.patient.record == number


def test_a_record_number_can_be_joined_of_columns_of_which_none_holds_two() -> None:
    columns = {**COLUMNS_OF, "record_number": {"join": ["MRN", "Note"]}}
    mapping = settings({"columns": columns, "ignore": ["*"]})
    (entry,) = read(table(row(MRN="2019", Note="77123")), mapping)
    assert entry.visit
    assert entry.visit.patient.record == "2019 77123"
    (entry,) = read(table(row(MRN="2019", Note="77123 or 88001")), mapping)
    assert needs(entry) == {"record_number": "unclear"}


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
        ("09:00-05:00", "24-hour"),
        ("9:00 AM -06:00", "12-hour"),
        ("9:00 AM EST", "12-hour"),
        ("9:00 PT", "24-hour"),
        ("9.00", "24-hour"),
        ("14h30", "24-hour"),
        ("14:30 Uhr", "24-hour"),
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
    "zone", ["Central Time", "Eastern Standard Time", "Central", "MSK", "JST", "MEZ", "-0600", "−06:00", "+01:00"]
)
def test_a_time_zone_behind_a_time_is_said_to_be_one(zone: str) -> None:
    assert "has a time zone" in read_time(f"09:00 {zone}", "24-hour").fault
    assert "has a time zone" in read_time(f"9:00 AM {zone}", "12-hour").fault


def test_a_text_that_is_translated_to_nothing_names_nobody() -> None:
    nobody = {"from": "Note", "translate": {"Self": ""}, "unknown": "keep"}
    columns = {**COLUMNS_OF, "representative": nobody}
    (entry,) = read(table(row(Note="Self")), settings({"columns": columns, "ignore": []}))
    assert entry.visit
    assert entry.visit.representative is None


LAST_FIRST = NameReading("Last, First Middle")
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
        "11/24/2026 9:00 AM CST",
        "11/24/2026 9:00 AM (America/Chicago)",
        "11/24/2026 9:00 AM -06:00",
        "11/24/2026 09:00 -0600",
        "11/24/2026 09:00 −06:00",
        "11/24/2026 9:00 AM Central Time",
        "11/24/2026 09:00 MEZ",
        "2026-11-24 03:00-05:00",
    ],
)
def test_a_day_with_a_time_of_another_zone_is_not_certain(cell: str) -> None:
    (entry,) = read(table(row(Appt_Date=cell)), _STARTS)
    assert needs(entry) == {"date": "unclear", "time": "unclear"}


@pytest.mark.parametrize(
    "cell", ["2026-11-24T09:00:00", "11/24/2026 09:00", "11/24/2026 09:00-10:00", "11/24/2026 at 9:00 AM"]
)
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
        ("Whitfield, Marcus Jr.", "Marcus Whitfield Jr."),
        ("Whitfield, Marcus V", "Marcus V Whitfield"),
        ("Ms. Lopez, Maria", "Ms. Maria Lopez"),
        ("Lopez, Ms. Maria", "Ms. Maria Lopez"),
        ("Lopez, Maria Ms.", "Ms. Maria Lopez"),
        ("Cruz, Maria de la", "Maria de la Cruz"),
        ("van der Berg, Jan-Willem", "Jan-Willem van der Berg"),
        ("Smith, A.J.", "A.J. Smith"),
        ("NGUYEN, ANH DO", "ANH DO NGUYEN"),
    ],
)
def test_names_with_the_last_name_first_are_turned_round(cell: str, name: str) -> None:
    assert read_name(cell, LAST_FIRST).text == name


@pytest.mark.parametrize(
    "cell",
    [
        "Lopez",
        "Lopez,",
        ", Maria",
        "Lopez, Jr.",
        "Lopez, Maria, MD",
        "Lopez, Maria MD",
        "Maria Lopez, LCSW",
        "Maria Lopez, LXYZ",
        "Lopez, Maria née Roe",
        "Lopez, Maria a.k.a. Mia",
        "Lopez, Maria 77123",
        "Lopez, Maria*",
        "L?pez, Maria",
        "Lopez, Maria (Mia)",
        'Lopez, Maria "Mia"',
        "Lopez, Maria 'Mia'",
        "Lopez, Maria / Lopez, Ana",
        "Lopez, Maria & Ana",
        "Lopez, Maria and Ana",
        "Lopez, Mr",
        "Lopez, Mx.",
        "Lopez, Rev",
        "Lopez, Frau",
        "Mrs, Maria",
        "lopez, maria md",
        "lopez maria, phd",
        "Lopez, Ana y Luis",
        "Lopez, Ana María y Luis",
        "Unknown, Unknown",
    ],
)
def test_what_may_be_another_name_is_asked_about(cell: str) -> None:
    assert read_name(cell, LAST_FIRST).reason == "unclear"


@pytest.mark.parametrize(
    "cell",
    [
        "LOPEZ^MARIA",
        "OKAFOR_ADA",
        "Unknown",
        "Unknown Unknown",
        "n.a.",
        "TBD",
        "-",
        "Maria Lee 2",
        "Ann und Bo Lee",
        "Ann Lee or Bo Roe",
        "Ann with Bo Lee",
        "Ana y Luis Roe",
        "Ana María y Luis García",
        "Ana Roe Vela y Luis Lee",
        "ANA MARÍA Y LUIS GARCÍA",
        "João Pedro e Maria Silva",
        "Lee - VIP",
    ],
)
def test_what_is_no_name_of_one_person_is_asked_about(cell: str) -> None:
    assert read_name(cell, NameReading()).reason == "unclear"


@pytest.mark.parametrize(
    "cell",
    [
        "Ann `Mia` Lee",
        "Ann «Mia» Lee",
        "Ann {Mia} Lee",
        "Ann „Mia“ Lee",
        "Ann Lee known as Mia",
        "Ann Lee alias Roe",
        "Bo Lee né Roe",
        "Ann Lee ne\u0301e Roe",
        "ANN LEE NÉE ROE",
        "Ann Lee pref. Mia",
        "Ann Lee born Roe",
    ],
)
def test_a_second_name_is_asked_about_in_whichever_marks_it_is(cell: str) -> None:
    assert "a second name" in read_name(cell, NameReading()).fault


@pytest.mark.parametrize(
    "name",
    [
        "Ana Roe y Lee",
        "Santiago Ramón y Cajal",
        "Ana García y de la Torre",
        "Ana Roe y Lee Jr.",
        "Mary Y Chen",
        "Mary Y. Chen Wu",
        "Mary E Van Dyke",
        "Renée Born",
        "Ann-Marie O’Neill-Dite",
        "Anh Do",
        "Xu Ou",
    ],
)
def test_names_with_words_that_also_join_people_or_names_are_read(name: str) -> None:
    assert read_name(name, NameReading()).text == name


def test_a_comma_in_a_name_whose_order_nobody_has_stated_is_asked_about() -> None:
    outcome = read_name("Lopez, Maria", NameReading())
    assert outcome.reason == "unclear"
    assert 'form: "Last, First Middle"' in outcome.fault
    assert read_name("Marcus Whitfield, Jr.", NameReading()).text == "Marcus Whitfield Jr."


@pytest.mark.parametrize(
    ("cell", "name", "credentials"),
    [
        ("Amara Okonkwo, LCSW", "Amara Okonkwo", "LCSW"),
        ("Dr. Amara Okonkwo, Ph.D., LMHC-QS", "Dr. Amara Okonkwo", "Ph.D., LMHC-QS"),
        ("Marcus Whitfield, Jr., PsyD", "Marcus Whitfield Jr.", "PsyD"),
        ("Anh Nguyen, MA", "Anh Nguyen", "MA"),
        ("Amara Okonkwo, Intern", "Amara Okonkwo", "Intern"),
        ("Amara Okonkwo", "Amara Okonkwo", ""),
        ("Okonkwo, Amara", None, ""),
        ("Dr. Okonkwo, Amara", None, ""),
        ("de la Cruz, Maria", None, ""),
        ("DE LA CRUZ, ANA MARIA", None, ""),
        ("VAN NGUYEN, DO", None, ""),
        ("Amara Okonkwo, Resident", None, ""),
        ("Amara Okonkwo, LCSW, Ada Roe", None, ""),
    ],
)
def test_only_credentials_are_taken_from_behind_the_name_of_staff(
    cell: str, name: str | None, credentials: str
) -> None:
    outcome = read_name(cell, NameReading(of_staff=True, credentials=("Intern",)))
    assert (outcome.text or None, outcome.rest) == (name, credentials)
    assert bool(outcome.fault) == (name is None)


@pytest.mark.parametrize(
    ("cell", "name", "credentials"),
    [
        ("Okonkwo, Amara, PhD, LCSW", "Amara Okonkwo", "PhD, LCSW"),
        ("Okonkwo, Amara LCSW", "Amara Okonkwo", "LCSW"),
        ("OKONKWO, AMARA J, LCSW", "AMARA J OKONKWO", "LCSW"),
        ("Dr. Okonkwo, Amara", "Dr. Amara Okonkwo", ""),
        ("Okonkwo, LCSW", None, ""),
        ("Amara Okonkwo, LCSW", None, ""),
        ("NGUYEN, DO", None, ""),
        ("Okonkwo, Amara, Roe", None, ""),
        ("Amara Okonkwo, Intern", None, ""),
        ("amara okonkwo, phd", None, ""),
        ("Okonkwo, Amara lcsw", None, ""),
        ("OKONKWO, AMARA MA", None, ""),
        ("Nguyen, Anh Do", "Anh Do Nguyen", ""),
    ],
)
def test_only_credentials_follow_a_name_of_staff_that_is_turned_round(
    cell: str, name: str | None, credentials: str
) -> None:
    outcome = read_name(cell, NameReading("Last, First Middle", of_staff=True))
    assert (outcome.text or None, outcome.rest) == (name, credentials)


def test_credentials_that_the_clinic_states_are_read_in_its_formats() -> None:
    columns = {**COLUMNS_OF, "clinician": {"from": "Provider"}}
    data = table(row(Provider="de la Cruz Roe, Resident"))
    (asked,) = read(data, settings({"columns": columns}))
    assert needs(asked) == {"clinician": "unclear"}
    (entry,) = read(data, settings({"columns": columns}, credentials=["Resident"]))
    assert entry.visit
    assert (entry.visit.clinician.name, entry.visit.clinician.credentials) == ("de la Cruz Roe", "Resident")


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("90837-95 Talk", "telehealth"),
        ("90837 (GT)", "telehealth"),
        ("Talk 90837, HE, 95", "telehealth"),
        ("90837-gt Talk", "telehealth"),
        ("90837GT Talk", "telehealth"),
        ("h0004-95 Talk", "telehealth"),
        ("90837–95", "telehealth"),
        ("90837.95", "telehealth"),
        ("90837+95", "telehealth"),
        ("90837 [95]", "telehealth"),
        ("90837 mod 95", "telehealth"),
        ("90837 with modifiers: HO & fq", "telehealth"),
        ("90837 $95 or 95.00", "in person"),
        ("90837 Talk at 9:30, 95 percent", "in person"),
        ("90837 Talk", "in person"),
        ("90837 95 min", "in person"),
        ("Talk 95", "in person"),
    ],
)
def test_a_modifier_beside_a_code_counts_also_where_the_text_is_translated(cell: str, place: str) -> None:
    columns = {**COLUMNS_OF, "procedures": {"from": "Type", "translate": {"*": ["90837"]}}}
    del columns["place"]
    (entry,) = read(table(row(Type=cell)), settings({"columns": columns, "ignore": ["*"]}))
    assert entry.visit
    assert entry.visit.place == place


@pytest.mark.parametrize("cell", ["90837 Talk GT", "90837 Talk, 95", "90837 video (modifier is 93)", "90837? 95"])
def test_what_may_be_a_modifier_behind_words_makes_the_place_uncertain(cell: str) -> None:
    columns = {**COLUMNS_OF, "procedures": {"from": "Type", "translate": {"*": ["90837"]}}}
    mapping = settings({"columns": columns, "ignore": ["*"]})
    assert [needs(read(table(row(Type=cell, Place=place)), mapping)[0]) for place in ("Room 1", "", "Video")] == [
        {"place": "unclear"},
        {"place": "unclear"},
        {},
    ]


def test_a_number_is_made_of_texts_that_no_file_may_be_named_by() -> None:
    columns = {**COLUMNS_OF, "visit": {"made_of": ["Note", "Patient"]}}
    mapping = settings({"columns": columns, "ignore": ["*"]})
    long = "7f0c2d1a-5f1e-4b7d-9c55-0a4b9a2f7e11"
    numbers = [read(table(row(Note=note)), mapping)[0].name.visit for note in (long, long, "other", "")]
    assert numbers[0] == numbers[1] != numbers[2]
    assert str(numbers[0]).startswith("F-")
    assert numbers[3] is None


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
        ("90837 or 90834", None),
        ("90837 or group", None),
        ("90837? or group", None),
        ("90837 Talk?", None),
        ("90837* Talk", None),
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
