"""Schedules of other programs at the front desk: what is uploaded becomes the day, and rows that lack something ask."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import yaml

from consentkit.operations.desk.rows import DeskRow
from consentkit.operations.opening import settle
from consentkit.operations.packets import PacketOptions
from consentkit.web.request import DeskRequest
from consentkit.web.server import new_desk
from kit.bundles import TYPES, bundle, patient, text
from kit.desk import Clerk, Clock, new_small_desk
from kit.packets import page_texts
from kit.siu import message
from kit.small import CODE, make_clinic, write_procedure

LAYOUTS = Path(__file__).parents[1] / "examples" / "schedules"
CALENDAR = """\
mapping:
  formats:
    calendar:
      recognize: [Client, Service]
      dates: MM/DD/YYYY
      times: 12-hour
      columns:
        date: Date
        time: Start
        patient_name: {from: Client, form: "Last, First Middle"}
        date_of_birth: DOB
        record_number: Chart
        procedures: {from: Service, translate: {Talk: ["90837"]}}
        clinician: {is: Dr. Vane Umbersley}
        place: {from: Room, translate: {Video: telehealth, Main: in person}}
        interpreter: Helper
      skip: {Room: [Closed]}
fhir: {timezone: America/Chicago}
hl7: {timezone: America/Chicago}
"""
NAMELESS = "sms-reminder-feed"
"""A layout whose files do not name their columns."""
UPLOADED = ("athena-print", "compact-dates", "therapy-workbook", "unicode-text")
ANSWERS = {
    "patient_name": "Bo Thistle",
    "date_of_birth": "1990-01-02",
    "record_number": "MR-77",
    "procedures": "90837",
    "clinician": "Dr. Vane Umbersley",
    "place": "telehealth",
}
HEAD = "Date,Start,Client,DOB,Chart,Service,Room,Helper\n"
ADA = '11/23/2026,9:00 AM,"Quillfeather, Ada",07/09/1984,,Talk,Main,\n'


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic whose procedures have the codes of the layouts, and whose mapping has their formats."""
    particulars = yaml.safe_load(CALENDAR)
    for layout in (*UPLOADED, NAMELESS):
        mapping = yaml.safe_load((LAYOUTS / layout / "clinic.yaml").read_text(encoding="utf-8"))["mapping"]
        formats = mapping.pop("formats", {})
        particulars["mapping"]["formats"] |= {name: {**mapping, **one} for name, one in formats.items()}
    folder = make_clinic(tmp_path_factory.mktemp("clinic"), yaml.safe_dump(particulars, allow_unicode=True))
    for code in (CODE, "90834", "90837", "90853"):
        write_procedure(folder / "procedures", code=code)
    return folder


def upload(clerk: Clerk, content: bytes | str, name: str = "export") -> str:
    data = content.encode() if isinstance(content, str) else content
    assert clerk.post("/schedule", {"file": (io.BytesIO(data), name)}).status_code == 303
    return clerk.look()


def only(clerk: Clerk) -> DeskRow:
    clerk.desk.day.prepare_all()
    (row,) = clerk.desk.day.rows()
    return row


def complete(clerk: Clerk, row: DeskRow, **answers: str) -> str:
    assert clerk.post(f"/visit/{row.key}/complete", {"revision": row.revision, **answers}).status_code == 303
    return clerk.look()


def fields_in_row(page: str) -> set[str]:
    """The names of the fields that a page offers in rows."""
    forms = re.findall(r'<form [^>]*class="needs".*?</form>', page, re.DOTALL)
    return {name for form in forms for name in re.findall(r'name="(\w+)"', form)} - {"csrf", "revision"}


@pytest.mark.parametrize("layout", UPLOADED)
def test_an_export_that_is_uploaded_becomes_the_day_and_a_completed_row_stays_so(
    layout: str, clinic: Path, clock: Clock
) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    (export,) = (LAYOUTS / layout).glob("export.*")
    upload(clerk, export.read_bytes(), "x")
    clerk.desk.day.prepare_all()
    for row in clerk.desk.day.rows():
        if row.entry.needs:
            complete(clerk, row, **{need.field: ANSWERS[need.field] for need in row.entry.needs})
    states = [row.state for row in clerk.desk.day.rows()]
    assert "ready" in states
    assert "The schedule has not changed." in upload(clerk, export.read_bytes(), "x")
    assert [row.state for row in clerk.desk.day.rows()] == states


def test_a_format_that_no_file_is_recognised_to_be_in_is_chosen_on_the_page(clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    page = clerk.get("/").get_data(as_text=True)
    (choice,) = re.findall(r'<select name="format".*?</select>', page, re.DOTALL)
    assert re.findall(r"<option[^>]*>(.*?)</option>", choice) == ["recognized by its columns", NAMELESS]
    clerk.look()
    file = (LAYOUTS / NAMELESS / "export.csv").read_bytes()
    assert "It does not name the columns" in upload(clerk, file)
    clerk.post("/schedule", {"file": (io.BytesIO(file), "export.csv"), "format": "another"})
    assert "could not be read" in clerk.look() and not clerk.desk.day.rows()
    clerk.post("/schedule", {"file": (io.BytesIO(file), "export.csv"), "format": NAMELESS})
    assert "2 visits loaded" in clerk.look()
    assert [row.entry.needs[0].field for row in clerk.desk.day.rows()] == ["date_of_birth"] * 2


@pytest.mark.parametrize(
    "content", ["Dear Rosa,\nhere is the list", "[1, 2]", "[" * 1000, "From: a\n\nvisit,date\n", "~"]
)
def test_a_file_in_which_no_field_can_be_read_is_no_visit(content: str, clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    clerk.look()
    page = upload(clerk, content)
    assert "The file could not be read." in page and "is no schedule, since" in page
    assert not clerk.desk.day.rows()
    assert "1 visit loaded" in upload(clerk, "visit: V-1\n")


def test_a_row_that_lacks_something_asks_for_it_and_its_papers_have_it(clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    page = upload(clerk, HEAD + ADA)
    assert "Needs: Visit number, Record number" in page
    assert fields_in_row(clerk.get("/").get_data(as_text=True)) == {"visit", "record_number"}
    complete(clerk, only(clerk), visit="V-9", record_number="MR-1")
    row = only(clerk)
    assert row.state == "ready"
    packet = clerk.get(f"/visit/{row.key}/packet.pdf").get_data()
    assert all("MR-1" in text and "Ada Quillfeather" in text for text in page_texts(packet))


def test_a_completed_row_without_a_number_in_the_schedule_is_the_same_when_it_is_loaded_again(
    clinic: Path, clock: Clock
) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    upload(clerk, HEAD + ADA)
    complete(clerk, only(clerk), visit="V-9", record_number="MR-1")
    page = upload(clerk, HEAD + ADA + ADA.replace("Ada", "Bo").replace("9:00", "11:00"))
    assert "Schedule loaded again: 1 new." in page
    assert [(row.number, row.state) for row in clerk.desk.day.rows()] == [("V-9", "ready"), ("", "attention")]


PEOPLE = (("Ada Quillfeather", "MR-1"), ("Bo Thistle", "MR-2"))


def test_two_visits_with_one_number_are_two_rows_whatever_was_there(clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    head = "visit,date,patient_name,date_of_birth,record_number,procedures,clinician\n"
    ada, bo = ("V-1,2026-11-23,{},1984-07-09,{},90837,Dr. Vane Umbersley\n".format(*one) for one in PEOPLE)
    upload(clerk, head + ada.replace("1984", "1985"))
    page = upload(clerk, head + ada + bo)
    assert "Ada Quillfeather" in page and "Bo Thistle" in page
    upload(clerk, head + bo)
    assert sorted(row.state for row in clerk.desk.day.rows()) == ["gone", "ready"]


def test_what_is_unclear_stays_open_until_somebody_says_it(clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    upload(clerk, HEAD + ADA.replace("Main,", "Annex,Rue & Sol Ford"))
    row = only(clerk)
    assert fields_in_row(clerk.get("/").get_data(as_text=True)) == {
        *("visit", "record_number", "place", "interpreter", "none_interpreter")
    }
    page = complete(clerk, row, visit="V-9", record_number="MR-1")
    assert "Needs: Place, Interpreter" in page and "The schedule says “Annex”. Choose what that means." in page
    page = complete(clerk, only(clerk), place="telehealth")
    assert "Needs: Interpreter" in page and "Needs: Place" not in page
    complete(clerk, only(clerk), none_interpreter="yes")
    assert only(clerk).state == "ready"
    assert only(clerk).visit.place == "telehealth"  # type: ignore[union-attr]
    assert "The schedule has not changed." in upload(clerk, HEAD + ADA.replace("Main,", "Annex,Rue & Sol Ford"))
    assert only(clerk).state == "ready"


def test_the_form_of_a_visit_does_not_answer_what_it_leaves_as_it_is(clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    upload(clerk, HEAD + ADA.replace("Main", "Annex"))
    complete(clerk, only(clerk), visit="V-9", record_number="MR-1")
    clerk.save("V-9", patient_name="Ada J. Quillfeather")
    assert "Needs: Place" in clerk.look() and only(clerk).visit is None
    clerk.save("V-9", place="in person")
    assert only(clerk).state == "ready"


def test_rows_that_are_skipped_are_counted(clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    page = upload(clerk, HEAD + ADA + ADA.replace("Main", "Closed"))
    assert "1 visit loaded. 1 row was left out, as the clinic’s settings say." in page


def with_records(count: int, **of_patient: object) -> bytes:
    """A Bundle of a patient with several record numbers."""
    kind = {"coding": [{"system": TYPES, "code": "MR"}]}
    return text(
        bundle(patient(identifier=[{"type": kind, "value": f"MR-{one}"} for one in range(count)], **of_patient))
    )


def test_a_visit_of_a_bundle_that_is_completed_is_still_known_to_its_server(clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    page = upload(clerk, with_records(2))
    assert "Needs: Record number" in page and "MR-0; MR-1" in page
    before = only(clerk).entry.origin
    complete(clerk, only(clerk), record_number="MR-1")
    assert only(clerk).state == "ready"
    assert before is not None and before.patient and only(clerk).entry.origin == before
    clerk.save(only(clerk).number, record_number="MR-OTHER")
    assert only(clerk).entry.origin is None


def test_nobody_completes_the_visit_of_a_patient_who_has_died(clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    page = upload(clerk, with_records(2, deceasedBoolean=True))
    assert "It says that the patient has died; there are no papers for this visit." in page
    complete(clerk, only(clerk), record_number="MR-1")
    assert only(clerk).state == "attention" and only(clerk).visit is None
    clerk.save(only(clerk).number, record_number="MR-1")
    assert only(clerk).visit is None


def test_messages_of_hl7_become_the_day(clinic: Path, clock: Clock) -> None:
    clerk = Clerk.at(new_small_desk(clinic, clock))
    page = upload(clerk, message())
    assert "1 visit loaded." in page and only(clerk).state == "ready"


def test_a_desk_begins_with_an_export(clinic: Path, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(HEAD + ADA)
    request = DeskRequest(settle(clinic), PacketOptions(allow_drafts=True), str(tmp_path / "export.csv"))
    (row,) = new_desk(request, print).day.rows()
    assert [need.field for need in row.entry.needs] == ["visit", "record_number"]
