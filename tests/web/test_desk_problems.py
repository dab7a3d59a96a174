"""Whatever can be wrong with a visit is said in plain words, with a button or a field that helps."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from consentkit.errors import RenderingFailed
from consentkit.operations.desk.fields import FIELDS
from consentkit.operations.desk.rows import DeskRow
from consentkit.web.sentences import Known, label_of, sentences
from consentkit.web.words import languages, words_of
from kit.desk import ADD_ON, Clerk, Clock, Printer, new_small_desk, schedule, small_clinic
from kit.small import CODE


class Case(NamedTuple):
    """What a schedule says, what the page says of it, the buttons that help, and the field that "Correct" leads to."""

    row: dict[str, str]
    said: str
    buttons: tuple[str, ...] = ()
    field: str = ""


EMPTY = "Leave this empty: "
CASES = [
    Case({"visit": "V 1!"}, "Visit number: this can’t be right. Write letters", (), "visit"),
    Case({"visit": ""}, "Visit number", ("Complete",), "visit"),
    Case({"visit": "nye-1"}, "The visit number shows who the patient is.", (), "visit"),
    Case({"date": "1999-01-01"}, "Date can’t be read as a date.", (), "date"),
    Case({"date": "11/23/2026"}, "Date can’t be read as a date. Choose the date again.", (), "date"),
    Case({"time": "8.45"}, "Time: this can’t be right. Write hours", ("It is at 08:45",), "time"),
    Case({"time": "25:00"}, "Time: this can’t be right.", (f"{EMPTY}Time",), "time"),
    Case({"patient_name": "N" * 90}, "Patient’s full name: too long. At most 80 characters fit.", (), "patient_name"),
    Case({"patient_name": "Nora\u202eNye"}, "there is a character that can’t be printed", (), "patient_name"),
    Case({"patient_name": "Nora \U00012000"}, "letters that can’t be printed here", (), "patient_name"),
    Case({"date_of_birth": ""}, "Date of birth", ("Complete",), "date_of_birth"),
    Case({"date_of_birth": "2027-01-01"}, "too far from the date of the visit", (), "date_of_birth"),
    Case({"date_of_birth": "1850-01-01"}, "too far from the date of the visit", (), "date_of_birth"),
    Case({"date_of_birth": "45123"}, "Date of birth: a spreadsheet has altered it.", (), "date_of_birth"),
    Case({"record_number": "MR#1"}, "Record number: this can’t be right.", (), "record_number"),
    Case({"language": "Spanish"}, "Language: this can’t be right.", ("Print in English",), "language"),
    Case({"language": "es"}, f"{CODE} has no papers in Spanish.", ("Print in English",), "language"),
    Case({"language": "ar"}, "no papers in this language (ar)", ("Print in English",), "language"),
    Case({"also_in": "es"}, f"{CODE} has no papers in Spanish.", ("Leave Spanish out",), "language"),
    Case({"also_in": "en en"}, "Further languages: something is there twice.", ("Leave English out",), "also_in"),
    Case({"procedures": ""}, "Services", ("Complete",), "procedures"),
    Case({"procedures": "NONE-1"}, "There are no papers for NONE-1.", (), "procedures"),
    Case({"procedures": "BROKEN-1"}, "The files of the clinic for BROKEN-1 have mistakes", ("Check again",)),
    Case({"procedures": f"{CODE} {CODE}"}, "is there more than once", ("Name each only once",), "procedures"),
    Case({"procedures": ADD_ON}, "is only added to another service", (f"Add {CODE}",), "procedures"),
    Case({"procedures": "90806"}, "is no longer in use", ("Use 90834 instead of 90806",), "procedures"),
    Case({"documents": "leaflet"}, "Kinds of papers: this can’t be right.", (f"{EMPTY}Kinds of papers",), "documents"),
    Case({"documents": "plan"}, "None of these services has a plan", (f"{EMPTY}Kinds of papers",), "documents"),
    Case({"papers": "no-such-paper"}, "There is no paper of this name.", ("Take no-such-paper out",), "papers"),
    Case({"on_file": "no-such-paper"}, "There is no paper of this name.", ("Take no-such-paper out",), "on_file"),
    Case({"papers": "telehealth", "on_file": "telehealth"}, "both to be given out", ("Take telehealth out",), "papers"),
    Case({"clinician": ""}, "Clinician", ("Complete",), "clinician"),
    Case({"clinician": "Nora Nye"}, "Two people at this visit have the same name.", (), "clinician"),
    Case({"witness": "Nora Nye"}, "Two people at this visit have the same name.", (f"{EMPTY}Witness",), "witness"),
    Case({"trainee": "Tim"}, "A trainee is always supervised.", (f"{EMPTY}Trainee",), "supervisor"),
    Case({"supervisor": "Sue"}, "A trainee is always supervised.", (f"{EMPTY}Supervisor",), "trainee"),
    Case({"place": "moon"}, "Place: this can’t be right. Choose", (f"{EMPTY}Place",), "place"),
    Case({"representative": "Rae"}, "What that person is to the patient", ("Complete", f"{EMPTY}Who"), "relationship"),
    Case({"date_of_birth": "2015-07-09"}, "under 18", ("A clinician decides",), "representative"),
    Case(
        {"interpreter": "Ida", "interpreter_is": "friend"},
        "What the interpreter is: this can’t be right. Choose who interprets.",
        ("The interpreter is a professional interpreter", "The interpreter is a trained", "Take the interpreter out"),
        "interpreter_is",
    ),
    Case(
        {"interpreter": "Ida", "interpreter_is": "child"},
        "may not interpret",
        ("Take the interpreter out",),
        "interpreter",
    ),
    Case({"extra": "none.pdf"}, "An extra PDF file is not there", ("Take none.pdf out",), "extra"),
    Case({"extra": "bad.pdf"}, "or can’t be used", ("Take bad.pdf out",), "extra"),
    Case({"extra": "../x.pdf"}, "Extra PDF files: this can’t be right.", ("Take ../x.pdf out",), "extra"),
    Case(
        {"medical_visit": "5"}, "Medical visit: this can’t be right.", ("There is no medical visit",), "medical_visit"
    ),
]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Clerk:
    """A clerk with a visit for each case."""
    clinic = small_clinic(tmp_path_factory.mktemp("problems") / "clinic")
    (clinic / "extra").mkdir()
    (clinic / "extra" / "bad.pdf").write_bytes(b"no PDF")
    (clinic / "procedures" / "BROKEN-1.yaml").write_text("code: BROKEN-1\ntitle: Broken\n")
    clerk = Clerk.at(new_small_desk(clinic, Clock()))
    clerk.load(*({"time": f"{8 + place // 60:02}:{place % 60:02}", **case.row} for place, case in enumerate(CASES)))
    return clerk


def row_of(clerk: Clerk, case: Case) -> DeskRow:
    """The visit of a case, by the number that it has or would have."""
    number = f"V-{CASES.index(case) + 1}"
    (row,) = [row for row in clerk.desk.day.rows() if row.data["patient"].get("record") == f"MR-{number[2:]}"] or [
        row for row in clerk.desk.day.rows() if row.number == number
    ]
    return row


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.row))
def test_a_problem_is_said_in_plain_words_and_its_button_helps(case: Case, walked: Clerk) -> None:
    row = row_of(walked, case)
    page = walked.get(f"/?visit={row.key}").get_data(as_text=True)
    part = page.split(f'id="row-{row.key}"')[1].split("</tbody>")[0]
    assert case.said in part
    for button in case.buttons:
        assert f">{button}" in part, part
    assert case.field in FIELDS or case.buttons, "somebody can do something about it"
    if case.field:
        assert f'#f-{case.field}"' in part and f'id="f-{case.field}"' in page
    elif "Check again" not in case.buttons:
        pytest.fail("what nobody can mend here can be looked at again")
    known = Known(walked.desk.day.maker.titles, ("en", "es"))
    spanish = " ".join(one.text for one in sentences(row, words_of("es"), known))
    assert spanish or "Complete" in case.buttons
    assert not re.search(r"\b(the|is|of|write|In English|inglés:)\b", spanish)


@pytest.mark.parametrize("case", [case for case in CASES if case.buttons], ids=lambda case: "-".join(case.row))
def test_each_edit_that_is_offered_takes_the_problem_away(case: Case, walked: Clerk) -> None:
    row = row_of(walked, case)
    assert row.check is not None
    for remedy in row.check.remedies:
        for language in languages():
            assert label_of(remedy, words_of(language))
        mended = walked.desk.day.remedy(row.key, remedy.name, row.revision)
        check = walked.desk.day.maker.check(mended)
        said = {problem.message for problem in check.problems}
        assert len(said) < len({problem.message for problem in row.check.problems})
        walked.desk.day.update(row.key, lambda _, row=row: row)  # type: ignore[misc]


def test_what_nobody_foresaw_is_said_all_the_same_and_can_be_looked_at_again(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch, printer: Printer, tmp_path: Path
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RenderingFailed("the cover takes more than 3 pages; split this visit in two")

    monkeypatch.setattr("consentkit.operations.packets.PacketMaker.make", fails)
    page = clerk.load({})
    assert (
        "The papers could not be made: the cover takes more than 3 pages" in page and "Check again : Nora Nye" in page
    )


def test_a_line_that_could_not_be_read_can_be_filled_in_by_hand(clerk: Clerk) -> None:
    clerk.load({"patient_name": "Nora Nye"})
    good = schedule({}).decode()
    clerk.desk.day.end()
    assert clerk.post("/schedule", {"file": (io.BytesIO(f"{good}one cell\n".encode()), "x.csv")})
    clerk.desk.day.prepare_all()
    (row,) = [row for row in clerk.desk.day.rows() if not row.data]
    page = clerk.get(f"/?visit={row.key}").get_data(as_text=True)
    assert 'id="f-patient_name"' in page and "#f-patient_name" in page
