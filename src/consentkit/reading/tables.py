"""Tables that other programs write as text: characters in a stated encoding, cells between separators.

Guarantees: characters are never guessed at; each row has the number of the line on which it begins; a quotation mark
without its partner never makes one row of two, and spoils only the row that it is in. No message quotes a cell.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from consentkit.errors import InvalidInput
from consentkit.problems import Problem

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
"""What may separate cells, with what messages call it."""
WORKBOOK = b"PK\x03\x04"
"""How an .xlsx file begins."""
MARKS_OF_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a file in UTF-16 begins that states it."""
MOST_ROWS = 5000
"""The most rows that a table may have."""
MOST_LINES = 100_000
"""The most lines that a table may have: blank ones count, and so do those within cells."""
MOST_COLUMNS = 300
"""The most cells that a row may have."""
_MOST_LINES_OF_ROW = 60
"""The most lines that a row may have, since a cell may hold line breaks."""
_MOST_LINES_OF_NAMES = 30
"""The most line breaks in the names of columns."""
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)

_UTF_16_OR_32 = (
    "is written in UTF-32, or in UTF-16 without the mark that such a file begins with; save the file as CSV UTF-8"
)
_HOW_TO_STATE_ENCODINGS = (
    "save the file as CSV UTF-8, or state under `mapping` in clinic.yaml how the program writes it: `encoding: cp1252` "
    "for what Windows programs call ANSI"
)
UNBALANCED = (
    'has a quotation mark that does not match; double each `"` inside a cell in quotation marks, '
    "and take line breaks out of cells"
)


@dataclass(frozen=True)
class TableRow:
    """A row of a table."""

    line: int
    """The line on which it begins, counted from 1; in a sheet, its number there."""
    cells: tuple[str, ...]
    fault: str = ""
    """Why it can't be read."""
    faults: Mapping[int, str] = field(default_factory=dict)
    """Why cells can't be read, by their places, counted from 0."""


class TextTable(NamedTuple):
    """The lines of a table that is not split into cells yet, each with its number."""

    lines: tuple[tuple[int, str], ...]

    def rows(self, separator: str, width: int, after: int = 0) -> Iterator[TableRow]:
        """The rows below a line, which should have `width` cells. Lines without anything are left out."""
        begin = next((place for place, (line, _) in enumerate(self.lines) if line > after), len(self.lines))
        while begin < len(self.lines):
            _, text = self.lines[begin]
            row, count = self._row(begin, separator, width)
            begin += count
            if not is_blank(text):
                yield row

    def names_at(self, place: int, separator: str) -> tuple[tuple[str, ...], int]:
        """The cells of a line that may name the columns, with the last line that they are on; none where it can't.

        Names may have line breaks in them, where the cells are in quotation marks.
        """
        line, text = self.lines[place]
        for last, more in self.lines[place + 1 : place + 1 + _MOST_LINES_OF_NAMES]:
            if text.count('"') % 2 == 0:
                break
            line, text = last, f"{text}\n{more}"
        return split_line(text, separator) or (), line

    def _row(self, begin: int, separator: str, width: int) -> tuple[TableRow, int]:
        """The row that begins at a place, and how many lines it has."""
        line, text = self.lines[begin]
        cells = split_line(text, separator)
        if cells is not None:
            return TableRow(line, cells), 1
        for end in range(begin + 1, min(begin + _MOST_LINES_OF_ROW, len(self.lines))):
            more = self.lines[end][1]
            if more.count('"') % 2 == 0 and len(split_line(more, separator) or ()) >= max(width, 2):
                break  # a row of its own, which the quotation mark would swallow
            text = f"{text}\n{more}"
            if (cells := split_line(text, separator)) is not None:
                return TableRow(line, cells), end - begin + 1
        return TableRow(line, (), UNBALANCED), 1


def text_table(data: bytes, encoding: str, name: str) -> tuple[TextTable, str | None]:
    """Decode a table and split it into lines. Returns it, and the separator where its first line states one.

    Raises InvalidInput where it is written in another encoding than stated.
    """
    text = decoded(data, encoding, name)
    lines = list(enumerate(re.split(r"\r\n|\n|\r", text), start=1))
    separator = None
    if stated := _SEPARATOR_LINE.fullmatch(lines[0][1]):
        separator = stated[1]
        lines = lines[1:]
    return TextTable(tuple(lines)), separator


def require_few_lines(data: bytes, name: str) -> None:
    """Raise InvalidInput for a file with more lines than can be held at once."""
    if max(data.count(b"\n"), data.count(b"\r")) > MOST_LINES:
        raise _fault(name, None, f"has more than {MOST_LINES:,} lines; delete those that are no visits")


def split_line(text: str, separator: str) -> tuple[str, ...] | None:
    """The cells of a line; None where a quotation mark in it has no other."""
    try:
        rows = list(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return tuple(rows[0]) if len(rows) == 1 and len(rows[0]) <= MOST_COLUMNS else None if rows else ()


def is_blank(text: str) -> bool:
    """Whether a line holds nothing, or nothing but empty cells."""
    return not text.strip(' \t,;|"\ufeff')


def is_empty(cells: Sequence[str]) -> bool:
    """Whether no cell of a row holds anything."""
    return not any(cell.strip() for cell in cells)


def decoded(data: bytes, encoding: str, name: str) -> str:
    """The text of a file. Raises InvalidInput where it is written in another encoding."""
    if data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"  # which the file itself states
    elif data.startswith(MARKS_OF_UTF_16):
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _fault(
            name, line, f"contains a character that is not {_shown(encoding)}; {_HOW_TO_STATE_ENCODINGS}"
        ) from None
    except UnicodeError:
        raise _fault(name, None, f"is not written in {_shown(encoding)}; {_HOW_TO_STATE_ENCODINGS}") from None
    if text.count("\0") * 3 > len(text):  # one beside each character; a single one is a fault of its cell
        raise _fault(name, None, _UTF_16_OR_32)
    if encoding in {"cp1252", "latin-1"} and not data.isascii() and _is_utf8(data):
        # Hardly any other text happens to be UTF-8, and every accent would be printed as two wrong characters.
        raise _fault(
            name, None, f"is written in UTF-8, but clinic.yaml states `encoding: {encoding}`; correct it there"
        )
    return text.removeprefix("\ufeff")


def _shown(encoding: str) -> str:
    return "UTF-8" if encoding.startswith("utf-8") else encoding


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _fault(name: str, line: int | None, message: str) -> InvalidInput:
    return InvalidInput([Problem(name, line, None, "", message)])
