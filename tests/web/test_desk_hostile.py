"""What a hostile client gets, byte by byte over the network; docs/desk.md has all of it as a table."""

from __future__ import annotations

import io
import re
import socket
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from consentkit.web.app import LARGEST_UPLOAD
from consentkit.web.desk import Desk
from consentkit.web.sessions import Sessions
from kit.desk import HOST, Clerk, Printer, plain, serving
from kit.running import PROJECT

CANARY = "Zyxwvuta Canarybird"
NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}


@dataclass
class Open:
    """A desk with a visit on it, and what somebody's browser knows."""

    desk: Desk
    host: str
    cookie: str
    csrf: str
    key: str

    def ask(self, request: bytes) -> bytes:
        """Send some bytes, and read until the other side ends."""
        with socket.create_connection(("127.0.0.1", int(self.host.rpartition(":")[2])), timeout=60) as connection:
            connection.sendall(request)
            answer = b""
            try:
                while part := connection.recv(65536):
                    answer += part
            except ConnectionResetError:  # it did not read to the end
                pass
            return answer

    def head(self, line: str, *more: str, cookie: bool = True, host: bool = True) -> bytes:
        """The head of a request."""
        lines = [line, *([f"Host: {self.host}"] if host else []), "Connection: close"]
        lines += [f"Cookie: {self.cookie}"] if cookie else []
        return "\r\n".join([*lines, *more, "", ""]).encode("latin-1")

    def form(self, path: str, body: str, *more: str) -> bytes:
        """A form, with the token of the session."""
        data = f"csrf={self.csrf}&{body}"
        return self.head(f"POST {path} HTTP/1.1", FORM, f"Content-Length: {len(data)}", *more) + data.encode()


@pytest.fixture
def opened(desk: Desk, printer: Printer) -> Iterator[Open]:
    with serving(desk) as address:
        desk.hosts = frozenset({HOST})
        clerk = Clerk.at(desk)
        clerk.load({"patient_name": CANARY})
        cookie = clerk.client.get_cookie("consentkit-desk", domain="127.0.0.1")
        assert cookie is not None
        host = address.removeprefix("http://")
        desk.hosts = frozenset({host})
        yield Open(desk, host, f"consentkit-desk={cookie.value}", clerk.csrf, clerk.row("V-1").key)


Request = Callable[[Open], bytes]
POST = "POST /sign-in HTTP/1.1"
FORM = "Content-Type: application/x-www-form-urlencoded"
SMUGGLED = "0\r\n\r\nGET /rows HTTP/1.1\r\n\r\n"
BYTES: dict[str, tuple[int, Request]] = {
    "A request without `Host`, as HTTP/1.0 allows": (421, lambda to: to.head("GET / HTTP/1.0", host=False)),
    "Two `Host` headers": (421, lambda to: to.head("GET / HTTP/1.1", "Host: evil.example")),
    "Another `Host`, and ours in `X-Forwarded-Host` and `Forwarded`": (
        421,
        lambda to: to.head(
            "GET / HTTP/1.1",
            "Host: evil.example",
            f"X-Forwarded-Host: {to.host}",
            f"Forwarded: host={to.host}",
            host=False,
        ),
    ),
    "Two lengths of one body": (400, lambda to: to.head(POST, "Content-Length: 5", "Content-Length: 6") + b"abcdef"),
    "A negative length": (400, lambda to: to.head(POST, "Content-Length: -5") + b"abc"),
    "A length that no body has": (413, lambda to: to.head("POST /schedule HTTP/1.1", "Content-Length: 99999999999")),
    "A body in pieces that are none": (
        400,
        lambda to: to.head(POST, "Transfer-Encoding: chunked") + b"ZZ\r\nabc\r\n",
    ),
    "A transfer coding that nobody knows": (501, lambda to: to.head(POST, "Transfer-Encoding: xchunked") + b"abc"),
    "Headers of 70,000 bytes": (431, lambda to: to.head("GET / HTTP/1.1", f"X: {'a' * 70_000}")),
    "A handshake of TLS": (400, lambda to: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    "Another method, such as TRACE or PUT": (405, lambda to: to.head("TRACE / HTTP/1.1")),
    "A path out of the folder of the program's files": (
        404,
        lambda to: to.head("GET /static/..%2f..%2fapp.py HTTP/1.1"),
    ),
    "A path out of a visit": (404, lambda to: to.head("GET /visit/..%2f..%2fetc%2fpasswd/packet.pdf HTTP/1.1")),
    "A visit that is not there, such as `%00`": (303, lambda to: to.head("GET /visit/%00/packet.pdf HTTP/1.1")),
    "Ends of lines in an address, to add headers": (
        303,
        lambda to: to.head(f"GET /visit/{to.key}%0d%0aX-Evil:%20yes/packet.pdf HTTP/1.1"),
    ),
    "Ends of lines in a form that leads to another page": (
        303,
        lambda to: to.form("/language", "x=%0d%0aX-Evil:%20yes"),
    ),
    "A revision of 5,000 digits": (303, lambda to: to.form(f"/visit/{to.key}/save", f"revision={'9' * 5000}")),
    "A form without the token": (
        403,
        lambda to: to.head(
            "POST /end HTTP/1.1", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 0"
        ),
    ),
    "A form as JSON": (
        403,
        lambda to: to.head("POST /end HTTP/1.1", "Content-Type: application/json", "Content-Length: 2") + b"{}",
    ),
}
"""What is sent without harm, and the status of what comes back. The texts are those of the table."""
OTHERS: dict[str, tuple[int, str]] = {
    "A link that was used": (403, "test_a_link_opens_one_session_and_then_none"),
    "Any page without a session": (303, "test_every_page_refuses_whoever_has_no_session"),
    "An address that is not ours, as after DNS rebinding": (421, "test_an_address_that_is_not_ours_gets_nothing"),
    "A form of a page elsewhere": (403, "test_what_another_page_sends_is_refused"),
    "A form with the token of another session": (403, "test_a_form_without_the_token_of_the_session_is_refused"),
    "A page of ours in a frame elsewhere": (200, "test_every_answer_forbids_to_keep_frame_and_load"),
    "A name that is a script": (200, "test_a_name_with_marks_of_html_is_a_name"),
    "A body with a length and in pieces, to smuggle a request": (400, "test_no_request_is_smuggled_in_a_body"),
    "An upload of more than 16 MB": (413, "test_an_upload_that_is_too_large_is_refused"),
    "A ZIP bomb, a PDF or a picture as a schedule": (303, "test_an_upload_that_is_no_schedule_is_said"),
    "A bomb of YAML aliases or brackets": (
        303,
        "test_an_upload_that_explodes_is_one_visit_that_cannot_be_printed_at_most",
    ),
    "Bodies that come byte by byte, or never": (200, "test_slow_bodies_keep_nobody_waiting_and_are_cut_off"),
    "The sixth wrong password": (429, "test_a_thousand_bad_sign_ins_are_hardly_looked_at_and_the_right_one_waits"),
    "A name in the proxy's header from elsewhere": (403, "test_a_proxy_names_who_has_signed_in_and_nobody_else_may"),
    "A page for another role": (403, "test_each_role_has_its_pages"),
    "A double click": (303, "test_two_clicks_print_one_set"),
    "The same visit printed by two clerks at once": (303, "test_two_clerks_at_one_moment_print_one_set"),
    "The same visit corrected by two clerks": (
        303,
        "test_two_clerks_who_correct_one_visit_do_not_overwrite_each_other",
    ),
    "The back button after printing": (303, "test_the_back_button_prints_nothing_again"),
    "The back button after locking": (303, "test_a_morning_by_keyboard_alone"),
}
"""What other tests show, by name."""


@pytest.mark.parametrize("sent", BYTES)
def test_bytes_that_no_browser_sends_are_refused(sent: str, opened: Open, printer: Printer) -> None:
    status, request = BYTES[sent]
    answer = opened.ask(request(opened))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == str(status).encode(), head
    assert b"x-evil" not in head.lower()
    assert b"Canary" not in body
    assert answer.count(b"HTTP/1.") == 1
    assert printer.sets == [] and len(opened.desk.day.rows()) == 1


def test_no_request_is_smuggled_in_a_body(opened: Open) -> None:
    head = opened.head(POST, "Content-Length: 5", "Transfer-Encoding: chunked").replace(b"close", b"keep-alive")
    answer = opened.ask(head + SMUGGLED.encode())
    assert answer.split()[1] == b"400"
    assert answer.count(b"HTTP/1.") == 1, "what comes after it is not answered"
    assert b"Canary" not in answer


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(10**7))
    return stream.getvalue()


ALIASES = b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (c, c, c - 1, c - 1) for c in range(98, 123))


@pytest.mark.parametrize("content", [bomb(), b"%PDF-1.7 no more", b"\x89PNG\r\n\x1a\n\0\0", bytes(1000), b""])
def test_an_upload_that_is_no_schedule_is_said(content: bytes, clerk: Clerk) -> None:
    answer = clerk.post("/schedule", {"file": (io.BytesIO(content), "day.csv")})
    assert answer.status_code == 303
    assert "The file could not be read." in clerk.look()
    assert clerk.desk.day.rows() == []


@pytest.mark.parametrize("content", [ALIASES, b"visit: V-1\n" + ALIASES, b"a: " + b"[" * 100_000, b"," * 100_000])
def test_an_upload_that_explodes_is_one_visit_that_cannot_be_printed_at_most(content: bytes, clerk: Clerk) -> None:
    assert clerk.post("/schedule", {"file": (io.BytesIO(content), "day.csv")}).status_code == 303
    clerk.look()
    assert [row.state.value for row in clerk.desk.day.rows()] in ([], ["attention"])


def test_a_browser_never_shows_a_page_as_the_answer_to_a_form(clerk: Clerk) -> None:
    clerk.load({"patient_name": CANARY}, {"patient_name": "Nora Nye"})
    key = clerk.row("V-1").key
    for rule in clerk.client.application.url_map.iter_rules():
        path = rule.rule.replace("<key>", key).replace("<int:intent>", "1")
        if "POST" not in rule.methods or "<" in path or path.endswith(("/sign-out", "/lock", "/remove", "/end")):
            continue
        answer = clerk.post(path, {"revision": "99", "sought": "canary"}, headers=NAVIGATES)
        assert answer.status_code == 303, path
    answer = clerk.post("/find", {"sought": "canary"}, headers=NAVIGATES)
    assert answer.location == "/answer"
    page = plain(clerk.get("/answer").get_data(as_text=True))
    assert CANARY in page and "Nora Nye" not in page
    clerk.post("/find", {"sought": "x" * 9, "csrf": "stale"}, headers=NAVIGATES)
    assert clerk.get("/answer").status_code == 403


def test_an_answer_is_forgotten_with_the_day(clerk: Clerk) -> None:
    clerk.load({"patient_name": CANARY})
    clerk.post("/find", {"sought": "canary"}, headers=NAVIGATES)
    clerk.post("/end")
    assert CANARY not in clerk.get("/answer").get_data(as_text=True)


def test_an_answer_is_forgotten_on_a_locked_page(clerk: Clerk) -> None:
    clerk.load({"patient_name": CANARY})
    clerk.post("/find", {"sought": "canary"}, headers=NAVIGATES)
    clerk.get("/locked")
    assert CANARY not in clerk.get("/answer").get_data(as_text=True)
    clerk.post("/unlock")
    assert CANARY not in clerk.get("/answer").get_data(as_text=True)


def test_sessions_that_nobody_uses_do_not_fill_the_memory() -> None:
    moment = [0.0]
    sessions = Sessions(clock=lambda: moment[0])
    kept, _ = sessions.open("rosa", frozenset())
    for _ in range(200):
        moment[0] += 3600.0
        sessions.open("desk", frozenset())
        sessions.find(kept, is_active=True)
    assert len(sessions._sessions) <= 27


def rows_of_table() -> dict[str, int]:
    """What is sent and what status comes back, as the documentation has it."""
    text = (PROJECT / "docs/desk.md").read_text(encoding="utf-8").partition("## What a hostile client gets")[2]
    rows = re.findall(r"^\| (.+?) \| ([0-9]{3})\b[^|]*\|$", text.partition("\n## ")[0], re.MULTILINE)
    return {sent: int(status) for sent, status in rows}


def test_the_table_of_the_documentation_is_what_the_tests_show() -> None:
    shown = {sent: status for sent, (status, _) in BYTES.items()}
    assert rows_of_table() == {**{sent: status for sent, (status, _) in OTHERS.items()}, **shown}
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for _, name in OTHERS.values() if f"def {name}(" not in tests] == []
    assert LARGEST_UPLOAD == 16 * 1024 * 1024


def test_each_form_names_its_address_since_its_page_may_be_shown_at_another_one() -> None:
    templates = (PROJECT / "src/consentkit/web/templates").glob("*.html")
    forms = [tag for path in templates for tag in re.findall(r"<form\b[^>]*>", path.read_text(encoding="utf-8"))]
    assert len(forms) > 10
    assert [tag for tag in forms if " action=" not in tag] == []
