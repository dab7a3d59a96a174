"""A Chromium without a window that is kept open, and driven over the pipes of its DevTools protocol.

Guarantees: nothing beside the Python library is needed; the browser has a profile of its own and is closed at the end;
its processor time covers all of its processes.
https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import re
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    "--headless",
    "--remote-debugging-pipe",
    "--allow-file-access-from-files",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
)
_PATIENCE = 60
"""Seconds to wait for an answer."""
_TICKS = os.sysconf("SC_CLK_TCK")


def find_browser() -> str | None:
    """The path of an installed Chromium."""
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)


def browser_version() -> str | None:
    """What the installed Chromium says of its version."""
    program = find_browser()
    if not program:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return re.sub(r" built on.*", "", said.strip())


class Browser:
    """An open browser with one page."""

    def __init__(self, program: str, folder: Path) -> None:
        self._buffer = b""
        self._events: list[str] = []
        self._number = 0
        self._log = folder / "browser.log"
        self.pid = self._start(program, folder / "profile")
        try:
            target = self._call("Target.createTarget", url="about:blank")["targetId"]
            self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            self._call("Page.enable")
        except BaseException:
            self.close()
            raise

    _session: str | None = None

    def _start(self, program: str, profile: Path) -> int:
        """Start it with its end of the pipes as files 3 and 4, which `subprocess` has no way to ask for."""
        theirs_in, ours_out = _pipe()
        ours_in, theirs_out = _pipe()
        # As root, as in most containers, Chromium refuses to work with its sandbox; it sees only our own files.
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
        pid = os.posix_spawn(
            program,
            [program, *_OPTIONS, *sandbox, f"--user-data-dir={profile}", "about:blank"],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
                (os.POSIX_SPAWN_DUP2, theirs_in, 3),
                (os.POSIX_SPAWN_DUP2, theirs_out, 4),
            ],
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._out, self._in = ours_out, ours_in
        return pid

    def print(self, source: Path) -> bytes:
        """The PDF of an HTML file. The page's own style decides on paper and margins."""
        self._events.clear()
        self._call("Page.navigate", url=source.resolve().as_uri())
        self._wait_for("Page.loadEventFired")
        self._call("Runtime.evaluate", expression="document.fonts.ready.then(() => 1)", awaitPromise=True)
        printed = self._call(
            "Page.printToPDF",
            preferCSSPageSize=True,
            printBackground=True,
            generateTaggedPDF=True,
            generateDocumentOutline=True,
        )
        return base64.b64decode(printed["data"])

    def cpu(self) -> float:
        """Seconds of processor time that its processes have used, in steps of a hundredth of a second for each."""
        return sum(_ticks(fields) for fields in _family(self.pid)) / _TICKS

    def close(self) -> None:
        """End it, by force where it does not follow."""
        with contextlib.suppress(OSError, BrowserFailed):
            self._session = None
            self._call("Browser.close")
        os.close(self._out)
        os.close(self._in)
        for _ in range(100):
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                return
            time.sleep(0.05)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self._events.append(answer.get("method", ""))
        if "error" in answer:
            raise BrowserFailed(f"{method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer["result"]
        if "errorText" in result:
            raise BrowserFailed(f"{method}: {result['errorText']}")
        return result

    def _wait_for(self, event: str) -> None:
        while event not in self._events:
            self._events.append(self._next().get("method", ""))

    def _next(self) -> dict[str, Any]:
        pieces = [self._buffer]
        while b"\0" not in pieces[-1]:
            if not select.select([self._in], [], [], _PATIENCE)[0]:
                raise BrowserFailed(f"the browser did not answer within {_PATIENCE} seconds")
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise BrowserFailed(f"the browser has ended: {self._log.read_text(errors='replace')[-1000:]}")
            pieces.append(piece)
        message, _, self._buffer = b"".join(pieces).partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer


class BrowserFailed(Exception):
    """The browser did not do what it was asked for."""


def _pipe() -> tuple[int, int]:
    """A pipe whose ends have numbers above those that the browser's ends are given."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]


def _family(pid: int) -> list[list[str]]:
    """What /proc says of a process and of all that descend from it (proc(5), stat, from the field `state` on)."""
    everyone = dict(_stat(path) for path in Path("/proc").glob("[0-9]*"))
    family = {pid} & everyone.keys()
    while more := {other for other, fields in everyone.items() if fields and int(fields[1]) in family} - family:
        family |= more
    return [everyone[member] for member in family]


def _stat(folder: Path) -> tuple[int, list[str]]:
    try:
        text = (folder / "stat").read_text()
    except OSError:  # it has ended meanwhile
        return int(folder.name), []
    return int(folder.name), text[text.rindex(")") + 2 :].split()


def _ticks(fields: list[str]) -> int:
    """Ticks of a process, and of its children that have ended: utime, stime, cutime, cstime."""
    return sum(map(int, fields[11:15]))
