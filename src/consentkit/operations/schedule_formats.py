"""Schedules of other programs: what is in a file as the clinic reads it, and a mapping for one that it can't read yet.

Guarantees: nothing of a cell is in what is handed out, but for the numbers of visits that reveal nobody; a proposal is
tried on the file before it is handed out.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import InvalidInput, WrongUse
from consentkit.model.clinic import Clinic
from consentkit.model.identity import PARTICULARS
from consentkit.model.mapping import FORMAT_NAME, MappingSettings
from consentkit.model.visit import particular_in
from consentkit.output.write import write_file
from consentkit.packets.mapping.guessing import propose
from consentkit.packets.mapping.reading import rows_of
from consentkit.packets.mapping.recognising import ScheduleReading
from consentkit.packets.schedule import LARGEST_SCHEDULE
from consentkit.packets.visit_problems import unread_problems
from consentkit.packets.visits import VisitEntry, read_visits
from consentkit.problems import Problem
from consentkit.reading import yaml_file
from consentkit.reading.files import read_bytes
from consentkit.reading.validation import require


@dataclass(frozen=True)
class CheckedVisit:
    """A visit of a schedule, and what keeps it from having a packet as far as the schedule shows it."""

    entry: VisitEntry
    problems: tuple[Problem, ...]

    @property
    def is_ready(self) -> bool:
        """Whether papers can be made for it."""
        return not self.problems


@dataclass(frozen=True)
class CheckedSchedule:
    """A schedule as the clinic reads it."""

    visits: tuple[CheckedVisit, ...]
    skipped: tuple[int, ...] = ()
    """The lines of rows that are no visits, as clinic.yaml states."""

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with all of them, from the top."""
        return [problem for visit in self.visits for problem in visit.problems]


def check_schedule(
    workspace: OpenWorkspace, source: str, stdin: BinaryIO | None = None, format_name: str | None = None
) -> CheckedSchedule:
    """Read a schedule, and look whether each visit has all that it needs. Raises what `read_visits` raises."""
    skipped: list[int] = []
    reading = ScheduleReading(workspace.folder.clinic.mapping, format_name, skipped.append)
    codes = set(workspace.library.codes())
    visits = tuple(CheckedVisit(entry, tuple(_problems(entry, codes))) for entry in read_visits(source, stdin, reading))
    return CheckedSchedule(visits, tuple(skipped))


def _problems(entry: VisitEntry, codes: set[str]) -> Iterator[Problem]:
    yield from unread_problems(entry)
    visit = entry.visit
    if visit is None:
        return
    for number, code in enumerate(visit.procedures):
        if code not in codes:
            line, column = entry.code_places[number] if entry.code_places else (entry.row, None)
            named = "a code" if particular_in(visit, code) else f"the code `{code}`"
            message = f"contains {named}, number {number + 1} of {len(visit.procedures)}, that no procedure has"
            yield Problem(entry.file, line, column, f"visit {visit.visit}: procedures", message)


@dataclass(frozen=True)
class GuessedMapping:
    """A mapping that is proposed for a file."""

    text: str = field(repr=False)
    """What goes into clinic.yaml."""
    visits: int
    """How many rows it makes visits of, ready or not."""
    ready: int
    needs: tuple[tuple[str, int], ...]
    """What rows still need, each with the number of rows."""
    fault: str = ""
    """Why the file can't be read with it as a whole."""


def guess_mapping(path: Path, format_name: str = "export", sheet: str | None = None) -> GuessedMapping:
    """Propose a mapping for a file of another program. Raises InvalidInput, FileAccess or WrongUse."""
    if not re.fullmatch(FORMAT_NAME, format_name):
        message = "what `name` gives can't be the name of a format; use at most 32 small letters, digits and hyphens"
        raise WrongUse(message, arguments=["name"])
    data = read_bytes(path, LARGEST_SCHEDULE)
    text = propose(data, str(path), format_name, sheet)
    settings = _settings_in(text)
    try:
        rows = list(rows_of(io.BytesIO(data), str(path), ScheduleReading(settings, format_name)))
    except InvalidInput as error:
        return GuessedMapping(text, 0, 0, (), str(error))
    needs = Counter(need.label for row in rows for need in row.needs)
    return GuessedMapping(text, len(rows), sum(row.visit is not None for row in rows), tuple(needs.most_common()))


def _settings_in(text: str) -> MappingSettings:
    return require(Clinic, yaml_file.parse(text, PARTICULARS)).mapping


def write_mapping(mapping: GuessedMapping, target: Path, *, force: bool = False) -> None:
    """Write a proposal into a file. Raises FileAccess where one is there already, unless `force` is given."""
    if target.name == PARTICULARS:
        raise WrongUse(f"write the proposal into a file of its own, and copy what you keep of it into {PARTICULARS}")
    write_file(target, mapping.text.encode(), force=force)


def summary(visits: Sequence[CheckedVisit]) -> dict[str, int]:
    """How many visits are ready, need something, and are wrong."""
    return {
        "ready": sum(visit.is_ready for visit in visits),
        "incomplete": sum(bool(visit.entry.needs) for visit in visits),
        "wrong": sum(not visit.is_ready and not visit.entry.needs for visit in visits),
    }
