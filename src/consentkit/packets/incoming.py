"""A visit as another system has it, on its way to a visit of ours.

Guarantees: what is unclear is requested from a person or refused, by its place in the file, and never guessed; a time
in UTC is not a time of the clinic unless its time zone is known; no message quotes a value; what is complete is
validated like a visit that a person wrote.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from consentkit.packets.cells import COLUMNS
from consentkit.packets.needs import Need, NeedReason, in_order, needs_of
from consentkit.packets.origin import Origin
from consentkit.packets.visit_data import entry_of_data
from consentkit.packets.visits import VisitEntry
from consentkit.problems import Problem, printable
from consentkit.reading.yaml_file import DataPath, dotted


class Unreadable(Exception):
    """Something in a file is not what it must be."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place, self.message = place, message


@dataclass
class IncomingVisit:
    """Collects what another system says of a visit, with the place of each particular in its file."""

    file: str
    line: int
    """The line on which it begins."""
    place: str
    """Where it is in the file, in the notation of its format."""
    data: dict[str, Any] = field(default_factory=dict, repr=False)
    """By the keys of a visit in YAML."""
    shown: str | None = None
    """Its number, where it was made here, so that it can reveal nobody."""
    origin: Origin | None = None
    _places: dict[DataPath, str] = field(default_factory=dict)
    _needs: dict[str, Need] = field(default_factory=dict)
    _problems: list[Problem] = field(default_factory=list)
    _refusals: list[Problem] = field(default_factory=list)
    _warnings: list[Problem] = field(default_factory=list)
    _is_abandoned: bool = False

    def put(self, column: str, value: Any, place: str) -> None:
        """Fill in what a column of a schedule has."""
        target, path = self.data, COLUMNS[column]
        for step in path[:-1]:
            target = target.setdefault(str(step), {})
        target[str(path[-1])] = value
        self._places[path] = place

    def ask(self, column: str, place: str, message: str, reason: NeedReason = "empty", given: str = "") -> None:
        """Say that a person must supply what belongs into a column, and why. `given` is for that person only."""
        if column not in self._needs:
            self._needs[column] = Need(column, reason, None, given, message)
            self._problems.append(self._problem(place, message))

    def put_moment(self, moment: datetime.datetime, zone: str | None, place: str, given: str, setting: str) -> None:
        """Fill in day and time, as clocks at the clinic show them; where that can't be known, the day is requested.

        `zone` is the time zone of the clinic, and `setting` where clinic.yaml names it.
        """
        local = _local_time(moment, zone)
        if local is None:
            message = f"is in UTC, so the day at the clinic is not known; name the time zone as `{setting}` in "
            self.ask("date", place, f"{message}clinic.yaml", "unclear", given)
            return
        self.put("date", local.date().isoformat(), place)
        self.put("time", f"{local:%H:%M}", place)

    def refuse(self, place: str, message: str) -> None:
        """Say why there can be no papers for this visit."""
        self._refusals.append(self._problem(place, message))
        self._problems.append(self._refusals[-1])

    def abandon(self, unreadable: Unreadable) -> None:
        """Say why it can't be read: what else it says, and what it lacks, is not known then."""
        self._is_abandoned = True
        self.refuse(unreadable.place, unreadable.message)

    def warn(self, place: str, message: str) -> None:
        """Say what may be wrong."""
        self._warnings.append(replace(self._problem(place, message), severity="warning"))

    def entry(self) -> VisitEntry:
        """The visit, or what is wrong with it, or what it needs."""
        entry = entry_of_data(self.data)
        asked = {COLUMNS[column] for column in self._needs}
        own = [problem for problem in entry.problems if not self._is_asked(problem, asked)]
        needs = [*needs_of(entry.data), *self._needs.values()]
        if self._is_abandoned:
            own, needs = [], []
        problems = [*self._problems, *map(self._placed, own)]
        is_complete = entry.visit is not None and not problems
        return replace(
            entry,
            row=self.line,
            label=f"{printable(self.file)}:{self.line}",
            visit=entry.visit if is_complete else None,
            problems=tuple(dict.fromkeys(problems)),
            number=self.shown if self.shown and entry.name.visit == self.shown else entry.number,
            code_places=((self.line, None),) * (len(entry.visit.procedures) if entry.visit else 0),
            needs=() if is_complete else in_order(needs),
            refusals=tuple(self._refusals),
            warnings=tuple(self._warnings),
            origin=self.origin,
        )

    def _problem(self, place: str, message: str) -> Problem:
        return Problem(self.file, self.line, None, place, message)

    def _is_asked(self, problem: Problem, asked: set[DataPath]) -> bool:
        """Whether a mistake only says that something is missing which is requested already."""
        path = _path_of(problem)
        return any(path == one[: len(path)] or path == one for one in asked) and path not in self._places

    def _placed(self, problem: Problem) -> Problem:
        """A mistake of the visit, named by the place in the file that it is about."""
        path = _path_of(problem)
        born, number = COLUMNS["date_of_birth"], COLUMNS["visit"]
        about: dict[DataPath, DataPath] = {("patient",): born, (): number}
        fallback = about.get(path, path)
        place = self._places.get(path) or self._places.get(fallback) or self.place
        named = f"{dotted(path, discreet=True)}: " if path and place == self.place else ""
        return self._problem(place, f"{named}{problem.message}")


def _local_time(moment: datetime.datetime, zone: str | None) -> datetime.datetime | None:
    """A moment as clocks at the clinic show it; None where that can't be known."""
    if zone is not None:
        return moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment
    return moment if moment.tzinfo is None or moment.utcoffset() else None


def _path_of(problem: Problem) -> DataPath:
    """The path of a mistake in a visit, without places in lists."""
    return tuple(re.sub(r"\[[0-9]+\]", "", problem.field).split(".")) if problem.field else ()
