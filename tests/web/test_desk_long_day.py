"""A day with more visits than one page shows."""

from __future__ import annotations

import re

import pytest

from consentkit.operations.desk.rows import VisitState
from consentkit.web import day_table
from kit.desk import Clerk, Printer, plain

TIMES = ("08:00", "09:00", "10:00", "11:00", "12:00")


@pytest.fixture
def long_day(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> Clerk:
    """Five visits at a desk that shows two at a time."""
    monkeypatch.setattr(day_table, "MOST", 2)
    clerk.load(*({"time": time, "patient_name": f"Nora Nye {time[:2]}"} for time in TIMES))
    return clerk


def shown(page: str) -> list[str]:
    """The visits in the table of a page, by their hour."""
    return re.findall(r"<bdi>Nora Nye (\d\d)</bdi></a>", page)


def page_of(clerk: Clerk, address: str) -> str:
    return clerk.get(address).get_data(as_text=True)


def test_a_long_day_is_shown_in_parts_that_lead_to_each_other(long_day: Clerk) -> None:
    pages, address = [], "/"
    while address:
        page = page_of(long_day, address)
        pages.append(shown(page))
        assert "5 visits: 5 ready" in plain(page), "the counts are those of the whole day"
        later = re.search(r'href="([^"]+)">Later visits', page)
        address = later[1] if later else ""
    assert pages == [["08", "09"], ["10", "11"], ["12"]]
    before = re.search(r'href="([^"]+)">Earlier visits', page)
    assert before and shown(page_of(long_day, before[1])) == ["10", "11"]


@pytest.mark.parametrize("start", ["4", "99", "5", "1000000000000", "-3", "x"])
def test_a_part_begins_at_a_visit_that_there_is(long_day: Clerk, start: str) -> None:
    assert shown(page_of(long_day, f"/?start={start}")) in (["12"], ["08", "09"])


def test_the_part_with_the_visit_that_is_chosen_is_shown(long_day: Clerk) -> None:
    page = page_of(long_day, f"/?visit={long_day.row('V-4').key}")
    assert shown(page) == ["10", "11"]
    assert "Visits 3 to 4 of 5" in plain(page) and 'aria-current="true"' in page


def test_a_day_that_fits_a_page_has_no_parts(long_day: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_table, "MOST", 5)
    page = page_of(long_day, "/")
    assert len(shown(page)) == 5 and "Later visits" not in page and "Visits 1 to" not in page


def test_what_is_looked_for_is_found_in_the_whole_day(long_day: Clerk) -> None:
    one = long_day.post("/find", {"sought": "nye 12"}).get_data(as_text=True)
    assert shown(one) == ["12"] and "1 of 5 visits matches" in plain(one)
    all_of_them = long_day.post("/find", {"sought": "nora"}).get_data(as_text=True)
    assert shown(all_of_them) == ["08", "09"]
    assert "5 of 5 visits match The first 2 are shown." in plain(all_of_them)


def test_visits_are_found_by_their_state(long_day: Clerk) -> None:
    long_day.save("V-4", procedures="NONE-1")
    long_day.look()
    found = long_day.post("/find", {"sought": "needs attention"}).get_data(as_text=True)
    assert shown(found) == ["11"]


def test_all_that_are_ready_are_printed_whatever_part_is_shown(long_day: Clerk, printer: Printer) -> None:
    assert "Print all ready (5)" in plain(page_of(long_day, "/?start=4"))
    long_day.button("Print all ready (5)", "/?start=4")
    assert len(printer.sets) == 5
    assert {row.state for row in long_day.desk.day.rows()} == {VisitState.PRINTED}


def test_a_page_that_refreshes_itself_gets_a_table_only_where_something_has_changed(long_day: Clerk) -> None:
    page = page_of(long_day, "/?start=2")
    version, address = re.findall(r'data-version="(\d+)"', page)[0], re.findall(r'data-rows="([^"]+)"', page)[0]
    again = long_day.get(f"{address}&version={version}")
    assert (again.status_code, again.get_data()) == (204, b"")
    long_day.save("V-4", patient_name="Nora Nye 77")
    answer = long_day.get(f"{address}&version={version}")
    assert answer.status_code == 200 and shown(answer.get_data(as_text=True)) == ["10", "77"]
