"""Changes of the day that can be taken back for a moment.

Guarantees: what is taken back is exactly what one step changed, and only while nothing else has happened to the same
visits; a step is forgotten after a short while, with everything that it holds of visits.
"""

from __future__ import annotations

import datetime
import secrets
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from consentkit.operations.desk.rows import DeskRow

SECONDS_TO_UNDO = 60.0
"""How long a step can be taken back. Pages offer it for less, and for longer to those who need it."""
_MOST_STEPS = 20


@dataclass(frozen=True)
class DayStep:
    """What one step changed: each visit as it was and as it became; None where it was not, or is no longer, there."""

    at: datetime.datetime
    changed: Mapping[str, tuple[DeskRow | None, DeskRow | None]] = field(repr=False)
    loaded: Mapping[str, object] | None = field(repr=False)
    """What the schedule had said of the visits before; None where the step has not changed that."""

    def undone(self, rows: Mapping[str, DeskRow]) -> dict[str, DeskRow | None] | None:
        """The visits that change when the step is taken back; None where something has happened to one meanwhile."""
        changes: dict[str, DeskRow | None] = {}
        for key, (before, after) in self.changed.items():
            current = rows.get(key)
            if not self._is_as_left(current, after):
                return None
            changes[key] = _restored(before, current) if before else None
        return None if _doubled({**rows, **changes}) - _doubled(rows) else changes

    def _is_as_left(self, current: DeskRow | None, after: DeskRow | None) -> bool:
        if current is None or after is None:
            return current is after
        if current.is_printing or any(one.at > self.at for one in current.sets):
            return False
        return _facts(current) == _facts(after)


@dataclass
class Steps:
    """The last steps, by names that nobody guesses. Whoever calls holds a lock."""

    _steps: OrderedDict[str, DayStep] = field(default_factory=OrderedDict, repr=False)

    def note(
        self,
        at: datetime.datetime,
        before: Mapping[str, DeskRow],
        after: Mapping[str, DeskRow],
        loaded: Mapping[str, object] | None,
    ) -> str:
        """Note what a step has changed. Returns its name; empty where it has changed nothing."""
        changed = {key: (was, now) for key, was, now in _pairs(before, after) if _facts(was) != _facts(now)}
        if not changed:
            return ""
        name = secrets.token_urlsafe(12)
        self._steps[name] = DayStep(at, changed, loaded)
        while len(self._steps) > _MOST_STEPS:
            self._steps.popitem(last=False)
        return name

    def take(self, name: str, now: datetime.datetime) -> DayStep | None:
        """A step that is about to be taken back: it is there once, and for a while."""
        self.drop_old(now)
        return self._steps.pop(name, None)

    def drop_old(self, now: datetime.datetime) -> None:
        """Forget the steps that nobody may take back any more."""
        for name, step in list(self._steps.items()):
            if (now - step.at).total_seconds() > SECONDS_TO_UNDO:
                del self._steps[name]

    def clear(self) -> None:
        """Forget all steps."""
        self._steps.clear()


def _doubled(rows: Mapping[str, DeskRow | None]) -> set[tuple[str, int]]:
    """The numbers that several visits have, each with every count up to how many those are."""
    counts = Counter(row.number for row in rows.values() if row and row.number)
    return {(number, count) for number, most in counts.items() for count in range(2, most + 1)}


def _pairs(
    before: Mapping[str, DeskRow], after: Mapping[str, DeskRow]
) -> Iterator[tuple[str, DeskRow | None, DeskRow | None]]:
    for key in dict.fromkeys((*before, *after)):
        yield key, before.get(key), after.get(key)


def _facts(row: DeskRow | None) -> tuple[object, ...] | None:
    """What a person changes about a visit. What the program finds out about it by itself is left out."""
    return (row.revision, row.is_done, row.is_gone, row.override) if row else None


def _restored(before: DeskRow, current: DeskRow | None) -> DeskRow:
    """A visit as it was, with a revision that no form has been shown for."""
    revision = max(before.revision, current.revision if current else 0) + 1
    return replace(before, revision=revision, check=None, sets=current.sets if current else before.sets)
