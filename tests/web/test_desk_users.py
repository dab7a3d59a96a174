"""Several computers, several people: who gets in by a password or a proxy, and what each may do."""

from __future__ import annotations

import datetime
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from consentkit.documents.opening import open_workspace
from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.library.approvals import Approvals, load_approvals
from consentkit.operations.approve import approve
from consentkit.operations.desk.users import DeskUser, add_user, load_users
from consentkit.operations.journal import open_journal, who_asks
from consentkit.operations.opening import settle
from consentkit.operations.packets import PacketOptions
from consentkit.operations.withdraw import WithdrawalRequest, withdraw
from consentkit.web.desk import Desk
from consentkit.web.passwords import PasswordDoor, hashed
from consentkit.web.request import DeskRequest
from consentkit.web.server import new_desk
from consentkit.web.sessions import LONGEST_SECONDS, Session
from kit.desk import Printer, plain, small_clinic
from kit.desk_users import PASSWORD, SHARED, User, actions, shared_desk
from kit.running import Outcome
from kit.small import CODE, write_procedure

PROXY = "10.0.0.1"


@pytest.fixture
def shared(tmp_path: Path, kept_password: str) -> Desk:
    return shared_desk(tmp_path / "clinic", kept_password)


def test_a_user_signs_in_and_the_journal_says_so(shared: Desk) -> None:
    user = User.of(shared)
    assert user.get("/").location == "/sign-in"
    assert user.sign_in("nobody") == 403
    assert user.sign_in("rosa", "wrong") == 403
    assert user.sign_in("rosa") == 303
    assert user.get("/").status_code == 200
    assert actions(shared) == [
        ("failed-sign-in", "unknown", None),
        ("failed-sign-in", "rosa", None),
        ("signed-in", "rosa", "desk"),
    ]


def test_no_link_opens_a_desk_that_is_shared(shared: Desk) -> None:
    assert User.of(shared).get(f"/open/{shared.sessions.new_link()}").status_code == 403


def test_a_thousand_bad_sign_ins_are_hardly_looked_at_and_the_right_one_waits(shared: Desk) -> None:
    moment = [0.0]
    shared.door = PasswordDoor(clock=lambda: moment[0])
    user = User.of(shared)
    statuses = [user.sign_in("rosa", f"guess {number}") for number in range(1000)]
    assert statuses.count(403) == 5 and statuses.count(429) == 995
    assert user.sign_in("rosa") == 429, "even the right password waits"
    assert len(actions(shared)) == 5, "what was not looked at fills no journal"
    moment[0] += 1.5
    assert user.sign_in("rosa", "wrong") == 403
    moment[0] += 1.5
    assert user.sign_in("rosa") == 429, "each failure makes the next wait longer"
    moment[0] += 1.5
    assert user.sign_in("rosa") == 303


def test_what_is_tried_under_one_name_does_not_keep_others_out(shared: Desk) -> None:
    moment = [0.0]
    shared.door = PasswordDoor(clock=lambda: moment[0])
    for _ in range(6):
        User.of(shared).sign_in("okonkwo", "wrong")
    assert User.of(shared).sign_in("rosa") == 303


@pytest.mark.parametrize(
    ("account", "allowed", "refused"),
    [
        ("rosa", ["/"], ["/texts/", "/journal/", "/journal/journal.csv", "/admin/"]),
        ("okonkwo", ["/", "/texts/"], ["/journal/", "/admin/"]),
        ("audrey", ["/journal/", "/journal/journal.csv"], ["/", "/texts/", "/end", "/admin/"]),
        ("ida", ["/admin/", "/journal/", "/journal/journal.csv"], ["/", "/texts/", "/end"]),
    ],
)
def test_each_role_has_its_pages(account: str, allowed: list[str], refused: list[str], shared: Desk) -> None:
    user = User.of(shared)
    user.sign_in(account)
    assert {path: user.get(path).status_code for path in allowed} == dict.fromkeys(allowed, 200)
    assert {path: user.get(path).status_code for path in refused} == dict.fromkeys(refused, 403)


def test_a_locked_page_opens_by_the_password_only(shared: Desk) -> None:
    user = User.of(shared)
    user.sign_in("rosa")
    user.post("/lock")
    user.get("/locked")
    assert user.get("/").location == "/locked"
    assert user.post("/unlock").status_code == 403
    assert user.post("/unlock", {"password": "wrong"}).status_code == 403
    assert user.get("/").location == "/locked"
    assert user.post("/unlock", {"password": PASSWORD}).status_code == 303
    assert user.get("/").status_code == 200
    assert ("locked", "rosa", "desk") in actions(shared)


PLACE = f"/texts/{CODE}/en/consent"


def form_to_approve(user: User) -> dict[str, str]:
    """The form of the page of a text, filled in by somebody who has read it."""
    page = user.get(PLACE).get_data(as_text=True).split('name="read"')[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(content|entries)" value="(\w+)">', page))
    return {**hidden, "until": "2099-01-01", "read": "yes", "password": PASSWORD}


def test_a_clinician_reads_a_text_and_approves_it_with_the_password_again(shared: Desk, printer: Printer) -> None:
    user = User.of(shared)
    user.sign_in("okonkwo")
    assert "Never approved" in user.look("/texts/")
    place = PLACE
    assert user.get(f"{place}.pdf").data.startswith(b"%PDF")
    form = form_to_approve(user)
    for change in ({"read": ""}, {"password": "wrong"}, {"content": "0" * 64}):
        user.post(place, {**form, **change})
        assert not (shared.day.maker.place.folder / "approvals.yaml").exists()  # type: ignore[operator]
    user.post(place, form)
    (approval,) = yaml.safe_load((shared.day.maker.place.folder / "approvals.yaml").read_text())["approvals"]  # type: ignore[operator]
    assert approval["by"] == "Okonkwo" and approval["until"] == "2099-01-01"
    assert ("approved", "okonkwo", "clinician") in actions(shared)
    assert "Approved" in user.look("/texts/")


def test_a_clinician_sees_the_words_that_have_changed_and_withdraws_an_approval(
    tmp_path: Path, kept_password: str, printer: Printer
) -> None:
    desk = shared_desk(tmp_path / "clinic", kept_password, allow_drafts=False)
    user = User.of(desk, "okonkwo")
    user.load({})
    place = PLACE
    user.post(place, form_to_approve(user))
    assert user.row("V-1").state.value == "ready", "an approval is seen at the desk at once"
    write_procedure(tmp_path / "clinic" / "procedures", purpose="To feel much better.")
    page = user.get(place).get_data(as_text=True)
    assert "<ins>much</ins>" in page and "To feel" in plain(page)
    form = {"reason": "out-of-date", "password": PASSWORD}
    write_procedure(tmp_path / "clinic" / "procedures")
    approved = user.get(place).get_data(as_text=True).split('/withdraw"')[1].split('name="content" value="')[1][:64]
    form["content"] = approved
    for change in ({"password": "wrong"}, {"content": "0" * 64}, {"reason": ""}, {"reason": "Nora Nye asked"}):
        user.post(f"{place}/withdraw", {**form, **change})
        user.desk.day.prepare_all()
        assert user.row("V-1").state.value == "ready"
    user.post(f"{place}/withdraw", form)
    assert "is withdrawn." in user.look("/texts/")
    assert "Withdrawn by Okonkwo" in user.look(place) and "It is out of date" in user.look(place)
    user.post("/language")
    assert "Ya no está al día" in user.look(place)
    assert ("withdrawn", "okonkwo", "clinician") in actions(desk)
    (entry,) = [one.entry for one in desk.printer.journal.rows() if one.entry.action == "withdrawn"]  # type: ignore[union-attr]
    assert entry.reason == "out-of-date"
    assert user.row("V-1").state.value == "attention"


def test_what_is_approved_is_what_was_read_whatever_is_edited_meanwhile(
    shared: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, folder = User.of(shared, "okonkwo"), shared.day.maker.place.folder
    assert folder is not None
    form = form_to_approve(user)

    def edit_once_compared(*arguments: Any) -> Approvals:
        write_procedure(folder / "procedures", purpose="To feel far worse.")
        return load_approvals(*arguments)

    monkeypatch.setattr("consentkit.operations.desk.texts.load_approvals", edit_once_compared)
    user.post(PLACE, form)
    (approval,) = load_approvals(folder).approvals
    assert approval.content == form["content"]
    assert "Changed since" in user.look("/texts/")


def test_nobody_approves_what_a_colleague_has_withdrawn_or_approved_since_it_was_shown(shared: Desk) -> None:
    user, folder = User.of(shared, "okonkwo"), shared.day.maker.place.folder
    assert folder is not None
    user.post(PLACE, form_to_approve(user))
    form, workspace = form_to_approve(user), open_workspace(folder)
    withdraw(workspace, WithdrawalRequest(CODE, "Ben Orr", "The dose is wrong"))
    user.post(PLACE, form)
    assert "Somebody has just approved or withdrawn this text." in user.look(PLACE)
    assert len(load_approvals(folder).approvals) == 2
    form = form_to_approve(user)
    approve(workspace, CODE, by="Ben Orr")
    withdraw(workspace, WithdrawalRequest(CODE, "Ben Orr", "The dose is wrong"))
    user.post(PLACE, form)
    assert len(load_approvals(folder).approvals) == 4
    assert user.post(PLACE, {**form, "entries": ""}).status_code == 400
    user.post(PLACE, form_to_approve(user))
    assert len(load_approvals(folder).approvals) == 5, "whoever has seen the withdrawal can approve"


def test_an_auditor_finds_what_was_printed_of_a_visit(shared: Desk, printer: Printer) -> None:
    rosa, audrey = User.of(shared), User.of(shared)
    rosa.sign_in("rosa")
    rosa.load({})
    rosa.print("V-1")
    audrey.sign_in("audrey")
    page = audrey.post("/journal/", {"visit": "V-1"}).get_data(as_text=True)
    assert "rosa@" in page and "printed" in page
    assert re.search(rf"print 1, \d+ pages, front-desk, front-desk-1, {CODE} en</td>", page)
    assert audrey.post("/journal/", {"visit": "Nora Nye"}).status_code == 400
    assert audrey.post("/journal/", {"day": "yesterday"}).status_code == 400


def test_a_proxy_names_who_has_signed_in_and_nobody_else_may(tmp_path: Path, kept_password: str) -> None:
    settings = f"{SHARED}  proxy: {PROXY}\n  user_header: X-Remote-User\n"
    desk = shared_desk(tmp_path / "clinic", kept_password, settings)
    user = User.of(desk)
    named = {"X-Remote-User": "rosa"}
    by_proxy = {"environ_overrides": {"REMOTE_ADDR": PROXY}, "headers": named}
    assert user.get("/sign-in", headers=named).status_code == 403, "it does not come from the proxy"
    assert user.get("/sign-in", environ_overrides={"REMOTE_ADDR": PROXY}).status_code == 401
    unknown = {**by_proxy, "headers": {"X-Remote-User": "mallory"}}
    assert user.get("/sign-in", **unknown).status_code == 401
    answer = user.get("/sign-in", **by_proxy)
    assert answer.status_code == 303 and "Secure" in answer.headers["Set-Cookie"]


def test_a_session_is_not_for_somebody_else_whom_the_proxy_names(tmp_path: Path, kept_password: str) -> None:
    settings = f"{SHARED}  proxy: {PROXY}\n  user_header: X-Remote-User\n"
    desk = shared_desk(tmp_path / "clinic", kept_password, settings)
    user = User.of(desk)
    user.scheme = "https"
    by_proxy = {"environ_overrides": {"REMOTE_ADDR": PROXY}}
    assert user.get("/sign-in", headers={"X-Remote-User": "rosa"}, **by_proxy).status_code == 303
    assert user.get("/", headers={"X-Remote-User": "rosa"}, **by_proxy).status_code == 200
    assert user.get("/", headers={"X-Remote-User": "audrey"}, **by_proxy).status_code == 303


def test_a_shared_desk_needs_users_and_an_address(tmp_path: Path) -> None:
    request = DeskRequest(settle(small_clinic(tmp_path / "one")), PacketOptions(), listen="0.0.0.0")
    with pytest.raises(WrongUse, match="does not say how"):
        new_desk(request, lambda text: None)
    request = DeskRequest(settle(small_clinic(tmp_path / "two", SHARED)), PacketOptions(), listen="0.0.0.0")
    with pytest.raises(WrongUse, match="nobody could sign in"):
        new_desk(request, lambda text: None)


def test_a_file_of_users_that_others_may_read_or_that_has_mistakes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    path.write_text("users:\n  rosa:\n    name: Rosa\n    roles: [desk]\n")
    path.chmod(0o640)
    with pytest.raises(FileAccess, match="run `chmod 600"):
        load_users(tmp_path)
    path.chmod(0o600)
    assert load_users(tmp_path)["rosa"].roles == ("desk",)
    path.write_text("users:\n  rosa:\n    name: Rosa\n    roles: [boss]\n    password: secret\n")
    with pytest.raises(InvalidInput) as caught:
        load_users(tmp_path)
    assert "secret" not in str(caught.value)
    assert load_users(tmp_path / "nowhere") == {}


def test_the_command_adds_a_user_and_keeps_the_others(
    call: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = small_clinic(tmp_path / "clinic")
    monkeypatch.setattr("click.prompt", lambda *_, **__: PASSWORD)
    arguments = ("--role", "desk", "--clinic", clinic)
    assert call("user", "rosa", "--name", "Rosa Díaz", *arguments).code == 0
    assert call("user", "omar", "--name", "Omar", "--no-password", *arguments).code == 0
    text = (clinic / "users.yaml").read_text(encoding="utf-8")
    assert PASSWORD not in text and (clinic / "users.yaml").stat().st_mode & 0o777 == 0o600
    users = load_users(clinic)
    assert users["rosa"].name == "Rosa Díaz" and users["omar"].password is None
    monkeypatch.setattr("click.prompt", lambda *_, **__: "short")
    assert call("user", "eve", "--name", "Eve", *arguments).code == 2
    assert call("user", "Eve!", "--name", "Eve", "--no-password", *arguments).code == 2


def test_a_page_is_locked_also_where_the_journal_can_not_have_it(shared: Desk) -> None:
    user = User.of(shared, "rosa")
    shared.printer.journal.close()  # type: ignore[union-attr]
    assert user.get("/locked").status_code == 500
    assert user.get("/").location == "/locked"


def test_a_page_that_was_idle_is_locked_in_the_journal_once(shared: Desk) -> None:
    user = User.of(shared, "rosa")
    shared.sessions.idle_seconds = -1
    for _ in range(2):
        assert user.get("/").location == "/locked"
        user.get("/locked")
    assert actions(shared).count(("locked", "rosa", "desk")) == 1


def test_a_role_that_was_taken_away_approves_nothing_more(shared: Desk, printer: Printer) -> None:
    user = User.of(shared, "okonkwo")
    place = PLACE
    user.look(place)
    form = form_to_approve(user)
    file = shared.day.maker.place.folder / "users.yaml"  # type: ignore[operator]
    file.write_text(file.read_text().replace("clinician", "auditor"))
    answer = user.post(place, form)
    assert answer.status_code == 403
    assert "approved" not in [action for action, *_ in actions(shared)]


def edit_users(desk: Desk, old: str, new: str) -> None:
    file = desk.day.maker.place.folder / "users.yaml"  # type: ignore[operator]
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_what_the_file_of_users_says_of_roles_counts_at_the_next_request(shared: Desk, printer: Printer) -> None:
    rosa, okonkwo = User.of(shared, "rosa"), User.of(shared, "okonkwo")
    rosa.load({"patient_name": "Zyxwvuta Canarybird"})
    assert rosa.get("/").status_code == okonkwo.get("/texts/").status_code == okonkwo.get("/").status_code == 200
    edit_users(shared, "    - clinician\n    - desk\n", "    - auditor\n")
    assert [okonkwo.get(path).status_code for path in ("/texts/", "/", "/rows", "/journal/")] == [403, 403, 403, 200]
    edit_users(shared, "  rosa:", "  rosa-maria:")
    for path in ("/", "/rows", "/end"):
        answer = rosa.get(path)
        assert answer.location == "/sign-in" and "Canary" not in answer.get_data(as_text=True)
    assert rosa.sign_in("rosa") == 403
    assert actions(shared)[-2:] == [("signed-out", "rosa", "desk"), ("failed-sign-in", "unknown", None)]


def test_another_password_ends_the_sessions_of_the_old_one(shared: Desk, printer: Printer) -> None:
    rosa, other = User.of(shared, "rosa"), User.of(shared, "okonkwo")
    add_user(
        shared.day.maker.place.folder, "rosa", DeskUser(name="Rosa", roles=("desk",), password=hashed("another one"))
    )
    assert rosa.get("/").location == "/sign-in"
    assert other.get("/").status_code == 200
    assert rosa.sign_in("rosa", "another one") == 303


@pytest.mark.parametrize("fault", ["mistake", "readable by others"])
def test_where_nobody_knows_who_may_sign_in_nothing_is_shown(fault: str, shared: Desk, printer: Printer) -> None:
    rosa = User.of(shared, "rosa")
    rosa.load({"patient_name": "Zyxwvuta Canarybird"})
    file = shared.day.maker.place.folder / "users.yaml"  # type: ignore[operator]
    text = file.read_text()
    if fault == "mistake":
        file.write_text(text.replace("- desk", "- boss"))
    else:
        file.chmod(0o644)
    for path in ("/", "/rows", f"/visit/{rosa.row('V-1').key}/packet.pdf"):
        answer = rosa.get(path)
        assert answer.status_code == 500 and "Canary" not in answer.get_data(as_text=True)
        assert "scrypt" not in answer.get_data(as_text=True)
    file.write_text(text)
    file.chmod(0o600)
    assert rosa.get("/").location == "/locked", "until the password is given again"
    rosa.get("/locked")
    assert rosa.post("/unlock", {"password": PASSWORD}).status_code == 303
    assert "Canary" in rosa.look()


def test_whichever_way_a_session_ends_the_journal_says_so(shared: Desk, printer: Printer) -> None:
    rosa, other, ida = User.of(shared, "rosa"), User.of(shared, "okonkwo"), User.of(shared, "ida")
    rosa.post("/sign-out")
    assert rosa.get("/").location == "/sign-in"
    (public,) = [one.public for one, _ in shared.sessions.listed() if one.person == "okonkwo"]
    for _ in range(2):
        ida.post(f"/admin/sessions/{public}/end")
    assert other.get("/").location == "/sign-in"
    ida.get("/locked")
    ida.post("/unlock", {"password": PASSWORD})
    shared.sessions.clock = lambda: time.monotonic() + 2 * LONGEST_SECONDS
    User.of(shared, "audrey")
    assert actions(shared)[3:] == [
        ("signed-out", "rosa", "desk"),
        ("session-ended", "ida", "admin"),
        ("signed-out", "okonkwo", "desk"),
        ("locked", "ida", "admin"),
        ("unlocked", "ida", "admin"),
        ("signed-out", "ida", "admin"),
        ("signed-in", "audrey", "auditor"),
    ]


def test_whoever_ends_a_session_does_so_as_an_admin_whatever_else_they_are(
    shared: Desk, kept_password: str, printer: Printer
) -> None:
    folder = shared.day.maker.place.folder
    assert folder is not None
    add_user(folder, "boss", DeskUser(name="Boss", roles=("desk", "admin"), password=kept_password))
    rosa, boss = User.of(shared, "rosa"), User.of(shared, "boss")
    (public,) = [one.public for one, _ in shared.sessions.listed() if one.person == "rosa"]
    boss.look()
    boss.post(f"/admin/sessions/{public}/end")
    assert rosa.get("/").location == "/sign-in"
    assert actions(shared)[2:] == [("session-ended", "boss", "admin"), ("signed-out", "rosa", "desk")]


def test_a_session_that_nobody_used_for_a_day_opens_no_page_any_more(shared: Desk, printer: Printer) -> None:
    rosa = User.of(shared, "rosa")
    shared.sessions.clock = lambda: time.monotonic() + 2 * LONGEST_SECONDS
    assert rosa.get("/locked").location == "/sign-in"
    assert actions(shared)[1:] == [("signed-out", "rosa", "desk")]


def test_a_session_that_nobody_used_for_a_day_ends_also_where_nobody_asks(shared: Desk, printer: Printer) -> None:
    User.of(shared, "rosa")
    is_noted, note = threading.Event(), shared.sessions.ended

    def ended(session: Session) -> None:
        note(session)
        is_noted.set()

    shared.sessions.ended = ended
    shared.sessions.clock = lambda: time.monotonic() + 2 * LONGEST_SECONDS
    shared.work()
    assert is_noted.wait(60)
    assert actions(shared)[1:] == [("signed-out", "rosa", "desk")]


def test_a_session_ends_also_where_the_journal_can_not_have_it_and_stays_locked(shared: Desk, printer: Printer) -> None:
    rosa, other = User.of(shared, "rosa"), User.of(shared, "okonkwo")
    other.get("/locked")
    shared.printer.journal.close()  # type: ignore[union-attr]
    assert rosa.post("/sign-out").status_code == 500
    assert rosa.get("/").location == "/sign-in"
    other.post("/unlock", {"password": PASSWORD})
    assert other.get("/").location == "/locked"


def test_the_journal_has_who_ended_the_day_and_that_it_was_over(shared: Desk, printer: Printer) -> None:
    rosa = User.of(shared, "rosa")
    rosa.post("/end")
    rosa.load({"patient_name": "Zyxwvuta Canarybird"}, {})
    rosa.post("/end")
    rosa.load({})
    shared.day.clock = lambda: datetime.datetime.now().astimezone() + datetime.timedelta(days=1)
    assert "No visits yet" in rosa.look()
    rosa.load({}, {}, {})
    shared.end_day()  # as when the program ends
    rows = [row.entry for row in shared.printer.journal.rows() if row.entry.action == "day-ended"]  # type: ignore[union-attr]
    process = who_asks().actor
    assert [(one.who.actor, one.count) for one in rows] == [("rosa", 2), (process, 1), (process, 3)]


def test_a_day_is_forgotten_also_where_the_journal_can_not_have_it(shared: Desk, printer: Printer) -> None:
    rosa = User.of(shared, "rosa")
    for end in ("by hand", "at midnight"):
        rosa.load({"patient_name": "Zyxwvuta Canarybird"})
        journal, shared.printer.journal = shared.printer.journal, open_journal(shared.day.maker.workspace)
        shared.printer.journal.close()  # type: ignore[union-attr]
        if end == "by hand":
            rosa.post("/end")
        else:
            shared.day.clock = lambda: datetime.datetime.now().astimezone() + datetime.timedelta(days=1)
        assert rosa.get("/end").status_code == 200
        assert shared.day.rows() == []
        shared.printer.journal = journal
