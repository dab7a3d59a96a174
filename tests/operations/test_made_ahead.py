"""What a second process makes of a long schedule changes nothing but the time that it takes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess
from consentkit.operations import made_ahead
from consentkit.operations.packet_events import PacketEvent, PacketWritten
from consentkit.operations.packet_files import write_packets
from consentkit.operations.packets import MadePacket, PacketOptions, PacketsInTurn
from consentkit.operations.schedule import VisitEntry, read_requested
from consentkit.operations.targets import PacketTargets
from consentkit.packets.packet import PacketMaker
from consentkit.packets.visits import entry_of
from consentkit.processes import aside
from consentkit.processes.aside import Aside
from kit.packets import OTHER, visit, write_schedule
from kit.small import CODE, make_clinic, write_procedure

DRAFTS = PacketOptions(allow_drafts=True)
ROWS: list[dict[str, Any]] = [
    {},
    {"place": "telehealth"},
    {},
    {"interpreter": "Bo Nye", "interpreter_is": "child"},
    {"place": "telehealth"},
    {"procedures": "NONE-1"},
    {"on_file": CODE},
    {"place": "telehealth"},
    {"patient_name": "Zoë Çelik"},
    {"place": "telehealth"},
    {},
    {},
]
"""A day with two kinds of visits, some that are refused, and one for which there is nothing to print."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> OpenWorkspace:
    clinic, store = make_clinic(tmp_path_factory.mktemp("clinic")), tmp_path_factory.mktemp("store")
    return open_workspace(clinic, open_store(store))


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> list[Aside[Any]]:
    """Let a few visits be enough for a second process, and see which there were."""
    seen: list[Aside[Any]] = []
    begin = aside.begin_aside

    def begun(*arguments: Any) -> Aside[Any]:
        seen.append(begin(*arguments))
        return seen[-1]

    monkeypatch.setattr(aside, "begin_aside", begun)
    monkeypatch.setattr(made_ahead, "_processors", lambda: 2)
    monkeypatch.setattr(made_ahead, "_LEAST", 4)
    monkeypatch.setattr(made_ahead, "_FIRST", 2)
    return seen


@pytest.fixture
def made_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The visits whose packets are made in this process."""
    seen: list[str] = []
    make = PacketMaker.make

    def made(maker: PacketMaker, plan: Any, *others: Any) -> Any:
        seen.append(plan.visit.visit)
        return make(maker, plan, *others)

    monkeypatch.setattr(PacketMaker, "make", made)
    return seen


Serve = Callable[..., list[PacketEvent]]


@pytest.fixture
def serve(workspace: OpenWorkspace, tmp_path: Path) -> Serve:
    """Make the packets of the day in a folder of a name."""

    def served(name: str, *, reading: Callable[[Iterator[VisitEntry]], Iterator[VisitEntry]] = iter) -> Any:
        visits = read_requested(str(write_schedule(tmp_path / "day.csv", *ROWS)))
        targets = PacketTargets(replace(visits, entries=reading(visits.entries)), output=f"{tmp_path}/{name}/")
        return write_packets(workspace, targets, DRAFTS, lambda _: None, patience=60)

    return served


def said(events: list[PacketEvent]) -> list[tuple[str, str]]:
    return [(type(event).__name__, Path(getattr(event, "file", None) or "").name) for event in events]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_second_process_changes_nothing_but_who_makes_the_packets(
    serve: Serve, tmp_path: Path, forked: list[Aside[Any]], made_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    together = said(list(serve("together")))
    assert len(forked) == 1
    assert not forked[0].process.is_alive()
    by_two = len(made_here)
    monkeypatch.setattr(made_ahead, "_processors", lambda: 1)
    alone = said(list(serve("alone")))
    assert len(forked) == 1
    assert together == alone
    assert files(tmp_path / "together") == files(tmp_path / "alone")
    assert 0 < by_two < len(made_here) - by_two == sum(name == PacketWritten.__name__ for name, _ in alone)


def test_where_that_process_ends_all_packets_are_made_here(
    serve: Serve, forked: list[Aside[Any]], made_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = aside.begin_aside

    def killed(*arguments: Any) -> Aside[Any]:
        aside: Aside[Any] = begin(*arguments)
        os.kill(aside.process.pid or 0, signal.SIGKILL)
        return aside

    monkeypatch.setattr(aside, "begin_aside", killed)
    events = said(list(serve("out")))
    assert len(forked) == 1
    assert len(made_here) == sum(name == PacketWritten.__name__ for name, _ in events) == 9


def test_it_ends_where_nobody_wants_the_rest(serve: Serve, forked: list[Aside[Any]], tmp_path: Path) -> None:
    events: Any = serve("out")
    next(iter(events), None)
    events.close()
    assert not [aside for aside in forked if aside.process.is_alive()]
    assert not [name for name in files(tmp_path / "out") if name.endswith(".tmp")]


def test_what_can_not_be_read_is_reported_after_the_visits_before_it(serve: Serve, forked: list[Aside[Any]]) -> None:
    def broken(entries: Iterator[VisitEntry]) -> Iterator[VisitEntry]:
        for number, entry in enumerate(entries):
            if number == 7:
                raise FileAccess("the disk is gone")
            yield entry

    events = iter(serve("out", reading=broken))
    with pytest.raises(FileAccess, match="the disk is gone"):
        list(events)
    assert len(forked) == 1


def test_a_packet_from_there_is_taken_only_if_it_is_of_this_plan_and_these_papers(
    workspace: OpenWorkspace, made_here: list[str]
) -> None:
    making, entry = PacketsInTurn(workspace, DRAFTS), entry_of(visit())
    ahead = making.apart().made_ahead(entry)
    assert ahead
    marked = replace(ahead, pdf=b"marked")
    cases = {
        "the same": (entry, True),
        "another number": (entry_of(visit(visit="V-2")), False),
        "other papers": (entry_of(visit(place="telehealth")), False),
        "another patient": (entry_of(visit(patient=OTHER)), False),
    }
    for name, (other, is_taken) in cases.items():
        result = making.apart().make(other, ahead=marked)
        assert isinstance(result, MadePacket)
        assert (result.pdf == b"marked") == is_taken, name
    folder = workspace.folder.path
    assert folder
    write_procedure(folder / "procedures", purpose="To sleep better.")
    result = making.apart().make(entry, ahead=marked)
    assert isinstance(result, MadePacket)
    assert result.pdf != b"marked"
    assert len(made_here) == 1 + 3 + 1
