"""What holds of reading visits whatever the input is: nothing but our errors, and nothing of what it holds is told."""

from __future__ import annotations

import csv
import datetime
import io
import json
import traceback
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.errors import ConsentkitError, InvalidInput
from consentkit.packets.cells import COLUMNS, REQUIRED
from consentkit.packets.visits import VisitEntry, read_visits
from consentkit.problems import Problem
from consentkit.reading import characters
from kit.harmless import is_harmless
from kit.thorough import examples

modest = settings(max_examples=examples(150), derandomize=True, deadline=None)

SECRET = "Zqxjkv"
"""A name that no message of ours holds."""
GOOD_CELLS = {
    "visit": "V-1",
    "date": "2026-11-23",
    "time": "14:00",
    "patient_name": "Ada",
    "date_of_birth": "1984-07-09",
    "record_number": "R-2",
    "language": "en",
    "procedures": "90837",
    "medical_visit": "no",
    "clinician": "Bo",
    "place": "in person",
}
ODD = st.text(
    st.sampled_from(" \t,;\"'\n\r\0#=-:@&*!|>{}[]%\\?~\u202e\ufeff\u2028\ud7ff1a.") | st.characters(codec="utf-8"),
    max_size=12,
)
NEAR_MISSES = (
    *("11/22/2026", "2026-02-30", "1884-01-01", "2027-01-01", "46349", "90837.0", "9.1E+04", "#N/A", "####", "yes"),
    *("telehealth", "in person", "consent", "es es", "a.pdf", "90837 90785", "professional", "en", "14:00", "V-1", ""),
)
CELLS = st.one_of(
    st.sampled_from(NEAR_MISSES),
    ODD,
    st.tuples(ODD, ODD).map(lambda ends: ends[0] + SECRET + ends[1]),
    st.sampled_from(NEAR_MISSES).map(lambda text: text + SECRET),
    st.sampled_from(NEAR_MISSES).map(lambda text: SECRET + text),
)
HEADERS = st.lists(st.sampled_from(sorted(COLUMNS)), min_size=len(REQUIRED), max_size=len(COLUMNS), unique=True).map(
    lambda names: list(dict.fromkeys((*REQUIRED, *names)))
)


def read(data: bytes) -> tuple[list[VisitEntry], list[Problem]]:
    """The visits of a file, and every problem that was told. Raises nothing but what is not ours."""
    entries: list[VisitEntry] = []
    try:
        entries.extend(read_visits("-", io.BytesIO(data)))
    except InvalidInput as error:
        assert not entries
        assert_discreet("".join(traceback.format_exception(error)))
        return [], list(error.problems)
    except ConsentkitError as error:
        assert_discreet("".join(traceback.format_exception(error)))
        return [], []
    problems = [problem for entry in entries for problem in entry.problems]
    for entry in entries:
        assert (entry.visit is None) == bool(entry.problems)
    for problem in problems:
        assert is_harmless(str(problem))
    return entries, problems


def assert_discreet(text: str) -> None:
    assert SECRET.casefold() not in text.casefold()


@modest
@given(st.binary(max_size=400))
def test_whatever_the_bytes_nothing_but_our_errors_is_raised(data: bytes) -> None:
    read(data)


@modest
@given(st.binary(max_size=100), st.sampled_from([",", ";", "\t"]))
def test_whatever_stands_below_a_header_nothing_but_our_errors_is_raised(data: bytes, delimiter: str) -> None:
    entries, problems = read(delimiter.join(REQUIRED).encode() + b"\n" + data)
    assert entries or problems


@modest
@given(HEADERS, st.data(), st.sampled_from([",", ";", "\t"]))
def test_no_cell_is_ever_told_and_every_row_is_answered(header: list[str], data: st.DataObject, delimiter: str) -> None:
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), min_size=1, max_size=4))
    good = [GOOD_CELLS.get(column, "") for column in header]
    entries, problems = read(written([header, *rows, good], delimiter))
    for problem in problems:
        assert_discreet(str(problem))
    assert not entries or entries[-1].row is not None
    if entries and not any(row[header.index("visit")].strip().casefold() == "v-1" for row in rows):
        assert entries[-1].visit, entries[-1].problems


@modest
@given(HEADERS, st.data())
def test_a_good_row_in_which_one_cell_is_odd_is_read_as_it_is_or_refused(
    header: list[str], data: st.DataObject
) -> None:
    column = data.draw(st.sampled_from(header))
    cell = data.draw(CELLS)
    row = [cell if name == column else GOOD_CELLS.get(name, "") for name in header]
    entries, problems = read(written([header, row], ","))
    for problem in problems:
        assert_discreet(str(problem))
    for entry in entries:
        if entry.visit and column in ("patient_name", "clinician", "witness", "trainee"):
            given_name = " ".join(cell.split())
            assert given_name in json.dumps(entry.visit.model_dump(mode="json"), ensure_ascii=False).replace(
                '\\"', '"'
            ).replace("\\\\", "\\")
            assert not list(characters.refused(cell.strip()))


@modest
@given(st.lists(CELLS, min_size=1, max_size=12), st.lists(st.lists(CELLS, max_size=12), max_size=3))
def test_a_first_line_that_is_no_header_is_never_told(first: list[str], rows: list[list[str]]) -> None:
    for problem in read(written([first, *rows], ","))[1]:
        assert_discreet(str(problem))


KEYS = st.sampled_from(
    ["visit", "date", "patient", "name", "born", "record", "procedures", "clinician", "extra", "is_a"]
)
VALUES = st.recursive(
    CELLS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | CELLS, inner, max_size=4)
)
FIELDS = sorted({str(path[0]) for path in COLUMNS.values()})


@modest
@given(st.dictionaries(st.sampled_from(FIELDS) | CELLS, VALUES, max_size=6))
def test_no_field_in_yaml_is_ever_told(changes: dict[str, Any]) -> None:
    """Keys are told if they look like keys, which the secret does not."""
    data = {"visit": "V-1", "date": "2026-11-23", "procedures": ["90837"], "clinician": {"name": "Bo"}, **changes}
    for problem in read(json.dumps(data, ensure_ascii=False).encode(errors="replace"))[1]:
        assert_discreet(str(problem))


@modest
@given(
    st.lists(
        ODD | st.sampled_from([SECRET, f"name: {SECRET}", f"&{SECRET}", f"*{SECRET}", f"!{SECRET}", f"!!{SECRET} "]),
        max_size=8,
    )
)
def test_no_text_of_broken_yaml_is_ever_told(pieces: list[str]) -> None:
    for text in ("\n".join(pieces), "visit: V-1\npatient:\n  name: " + "".join(pieces)):
        for problem in read(text.encode(errors="replace"))[1]:
            assert_discreet(str(problem))


@modest
@given(st.dates(datetime.date(1860, 1, 1)), st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1)))
def test_a_birth_is_accepted_only_where_somebody_could_come(born: datetime.date, day: datetime.date) -> None:
    row = {**GOOD_CELLS, "date": day.isoformat(), "date_of_birth": born.isoformat()}
    (entry,), _ = read(written([list(row), list(row.values())], ","))
    if entry.visit:
        assert day.year >= 2000
        assert 0 <= entry.visit.age <= 130
    else:
        assert day.year < 2000 or born > day or day.year - born.year >= 130


def test_a_message_that_tells_something_is_found_out() -> None:
    """The checks above must be able to fail."""
    for text in (SECRET, f"is `{SECRET.lower()}`"):
        try:
            assert_discreet(text)
        except AssertionError:
            continue
        raise AssertionError


def written(rows: list[list[str]], delimiter: str) -> bytes:
    """Rows as the csv library writes them: an emitter that is not ours."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return file.getvalue().encode(errors="replace")
