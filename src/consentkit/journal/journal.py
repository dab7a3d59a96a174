"""The journal of a clinic: who printed, approved or overrode what, where and when; never for whom.

Guarantees: what was recorded stays until it is pruned, also when the process is killed or the power fails a moment
later; any number of processes and threads may record at once, and the numbers of prints of a visit are all different;
nothing of a patient is in it but the number of the visit.
"""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from consentkit.errors import FileAccess
from consentkit.journal import database
from consentkit.journal.adding import UNFINISHED, PrunedEntries, add_row, prune_rows, unfinished_row
from consentkit.journal.chain import JournalHead, JournalVerdict, verified
from consentkit.journal.entries import (
    IntendedPrint,
    JournalEntry,
    JournalRow,
    PrintIntent,
    Who,
    require_foreign,
)
from consentkit.journal.key import JournalKey, read_key
from consentkit.journal.opening import open_to_write
from consentkit.journal.rows import entry_of_row, time_as_text
from consentkit.journal.values import JournalAction, JournalReason, require_form
from consentkit.problems import printable

PATIENCE = 5.0
"""Seconds to wait while another process writes; each writes for some milliseconds."""

OF_DAY = "SELECT * FROM entries WHERE at >= ? AND at < ? ORDER BY at, seq"
OF_VISIT = "SELECT * FROM entries WHERE visit = ? ORDER BY seq"
OF_PACKET = "SELECT * FROM entries WHERE packet = ? ORDER BY seq"
_LAST_SIGN_INS = """
SELECT * FROM entries WHERE seq IN (SELECT max(seq) FROM entries WHERE action = 'signed-in' GROUP BY actor)
"""
_OF_SEAL = "SELECT * FROM entries WHERE seal = ? ORDER BY seq"

Clock = Callable[[], datetime.datetime]


def utc_now() -> datetime.datetime:
    """The present moment."""
    return datetime.datetime.now(datetime.UTC)


class Journal:
    """A journal that is open. It may stay open for as long as one likes, and be used by several threads."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, key: JournalKey | None, clock: Clock) -> None:
        """Use `open` or `open_to_read`."""
        self.folder = folder
        self._connection = connection
        self._key = key
        self._clock = clock
        self._patience = PATIENCE
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls,
        folder: Path,
        who: Who,
        *,
        for_group: bool = False,
        patience: float = PATIENCE,
        clock: Clock = utc_now,
    ) -> Self:
        """Open the journal in a folder to read and write it, and begin one where there is none.

        `who` begins it then. `for_group` lets the group of the folder read and write it too. Raises FileAccess where it
        can't be written to, is not sound, or another process holds it for longer than `patience`, in seconds.
        """
        connection, key = open_to_write(folder, who, clock(), for_group=for_group, patience=patience)
        journal = cls(folder, connection, key, clock)
        journal._patience = patience
        return journal

    @classmethod
    def open_to_read(cls, folder: Path, *, patience: float = PATIENCE) -> Self:
        """Open a journal to read it; nothing is changed. Raises FileAccess where there is none, or it is not sound."""
        if not database.is_begun(folder):
            name = printable(str(folder))
            raise FileAccess(f"{name}: contains no journal yet; the first packet, approval or batch begins it")
        connection = database.connect(folder, patience=patience, is_for_reading=True)
        journal = cls(folder, connection, None, utc_now)
        journal._patience = patience
        return journal

    def close(self) -> None:
        """Close it; nothing that was recorded depends on this."""
        with self._lock, self._reported():
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- writing ---

    def record(self, entry: JournalEntry) -> JournalRow:
        """Record an entry. Raises WrongUse for an action that the journal itself writes, FileAccess on failure."""
        return self.record_all([entry])[0]

    def record_all(self, entries: Iterable[JournalEntry]) -> list[JournalRow]:
        """Record entries, all of them or none, in their order."""
        entries = list(entries)
        for entry in entries:
            require_foreign(entry)
        with self._writing():
            return [self._add(entry) for entry in entries]

    def intend(self, intent: PrintIntent) -> IntendedPrint:
        """Record that a packet is about to be printed, before its job is sent. Gives it the next number of its visit.

        `finish` or `fail` records what became of it; `unfinished` gives those of which that is not known.
        """
        return self.intend_all([intent])[0]

    def intend_all(self, intents: Sequence[PrintIntent]) -> list[IntendedPrint]:
        """Do what `intend` does, for all or none."""
        done = []
        with self._writing():
            for intent in intents:
                number = self._prints_of(intent.visit) + 1
                row = self._add(intent.as_entry(number))
                done.append(IntendedPrint(row.seq, number, row.at))
        return done

    def finish(self, seq: int, who: Who, *, jobs: Sequence[str] = (), seal: str | None = None) -> JournalRow:
        """Record that what was intended has been printed, with the print system's numbers of the jobs, where known.

        Raises WrongUse where there is no such intent, or where it has ended already.
        """
        return self._end(seq, who, None, jobs, seal)

    def fail(
        self, seq: int, who: Who, reason: JournalReason = "refused-by-printer", *, jobs: Sequence[str] = ()
    ) -> JournalRow:
        """Record that what was intended was not printed, or, with jobs, in part only. Raises what `finish` raises."""
        return self._end(seq, who, reason, jobs, None)

    def prune(self, before: datetime.datetime, who: Who) -> PrunedEntries:
        """Remove the entries at the beginning that are older than a moment, and record that.

        The record carries the number and the hash of the last one that is removed, so that the chain can still be
        verified. Both happen in one transaction, or nothing does; what is removed is overwritten in the file.
        """
        assert self._key is not None, "it was opened to read"
        with self._writing() as connection:
            pruned = prune_rows(connection, time_as_text(before), who, self._clock(), self._key.mark)
        if pruned.removed:
            with contextlib.suppress(sqlite3.Error):  # while others read, it stays in the log for a while
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return pruned

    # --- reading ---

    def unfinished(self) -> list[JournalRow]:
        """The intents of which it is not known whether they were printed: the process ended, or the power failed."""
        return self._rows(UNFINISHED)

    def of_visit(self, visit: str) -> list[JournalRow]:
        """The entries about a visit. Raises WrongUse for what can't be the number of a visit."""
        require_form("visit", visit)
        return self._rows(OF_VISIT, visit)

    def of_packet(self, packet: str) -> list[JournalRow]:
        """The entries about a packet. Raises WrongUse for what can't be the number of a packet."""
        require_form("packet", packet)
        return self._rows(OF_PACKET, packet)

    def of_day(self, day: datetime.date) -> list[JournalRow]:
        """The entries of a day, in the time zone of this machine."""
        start = datetime.datetime.combine(day, datetime.time.min).astimezone()
        end = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min).astimezone()
        return self._rows(OF_DAY, time_as_text(start), time_as_text(end))

    def of_pdf(self, pdf: bytes) -> list[JournalRow]:
        """The entries about exactly this file."""
        return self._rows(_OF_SEAL, self.seal(pdf))

    def last_sign_ins(self) -> dict[str, datetime.datetime]:
        """When each account signed in last."""
        with self._lock, self._reported():
            rows = self._connection.execute(_LAST_SIGN_INS).fetchall()
        return {row["actor"]: entry_of_row(dict(row)).at for row in rows}

    def rows(self) -> Iterator[JournalRow]:
        """All entries, one at a time, as they are when the first one is requested."""
        with contextlib.closing(self._all()) as rows:
            yield from map(entry_of_row, rows)

    def prints_of(self, visit: str) -> int:
        """How often a visit was printed, or meant to be: the number of its last print; 0 where there is none."""
        require_form("visit", visit)
        with self._lock, self._reported():
            return self._prints_of(visit)

    def seal(self, pdf: bytes) -> str:
        """The keyed digest of a file, for `seal` of an entry. Raises FileAccess where the key can't be read."""
        if self._key is None:
            self._key = read_key(self.folder)
        return self._key.seal(pdf)

    def head(self) -> JournalHead:
        """The number and the hash of the last entry. Raises FileAccess where there is none."""
        with self._lock, self._reported():
            last = self._connection.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        if last is None:
            raise FileAccess(f"{printable(str(self.folder))}: the journal is empty; see `consentkit journal verify`")
        return JournalHead(last["seq"], last["hash"])

    def count(self) -> int:
        """How many entries there are."""
        with self._lock, self._reported():
            return int(self._connection.execute("SELECT count(*) FROM entries").fetchone()[0])

    def verify(
        self, head: str | None = None, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> JournalVerdict:
        """Go through the whole chain. `head` is a hash that was noted earlier, and must be in it.

        `progress` gets how many entries are done, and how many there were at the start.
        """
        number = self.count()
        with self._lock, self._reported():
            altered = database.altered_parts(self._connection)
            damage = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        problems = [f"the database lacks a safeguard, or has another one: {name}" for name in altered]
        problems += ["the database is damaged"] * (damage != "ok")
        with contextlib.closing(self._all()) as rows:
            verdict = verified(_counted(rows, number, progress), head)
        return replace(verdict, problems=(*problems, *verdict.problems))

    # --- within ---

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        with database.reported(self.folder / database.FILE, self._patience):
            yield

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._reported(), database.writing(self._connection):
            yield self._connection

    def _add(self, entry: JournalEntry) -> JournalRow:
        return add_row(self._connection, entry, self._clock())

    def _rows(self, query: str, *values: str) -> list[JournalRow]:
        with self._lock, self._reported():
            rows = self._connection.execute(query, values).fetchall()
        return [entry_of_row(dict(row)) for row in rows]

    def _all(self) -> Generator[dict[str, Any], None, None]:
        """All rows, through a connection of their own, so that others may write in between."""
        connection = database.connect(self.folder, patience=self._patience, is_for_reading=True)
        with contextlib.closing(connection), self._reported():
            yield from map(dict, connection.execute("SELECT * FROM entries ORDER BY seq"))

    def _prints_of(self, visit: str) -> int:
        last = self._connection.execute("SELECT max(print_number) FROM entries WHERE visit = ?", (visit,)).fetchone()[0]
        return int(last or 0)

    def _end(
        self, seq: int, who: Who, reason: JournalReason | None, jobs: Sequence[str], seal: str | None
    ) -> JournalRow:
        with self._writing() as connection:
            intent = entry_of_row(unfinished_row(connection, seq)).entry
            ended = replace(
                intent,
                action=_end_of(intent, reason, jobs),
                who=who,
                jobs=tuple(jobs),
                refers=seq,
                reason=reason or intent.reason,
                seal=seal or intent.seal,
            )
            return self._add(ended)


def _counted(
    rows: Iterator[dict[str, Any]], number: int, progress: Callable[[int, int], None]
) -> Iterator[dict[str, Any]]:
    """The rows, each of which is counted when the next one is requested; the journal may have grown meanwhile."""
    for done, row in enumerate(rows, 1):
        yield row
        progress(done, max(done, number))


def _end_of(intent: JournalEntry, reason: JournalReason | None, jobs: Sequence[str]) -> JournalAction:
    if reason:
        return "printed-partly" if jobs else "not-printed"
    return "printed" if intent.print_number == 1 else "reprinted"
