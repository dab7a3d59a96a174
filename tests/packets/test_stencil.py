"""Packets that are filled into the stencil of an earlier one: the same bytes as without it, and nothing left behind."""

from __future__ import annotations

import datetime
import gc
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.packets import writing
from consentkit.packets.packet import Packet, PacketMaker, packet_info
from consentkit.packets.packet_number import identifier, payload
from consentkit.packets.papers import PaperMaker
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.plan import PacketOptions, PacketPlan, PrintSerial
from consentkit.packets.planning import Planner
from consentkit.packets.scripts import language_of
from consentkit.packets.stencil import Stencil
from consentkit.packets.writing import PacketWriter
from consentkit.pdf.lines.common import common_letters
from consentkit.pdf.lines.common_line import common_line
from kit.packets import CHILD, MOTHER, OTHER, visit
from kit.small import make_clinic, write_procedure, write_translation

pytestmark = pytest.mark.xdist_group("stencil")  # the papers are made once
GOOD_FILES = Path(__file__).parents[1] / "examples" / "foreign" / "good"


class Desk:
    """One that writes packets one after the other, with all that it keeps of them. Nothing is read back."""

    def __init__(self, workspace: OpenWorkspace, **options: Any) -> None:
        self._workspace, self._parsed = workspace, ParsedFiles(workspace)
        duplex = options.get("duplex", False)
        self._planner = Planner(workspace, PacketOptions(allow_drafts=True, **options), self._parsed)
        self._papers = PaperMaker(workspace, duplex, False, self._parsed)
        self._compiled = PacketMaker(workspace, duplex, parsed=self._parsed).compiled
        self.writer = PacketWriter(self._compiled, 8, 1 << 26)

    def plan(self, serial: PrintSerial | None = None, **changes: Any) -> PacketPlan:
        """The plan of a visit."""
        return replace(self._planner.plan(visit(**changes), "visit.yaml"), serial=serial)

    def make(self, **changes: Any) -> tuple[bytes, bytes]:
        """The packet of a visit, and the same from one who keeps nothing."""
        planned = self.plan(**changes)
        papers = self._papers.papers(planned, self._parsed.inputs())
        writers = self.writer, PacketWriter(self._compiled, 0, 0)
        info = packet_info(Packet(planned, tuple(papers), b""), self._workspace)
        made, without = (writer.write(planned, papers, lambda: info).pdf for writer in writers)
        return made, without


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> OpenWorkspace:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_procedure(folder / "procedures", code="CRISIS-1", title="A small procedure in a crisis", plan="crisis")
    write_translation(folder / "procedures", "es")
    (folder / "extra").mkdir()
    shutil.copy(GOOD_FILES / "tagged.pdf", folder / "extra")
    return open_workspace(folder, open_store())


@pytest.fixture(scope="module")
def busy(workspace: OpenWorkspace) -> Desk:
    return Desk(workspace)


@contextmanager
def counting() -> Iterator[list[bool]]:
    """Whether each packet that was tried was filled into a stencil."""
    done: list[bool] = []
    fill = Stencil.fill

    def filled(*given: Any) -> bytes | None:
        pdf = fill(*given)
        done.append(pdf is not None)
        return pdf

    with mock.patch.object(Stencil, "fill", filled):
        yield done


KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {}),
    "large print": ({}, {"large_print": True}),
    "fillable, in two languages": ({"fillable": True}, {"also_in": ["es"]}),
    "duplex": ({"duplex": True}, {}),
    "a child": ({}, {"patient": CHILD, "representative": MOTHER, "witness": "Tomasz Lis"}),
    "a trainee": ({}, {"trainee": {"name": "Jonah Feldman"}, "supervisor": {"name": "Dr. Amara Okonkwo"}}),
    "a copy": ({}, {"documents": ["plan"], "procedures": ["CRISIS-1"]}),
    "counted": ({}, {"serial": PrintSerial(2, datetime.time(8, 14))}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_packet_is_filled_into_a_stencil_with_the_same_bytes(kind: str, workspace: OpenWorkspace) -> None:
    options, changes = KINDS[kind]
    desk = Desk(workspace, **options)
    first, without = desk.make(**changes)
    assert first == without
    born = changes.get("patient", OTHER)["born"]
    another = {"visit": "V-2", "date": "2026-12-01", "patient": {"name": "Zoë Quist", "born": born, "record": "MR-7"}}
    with counting() as filled:
        second, without = desk.make(**{**changes, **another})
    assert second == without
    assert filled == [True]


ELSEWHERE: dict[str, dict[str, Any]] = {
    "on several lines": {"patient": {**OTHER, "name": "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine Montgomery"}},
    "in other letters": {"patient": {**OTHER, "name": "Иван Щукин"}},
    "from right to left": {"clinician": {"name": "محمد علي"}},
    "in pieces of several languages": {
        "language": "es",
        "interpreter": {"name": "Marisol Quintana", "is_a": "professional", "language": "Yucatec"},
    },
    "in heavy type": {"patient": {**OTHER, "name": "Page 1 of 4"}},
    "on a file of others": {"extra": ["tagged.pdf"]},
}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_a_visit_whose_texts_go_elsewhere_has_the_same_bytes(where: str, busy: Desk) -> None:
    for changes in (
        {},
        ELSEWHERE[where],
        {**ELSEWHERE[where], "date": "2026-12-01"},
        {"patient": OTHER},
    ):
        made, without = busy.make(**changes)
        assert made == without, changes


def test_a_word_in_another_language_is_marked_though_it_is_where_one_in_its_own_was(busy: Desk) -> None:
    for spoken in ("Spanish", "Yucatec", "Spanish"):
        interpreter = {"name": "Marisol Quintana", "is_a": "professional", "language": spoken, "number": "4471"}
        made, without = busy.make(language="es", interpreter=interpreter)
        assert made == without, spoken


LONG_NAMES = ["Ann Lee", *("W" * 20 + "l" * count for count in range(1, 7))]
"""From one that fits each of its places to one that fits hardly any."""


@pytest.mark.parametrize("names", [LONG_NAMES, LONG_NAMES[::-1]], ids=["longer and longer", "shorter and shorter"])
def test_a_name_that_fits_some_of_its_places_is_as_large_in_each_as_without(
    names: list[str], workspace: OpenWorkspace
) -> None:
    desk = Desk(workspace)
    for name in names:
        made, without = desk.make(patient={**OTHER, "name": name})
        assert made == without, name


def test_packets_with_days_that_are_smaller_where_room_is_narrow_are_filled_into_a_second_stencil(
    workspace: OpenWorkspace,
) -> None:
    desk = Desk(workspace)
    with counting() as filled:
        for born in ("1958-05-04", "1988-09-28", "1961-05-07", "1988-09-26"):
            made, without = desk.make(patient={**OTHER, "born": born})
            assert made == without, born
    assert filled == [False, True, False, True]  # whether it fits the first one, and the second one if it does not


def test_of_the_same_papers_no_more_stencils_are_kept_than_a_few(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_VARIANTS", 0)
    desk = Desk(workspace)
    for born in ("1958-05-04", "1988-09-28", "1961-05-07"):
        made, without = desk.make(patient={**OTHER, "born": born})
        assert made == without, born
    assert [len(known.every) for known in desk.writer._stencils.latest()] == [1]


def test_a_piece_in_other_letters_that_is_not_drawn_needs_its_font_all_the_same(workspace: OpenWorkspace) -> None:
    desk = Desk(workspace)
    planned = desk.plan(patient=OTHER)
    desk.make(patient=OTHER)
    (known,) = desk.writer._stencils.latest()
    (stencil,), number = known.every, planned.packet
    texts = [f"Text {number}" for number in range(stencil.texts)]
    for piece, is_filled in (("Ivan", True), ("Иван", False)):
        pdf = stencil.fill(number, identifier([number]), lambda page: payload(number, page), texts, [piece])
        assert (pdf is not None) == is_filled


def test_texts_that_are_alike_by_chance_are_drawn_once_in_that_packet_alone(busy: Desk) -> None:
    for record in ("MR-20419", "MR-7", "MR-20419"):
        made, without = busy.make(clinician={"name": "MR-20419"}, patient={**OTHER, "record": record})
        assert made == without


NAMES = st.sampled_from(["Ann Lee", "Siobhán O’Keeffe-Martínez", "W" * 24, "Page 1 of 4", "Nguyễn Thị Khai"])
CLINICIANS = st.sampled_from(["Zoë Quist", "Dana Wesley-Whitfield Featherstonehaugh, Sr.", "MR-20419"])
RECORDS = st.sampled_from(["MR-20419", "W" * 24, "7"])
VISITS = st.fixed_dictionaries(
    {
        "visit": st.sampled_from(["V-2", "V-" + "W" * 20]),
        "patient": st.fixed_dictionaries({"name": NAMES, "born": st.just("1958-11-24"), "record": RECORDS}),
        "clinician": st.fixed_dictionaries({"name": CLINICIANS}),
    },
    optional={"witness": st.just("Tomasz Lis")},
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=VISITS)
def test_any_visits_one_after_the_other_have_the_same_bytes(data: dict[str, Any], busy: Desk) -> None:
    made, without = busy.make(**data)
    assert made == without


def test_nothing_of_a_visit_is_kept(workspace: OpenWorkspace) -> None:
    desk = Desk(workspace)
    desk.make(patient={"name": "Quirina Vexley", "born": "1931-03-14", "record": "MR-77123"}, visit="V-9009")
    writer = desk.writer
    assert len(list(writer._stencils.latest())) == 1
    line = common_line("Quirina Vexley")
    assert line is not None
    said = ["Quirina", "Vexley", "March 14", "MR-77123", "V-9009"]
    glyphs = line.content.partition(b"[")[2].partition(b"]")[0]
    kept = list(reached_from([writer._stencils, writer._linked, writer._shaped]))
    assert any(isinstance(one, Stencil) for one in kept)
    assert [one for one in kept if isinstance(one, str) and any(word in one for word in said)] == []
    marks = [glyphs, *(word.encode() for word in said)]
    assert [one for one in kept if isinstance(one, bytes) and any(mark in one for mark in marks)] == []


def reached_from(things: list[object]) -> Iterator[object]:
    """Everything that things lead to, but for what belongs to the program."""
    seen: set[int] = set()
    while things:
        thing = things.pop()
        if id(thing) not in seen and not isinstance(thing, type | ModuleType | FunctionType):
            seen.add(id(thing))
            yield thing
            things += gc.get_referents(thing)


def test_letters_of_the_font_of_all_packets_show_no_language() -> None:
    assert {language_of(letter) for letter in common_letters()} == {None}
