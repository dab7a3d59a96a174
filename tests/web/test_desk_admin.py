"""What whoever looks after the desk sees and does, and the journal as an auditor reads it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from consentkit.operations.desk.users import DeskUser, add_user
from consentkit.web.desk import Desk
from consentkit.web.passwords import PasswordDoor
from kit.desk import Printer
from kit.desk_users import HOST, SHARED, User, shared_desk
from kit.small import NO_PAPERS_DUE


@pytest.fixture
def shared(tmp_path: Path, kept_password: str) -> Desk:
    return shared_desk(tmp_path / "clinic", kept_password)


def test_the_page_says_who_there_is_and_when_they_signed_in_last(shared: Desk, printer: Printer) -> None:
    User.of(shared, "rosa")
    page = User.of(shared, "ida").look("/admin/")
    today = shared.day.today()
    rosa = page.split("rosa Rosa front desk")[1].split("Who is here now")[0]
    assert str(today.year) in rosa
    assert "okonkwo Okonkwo clinician, front desk not known" in page
    assert re.search(r"Who is here now .* ida administration 0 minutes you rosa front desk 0 minutes End session", page)


def test_a_session_is_ended_and_its_browser_has_to_sign_in_again(shared: Desk, printer: Printer) -> None:
    rosa, ida = User.of(shared, "rosa"), User.of(shared, "ida")
    assert ida.button("End session", "/admin/").status_code == 303
    assert "The session was ended." in ida.look("/admin/")
    assert rosa.get("/").location == "/sign-in"
    (own, _), *_ = shared.sessions.listed()
    ida.post(f"/admin/sessions/{own.public}/end")
    assert "This is your own session." in ida.look("/admin/")


def test_a_page_names_no_session_by_what_opens_it(shared: Desk, printer: Printer) -> None:
    rosa, ida = User.of(shared, "rosa"), User.of(shared, "ida")
    cookie = rosa.client.get_cookie("consentkit-desk", HOST)
    assert cookie is not None
    assert cookie.value not in ida.get("/admin/").get_data(as_text=True)


def test_somebody_who_has_to_wait_is_let_in(shared: Desk, printer: Printer) -> None:
    shared.door = PasswordDoor(clock=lambda: 0.0)
    ida = User.of(shared, "ida")
    for _ in range(8):
        User.of(shared).sign_in("rosa", "wrong")
    assert User.of(shared).sign_in("rosa") == 429
    assert "after wrong passwords" in ida.look("/admin/")
    ida.button("Let in now", "/admin/")
    assert User.of(shared).sign_in("rosa") == 303
    assert "after wrong passwords" not in ida.look("/admin/")


def test_what_can_not_work_is_said_in_plain_words(tmp_path: Path, kept_password: str, printer: Printer) -> None:
    settings = (
        f"name: Small Clinic\n{NO_PAPERS_DUE}printing:\n  printer: attic\n  tray: tray-2\ndesk:\n  hosts: [{HOST}]\n"
    )
    desk = shared_desk(tmp_path / "clinic", kept_password, settings)
    add_user(tmp_path / "clinic", "omar", DeskUser(name="Omar", roles=("auditor",)))
    assert "No journal is kept." in User.of(desk, "audrey").look("/journal/")
    assert User.of(desk, "rosa").get("/journal/").status_code == 403
    page = User.of(desk, "ida").look("/admin/")
    assert "There is no print queue attic, so nothing is printed until you correct" in page
    assert "No journal is kept." in page
    assert "There is no proxy that ends TLS" in page
    assert "omar has no password and can’t sign in." in page
    assert "Tray tray-2" in page and HOST in page
    good = shared_desk(tmp_path / "good", kept_password, f"{SHARED}  proxy: 10.0.0.1\n")
    user = User.of(good)
    user.client.environ_base["REMOTE_ADDR"] = "10.0.0.1"
    user.scheme = "https"
    assert user.sign_in("ida") == 303
    assert "What can’t work" not in user.look("/admin/")


def test_mistakes_in_the_settings_are_on_the_page_of_whoever_mends_them(shared: Desk, printer: Printer) -> None:
    ida = User.of(shared, "ida")
    (shared.day.maker.place.folder / "clinic.yaml").write_text("nane: Small Clinic\n")  # type: ignore[operator]
    answer = ida.get("/admin/")
    assert answer.status_code == 500 and "nane" in answer.get_data(as_text=True)


def test_an_auditor_verifies_the_journal_and_takes_it_along(shared: Desk, printer: Printer) -> None:
    rosa, audrey = User.of(shared, "rosa"), User.of(shared, "audrey")
    rosa.load({"patient_name": "Zyxwvuta Canarybird"})
    rosa.print("V-1")
    answer = audrey.get("/journal/journal.csv")
    assert "attachment" in answer.headers["Content-Disposition"] and answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["action"] for row in rows][-2:] == ["to-print", "printed"] and rows[-1]["visit"] == "V-1"
    assert "Canary" not in answer.get_data(as_text=True)
    page = audrey.post("/journal/verify").get_data(as_text=True)
    assert f"The journal is whole: {len(rows)} entries." in page and rows[-1]["hash"] in page
    page = audrey.post("/journal/verify", {"head": "0" * 64}).get_data(as_text=True)
    assert "Something is wrong:" in page
    assert audrey.post("/journal/verify", {"head": "zero"}).status_code == 400


def test_what_is_saved_as_a_table_is_what_the_page_shows(shared: Desk, printer: Printer) -> None:
    rosa, audrey = User.of(shared, "rosa"), User.of(shared, "audrey")
    rosa.load({}, {})
    rosa.print("V-1")
    rosa.print("V-2")

    def saved(**sought: str) -> tuple[set[str], int, str]:
        page = audrey.post("/journal/", sought).get_data(as_text=True)
        form = page.split('action="/journal/shown.csv"')[1].split("</form>")[0]
        fields = dict(re.findall(r'name="(day|visit|packet)" value="([^"]*)"', form))
        answer = audrey.post("/journal/shown.csv", fields)
        rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
        assert len(rows) == int(re.findall(r"(\d+) entr", page)[0])
        return {row["visit"] for row in rows}, len(rows), answer.headers["Content-Disposition"]

    assert saved(visit="V-1") == ({"V-1"}, 2, "attachment; filename=journal-part.csv")
    packet = next(row.entry.packet for row in shared.printer.journal.rows() if row.entry.packet)  # type: ignore[union-attr]
    assert saved(packet=packet or "") == ({"V-1"}, 2, "attachment; filename=journal-part.csv")
    visits, count, name = saved(day="")
    assert visits == {"", "V-1", "V-2"} and re.search(r"journal-\d{4}-\d\d-\d\d\.csv$", name)
    everything = audrey.get("/journal/journal.csv").get_data(as_text=True)
    assert len(list(csv.DictReader(io.StringIO(everything)))) == count
    assert audrey.post("/journal/shown.csv", {"day": "yesterday"}).status_code == 400
    assert "shown.csv" not in audrey.post("/journal/", {"visit": "V-9"}).get_data(as_text=True)


def test_the_journal_speaks_the_language_of_the_page(shared: Desk, printer: Printer) -> None:
    rosa, audrey = User.of(shared, "rosa"), User.of(shared, "audrey")
    rosa.load({})
    rosa.print("V-1")
    rosa.post(f"/visit/{rosa.row('V-1').key}/set/1/void", {"reason": "jammed"})
    page = audrey.post("/journal/", {"visit": "V-1"}).get_data(as_text=True)
    assert "does not count: the paper jammed or was spoiled" in page and "(front desk)" in page
    audrey.post("/language")
    page = audrey.look("/journal/")
    assert "no cuenta: el papel se atascó o se dañó" in page and "(recepción)" in page
    assert "agenda cargada cantidad: 1" in page


def test_nobody_but_an_admin_ends_sessions_or_lets_in(shared: Desk, printer: Printer) -> None:
    User.of(shared, "ida")
    for account in ("rosa", "okonkwo", "audrey"):
        user = User.of(shared, account)
        paths = [f"/admin/sessions/{session.public}/end" for session, _ in shared.sessions.listed()]
        assert {user.post(path).status_code for path in (*paths, "/admin/people/rosa/let-in")} == {403}
