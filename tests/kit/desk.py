"""A front desk for tests: the application of a small clinic, a clerk, and a printer that puts papers into a folder."""

from __future__ import annotations

import csv
import datetime
import html
import io
import os
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from consentkit.operations.desk.rows import DeskRow
from consentkit.operations.opening import settle
from consentkit.operations.packets import PacketOptions
from consentkit.web.app import create_app
from consentkit.web.desk import Desk
from consentkit.web.request import DeskRequest
from consentkit.web.server import new_desk, new_server
from consentkit.web.serving import close_connections
from kit.small import CODE, NO_PAPERS_DUE, make_clinic, write_procedure

HOST = "127.0.0.1:8377"
ADD_ON = "SMALL-ADD"
MORNING = datetime.datetime(2026, 11, 23, 7, 52, tzinfo=datetime.UTC)
_ROW = {
    "date": "2026-11-23",
    "time": "08:30",
    "patient_name": "Nora Nye",
    "date_of_birth": "1984-07-09",
    "procedures": CODE,
    "clinician": "Dr. Amara Okonkwo",
}
LP = """#!/bin/sh
printf '%s\\n' "$*" >> "{paper}/arguments"
[ -e "{paper}/jam" ] && {{ cat >/dev/null; echo "lp: the printer is on fire" >&2; exit 1; }}
touch "{paper}/called"
while [ -e "{paper}/wait" ]; do sleep 0.05; done
n=$(ls "{paper}" | grep -c pdf); n=$((n + 1))
cat > "{paper}/$n.pdf"
echo "request id is front-desk-$n (0 file(s))"
"""
LPSTAT = """#!/bin/sh
echo "front-desk accepting requests since today"
echo "system default destination: front-desk"
"""


CANCEL = """#!/bin/sh
printf '%s\\n' "$*" >> "{paper}/cancelled"
[ -e "{paper}/finished" ] && {{ echo "cancel: Job is already completed - can't cancel." >&2; exit 1; }}
exit 0
"""


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime.datetime:
        return self.now


@dataclass
class Printer:
    """What a printer got."""

    folder: Path

    @property
    def sets(self) -> list[bytes]:
        """The files that came, in their order."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.pdf"), key=lambda path: int(path.stem))]

    @property
    def arguments(self) -> list[str]:
        """How `lp` was called."""
        file = self.folder / "arguments"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def cancelled(self) -> list[str]:
        """The jobs that somebody wanted to take back."""
        file = self.folder / "cancelled"
        return file.read_text().splitlines() if file.exists() else []

    def jam(self, *, is_jammed: bool = True) -> None:
        """Let the printer refuse what comes."""
        if is_jammed:
            (self.folder / "jam").touch()
        else:
            (self.folder / "jam").unlink()


@dataclass
class Clerk:
    """Somebody at a desk, with a browser of their own."""

    desk: Desk
    client: FlaskClient
    csrf: str = ""
    host: str = HOST
    scheme: str = "http"

    @staticmethod
    def at(desk: Desk, *, signs_in: bool = True) -> Clerk:
        """A clerk who has opened the desk by its link, or has not yet."""
        clerk = Clerk(desk, create_app(desk).test_client())
        if signs_in:
            assert clerk.get(f"/open/{desk.sessions.new_link()}").status_code == 303
            clerk.look()
        return clerk

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=f"{self.scheme}://{self.host}", buffered=True, **options)

    def look(self, path: str = "/") -> str:
        """What a page says, without marks."""
        self.desk.day.prepare_all()
        answer = self.get(path)
        text = answer.get_data(as_text=True)
        token = re.search(r'name="csrf" value="([^"]+)"', text)
        self.csrf = token[1] if token else self.csrf
        return plain(text)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form of a page of ours."""
        address = f"{self.scheme}://{self.host}"
        headers = {"Origin": address, **options.pop("headers", {})}
        form = {"csrf": self.csrf, **(data or {})}
        response = self.client.post(path, data=form, base_url=address, headers=headers, **options)
        response.request.environ["wsgi.input"].close()  # of what is large, the client of the tests has made a file
        return response

    def load(self, *rows: dict[str, str]) -> str:
        """Load a schedule, and say what the page says then."""
        file = (io.BytesIO(schedule(*rows)), "day.csv")
        assert self.post("/schedule", {"file": file}).status_code == 303
        return self.look()

    def row(self, number: str) -> DeskRow:
        """A visit of the day, by its number."""
        self.desk.day.prepare_all()
        (row,) = [row for row in self.desk.day.rows() if row.number == number]
        return row

    def button(self, label: str, path: str = "/") -> TestResponse:
        """Press the first button of a page that says something, with what its form holds."""
        page = self.get(path).get_data(as_text=True)
        forms = re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', page, re.DOTALL)
        for address, inner in forms:
            if plain(inner.split("<button")[-1].partition(">")[2]).partition(":")[0].strip() == label:
                fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', inner))
                return self.post(html.unescape(address), fields)
        pytest.fail(f"there is no button {label}")

    def print(self, number: str, **form: Any) -> TestResponse:
        """Print a visit for the first time."""
        row = self.row(number)
        return self.post(f"/visit/{row.key}/print", {"printed": len(row.sets), **form})

    def save(self, number: str, **changes: str) -> TestResponse:
        """Correct a visit: the form as the page shows it, with other values in some fields."""
        row = self.row(number)
        page = self.get(f"/?visit={row.key}").get_data(as_text=True)
        return self.post(f"/visit/{row.key}/save", {**form_values(page), **changes})


def plain(text: str) -> str:
    """What a page says, without its marks."""
    text = re.sub(r"<(script|style|noscript)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def form_values(page: str) -> dict[str, str]:
    """What a browser would send of the form that corrects a visit."""
    form = page.split('id="edit"')[1].split("</form>", maxsplit=1)[0]
    values = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if attributes.get("type") != "checkbox" or " checked" in tag:
            values[attributes["name"]] = html.unescape(attributes.get("value", ""))
    for name, options in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = html.unescape(chosen[1]) if chosen else ""
    return values


def schedule(*rows: dict[str, str]) -> bytes:
    """A schedule. Each row is a visit of the small procedure unless it says otherwise."""
    full = [
        {"visit": f"V-{number}", "record_number": f"MR-{number}", **_ROW, **row} for number, row in enumerate(rows, 1)
    ]
    columns = list(dict.fromkeys(column for row in full for column in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="")
    writer.writeheader()
    writer.writerows(full)
    return stream.getvalue().encode()


def small_clinic(folder: Path, particulars: str = f"name: Alder Clinic\n{NO_PAPERS_DUE}") -> Path:
    """A clinic with a procedure and an add-on to it."""
    make_clinic(folder, particulars)
    write_procedure(
        folder / "procedures", code=ADD_ON, title="An add-on", billing={"role": "add_on", "add_on_to": [CODE]}
    )
    return folder


def new_small_desk(clinic: Path, clock: Clock, *, allow_drafts: bool = True) -> Desk:
    """A desk of a clinic, without a server around it."""
    desk = new_desk(DeskRequest(settle(clinic), PacketOptions(allow_drafts=allow_drafts)), lambda text: None)
    desk.day.clock = clock
    desk.hosts = frozenset({HOST})
    return desk


@contextmanager
def serving(desk: Desk) -> Iterator[str]:
    """Let a desk answer requests from a browser; yields its address."""
    server = new_server(desk, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        close_connections(server)
        thread.join(30)
        server.task_dispatcher.shutdown()


def set_up_printer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Printer:
    """Commands of CUPS that put what they get into a folder."""
    commands, paper = folder / "commands", folder / "paper"
    for path in (commands, paper):
        path.mkdir()
    for name, text in {"lp": LP, "lpstat": LPSTAT, "cancel": CANCEL}.items():
        (commands / name).write_text(text if name == "lpstat" else text.format(paper=paper))
        (commands / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{commands}:{os.environ['PATH']}")
    return Printer(paper)
