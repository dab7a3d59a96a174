"""The sheets of an .xlsx file, as rows of text.

Guarantees: a cell becomes the text that a person sees in it, or its row has a fault: nothing that only looks like a
number loses its zeros, no formula without a result counts as empty, and a hidden row has a fault, too; a small file
that would become a large one is refused. No message quotes a cell or the name of a sheet.

Reading is left to openpyxl. Other readers hand out values alone; what keeps guesses away here is in the formats of
numbers, in the formulas and in the rows, which openpyxl shows as well.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from consentkit.errors import InvalidInput, WrongUse
from consentkit.problems import Problem
from consentkit.reading.tables import MOST_COLUMNS, TableRow, is_empty
from consentkit.reading.workbook_parts import MOST_CELLS, TOO_LARGE, excess_in_part

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_LARGEST_WORKBOOK = 16 * 1024 * 1024
"""The most bytes that what is packed in a file may have unpacked."""
_PLAIN_FORMATS = {"General", "0", "@"}
_ZEROS = re.compile(r"0{2,24}")
_NO_READER = (
    "an .xlsx file needs openpyxl; install it with `pip install 'consentkit[xlsx]'`, or save the schedule as CSV UTF-8"
)
_FORMULA = "contains a formula without a result; open the file in the spreadsheet program and save it there"
_LINKED = re.compile(r"\[[0-9]+\]|\[[^\]]+\.xl")
_FROM_ELSEWHERE = "takes its value from another file, which may have changed since; enter the value itself"
_HIDDEN = "is hidden in the sheet; show the row, or delete it"
_MOST_EXACT = 10**15
"""From here on, spreadsheets replace the last digits by zeros."""
_TOO_LONG = "contains a number with more digits than a spreadsheet keeps; format the column as text, and enter it again"
_FIRST_CERTAIN_MONTH = (1900, 3)
"""Before it, spreadsheet programs differ by a day, since Excel takes 1900 for a leap year."""
_TOO_EARLY = (
    "is a date before March 1900, which spreadsheet programs read differently; correct it, or format the column as "
    "text, and enter it as year-month-day"
)
_FORMAT = "contains a number in a format of its own; format the column as text in the spreadsheet, and enter it again"


class WorkbookSheet(NamedTuple):
    """A sheet of a file."""

    name: str
    rows: tuple[TableRow, ...]


def read_workbook(data: bytes, name: str) -> tuple[WorkbookSheet, ...]:
    """The visible sheets of an .xlsx file. Raises InvalidInput for what is none, WrongUse where there is no reader."""
    try:
        import openpyxl
    except ImportError:
        raise WrongUse(_NO_READER) from None
    _require_modest(data, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it does not read, such as pictures
            formulas = openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
            values = openpyxl.load_workbook(io.BytesIO(data), keep_links=False, data_only=True)
            sheets = [sheet for sheet in formulas.worksheets if sheet.sheet_state == "visible"]
            return tuple(WorkbookSheet(sheet.title, tuple(_rows(sheet, values[sheet.title], name))) for sheet in sheets)
    except InvalidInput:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever its parsers do, with content of the file in it
        raise _fault(
            name, None, "can't be read as an .xlsx file; open it in the spreadsheet program and save it again"
        ) from None


def _require_modest(data: bytes, name: str) -> None:
    """Raise InvalidInput for a file that would fill the memory, before openpyxl reads it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = archive.infolist()
            if sum(file.file_size for file in files) > _LARGEST_WORKBOOK:
                raise _fault(name, None, f"unpacks to more than {_LARGEST_WORKBOOK:,} bytes; save only the schedule")
            if not any(file.filename == "xl/workbook.xml" for file in files):
                raise _fault(name, None, "is no .xlsx file; save the schedule as .xlsx, or as CSV UTF-8")
            if any(file.filename.endswith("vbaProject.bin") for file in files):
                raise _fault(name, None, "contains macros; save it as .xlsx without them")
            for file in files:
                if problem := excess_in_part(archive.read(file)):
                    raise _fault(name, None, problem)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise _fault(name, None, "is damaged; save it again in the spreadsheet program") from None


def _rows(sheet: Worksheet, values: Worksheet, name: str) -> Iterator[TableRow]:
    width = sheet.max_column or 1
    if (sheet.max_row or 0) * width > MOST_CELLS or width > MOST_COLUMNS:
        raise _fault(name, None, TOO_LARGE)
    both = zip(sheet.iter_rows(max_col=width), values.iter_rows(max_col=width), strict=True)
    for number, (formulas, results) in enumerate(both, start=1):
        shown = [_text(cell, result.value) for cell, result in zip(formulas, results, strict=True)]
        texts = tuple(text for text, _ in shown)
        faults = {place: fault for place, (_, fault) in enumerate(shown) if fault}
        if not is_empty(texts) or faults:
            fault = _HIDDEN if sheet.row_dimensions[number].hidden else ""
            yield TableRow(number, texts, fault, faults)


def _text(cell: Any, value: Any) -> tuple[str, str]:
    """What a cell shows, and what keeps it from being read."""
    if cell.data_type == "f" and _LINKED.search(str(cell.value)):
        return "", _FROM_ELSEWHERE
    if value is None:
        return "", _FORMULA if cell.data_type == "f" else ""
    if isinstance(value, bool):
        return ("yes" if value else "no"), ""
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, datetime.date) and (value.year, value.month) < _FIRST_CERTAIN_MONTH:
        return "", _TOO_EARLY
    return _day_or_text(value), ""


def _day_or_text(value: object) -> str:
    match value:
        case datetime.datetime():
            day, time = f"{value:%Y-%m-%d}", value.time()
            return day if time == datetime.time() else f"{day} {_clock(time)}"
        case datetime.date():
            return value.isoformat()
        case datetime.time():
            return _clock(value)
        case _:
            return str(value).strip()


def _clock(time: datetime.time) -> str:
    """A time of day, with AM or PM, so that it is clear whatever is stated about texts."""
    return f"{time.hour % 12 or 12}:{time:%M:%S} {'AM' if time.hour < 12 else 'PM'}"


def _number(value: float, number_format: str) -> tuple[str, str]:
    """A number as it is shown: one in the format 000000 has its zeros."""
    if not float(value).is_integer():
        return repr(value), ""
    if abs(value) >= _MOST_EXACT:
        return str(value), _TOO_LONG
    if _ZEROS.fullmatch(number_format):
        return f"{int(value):0{len(number_format)}}", ""
    return str(int(value)), "" if number_format in _PLAIN_FORMATS else _FORMAT


def _fault(name: str, line: int | None, message: str) -> InvalidInput:
    return InvalidInput([Problem(name, line, None, "", message)])
