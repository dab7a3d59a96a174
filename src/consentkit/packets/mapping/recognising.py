"""Which of the clinic's formats a table is in, and where its rows begin.

Guarantees: a table is read in the one format whose columns it names; where several match, somebody must choose. Nothing
of the table is quoted but names of columns that clinic.yaml has, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from consentkit.errors import InvalidInput, WrongUse
from consentkit.model.mapping import MappingSettings, ScheduleFormat, header_key
from consentkit.packets.mapping.translate import matches
from consentkit.problems import Problem, did_you_mean, listed, quoted
from consentkit.reading.tables import (
    MARKS_OF_UTF_16,
    MOST_ROWS,
    SEPARATORS,
    WORKBOOK,
    TableRow,
    TextTable,
    is_blank,
    split_line,
    text_table,
)
from consentkit.reading.yaml_file import looks_like_a_key

if TYPE_CHECKING:
    from consentkit.reading.workbooks import WorkbookSheet

_MOST_LINES_BEFORE = 60
"""How many lines may be before the names of the columns."""


@dataclass(frozen=True)
class ScheduleReading:
    """How a file of visits is to be read."""

    settings: MappingSettings = field(default_factory=MappingSettings)
    format: str | None = None
    """The format that somebody has chosen; where none is, a file is recognised by its columns."""
    note_skipped: Callable[[int], object] = lambda line: None
    """Is called with the line of each row that is no visit, as the format states."""

    def formats(self) -> dict[str, ScheduleFormat]:
        """The formats that come into question. Raises WrongUse for one that clinic.yaml lacks."""
        known = self.settings.formats
        if self.format is None:
            chosen = {name: one for name, one in known.items() if one.recognize}
        elif self.format in known:
            chosen = {self.format: known[self.format]}
        else:
            near = did_you_mean(self.format, known) or (f"; it has {listed(sorted(known))}" if known else "")
            raise WrongUse(
                f"clinic.yaml has no format {quoted(self.format)} under `mapping`{near}", arguments=["format"]
            )
        return {name: one.with_defaults(self.settings) for name, one in chosen.items()}


def needs_reading(head: bytes, reading: ScheduleReading) -> bool:
    """Whether a file that begins so can only be read as a whole: a workbook, or one that may be in a format."""
    encoding = reading.settings.encoding
    other = encoding is not None and not encoding.startswith("utf-8")
    return head.startswith((WORKBOOK, *MARKS_OF_UTF_16)) or bool(reading.format or reading.settings.formats) or other


class FormattedTable(NamedTuple):
    """A table in one of the clinic's formats."""

    format_name: str
    format: ScheduleFormat
    line: int
    """The line with the names of the columns."""
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    """Those below that line; at most one more than is read."""


def table_of_text(data: bytes, reading: ScheduleReading, name: str) -> FormattedTable | None:
    """The table of a text file; None where it is in no format.

    Raises InvalidInput where it is in several, or in one that does not suit it, and WrongUse as `formats` does.
    """
    candidates = []
    for format_name, one in reading.formats().items():
        try:
            table, separator = text_table(data, one.encoding or "utf-8", name)
        except InvalidInput:
            if reading.format or _looks_like(data, format_name, one):
                raise
            continue
        candidates += list(_in_text(table, separator, format_name, one))
    return _the_one(candidates, reading, name)


def _looks_like(data: bytes, format_name: str, one: ScheduleFormat) -> bool:
    """Whether a file names the columns of a format, although it is written in another encoding."""
    table, separator = text_table(data.replace(b"\0", b"").decode("latin-1").encode(), "utf-8", "")
    return any(_in_text(table, separator, format_name, one))


def table_of_sheets(sheets: Sequence[WorkbookSheet], reading: ScheduleReading, name: str) -> FormattedTable | None:
    """The table of an .xlsx file, as `table_of_text`."""
    candidates = []
    for format_name, one in reading.formats().items():
        for sheet in sheets:
            if one.sheet is None or header_key(one.sheet) == header_key(sheet.name):
                candidates += list(_in_sheet(sheet, format_name, one))
    return _the_one(candidates, reading, name)


def _in_text(table: TextTable, separator: str | None, name: str, one: ScheduleFormat) -> Iterator[FormattedTable]:
    if one.header:
        yield from _without_names(table, separator, name, one)
        return
    for place, (line, _) in enumerate(table.lines[:_MOST_LINES_BEFORE]):
        for mark in [separator] if separator else SEPARATORS:
            cells, last = table.names_at(place, mark)
            if cells and _is_header(cells, one):
                rows = islice(table.rows(mark, len(cells), after=last), MOST_ROWS + 1)
                yield FormattedTable(name, one, line, cells, tuple(rows))
                return


def _without_names(table: TextTable, separator: str | None, name: str, one: ScheduleFormat) -> Iterator[FormattedTable]:
    """A table that does not name its columns: what separates its cells shows by how many they are."""
    first = next(((line, text) for line, text in table.lines if not is_blank(text)), None)
    for mark in [separator] if separator else SEPARATORS:
        if first and len(split_line(first[1], mark) or ()) == len(one.header):
            rows = islice(table.rows(mark, len(one.header)), MOST_ROWS + 1)
            yield FormattedTable(name, one, first[0], one.header, tuple(rows))
            return


def _in_sheet(sheet: WorkbookSheet, name: str, one: ScheduleFormat) -> Iterator[FormattedTable]:
    if one.header:
        if sheet.rows:
            yield FormattedTable(name, one, sheet.rows[0].line, one.header, sheet.rows)
        return
    for place, row in enumerate(sheet.rows[:_MOST_LINES_BEFORE]):
        if _is_header(row.cells, one):
            yield FormattedTable(name, one, row.line, row.cells, sheet.rows[place + 1 :])
            return


def _is_header(cells: Sequence[str], one: ScheduleFormat) -> bool:
    """Whether a line names the columns by which the format is recognised, or else all that it uses."""
    named = {header_key(cell) for cell in cells}
    return named.issuperset(map(header_key, one.recognize or one.headers()))


def _the_one(candidates: Sequence[FormattedTable], reading: ScheduleReading, name: str) -> FormattedTable | None:
    """The table, once it is certain that all that the format uses is there."""
    if not candidates:
        if reading.format:
            one = reading.settings.formats[reading.format]
            if one.header:
                message = f"has no {len(one.header)} cells in its first line, which the format `{reading.format}` names"
                raise _fault(name, None, f"{message} in `header` in clinic.yaml; correct one of them")
            columns = list(dict.fromkeys(one.recognize or one.headers()))
            message = f"has no line with the columns {listed(columns)} of the format `{reading.format}` in clinic.yaml"
            raise _fault(name, None, message)
        return None
    formats = list(dict.fromkeys(table.format_name for table in candidates))
    if len(formats) > 1:
        raise _fault(name, None, f"may be in the formats {listed(formats)} of clinic.yaml; choose one with --format")
    if len(candidates) > 1:
        raise _fault(name, None, f"has several sheets in the format `{formats[0]}`; state its `sheet` in clinic.yaml")
    table = candidates[0]
    if problems := list(_header_problems(table, name)):
        raise InvalidInput(problems)
    return table


def _header_problems(table: FormattedTable, name: str) -> Iterator[Problem]:
    keys = [header_key(cell) for cell in table.header]
    used = {header_key(header): header for header in table.format.headers()}
    where = f"the format `{table.format_name}` in clinic.yaml"
    for key, header in used.items():
        if key not in keys:
            yield Problem(name, table.line, None, "", f"lacks the column {quoted(header)}, which {where} uses")
    counts = Counter(keys)
    for place, key in enumerate(keys):
        shown = key.replace(" ", "_") if looks_like_a_key(key.replace(" ", "_")) else ""
        if key in used and counts[key] > 1 and keys.index(key) != place:
            message = (
                f"is the name of a second column, after column {keys.index(key) + 1}, and which of them counts is not "
                "known; let the program write it once, or rename or delete the other one in the file"
            )
            yield Problem(name, table.line, place + 1, shown, message)
        elif key and key not in used and not matches(table.header[place], table.format.ignore):
            message = f"is a column that {where} does not use; add it to `ignore` there, if it is not needed"
            yield Problem(name, table.line, place + 1, shown, message)


def _fault(name: str, line: int | None, message: str) -> InvalidInput:
    return InvalidInput([Problem(name, line, None, "", message)])
