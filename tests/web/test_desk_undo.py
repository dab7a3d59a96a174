"""What a clerk takes back: a step of the day for a moment, a job of the printer, a set that counts for nothing."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from consentkit.operations.desk.undoing import SECONDS_TO_UNDO
from consentkit.web.sessions import OFFER_SECONDS
from kit.desk import Clerk, Clock, Printer, new_small_desk
from kit.packets import page_texts
from kit.small import CODE


def later(clock: Clock, seconds: float) -> None:
    clock.now += datetime.timedelta(seconds=seconds)


def states(clerk: Clerk) -> dict[str, str]:
    clerk.desk.day.prepare_all()
    return {row.number: row.state.value for row in clerk.desk.day.rows()}


def remove(clerk: Clerk, number: str) -> None:
    row = clerk.row(number)
    clerk.post(f"/visit/{row.key}/remove", {"revision": row.revision})


def test_a_visit_that_was_taken_off_the_list_comes_back_with_its_sets(clerk: Clerk, clock: Clock) -> None:
    clerk.load({}, {})
    clerk.print("V-1")
    later(clock, 1)
    remove(clerk, "V-1")
    page = clerk.look()
    assert "The visit was taken off the list. Undo" in page
    assert clerk.button("Undo").status_code == 303
    assert "Taken back." in clerk.look()
    assert states(clerk) == {"V-1": "printed", "V-2": "ready"}


@pytest.mark.parametrize("step", ["done", "kept", "saved", "remedied", "added", "loaded", "merged"])
def test_each_step_of_the_day_can_be_taken_back_and_leaves_nothing(step: str, clerk: Clerk, clock: Clock) -> None:
    if step != "loaded":
        clerk.load({"patient_name": "Nora Nie"}, {"procedures": f"{CODE} {CODE}"}, {})
    if step in {"done", "merged"}:
        clerk.print("V-1")
    if step == "kept":
        clerk.load({"patient_name": "Nora Nie"}, {"procedures": f"{CODE} {CODE}"})
    later(clock, 1)
    before = [(row.number, row.data, row.state) for row in clerk.desk.day.rows() if clerk.row(row.number)]
    key = clerk.row("V-1").key if before else ""
    match step:
        case "done":
            clerk.post(f"/visit/{key}/done", {"done": "yes"})
        case "kept":
            clerk.post(f"/visit/{clerk.row('V-3').key}/keep")
        case "saved":
            clerk.save("V-1", patient_name="Nora Nye")
        case "remedied":
            two = clerk.row("V-2")
            clerk.post(f"/visit/{two.key}/remedy", {"remedy": "once:", "revision": two.revision})
        case "added":
            typed = {"patient_name": "Wim Walk", "date_of_birth": "1990-01-02", "record_number": "MR-9"}
            clerk.post("/walk-in", {**typed, "procedures": CODE, "clinician": "Dr. Who"})
        case _:
            clerk.load({"patient_name": "Nora Nye"}, {"visit": "V-9"})

    def now() -> list[tuple[object, ...]]:
        clerk.desk.day.prepare_all()
        return [(row.number, row.data, row.state) for row in clerk.desk.day.rows()]

    assert now() != before
    clerk.button("Undo")
    assert now() == before


def test_a_schedule_that_was_taken_back_can_be_loaded_again(clerk: Clerk) -> None:
    clerk.load({"patient_name": "Nora Nie"})
    clerk.load({"patient_name": "Nora Nye"})
    clerk.button("Undo")
    assert "1 changed (V-1)" in clerk.load({"patient_name": "Nora Nye"})


def test_the_notice_stays_for_ten_seconds_however_often_the_page_is_shown(clerk: Clerk, clock: Clock) -> None:
    clerk.load({})
    remove(clerk, "V-1")
    assert all("taken off the list. Undo" in clerk.look() for _ in range(3))
    later(clock, OFFER_SECONDS)
    assert "Undo" not in clerk.look().split("Keyboard shortcuts")[0]


def test_a_step_is_taken_back_once_and_not_after_a_minute(clerk: Clerk, clock: Clock) -> None:
    clerk.load({}, {})
    steps = []
    for number in ("V-1", "V-2"):
        remove(clerk, number)
        steps.append(next(part for part in clerk.get("/").get_data(as_text=True).split('"') if "/undo/" in part))
    later(clock, SECONDS_TO_UNDO - 1)
    clerk.post(steps[0])
    clerk.post(steps[0])
    assert "It is too late to take this back." in clerk.look()
    later(clock, 2)
    clerk.post(steps[1])
    assert "It is too late to take this back." in clerk.look()
    assert states(clerk) == {"V-1": "ready"}
    remove(clerk, "V-1")
    later(clock, SECONDS_TO_UNDO + 1)
    clerk.desk.day.end_if_over()
    assert not clerk.desk.day._steps._steps, "it holds visits, so it does not wait for anybody to look"


def test_what_has_changed_since_is_not_taken_back(clerk: Clerk, printer: Printer, clock: Clock) -> None:
    clerk.load({"patient_name": "Nora Nie"})
    for change in (
        lambda: clerk.save("V-1", patient_name="Nora Noe"),
        lambda: clerk.print("V-1"),
        lambda: remove(clerk, "V-1"),
    ):
        clerk.save("V-1", patient_name="Nora Nye")
        step = next(part for part in clerk.get("/").get_data(as_text=True).split('"') if "/undo/" in part)
        later(clock, 1)
        change()
        clerk.post(step)
        assert "nothing was taken back" in clerk.look()
    assert len(printer.sets) == 1


def test_two_visits_never_have_one_number_after_a_step_was_taken_back(clerk: Clerk) -> None:
    clerk.load({})
    remove(clerk, "V-1")
    step = next(part for part in clerk.get("/").get_data(as_text=True).split('"') if "/undo/" in part)
    clerk.load({"patient_name": "Somebody Else"})
    clerk.post(step)
    assert "nothing was taken back" in clerk.look()
    assert states(clerk) == {"V-1": "ready"}


def test_two_visits_that_a_schedule_gave_one_number_keep_nobody_from_undoing(clerk: Clerk) -> None:
    clerk.load({"visit": "V-1"}, {"visit": "V-1", "patient_name": "Somebody Else"}, {"visit": "V-2"})
    remove(clerk, "V-2")
    clerk.button("Undo")
    assert "Taken back." in clerk.look()
    assert sorted(row.number for row in clerk.desk.day.rows()) == ["V-1", "V-1", "V-2"]


def test_a_step_that_loaded_nothing_takes_back_nothing_that_was_loaded_since(clerk: Clerk) -> None:
    clerk.load({"patient_name": "Nora Nie"}, {})
    clerk.save("V-1", patient_name="Nora Nye")
    clerk.save("V-2", patient_name="Bea B")
    step = next(part for part in clerk.get("/").get_data(as_text=True).split('"') if "/undo/" in part)
    clerk.load({"patient_name": "Nora Nye"}, {})
    clerk.save("V-1", patient_name="Nora Noe")
    clerk.post(step)
    assert "Taken back." in clerk.look()
    clerk.load({"patient_name": "Nora Nye"}, {})
    assert clerk.row("V-1").data["patient"]["name"] == "Nora Noe", "the schedule says of it what it said before"


def test_a_form_that_was_shown_before_a_step_was_taken_back_changes_nothing(clerk: Clerk) -> None:
    clerk.load({"patient_name": "Nora Nie"})
    clerk.save("V-1", patient_name="Nora Nye")
    between = clerk.row("V-1")
    clerk.button("Undo")
    clerk.post(f"/visit/{between.key}/remove", {"revision": between.revision})
    assert "Somebody has just changed this visit." in clerk.look()
    assert clerk.row("V-1").visit.patient.name == "Nora Nie"  # type: ignore[union-attr]


def test_a_page_that_is_locked_or_a_day_that_has_ended_holds_no_step(clerk: Clerk) -> None:
    clerk.load({}, {})
    remove(clerk, "V-1")
    step = next(part for part in clerk.get("/").get_data(as_text=True).split('"') if "/undo/" in part)
    clerk.post("/lock")
    clerk.get("/locked")
    clerk.post("/unlock")
    assert "taken off the list" not in clerk.look()
    remove(clerk, "V-2")
    clerk.post("/end")
    clerk.post(step)
    assert "It is too late" in clerk.look() and states(clerk) == {}


def test_a_job_is_cancelled_and_its_set_is_told_from_the_next(clerk: Clerk, printer: Printer, clock: Clock) -> None:
    clerk.load({})
    clerk.print("V-1")
    assert "print 1 of visit V-1. Cancel the job" in clerk.look()
    clerk.button("Cancel the job")
    assert "print 1 does not count" in clerk.look()
    assert printer.cancelled == ["front-desk-1"] and states(clerk) == {"V-1": "ready"}
    later(clock, 60)
    clerk.print("V-1")
    assert "Print 2, 7:53 am" in page_texts(printer.sets[-1])[0]


def test_a_job_that_is_done_can_not_be_cancelled_and_its_set_still_counts(clerk: Clerk, printer: Printer) -> None:
    clerk.load({})
    clerk.print("V-1")
    (printer.folder / "finished").touch()
    clerk.button("Cancel the job")
    assert "The printer has done with this job." in clerk.look()
    assert states(clerk) == {"V-1": "printed"}


def test_a_set_that_does_not_count_is_void_in_the_journal_and_after_a_restart(
    kept: Path, clock: Clock, printer: Printer
) -> None:
    clerk = Clerk.at(new_small_desk(kept, clock))
    clerk.load({})
    clerk.print("V-1")
    row = clerk.row("V-1")
    address = f"/visit/{row.key}/set/1/void"
    assert "Print 1 of visit V-1 does not count" in clerk.look(address)
    assert clerk.post(address, {"reason": "because Nora said so"}).status_code == 400
    clerk.post(address, {"reason": "wrong-particulars"})
    assert "Print 1 does not count any more." in clerk.look()
    clerk.post(address, {"reason": "wrong-particulars"})
    assert "This set does not count any more." in clerk.look()
    journal = clerk.desk.printer.journal
    assert journal is not None
    printed, void = [one for one in journal.rows() if one.entry.action in {"printed", "voided"}]
    assert (void.entry.refers, void.entry.reason, void.entry.print_number) == (printed.seq, "wrong-particulars", 1)
    again = Clerk.at(new_small_desk(kept, clock))
    again.load({})
    assert states(again) == states(clerk) == {"V-1": "ready"}
    again.print("V-1")
    assert "Print 2, " in page_texts(printer.sets[-1])[0]


def test_a_set_still_counts_where_the_journal_can_not_have_that_it_does_not(
    kept: Path, clock: Clock, printer: Printer
) -> None:
    clerk = Clerk.at(new_small_desk(kept, clock))
    clerk.load({})
    clerk.print("V-1")
    clerk.desk.printer.journal.close()  # type: ignore[union-attr]
    clerk.post(f"/visit/{clerk.row('V-1').key}/set/1/void", {"reason": "lost"})
    assert states(clerk) == {"V-1": "printed"}


@pytest.mark.parametrize(("reason", "state"), [("jammed", "ready"), ("lost", "ready"), ("more-copies", "printed")])
def test_papers_that_were_taken_out_do_not_count_again_when_those_instead_of_them_are_cancelled(
    reason: str, state: str, kept: Path, clock: Clock, printer: Printer
) -> None:
    clerk = Clerk.at(new_small_desk(kept, clock))
    clerk.load({})
    clerk.print("V-1")
    clerk.post(f"/visit/{clerk.row('V-1').key}/again", {"printed": 1, "reason": reason, "taken": "yes"})
    assert len(printer.sets) == 2 and states(clerk) == {"V-1": "printed"}
    clerk.button("Cancel the job")
    assert printer.cancelled == ["front-desk-2"] and states(clerk) == {"V-1": state}
    again = Clerk.at(new_small_desk(kept, clock))
    again.load({})
    assert states(again) == {"V-1": state}


def test_a_job_that_was_taken_back_does_not_count_also_where_the_journal_can_not_have_that(
    kept: Path, clock: Clock, printer: Printer
) -> None:
    clerk = Clerk.at(new_small_desk(kept, clock))
    clerk.load({})
    clerk.print("V-1")
    clerk.desk.printer.journal.close()  # type: ignore[union-attr]
    clerk.post(f"/visit/{clerk.row('V-1').key}/set/1/cancel")
    assert printer.cancelled == ["front-desk-1"] and states(clerk) == {"V-1": "ready"}
