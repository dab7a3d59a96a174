"""The rows of a schedule, once it is known what each of them fills of its columns.

Guarantees: a row is judged like a visit in YAML, in the same words; problems name the line, the number and the name of
the column, never what the cell holds; each need of a row has its problem.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from consentkit.model.mapping import MappingSettings
from consentkit.model.visit import Visit, VisitName, name_of
from consentkit.packets.cells import CHOICES, COLUMNS, LISTS, items, spoilt
from consentkit.packets.filled_row import FilledRow
from consentkit.packets.needs import Need, in_order, missing
from consentkit.packets.shown_numbers import shown_number
from consentkit.problems import Problem
from consentkit.reading.validation import MISSING, validated
from consentkit.reading.yaml_file import Data, DataPath, YamlFile, dotted

_COLUMN_OF = {dotted(path): column for column, path in COLUMNS.items()} | {"patient": "date_of_birth"}

_NO_COLUMN = "is missing; add a column of this name"
_NOT_MAPPED = "is missing; fill it from a column of the file under `mapping` in clinic.yaml, or give it by hand"


@dataclass(frozen=True)
class ScheduleRow:
    """A row as it was read."""

    line: int
    visit: Visit | None
    """The visit; None where there are problems."""
    problems: tuple[Problem, ...]
    name: VisitName
    """The number and the day of the visit, as far as they can be read."""
    number: str | None = None
    """The number of the visit as messages may name it; None where it can't be read, or reveals who the patient is."""
    code_column: int | None = None
    """The column of the codes."""
    data: Data | None = field(default=None, repr=False)
    """The cells by the keys of a visit, right or wrong; None where they can't be separated."""
    needs: tuple[Need, ...] = ()
    """What it lacks that a person can supply."""
    warnings: tuple[Problem, ...] = ()
    """What may be wrong with it, and does not stop it."""


class SeenVisits:
    """Which visits were on which line, in a few bytes each."""

    def __init__(self) -> None:
        self._lines: dict[int, int] = {}

    def line_of(self, visit: str, line: int) -> int | None:
        """The line on which a visit was before, or None; then `line` is remembered for it."""
        mark = hash(visit.casefold())  # not every file system separates V-1 from v-1
        if mark in self._lines:
            return self._lines[mark]
        self._lines[mark] = line
        return None


def row_of(row: FilledRow, name: str, seen: SeenVisits, settings: MappingSettings) -> ScheduleRow:
    """Read one visit from what fills our columns. Every need of the row has its problem, too."""
    filled = dict(row.filled)
    number = filled.get("visit")
    if number and not filled.get("record_number") and "record_number" not in row.faults:
        filled["record_number"] = settings.record_for(number) or ""
    filled = {column: cell for column, cell in filled.items() if cell}
    faults = dict(row.faults)
    faults |= {column: message for column, cell in filled.items() if (message := spoilt(column, cell))} | row.faults
    if number and (earlier := seen.line_of(number, row.line)):
        faults["visit"] = f"appears a second time, first on line {earlier}; give each visit a number of its own"
    problems = [Problem(name, row.line, row.columns.get(column), column, text) for column, text in faults.items()]
    source = _as_source(filled, faults.keys(), name, row.line)
    visit, invalid = validated(Visit, source)
    problems += dict.fromkeys(_in_table(problem, row) for problem in invalid)
    problems.sort(key=Problem.place)
    empty = [Need(column, "empty", row.columns.get(column)) for column in missing(filled) if column not in faults]
    messages = {problem.field: problem.message for problem in reversed(problems)}
    needs = [replace(need, message=messages.get(need.field, "")) for need in (*empty, *row.needs.values())]
    return ScheduleRow(
        line=row.line,
        visit=None if problems else visit,
        problems=tuple(problems),
        name=name_of(filled),
        number=visit.visit if visit else shown_number(source.data),
        code_column=row.columns.get("procedures"),
        data=source.data,
        needs=in_order(needs),
    )


def unread_row(line: int, fault: str, name: str) -> ScheduleRow:
    """A row of which nothing can be read."""
    return ScheduleRow(line, None, (Problem(name, line, None, "", fault),), VisitName())


def _as_source(filled: Mapping[str, str], refused: Collection[str], name: str, line: int) -> YamlFile:
    """The cells of a row as the data of a visit in YAML, so that both are validated and explained in one way."""
    data: dict[str, Data] = {"patient": {}, "clinician": {}}
    values: dict[DataPath, tuple[int, int]] = {(): (line, 1), ("patient",): (line, 1), ("clinician",): (line, 1)}
    for column, cell in filled.items():
        *parents, last = map(str, COLUMNS[column])
        target = data
        for parent in parents:
            inner = target.setdefault(parent, {})
            assert isinstance(inner, dict)
            target = inner
            values[(parent,)] = (line, 1)
        text = cell.casefold() if column in CHOICES else cell
        target[last] = items(column, text) if column in LISTS else text
        values[COLUMNS[column]] = (line, 1)
    unread = frozenset(COLUMNS[column] for column in refused)
    values |= dict.fromkeys(unread, (line, 1))
    return YamlFile(name, data, values, {}, unread, (), discreet=True)


def _in_table(problem: Problem, row: FilledRow) -> Problem:
    """A problem of a visit, named by the column that it is about."""
    column = _COLUMN_OF.get(re.sub(r"\[[0-9]+\]", "", problem.field), "")
    number = row.columns.get(column)
    message = problem.message
    if message == MISSING:
        without = _NOT_MAPPED if row.is_mapped else _NO_COLUMN
        message = "is empty; fill it in" if number else without
    return replace(problem, line=row.line, column=number, field=column, message=message)
