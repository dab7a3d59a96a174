"""What the journal has of the prints of a desk, and what a desk that starts again learns from it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from consentkit.operations.journal import open_journal, who_asks
from kit.desk import Clerk, Clock, Printer, new_small_desk, small_clinic
from kit.packets import page_texts


@pytest.fixture
def now(today: datetime.date) -> Clock:  # on which the test ends, too
    clock = Clock()
    clock.now = datetime.datetime.now().astimezone()  # the journal has a clock of its own
    return clock


def entries(clerk: Clerk) -> list[tuple[str, int | None, str | None, tuple[str, ...]]]:
    journal = clerk.desk.printer.journal
    assert journal is not None
    assert journal.verify().is_whole
    return [(one.entry.action, one.entry.print_number, one.entry.reason, one.entry.jobs) for one in journal.rows()]


def test_the_intent_comes_before_the_job_and_its_number_after(kept: Path, now: Clock, printer: Printer) -> None:
    clerk = Clerk.at(new_small_desk(kept, now))
    clerk.load({"patient_name": "Zyxwvuta Canarybird", "record_number": "MR-77123"})
    clerk.print("V-1")
    key = clerk.row("V-1").key
    clerk.post(f"/visit/{key}/again", {"printed": "1", "reason": "jammed", "taken": "yes"})
    assert entries(clerk)[1:] == [
        ("loaded", None, None, ()),
        ("to-print", 1, None, ()),
        ("printed", 1, None, ("front-desk-1",)),
        ("to-print", 2, "jammed", ()),
        ("reprinted", 2, "jammed", ("front-desk-2",)),
    ]
    files = b"".join(path.read_bytes() for path in (kept / "journal").iterdir())
    assert b"Canary" not in files and b"-77123" not in files


def test_a_printer_that_refuses_is_in_the_journal(kept: Path, now: Clock, printer: Printer) -> None:
    clerk = Clerk.at(new_small_desk(kept, now))
    clerk.load({})
    printer.jam()
    clerk.print("V-1")
    assert [one[0] for one in entries(clerk)][-2:] == ["to-print", "not-printed"]


def test_a_desk_that_starts_again_knows_what_was_printed_and_whether_it_still_holds(
    kept: Path, now: Clock, printer: Printer
) -> None:
    before = Clerk.at(new_small_desk(kept, now))
    before.load({"patient_name": "Ann A"}, {"patient_name": "Bea B"}, {"patient_name": "Cyd C"})
    before.print("V-1")
    before.print("V-2")
    before.desk.printer.journal.close()  # type: ignore[union-attr]
    after = Clerk.at(new_small_desk(kept, now))
    after.load({"patient_name": "Ann A"}, {"patient_name": "Bea Bee"}, {"patient_name": "Cyd C"})
    assert {row.number: row.state.value for row in after.desk.day.rows()} == {
        "V-1": "printed",
        "V-2": "changed",
        "V-3": "ready",
    }
    key = after.row("V-1").key
    after.post(f"/visit/{key}/again", {"printed": "1", "reason": "more-copies"})
    assert "Print 2, " in page_texts(printer.sets[-1])[0]


@pytest.mark.parametrize(("answer", "action", "state"), [("yes", "printed", "changed"), ("no", "not-printed", "ready")])
def test_a_print_that_nobody_knows_the_end_of_is_asked_about(
    answer: str, action: str, state: str, kept: Path, now: Clock, printer: Printer
) -> None:
    stopped = Clerk.at(new_small_desk(kept, now))
    stopped.load({})
    row = stopped.row("V-1")
    made = stopped.desk.day.maker.make(row.entry)
    from consentkit.operations.journal import intent_for

    journal = open_journal(stopped.desk.day.maker.workspace)
    assert journal is not None
    journal.intend(intent_for(made.packet, who_asks(), printer="front-desk"))  # type: ignore[union-attr]
    journal.close()
    clerk = Clerk.at(new_small_desk(kept, now))
    page = clerk.load({})
    assert "Visit V-1, print 1 at" in page and "did the papers come out?" in page
    seq = clerk.desk.printer.lost()[0].seq
    clerk.post(f"/lost/{seq}", {"came_out": answer})
    assert "did the papers come out?" not in clerk.look()
    assert entries(clerk)[-1][0] == action
    assert clerk.row("V-1").state.value == state


def test_a_printer_that_takes_some_papers_only_is_in_the_journal(tmp_path: Path, now: Clock, printer: Printer) -> None:
    settings = "name: Alder Clinic\njournal:\n  keep_years: 6\nprinting:\n  sets: true\n"
    clerk = Clerk.at(new_small_desk(small_clinic(tmp_path / "sets", settings), now))
    clerk.load({})
    lp = printer.folder.parent / "commands" / "lp"
    lp.write_text(f'{lp.read_text()}touch "{printer.folder}/jam"\n')
    (lp.parent / "lpoptions").write_text("#!/bin/sh\n")
    (lp.parent / "lpoptions").chmod(0o700)
    clerk.print("V-1")
    assert "Only some of these papers were printed; take them out of the tray:" in clerk.look()
    assert [(one[0], one[3]) for one in entries(clerk)][-2:] == [
        ("to-print", ()),
        ("printed-partly", ("front-desk-1",)),
    ]
    assert clerk.row("V-1").state.value == "ready"
    (printer.folder / "jam").unlink()
    clerk.post("/print-all", {"visits": clerk.row("V-1").key})
    assert "0 visits. Then only some papers of visit V-1 were printed" in clerk.look()


def test_where_printing_all_stops_amid_a_job_the_page_says_which_one_nobody_knows_of(
    kept: Path, now: Clock, printer: Printer
) -> None:
    clerk = Clerk.at(new_small_desk(kept, now))
    clerk.load({}, {}, {})
    lp = printer.folder.parent / "commands" / "lp"
    lp.write_text(lp.read_text().replace("#!/bin/sh\n", f'#!/bin/sh\n[ -e "{printer.folder}/called" ] && kill -9 $$\n'))
    clerk.post("/print-all", {"visits": " ".join(row.key for row in clerk.desk.day.rows())})
    page = clerk.look()
    assert "Sent to the printer: 1 visit. Nobody knows yet whether the papers of visit V-2 come out:" in page
    assert "Visit V-2, print 1 at" in page and "did the papers come out?" in page
    assert [one[0] for one in entries(clerk)][-3:] == ["to-print", "printed", "to-print"]


def test_what_fails_at_another_step_is_not_said_of_papers(kept: Path, now: Clock, printer: Printer) -> None:
    clerk = Clerk.at(new_small_desk(kept, now))
    clerk.load({})
    clerk.print("V-1")
    clerk.desk.printer.journal.close()  # type: ignore[union-attr]
    key = clerk.row("V-1").key
    for step in ("cancel", "void"):
        clerk.post(f"/visit/{key}/set/1/{step}", {"reason": "lost"})
        assert "Nothing was printed" not in clerk.look()
    clerk.post(f"/visit/{key}/again", {"printed": 1, "reason": "lost", "taken": "yes"})
    assert "Nothing was printed" in clerk.look()
