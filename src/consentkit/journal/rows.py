"""Entries as rows of the table, and back.

Guarantees: a row that is read holds what was written, or is refused; text for a table of a spreadsheet begins with no
sign that would make it a formula, since no field may.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from consentkit.errors import FileAccess, WrongUse
from consentkit.journal.chain import COLUMNS, hash_of
from consentkit.journal.entries import JournalEntry, JournalPaper, JournalRow, Who

_SAME = (
    "action",
    "visit",
    "packet",
    "print_number",
    "pages",
    "copies",
    "printer",
    "refers",
    "rule",
    "reason",
    "subject",
    "count",
    "seal",
    "carried",
)
"""The fields of an entry that have a column of their own with the same value."""


def row_of(entry: JournalEntry, seq: int, at: datetime.datetime, prev: str) -> dict[str, Any]:
    """The row of an entry, with its hash."""
    row = dict.fromkeys(COLUMNS) | {
        **{name: getattr(entry, name) for name in _SAME},
        "seq": seq,
        "at": time_as_text(at),
        "actor": entry.who.actor,
        "role": entry.who.role,
        "station": entry.who.station,
        "papers": json.dumps([paper.as_data() for paper in entry.papers], separators=(",", ":")),
        "jobs": ",".join(entry.jobs),
        "prev": prev,
    }
    return row | {"hash": hash_of(row)}


def entry_of_row(row: Mapping[str, Any]) -> JournalRow:
    """The entry of a row. Raises FileAccess for a row that consentkit can't have written."""
    try:
        entry = JournalEntry(
            who=Who(row["actor"], row["station"], row["role"]),
            papers=tuple(JournalPaper(**paper) for paper in json.loads(row["papers"])),
            jobs=tuple(filter(None, row["jobs"].split(","))),
            **{name: row[name] for name in _SAME},
        )
        return JournalRow(row["seq"], datetime.datetime.fromisoformat(row["at"]), entry, row["hash"])
    except (WrongUse, ValueError, TypeError, AttributeError, KeyError) as error:
        message = f"entry {row['seq']} of the journal is not as consentkit writes it; see `consentkit journal verify`"
        raise FileAccess(message) from error


def time_as_text(at: datetime.datetime) -> str:
    """A moment as the journal writes it: in UTC, to the millisecond, so that text sorts as time does."""
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def as_data(row: JournalRow) -> dict[str, Any]:
    """An entry as plain values, for JSON."""
    entry = row.entry
    return {
        "seq": row.seq,
        "at": time_as_text(row.at),
        "action": entry.action,
        "actor": entry.who.actor,
        "role": entry.who.role,
        "station": entry.who.station,
        **{name: getattr(entry, name) for name in _SAME if name != "action"},
        "papers": [paper.as_data() for paper in entry.papers],
        "jobs": list(entry.jobs),
        "hash": row.hash,
    }
