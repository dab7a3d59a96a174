"""Journals for tests: small ones, with a clock that goes as the test says, and ways to look into the file."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from consentkit.journal.database import FILE
from consentkit.journal.entries import JournalEntry, JournalPaper, PrintIntent, Who
from consentkit.journal.journal import Journal

ROSA = Who("rosa", "desk-1", "desk")
PACKET = "VPCRGVH4WS"
PAPER = JournalPaper("form", "90837", "en", "ab" * 32, 3)
START = datetime.datetime(2020, 1, 15, 9, 0, tzinfo=datetime.UTC)


class Clock:
    """A clock that is a minute later each time somebody looks at it."""

    def __init__(self, now: datetime.datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime.datetime:
        self.now += datetime.timedelta(minutes=1)
        return self.now


def open_journal(folder: Path, clock: Clock | None = None, **options: Any) -> Journal:
    """Open a journal in a folder below the one that is given."""
    return Journal.open(folder / "journal", ROSA, clock=clock or Clock(), **options)


def intent(visit: str = "V-1", **changes: Any) -> PrintIntent:
    """The intent to print a packet of a visit."""
    return PrintIntent(**{"who": ROSA, "visit": visit, "packet": PACKET, "pages": 7, "papers": (PAPER,), **changes})


def signed_in() -> JournalEntry:
    """The shortest entry."""
    return JournalEntry("signed-in", ROSA)


@contextmanager
def raw(folder: Path, *, unguarded: bool = False) -> Iterator[sqlite3.Connection]:
    """The database as anybody opens it who may; `unguarded` takes its triggers away first."""
    with closing(sqlite3.connect(folder / "journal" / FILE, isolation_level=None)) as connection:
        if unguarded:
            names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for (name,) in names:
                connection.execute(f"DROP TRIGGER {name}")
        yield connection


def everything_in(folder: Path) -> bytes:
    """All bytes of all files of a journal, those that SQLite puts beside it too.

    What is searched for must not be able to occur in a hexadecimal digest by chance, as four or five digits can.
    """
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
