"""The desk at a real print system: what arrives at the printer, and what happens when it jams, goes away or dies."""

from __future__ import annotations

import datetime
import http.client
import os
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kit.cups import PrintSystem, print_system, wait_for
from kit.desk import Clerk, Clock, new_small_desk, schedule, small_clinic
from kit.desk_process import Running
from kit.packets import page_texts
from kit.running import environment
from kit.skipping import require

CANARY = "Zyxwvuta Canarybird"
PIPE = 65536
"""Bytes that a pipe holds."""
JOURNAL = "name: Alder Clinic\njournal:\n  keep_years: 6\n"
SETTINGS = f"{JOURNAL}printing:\n  printer: front-desk\n  duplex: true\n  copies: 2\n  staple: true\n  tray: tray-2\n"


def clerk_at(folder: Path, settings: str) -> Clerk:
    """A clerk at the desk of a new clinic."""
    clock = Clock()
    clock.now = datetime.datetime.now().astimezone()  # the journal has a clock of its own
    return Clerk.at(new_small_desk(small_clinic(folder, settings), clock))


def entries(clerk: Clerk) -> list[tuple[str, tuple[str, ...]]]:
    """What is in the journal, from the first print on."""
    journal = clerk.desk.printer.journal
    assert journal is not None and journal.verify().is_whole
    return [(row.entry.action, row.entry.jobs) for row in journal.rows()][2:]


def again(clerk: Clerk, number: str) -> None:
    row = clerk.row(number)
    form = {"printed": len(row.sets), "reason": "jammed", "taken": "yes"}
    clerk.post(f"/visit/{row.key}/again", form)


def administer(system: PrintSystem, *command: str) -> None:
    path = f"{os.environ['PATH']}:/usr/sbin"
    program = str(shutil.which(command[0], path=path))
    subprocess.run([program, *command[1:]], env=environment(CUPS_SERVER=system.server), check=True, capture_output=True)


def test_the_printer_gets_the_papers_byte_for_byte_with_the_settings_of_the_clinic(
    real: PrintSystem, tmp_path: Path
) -> None:
    clerk = clerk_at(tmp_path / "clinic", SETTINGS)
    clerk.load({"patient_name": CANARY})
    clerk.print("V-1")
    again(clerk, "V-1")
    done = clerk.row("V-1").sets
    jobs = [one.jobs[0] for one in done]
    assert entries(clerk) == [
        ("to-print", ()),
        ("printed", (jobs[0],)),
        ("to-print", ()),
        ("reprinted", (jobs[1],)),
    ]
    for one, job in zip(done, jobs, strict=True):
        arrived = real.printed(job)
        assert arrived == clerk.desk.printer.papers(clerk.row("V-1").key, one.serial)
        at = one.at.strftime("%-I:%M ") + one.at.strftime("%p").lower()
        assert f"Print {one.serial}, {at}" in page_texts(arrived)[0]
        title, copies, options = real.told(job)
        assert (title, copies) == ("consentkit V-1", "2")
        assert options >= {
            "sides=two-sided-long-edge",
            "finishings=4",
            "media=tray-2",
            "multiple-document-handling=separate-documents-collated-copies",
        }


def test_nothing_but_the_papers_themselves_tells_the_print_system_whose_they_are(
    real: PrintSystem, tmp_path: Path
) -> None:
    clerk = clerk_at(tmp_path / "clinic", SETTINGS)
    clerk.load({"patient_name": CANARY, "record_number": "MR-7712399"})
    clerk.print("V-1")
    (job,) = clerk.row("V-1").sets[0].jobs
    real.printed(job)
    wait_for(lambda: [path for path in kept_by(real) if path.name.startswith("c0")])  # its record of the job
    held = {path: data for path, data in kept_by(real).items() if not path.name.startswith("d0")}  # still to print
    assert not [path for path, data in held.items() if b"Canary" in data or b"7712399" in data]


def kept_by(real: PrintSystem) -> dict[Path, bytes]:
    """The files of a print system but what came out of its printers. It writes some of them anew all the time."""
    kept = {}
    for folder, _, names in os.walk(real.root):
        for path in [Path(folder) / name for name in names] if Path(folder).name not in {"paper", "bin"} else []:
            with suppress(OSError):
                if path.is_file():
                    kept[path] = path.read_bytes()
    return kept


def test_all_are_printed_in_the_order_of_the_day(real: PrintSystem, tmp_path: Path) -> None:
    clerk = clerk_at(tmp_path / "clinic", SETTINGS)
    names = ("Carl Cole", "Ann Abbot", "Bea Bold")
    page = clerk.load(*({"patient_name": name, "time": f"{9 - place:02}:00"} for place, name in enumerate(names)))
    assert "3 ready" in page
    clerk.post("/print-all", {"visits": " ".join(row.key for row in clerk.desk.day.rows())})
    rows = clerk.desk.day.rows()
    jobs = [row.sets[0].jobs[0] for row in rows]
    assert [int(job.rpartition("-")[2]) for job in jobs] == sorted(int(job.rpartition("-")[2]) for job in jobs)
    arrived = [page_texts(real.printed(job))[0] for job in jobs]
    assert [name in text for name, text in zip(reversed(names), arrived, strict=True)] == [True] * 3


def test_each_paper_is_a_set_of_its_own_where_the_clinic_says_so(real: PrintSystem, tmp_path: Path) -> None:
    require("/usr/lib/cups/filter/pdftopdf")
    settings = f"{JOURNAL}printing:\n  printer: with-driver\n  sets: true\n"
    clerk = clerk_at(tmp_path / "clinic", settings)
    clerk.load({})
    clerk.print("V-1")
    jobs = clerk.row("V-1").sets[0].jobs
    assert len(jobs) > 1
    told = [real.told(job)[2] for job in jobs]
    assert all("finishings=4" in options for options in told)
    assert len({option for options in told for option in options if option.startswith("page-ranges=")}) == len(jobs)
    assert entries(clerk)[-1] == ("printed", jobs)


def test_a_printer_that_is_jammed_gets_nothing_that_would_come_out_later(real: PrintSystem, tmp_path: Path) -> None:
    clerk = clerk_at(tmp_path / "clinic", SETTINGS)
    clerk.load({}, {})
    clerk.print("V-1")
    real.printed(clerk.row("V-1").sets[0].jobs[0])
    before = real.jobs()
    administer(real, "cupsdisable", "front-desk")
    try:
        clerk.print("V-2")
        assert "Nothing was printed: the printer `front-desk` has been stopped" in clerk.look()
        clerk.post("/print-all", {"visits": clerk.row("V-2").key})
        assert "Sent to the printer: 0 visits. Then the printer did not take the next one" in clerk.look()
        assert real.jobs() == before
        assert len(entries(clerk)) == 2, "what was not sent is no print"
    finally:
        administer(real, "cupsenable", "front-desk")
    clerk.print("V-2")
    assert b"%PDF" in real.printed(clerk.row("V-2").sets[0].jobs[0])


def test_a_queue_that_goes_away_is_replaced_by_no_other_one(real: PrintSystem, tmp_path: Path) -> None:
    administer(real, "lpadmin", "-p", "back-room", "-v", f"folder:{real.root}/paper", "-E")
    clerk = clerk_at(tmp_path / "clinic", SETTINGS)
    clerk.load({})
    clerk.post("/printer", {"printer": "back-room"})
    administer(real, "lpadmin", "-x", "back-room")
    before = real.jobs()
    clerk.print("V-1")
    assert "Nothing was printed: there is no printer `back-room`" in clerk.look()
    assert real.jobs() == before
    clerk.post("/printer", {"printer": "front-desk"})
    clerk.print("V-1")
    assert clerk.row("V-1").state.value == "printed"


@pytest.fixture
def mortal(monkeypatch: pytest.MonkeyPatch) -> Iterator[PrintSystem]:
    """A print system that may be killed."""
    with print_system() as system:
        monkeypatch.setenv("CUPS_SERVER", system.server)
        yield system


@pytest.mark.parametrize(
    ("moment", "expected", "said"),
    [
        ("before the job", [("to-print", ())], "Nobody knows yet whether these papers come out:"),
        ("after the job", [("to-print", ()), ("printed", ("front-desk-1",))], "Sent to the printer: print 1"),
    ],
)
def test_a_print_system_that_is_killed_between_intent_and_end(
    moment: str,
    expected: list[tuple[str, tuple[str, ...]]],
    said: str,
    mortal: PrintSystem,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kill = f"kill -9 {mortal.daemon.pid}\n"
    lines = (kill, '"$real" "$@"\n') if moment == "before the job" else ('"$real" "$@"\n', kill)
    program = tmp_path / "commands" / "lp"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nreal={shutil.which('lp')}\n{''.join(lines)}")
    program.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    clerk = clerk_at(tmp_path / "clinic", SETTINGS)
    clerk.load({})
    clerk.print("V-1")
    assert entries(clerk) == expected
    page = clerk.look()
    assert said in page
    assert ("did the papers come out?" in page) == (moment == "before the job")


def test_a_desk_that_is_killed_while_the_printer_takes_its_papers_sends_all_of_them_or_none(
    mortal: PrintSystem, run: Callable[..., Running], tmp_path: Path
) -> None:
    # Its own `lp` waits until the desk is dead; then the real one gets what it was given.
    program, dead, called = tmp_path / "commands" / "lp", tmp_path / "dead", tmp_path / "called"
    wait = f'touch {called}; while [ ! -e {dead} ]; do sleep 0.05; done; exec {which_lp()} "$@"'
    desk = run(CUPS_SERVER=mortal.server)
    program.write_text(f"#!/bin/sh\n{wait}\n")
    (program.parent / "lpstat").unlink()
    spoken = {"interpreter": "Ida Ames", "interpreter_is": "professional", "interpreter_language": "Spanish"}
    desk.load(schedule({"patient_name": CANARY, **spoken}))  # papers of more bytes than a pipe holds
    key = desk.key()
    press = threading.Thread(target=try_to, args=(lambda: desk.send(f"/visit/{key}/print", printed="0"),), daemon=True)
    press.start()
    wait_for(called.exists)
    desk.kill()
    dead.touch()
    press.join(60)
    arrived = mortal.printed("front-desk-1")
    assert arrived.startswith(b"%PDF") and arrived.rstrip().endswith(b"%%EOF")
    assert CANARY in page_texts(arrived)[0]
    assert len(arrived) > PIPE, "a pipe would have held no more"
    page = run(CUPS_SERVER=mortal.server).look()
    assert "Visit V-1, print 1 at" in page and "did the papers come out?" in page


def which_lp() -> str:
    return next(path for path in ("/usr/bin/lp", "/usr/local/bin/lp") if Path(path).exists())


def try_to(act: Callable[[], object]) -> None:
    with suppress(OSError, http.client.HTTPException):
        act()
