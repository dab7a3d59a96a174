"""Packets that are written and printed without a command line: what is handed back while it is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, WrongUse
from consentkit.operations.packet_events import (
    DayFileLeftOut,
    DayFileRefused,
    DayFileWritten,
    PacketEvent,
    PacketNotPrinted,
    PacketWritten,
    VisitPassedOver,
    VisitRefused,
    VisitWarned,
)
from consentkit.operations.packet_files import write_packets
from consentkit.operations.packets import PacketOptions
from consentkit.operations.schedule import read_requested
from consentkit.operations.targets import PacketTargets
from kit.packets import write_schedule, write_visit
from kit.small import make_clinic, write_procedure

DRAFTS = PacketOptions(allow_drafts=True)
CHILD_INTERPRETS = {"interpreter": "Bo Nye", "interpreter_is": "child"}
Write = Callable[..., list[PacketEvent]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> OpenWorkspace:
    clinic = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_procedure(clinic / "procedures", code="DAY-1", billing={"role": "primary", "once_a_day": True})
    return open_workspace(clinic, open_store(tmp_path_factory.mktemp("store")))


@pytest.fixture
def write(workspace: OpenWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Make the packets of a file. Whatever goes to standard output is a file, too, so that nothing is lost."""
    monkeypatch.chdir(tmp_path)

    def written(source: Path, *numbers: str, **targets: Any) -> list[PacketEvent]:
        chosen = PacketTargets(read_requested(str(source), numbers=numbers), **targets)
        chosen.require_sense()
        return list(write_packets(workspace, chosen, DRAFTS, (tmp_path / "stdout").write_bytes))

    return written


def kinds(events: list[PacketEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_each_visit_is_an_event_with_its_file_or_its_reasons(write: Write, tmp_path: Path) -> None:
    day = write_schedule(
        tmp_path / "day.csv", {}, CHILD_INTERPRETS, {"patient_name": "Bo Nye", "record_number": "MR-1"}
    )
    first, refused, warned, third = write(day, output="out/")
    assert isinstance(first, PacketWritten)
    assert first.file == "out/2026-11-23-V-1.pdf"
    assert Path(first.file).read_bytes() == first.made.packet.pdf
    assert isinstance(refused, VisitRefused)
    assert [problem.rule for problem in refused.refused.problems] == ["untrained-interpreter"]
    assert refused.refused.earlier.fate == "absent"
    assert isinstance(warned, VisitWarned)
    assert warned.warning.message.startswith("has the record number of line 2 with another name")
    assert isinstance(third, PacketWritten)


def test_a_visit_whose_packet_cannot_be_written_counts_for_no_other(write: Write, tmp_path: Path) -> None:
    same = {"procedures": "DAY-1", "record_number": "MR-1"}
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "2026-11-23-V-1.pdf").write_text("a text of mine", encoding="utf-8")
    assert kinds(write(write_schedule(tmp_path / "day.csv", same, same), output="out/")) == [
        "VisitRefused",
        "PacketWritten",
    ]


def test_an_earlier_packet_of_a_refused_visit_is_gone_and_the_event_says_so(write: Write, tmp_path: Path) -> None:
    write(write_schedule(tmp_path / "day.csv", {}), output="out/")
    (refused,) = write(write_schedule(tmp_path / "day.csv", CHILD_INTERPRETS), output="out/")
    assert isinstance(refused, VisitRefused)
    assert (refused.refused.earlier.fate, refused.refused.earlier.place) == ("removed", "out/2026-11-23-V-1.pdf")
    assert refused.refused.earlier.advice == "out/2026-11-23-V-1.pdf, which was made for it before, has been removed"
    assert list((tmp_path / "out").iterdir()) == []


def test_visits_that_get_no_packet_are_named_too_so_that_a_long_run_can_be_ended(write: Write, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {}, {})
    events = write(day, "V-2")
    assert kinds(events) == ["VisitPassedOver", "PacketWritten"]
    assert isinstance(events[0], VisitPassedOver)
    assert events[0].entry.number == "V-1"


def test_nothing_is_made_before_it_is_asked_for(workspace: OpenWorkspace, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {})
    targets = PacketTargets(read_requested(str(day)), output=f"{tmp_path}/out/")
    events = write_packets(workspace, targets, DRAFTS, lambda _: None)
    assert not (tmp_path / "out").exists()
    next(events)
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_all_packets_of_a_day_go_into_one_file(write: Write, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {})
    *packets, whole = write(day, combined="all.pdf")
    assert [packet.file for packet in packets if isinstance(packet, PacketWritten)] == [None, None]
    assert whole == DayFileWritten("all.pdf", 2, ())
    assert Path("all.pdf").is_file()


def test_a_file_of_a_day_without_any_packet_is_left_out_and_no_earlier_one_stays(write: Write, tmp_path: Path) -> None:
    day = tmp_path / "day.csv"
    write(write_schedule(day, {}), combined="all.pdf")
    *_, left_out = write(write_schedule(day, CHILD_INTERPRETS), combined="all.pdf")
    assert isinstance(left_out, DayFileLeftOut)
    assert (left_out.earlier.fate, left_out.earlier.place) == ("removed", "all.pdf")
    assert not Path("all.pdf").exists()


def test_a_file_of_a_day_that_cannot_be_written_is_an_event(
    write: Write, workspace: OpenWorkspace, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    targets = PacketTargets(read_requested(str(write_schedule(tmp_path / "day.csv", {}))), combined="folder/all.pdf")
    events = write_packets(workspace, targets, DRAFTS, lambda _: None)
    next(events)
    (tmp_path / "folder").rmdir()
    (refused,) = events
    assert isinstance(refused, DayFileRefused)
    assert isinstance(refused.error, FileAccess)
    assert refused.message.startswith("folder/all.pdf: can't be written")


def test_what_goes_to_standard_output_is_handed_over_as_bytes(write: Write, tmp_path: Path) -> None:
    (made,) = write(write_visit(tmp_path / "visit.yaml"), output="-")
    assert isinstance(made, PacketWritten)
    assert made.file == "-"
    assert (tmp_path / "stdout").read_bytes() == made.made.packet.pdf


def test_what_the_printer_refuses_is_an_event_and_the_file_stays(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> list[str]:
        raise FileAccess("the printer `desk` refused the job")

    monkeypatch.setattr("consentkit.operations.printing.require_printer", lambda _: None)
    monkeypatch.setattr("consentkit.operations.printing.print_pdf", refuse)
    not_printed, written = write(write_visit(tmp_path / "visit.yaml"), output="mine.pdf", printer="desk")
    assert isinstance(not_printed, PacketNotPrinted)
    assert str(not_printed.error).startswith("the packet was written to mine.pdf, but not printed: the printer")
    assert isinstance(written, PacketWritten)
    assert written.jobs == ()
    assert kinds(write(write_visit(tmp_path / "visit.yaml"), printer="desk")) == ["PacketNotPrinted"]


def test_what_cannot_be_meant_is_refused_before_anything_is_made(write: Write, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {})
    with pytest.raises(WrongUse, match="contains no visit `V-9`"):
        write(day, "V-9", output="out/")
    with pytest.raises(WrongUse, match="leave one of them out"):
        write(day, output="out/", combined="all.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["day.csv"]
