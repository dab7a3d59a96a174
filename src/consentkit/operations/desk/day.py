"""The visits of one day at the front desk, in memory.

Guarantees: any number of threads may call; what one of them changes, no other one changes back unseen, since each edit
names the revision that it is based on, and each print the serial that it expects. Nothing of a patient is written
anywhere, and when the day ends, by hand or because its date is over, nothing of it is left here.
"""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from consentkit.errors import ConsentkitError
from consentkit.operations.desk.completing import completed_data, edited_entry
from consentkit.operations.desk.fields import data_of, value_of
from consentkit.operations.desk.maker import DeskMaker
from consentkit.operations.desk.merging import MergedDay, merge
from consentkit.operations.desk.remedies import answered_by, corrected
from consentkit.operations.desk.rows import Check, DeskRow, PrintedSet, VisitState
from consentkit.operations.desk.undoing import Steps
from consentkit.operations.progress import HowFar, WatchedWork
from consentkit.operations.visits import single_entry_of
from consentkit.packets.visits import VisitEntry

Result = TypeVar("Result")


class DeskRefusal(ConsentkitError):
    """Something that can't be done now. `reason` says why, as the key of a sentence; nothing of a visit is in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def now() -> datetime.datetime:
    """The time by the clock on the wall."""
    return datetime.datetime.now().astimezone()


@dataclass
class DeskDay:
    """The visits of a day. `version` grows with each change, so that a page knows whether it is out of date."""

    maker: DeskMaker
    clock: Callable[[], datetime.datetime] = now
    recall: Callable[[DeskRow, Check], tuple[PrintedSet, ...]] = lambda row, check: ()
    """What is known of sets that were printed of a visit before it came into this day."""
    ended: Callable[[], None] = lambda: None
    """What others do who hold something of the day, when it ends, by hand or at midnight."""
    over: Callable[[int], None] = lambda count: None
    """What is noted when the day has ended by itself, with how many visits it had."""
    timer: Callable[[], float] = time.monotonic
    """Seconds, by which it is measured how fast papers are made."""
    version: int = 0
    _rows: dict[str, DeskRow] = field(default_factory=dict, repr=False)
    _loaded: dict[str, object] = field(default_factory=dict, repr=False)
    _date: datetime.date | None = None
    _steps: Steps = field(default_factory=Steps, repr=False)
    _making: WatchedWork | None = field(default=None, repr=False)
    """The work on papers since there were none to be made."""
    _changed: threading.Condition = field(default_factory=threading.Condition)

    # --- what there is ---

    def rows(self) -> list[DeskRow]:
        """All visits in the order of the day."""
        with self._changed:
            self._end_if_over()
            return sorted(self._rows.values(), key=lambda row: row.order)

    def rows_of_version(self) -> tuple[list[DeskRow], int]:
        """All visits in the order of the day, and the version of the day that has them.

        Read one after the other, the version may be newer: a page would take its old visits for the newest.
        """
        with self._changed:
            return self.rows(), self.version

    def row(self, key: str) -> DeskRow:
        """A visit. Raises DeskRefusal where it is no longer there."""
        with self._changed:
            self._end_if_over()
            row = self._rows.get(key)
        if row is None:
            raise DeskRefusal("no-such-visit")
        return row

    def today(self) -> datetime.date:
        """The date by the clock on the wall."""
        return self.clock().date()

    # --- what comes and goes ---

    def load(self, entries: Iterable[VisitEntry]) -> MergedDay:
        """Load a schedule: into an empty day, or merged with what is there by the numbers of the visits."""
        read = list(entries)  # before anything changes, since it may fail
        with self._changed:
            self._end_if_over()
            before = self._rows
            merged = merge(list(before.values()), read, self._loaded)
            self._rows = {row.key: row for row in merged.rows}
            for key in (*merged.changed, *merged.moved, *merged.gone):
                self.maker.forget(before[key].visit)
            self._note(merged.rows)
            self._recheck(*merged.changed, *merged.gone, *merged.back)
            return merged

    def add_walk_in(self, data: Mapping[str, Any]) -> DeskRow:
        """Add a visit that no schedule has. Date, time and number are given to it where it has none."""
        at = self.clock()
        # By the clock, so that no number comes again after the program was started again.
        given = {"visit": f"W-{at:%m%d-%H%M%S}", "date": at.date().isoformat(), "time": f"{at:%H:%M}"}
        with self._changed:
            self._end_if_over()
            taken = {row.number for row in self._rows.values()}
            while given["visit"] in taken:
                given["visit"] += "b"
            row = _row_with({**given, **data}, is_walk_in=True)
            self._rows[row.key] = row
            self._note([row])
            self._recheck(row.key)
        return row

    def change(self, key: str, data: Mapping[str, Any], revision: int, without: Collection[str] = ()) -> DeskRow:
        """Give a visit other data. Raises DeskRefusal where somebody has changed it since that revision.

        `without` names fields that a schedule left open, and of which somebody has said that there is nothing.
        """
        with self._changed:
            before = self._free(key, revision)
            number = value_of(data, "visit")
            if any(row.number == number for row in self._rows.values() if row.key != key and number):
                raise DeskRefusal("number-taken")
            self.maker.forget(before.visit)
            self._rows[key] = replace(
                before,
                entry=edited_entry(before.entry, data, without),
                data=data,
                check=None,
                revision=before.revision + 1,
                is_done=False,
                is_gone=False,
                override=None,
            )
            self._recheck(key, records=(before.record,))
            return self._rows[key]

    def complete(self, key: str, answers: Mapping[str, str], without: Collection[str], revision: int) -> DeskRow:
        """Give a visit what it lacks. What it has stays as it is. Raises DeskRefusal as `change` does."""
        return self.change(key, data_of(completed_data(self.row(key).data, answers)), revision, without)

    def remedy(self, key: str, name: str, revision: int) -> DeskRow:
        """Make an edit that was offered against what speaks against a visit. Raises DeskRefusal as `change` does."""
        row = self.row(key)
        remedies = [remedy for remedy in (row.check.remedies if row.check else ()) if remedy.name == name]
        if not remedies:
            raise DeskRefusal("changed-meanwhile")
        return self.change(key, corrected(row.data, remedies[0]), revision, answered_by(remedies[0]))

    def mark_done(self, key: str, *, is_done: bool) -> None:
        """Note that the signed papers of a visit are back, or that they are not."""
        with self._changed:
            row = self.row(key)
            if is_done and row.state is not VisitState.PRINTED:
                raise DeskRefusal("not-printed-yet")
            self._put(replace(row, is_done=is_done))

    def keep(self, key: str) -> None:
        """Keep a visit that a newer schedule does not have."""
        with self._changed:
            self._put(replace(self.row(key), is_gone=False, check=None))

    def remove(self, key: str, revision: int) -> None:
        """Take a visit out of the day. Raises DeskRefusal as `change` does."""
        with self._changed:
            row = self._free(key, revision)
            del self._rows[key]
            self.maker.forget(row.visit)
            self._recheck(records=(row.record,))

    def check_again(self, key: str) -> None:
        """Make the papers of a visit again, since something outside the day may have changed."""
        with self._changed:
            self._put(replace(self.row(key), check=None))

    def check_all_again(self) -> None:
        """Make the papers of all visits again, as after a text was approved."""
        with self._changed:
            self._rows = {key: replace(row, check=None) for key, row in self._rows.items()}
            self._notify()

    def end(self) -> int:
        """Forget everything. Returns how many visits there were."""
        with self._changed:
            count = len(self._rows)
            self._rows, self._loaded, self._date = {}, {}, None
            self._steps.clear()
            self.maker.forget_all()
            self.ended()
            self._notify()
            return count

    def end_if_over(self) -> None:
        """Forget everything once the date of the day is over, and at any time what is too old to be taken back."""
        with self._changed:
            self._end_if_over()
            self._steps.drop_old(self.clock())

    # --- what is taken back ---

    def with_undo(self, change: Callable[[], Result]) -> tuple[Result, str]:
        """Change the day in one step. Returns what came of it, and a name by which the step can be taken back."""
        with self._changed:
            self._end_if_over()
            before, loaded = dict(self._rows), dict(self._loaded)
            result = change()
            is_news = loaded != self._loaded
            return result, self._steps.note(self.clock(), before, self._rows, loaded if is_news else None)

    def undo(self, name: str) -> None:
        """Take a step back. Raises DeskRefusal where it is too late, or something has happened since."""
        with self._changed:
            self._end_if_over()
            step = self._steps.take(name, self.clock())
            if step is None:
                raise DeskRefusal("too-late-to-undo")
            changes = step.undone(self._rows)
            if changes is None:
                raise DeskRefusal("changed-since")
            if step.loaded is not None:
                self._loaded = dict(step.loaded)
            records = {row.record for pair in step.changed.values() for row in pair if row}
            for key, row in changes.items():
                gone = self._rows.pop(key, None)
                self.maker.forget(gone.visit if gone else None)
                if row is not None:
                    self._rows[key] = row
            self._recheck(records=records)

    # --- the papers ---

    def prepare_next(self) -> bool:
        """Make the papers of the first visit that waits for it. Returns whether there was one."""
        with self._changed:
            self._end_if_over()
            row = min(filter(_waits, self._rows.values()), key=lambda row: row.order, default=None)
            if row is None:
                self._making = None
                return False
            if self._making is None:
                self._making = WatchedWork(clock=self.timer)
            making = self._making
        check = self.maker.check(row)
        self.checked(row, check, row.sets or self.recall(row, check))
        making.steps.step()
        return True

    def making(self) -> HowFar | None:
        """How far the work has come on papers that are to be made; None where there are none."""
        with self._changed:
            left = sum(map(_waits, self._rows.values()))
            if self._making is None or not left:
                return None
            self._making.steps.total = self._making.steps.done + left
            return self._making.how_far()

    def prepare_all(self) -> None:
        """Make the papers of all visits that wait for it."""
        while self.prepare_next():
            pass

    def checked(self, row: DeskRow, check: Check, sets: tuple[PrintedSet, ...] = ()) -> None:
        """Note what came of making the papers of a row, unless it was changed meanwhile."""
        with self._changed:
            current = self._rows.get(row.key)
            if current is not None and current.revision == row.revision:
                self._put(replace(current, check=check, sets=current.sets or sets))

    def wait(self, seconds: float) -> None:
        """Wait until something changes, or some seconds are over; not at all while papers are to be made."""
        with self._changed:
            if not any(map(_waits, self._rows.values())):
                self._changed.wait(seconds)

    def wait_for_change(self, seconds: float) -> None:
        """Wait until something changes, or some seconds are over, since what is to be made can't be made now."""
        with self._changed:
            self._changed.wait(seconds)

    def update(self, key: str, change: Callable[[DeskRow], DeskRow]) -> DeskRow:
        """Change a row in one step. `change` may raise DeskRefusal."""
        with self._changed:
            return self._put(change(self.row(key)))

    # --- within the lock ---

    def _free(self, key: str, revision: int) -> DeskRow:
        row = self.row(key)
        if row.revision != revision:
            raise DeskRefusal("changed-meanwhile")
        if row.is_printing:
            raise DeskRefusal("is-printing")
        return row

    def _put(self, row: DeskRow) -> DeskRow:
        if row.key in self._rows:  # else the day has ended meanwhile
            self._rows[row.key] = row
            self._notify()
        return row

    def _note(self, rows: Sequence[DeskRow]) -> None:
        """Note that the day has visits from now on."""
        if rows and self._date is None:
            self._date = self.today()

    def _recheck(self, *keys: str, records: Iterable[str] = ()) -> None:
        """Let the papers be made again of the visits of patients who have one that has changed: they are compared."""
        concerned = {self._rows[key].record for key in keys if key in self._rows}.union(records) - {""}
        for key, row in self._rows.items():
            if row.record in concerned and row.check is not None:
                self._rows[key] = replace(row, check=None)
        self._notify()

    def _end_if_over(self) -> None:
        if self._date is not None and self._date != self.today():
            self.over(self.end())

    def _notify(self) -> None:
        self.version += 1
        self._changed.notify_all()


def _row_with(data: Mapping[str, Any], *, is_walk_in: bool = False) -> DeskRow:
    entry = single_entry_of(data)
    return DeskRow(entry, data, is_walk_in=is_walk_in)


def _waits(row: DeskRow) -> bool:
    """Whether papers are to be made: not for a visit that is gone, though its patient's other visits have changed."""
    return row.state is VisitState.CHECKING
