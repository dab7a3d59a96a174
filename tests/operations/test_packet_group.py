"""Packets that are written one after the other and get their names together: what the system does, in which order.

The script makes three packets of a clinic that keeps a journal and records, and prints the name of each as it is
handed back.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.operations.packet_events import PacketWritten, VisitPassedOver, VisitRefused
from consentkit.operations.packet_files import write_packets
from consentkit.operations.packets import PacketOptions, PacketsInTurn
from consentkit.operations.schedule import VisitEntry, read_requested
from consentkit.operations.targets import PacketTargets
from consentkit.processes.whole_files import UNFINISHED
from kit.injecting import may_trace
from kit.packets import write_schedule
from kit.running import environment
from kit.skipping import needs
from kit.small import make_clinic, write_procedure

DRAFTS = PacketOptions(allow_drafts=True)
LONG = 1e9
KEEPS_RECORDS = "records:\n  keep_years: 6\n"
KEEPS_ALL = "journal:\n  keep_years: 6\n" + KEEPS_RECORDS
ONCE_A_DAY = {"procedures": "DAY-1", "record_number": "MR-1"}
CHILD_INTERPRETS = {"interpreter": "Bo Nye", "interpreter_is": "child"}

SCRIPT = """
import sys
from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.operations.packet_files import write_packets
from consentkit.operations.packets import PacketOptions
from consentkit.operations.schedule import read_requested
from consentkit.operations.targets import PacketTargets
clinic, store, day, output = sys.argv[1:]
workspace = open_workspace(clinic, open_store(store))
targets = PacketTargets(read_requested(day), output=output)
for event in write_packets(workspace, targets, PacketOptions(allow_drafts=True), print, patience=1e9):
    print(f"said {type(event).__name__} {getattr(event, 'file', None)}", flush=True)
"""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A clinic, and a cache with its documents."""
    clinic, store = make_clinic(tmp_path_factory.mktemp("clinic")), tmp_path_factory.mktemp("store")
    write_procedure(clinic / "procedures", code="DAY-1", billing={"role": "primary", "once_a_day": True})
    return clinic, store


@pytest.fixture(scope="module")
def workspace(places: tuple[Path, Path]) -> OpenWorkspace:
    clinic, store = places
    return open_workspace(clinic, open_store(store))


@pytest.fixture
def events(workspace: OpenWorkspace, tmp_path: Path) -> Callable[..., Any]:
    """Make the packets of a day, which wait for one another for as long as they can.

    `meanwhile` happens once the first one has been made.
    """

    def begun(
        *rows: dict[str, Any],
        patience: float = LONG,
        numbers: Sequence[str] = (),
        meanwhile: Callable[[], object] = tuple,
        clinic: OpenWorkspace = workspace,
    ) -> Any:
        visits = read_requested(str(write_schedule(tmp_path / "day.csv", *rows)), numbers=numbers)

        def entries() -> Iterator[VisitEntry]:
            for index, entry in enumerate(visits.entries):
                if index == 1:
                    meanwhile()
                yield entry

        targets = PacketTargets(replace(visits, entries=entries()), output=f"{tmp_path}/out/")
        return write_packets(clinic, targets, DRAFTS, lambda _: None, patience=patience)

    return begun


def traced(places: tuple[Path, Path], tmp_path: Path, *options: str) -> tuple[list[str], list[str], Path]:
    """Run the script on a clinic that keeps all. Returns the calls that matter, what was printed, and the clinic."""
    clinic, store = tmp_path / "clinic", places[1]
    clinic.mkdir()
    make_clinic(clinic)
    (clinic / "clinic.yaml").write_text((places[0] / "clinic.yaml").read_text() + KEEPS_ALL)
    day, log = write_schedule(tmp_path / "day.csv", {}, {}, {}), tmp_path / "log"
    calls = "trace=syncfs,fsync,fdatasync,rename,renameat,renameat2,write"
    script = [sys.executable, "-c", SCRIPT, str(clinic), str(store), str(day), f"{tmp_path}/out/"]
    done = subprocess.run(
        ["strace", "-qq", "-y", "-s", "200", "-e", calls, "-o", str(log), *options, *script],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line for line in log.read_text().splitlines() if str(tmp_path) in line], done.stdout.splitlines(), clinic


@needs("strace", allowed=may_trace, otherwise="no process may be traced")
def test_one_call_makes_all_safe_then_come_records_journal_names_and_only_then_words(
    places: tuple[Path, Path], tmp_path: Path
) -> None:
    calls, said, _ = traced(places, tmp_path)
    assert [line.split()[1] for line in said] == ["PacketWritten"] * 3
    packets = rf"{re.escape(str(tmp_path))}/out"

    def places_of(pattern: str) -> list[int]:
        return [number for number, call in enumerate(calls) if re.search(pattern, call)]

    written = places_of(rf"^write\(\d+<{packets}/\.consentkit-")
    whole = places_of(rf"^syncfs\(\d+<{packets}>\) = 0")
    one_by_one = places_of(rf"^f(data)?sync\(\d+<{packets}/")
    records = places_of(r"^rename.*records/.*\.json")
    entries = places_of(r"^f(data)?sync\(\d+<.*/journal/.*-wal")
    named = places_of(rf"^rename.*{packets}/2026-11-23-V-\d\.pdf")
    of_folder = places_of(rf"^fsync\(\d+<{packets}>\)")
    spoken = places_of(r'^write\(1<.*"said ')
    assert len(named) == 3 and len(spoken) == 3 and len(records) == 3
    assert whole or len(one_by_one) == 3  # the file systems that are synced as a whole are listed
    safe = max(whole or one_by_one)
    assert len(whole) <= 1
    assert max(written) < safe < min(records)
    assert any(max(records) < entry < min(named) for entry in entries)
    assert any(max(named) < made_safe < min(spoken) for made_safe in of_folder)


@needs("strace", allowed=may_trace, otherwise="no process may be traced")
def test_where_the_disk_does_not_take_them_no_visit_has_a_packet_and_nothing_stays(
    places: tuple[Path, Path], tmp_path: Path
) -> None:
    _, said, clinic = traced(places, tmp_path, "-e", "inject=syncfs:error=EIO")
    assert said == ["said VisitRefused None"] * 3
    assert list((tmp_path / "out").iterdir()) == []
    assert not [path for path in (clinic / "records").rglob("*") if path.is_file()]


def test_nothing_has_a_name_before_all_are_there_and_then_each_is_its_own_packet(
    events: Callable[..., Any], tmp_path: Path
) -> None:
    made = events({}, CHILD_INTERPRETS, {})
    first = next(made)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["2026-11-23-V-1.pdf", "2026-11-23-V-3.pdf"]
    refused, third = made
    assert isinstance(first, PacketWritten) and isinstance(refused, VisitRefused) and isinstance(third, PacketWritten)
    for event in (first, third):
        assert event.made.packet.pdf == b"" and event.made.pdf == Path(str(event.file)).read_bytes() != b""
        assert event.made.size == len(event.made.pdf)
    assert first.made.pdf != third.made.pdf


def test_a_visit_that_comes_again_finds_its_packet_where_it_would_be_without_waiting(
    events: Callable[..., Any], tmp_path: Path
) -> None:
    (file,) = (event.file for event in events({}))
    written, refused = events({}, {"visit": "V-1"})
    assert isinstance(written, PacketWritten) and isinstance(refused, VisitRefused)
    assert refused.refused.earlier.fate == "absent"  # the one of the first row stays, and is not that of an earlier run
    assert Path(file).is_file()
    list(events({"visit": "V-1", "date": "2026-11-24"}, {"visit": "v-2"}))
    assert sorted(path.name for path in (tmp_path / "out").iterdir())[1:] == [
        "2026-11-23-v-2.pdf",
        "2026-11-24-V-1.pdf",
    ]


def test_a_visit_whose_packet_cannot_take_its_name_counts_for_no_other_of_its_patient(
    events: Callable[..., Any], tmp_path: Path
) -> None:
    place = tmp_path / "out" / "2026-11-23-V-1.pdf"
    kinds = [type(event) for event in events(ONCE_A_DAY, ONCE_A_DAY, meanwhile=place.mkdir)]
    assert kinds == [VisitRefused, PacketWritten]


def test_a_visit_that_is_passed_over_is_compared_with_what_has_its_packet_only(
    events: Callable[..., Any], tmp_path: Path
) -> None:
    place = tmp_path / "out" / "2026-11-23-V-1.pdf"
    day = (ONCE_A_DAY, ONCE_A_DAY, ONCE_A_DAY)
    first, passed_over, third = events(*day, meanwhile=place.mkdir, numbers=["V-1", "V-3"])
    assert (type(first), type(passed_over), type(third)) == (VisitRefused, VisitPassedOver, VisitRefused)
    assert [problem.rule for problem in third.refused.problems] == ["once-a-day"]  # as V-2 has it


def test_a_packet_that_cannot_be_written_has_no_record_and_one_without_a_record_has_no_file(
    events: Callable[..., Any], places: tuple[Path, Path], tmp_path: Path
) -> None:
    clinic = tmp_path / "clinic"
    clinic.mkdir()
    make_clinic(clinic)
    (clinic / "clinic.yaml").write_text((places[0] / "clinic.yaml").read_text() + KEEPS_RECORDS)
    keeping = open_workspace(clinic, open_store(places[1]))
    (tmp_path / "out").mkdir()
    mine = tmp_path / "out" / "2026-11-23-V-1.pdf"
    mine.write_text("a text of mine", encoding="utf-8")
    assert [type(event) for event in events({}, {}, clinic=keeping)] == [VisitRefused, PacketWritten]
    kept = [json.loads(file.read_bytes())["visit"] for file in (clinic / "records").glob("????-??-??/*.json")]
    assert kept == ["V-2"]

    shutil.rmtree(clinic / "records")
    (clinic / "records").write_text("no folder", encoding="utf-8")
    mine.unlink()
    going_on = events({}, {}, clinic=keeping, patience=0)
    assert type(next(going_on)) is VisitRefused
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["2026-11-23-V-2.pdf"]  # of the run before


def test_a_packet_whose_file_cannot_be_asked_has_no_size(events: Callable[..., Any]) -> None:
    (event,) = events({})
    assert replace(event.made, file=Path("x" * 300)).size == 0


def test_what_a_killed_run_has_left_is_removed_by_a_later_one(events: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    old, new = (tmp_path / "out" / f".consentkit-{digit * 16}.tmp" for digit in "01")
    for left in (old, new):
        left.write_bytes(b"a packet")
    os.utime(old, (1e9, 1e9))
    list(events({}))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [new.name, "2026-11-23-V-1.pdf"]


def test_a_run_that_is_ended_leaves_what_it_has_said_and_nothing_else(
    events: Callable[..., Any], tmp_path: Path
) -> None:
    made = events({}, {}, {}, patience=0)
    said = next(made)
    made.close()
    assert [str(path) for path in (tmp_path / "out").iterdir()] == [said.file]


def test_a_run_that_is_interrupted_while_packets_wait_removes_them(
    events: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = PacketsInTurn.make, list[int]()

    def make(*arguments: Any, **options: Any) -> Any:
        calls.append(len(calls))
        if len(calls) == 3:
            waiting = list((tmp_path / "out").iterdir())
            assert len(waiting) == 2 and all(UNFINISHED.fullmatch(path.name) for path in waiting)
            raise KeyboardInterrupt
        return real(*arguments, **options)

    monkeypatch.setattr(PacketsInTurn, "make", make)
    with pytest.raises(KeyboardInterrupt):
        list(events({}, {}, {}))
    assert list((tmp_path / "out").iterdir()) == []
