"""A day's schedule in CSV, as a spreadsheet or the clinic's calendar saves it.

Guarantees: every line is read by itself, so that no broken quotation mark makes one visit of two, and a line that can't
be read never stops the others. What is wrong with the file as a whole is reported before the first visit. Problems name
the line, the number and the name of the column, never what the cell holds.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple

from consentkit.errors import InvalidInput
from consentkit.model.mapping import MappingSettings
from consentkit.packets.cells import COLUMNS, DAYS, REQUIRED
from consentkit.packets.filled_row import FilledRow
from consentkit.packets.mapping.header_words import meanings
from consentkit.packets.mapping.outcome import Outcome
from consentkit.packets.schedule_rows import ScheduleRow, SeenVisits, row_of, unread_row
from consentkit.packets.shown_numbers import name_among
from consentkit.problems import Problem, did_you_mean, listed
from consentkit.reading.tables import MOST_ROWS, SEPARATORS, TableRow, split_line
from consentkit.reading.yaml_file import looks_like_a_key

LARGEST_SCHEDULE = 16 * 1024 * 1024
"""Bytes that a schedule may have."""
LONGEST_LINE = 128 * 1024
"""Bytes that a line may have, which bounds the memory that reading takes."""


_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_SEPARATOR = re.compile(r'"?sep=."?\s*', re.IGNORECASE)
"""The line by which Excel learns what separates the cells."""
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")
_CLOCK = re.compile(r"[0-9]{1,2}\s*(?::|[AaPp])")
"""How times of day begin, whoever writes them."""
_OTHER_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]")
"""A day as we write it, and something behind it, which may be midnight."""
_UNKNOWN_COLUMN = "; correct or delete it, or describe this layout under `mapping` in clinic.yaml"
_MOST_LINES_BEFORE = 60
"""How many lines are looked over for the names of another program's columns."""
_MAP_THEM = "state it under `mapping` in clinic.yaml, which `consentkit schedule guess` proposes"
_NAMELESS = "has a cell in a column without a name; name the column, or empty the cell"
_AS_USUAL = MappingSettings()
_LEAST_KNOWN = 3
"""Names of columns that a line must hold to count as a header; a patient's particulars never hold that many."""
_QUOTES = (
    'has a quotation mark that does not match; double each `"` inside a cell in quotation marks, '
    "close each cell on the line on which it begins, and take line breaks out of cells"
)


class _Header(NamedTuple):
    line: int
    delimiter: str
    columns: tuple[str, ...]

    def number(self, column: str) -> int | None:
        """The number of a column, counted from 1; None where the schedule lacks it."""
        return self.columns.index(column) + 1 if column in self.columns else None


def looks_like_a_schedule(head: str) -> bool:
    """Whether a text begins as a schedule does, ours or another program's, or with as many cells as a header has."""
    lines = [line for line in head.removeprefix("\ufeff").splitlines() if not _is_blank(line)]
    first = next((line for line in lines if not _SEPARATOR.fullmatch(line)), "")
    if any(delimiter in first and "visit" in _names(first, delimiter) for delimiter in _DELIMITERS):
        return True
    if any(meanings(split_line(line, mark) or ()) for line in lines[:_MOST_LINES_BEFORE] for mark in SEPARATORS):
        return True
    most = max(first.count(delimiter) for delimiter in _DELIMITERS)
    return most >= len(REQUIRED) - 1 and not first.lstrip().startswith(("#", "{"))


def read_schedule(stream: BinaryIO, name: str, settings: MappingSettings = _AS_USUAL) -> Iterator[ScheduleRow]:
    """Read the visits of a schedule, one by one, from a stream in UTF-8 that can be read twice.

    `settings` state how the clinic writes days and times. Raises InvalidInput for what is wrong with the file as a
    whole, before the first visit.
    """
    start = stream.tell()
    header = _survey(stream, name)
    stream.seek(start)
    seen = SeenVisits()
    for line, text in _lines(stream, name):
        if line > header.line and not _is_blank(text):
            yield _row(line, text, header, name, seen, settings)


def decoded_utf8(data: bytes, name: str, line: int = 1) -> str:
    """Decode text that begins on a line. Raises InvalidInput with the place of the first byte that is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode().split("\n")
        message = "contains a character that is not UTF-8; save the file as UTF-8 (a schedule: as CSV UTF-8)"
        place = line + len(before) - 1, len(before[-1]) + 1
    raise InvalidInput([Problem(name, *place, "", message)])


def _survey(stream: BinaryIO, name: str) -> _Header:
    """Read the whole schedule for its faults as a file; keeps nothing but the header."""
    header, start = None, stream.tell()
    rows = 0
    for line, text in _lines(stream, name):
        if _is_blank(text):
            continue
        if header is None:
            header = _read_header(line, text, name)
            if header is None:
                stream.seek(start)
                raise _no_names(stream, line, name)
        else:
            rows += 1
        if rows > MOST_ROWS:
            raise _fault(name, line, f"is one visit too many; at most {MOST_ROWS:,} are read, so split the schedule up")
    if header is None:
        raise _fault(name, None, f"is empty; {_what_the_header_is()}")
    if not rows:
        raise _fault(name, header.line, "contains no visit; write one on each line below the names of the columns")
    return header


def _lines(stream: BinaryIO, name: str) -> Iterator[tuple[int, str]]:
    """The lines of a stream with their numbers, without their ends."""
    size = number = 0
    while data := stream.readline(LONGEST_LINE + 1):
        size, number = size + len(data), number + 1
        if size > LARGEST_SCHEDULE:
            raise _fault(name, None, f"is too large; at most {LARGEST_SCHEDULE:,} bytes of a schedule are read")
        if len(data) > LONGEST_LINE:
            raise _fault(name, number, f"is a line of more than {LONGEST_LINE:,} bytes; write one visit on each line")
        if number == 1:
            data = data.removeprefix(codecs.BOM_UTF8)
        text = decoded_utf8(data.rstrip(b"\r\n"), name, number)
        yield number, "" if number == 1 and _SEPARATOR.fullmatch(text) else text


def _is_blank(text: str) -> bool:
    """Whether a line holds nothing, or, as below the last row of a spreadsheet, nothing but empty cells."""
    return not text.strip(' \t,;"')


def _split(text: str, delimiter: str) -> list[str]:
    """The cells of a line. Raises csv.Error."""
    return next(csv.reader([text], delimiter=delimiter, strict=True))


def _is_broken(text: str, delimiter: str) -> bool:
    """Whether a line can't be split, since a quotation mark in it has no other."""
    try:
        return not _split(text, delimiter)
    except csv.Error:
        return True


def _broken_cell(text: str, delimiter: str) -> int:
    """The number of the first cell, counted from 1, that opens a quotation mark and does not end with one."""
    whole = re.compile(f'(?:"(?:[^"]|"")*"|[^"{delimiter}][^{delimiter}]*)?{delimiter}')
    start, number = 0, 1
    while cell := whole.match(text, start):
        start, number = cell.end(), number + 1
    return number


def _names(text: str, delimiter: str) -> list[str]:
    """What a line would name as columns, in small letters; nothing where it can't be split."""
    try:
        return [column_named(cell) for cell in _split(text, delimiter)]
    except csv.Error:
        return []


def column_named(text: str) -> str:
    """The name of a column as we write it: capitals, spaces and hyphens don't count."""
    return re.sub(r"[\s_-]+", "_", text.strip().casefold())


def _no_names(stream: BinaryIO, line: int, name: str) -> InvalidInput:
    """What is wrong with a file whose first line does not name our columns; another program's are named."""
    for number, text in islice(_lines(stream, name), _MOST_LINES_BEFORE):
        for delimiter in SEPARATORS:
            if columns := meanings(split_line(text, delimiter) or ()):
                return _fault(name, number, f"names the columns of another program: {columns}; {_MAP_THEM}")
    return _fault(name, line, f"does not name the columns; {_what_the_header_is()}")


def _read_header(line: int, text: str, name: str) -> _Header | None:
    """Read the names of the columns; None where there are none. Raises InvalidInput for what is wrong with them."""
    if "\r" in text:
        raise _fault(name, line, "ends its lines as old Macintosh programs did; save the file as CSV UTF-8")
    known = {delimiter: sum(cell in COLUMNS for cell in _names(text, delimiter)) for delimiter in _DELIMITERS}
    delimiter = max(known, key=lambda one: known[one])
    if any(_is_broken(text, delimiter) for delimiter in _DELIMITERS if len(text.split(delimiter)) >= len(REQUIRED)):
        raise _fault(name, line, f"does not name the columns: it {_QUOTES}")
    if known[delimiter] < _LEAST_KNOWN:  # perhaps a row with a patient's particulars, so nothing of it is quoted
        return None
    header = _Header(line, delimiter, tuple(cell.strip() for cell in _split(text, delimiter)))
    return _in_our_words(header, name)


def _in_our_words(header: _Header, name: str) -> _Header:
    """A header with the names as we write them. Raises InvalidInput with all that is wrong with it."""
    columns = tuple(ours if (ours := column_named(text)) in COLUMNS else text for text in header.columns)
    header = header._replace(columns=columns)
    if problems := list(_header_problems(header, name)):
        raise InvalidInput(problems)
    return header


def _what_the_header_is() -> str:
    optional = [column for column in COLUMNS if column not in REQUIRED]
    return (
        f"the first line must name the columns {listed(REQUIRED)}, and may name {listed(optional)}; a schedule with "
        "other names needs a `mapping` in clinic.yaml, which `consentkit schedule guess` proposes"
    )


def _header_problems(header: _Header, name: str) -> Iterator[Problem]:
    lacking = [column for column in COLUMNS if column not in header.columns]
    meant = ""
    for number, column in enumerate(header.columns, start=1):
        field = column if looks_like_a_key(column) else ""
        first = header.number(column)
        if not column:
            message = "is a column without a name; name it, or delete the column"
        elif column not in COLUMNS:
            near = did_you_mean(column, lacking)
            meant += near
            message = f"is not a known column{near or _UNKNOWN_COLUMN}"
        elif first != number:
            message = f"appears a second time, first in column {first}; keep one"
        else:
            continue
        yield Problem(name, header.line, number, field, message)
    for column in REQUIRED:
        if column in lacking and f"`{column}`" not in meant:
            yield Problem(name, header.line, None, column, "is missing; add a column of this name")


def _row(line: int, text: str, header: _Header, name: str, seen: SeenVisits, settings: MappingSettings) -> ScheduleRow:
    """Read one visit."""
    try:
        cells = [cell.strip() for cell in _split(text, header.delimiter)]
    except csv.Error:
        cells = text.split(header.delimiter)
        broken = _broken_cell(text, header.delimiter)
        column = header.columns[broken - 1] if broken <= len(header.columns) else ""
        problem = Problem(name, line, broken, column, _QUOTES)
        return _unread_row(line, problem, cells, header)
    if len(cells) != len(header.columns):
        problem = Problem(name, line, None, "", _wrong_count(len(cells), header))
        return _unread_row(line, problem, cells, header)
    return row_of(_filled(line, cells, header.columns, settings), name, seen, settings)


def rows_of_sheet(rows: Sequence[TableRow], name: str, settings: MappingSettings = _AS_USUAL) -> Iterator[ScheduleRow]:
    """Read the visits of a sheet whose first row names our columns. Raises what `read_schedule` raises."""
    if not rows:
        raise _fault(name, None, f"is empty; {_what_the_header_is()}")
    first, *others = rows
    if sum(column_named(cell) in COLUMNS for cell in first.cells) < _LEAST_KNOWN:
        for row in rows[:_MOST_LINES_BEFORE]:
            if columns := meanings(row.cells):
                raise _fault(name, row.line, f"names the columns of another program: {columns}; {_MAP_THEM}")
        raise _fault(name, first.line, f"does not name the columns; {_what_the_header_is()}")
    used = max(place for place, cell in enumerate(first.cells, start=1) if cell.strip())
    header = _in_our_words(_Header(first.line, "", tuple(cell.strip() for cell in first.cells[:used])), name)
    if not others:
        raise _fault(name, header.line, "contains no visit; write one on each row below the names of the columns")
    if len(others) > MOST_ROWS:
        raise _fault(name, others[MOST_ROWS].line, f"is one visit too many; at most {MOST_ROWS:,} are read")
    seen = SeenVisits()
    for row in others:
        fault = row.fault or (_NAMELESS if any(cell.strip() for cell in row.cells[used:]) else "")
        if fault:
            yield unread_row(row.line, fault, name)
            continue
        filled = _filled(row.line, [cell.strip() for cell in row.cells[:used]], header.columns, settings)
        for place, fault in row.faults.items():
            if place < used:
                filled.faults[header.columns[place]] = fault
        yield row_of(filled, name, seen, settings)


def _filled(line: int, cells: Sequence[str], columns: Sequence[str], settings: MappingSettings) -> FilledRow:
    """The cells of a row by our columns, with days and times in our form as far as the clinic has stated theirs."""
    row = FilledRow(line, columns={column: number for number, column in enumerate(columns, start=1)})
    for column, cell in zip(columns, cells, strict=True):
        if not cell:
            continue
        row.filled[column] = cell
        outcome = _in_our_form(column, cell, settings)
        if outcome.text:
            row.filled[column] = outcome.text
        elif outcome.fault:
            row.faults[column] = outcome.fault
    return row


def _in_our_form(column: str, cell: str, settings: MappingSettings) -> Outcome:
    """A day or a time of day in our form; nothing where the cell is left for the visit to judge."""
    if column == "time" and not _TIME.fullmatch(cell):
        if not _CLOCK.match(cell):
            return Outcome()
        from consentkit.packets.mapping.days import read_time  # which a schedule in our own form does without

        return read_time(cell, settings.times, ours=True)
    if column in DAYS and (settings.dates or _OTHER_DAY.match(cell)):
        from consentkit.packets.mapping.days import read_whole_day

        years_from = settings.two_digit_years_from
        return read_whole_day(cell, settings.dates, years_from, of_birth=column == "date_of_birth")
    return Outcome()


def _unread_row(line: int, problem: Problem, cells: Sequence[str], header: _Header) -> ScheduleRow:
    """A row that can't be split rightly. Its number is known where it is certain, and then a message may hold it."""
    visit_name = name_among(header.columns, cells)
    return ScheduleRow(line, None, (problem,), visit_name, visit_name.visit)


def _wrong_count(count: int, header: _Header) -> str:
    expected, mark = len(header.columns), _DELIMITERS[header.delimiter]
    if count > expected:
        advice = f"put a cell that contains a {mark} in quotation marks"
    else:
        advice = f"write each cell, or leave it empty between two {mark}s, and take line breaks out of cells"
    return f"has {count} cells, but the first line names {expected} columns; {advice}"


def _fault(name: str, line: int | None, message: str) -> InvalidInput:
    """A fault of the file as a whole."""
    return InvalidInput([Problem(name, line, None, "", message)])
