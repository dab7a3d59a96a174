"""A mapping is proposed for a file of another program, from the names of its columns.

Guarantees: nothing that is proposed holds anything of a cell; what the shape of the cells decides is stated with how it
was found, and what they don't decide is left for a person to state. The proposal is valid, so it can be used at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consentkit.errors import InvalidInput
from consentkit.model.mapping import Encoding, header_key
from consentkit.model.visit import is_visit_number
from consentkit.packets.mapping.header_words import kind_of
from consentkit.packets.mapping.shapes import (
    are_codes,
    begin_with_codes,
    dates_of,
    have_credentials,
    is_last_name_first,
    times_of,
)
from consentkit.problems import Problem
from consentkit.reading.tables import SEPARATORS, WORKBOOK, TableRow, text_table
from consentkit.reading.workbooks import WorkbookSheet, read_workbook

_LEAST_KNOWN = 3
"""The fewest names of columns that we know by which a line counts as the one with the names."""
_MOST_LINES_BEFORE = 60
_SKIPPED = ("*cancel*", "*no*show*", "Deleted*", "Rescheduled*")
_ENCODINGS: tuple[tuple[Encoding, str], ...] = (
    ("utf-8", ""),
    ("utf-16", "the file begins with the mark of UTF-16"),
    ("cp1252", "the file is not UTF-8, and Windows programs write cp1252 then; look whether accents are right"),
)


@dataclass(frozen=True)
class _KnownTable:
    """A table whose columns have names that we know."""

    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    encoding: Encoding | None = None
    why_encoding: str = ""
    sheet: str | None = None

    def of_kind(self, *kinds: str) -> list[str]:
        """The names of the columns of some kinds."""
        return [name for name in self.header if kind_of(name) in kinds]

    def cells(self, header: str) -> list[str]:
        """What a column holds, to look at its shape."""
        place = self.header.index(header)
        return [row.cells[place] for row in self.rows if place < len(row.cells)]


def propose(data: bytes, name: str, format_name: str, sheet: str | None = None) -> str:
    """A mapping for a file, as YAML for clinic.yaml. Raises InvalidInput where no line names columns that we know."""
    table = _table(data, name, sheet)
    return "\n".join(_lines(table, format_name)) + "\n"


def _table(data: bytes, name: str, sheet: str | None) -> _KnownTable:
    tables = list(_in_workbook(read_workbook(data, name), sheet) if data.startswith(WORKBOOK) else _in_text(data, name))
    known = max(tables, key=_count_of_known, default=None)
    if known is None or _count_of_known(known) < _LEAST_KNOWN:
        message = (
            "has no line that names columns such as Date, Patient, DOB and Provider; let the program write the names "
            "of the columns, or write the mapping by hand"
        )
        raise InvalidInput([Problem(name, None, None, "", message)])
    return known


def _count_of_known(table: _KnownTable) -> int:
    return len({kind for header in table.header if (kind := kind_of(header))})


def _in_text(data: bytes, name: str) -> Iterator[_KnownTable]:
    for encoding, why in _ENCODINGS:
        if (encoding == "utf-16") != data.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            table, separator = text_table(data, encoding, name)
        except InvalidInput:
            continue
        for place in range(min(len(table.lines), _MOST_LINES_BEFORE)):
            for mark in [separator] if separator else SEPARATORS:
                cells, last = table.names_at(place, mark)
                if cells:
                    rows = [row for row in table.rows(mark, len(cells), after=last) if len(row.cells) == len(cells)]
                    yield _KnownTable(_stripped(cells), tuple(rows), encoding if why else None, why)
        return


def _in_workbook(sheets: Sequence[WorkbookSheet], chosen: str | None) -> Iterator[_KnownTable]:
    for sheet in sheets:
        if chosen is None or header_key(chosen) == header_key(sheet.name):
            for place, row in enumerate(sheet.rows[:_MOST_LINES_BEFORE]):
                rows = sheet.rows[place + 1 :]
                yield _KnownTable(_stripped(row.cells), rows, sheet=sheet.name if chosen else None)


def _stripped(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(cell.split()) for cell in cells)


# --- the text ---


def _lines(table: _KnownTable, format_name: str) -> Iterator[str]:
    """The lines of the mapping."""
    columns = list(_columns(table))
    used = {header for _, _, headers in columns for header in headers}
    status = table.of_kind("status")[:1]
    recognised = [header for header in table.header if header in used][:4]
    yield "# Proposed from the names of the columns; read each line before you use it."
    yield "mapping:"
    yield "  formats:"
    yield f"    {format_name}:"
    yield f"      recognize: [{', '.join(map(_scalar, recognised))}]"
    if table.sheet:
        yield f"      sheet: {_scalar(table.sheet)}"
    if table.encoding:
        yield f"      # {table.why_encoding}"
        yield f"      encoding: {table.encoding}"
    yield from (f"      {line}" for line in _days_and_times(table))
    yield "      columns:"
    for line, comment, _ in columns:
        if comment:
            yield f"        # {comment}"
        yield f"        {line}"
    yield from (f"        # {line}" for line in _missing(columns, table))
    if status:
        yield "      # rows that are no visits: add what your program writes"
        yield f"      skip: {{{_scalar(status[0])}: [{', '.join(map(_scalar, _SKIPPED))}]}}"
    ignored = [header for header in dict.fromkeys(table.header) if header and header not in {*used, *status}]
    if ignored:
        yield f"      ignore: [{', '.join(map(_scalar, ignored))}]"
    if preferred := table.of_kind("preferred"):
        yield f"      # {_scalar(preferred[0])} is not used: papers bear the legal name."


_ProposedColumn = tuple[str, str, list[str]]
"""A line, a remark about it, and the columns of the file in it."""


def _columns(table: _KnownTable) -> Iterator[_ProposedColumn]:
    """Our columns that are filled, in the order of a schedule."""
    when = table.of_kind("when")[:1]
    date, time = table.of_kind("date")[:1] or when, table.of_kind("time")[:1] or when
    yield from _visit(table)
    if date:
        yield f"date: {_scalar(date[0])}", "", date
    if time:
        yield f"time: {_scalar(time[0])}", "", time
    yield from _patient(table)
    if birth := table.of_kind("date_of_birth")[:1]:
        yield f"date_of_birth: {_scalar(birth[0])}", "", birth
    if records := table.of_kind("record_number"):
        comment = f"or another of {', '.join(map(_scalar, records[1:]))}" if len(records) > 1 else ""
        yield f"record_number: {_scalar(records[0])}", comment, records[:1]
    yield from _procedures(table)
    yield from _clinician(table)
    if language := table.of_kind("language")[:1]:
        yield f"language: {{from: {_scalar(language[0])}, translate: {{English: en, Spanish: es}}}}", "", language
    if place := table.of_kind("place")[:1]:
        words = '{"*tele*": telehealth, "*video*": telehealth, "*phone*": telehealth, "*office*": in person}'
        yield f"place: {{from: {_scalar(place[0])}, translate: {words}}}", "add what your program writes", place


def _visit(table: _KnownTable) -> Iterator[_ProposedColumn]:
    if visit := table.of_kind("visit")[:1]:
        name, cells = _scalar(visit[0]), table.cells(visit[0])
        if all(is_visit_number(cell.strip()) for cell in cells if cell.strip()):
            yield f"visit: {name}", "", visit
        else:
            yield f"visit: {{made_of: [{name}]}}", "too long for a number, or with other characters", visit
    elif table.of_kind("date", "when"):
        yield "visit: {count: E-}", "counted by the day, since no column has a number of the visit", []


def _patient(table: _KnownTable) -> Iterator[_ProposedColumn]:
    parts = [header for kind in ("first", "middle", "last", "suffix") for header in table.of_kind(kind)[:1]]
    whole = table.of_kind("patient_name")[:1]
    if table.of_kind("first") and table.of_kind("last"):
        yield f"patient_name: {{join: [{', '.join(map(_scalar, parts))}]}}", "", parts
    elif table.of_kind("first", "last"):
        return  # the other column may hold the whole name, or the rest of it
    elif whole and is_last_name_first(table.cells(whole[0])):
        comment = "each name in the file has one comma"
        yield f'patient_name: {{from: {_scalar(whole[0])}, form: "Last, First Middle"}}', comment, whole
    elif whole:
        yield f"patient_name: {_scalar(whole[0])}", "", whole


def _procedures(table: _KnownTable) -> Iterator[_ProposedColumn]:
    modifiers = table.of_kind("modifiers")
    more = f", modifiers: [{', '.join(map(_scalar, modifiers))}]" if modifiers else ""
    codes, types = table.of_kind("codes")[:1], table.of_kind("types")[:1]
    if codes and (not types or are_codes(table.cells(codes[0]))):
        line = f"{{from: {_scalar(codes[0])}{more}}}" if more else _scalar(codes[0])
        yield f"procedures: {line}", "", [*codes, *modifiers]
    elif leading := [header for header in (*codes, *types) if begin_with_codes(table.cells(header))][:1]:
        line = f"{{from: {_scalar(leading[0])}, form: code first{more}}}"
        yield f"procedures: {line}", "each cell in the file begins with a code", [*leading, *modifiers]
    elif source := types or codes:
        comment = 'state which codes each text means: translate: {"Intake*": ["90791"], "Group": ["90853"]}'
        yield f"procedures: {{from: {_scalar(source[0])}{more}}}", comment, [*source, *modifiers]


def _clinician(table: _KnownTable) -> Iterator[_ProposedColumn]:
    parts = [*table.of_kind("clinician_first")[:1], *table.of_kind("clinician_last")[:1]]
    whole = table.of_kind("clinician")[:1]
    if len(parts) == 2:
        yield f"clinician: {{join: [{', '.join(map(_scalar, parts))}]}}", "", parts
    elif whole and is_last_name_first(cells := table.cells(whole[0])) and not have_credentials(cells):
        comment = "each name in the file has one comma"
        yield f'clinician: {{from: {_scalar(whole[0])}, form: "Last, First Middle"}}', comment, whole
    elif whole:
        yield f"clinician: {_scalar(whole[0])}", "", whole
    if credentials := table.of_kind("clinician_credentials")[:1]:
        yield f"clinician_credentials: {_scalar(credentials[0])}", "", credentials


def _missing(columns: Sequence[_ProposedColumn], table: _KnownTable) -> Iterator[str]:
    """What no column of the file fills, and what can be done about it."""
    filled = {line.partition(":")[0] for line, _, _ in columns}
    remedies = {
        "date": "date: no column has the day of the visit",
        "patient_name": _missing_name(table),
        "date_of_birth": "date_of_birth: no column has it, so somebody must supply it",
        "record_number": "record_number: no column has it, so somebody must supply it, unless `new_patients` is stated",
        "procedures": 'procedures: no column has codes or types; if they are always the same: {is: ["90837"]}',
        "clinician": "clinician: no column has it; if it is always the same: {is: Dr. Ada Example}",
    }
    yield from (text for name, text in remedies.items() if name not in filled)


def _missing_name(table: _KnownTable) -> str:
    parts = [*table.of_kind("first")[:1], *table.of_kind("last")[:1], *table.of_kind("patient_name")[:1]]
    if len(parts) < 2:
        return "patient_name: no column has it, so somebody must supply it"
    joined = ", ".join(map(_scalar, parts))
    return f"patient_name: if these are the parts of one name, state {{join: [{joined}]}}"


def _days_and_times(table: _KnownTable) -> Iterator[str]:
    """How days and times are written, as far as the cells decide it."""
    days = [*table.of_kind("date")[:1], *table.of_kind("date_of_birth")[:1]]
    when = table.of_kind("when")[:1]
    dates = dates_of([table.cells(header) for header in (days if table.of_kind("date") else [*days, *when])])
    if dates.value:
        yield f"# {dates.why}:"
        yield f"dates: {_scalar(dates.value)}"
        if "YYYY" not in dates.value:
            yield "# years have two digits: state `two_digit_years_from`, such as 1930, or dates of birth are left out"
    else:
        yield f"# dates: {dates.why}"
    times = times_of([cell for header in (table.of_kind("time")[:1] or when) for cell in table.cells(header)])
    if times.value:
        yield f"# {times.why}:"
        yield f"times: {times.value}"
    else:
        yield f"# times: {times.why}"


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]*")
_WITH_A_MEANING = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def _scalar(text: str) -> str:
    """A text in YAML: within brackets as well."""
    is_plain = _PLAIN.fullmatch(text) and text == text.strip() and text.casefold() not in _WITH_A_MEANING
    return text if is_plain else json.dumps(text, ensure_ascii=False)
