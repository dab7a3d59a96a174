"""A schedule in one of the clinic's formats, or in a sheet, read visit by visit.

Guarantees: a row that can't be read never stops the others; rows that the clinic skips are counted, not read; what is
wrong with the file as a whole is reported before the first visit; no message quotes a cell.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from consentkit.errors import InvalidInput
from consentkit.packets.mapping.recognising import FormattedTable, ScheduleReading, table_of_sheets, table_of_text
from consentkit.packets.schedule import (
    LARGEST_SCHEDULE,
    looks_like_a_schedule,
    read_schedule,
    rows_of_sheet,
)
from consentkit.packets.schedule_rows import ScheduleRow, SeenVisits, row_of, unread_row
from consentkit.problems import Problem
from consentkit.reading.tables import (
    MARKS_OF_UTF_16,
    MOST_ROWS,
    WORKBOOK,
    TableRow,
    decoded,
    is_empty,
    require_few_lines,
)

if TYPE_CHECKING:
    from consentkit.packets.mapping.rows import FormatReader


def rows_of(stream: BinaryIO, name: str, reading: ScheduleReading) -> Iterator[ScheduleRow]:
    """Read the visits of a schedule in a format of the clinic's, or in our own.

    Raises InvalidInput for what is wrong with the file as a whole, before the first visit, and WrongUse for a format
    that clinic.yaml lacks, or where what reads .xlsx files is not installed.
    """
    data = stream.read(LARGEST_SCHEDULE + 1)
    if len(data) > LARGEST_SCHEDULE:
        raise _fault(name, None, f"is too large; at most {LARGEST_SCHEDULE:,} bytes of a schedule are read")
    if data.startswith(WORKBOOK):
        from consentkit.reading.workbooks import read_workbook

        sheets = read_workbook(data, name)
        table = table_of_sheets(sheets, reading, name)
        if table is None:
            filled = [sheet for sheet in sheets if sheet.rows]
            if len(filled) > 1:
                raise _fault(name, None, "has several sheets; keep the schedule alone, or describe it in clinic.yaml")
            return rows_of_sheet(filled[0].rows if filled else (), name, reading.settings)
        return _rows_in_format(table, name, reading)
    require_few_lines(data, name)
    table = table_of_text(data, reading, name)
    if table is not None:
        return _rows_in_format(table, name, reading)
    text = decoded(data, reading.settings.encoding or "utf-8", name)
    return read_schedule(io.BytesIO(text.encode()), name, reading.settings)


def is_table(stream: BinaryIO, name: str, reading: ScheduleReading) -> bool:
    """Whether what comes without the name of a file is a schedule that `rows_of` reads; else it may be a visit in YAML.

    The stream is where it was before. Raises what `rows_of` raises of formats.
    """
    start = stream.tell()
    data = stream.read(LARGEST_SCHEDULE)
    stream.seek(start)
    if data.startswith(WORKBOOK) or reading.format:
        return True
    require_few_lines(data, name)
    if table_of_text(data, reading, name):
        return True
    encoding = "utf-16" if data.startswith(MARKS_OF_UTF_16) else reading.settings.encoding or "utf-8"
    return not encoding.startswith("utf-8") and looks_like_a_schedule(data.decode(encoding, errors="replace"))


def _rows_in_format(table: FormattedTable, name: str, reading: ScheduleReading) -> Iterator[ScheduleRow]:
    if len(table.rows) > MOST_ROWS:
        raise _fault(name, table.rows[MOST_ROWS].line, f"is one row too many; at most {MOST_ROWS:,} are read")
    from consentkit.packets.mapping.rows import FormatReader  # which schedules in our own form do without

    reader, seen = FormatReader(table.format, table.header), SeenVisits()
    rows = (row for row in table.rows if row.fault or not _is_no_row(reader, row))
    is_any = False
    for row in rows:
        is_any = True
        if fault := row.fault or _width_fault(row, table) or reader.fault_of_skip(row):
            yield unread_row(row.line, fault, name)
            continue
        filled = reader.read(row)
        if reader.is_skipped(row):
            reading.note_skipped(row.line)
        else:
            yield replace(row_of(filled, name, seen, reading.settings), warnings=reader.warnings_of(row, name))
    if not is_any:
        raise _fault(name, table.line, "contains no visit below the names of the columns")


def _is_no_row(reader: FormatReader, row: TableRow) -> bool:
    """Whether a line is no row: blank, a sum, or the names of the columns once more."""
    return is_empty(row.cells) or reader.is_line(row) or reader.is_header(row)


def _width_fault(row: TableRow, table: FormattedTable) -> str:
    """What is wrong with the number of a row's cells."""
    named = [place for place, text in enumerate(table.header) if text.strip()]
    if len(row.cells) <= named[-1]:
        return (
            f"has {len(row.cells)} cells, but there are names for {named[-1] + 1} columns; take line breaks out of "
            "cells, or state in clinic.yaml with `skip_lines` how lines begin that are no visits"
        )
    beyond = (cell for place, cell in enumerate(row.cells) if place >= len(table.header) or place not in named)
    if any(cell.strip() for cell in beyond):
        return "has a cell in a column without a name; put cells that contain the separator in quotation marks"
    return ""


def _fault(name: str, line: int | None, message: str) -> InvalidInput:
    return InvalidInput([Problem(name, line, None, "", message)])
