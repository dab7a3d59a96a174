"""A desk as a process of its own, and a browser without a screen that uses it over the network."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kit.desk import small_clinic
from kit.running import environment

FOLDERS = ("home", "tmp", "cache", "run")
"""The folders of a desk's user: with the clinic's, all that it may write to."""


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
        """Ask for a page, or send something. Returns the status and the text of the answer."""
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
        """Ask for a page with forms."""
        text = self.call(path)[1]
        token = re.search(r'name="csrf" value="([^"]+)"', text)
        self.csrf = token[1] if token else self.csrf
        return text

    def send(self, path: str, **form: str) -> int:
        """Send a form."""
        return self.call(path, urlencode({"csrf": self.csrf, **form}).encode(), "application/x-www-form-urlencoded")[0]

    def load(self, content: bytes, name: str = "x.csv") -> int:
        """Load a schedule."""
        begin = f'--m\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{self.csrf}\r\n'
        begin += f'--m\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
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

    def kill(self, number: signal.Signals = signal.SIGKILL) -> str:
        """Send the desk a signal, and wait for its end. Returns what it still has printed."""
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.own, number)
        if self.process.stdout and self.process.stdout.closed:
            return ""
        return self.process.communicate(timeout=60)[0]


def lay_out(root: Path) -> Path:
    """A clinic with a journal, and the folders of its desk's user. Returns the folder of the clinic."""
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
    return small_clinic(root / "clinic", "name: Alder Clinic\njournal:\n  keep_years: 6\n")


def start_desk(root: Path, *before: str, **variables: str) -> Running:
    """Start a desk for the clinic in a folder, and open it in a browser. `before` is a program that starts it."""
    command = [*before, sys.executable, "-m", "consentkit", "desk", "--no-browser", "--port", "0", "--allow-drafts"]
    own = {"HOME": str(root / "home"), "TMPDIR": str(root / "tmp"), "XDG_RUNTIME_DIR": str(root / "run")}
    with (root / "stderr").open("a") as stderr:
        process = subprocess.Popen(
            [*command, "--clinic", str(root / "clinic")],
            cwd=root,
            env=environment(**own, **{"PATH": os.environ["PATH"], **variables}),
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
    return running
