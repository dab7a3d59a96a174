"""Who gets in, what a hostile page can do, and what is left when a day is over."""

from __future__ import annotations

import datetime
import io
import re
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from consentkit.web import guards
from consentkit.web.app import LARGEST_UPLOAD, create_app
from consentkit.web.desk import Desk
from consentkit.web.sessions import Sessions
from kit.desk import HOST, Clerk, Clock, Printer, form_values, plain, schedule

CANARY = "Zyxwvuta Canarybird"


def test_a_link_opens_one_session_and_then_none(desk: Desk) -> None:
    link = f"/open/{desk.sessions.new_link()}"
    first, second = Clerk.at(desk, signs_in=False), Clerk.at(desk, signs_in=False)
    assert first.get(link).status_code == 303
    assert second.get(link).status_code == 403
    assert first.get("/").status_code == 200
    assert second.get("/").status_code == 303


def test_a_newer_link_replaces_one_that_nobody_used(desk: Desk) -> None:
    old, new = desk.sessions.new_link(), desk.sessions.new_link()
    assert not desk.sessions.use_link(old)
    assert desk.sessions.use_link(new)


def test_every_page_refuses_whoever_has_no_session(clerk: Clerk) -> None:
    clerk.load({"patient_name": CANARY})
    key = clerk.row("V-1").key
    stranger = Clerk.at(clerk.desk, signs_in=False)
    app = stranger.client.application
    tried = 0
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for part, value in {
            "<key>": key,
            "<int:serial>": "1",
            "<int:intent>": "1",
            "<int:page>": "2",
            "<token>": "x",
        }.items():
            path = path.replace(part, value)
        if rule.endpoint == "static":
            continue
        for method in rule.methods & {"GET", "POST"}:
            answer = stranger.client.open(path, method=method, base_url=f"http://{HOST}")
            assert CANARY not in answer.get_data(as_text=True)
            assert answer.status_code in {303, 401, 403}, path
            tried += 1
    assert tried > 25
    assert clerk.row("V-1").sets == ()


def test_a_page_that_does_not_say_who_may_use_it_is_refused(desk: Desk) -> None:
    app = create_app(desk)
    app.add_url_rule("/forgotten", "forgotten", lambda: CANARY)
    assert app.test_client().get("/forgotten", base_url=f"http://{HOST}").status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8377", "127.0.0.1", "127.0.0.1:80", "[::1]:8377"])
def test_an_address_that_is_not_ours_gets_nothing(host: str, clerk: Clerk) -> None:
    clerk.load({"patient_name": CANARY})
    answer = clerk.client.get("/", base_url=f"http://{HOST}", headers={"Host": host})
    assert answer.status_code == 421
    assert CANARY not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:8378"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_what_another_page_sends_is_refused(headers: dict[str, str], clerk: Clerk, printer: Printer) -> None:
    clerk.load({})
    key = clerk.row("V-1").key
    answer = clerk.post(f"/visit/{key}/print", {"printed": "0"}, headers=headers)
    assert answer.status_code == 403
    assert printer.sets == []


@pytest.mark.parametrize("token", ["", "x", None])
def test_a_form_without_the_token_of_the_session_is_refused(
    token: str | None, clerk: Clerk, printer: Printer, desk: Desk
) -> None:
    clerk.load({})
    other = Clerk.at(desk)
    key = clerk.row("V-1").key
    answer = clerk.post(f"/visit/{key}/print", {"printed": "0", "csrf": other.csrf if token is None else token})
    assert answer.status_code == 403
    assert printer.sets == []


def test_every_answer_forbids_to_keep_frame_and_load(clerk: Clerk) -> None:
    clerk.load({})
    key = clerk.row("V-1").key
    paths = ("/", "/rows", f"/visit/{key}/packet.pdf", "/static/desk.js", "/nowhere", "/sign-in", "/open/x")
    for path in paths:
        headers = clerk.get(path).headers
        for name, value in guards.HEADERS.items():
            assert headers[name] == value, path
        assert "'unsafe" not in headers["Content-Security-Policy"]


def test_the_cookie_is_for_this_site_and_no_script(desk: Desk) -> None:
    clerk = Clerk.at(desk, signs_in=False)
    cookie = clerk.get(f"/open/{desk.sessions.new_link()}").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert "Expires" not in cookie and "Max-Age" not in cookie


def test_pages_use_no_script_or_style_of_their_own(clerk: Clerk) -> None:
    clerk.load({})
    text = clerk.get(f"/?visit={clerk.row('V-1').key}").get_data(as_text=True)
    for forbidden in (" style=", "<style", " onclick", "javascript:", "http://", "https://"):
        assert forbidden not in text


def test_no_address_and_no_title_holds_anything_of_a_patient(clerk: Clerk) -> None:
    clerk.load({"patient_name": CANARY, "record_number": "MR-77123"})
    text = clerk.get(f"/?visit={clerk.row('V-1').key}").get_data(as_text=True)
    kept = re.findall(r'(?:href|src|action)="([^"]*)"', text) + re.findall(r"<title>(.*?)</title>", text)
    assert len(kept) > 10
    assert not [one for one in kept if "Canary" in one or "77123" in one or "V-1" in one]


def test_a_name_with_marks_of_html_is_a_name(clerk: Clerk) -> None:
    clerk.load({"patient_name": "<script>alert(1)</script>"})
    text = clerk.get("/").get_data(as_text=True)
    assert "<script>alert" not in text and "&lt;script&gt;alert(1)" in text


def upload(clerk: Clerk, content: bytes) -> TestResponse:
    """Send a schedule as a browser does. The test client's own way puts large ones into a file itself."""
    begin = (
        f'--mark\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{clerk.csrf}\r\n'
        '--mark\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
    )
    return clerk.client.post(
        "/schedule",
        base_url=f"http://{HOST}",
        input_stream=io.BytesIO(begin.encode() + content + b"\r\n--mark--\r\n"),
        content_length=len(begin.encode()) + len(content) + len(b"\r\n--mark--\r\n"),
        content_type="multipart/form-data; boundary=mark",
    )


def test_an_upload_that_is_too_large_is_refused(clerk: Clerk) -> None:
    assert upload(clerk, b"x" * (LARGEST_UPLOAD + 1)).status_code == 413


def test_a_large_upload_is_never_put_into_a_file(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a temporary file was opened")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    for name in ("TemporaryFile", "SpooledTemporaryFile"):
        monkeypatch.setattr(f"werkzeug.formparser.{name}", refuse, raising=False)
    rows = schedule(*({} for _ in range(3)))
    page = rows + b"\n" * 700_000
    assert upload(clerk, page).status_code == 303
    assert len(clerk.desk.day.rows()) == 3


def test_two_clicks_print_one_set(clerk: Clerk, printer: Printer) -> None:
    clerk.load({})
    key = clerk.row("V-1").key
    for _ in range(2):
        clerk.post(f"/visit/{key}/print", {"printed": "0"})
    assert "These papers were printed just now, so nothing was printed again." in clerk.look()
    assert len(printer.sets) == 1


def test_two_clerks_at_one_moment_print_one_set(clerk: Clerk, desk: Desk, printer: Printer) -> None:
    clerk.load({})
    row = clerk.row("V-1")
    clerks = [clerk, *(Clerk.at(desk) for _ in range(3))]
    ready = threading.Barrier(len(clerks))

    def press(one: Clerk) -> int:
        ready.wait()
        return one.post(f"/visit/{row.key}/print", {"printed": "0"}).status_code

    with ThreadPoolExecutor(len(clerks)) as pool:
        assert set(pool.map(press, clerks)) == {303}
    assert len(printer.sets) == 1
    assert len(clerk.row("V-1").sets) == 1


def test_the_back_button_prints_nothing_again(clerk: Clerk, printer: Printer) -> None:
    clerk.load({})
    clerk.print("V-1")
    key = clerk.row("V-1").key
    form = {"printed": "1", "reason": "jammed", "taken": "yes"}
    for _ in range(2):
        clerk.post(f"/visit/{key}/again", form)
    assert len(printer.sets) == 2


def test_two_clerks_who_correct_one_visit_do_not_overwrite_each_other(clerk: Clerk, desk: Desk) -> None:
    clerk.load({"patient_name": "Nora Nie"})
    row, other = clerk.row("V-1"), Clerk.at(desk)
    clerk.save("V-1", patient_name="Nora Nye")
    other.save("V-1", patient_name="Nora Wrong", revision=str(row.revision))
    assert "Somebody has just changed this visit." in other.look()
    assert clerk.row("V-1").visit.patient.name == "Nora Nye"  # type: ignore[union-attr]


def test_a_page_that_was_idle_has_no_names_until_somebody_goes_on(clerk: Clerk, desk: Desk) -> None:
    clerk.load({"patient_name": CANARY})
    moment = [0.0]
    desk.sessions.clock = lambda: moment[0]
    for session in desk.sessions._sessions.values():
        session.last_seen = 0.0
    moment[0] = 299.0
    assert CANARY in clerk.look()
    moment[0] += 301.0
    assert clerk.get("/").location == "/locked"
    assert clerk.get("/rows").location == "/locked"
    assert CANARY not in plain(clerk.get("/locked").get_data(as_text=True))
    clerk.post("/unlock")
    assert CANARY in clerk.look()


def test_a_page_that_refreshes_itself_does_not_count_as_somebody() -> None:
    moment = [0.0]
    sessions = Sessions(clock=lambda: moment[0])
    name, session = sessions.open("desk", frozenset())
    for _ in range(3):
        moment[0] += 150.0
        sessions.find(name, is_active=False)
    assert session.is_locked


def test_the_day_is_forgotten_at_midnight(clerk: Clerk, clock: Clock) -> None:
    clerk.load({"patient_name": CANARY})
    clock.now = clock.now.replace(hour=23, minute=59)
    assert CANARY in clerk.look()
    clock.now += datetime.timedelta(minutes=2)
    page = clerk.look()
    assert CANARY not in page and "No visits yet" in page


def test_at_midnight_nothing_of_the_visits_is_left_in_sessions_and_files(
    clerk: Clerk, desk: Desk, clock: Clock
) -> None:
    clerk.load({"patient_name": CANARY})
    row = clerk.row("V-1")
    page = clerk.get(f"/?visit={row.key}").get_data(as_text=True)
    clerk.post(f"/visit/{row.key}/draft", form_values(page))
    clerk.post("/printer", {"printer": "-"})
    clerk.post("/print-all", {"visits": row.key})
    ((session, _),) = desk.sessions.listed()
    session.answer = 200, CANARY.encode()
    assert session.draft and desk.together.open_files()
    clock.now += datetime.timedelta(days=1)
    desk.day.end_if_over()
    assert (session.draft, session.answer, desk.together.open_files()) == (b"", None, [])


def test_the_day_is_forgotten_when_it_is_ended(clerk: Clerk, desk: Desk) -> None:
    clerk.load({"patient_name": CANARY})
    key = clerk.row("V-1").key
    clerk.get(f"/visit/{key}/packet.pdf")
    clerk.post("/end")
    page = clerk.look()
    assert "everything about the visits was forgotten" in page
    assert CANARY not in page
    assert clerk.get(f"/visit/{key}/packet.pdf").status_code == 303
    assert "This visit is no longer on the list." in clerk.look()


def test_a_fault_is_noted_by_its_kind_and_says_nothing_of_anybody(
    clerk: Clerk, desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    clerk.load({"patient_name": CANARY})
    noted: list[str] = []
    desk.report = noted.append
    monkeypatch.setattr("consentkit.web.day_pages.likely_clinician", lambda rows: {}[CANARY])
    answer = clerk.get("/")
    assert answer.status_code == 500
    assert CANARY not in answer.get_data(as_text=True)
    assert noted == ["day.show: KeyError"]
    assert CANARY not in "".join(capfd.readouterr())


def test_a_page_is_locked_before_the_browser_asks_for_the_next_one(clerk: Clerk) -> None:
    assert clerk.post("/lock").status_code == 303
    answer = clerk.get("/")
    assert (answer.status_code, answer.location) == (303, "/locked")
