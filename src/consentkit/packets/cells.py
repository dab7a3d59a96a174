"""The cells of a row in a schedule: which there are, what spoils them, and what their lists hold.

Guarantees: what a spreadsheet, or a person before one, has made of a cell is reported with the remedy, not guessed at;
no message quotes a cell.
"""

from __future__ import annotations

import re

from consentkit.packets.columns import COLUMNS as COLUMNS  # noqa: PLC0414 - of whose cells this is
from consentkit.packets.columns import REQUIRED as REQUIRED  # noqa: PLC0414 - of whose cells this is
from consentkit.reading import characters
from consentkit.reading.yaml_file import Data

LONGEST_CELL = 1000
"""Characters that a cell may hold."""

LISTS = ("also_in", "procedures", "documents", "papers", "on_file", "extra")
CHOICES = ("documents", "place", "interpreter_is")  # spreadsheets like to begin with a capital
_PDF = re.compile(r"(?<=\.pdf)(?:\s*,\s*|\s+|\Z)", re.IGNORECASE)
"""What separates names of PDF files: a comma or a space behind the ending of one."""
DAYS = ("date", "date_of_birth")
DAY_IN_ANY_FORM = r"[0-9]{1,4}[/. -][0-9]{1,2}[/. -][0-9]{1,4}"
"""How people and spreadsheets write a day, as a pattern."""

HOW_TO_STATE_THEM = (
    "state in clinic.yaml, under `mapping`, how dates are written: `dates: MM/DD/YYYY` or `dates: DD/MM/YYYY`; "
    "or write year-month-day, such as 2026-11-22, and format the column as YYYY-MM-DD in the spreadsheet, so that it "
    "stays that way"
)
HOW_TO_STATE_DATES = f"is a date in another form; {HOW_TO_STATE_THEM}"
_BY_A_PROGRAM: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"#(NAME\?|N/A|REF!|VALUE!|DIV/0!|NUM!|NULL!|SPILL!)"),
        "is an error of the spreadsheet; correct the cell there, and save the schedule again",
    ),
    (
        re.compile(r"#{2,}"),
        "is what a spreadsheet shows of a value in a narrow column; widen the column, and save the schedule again",
    ),
)
"""What spreadsheets show instead of what a cell holds."""
_FORMAT_AS_TEXT = "format the column as text in the spreadsheet, and enter it again"
_SPOILT: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    (
        DAYS,
        re.compile(DAY_IN_ANY_FORM + r"(?<![0-9]{4}-[0-9]{2}-[0-9]{2})"),
        HOW_TO_STATE_DATES,
    ),
    (
        DAYS,
        re.compile(r"[0-9]{5}([.,][0-9]+)?"),
        "is the number by which a spreadsheet stores a date; format the column as YYYY-MM-DD there",
    ),
    (
        ("visit", "record_number", "procedures", "on_file"),
        re.compile(r"(.*[\s;])?[0-9]+[.,]0+([\s;].*)?"),
        f"contains a number that a spreadsheet gave a decimal point; {_FORMAT_AS_TEXT}",
    ),
    (
        ("visit", "record_number", "procedures", "on_file"),
        re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]+"),
        f"is a number that a spreadsheet turned into powers of ten; {_FORMAT_AS_TEXT}",
    ),
    (
        ("record_number",),
        re.compile(r"n\.?/?a\.?|none|null|unknown|pending|tb[ad]|new|0+|[-.]+", re.IGNORECASE),
        "is no record number, but says that there is none; enter the patient's own, or leave the cell empty",
    ),
    (
        tuple(column for column in LISTS if column != "extra"),
        re.compile(r".*,.*"),
        "contains a comma; separate the entries by spaces or semicolons",
    ),
    (
        ("large_print", "medical_visit", "first_visit", "yearly_papers"),
        re.compile(r"(?!(yes|no)$).*", re.IGNORECASE),
        "is neither `yes` nor `no`; write one of them, or leave the cell empty",
    ),
)
"""What spreadsheets and the people before them do to cells: the columns, what the cell looks like, and what to do."""
_SPOILT_IN = {
    column: [(look, message) for columns, look, message in _SPOILT if column in columns] for column in COLUMNS
}
"""The same for each column."""


def spoilt_by_a_program(cell: str) -> str | None:
    """What keeps a cell from being read, whatever it holds."""
    if len(cell) > LONGEST_CELL:
        return f"has {len(cell):,} characters; at most {LONGEST_CELL:,} fit, so shorten it"
    for _, description in characters.refused(cell):
        return f"contains {description}; delete it"
    return next((message for look, message in _BY_A_PROGRAM if look.fullmatch(cell.strip())), None)


def spoilt(column: str, cell: str) -> str | None:
    """What keeps a cell from being read as what it means."""
    if fault := spoilt_by_a_program(cell):
        return fault
    return next((message for look, message in _SPOILT_IN.get(column, ()) if look.fullmatch(cell)), None)


def items(column: str, cell: str) -> list[Data]:
    """The entries of a cell that holds a list. Names of files may hold spaces, and commas, too."""
    if column != "extra" or ".pdf" not in cell.casefold():
        return list(re.split(r"[\s;]+", cell.strip("; ")))
    return [name for part in cell.split(";") for name in _PDF.split(part.strip()) if name]
