"""A schedule that is loaded into a day that has visits already.

Guarantees: nothing that was printed, and no walk-in, disappears; a visit that the newer schedule lacks is marked, not
removed; what was edited by hand at the desk stays unless the schedule itself has changed since it was loaded; two
visits of a schedule never become one row, whatever their numbers are; a row never becomes that of another patient.
"""

from __future__ import annotations

import datetime
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from consentkit.operations.desk.fields import value_of
from consentkit.operations.desk.rows import DeskRow, LoadedVisit
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

    A visit of which the schedule says what it said before is the same one, also where it has no number, or was given
    another one at the desk. `loaded` has what the schedule said of each visit when it was loaded last, by its number,
    and is brought up to date.
    """
    read = [_row_of(entry) for entry in entries]
    pairs = _pairs(rows, read)
    changes: dict[str, list[str]] = {name: [] for name in ("added", "moved", "changed", "gone", "back")}
    # Rows of a schedule that could not be read give way to the newer one.
    after = {row.key: row for row in rows if row.number or row.is_walk_in or row.sets}
    days = set[datetime.date]()
    for row in read:
        if row.entry.name.date:
            days.add(row.entry.name.date)
        before = pairs.get(row.key)
        was, loaded[row.number] = loaded.get(row.number), row.data
        if before is None:
            after[row.key] = row
            changes["added"].append(row.key)
            continue
        said = before.loaded.data if before.loaded else None
        is_news = row.data not in (was, said) or _has_other_problems(before, row)
        after[before.key], change = _newer(before, row, is_news=is_news)
        if change:
            changes[change].append(before.key)
    matched = {row.key for row in pairs.values()}
    for row in rows:
        if row.key not in matched and _is_missing(row, days):
            after[row.key] = replace(row, is_gone=True)
            changes["gone"].append(row.key)
    return MergedDay(tuple(after.values()), **{name: tuple(keys) for name, keys in changes.items()})


def _row_of(entry: VisitEntry) -> DeskRow:
    data = entry.data if isinstance(entry.data, dict) else {}
    problems = tuple(re.sub("[0-9]+", "", problem.message) for problem in entry.problems)
    return DeskRow(entry, data, loaded=LoadedVisit(data, problems))


def _pairs(rows: Sequence[DeskRow], read: Sequence[DeskRow]) -> dict[str, DeskRow]:
    """The row that was there before of each one that was read, by the key of the latter."""
    by_source = defaultdict[str, list[DeskRow]](list)
    for row in rows:
        if row.loaded is not None:
            by_source[_mark(row.loaded)].append(row)
    pairs = {row.key: same.pop(0) for row in read if (same := by_source.get(_mark(row.loaded)))}
    matched = {row.key for row in pairs.values()}
    free = [row for row in rows if row.number and row.key not in matched]
    for row in read:
        if row.key not in pairs:
            same_number = (one for one in free if one.number == row.number and not _is_of_another(one, row))
            if before := next(same_number, None):
                pairs[row.key] = before
                free.remove(before)
    return pairs


def _is_of_another(before: DeskRow, row: DeskRow) -> bool:
    """Whether a visit of the same number is of another patient: counted numbers change when a visit is put between."""
    said = before.loaded.data if before.loaded else before.data
    return all(
        all(_differ(value_of(data, name), value_of(row.data, name)) for data in (before.data, said))
        for name in ("record_number", "date_of_birth")
    )


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one.casefold() != other.casefold()


def _mark(loaded: LoadedVisit | None) -> str:
    """What is the same for a visit of which a schedule says the same again."""
    return json.dumps((loaded.data or loaded.problems) if loaded else None, sort_keys=True, default=str)


def _newer(before: DeskRow, row: DeskRow, *, is_news: bool) -> tuple[DeskRow, str]:
    """A row as the schedule has it now, and in which way it has changed."""
    if before.is_gone:
        change = "back"
    elif not is_news or (before.data == row.data and not _has_other_problems(before, row)):
        return before, ""
    else:
        change = "moved" if _without_time(before) == _without_time(row) else "changed"
    if not is_news:
        return replace(before, is_gone=False), change
    return (
        replace(
            before,
            entry=row.entry,
            data=row.data,
            loaded=row.loaded,
            revision=before.revision + 1,
            check=None,
            is_gone=False,
            override=None,
        ),
        change,
    )


def _has_other_problems(before: DeskRow, row: DeskRow) -> bool:
    """Whether something else is wrong with a visit now, as where another one no longer has the same number."""
    was = before.loaded
    return was is not None and before.data == was.data == row.data and was != row.loaded


def _without_time(row: DeskRow) -> dict[str, object]:
    return {key: value for key, value in row.data.items() if key != "time"}


def _is_missing(row: DeskRow, days: set[datetime.date]) -> bool:
    """Whether a schedule of the day of a visit, which has it no more, is news."""
    if row.is_walk_in or row.is_gone or not row.number:
        return False
    return value_of(row.data, "date") in {day.isoformat() for day in days}
