"""Schedules as nearly all of them are written, of which one visit is read.

Guarantees: a file that is read here is read alike by the ordinary way (`visits`), which has no complaint about it, and
no remark; whatever might be read in another way there is not read here at all. No exception quotes the file.
"""

from __future__ import annotations

import csv

from consentkit.packets.columns import COLUMNS, REQUIRED
from consentkit.packets.plain_files import PLAIN_TEXT
from consentkit.packets.plain_visits import PlainVisit

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Mapping

    from consentkit.packets.plain_visits import PlainValue

LARGEST_DAY = 1024**2
"""Bytes of the largest schedule that is read here."""
_LONGEST_LINE = 16 * 1024
"""Bytes that a line may have here: an empty one, too, counts there."""
_MOST_ROWS = 2000


def visit_in_schedule(data: bytes, number: str) -> PlainVisit:
    """The visit with a number in a schedule. Raises ValueError where the schedule, or that visit, is not plain.

    It is plain only if no other visit of the schedule has the same number, patient or record number.
    """
    if len(data) > LARGEST_DAY:
        raise ValueError("is too large")
    if max(map(len, data.split(b"\n"))) > _LONGEST_LINE:
        raise ValueError("has a line that is too long")
    lines = data.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n").split("\n")
    names, *rows = [_cells(line) for line in lines if line.strip(' \t,;"')]
    if not rows or len(rows) > _MOST_ROWS or len(set(names)) < len(names):
        raise ValueError("has no visit, too many of them, or a column twice")
    if not set(REQUIRED) <= set(names) <= COLUMNS.keys():
        raise ValueError("has other columns")
    own: list[Mapping[str, str]] = []
    others: list[Mapping[str, str]] = []
    for row in rows:
        filled = dict(zip(names, row, strict=True))
        (own if filled["visit"] == number else others).append(filled)
    (cells,) = own
    fields: dict[str, PlainValue] = {".".join(map(str, COLUMNS[name])): cell for name, cell in cells.items() if cell}
    visit = PlainVisit(fields, "csv")
    if any(not all(map(other.__getitem__, REQUIRED)) or _may_be_same(other, visit) for other in others):
        raise ValueError("has another visit that this one may have to do with")
    return visit


def _cells(line: str) -> list[str]:
    """The cells of a row. Raises ValueError."""
    if not PLAIN_TEXT.fullmatch(line):
        raise ValueError("has other characters")
    try:
        (cells,) = csv.reader([line], strict=True)
    except csv.Error:
        raise ValueError("has a quotation mark that does not match") from None
    return [cell.strip() for cell in cells]


def _may_be_same(other: Mapping[str, str], visit: PlainVisit) -> bool:
    """Whether another visit has the number, the patient or the record number of this one."""
    return (
        other["visit"].casefold() == visit.number.casefold()
        or other["record_number"].casefold() == visit.record.casefold()
        or other["patient_name"].casefold() == visit.name.casefold()
    )
