"""What clinic.yaml may state about schedules."""

from __future__ import annotations

import pytest

from consentkit.model.mapping import FormatColumns, MappingSettings, ScheduleFormat
from consentkit.packets.cells import COLUMNS
from consentkit.packets.mapping.translate import translated
from kit.tables import problems_in


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
