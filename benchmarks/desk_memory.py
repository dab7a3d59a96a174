"""Whether the memory of a desk stays flat, however many days it is open.

    python -m benchmarks.desk_memory [PACKETS]

A desk runs as a process of its own, with a journal and a stand-in for the printer. Day after day a schedule of 100
visits of other patients is loaded, each packet is made, previews are made of every second visit with an edit, every
fourth visit is printed, and the day is ended. Prints the resident memory after every
fifth day, and ends with 1 where the last is more than 1.10 of what it was after 500 packets.
"""

from __future__ import annotations

import csv
import datetime
import http.client
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.memory_of_packets import CLINIC, MOST

VISITS = 100
"""Visits of a day."""
DAYS_BETWEEN = 5
SERVICES = ("90837", "90791", "90834 90785", "90832")
COMMANDS = {
    "lp": '#!/bin/sh\ncat >/dev/null\necho "request id is front-desk-$$ (0 file(s))"\n',
    "lpstat": "#!/bin/sh\necho 'front-desk accepting requests since today'\n",
}


@dataclass
class Clerk:
    """Somebody who uses a desk that runs."""

    port: int
    cookie: str = ""
    csrf: str = ""
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def call(self, path: str, body: bytes | None = None, kind: str = "application/x-www-form-urlencoded") -> str:
        """The text of an answer."""
        headers = {"Cookie": self.cookie, **({"Content-Type": kind} if body is not None else {})}
        self._connection.request("POST" if body is not None else "GET", path, body, headers)
        answer = self._connection.getresponse()
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.split(";")[0]
        text = answer.read().decode("latin-1")
        if answer.status >= 400:
            raise SystemExit(f"{path}: {answer.status}")
        if token := re.search(r'name="csrf" value="([^"]+)"', text):
            self.csrf = token[1]
        return text

    def send(self, path: str, **form: str) -> str:
        """Send a form."""
        return self.call(path, urlencode({"csrf": self.csrf, **form}).encode())

    def load(self, content: bytes) -> None:
        """Send a schedule."""
        begin = f'--m\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{self.csrf}\r\n'
        begin += '--m\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
        self.call("/schedule", begin.encode() + content + b"\r\n--m--\r\n", "multipart/form-data; boundary=m")

    def wait_for_papers(self) -> list[str]:
        """The keys of all visits, once their papers have been made."""
        while 'data-waiting="0"' not in (text := self.call("/rows")):
            time.sleep(0.5)
        if f"{VISITS} visits: {VISITS} ready" not in text:
            raise SystemExit("not all visits of the day became ready")
        return re.findall(r'data-key="(\w+)"', text)


def schedule(day: int) -> tuple[bytes, list[dict[str, str]]]:
    """The visits of a day: invented patients, each with another name, birthday and record number."""
    rows = []
    for place in range(VISITS):
        number = day * VISITS + place
        letters = "".join(chr(97 + (number // 26**power) % 26) for power in range(4))
        born = datetime.date(1950, 1, 1) + datetime.timedelta(days=3 * (number % 7000))
        rows.append(
            {
                "visit": f"V-{number}",
                "date": "2026-11-23",
                "time": f"{8 + place // 12:02}:{place % 12 * 5:02}",
                "patient_name": f"Ana {letters.title()}",
                "date_of_birth": born.isoformat(),
                "record_number": f"MR-{number}",
                "procedures": SERVICES[number % len(SERVICES)],
                "clinician": "Dr. Amara Okonkwo",
            }
        )
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode(), rows


def work_a_day(clerk: Clerk, day: int) -> int:
    """Do what is done on a day. Returns how many packets were made."""
    content, rows = schedule(day)
    clerk.call("/end")
    clerk.load(content)
    keys, made = clerk.wait_for_papers(), VISITS
    for place, (key, row) in enumerate(zip(keys, rows, strict=True)):
        if place % 2 == 0:
            clerk.call(f"/?visit={key}")
            clerk.send(f"/visit/{key}/draft", **{**row, "patient_name": f"{row['patient_name']} Jr."})
            clerk.call(f"/visit/{key}/draft.pdf")
            made += 1
        if place % 4 == 0:
            clerk.send(f"/visit/{key}/print", printed="0")
            made += 2
    clerk.send("/find", sought="ana")
    clerk.send("/end")
    return made


def resident(process: int) -> int:
    """Resident memory of a process in KiB."""
    return int(Path(f"/proc/{process}/status").read_text(encoding="ascii").split("VmRSS:")[1].split()[0])


def lay_out(folder: Path) -> Path:
    """A clinic with a journal, and commands that take papers. Returns the folder of the commands."""
    (folder / "clinic").mkdir()
    text = (CLINIC / "clinic.yaml").read_text(encoding="utf-8")
    (folder / "clinic/clinic.yaml").write_text(f"{text}journal:\n  keep_years: 6\n", encoding="utf-8")
    (folder / "clinic/logo.png").write_bytes((CLINIC / "logo.png").read_bytes())
    (folder / "commands").mkdir()
    for name, script in COMMANDS.items():
        (folder / "commands" / name).write_text(script, encoding="ascii")
        (folder / "commands" / name).chmod(0o700)
    return folder / "commands"


def main() -> int:
    """Work day after day, and print what the desk holds in memory."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = lay_out(folder)
        command = [sys.executable, "-m", "consentkit", "desk", "--no-browser", "--port", "0", "--allow-drafts"]
        desk = subprocess.Popen(
            [*command, "--clinic", str(folder / "clinic"), "--cache", str(folder / "cache")],
            env={**os.environ, "PATH": f"{commands}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert desk.stdout is not None
            link = desk.stdout.readline().strip()
            clerk = Clerk(int(link.split(":")[2].split("/")[0]))
            clerk.call(f"/open/{link.rpartition('/')[2]}")
            return _work(desk.pid, clerk, count)
        finally:
            desk.terminate()
            with suppress(subprocess.TimeoutExpired):
                desk.wait(30)


def _work(process: int, clerk: Clerk, count: int) -> int:
    first = made = 0
    for day in range(count // VISITS):
        made += work_a_day(clerk, day)
        if (day + 1) % DAYS_BETWEEN == 0:
            first = first or resident(process)
            open_files = len(list(Path(f"/proc/{process}/fd").iterdir()))
            threads = len(list(Path(f"/proc/{process}/task").iterdir()))
            print(
                f"{(day + 1) * VISITS:6} visits, {made:6} packets made: {resident(process):7} KiB, "
                f"{resident(process) / first:.3f} of the first; {open_files} open files, {threads} threads",
                flush=True,
            )
    return 0 if not first or resident(process) / first <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
