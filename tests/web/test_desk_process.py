"""The desk as a process of its own: what it prints, what it leaves behind when it is killed, and whom it lets wait."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from consentkit.web import server as servers
from consentkit.web.desk import Desk
from kit.desk import Printer, schedule, serving, set_up_printer, small_clinic
from kit.running import Outcome, environment
from kit.skipping import needs
from kit.small import NO_PAPERS_DUE

CANARY, RECORD = "Zyxwvuta Canarybird", "MR-7712399"
_WRITES = re.compile(
    r'(?:open|creat|openat)\((?:(?:AT_FDCWD|\d+)(?:<([^>]*)>)?, )?"([^"]+)", '
    r"[^)]*(?:O_WRONLY|O_RDWR|O_CREAT)[^)]*\) = \d"
)
"""A call that opens a file to write to it: the folder that it is in, and its path."""


@dataclass
class Running:
    """A desk that runs, and a browser without a screen that uses it."""

    process: subprocess.Popen[str]
    root: Path
    port: int
    cookie: str = ""
    csrf: str = ""

    @property
    def own(self) -> int:
        """The process of the desk itself, which another program may have started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        command = Path(f"/proc/{self.process.pid}/cmdline").read_bytes()
        return int(children[0]) if command.startswith(b"strace") else self.process.pid

    def call(self, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie, **({"Content-Type": kind} if kind else {})}
        connection.request("POST" if body is not None else "GET", path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode("latin-1")
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.split(";")[0]
        connection.close()
        return answer.status, text

    def look(self, path: str = "/") -> str:
        text = self.call(path)[1]
        token = re.search(r'name="csrf" value="([^"]+)"', text)
        self.csrf = token[1] if token else self.csrf
        return text

    def send(self, path: str, **form: str) -> int:
        return self.call(path, urlencode({"csrf": self.csrf, **form}).encode(), "application/x-www-form-urlencoded")[0]

    def load(self, content: bytes) -> int:
        begin = f'--m\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{self.csrf}\r\n'
        begin += '--m\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
        return self.call("/schedule", begin.encode() + content + b"\r\n--m--\r\n", "multipart/form-data; boundary=m")[0]

    def key(self) -> str:
        """The key of the first visit, once its papers are there."""
        for _ in range(600):
            text = self.look()
            if 'data-waiting="0"' in text:
                return re.findall(r'data-key="(\w+)"', text)[0]
            self.process.poll()
            threading.Event().wait(0.1)
        pytest.fail("the papers do not become ready")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Running]]:
    """Starts desks, with everything that they may write below one folder."""
    started = []
    set_up_printer(tmp_path, monkeypatch)
    root = tmp_path / "root"
    clinic = small_clinic(root / "clinic", f"name: Small Clinic\n{NO_PAPERS_DUE}journal:\n  keep_years: 6\n")
    for name in ("home", "tmp", "cache"):
        (root / name).mkdir()

    def start(*before: str) -> Running:
        command = [*before, sys.executable, "-m", "consentkit", "desk", "--no-browser", "--port", "0", "--allow-drafts"]
        own = {"HOME": str(root / "home"), "TMPDIR": str(root / "tmp"), "PATH": os.environ["PATH"]}
        with (root / "stderr").open("a") as stderr:
            process = subprocess.Popen(
                [*command, "--clinic", str(clinic)],
                cwd=root,
                env=environment(**own),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        running = Running(process, root, int(link.split(":")[2].split("/")[0]))
        assert running.call(f"/open/{link.rpartition('/')[2]}")[0] == 303
        running.look()
        started.append(running)
        return running

    yield start
    for running in started:
        if running.process.poll() is None:
            os.kill(running.own, signal.SIGKILL)
        running.process.communicate(timeout=60)


def work(desk: Running, steps: int) -> None:
    """Do the work of a clerk, up to a step."""
    visit = {"patient_name": CANARY, "record_number": RECORD}
    desk.load(schedule(visit, {"procedures": "NONE"}) + b"\n" * 700_000)
    if steps > 1:
        key = desk.key()
        desk.call(f"/visit/{key}/packet.pdf")
        page = desk.look(f"/?visit={key}")
        assert CANARY in page
        if steps > 2:
            form = {"patient_name": f"{CANARY} II", "date_of_birth": "1984-07-09", "record_number": RECORD}
            more = {"procedures": "SMALL-1", "clinician": "Dr. Amara Okonkwo", "visit": "V-1", "date": "2026-11-23"}
            desk.send(f"/visit/{key}/draft", **form, **more)
            desk.send(f"/visit/{key}/save", revision="1", **form, **more)
            desk.key()
            assert desk.send(f"/visit/{key}/print", printed="0") == 303
            desk.send("/find", sought=CANARY)


def left_behind(root: Path) -> list[Path]:
    """The files below a folder that hold anything of the patient."""
    traces = [text.encode(coding) for text in ("Canarybird", RECORD) for coding in ("utf-8", "utf-16-le", "utf-16-be")]
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) > 4
    return [path for path in files if any(trace in path.read_bytes() for trace in traces)]


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_nothing_of_a_patient_is_left_wherever_the_desk_is_killed(steps: int, run: Callable[..., Running]) -> None:
    desk = run()
    work(desk, steps)
    desk.process.send_signal(signal.SIGKILL)
    rest, _ = desk.process.communicate()
    assert rest == ""
    assert left_behind(desk.root) == []


@needs("strace")
def test_the_desk_writes_to_its_cache_its_journal_and_nowhere_else(run: Callable[..., Running], tmp_path: Path) -> None:
    log = tmp_path / "calls"
    desk = run("strace", "-f", "-y", "-qq", "-e", "trace=open,openat,creat", "-o", str(log))
    work(desk, 3)
    assert desk.send("/end") == 303
    os.kill(desk.own, signal.SIGTERM)
    desk.process.communicate(timeout=60)
    calls = _WRITES.findall(log.read_text(errors="replace"))
    written = {Path(desk.root, folder, path) for folder, path in calls}
    allowed = (desk.root / "cache", desk.root / "home" / ".cache", desk.root / "clinic" / "journal", Path("/dev"))
    paper = tmp_path / "paper"  # what the printer itself has
    cache = Path(os.environ["CONSENTKIT_CACHE"])
    probe = re.compile(re.escape(f"{desk.root}/tmp/") + "[a-z0-9_]{8}")  # Python looks whether it could write there
    places = (*allowed, paper, cache)
    elsewhere = {path for path in written if not any(path.is_relative_to(one) for one in places)}
    assert any(path.is_relative_to(desk.root / "clinic" / "journal") for path in written)
    assert {path for path in elsewhere if not probe.fullmatch(str(path))} == set()


def test_the_process_writes_no_core_and_ends_with_its_code(run: Callable[..., Running]) -> None:
    desk = run()
    limits = Path(f"/proc/{desk.process.pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0 ", limits)
    desk.process.send_signal(signal.SIGINT)
    assert desk.process.wait(60) == 130


def test_memory_is_private() -> None:
    script = (
        "import ctypes; from consentkit.web.server import keep_memory_private; print(repr(keep_memory_private()));"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0"


def test_a_port_that_is_taken_is_said(call: Callable[..., Outcome], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = call("desk", "--port", str(port), "--no-browser", "--clinic", small_clinic(tmp_path / "clinic"))
    assert outcome.code == 5
    assert "a desk may be running already" in outcome.stderr


def is_cut_off(connection: socket.socket) -> bool:
    """Whether the other side ends a connection."""
    connection.settimeout(20)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False


def test_slow_bodies_keep_nobody_waiting_and_are_cut_off(
    desk: Desk, printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "_SECONDS_OF_SILENCE", 1)
    desk.hosts = frozenset()
    with serving(desk) as address:
        host = address.removeprefix("http://")
        own = host.rpartition(":")[0], int(host.rpartition(":")[2])
        slow = [socket.create_connection(own, timeout=60) for _ in range(20)]
        for one in slow:
            head = f"POST /schedule HTTP/1.1\r\nHost: {host}\r\nContent-Length: 900000\r\n\r\n"
            one.sendall(head.encode() + b"x" * 10)
        connection = http.client.HTTPConnection(host, timeout=60)
        connection.request("GET", "/sign-in")
        assert connection.getresponse().status == 401
        connection.close()
        assert all(map(is_cut_off, slow))
        for one in slow:
            one.close()
