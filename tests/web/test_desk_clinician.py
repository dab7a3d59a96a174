"""What a clinician decides about a visit at the desk, and what nobody else may."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from consentkit.web.desk import Desk
from kit.desk import ADD_ON, Clerk, Clock, Printer, new_small_desk, small_clinic
from kit.desk_users import PASSWORD, SHARED, User, actions, add_people, shared_desk
from kit.packets import page_texts
from kit.small import CODE, write_procedure

MINOR = {"date_of_birth": "2015-07-09"}
OKONKWO = {"account": "okonkwo", "password": PASSWORD}


@pytest.fixture
def shared(tmp_path: Path, kept_password: str) -> Desk:
    return shared_desk(tmp_path / "clinic", kept_password)


@pytest.fixture
def rosa(shared: Desk, printer: Printer) -> User:
    return User.of(shared, "rosa")


def decide(clerk: Clerk, number: str = "V-1", **form: str) -> TestResponse:
    row = clerk.row(number)
    answer = clerk.post(
        f"/visit/{row.key}/override", {"revision": str(row.revision), "reason": "state-law", **OKONKWO, **form}
    )
    clerk.desk.day.prepare_all()
    return answer


def overridden(desk: Desk) -> list[tuple[str | None, str | None, str | None, str, str | None]]:
    journal = desk.printer.journal
    assert journal is not None and journal.verify().is_whole
    return [
        (one.entry.visit, one.entry.rule, one.entry.reason, one.entry.who.actor, one.entry.who.role)
        for one in journal.rows()
        if one.entry.action == "overridden"
    ]


def test_a_clinician_lets_a_minor_sign_at_the_clerks_computer(rosa: User, printer: Printer) -> None:
    page = rosa.load({**MINOR, "patient_name": "Zyxwvuta Canarybird"})
    assert "The patient is under 18." in page and "A clinician decides …" in page
    question = rosa.look(f"/visit/{rosa.row('V-1').key}/override")
    assert "The patient is under 18." in question and "The law of the state allows it" in question
    decide(rosa)
    page = rosa.look()
    assert (
        "A clinician has decided that the papers are given out all the same (The law of the state allows it)." in page
    )
    assert rosa.row("V-1").state.value == "ready"
    assert overridden(rosa.desk) == [("V-1", "minor-alone", "state-law", "okonkwo", "clinician")]
    rosa.print("V-1")
    assert len(printer.sets) == 1
    files = b"".join(path.read_bytes() for path in (rosa.desk.printer.journal.folder).iterdir())  # type: ignore[union-attr]
    assert b"Canary" not in files and b"Okonkwo" not in files


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"password": "wrong"}, 303),
        ({"account": "rosa"}, 303),
        ({"account": "audrey"}, 303),
        ({"account": "nobody"}, 303),
        ({"reason": "Nora is my niece"}, 400),
        ({"revision": "9"}, 303),
    ],
)
def test_nobody_else_decides_and_no_reason_is_typed(form: dict[str, str], status: int, rosa: User) -> None:
    rosa.load(MINOR)
    assert decide(rosa, **form).status_code == status
    assert rosa.row("V-1").state.value == "attention"
    assert overridden(rosa.desk) == []


def test_a_wrong_password_at_a_decision_is_in_the_journal_and_more_of_them_have_to_wait(rosa: User) -> None:
    rosa.load(MINOR)
    for _ in range(7):
        decide(rosa, password="wrong")
    assert actions(rosa.desk).count(("failed-sign-in", "okonkwo", None)) == 5
    decide(rosa)
    assert overridden(rosa.desk) == [], "even the right one waits"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"account": "audrey"}, "This account is not a clinician’s."),
        ({"account": "audrey", "password": "wrong"}, "This is not the name and password of a clinician."),
    ],
)
def test_somebody_else_who_signs_a_decision_is_told_why_not_and_is_in_the_journal(
    form: dict[str, str], said: str, rosa: User
) -> None:
    rosa.load(MINOR)
    decide(rosa, **form)
    assert said in rosa.look(f"/visit/{rosa.row('V-1').key}/override")
    assert actions(rosa.desk)[-1] == ("failed-sign-in", "audrey", None)


def test_a_clinician_who_has_signed_in_gives_the_password_again(shared: Desk, printer: Printer) -> None:
    okonkwo = User.of(shared, "okonkwo")
    okonkwo.load(MINOR)
    decide(okonkwo, account="", password="")
    assert okonkwo.row("V-1").state.value == "attention"
    decide(okonkwo, account="")
    assert okonkwo.row("V-1").state.value == "ready"


def test_a_clinician_whom_the_proxy_has_signed_in_decides_as_the_file_of_users_says(
    tmp_path: Path, kept_password: str, printer: Printer
) -> None:
    settings = f"{SHARED}  proxy: 10.0.0.1\n  user_header: X-Remote-User\n"
    desk = shared_desk(tmp_path / "clinic", kept_password, settings)
    user = User.of(desk)
    user.scheme = "https"
    user.client.environ_base |= {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_REMOTE_USER": "okonkwo"}
    assert user.get("/sign-in").status_code == 303
    user.look()
    user.load(MINOR, MINOR)
    decide(user, account="", password="")
    assert user.row("V-1").state.value == "ready"
    file = tmp_path / "clinic" / "users.yaml"
    file.write_text(file.read_text().replace("    - clinician\n", ""))
    decide(user, "V-2", account="okonkwo", password=PASSWORD)
    assert user.row("V-2").state.value == "attention"
    assert user.get("/texts/").status_code == 403
    assert [one[3:] for one in overridden(desk)] == [("okonkwo", "clinician")]


def test_a_text_that_nobody_has_approved_is_used_for_one_visit(
    tmp_path: Path, kept_password: str, printer: Printer
) -> None:
    rosa = User.of(shared_desk(tmp_path / "clinic", kept_password, allow_drafts=False), "rosa")
    rosa.load({}, {})
    assert rosa.row("V-1").state.value == "attention"
    decide(rosa, reason="emergency")
    assert [rosa.row(number).state.value for number in ("V-1", "V-2")] == ["ready", "attention"]
    assert overridden(rosa.desk) == [("V-1", "draft", "emergency", "okonkwo", "clinician")]
    rosa.print("V-1")
    assert "draft" in " ".join(page_texts(printer.sets[0])).lower()


def test_what_only_one_decision_is_about_needs_a_second_one(
    tmp_path: Path, kept_password: str, printer: Printer
) -> None:
    rosa = User.of(shared_desk(tmp_path / "clinic", kept_password, allow_drafts=False), "rosa")
    rosa.load(MINOR)
    decide(rosa)
    page = rosa.look()
    assert "is not approved" in page and "The papers are given out" not in page
    assert "something else still speaks against this visit" in page
    decide(rosa, reason="emergency")
    assert rosa.row("V-1").state.value == "ready"
    assert [one[1] for one in overridden(rosa.desk)] == ["minor-alone", "draft"]


def test_a_decision_ends_with_the_next_correction_and_comes_back_when_that_is_taken_back(rosa: User) -> None:
    rosa.load(MINOR)
    decide(rosa)
    rosa.save("V-1", patient_name="Somebody Else")
    assert rosa.row("V-1").state.value == "attention"
    rosa.button("Undo")
    assert rosa.row("V-1").state.value == "ready"


def test_what_no_rule_allows_is_not_decided(rosa: User) -> None:
    page = rosa.load({**MINOR, "procedures": f"{CODE} {CODE}"}, {"language": "ar"}, {"procedures": "NONE-1"})
    assert "A clinician decides" not in page
    for number in ("V-1", "V-2", "V-3"):
        decide(rosa, number)
        assert "This can’t be decided by a clinician." in rosa.look()
    assert overridden(rosa.desk) == []


def test_a_visit_whose_decision_the_journal_can_not_have_stays_as_it_is(rosa: User) -> None:
    rosa.load(MINOR)
    user = rosa.desk.printer.journal
    assert user is not None
    user.close()
    decide(rosa)
    assert rosa.row("V-1").state.value == "attention"


def test_on_one_computer_a_clinician_signs_a_decision_and_can_sign_in(
    tmp_path: Path, kept_password: str, clock: Clock, printer: Printer
) -> None:
    clinic = small_clinic(tmp_path / "clinic")
    clerk = Clerk.at(new_small_desk(clinic, clock))
    clerk.load({"procedures": ADD_ON})
    assert "No clinician has an account here." in clerk.look(f"/visit/{clerk.row('V-1').key}/override")
    add_people(clinic, kept_password)
    decide(clerk)
    assert clerk.row("V-1").state.value == "ready"
    clinician = Clerk.at(clerk.desk, signs_in=False)
    assert clinician.get("/texts/").location == "/sign-in"
    clinician.post("/sign-in", OKONKWO)
    assert clinician.get("/texts/").status_code == 200


def test_a_decision_covers_no_rule_that_it_was_not_about(rosa: User) -> None:
    rosa.load({**MINOR, "procedures": f"{CODE} {ADD_ON}"})
    decide(rosa)
    assert rosa.row("V-1").state.value == "ready"
    folder = rosa.desk.day.maker.place.folder
    assert folder is not None
    write_procedure(folder / "procedures", code=ADD_ON, billing={"role": "add_on", "add_on_to": ["SMALL-9"]})
    rosa.post(f"/visit/{rosa.row('V-1').key}/check")
    page = rosa.look()
    assert f"{ADD_ON} is only added to another service" in page and "The patient is under 18." in page


def test_no_name_of_a_patient_keeps_a_clinician_from_deciding(rosa: User) -> None:
    rosa.load({**MINOR, "patient_name": "State Law"})
    decide(rosa, reason="state-law")
    assert rosa.row("V-1").state.value == "ready"


def test_a_decision_covers_no_draft_that_is_worded_otherwise_since(
    tmp_path: Path, kept_password: str, printer: Printer
) -> None:
    rosa = User.of(shared_desk(tmp_path / "clinic", kept_password, allow_drafts=False), "rosa")
    rosa.load({})
    decide(rosa, reason="emergency")
    assert rosa.row("V-1").state.value == "ready"
    folder = rosa.desk.day.maker.place.folder
    assert folder is not None
    write_procedure(folder / "procedures", title="A thing that is worded otherwise")
    rosa.print("V-1")
    assert printer.sets == [], "what nobody has decided on"
    assert rosa.row("V-1").state.value == "attention"
    decide(rosa, reason="emergency")
    assert rosa.row("V-1").state.value == "ready"
    rosa.print("V-1")
    assert len(printer.sets) == 1
