"""Visits that a program hands over as plain data."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.packets.visit_data import entry_of_data
from consentkit.packets.visits import read_visits
from kit.guarded import MARKED
from kit.packets import visit, visit_data, write_visit


def problems(data: Mapping[str, Any]) -> dict[str, str]:
    """The message about each field."""
    entry = entry_of_data(data)
    assert entry.visit is None
    assert {(problem.line, problem.column) for problem in entry.problems} == {(None, None)}
    return {problem.field: problem.message for problem in entry.problems}


def test_plain_data_becomes_the_visit_that_a_file_with_the_same_content_holds(tmp_path: Path) -> None:
    (read,) = read_visits(str(write_visit(tmp_path / "visit.yaml")))
    entry = entry_of_data(visit_data())
    assert entry.visit == read.visit == visit()
    assert (entry.number, entry.name, entry.label) == ("V-1", read.name, "visit V-1")


def test_what_programs_hold_for_days_times_lists_and_choices_is_understood() -> None:
    data = visit_data(
        date=datetime.date(2026, 11, 23), time=datetime.time(8), large_print=True, witness=None, procedures=("SMALL-1",)
    )
    assert entry_of_data(MappingProxyType(data)).visit == visit(large_print=True)


def test_mistakes_are_told_all_at_once_by_their_keys() -> None:
    patient = {"name": "", "born": "1984-7-9", "record": 20417}
    found = problems(visit_data(patient=patient, tmie="08:00", date=datetime.datetime(2026, 11, 23, 8)))
    assert set(found) == {"patient.name", "patient.born", "patient.record", "tmie", "date"}
    assert "may have lost zeros" in found["patient.record"]
    assert "did you mean `time`?" in found["tmie"]
    assert set(problems({})) == {"visit", "date", "patient", "procedures", "clinician"}


@pytest.mark.parametrize(
    "change",
    [
        {"patient": {"name": MARKED * 30, "born": "1984-07-09", "record": "MR-1"}},
        {"patient": {"name": f"{MARKED}\u202e", "born": "1984-07-09", "record": "MR-1"}},
        {"patient": {MARKED: "a", "born": f"{MARKED}", "record": f" {MARKED}"}},
        {"patient": MARKED},
        {"patient": [MARKED]},
        {"place": MARKED},
        {"visit": MARKED, "patient": {"name": MARKED, "born": "1984-07-09", "record": "MR-1"}},
        {"date": f"{MARKED}"},
        {"language": MARKED},
        {"extra": [f"../{MARKED}"]},
        {"witness": object()},
        {"witness": {1: MARKED}},
        {MARKED: MARKED},
    ],
)
def test_no_message_about_a_visit_quotes_what_it_holds(change: dict[str, Any]) -> None:
    entry = entry_of_data(visit_data(**change))
    assert entry.problems
    assert MARKED not in f"{entry.label} {entry.problems}"


def test_data_that_hold_themselves_are_refused() -> None:
    data = visit_data()
    data["patient"]["name"] = data
    assert any("levels deep" in message for message in problems(data).values())
    data["patient"]["born"] = data["patient"]["record"] = data
    assert any("more than any visit" in message for message in problems(data).values())


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.binary()
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(st.dictionaries(st.sampled_from(sorted(visit_data())) | st.text(), TREES))
def test_any_data_give_a_visit_or_problems(changes: dict[str, Any]) -> None:
    entry = entry_of_data({**visit_data(), **changes})
    assert (entry.visit is None) == bool(entry.problems)
