"""What a real browser keeps of a day at the desk: nothing of anybody."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect, sync_playwright

from kit.desk import Clock, new_small_desk, serving, set_up_printer, small_clinic
from kit.desk_browser import SECONDS, fill
from kit.desk_mornings import People
from kit.skipping import require
from kit.traces import Words, left_behind

pytestmark = pytest.mark.xdist_group("desk-browser")
CONTROL = "Controlqvx"


class CarelessPage(BaseHTTPRequestHandler):
    """A page that lets the browser keep everything."""

    def do_GET(self) -> None:
        """Answer any request."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Cache-Control", "max-age=9999")
        self.end_headers()
        self.wfile.write(f"<title>{CONTROL}</title><form><input name=a></form>".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def careless() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), CarelessPage)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


def work(page: Page, people: People, schedule: Path) -> None:
    """Load, look at papers, type a correction, look for somebody, begin a walk-in; leave what was typed in the form."""
    page.set_default_timeout(SECONDS)
    page.set_input_files("#file", schedule)
    page.get_by_role("button", name="Load schedule").click()
    expect(page.locator("#rows[data-waiting='0']")).to_be_attached()
    fill(page, "#sought", people.patient)
    page.press("#sought", "Enter")
    page.locator("a.who").first.click()
    expect(page.locator("#preview iframe")).to_be_visible()
    fill(page, "#f-patient_name", people.corrected)
    expect(page.locator("#preview iframe[src*=draft]")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_contain_text("Saved")
    page.locator("[data-shortcut=n]").click()
    fill(page, "#w-name", people.walk_in)
    fill(page, "#w-record", people.record)


def kill_browser(profile: Path) -> None:
    """Kill the browser that uses a profile, with all its processes."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes()
            if str(profile).encode() in command and b"chrom" in command:
                os.kill(int(folder.name), signal.SIGKILL)


def test_the_browser_keeps_nothing_of_a_patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, careless: str) -> None:
    require("chromium")
    set_up_printer(tmp_path, monkeypatch)
    people, profile, schedule = People(), tmp_path / "profile", tmp_path / "day.csv"
    schedule.write_bytes(people.schedule())
    desk = new_small_desk(small_clinic(tmp_path / "clinic"), Clock())
    desk.work()

    with serving(desk) as address, sync_playwright() as playwright:

        def browser() -> BrowserContext:
            return playwright.chromium.launch_persistent_context(
                profile, executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )

        context = browser()
        page = context.new_page()
        page.goto(careless)
        page.goto(f"{address}/open/{desk.sessions.new_link()}")
        work(page, people, schedule)
        context.close()

        desk.end_day()
        context = browser()
        page = context.new_page()
        page.goto(f"{address}/open/{desk.sessions.new_link()}")
        work(page, people, schedule)
        kill_browser(profile)
        with suppress(Error):
            context.close()

    assert left_behind(profile, Words([CONTROL])), "the browser does keep what it may keep"
    assert left_behind(profile, Words([address.removeprefix("http://")])), "and knows that the desk was open"
    schedule.unlink()
    assert left_behind(profile, people.words()) == []
