"""A schedule that is loaded into a day that has visits already.

Guarantees: nothing that was printed, and no walk-in, disappears; a visit that the newer schedule lacks is marked, not
removed; what was edited by hand at the desk stays unless the schedule itself has changed since it was loaded.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from consentkit.operations.desk.fields import value_of
from consentkit.operations.desk.rows import DeskRow
from consentkit.packets.visits import VisitEntry


@dataclass(frozen=True)
class MergedDay:
    """The rows after a schedule was loaded, and what it changed, by the keys of the rows."""

    rows: tuple[DeskRow, ...] = field(repr=False)
    added: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    """Visits that only have another time now."""
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    """Visits that the schedule no longer has."""
    back: tuple[str, ...] = ()
    """Visits that an earlier schedule lacked."""


def merge(rows: Sequence[DeskRow], entries: Iterable[VisitEntry], loaded: dict[str, object]) -> MergedDay:
    """Merge the visits of a schedule into the rows of a day, by their numbers.

    `loaded` has what the schedule said of each visit when it was loaded last, by its number, and is brought up to date.
    """
    by_number = {row.number: row for row in rows if row.number}
    changes: dict[str, list[str]] = {name: [] for name in ("added", "moved", "changed", "gone", "back")}
    after = {row.key: row for row in rows if row.number}  # rows that could not be read give way to the newer schedule
    numbers, days = set[str](), set[datetime.date]()
    for entry in entries:
        number = entry.name.visit or ""
        numbers.add(number)
        if entry.name.date:
            days.add(entry.name.date)
        before, row = by_number.get(number), _row_of(entry)
        was, loaded[number] = loaded.get(number), row.data
        if before is None:
            after[row.key] = row
            changes["added"].append(row.key)
            if number:
                by_number[number] = row
            continue
        after[before.key], change = _newer(before, row, is_news=was != row.data)
        if change:
            changes[change].append(before.key)
    for row in rows:
        if _is_missing(row, numbers, days):
            after[row.key] = replace(row, is_gone=True)
            changes["gone"].append(row.key)
    return MergedDay(tuple(after.values()), **{name: tuple(keys) for name, keys in changes.items()})


def _row_of(entry: VisitEntry) -> DeskRow:
    return DeskRow(entry, entry.data if isinstance(entry.data, dict) else {})


def _newer(before: DeskRow, row: DeskRow, *, is_news: bool) -> tuple[DeskRow, str]:
    """A row as the schedule has it now, and in which way it has changed."""
    if before.is_gone:
        change = "back"
    elif not is_news or before.data == row.data:
        return before, ""
    else:
        change = "moved" if _without_time(before) == _without_time(row) else "changed"
    if not is_news:
        return replace(before, is_gone=False), change
    news = {"entry": row.entry, "data": row.data, "check": None, "override": None}
    return replace(before, **news, revision=before.revision + 1, is_gone=False), change  # type: ignore[arg-type]


def _without_time(row: DeskRow) -> dict[str, object]:
    return {key: value for key, value in row.data.items() if key != "time"}


def _is_missing(row: DeskRow, numbers: set[str], days: set[datetime.date]) -> bool:
    """Whether a schedule of the day of a visit lacks it."""
    if row.is_walk_in or row.is_gone or not row.number or row.number in numbers:
        return False
    return value_of(row.data, "date") in {day.isoformat() for day in days}
