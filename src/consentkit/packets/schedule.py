"""A day's schedule in CSV, as a spreadsheet or the clinic's calendar saves it.

Guarantees: every line is read by itself, so that no broken quotation mark makes one visit of two, and a line that can't
be read never stops the others. What is wrong with the file as a whole is reported before the first visit. Problems name
the line, the number and the name of the column, never what the cell holds.
"""

from __future__ import annotations

import codecs
import csv
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from consentkit.errors import InvalidInput
from consentkit.model.visit import Visit, VisitName, name_of
from consentkit.packets.cells import CHOICES, COLUMNS, LISTS, REQUIRED, items, spoilt
from consentkit.packets.shown_numbers import name_among, shown_number
from consentkit.problems import Problem, did_you_mean, listed
from consentkit.reading.validation import MISSING, validated
from consentkit.reading.yaml_file import Data, DataPath, YamlFile, dotted, looks_like_a_key

LARGEST_SCHEDULE = 16 * 1024 * 1024
"""Bytes that a schedule may have."""
MOST_ROWS = 5000
"""Visits that a schedule may hold."""
LONGEST_LINE = 128 * 1024
"""Bytes that a line may have, which bounds the memory that reading takes."""


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


_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_LEAST_KNOWN = 3
"""Names of columns that a line must hold to count as a header; a patient's particulars never hold that many."""
_COLUMN_OF = {dotted(path): column for column, path in COLUMNS.items()} | {"patient": "date_of_birth"}

_QUOTES = (
    'has a quotation mark that does not match; double each `"` inside a cell in quotation marks, '
    "close each cell on the line on which it begins, and take line breaks out of cells"
)


@dataclass(frozen=True)
class _Header:
    line: int
    delimiter: str
    columns: tuple[str, ...]

    def number(self, column: str) -> int | None:
        """The number of a column, counted from 1; None where the schedule lacks it."""
        return self.columns.index(column) + 1 if column in self.columns else None


class _Seen:
    """Which visits were on which line, in a few bytes each."""

    def __init__(self) -> None:
        self._marks = array("q")
        self._lines = array("L")

    def line_of(self, visit: str, line: int) -> int | None:
        """The line on which a visit was before, or None; then `line` is remembered for it."""
        mark = hash(visit.casefold())  # not every file system separates V-1 from v-1
        if mark in self._marks:
            return self._lines[self._marks.index(mark)]
        self._marks.append(mark)
        self._lines.append(line)
        return None


def looks_like_a_schedule(head: str) -> bool:
    """Whether a text begins as a schedule does: with a header, or with as many cells as a header has at least."""
    first = next((line for line in head.removeprefix("\ufeff").splitlines() if not _is_blank(line)), "")
    if any(delimiter in first and "visit" in _names(first, delimiter) for delimiter in _DELIMITERS):
        return True
    most = max(first.count(delimiter) for delimiter in _DELIMITERS)
    return most >= len(REQUIRED) - 1 and not first.lstrip().startswith(("#", "{"))


def read_schedule(stream: BinaryIO, name: str) -> Iterator[ScheduleRow]:
    """Read the visits of a schedule, one by one, from a stream that can be read twice.

    Raises InvalidInput for what is wrong with the file as a whole, before the first visit.
    """
    start = stream.tell()
    header = _survey(stream, name)
    stream.seek(start)
    seen = _Seen()
    for line, text in _lines(stream, name):
        if line > header.line and not _is_blank(text):
            yield _row(line, text, header, name, seen)


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
    header = None
    rows = 0
    for line, text in _lines(stream, name):
        if _is_blank(text):
            continue
        if header is None:
            header = _read_header(line, text, name)
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
        yield number, decoded_utf8(data.rstrip(b"\r\n"), name, number)


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
        return [re.sub(r"[ -]+", "_", cell.strip().casefold()) for cell in _split(text, delimiter)]
    except csv.Error:
        return []


def _read_header(line: int, text: str, name: str) -> _Header:
    """Read the names of the columns. Raises InvalidInput with all that is wrong with them."""
    if "\r" in text:
        raise _fault(name, line, "ends its lines as old Macintosh programs did; save the file as CSV UTF-8")
    known = {delimiter: sum(cell in COLUMNS for cell in _names(text, delimiter)) for delimiter in _DELIMITERS}
    delimiter = max(known, key=lambda one: known[one])
    if any(_is_broken(text, delimiter) for delimiter in _DELIMITERS if len(text.split(delimiter)) >= len(REQUIRED)):
        raise _fault(name, line, f"does not name the columns: it {_QUOTES}")
    if known[delimiter] < _LEAST_KNOWN:  # perhaps a row with a patient's particulars, so nothing of it is quoted
        raise _fault(name, line, f"does not name the columns; {_what_the_header_is()}")
    header = _Header(line, delimiter, tuple(cell.strip() for cell in _split(text, delimiter)))
    if problems := list(_header_problems(header, name)):
        raise InvalidInput(problems)
    return header


def _what_the_header_is() -> str:
    optional = [column for column in COLUMNS if column not in REQUIRED]
    return f"the first line must name the columns {listed(REQUIRED)}, and may name {listed(optional)}"


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
            message = f"is not a known column{near or '; correct or delete it'}"
        elif first != number:
            message = f"appears a second time, first in column {first}; keep one"
        else:
            continue
        yield Problem(name, header.line, number, field, message)
    for column in REQUIRED:
        if column in lacking and f"`{column}`" not in meant:
            yield Problem(name, header.line, None, column, "is missing; add a column of this name")


def _row(line: int, text: str, header: _Header, name: str, seen: _Seen) -> ScheduleRow:
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
    filled = {column: cell for column, cell in zip(header.columns, cells, strict=True) if cell}
    problems = list(_spoilt_cells(filled, line, header, name))
    if earlier := seen.line_of(filled["visit"], line) if "visit" in filled else None:
        message = f"appears a second time, first on line {earlier}; give each visit a number of its own"
        problems.append(Problem(name, line, header.number("visit"), "visit", message))
    source = _as_source(filled, {problem.field for problem in problems}, name, line)
    visit, invalid = validated(Visit, source)
    problems += dict.fromkeys(_in_table(problem, header, line) for problem in invalid)
    problems.sort(key=Problem.place)
    number = visit.visit if visit else shown_number(source.data)
    return ScheduleRow(
        line=line,
        visit=None if problems else visit,
        problems=tuple(problems),
        name=name_of(filled),
        number=number,
        code_column=header.number("procedures"),
        data=source.data,
    )


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


def _spoilt_cells(filled: Mapping[str, str], line: int, header: _Header, name: str) -> Iterator[Problem]:
    for column, cell in filled.items():
        if message := spoilt(column, cell):
            yield Problem(name, line, header.number(column), column, message)


def _as_source(filled: Mapping[str, str], refused: set[str], name: str, line: int) -> YamlFile:
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
    return YamlFile(name, data, values, {}, unread, (), discreet=True)


def _in_table(problem: Problem, header: _Header, line: int) -> Problem:
    """A problem of a visit, named by the column that it is about."""
    column = _COLUMN_OF.get(re.sub(r"\[[0-9]+\]", "", problem.field), "")
    number = header.number(column)
    message = problem.message
    if message == MISSING:
        message = "is empty; fill it in" if number else "is missing; add a column of this name"
    return replace(problem, line=line, column=number, field=column, message=message)


def _fault(name: str, line: int | None, message: str) -> InvalidInput:
    """A fault of the file as a whole."""
    return InvalidInput([Problem(name, line, None, "", message)])
