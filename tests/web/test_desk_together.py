"""Printing all that are ready where there is no print queue: one file for the dialog of the browser, and a question."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pypdf import PdfWriter

from consentkit.operations.journal import JournalRow
from kit.desk import Clerk, Clock, Printer, new_small_desk, small_clinic
from kit.packets import page_texts
from kit.small import NO_PAPERS_DUE, WITH_JOURNAL

NAMES = ("Ann A", "Bea B", "Cyd C")


def opened(clinic: Path, clock: Clock, **last: str) -> Clerk:
    """A clerk with three visits and no print queue. `last` is what the one that is earliest has beside."""
    clerk = Clerk.at(new_small_desk(clinic, clock))
    clerk.post("/printer", {"printer": "-"})
    rows = [{"patient_name": name, "time": f"{9 - place}:00".zfill(5)} for place, name in enumerate(NAMES)]
    clerk.load(*rows[:2], {**rows[2], **last})
    return clerk


def one_page(folder: Path) -> str:
    """A file of somebody else, which ends a packet on the front of a sheet."""
    folder.mkdir()
    writer = PdfWriter()
    writer.add_blank_page(612, 792)
    writer.write(folder / "map.pdf")
    return "map.pdf"


@pytest.fixture
def clerk_here(tmp_path: Path, clock: Clock, printer: Printer) -> Clerk:
    return opened(small_clinic(tmp_path / "clinic", WITH_JOURNAL), clock)


def begin(clerk: Clerk) -> str:
    """Press the button, and say where the page is that prints."""
    page = clerk.get("/").get_data(as_text=True)
    keys = " ".join(re.findall(r'name="visits" value="([^"]*)"', page)).split()
    assert f"Print all ready ({len(keys)})" in page
    location = clerk.post("/print-all", {"visits": " ".join(keys)}).location
    assert location is not None
    return str(location)


def prints(clerk: Clerk) -> list[JournalRow]:
    journal = clerk.desk.printer.journal
    assert journal is not None and journal.verify().is_whole
    return [one for one in journal.rows() if "print" in one.entry.action]


def states(clerk: Clerk) -> list[str]:
    return [clerk.row(f"V-{number}").state.value for number in (1, 2, 3)]


@pytest.mark.parametrize("is_duplex", [True, False])
def test_all_sets_are_one_file_in_the_order_of_the_day_each_from_a_fresh_sheet(
    is_duplex: bool, tmp_path: Path, clock: Clock, printer: Printer
) -> None:
    settings = f"name: Alder Clinic\n{NO_PAPERS_DUE}" + ("printing:\n  duplex: true\n" if is_duplex else "")
    clinic = small_clinic(tmp_path / "clinic", settings)
    clerk = opened(clinic, clock, extra=one_page(clinic / "extra"))
    texts = page_texts(clerk.get(begin(clerk) + ".pdf").data)
    owners = [next((name for name in NAMES if name in text), "") for text in texts]
    firsts = [owners.index(name) for name in ("Cyd C", "Bea B", "Ann A")]
    assert firsts == sorted(firsts) and firsts[0] == 0
    pages = [clerk.desk.day.row(one.key).check.pages for one in clerk.desk.together.open_files()[0].sets]  # type: ignore[union-attr]
    if is_duplex:
        assert [first % 2 for first in firsts] == [0, 0, 0] and any(count % 2 for count in pages)
    else:
        assert len(texts) == sum(pages), "no blank page where one side is printed"
    assert all("Print 1, 7:52 am" in text for text, owner in zip(texts, owners, strict=True) if owner)


def test_each_set_is_recorded_before_the_file_is_there_and_ends_when_somebody_says_so(clerk_here: Clerk) -> None:
    page = begin(clerk_here)
    assert [one.entry.action for one in prints(clerk_here)] == ["to-print"] * 3
    assert "Being printed" in clerk_here.look() and "Did they all come out?" in clerk_here.look(page)
    clerk_here.post(page, {"all": "yes"})
    assert "Printed: 3 sets." in clerk_here.look()
    ends = prints(clerk_here)[3:]
    assert [(one.entry.action, one.entry.visit) for one in ends] == [
        ("printed", number) for number in ("V-3", "V-2", "V-1")
    ]
    assert all(one.entry.seal and one.entry.printer is None for one in ends)
    assert states(clerk_here) == ["printed"] * 3


def test_what_did_not_come_out_is_ready_again_and_gets_another_number(clerk_here: Clerk, printer: Printer) -> None:
    page = begin(clerk_here)
    keys = [clerk_here.row(f"V-{number}").key for number in (1, 3)]
    clerk_here.post(page, {"all": "no", "set": keys})
    assert "Printed: 2 sets. 1 did not come out" in clerk_here.look()
    assert states(clerk_here) == ["printed", "ready", "printed"]
    (failed,) = [one for one in prints(clerk_here) if one.entry.action == "not-printed"]
    assert (failed.entry.visit, failed.entry.reason) == ("V-2", "nothing-came-out")
    clerk_here.post("/printer", {"printer": "front-desk"})
    clerk_here.print("V-2")
    assert "Print 2, " in page_texts(printer.sets[0])[0]


def test_enter_among_the_ticks_says_what_they_say(clerk_here: Clerk) -> None:
    page = clerk_here.get(begin(clerk_here))
    forms = re.findall(r"<form .*?</form>", page.get_data(as_text=True), re.DOTALL)
    (form,) = [form for form in forms if 'type="checkbox"' in form]
    first_button = dict(re.findall(r'<button[^>]* name="(\w+)" value="(\w+)"', form)[:1])
    first, *others = re.findall(r'name="set" [^>]*value="(\w+)"', form)
    clerk_here.post(str(page.request.path), {**first_button, "set": others})
    assert clerk_here.desk.day.row(first).state.value == "ready"
    assert sorted(states(clerk_here)) == ["printed", "printed", "ready"]


def test_nobody_prints_or_changes_a_set_until_it_is_known_what_came_out(clerk_here: Clerk, printer: Printer) -> None:
    begin(clerk_here)
    clerk_here.print("V-1")
    assert "just being printed" in clerk_here.look()
    clerk_here.save("V-1", patient_name="Somebody Else")
    assert "just being printed" in clerk_here.look()
    keys = [clerk_here.row("V-1").key]
    clerk_here.post("/print-all", {"visits": " ".join(keys)})
    assert "not ready" in clerk_here.look()
    assert len(prints(clerk_here)) == 3 and printer.sets == []


def test_the_page_of_the_day_asks_until_somebody_has_answered_once(clerk_here: Clerk, clock: Clock) -> None:
    page = begin(clerk_here)
    other = Clerk.at(clerk_here.desk)
    assert "3 sets were given to the print dialog at 7:52 am. Did they all come out?" in other.look()
    other.button("They all came out")
    assert "Did they all come out?" not in other.look()
    clerk_here.post(page, {"all": "no"})
    assert "Somebody has already said what came out" in clerk_here.look()
    assert states(clerk_here) == ["printed"] * 3


def test_a_program_that_was_stopped_before_the_answer_asks_about_each_set(
    clerk_here: Clerk, clock: Clock, printer: Printer
) -> None:
    begin(clerk_here)
    assert "The program was stopped" not in clerk_here.look()
    clinic = clerk_here.desk.day.maker.place.folder
    assert clinic is not None
    again = opened(clinic, clock)
    assert again.look().count("did the papers come out?") == 3


def test_papers_that_are_on_their_way_are_not_offered_to_be_printed_with_all_others(clerk_here: Clerk) -> None:
    clerk_here.save("V-3", patient_name="")
    begin(clerk_here)
    assert "Print all ready" not in clerk_here.look().split("Keyboard shortcuts")[0]
    clerk_here.save("V-3", patient_name="Cyd C")
    assert "Print all ready (1)" in clerk_here.look()


def test_papers_that_have_changed_since_are_not_in_the_file(clerk_here: Clerk) -> None:
    page = begin(clerk_here)
    clerk_here.load({"patient_name": "Somebody Else", "time": "09:00"}, {"time": "08:00"}, {"time": "07:00"})
    answer = clerk_here.get(page + ".pdf")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409 and answer.location is None, "what is in the frame is printed"
    assert "The papers have changed just now" in text and "Somebody Else" not in text


@pytest.mark.parametrize("is_one", [True, False])
def test_the_dialog_opens_by_itself_once_and_not_for_whoever_looks(is_one: bool, clerk_here: Clerk) -> None:
    page = str(clerk_here.print("V-1").location if is_one else begin(clerk_here))
    at_once = ['data-at-once="yes"' in clerk_here.get(page).get_data(as_text=True) for _ in range(2)]
    assert at_once == [True, False]
    assert "data-at-once" not in Clerk.at(clerk_here.desk).get(page).get_data(as_text=True)
