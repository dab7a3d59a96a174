"""The packets of the sample day, page by page: what is signed is said above, and no page is nearly empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.plan import PacketOptions
from consentkit.packets.planning import Planner
from consentkit.packets.visits import read_visits
from kit.packets import packet, visit
from kit.page_fill import FEWEST_LINES, LEAST_FULL, Filled
from kit.running import PROJECT, SAMPLE_CLINIC
from kit.signed_pages import without_statement
from kit.small import make_clinic

pytestmark = pytest.mark.xdist_group("sample packets")
DAY = PROJECT / "samples/schedule.csv"
NUMBERS = [f"V-{number}" for number in range(1001, 1013)]
WHOLE = ("V-1001", "V-1010", "V-1011")
"""Visits whose packets have an information, too: that of each code is looked at for itself, in test_page_budgets."""


class SampleDay(dict[str, Packet]):
    """The packets of the sample day by the numbers of their visits, each of which is made when it is asked for.

    Those in WHOLE have everything, the others what is signed and the papers.
    """

    def __init__(self) -> None:
        workspace = open_workspace(SAMPLE_CLINIC, open_store())
        self._planner = Planner(workspace, PacketOptions(allow_drafts=True))
        self._maker = PacketMaker(workspace)
        self._entries = {entry.visit.visit: entry for entry in read_visits(str(DAY))}

    def __missing__(self, number: str) -> Packet:
        entry = self._entries[number]
        asked = {} if number in WHOLE else {"documents": ("form",)}
        planned = self._planner.plan(entry.visit.model_copy(update=asked), entry.file, entry.row)
        self[number] = self._maker.make(planned)
        return self[number]


@pytest.fixture(scope="module")
def day() -> SampleDay:
    return SampleDay()


def nearly_empty(made: Packet) -> Iterator[str]:
    """Pages of few lines, and pages that are not full, but for the last of a paper."""
    last = {placed.last for placed in made.papers}
    for page in Filled(made.pdf).pages:
        if page.lines < FEWEST_LINES:
            yield f"page {page.number} has {page.lines} lines"
        if page.full < LEAST_FULL and page.number not in last:
            yield f"page {page.number} is {page.full:.0%} full"


@pytest.mark.parametrize("number", NUMBERS)
def test_whoever_signs_reads_on_the_same_page_what_that_stands_for(number: str, day: SampleDay) -> None:
    assert without_statement(day[number]) == []


@pytest.mark.parametrize("number", NUMBERS)
def test_no_page_is_nearly_empty(number: str, day: SampleDay) -> None:
    assert list(nearly_empty(day[number])) == []


@pytest.mark.parametrize("number", NUMBERS)
def test_the_cover_is_one_page(number: str, day: SampleDay) -> None:
    assert day[number].papers[0].last == 1


# --- the looking itself ---


def with_own_style(folder: Path, rules: str) -> OpenWorkspace:
    """A clinic whose own style sheet adds rules to the shipped one."""
    own = make_clinic(folder)
    (own / "templates").mkdir()
    shipped = (PROJECT / "templates/print.css").read_text(encoding="utf-8")
    (own / "templates/print.css").write_text(f"{shipped}\n{rules}\n", encoding="utf-8")
    return open_workspace(own, open_store())


def test_a_signature_that_parts_from_its_statement_is_seen(tmp_path: Path) -> None:
    apart = with_own_style(tmp_path, ".form .sign-row { break-before: page !important; }")
    found = without_statement(packet(apart, visit(documents=["form"])))
    assert any("patient_signature: I made this choice freely." in fault for fault in found), found


def test_initials_that_part_from_their_clause_are_seen(tmp_path: Path) -> None:
    apart = with_own_style(tmp_path, ".form .initials { display: flex !important; break-before: page !important; }")
    found = without_statement(packet(apart, visit(documents=["form"])))
    assert any("_initials: " in fault for fault in found), found


def test_a_page_of_one_line_is_seen(tmp_path: Path) -> None:
    apart = with_own_style(tmp_path, ".desk { break-before: page; }")
    assert "page 2 has 1 lines" in nearly_empty(packet(apart, visit(documents=["form"])))
