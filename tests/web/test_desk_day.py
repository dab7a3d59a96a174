"""The day of a clerk, as the page shows it and as it comes out of the printer."""

from __future__ import annotations

import datetime
import io
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from consentkit.operations.desk import printing
from consentkit.operations.desk.fields import FIELDS
from consentkit.operations.desk.rows import DeskRow, VisitState
from consentkit.web import day_table, progress
from consentkit.web.forms import GROUPS
from consentkit.web.shown import ShownRow, shown_rows
from kit.desk import (
    ADD_ON,
    MORNING,
    Clerk,
    Clock,
    Printer,
    form_values,
    new_small_desk,
    plain,
    schedule,
    small_clinic,
)
from kit.packets import page_texts
from kit.small import CODE, write_translation


def states(clerk: Clerk) -> dict[str, str]:
    clerk.desk.day.prepare_all()
    return {row.number: row.state.value for row in clerk.desk.day.rows()}


def test_a_new_day_says_what_to_do(clerk: Clerk) -> None:
    page = clerk.look()
    assert "No visits yet" in page and "Add walk-in" in page


def test_a_schedule_becomes_the_day_in_its_order(clerk: Clerk) -> None:
    page = clerk.load({"patient_name": "Ada Later", "time": "10:00"}, {"patient_name": "Ben Early", "time": "08:15"})
    assert "2 visits loaded" in page
    assert "2 visits: 2 ready, 0 need attention, 0 printed" in page
    assert page.index("8:15 am Ben Early") < page.index("10:00 am Ada Later")


def test_the_page_says_for_which_days_its_papers_are(clerk: Clerk, clock: Clock) -> None:
    assert "Papers for Monday, November 23, 2026" in clerk.look()
    page = clerk.load({"date": "2026-11-24", "time": "09:00", "patient_name": "Ada Tomorrow"})
    assert "Papers for Tuesday, November 24, 2026" in page
    assert "None of these visits is of today, Monday, November 23, 2026." in page
    page = clerk.load(
        {"date": "2026-11-24", "time": "09:00", "patient_name": "Ada Tomorrow"},
        {"date": "2026-11-23", "time": "10:00", "patient_name": "Ben Today"},
        {"date": "soon", "time": "07:00", "patient_name": "Cyd Unclear"},
    )
    assert "Papers for Monday, November 23, 2026 to Tuesday, November 24, 2026" in page
    assert "None of these visits" not in page
    rows = ("10:00 am Monday, November 23, 2026 Ben", "9:00 am Tuesday, November 24, 2026 Ada", "7:00 am Cyd")
    places = [page.index(row) for row in rows]
    assert places == sorted(places)


def looks_of(clerk: Clerk) -> int:
    """How often the thread that makes papers looks at the clock in a while in which nothing happens."""
    looks: list[datetime.datetime] = []
    has_begun = threading.Event()

    def look() -> datetime.datetime:
        looks.append(MORNING)
        has_begun.set()
        return MORNING

    clerk.desk.day.clock = look
    clerk.desk.work()
    assert has_begun.wait(60)
    time.sleep(0.3)
    return len(looks)


def test_nothing_is_done_over_and_over_for_a_visit_that_is_gone(clerk: Clerk) -> None:
    same = {"record_number": "MR-1", "patient_name": "Nora Nie"}
    clerk.load(same, same)
    clerk.load(same)
    clerk.load({**same, "time": "11:00"})  # so that all visits of the patient are looked at again
    assert states(clerk) == {"V-1": "ready", "V-2": "gone"}
    assert looks_of(clerk) < 20


def test_nothing_is_tried_over_and_over_where_the_settings_have_a_mistake(tmp_path: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(small_clinic(tmp_path / "clinic"), clock))
    clerk.post("/schedule", {"file": (io.BytesIO(schedule({})), "x.csv")})
    (tmp_path / "clinic/clinic.yaml").write_text("name: [\n")
    assert looks_of(clerk) < 20


def test_a_page_never_takes_what_it_shows_for_newer_than_it_is(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk.load({})
    day = clerk.desk.day

    def show_and_change(rows: list[DeskRow]) -> list[ShownRow]:
        day.check_again(rows[0].key)  # as another clerk, or papers that are ready, between two steps of a page
        return shown_rows(rows)

    monkeypatch.setattr(day_table, "shown_rows", show_and_change)
    for path in ("/", "/rows"):
        before = day.version
        assert f'data-version="{before}"' in clerk.get(path).text
        assert day.version > before


def test_what_waits_says_how_much_there_is_to_go(clerk: Clerk) -> None:
    clerk.post("/schedule", {"file": (io.BytesIO(schedule({}, {})), "x.csv")})
    answer = clerk.get("/").get_data(as_text=True)
    assert "Getting papers ready: 0 of 2 done" in answer
    assert '<noscript><meta http-equiv="refresh"' in answer


def test_a_long_day_says_how_fast_papers_are_made_and_what_is_left(clerk: Clerk) -> None:
    seconds = [0.0]
    clerk.desk.day.timer = lambda: seconds[0]
    clerk.load({}, {}, {}, {})
    clerk.desk.day.check_all_again()
    assert clerk.desk.day.prepare_next()
    assert "Getting papers ready: 1 of 4 done" in plain(clerk.get("/").text), "no rate before it says something"
    seconds[0] = 60.0
    said = "Getting papers ready: 1 of 4 done, 1 a minute, about 3 minutes left"
    assert said in plain(clerk.get("/rows").text)
    clerk.desk.day.prepare_all()
    clerk.desk.day.check_all_again()
    assert clerk.desk.day.prepare_next()
    seconds[0] += 2.5
    assert "24 a minute, about 10 seconds left" in plain(clerk.get("/").text), "what was measured before is over"
    clerk.desk.day.prepare_all()
    assert "4 visits: 4 ready" in plain(clerk.get("/").text)


def test_while_all_are_printed_the_page_asks_how_many_are_done(
    clerk: Clerk, printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    clerk.load({}, {}, {})
    print_packet = printing.print_packet

    def print_and_ask(*given: Any, **more: Any) -> Any:
        answer = clerk.get("/progress")
        said.append(f"{answer.status_code} {answer.text}")
        return print_packet(*given, **more)

    monkeypatch.setattr(printing, "print_packet", print_and_ask)
    monkeypatch.setattr(progress, "_MEASURED", 1e9)  # so that no rate is said, however slow the machine is
    clerk.button("Print all ready (3)")
    assert said == [f"200 Printing: {done} of 3 sets done" for done in range(3)]
    assert len(printer.sets) == 3
    assert clerk.get("/progress").status_code == 204, "it is over"
    assert Clerk.at(clerk.desk, signs_in=False).get("/progress").status_code == 303


def test_a_file_that_is_no_schedule_is_said_in_a_sentence_and_the_day_stays(clerk: Clerk) -> None:
    clerk.load({})
    clerk.post("/schedule", {"file": (io.BytesIO(b"PK\x03\x04 a spreadsheet"), "Nora Nye.xlsx")})
    page = clerk.look()
    assert "The file could not be read. It is damaged; save it again in the spreadsheet program" in page
    assert "Nora Nye.xlsx" not in page
    assert states(clerk) == {"V-1": "ready"}


def test_a_schedule_with_other_columns_is_said_by_their_names(clerk: Clerk) -> None:
    content = schedule({}).replace(b"patient_name", b"patient name").replace(b"clinician", b"kliniker")
    clerk.post("/schedule", {"file": (io.BytesIO(content), "x.csv")})
    page = clerk.look()
    assert "The file could not be read." in page and "“clinician” is missing" in page


def test_a_visit_for_which_everything_is_on_file_has_nothing_to_print(clerk: Clerk) -> None:
    page = clerk.load({"on_file": CODE}, {})
    assert states(clerk) == {"V-1": "nothing", "V-2": "ready"}
    assert "Nothing to print" in page and f"consent is on file: {CODE}" in page
    (row, _) = clerk.desk.day.rows()
    shown = clerk.get(f"/?visit={row.key}").get_data(as_text=True)
    assert "Everything that this visit would be asked to sign is on file." in shown and "<iframe" not in shown


def test_each_field_of_a_schedule_is_in_the_form_of_a_visit() -> None:
    assert {name for names in GROUPS.values() for name in names} == set(FIELDS)


def test_a_problem_is_in_its_row_in_plain_words_with_a_button_that_helps(clerk: Clerk) -> None:
    page = clerk.load({"procedures": ADD_ON})
    assert f"{ADD_ON} is only added to another service, and this visit has none." in page
    assert f"Add {CODE}" in page and "--override" not in page
    row = clerk.row("V-1")
    clerk.post(f"/visit/{row.key}/remedy", {"remedy": f"with:{CODE}", "revision": row.revision})
    assert states(clerk) == {"V-1": "ready"}


@pytest.mark.parametrize(
    ("changes", "sentence", "button"),
    [
        ({"language": "ar"}, "There are no papers in this language (ar).", "Print in English"),
        ({"procedures": "NONE-1"}, "There are no papers for NONE-1.", ""),
        ({"date_of_birth": "09/07/1984"}, "Date of birth can’t be read as a date.", ""),
        ({"record_number": ""}, "Needs: Record number", ""),
        ({"date_of_birth": "2015-07-09"}, "The patient is under 18.", ""),
        ({"interpreter": "Ida Nye", "interpreter_is": "relative"}, "A relative or a child", "Take the interpreter out"),
        ({"procedures": f"{CODE} {CODE}"}, f"{CODE} is there more than once.", "Name each only once"),
    ],
)
def test_what_is_wrong_with_a_visit_is_said_in_words_of_the_desk(
    changes: dict[str, str], sentence: str, button: str, clerk: Clerk
) -> None:
    page = clerk.load(changes)
    assert sentence in page and button in page
    assert states(clerk) == {"V-1": "attention"}


def test_a_line_that_can_not_be_read_is_still_on_the_list(clerk: Clerk) -> None:
    good = schedule({}).decode()
    clerk.post("/schedule", {"file": (io.BytesIO(f"{good}only one cell\n".encode()), "x.csv")})
    assert "This line of the schedule could not be read" in clerk.look()


def test_a_draft_is_not_printed_and_the_page_says_who_can_help(clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock, allow_drafts=False))
    assert f"The text of {CODE} is not approved." in clerk.load({})


def test_a_walk_in_needs_four_fields(clerk: Clerk) -> None:
    clerk.load({"clinician": "Dr. Amara Okonkwo", "clinician_credentials": "PhD"})
    assert 'value="Dr. Amara Okonkwo, PhD"' in clerk.get("/?walk-in=1").get_data(as_text=True)
    typed = {"patient_name": "Wim Walk", "date_of_birth": "1990-01-02", "record_number": "MR-9", "procedures": CODE}
    clerk.post("/walk-in", {**typed, "clinician": "Dr. Amara Okonkwo, PhD"})
    page = clerk.look()
    assert "The walk-in was added as visit W-1123-075200" in page
    row = clerk.row("W-1123-075200")
    assert row.visit and row.visit.clinician.signed == "Dr. Amara Okonkwo, PhD"
    assert row.visit.time == datetime.time(7, 52)
    assert row.state is VisitState.READY


def test_the_form_keeps_every_field_of_a_visit(clerk: Clerk) -> None:
    clerk.load(
        {
            "language": "es",
            "also_in": "en",
            "interpreter": "Ida Ames",
            "interpreter_is": "professional",
            "interpreter_language": "Spanish",
            "large_print": "yes",
            "witness": "Wes Tern",
            "place": "telehealth",
        }
    )
    before = clerk.row("V-1")
    assert clerk.save("V-1").status_code == 303
    after = clerk.row("V-1")
    assert after.visit == before.visit
    assert after.revision == before.revision + 1


def test_a_correction_is_compared_with_what_was_printed(clerk: Clerk, printer: Printer) -> None:
    clerk.load({"patient_name": "Nora Nie"})
    clerk.print("V-1")
    clerk.save("V-1", patient_name="Nora Nye")
    page = clerk.look()
    assert "Changed since printed" in page
    assert "Take the old papers out of the tray: they say “Print 1, 7:52 am”." in page
    clerk.save("V-1", patient_name="Nora Nie")
    assert states(clerk) == {"V-1": "printed"}, "the papers are those that were printed again"
    assert len(printer.sets) == 1


def test_each_sheet_says_which_set_it_is_and_when_it_was_printed(clerk: Clerk, printer: Printer, clock: Clock) -> None:
    clerk.load({})
    clerk.print("V-1")
    clock.now += datetime.timedelta(minutes=22)
    row = clerk.row("V-1")
    question = clerk.look(f"/visit/{row.key}/again")
    assert "The old set says “Print 1, 7:52 am”." in question
    clerk.post(f"/visit/{row.key}/again", {"printed": "1", "reason": "jammed", "taken": "yes"})
    first, second = (page_texts(pdf) for pdf in printer.sets)
    assert all("Print 1, 7:52 am" in page for page in first)
    assert all("Print 2, 8:14 am" in page and "Print 1" not in page for page in second)
    assert printer.arguments[0] == "-d front-desk -n 1 -o sides=one-sided -t consentkit V-1"


def test_papers_that_were_wrong_are_not_printed_again_while_the_old_ones_are_in_the_tray(
    clerk: Clerk, printer: Printer
) -> None:
    clerk.load({})
    clerk.print("V-1")
    key = clerk.row("V-1").key
    answer = clerk.post(f"/visit/{key}/again", {"printed": "1", "reason": "wrong-particulars"})
    assert "First take the old set out of the tray" in clerk.look(answer.location)
    assert len(printer.sets) == 1


def test_all_that_are_ready_are_printed_in_the_order_of_the_day(clerk: Clerk, printer: Printer) -> None:
    page = clerk.load(
        {"patient_name": "Late Lee", "time": "11:00"},
        {"patient_name": "Early Em", "time": "08:00"},
        {"procedures": "NONE-1"},
    )
    assert "Print all ready (2)" in page
    keys = [clerk.row(number).key for number in ("V-1", "V-2", "V-3")]
    clerk.post("/print-all", {"visits": " ".join(keys)})
    assert "Sent to the printer: 2 visits." in clerk.look()
    assert ["Early Em" in page_texts(pdf)[0] for pdf in printer.sets] == [True, False]
    assert states(clerk) == {"V-1": "printed", "V-2": "printed", "V-3": "attention"}


def test_a_printer_that_refuses_leaves_the_visit_as_it_was(clerk: Clerk, printer: Printer) -> None:
    clerk.load({})
    printer.jam()
    clerk.print("V-1")
    assert "Nothing was printed: the printer `front-desk` refused the job" in clerk.look()
    assert states(clerk) == {"V-1": "ready"}
    printer.jam(is_jammed=False)
    clerk.print("V-1")
    assert "Print 1, 7:52 am" in page_texts(printer.sets[0])[0]


def test_a_second_schedule_is_merged_and_says_what_it_changes(clerk: Clerk) -> None:
    names = [{"patient_name": name} for name in ("Ann A", "Bea B", "Cyd C", "Dot D")]
    clerk.load(*names)
    clerk.print("V-2")
    clerk.print("V-3")
    page = clerk.load(
        {"patient_name": "Ann A", "time": "14:00"},
        {"patient_name": "Bea Bee"},
        {"patient_name": "Dot D", "visit": "V-4", "record_number": "MR-4"},
        {"patient_name": "Eve E", "visit": "V-5"},
    )
    assert "1 new; 1 moved (V-1); 1 changed (V-2); 1 no longer in the schedule (V-3)" in page
    assert "Take these papers out of the tray: V-3, V-2." in page
    assert states(clerk) == {"V-1": "ready", "V-2": "changed", "V-3": "gone", "V-4": "ready", "V-5": "ready"}


def test_a_visit_never_becomes_that_of_another_patient_who_has_its_number_now(clerk: Clerk) -> None:
    ann = {"patient_name": "Ann A", "record_number": "MR-71", "date_of_birth": "1980-01-01"}
    bea = {"patient_name": "Bea B", "record_number": "MR-72", "date_of_birth": "1990-02-02"}
    clerk.load({**ann, "visit": "E-1"})
    clerk.print("E-1")
    clerk.load({**bea, "visit": "E-1"}, {**ann, "visit": "E-2"})
    clerk.load({**bea, "visit": "E-1", "time": "13:00"}, {**ann, "visit": "E-2"})
    known = [(row.number, row.record, row.state, len(row.sets)) for row in clerk.desk.day.rows()]
    assert sorted(known) == [("E-1", "mr-71", "gone", 1), ("E-1", "mr-72", "ready", 0), ("E-2", "mr-71", "ready", 0)]


def test_a_correction_at_the_desk_survives_the_same_schedule(clerk: Clerk) -> None:
    clerk.load({"patient_name": "Nora Nie"})
    clerk.save("V-1", patient_name="Nora Nye")
    assert "The schedule has not changed." in clerk.load({"patient_name": "Nora Nie"})
    assert clerk.row("V-1").visit.patient.name == "Nora Nye"  # type: ignore[union-attr]


def test_a_column_that_is_not_known_is_named_by_its_place(clerk: Clerk) -> None:
    assert "Line 1, column 9: It is not a known column" in clerk.load({"visit": "V-1", "Mood": "good"})


def test_a_visit_that_the_newer_schedule_lacks_can_be_kept_or_taken_off(clerk: Clerk) -> None:
    clerk.load({}, {}, {})
    clerk.load({"visit": "V-1"})
    two, three = clerk.row("V-2"), clerk.row("V-3")
    clerk.post(f"/visit/{two.key}/keep")
    clerk.post(f"/visit/{three.key}/remove", {"revision": three.revision})
    assert states(clerk) == {"V-1": "ready", "V-2": "ready"}


def test_a_walk_in_stays_when_a_schedule_is_loaded(clerk: Clerk) -> None:
    typed = {"patient_name": "Wim Walk", "date_of_birth": "1990-01-02", "record_number": "MR-9", "procedures": CODE}
    clerk.post("/walk-in", {**typed, "clinician": "Dr. Who"})
    clerk.load({})
    clerk.load({})
    assert states(clerk) == {"W-1123-075200": "ready", "V-1": "ready"}


def test_a_visit_is_found_by_parts_of_its_name_without_accents(clerk: Clerk) -> None:
    clerk.load({"patient_name": "Świętosława Brzęczyszczykiewicz"}, {"patient_name": "José Luis Núñez"})
    answer = clerk.post("/find", {"sought": "nunez jos"})
    page = answer.get_data(as_text=True)
    assert "1 of 2 visits matches" in page and "Núñez" in page and "Brzęczy" not in page


def test_papers_that_are_back_make_a_visit_done(clerk: Clerk) -> None:
    clerk.load({})
    key = clerk.row("V-1").key
    clerk.post(f"/visit/{key}/done", {"done": "yes"})
    assert states(clerk) == {"V-1": "ready"}, "papers that were not printed can't be back"
    clerk.print("V-1")
    clerk.post(f"/visit/{key}/done", {"done": "yes"})
    assert states(clerk) == {"V-1": "done"}


def test_the_preview_is_the_packet_that_would_be_printed(clerk: Clerk) -> None:
    clerk.load({"patient_name": "Nora Nye"})
    key = clerk.row("V-1").key
    pages = page_texts(clerk.get(f"/visit/{key}/packet.pdf").data)
    assert all("Nora Nye" in page and "Print 1" not in page for page in pages)


def test_an_edit_is_previewed_before_it_is_saved(clerk: Clerk) -> None:
    clerk.load({"patient_name": "Nora Nie"})
    row = clerk.row("V-1")
    page = clerk.get(f"/?visit={row.key}").get_data(as_text=True)
    typed = {**form_values(page), "patient_name": "Nora Nye"}
    assert "Ready" in clerk.post(f"/visit/{row.key}/draft", typed).get_data(as_text=True)
    assert "Nora Nye" in page_texts(clerk.get(f"/visit/{row.key}/draft.pdf").data)[0]
    assert clerk.row("V-1").visit.patient.name == "Nora Nie"  # type: ignore[union-attr]
    answer = clerk.post(f"/visit/{row.key}/draft", {**typed, "date_of_birth": ""}).get_data(as_text=True)
    assert "Needs: Date of birth" in answer
    assert clerk.get(f"/visit/{row.key}/draft.pdf").status_code == 404


def test_without_a_print_queue_the_browser_prints_the_very_set_that_was_counted(
    clerk: Clerk, printer: Printer, clock: Clock
) -> None:
    clerk.load({})
    clerk.post("/printer", {"printer": "-"})
    answer = clerk.print("V-1")
    clock.now += datetime.timedelta(hours=1)
    page = clerk.get(answer.location).get_data(as_text=True)
    assert "Print 1: visit V-1" in page
    pdf = clerk.get(answer.location + ".pdf").data
    assert all("Print 1, 7:52 am" in text for text in page_texts(pdf))
    assert printer.sets == []


def test_the_page_speaks_spanish(clerk: Clerk) -> None:
    clerk.load({"procedures": ADD_ON})
    clerk.post("/language")
    page = clerk.look()
    assert f"{ADD_ON} solo se agrega a otro servicio" in page and "Agregar sin cita" in page
    assert '<html lang="es">' in clerk.get("/").get_data(as_text=True)


def test_the_page_in_spanish_names_services_in_spanish(tmp_path: Path, clock: Clock) -> None:
    clinic = small_clinic(tmp_path / "clinic")
    write_translation(clinic / "procedures", "es", title="Algo pequeño")
    clerk = Clerk.at(new_small_desk(clinic, clock))
    clerk.load({"procedures": f"{CODE} {ADD_ON}"})
    addresses = ("/", "/?walk-in=1", f"/?visit={clerk.row('V-1').key}")
    assert [("Algo pequeño" in page, "A small" in page) for page in map(clerk.look, addresses)] == [(False, True)] * 3
    clerk.post("/language")
    pages = [clerk.look(address) for address in addresses]
    assert [("Algo pequeño" in page, "A small" in page) for page in pages] == [(True, False)] * 3
    assert all("An add-on" in page for page in pages), "what has no translation keeps its own title"
    (clinic / "procedures" / f"{CODE}.es.yaml").write_text("title: [broken")
    clerk.desk.day.maker.forget_all()
    assert "A small" in clerk.look(), "`check` says what is wrong with the translation"


def test_two_visits_of_one_patient_are_compared_again_when_one_of_them_changes(clerk: Clerk) -> None:
    same = {"record_number": "MR-7"}
    clerk.load({**same, "patient_name": "Nora Nye"}, {**same, "patient_name": "Nora Nie"})
    assert "The record number is also that of another name." in clerk.look()
    clerk.save("V-1", patient_name="Nora Nie")
    assert "The record number is also that of another name." not in clerk.look()


def test_a_mistake_in_the_clinics_settings_is_said_and_the_day_is_there_when_it_is_corrected(
    clerk: Clerk,
) -> None:
    clerk.load({})
    settings = clerk.desk.day.maker.place.folder / "clinic.yaml"  # type: ignore[operator]
    before = settings.read_text()
    try:
        settings.write_text("nane: Alder Clinic\n")
        answer = clerk.get("/")
        assert answer.status_code == 500 and "nane" in answer.get_data(as_text=True)
    finally:
        settings.write_text(before)
    assert states(clerk) == {"V-1": "ready"}


def test_a_desk_that_warms_up_remembers_nobody(clerk: Clerk) -> None:
    clerk.desk.day.maker.warm_up()
    page = clerk.load({"visit": "0", "record_number": "1"}, {"record_number": "1"})
    assert states(clerk) == {"0": "ready", "V-2": "ready"}
    assert "The record number is also that of another name." not in page


def test_an_edit_that_is_previewed_is_compared_with_no_other_visit(clerk: Clerk) -> None:
    clerk.load({"record_number": "MR-7"}, {})
    row = clerk.row("V-2")
    typed = form_values(clerk.get(f"/?visit={row.key}").get_data(as_text=True))
    answer = clerk.post(f"/visit/{row.key}/draft", {**typed, "record_number": "MR-7", "patient_name": "Else One"})
    assert "The record number is also" not in answer.get_data(as_text=True)
    clerk.post(f"/visit/{row.key}/check")
    assert "The record number is also that of another name." not in clerk.look()


def test_a_walk_in_and_a_printed_visit_stay_when_a_schedule_is_loaded_whatever_their_numbers_are_now(
    clerk: Clerk,
) -> None:
    clerk.load({}, {})
    typed = {"patient_name": "Wim Walk", "date_of_birth": "1990-01-02", "record_number": "MR-9", "procedures": CODE}
    clerk.post("/walk-in", {**typed, "clinician": "Dr. Who"})
    clerk.print("V-1")
    for number in ("V-1", "W-1123-075200"):
        clerk.save(number, visit="not a number/")
    assert [row.number for row in clerk.desk.day.rows()].count("") == 2
    page = clerk.load({"visit": "V-2"})
    assert "Wim Walk" in page
    assert [(row.is_walk_in, len(row.sets)) for row in clerk.desk.day.rows() if not row.number] in (
        [(True, 0), (False, 1)],
        [(False, 1), (True, 0)],
    )
