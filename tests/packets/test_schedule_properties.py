"""Schedules of other programs, for any cells and bytes: nothing of them is told, and nothing is lost."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import settings as configured
from hypothesis import strategies as st

from consentkit.errors import InvalidInput, WrongUse
from consentkit.model.clinic import Clinic
from consentkit.model.day_patterns import day_pattern
from consentkit.model.mapping import MappingSettings
from consentkit.packets.mapping.credentials import look_like_credentials
from consentkit.packets.mapping.days import read_day, read_whole_day
from consentkit.packets.mapping.guessing import propose
from consentkit.packets.mapping.names import NameReading, read_name
from consentkit.reading import yaml_file
from consentkit.reading.validation import validated
from kit.tables import FORMAT, HEADER, ROW, problems_in, read, row, settings, table

SECRET = "Zyxwvut"
modest = configured(max_examples=60, derandomize=True, deadline=None)
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
    lambda word: (
        word.casefold() not in {"jr", "sr", "ii", "iii", "iv", "v", "and", "e", "geb"}
        and not look_like_credentials(word)
        and word == word.strip("-")
    )
)


@modest
@given(st.lists(WORD, min_size=1, max_size=3), st.lists(WORD, min_size=1, max_size=3))
def test_each_name_is_turned_round(last: list[str], first: list[str]) -> None:
    written = f"{' '.join(last)}, {' '.join(first)}"
    assert read_name(written, NameReading("Last, First Middle")).text == f"{' '.join(first)} {' '.join(last)}"


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
