"""What a clerk does at a desk with invented patients, and moments of it at which the desk may be killed."""

from __future__ import annotations

import http.client
import io
import re
import secrets
import signal
import socket
import string
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from consentkit.operations.journal import open_journal
from consentkit.operations.opening import open_for_a_call, settle
from kit.desk import Printer, schedule
from kit.desk_process import Running, start_desk
from kit.traces import Words

LARGE = 700_000
"""Bytes from which on servers like to put uploads into files."""


def _name() -> str:
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(9)).title()


@dataclass(frozen=True)
class People:
    """Invented people whom nobody else has: patients, and those who come with them."""

    patient: str = field(default_factory=lambda: f"Zo {_name()}")
    other: str = field(default_factory=lambda: f"Mx {_name()}")
    corrected: str = field(default_factory=lambda: f"Zoe {_name()}")
    walk_in: str = field(default_factory=lambda: f"Wim {_name()}")
    interpreter: str = field(default_factory=lambda: f"Ida {_name()}")
    witness: str = field(default_factory=lambda: f"Will {_name()}")
    mother: str = field(default_factory=lambda: f"Mo {_name()}")
    record: str = field(default_factory=lambda: f"MR-{secrets.randbelow(10**9) + 10**9}")
    phone: str = field(default_factory=lambda: f"312-555-{secrets.randbelow(9000) + 1000}-{_name()}")
    file: str = field(default_factory=_name)

    def words(self) -> Words:
        """What to look for: what only these have."""
        texts = vars(self).values()
        return Words(sorted({text.rpartition(" ")[2] for text in texts}))

    def schedule(self) -> bytes:
        """A schedule of three visits; one of them is for a service that is not there."""
        interpreter = {
            "interpreter": self.interpreter,
            "interpreter_is": "professional",
            "interpreter_language": "Spanish",
        }
        return schedule(
            {"patient_name": self.patient, "record_number": self.record, "witness": self.witness, **interpreter},
            {"patient_name": self.other, "procedures": "NONE"},
            {"patient_name": self.other, "representative": self.mother, "relationship": "mother"},
        )

    def sheet(self) -> bytes:
        """A sheet that is no schedule, with names in it."""
        book, stream = openpyxl.Workbook(), io.BytesIO()
        book.active.append(["name", "telephone"])
        book.active.append([self.patient, self.phone])
        book.save(stream)
        return stream.getvalue()

    def form(self) -> dict[str, str]:
        """The first visit with another name."""
        return {
            "patient_name": self.corrected,
            "date_of_birth": "1984-07-09",
            "record_number": self.record,
            "procedures": "SMALL-1",
            "clinician": "Dr. Amara Okonkwo",
            "visit": "V-1",
            "date": "2026-11-23",
            "witness": self.witness,
        }


@dataclass
class Morning:
    """What a clerk does, step by step, so that it can be interrupted."""

    desk: Running
    people: People
    printer: Printer
    pending: list[threading.Thread] = field(default_factory=list)
    sockets: list[socket.socket] = field(default_factory=list)

    def begin(self, call: Callable[[], object]) -> None:
        """Do something that the end of the desk may interrupt."""

        def attempt() -> None:
            with suppress(OSError, http.client.HTTPException):
                call()

        thread = threading.Thread(target=attempt, daemon=True)
        thread.start()
        self.pending.append(thread)

    def close(self) -> None:
        """Wait for what the end of the desk has interrupted."""
        (self.printer.folder / "wait").unlink(missing_ok=True)
        for thread in self.pending:
            thread.join(60)
        for one in self.sockets:
            one.close()

    def load(self) -> None:
        """Load the schedule, large enough to tempt a server to spool it."""
        self.desk.load(self.people.schedule() + b"\n" * LARGE, f"{self.people.file}.csv")

    def load_nonsense(self) -> None:
        """Load files that are no schedules, with what a clerk may have in them."""
        people = self.people
        self.desk.load(f"name,telephone\n{people.patient},{people.phone}\n".encode(), f"{people.file}.csv")
        self.desk.load(people.schedule().replace(b"visit,", f"visit,{people.file},".encode()), "x.csv")
        self.desk.load(people.sheet(), f"{people.file}.xlsx")
        self.desk.load(people.schedule().replace(b"1984-07-09", people.phone.encode()), "x.csv")

    def send_print(self) -> None:
        """Print the first visit, or print it again."""
        key, page = self.desk.key(), self.desk.look()
        sets = 1 if re.search(rf'href="/visit/{key}/again"', page) else 0
        form = {"reason": "jammed", "taken": "yes"} if sets else {}
        self.desk.send(f"/visit/{key}/{'again' if sets else 'print'}", printed=str(sets), **form)

    def print_and_hang(self) -> None:
        """Print while the printer does not answer: there is an intent, and no job yet."""
        (self.printer.folder / "called").unlink(missing_ok=True)
        (self.printer.folder / "wait").touch()
        self.begin(self.send_print)
        _wait_for((self.printer.folder / "called").exists)

    def look(self) -> None:
        """Look at a visit and its papers, and type a correction."""
        key = self.desk.key()
        page = self.desk.look(f"/?visit={key}")
        assert self.people.patient in page or self.people.corrected in page
        self.desk.call(f"/visit/{key}/packet.pdf")
        self.desk.send(f"/visit/{key}/draft", **self.people.form())
        self.desk.call(f"/visit/{key}/draft.pdf")

    def work(self) -> None:
        """All that is done on a day."""
        self.load_nonsense()
        self.load()
        self.look()
        self.send_print()
        self.desk.send(f"/visit/{self.desk.key()}/save", revision="1", **self.people.form())
        self.desk.send("/find", sought=self.people.phone)
        new = {**self.people.form(), "patient_name": self.people.walk_in, "visit": "", "record_number": "MR-1"}
        self.desk.send("/walk-in", **new)
        self.load()
        self.send_print()
        self.desk.send("/lock")
        self.desk.send("/unlock")
        self.desk.send("/end")


def _wait_for(ready: Callable[[], bool]) -> None:
    for _ in range(1200):
        if ready():
            return
        time.sleep(0.05)
    raise AssertionError("it does not happen within a minute")


def after_the_schedule(morning: Morning) -> None:
    """The schedule is loaded; its papers are being made."""
    morning.load_nonsense()
    morning.load()


def amid_an_upload(morning: Morning) -> None:
    """Half of a schedule has arrived."""
    body = morning.people.schedule() + b"\n" * LARGE
    connection = socket.create_connection(("127.0.0.1", morning.desk.port))
    head = f"POST /schedule HTTP/1.1\r\nHost: 127.0.0.1:{morning.desk.port}\r\nCookie: {morning.desk.cookie}\r\n"
    head += f"Content-Type: multipart/form-data; boundary=m\r\nContent-Length: {len(body) * 2}\r\n\r\n--m\r\n"
    morning.sockets.append(connection)
    connection.sendall(head.encode() + b'Content-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + body)


def while_a_packet_is_made(morning: Morning) -> None:
    """The papers of a visit are requested, and not there yet."""
    morning.load()
    key = re.findall(r'data-key="(\w+)"', morning.desk.look())[0]
    morning.begin(lambda: morning.desk.call(f"/visit/{key}/packet.pdf"))


def in_the_preview(morning: Morning) -> None:
    """A correction is typed and shown, and not saved."""
    morning.load()
    morning.look()


def between_intent_and_job(morning: Morning) -> None:
    """The journal has the intent; the printer has not answered."""
    morning.load()
    morning.print_and_hang()


def after_printing(morning: Morning) -> None:
    """A set is printed, the visit corrected after it, and somebody looked for."""
    morning.load()
    morning.look()
    morning.send_print()
    morning.desk.send(f"/visit/{morning.desk.key()}/save", revision="1", **morning.people.form())
    morning.desk.send("/find", sought=morning.people.phone)


def at_the_end_of_the_day(morning: Morning) -> None:
    """The day is just being ended."""
    morning.load()
    morning.look()
    morning.begin(lambda: morning.desk.send("/end"))


def after_the_day(morning: Morning) -> None:
    """All was done, and the day was ended."""
    morning.work()


MOMENTS: dict[str, tuple[Callable[[Morning], None], signal.Signals]] = {
    "after the schedule was loaded": (after_the_schedule, signal.SIGKILL),
    "amid an upload": (amid_an_upload, signal.SIGKILL),
    "while a packet is made": (while_a_packet_is_made, signal.SIGABRT),
    "in the preview": (in_the_preview, signal.SIGINT),
    "between intent and job": (between_intent_and_job, signal.SIGKILL),
    "after printing": (after_printing, signal.SIGTERM),
    "at the end of the day": (at_the_end_of_the_day, signal.SIGSEGV),
    "after the day": (after_the_day, signal.SIGKILL),
}
"""Moments, each with the signal that comes then."""


def start(root: Path, **variables: str) -> Running:
    """Start a desk that would leave a core dump in its folder if it could."""
    return start_desk(root, "sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", **variables)


def unfinished_in(clinic: Path) -> list[str | None]:
    """The visits in the journal whose print has no end. The journal must be whole."""
    journal = open_journal(open_for_a_call(settle(clinic)))
    assert journal is not None
    try:
        assert journal.verify().is_whole
        return [row.entry.visit for row in journal.unfinished()]
    finally:
        journal.close()


def shown_in_proc(desk: Running) -> list[bytes]:
    """What others may see of the process: how it and its children were called, and what they have open."""
    texts = []
    for process in (desk.process.pid, *_children(desk.process.pid)):
        for name in ("cmdline", "environ", "comm", "maps"):
            with suppress(OSError):
                texts.append(Path(f"/proc/{process}/{name}").read_bytes())
        with suppress(OSError):
            texts += [str(path.readlink()).encode() for path in Path(f"/proc/{process}/fd").iterdir()]
    return texts


def _children(process: int) -> list[int]:
    text = ""
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            text += task.read_text() + " "
    return list(map(int, text.split()))
