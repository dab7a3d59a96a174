"""Rows that are added to a journal, and those that leave it, within a transaction of whoever calls.

Guarantees: each row continues the one before it; of an intent to print there is one end at most; rows leave only from
the beginning, and a row that carries the hash of the last of them stays.
"""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass
from typing import Any

from consentkit.errors import WrongUse
from consentkit.journal import database
from consentkit.journal.chain import COLUMNS, FIRST
from consentkit.journal.entries import JournalEntry, JournalRow, Who
from consentkit.journal.rows import entry_of_row, row_of
from consentkit.journal.values import ENDS_OF_A_PRINT

_INSERT = f"INSERT INTO entries VALUES ({', '.join(['?'] * len(COLUMNS))})"  # noqa: S608 - constants
_ENDED = f"refers = ? AND action IN ({', '.join(map(repr, ENDS_OF_A_PRINT))})"
UNFINISHED = f"""
SELECT * FROM entries AS intent WHERE action = 'to-print' AND NOT EXISTS (
    SELECT 1 FROM entries WHERE {_ENDED.replace("?", "intent.seq")}
) ORDER BY seq
"""  # noqa: S608 - constants
"""The query for intents that have no end."""


@dataclass(frozen=True)
class PrunedEntries:
    """What was removed from a journal."""

    removed: int
    last: int | None
    """The number of the last entry that was removed; None where none was."""


def add_row(connection: sqlite3.Connection, entry: JournalEntry, at: datetime.datetime) -> JournalRow:
    """Add an entry at the end."""
    last = connection.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    row = row_of(entry, last["seq"] + 1 if last else 1, at, last["hash"] if last else FIRST)
    connection.execute(_INSERT, tuple(row[column] for column in COLUMNS))
    return entry_of_row(row)


def unfinished_row(connection: sqlite3.Connection, seq: int) -> dict[str, Any]:
    """The row of an intent to print that has no end. Raises WrongUse where there is none."""
    intent = connection.execute("SELECT * FROM entries WHERE seq = ? AND action = 'to-print'", (seq,)).fetchone()
    if intent is None:
        raise WrongUse(f"entry {seq} of the journal is no intent to print", arguments=["seq"])
    if connection.execute(f"SELECT 1 FROM entries WHERE {_ENDED}", (seq,)).fetchone():  # noqa: S608 - constants
        raise WrongUse(f"what became of entry {seq} of the journal was recorded before", arguments=["seq"])
    return dict(intent)


def prune_rows(
    connection: sqlite3.Connection, before: str, who: Who, at: datetime.datetime, mark: str
) -> PrunedEntries:
    """Remove the rows at the beginning that are older than a moment, and add one that carries the last hash."""
    kept = connection.execute("SELECT min(seq) FROM entries WHERE at >= ?", (before,)).fetchone()[0]
    last = connection.execute(
        "SELECT seq, hash FROM entries WHERE ?1 IS NULL OR seq < ?1 ORDER BY seq DESC LIMIT 1", (kept,)
    ).fetchone()
    if last is None:
        return PrunedEntries(0, None)
    removed = connection.execute("SELECT count(*) FROM entries WHERE seq <= ?", (last["seq"],)).fetchone()[0]
    carries = JournalEntry("pruned", who, refers=last["seq"], carried=last["hash"], count=removed, seal=mark)
    add_row(connection, carries, at)
    connection.execute("DROP TRIGGER not_deleted")
    connection.execute("DELETE FROM entries WHERE seq <= ?", (last["seq"],))
    connection.execute(database.NOT_DELETED)
    return PrunedEntries(removed, last["seq"])
