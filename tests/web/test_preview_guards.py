"""Whom a preview answers: one browser on this computer, by a link, on the addresses that it has and no others."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import signal
import socket
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from consentkit.operations.preview.live import LivePreview
from consentkit.web import preview_app
from consentkit.web.preview_app import PreviewDoor, create_preview
from kit.packets import page_texts, write_visit
from kit.previews import PATIENCE, new_preview, running, until
from kit.running import Outcome, command, environment
from kit.small import CODE, make_clinic
from kit.traces import Words, left_behind

pytestmark = pytest.mark.usefixtures("few_texts")
PORT = 8378
HOST = f"127.0.0.1:{PORT}"


@dataclass
class Visitor:
    """Somebody who calls the preview."""

    live: LivePreview
    door: PreviewDoor
    client: FlaskClient

    def get(self, path: str, *, host: str = HOST, method: str = "GET", **headers: str) -> TestResponse:
        """Ask for something."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        paper = self.live.state.paper
        path = path.replace("NAME", paper.name if paper else "")
        return self.client.open(path, method=method, base_url=f"http://{host}", headers=named)

    def enter(self, link: str | None = None) -> TestResponse:
        """Use a link."""
        return self.get(f"/open/{link or self.door.secret}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePreview]:
    live = new_preview(make_clinic(tmp_path_factory.mktemp("preview") / "clinic"))
    with running(live):
        until(live, lambda state: state.paper is not None)
        yield live


@pytest.fixture
def visitor(made: LivePreview) -> Visitor:
    door = PreviewDoor()
    door.listen_at(("127.0.0.1", "localhost"), PORT)
    return Visitor(made, door, create_preview(made, door).test_client())


ADDRESSES = (
    "/",
    "/news/1",
    "/paper/NAME.pdf",
    "/paper/NAME/1-900.png",
    "/view/1/2",
    "/preview.js",
    "/preview.css",
    "/desk.svg",
)
"""All that is served to whoever has come in; NAME is that of the paper."""
ELSEWHERE = (
    "/nothing",
    "/paper/1.pdf",
    "/paper/0123456789abcdef.pdf",
    "/paper/NAME/99-900.png",
    "/paper/NAME/1-901.png",
    "/paper/NAME/0-900.png",
    "/static/desk.js",
    "/desk.js",
    "/../clinic.yaml",
    "/..%2f..%2fclinic.yaml",
    "/preview.css/../../app.py",
    "/%2e%2e/preview_app.py",
    f"/procedures/{CODE}.yaml",
)


def test_who_has_a_link_gets_the_page_and_its_parts_and_nothing_else(visitor: Visitor) -> None:
    assert visitor.enter().status_code == 303
    assert {path: visitor.get(path).status_code for path in ADDRESSES} == dict.fromkeys(ADDRESSES, 200)
    assert {path: visitor.get(path).status_code for path in ELSEWHERE} == dict.fromkeys(ELSEWHERE, 404)
    assert "A small procedure" in page_texts(visitor.get("/paper/NAME.pdf").data)[0]


def test_without_the_secret_nothing_is_shown(visitor: Visitor) -> None:
    assert {path: visitor.get(path).status_code for path in ADDRESSES} == dict.fromkeys(ADDRESSES, 403)
    assert visitor.enter("x" * 43).status_code == 403
    assert visitor.enter(visitor.door.secret[:-1]).status_code == 403
    answer = visitor.get("/", Cookie=f"consentkit-preview-{PORT}={visitor.door.secret}")
    assert answer.status_code == 403
    assert b"A small procedure" not in answer.data


def test_the_link_that_a_browser_is_started_with_works_once(visitor: Visitor) -> None:
    link = visitor.door.sessions.new_link()
    assert [visitor.enter(link).status_code for _ in range(2)] == [303, 403]
    assert [visitor.enter().status_code for _ in range(2)] == [303, 303], "the one in the terminal works again"


@pytest.mark.parametrize("host", [f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", f"[::1]:{PORT}"])
def test_an_address_that_is_not_ours_gets_nothing(visitor: Visitor, host: str) -> None:
    visitor.enter()
    assert visitor.get("/", host=host, Cookie="x=y").status_code == 421
    assert visitor.get(f"/open/{visitor.door.secret}", host=host).status_code == 421
    assert visitor.get("/", host=HOST, X_Forwarded_Host=host).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_can_be_sent(visitor: Visitor, method: str) -> None:
    visitor.enter()
    for path in (*ADDRESSES, f"/open/{visitor.door.secret}", "/nothing"):
        assert visitor.get(path, method=method).status_code == 405, path


def test_the_page_of_another_port_gets_nothing_by_the_cookie_of_this_one(visitor: Visitor) -> None:
    visitor.enter()
    for site in ("same-site", "cross-site"):
        for path in ADDRESSES:
            framed = visitor.get(path, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe")
            loaded = visitor.get(path, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image")
            assert (framed.status_code, loaded.status_code) == (403, 403), path
    clicked = visitor.get("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document")
    assert clicked.status_code == 200, "a link in a terminal that is a web page itself"


def test_no_answer_is_kept_framed_or_allowed_to_load_anything_from_elsewhere(visitor: Visitor) -> None:
    answers = [visitor.enter(), *map(visitor.get, (*ADDRESSES, "/nothing")), visitor.get("/", host="evil.example")]
    for answer in answers:
        assert answer.headers.get("Cache-Control", "") == "no-store"
        assert answer.headers.get("X-Frame-Options", "") == "DENY"
        assert answer.headers.get("Cross-Origin-Resource-Policy", "") == "same-origin"
        policy = answer.headers.get("Content-Security-Policy", "")
        assert {"default-src 'none'", "frame-ancestors 'none'", "form-action 'none'"} <= set(policy.split("; "))
        assert "unsafe" not in policy
    assert "HttpOnly" in answers[0].headers.get("Set-Cookie", "")


def test_pages_that_wait_for_news_keep_nobody_else_waiting(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_app, "_SECONDS_TO_WAIT", PATIENCE)
    visitor.enter()
    revision = visitor.live.state.revision
    for _ in range(preview_app.MOST_WAITING):
        visitor.door.waiting.acquire()
    assert visitor.get(f"/news/{revision}").json == {
        "preview": visitor.live.name,
        "revision": revision,
        "waits": False,
        "has_ended": False,
    }


def test_a_port_that_is_taken_and_an_extra_that_is_missing_are_said(
    call: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        outcome = call("preview", CODE, "--port", port, "--no-browser", "--clinic", clinic)
    assert outcome.code == 5
    assert "name another one with --port" in outcome.stderr
    monkeypatch.setattr("consentkit.web.find_spec", lambda name: None)
    outcome = call("preview", CODE, "--no-browser", "--clinic", clinic)
    assert outcome.code == 2
    assert "a preview needs flask and waitress; install them with `pip install 'consentkit[desk]'`" in outcome.stderr


BROWSER = '#!/bin/sh\necho "$1" > "{0}.new" && mv "{0}.new" "{0}"\n'


def test_ctrl_c_ends_it_at_once_and_nothing_of_a_visit_is_left(tmp_path: Path) -> None:
    name = f"Zo {secrets.token_hex(6)}"
    root, called = tmp_path / "root", tmp_path / "called"
    for folder in ("home", "tmp", "cache", "bin"):
        (root / folder).mkdir(parents=True)
    browser = root / "bin" / "xdg-open"
    browser.write_text(BROWSER.format(called))
    browser.chmod(stat.S_IRWXU)
    file = write_visit(
        make_clinic(root / "clinic") / "visit.yaml",
        visit="V-731946",
        patient={"name": name, "born": "1961-03-28", "record": "MR-84620573"},
    )
    process = subprocess.Popen(
        command("preview", "visit.yaml", "--cache", root / "cache"),
        cwd=file.parent,
        env=environment(
            HOME=str(root / "home"), TMPDIR=str(root / "tmp"), DISPLAY=":9", PATH=f"{root / 'bin'}:{os.environ['PATH']}"
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    port, secret = re.findall(r"http://127\.0\.0\.1:(\d+)/open/(\S+)", link := process.stdout.readline())[0]

    def get(path: str, cookie: str = "") -> tuple[str, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE)) as connection:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            return answer.getheader("Set-Cookie", "").partition(";")[0], answer.read()

    def wait_for_news() -> None:
        with suppress(OSError):  # the end of the server
            get(f"/news/{revision}", cookie)

    try:
        cookie = get(f"/open/{secret}")[0]
        for _ in range(1000):
            page = get("/", cookie)[1].decode()
            if (paper := re.search(r"/paper/\w+\.pdf", page)) and 'id="working"' not in page:
                break
            threading.Event().wait(0.05)
        assert paper and name in page_texts(get(paper[0], cookie)[1])[0]
        assert get(paper[0].replace(".pdf", "/1-900.png"), cookie)[1].startswith(b"\x89PNG")
        assert name not in page, "only the paper has it"
        assert called.read_text().strip() != link.strip(), "the browser was given a link of its own, which works once"
        revision = page.partition('data-revision="')[2].partition('"')[0]
        waiting = threading.Thread(target=wait_for_news)
        waiting.start()
    finally:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    waiting.join(PATIENCE)
    file.unlink()
    words = Words([name.split()[1], "V-731946", "1961-03-28", "MR-84620573"])
    assert not words.in_data("".join(said).encode())
    assert left_behind(root, words) == []
    assert list((root / "tmp").iterdir()) == []
    with socket.socket() as again:
        assert again.connect_ex(("127.0.0.1", int(port))) != 0
