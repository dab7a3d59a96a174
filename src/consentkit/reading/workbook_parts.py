"""What the parts of an .xlsx file hold, before a reader makes objects of it.

Guarantees: a part that is small on the disk, and would fill the memory, is noticed while it is read from one end to the
other: nothing of it is kept but counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

MOST_CELLS = 200_000
"""The most cells that a sheet may have, empty ones between others too."""
TOO_LARGE = (
    f"has a sheet of more than {MOST_CELLS:,} cells; delete the rows below the schedule and the columns beside it, "
    "also empty ones"
)
_MOST_ELEMENTS = 100_000
"""The most elements of any other kind, such as styles."""
_OF_CELLS = frozenset(("c", "v", "f", "is", "t", "si", "row"))
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")


class _Excess(Exception):
    """There is too much in a part, or something that no .xlsx file needs."""


@dataclass
class _PartCounter:
    """Counts what a part holds."""

    cells: int = 0
    others: int = 0

    def note(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of an element. Raises _Excess."""
        kind = name.rpartition(":")[2]
        if kind in ("c", "si"):
            self.cells += 1
        elif kind in ("mergeCell", "hyperlink"):  # openpyxl makes an object of each cell in them
            self.cells += _cells_in(attributes.get("ref", ""))
        if kind not in _OF_CELLS:
            self.others += 1
        if self.cells > MOST_CELLS:
            raise _Excess(TOO_LARGE)
        if self.others > _MOST_ELEMENTS:
            raise _Excess("holds too much besides its cells, such as styles; copy the schedule into a new file")

    def refuse(self, *_: object) -> None:
        """Refuse declarations, by which a short text becomes a long one. Raises _Excess."""
        raise _Excess("has declarations that no .xlsx file needs; save it again in the spreadsheet program")


def excess_in_part(data: bytes) -> str:
    """What is too much in a part in XML; empty where nothing is. What is no XML has nothing that would be read."""
    counter, parser = _PartCounter(), expat.ParserCreate()
    parser.StartElementHandler = counter.note
    parser.StartDoctypeDeclHandler = counter.refuse
    try:
        parser.Parse(data, True)
    except _Excess as excess:
        return str(excess)
    except expat.ExpatError:
        return ""
    return ""


def _cells_in(area: str) -> int:
    match = _RANGE.fullmatch(area.replace("$", "").upper())
    if match is None:
        return 1
    left, top, right, bottom = match.groups()
    return (abs(_column(right) - _column(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
