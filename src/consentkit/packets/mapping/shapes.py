"""What the cells of a column look like, as far as that decides how they must be read.

Guarantees: nothing that this module says holds anything of a cell; where cells can be read in two ways, it says so and
decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consentkit.model.day_patterns import calendar_day, day_pattern
from consentkit.model.mapping import HoursOfDay
from consentkit.packets.mapping.codes import first_code, is_billed_code
from consentkit.packets.mapping.names import look_like_credentials

_PATTERNS = (
    *(
        f"{month}{mark}{day}{mark}{year}"
        for mark in "/-."
        for year in ("YYYY", "YY")
        for month, day in (("MM", "DD"), ("DD", "MM"))
    ),
    *(f"YYYY{mark}MM{mark}DD" for mark in "/-."),
    "YYYYMMDD",
    "MMM D, YYYY",
    "D MMM YYYY",
    "DD-MMM-YYYY",
    "DD-MMM-YY",
    "MMM D YYYY",
    "DDDD, MMM D, YYYY",
    "DDD MM/DD/YYYY",
    "DDD DD/MM/YYYY",
)
"""Patterns that programs use."""
_HALF = re.compile(r"[0-9]\s*[ap]\.?\s?m?\.?(?![a-z])", re.IGNORECASE)
_CLOCK = re.compile(r"(?<![0-9:])([0-9]{1,2}):[0-9]{2}")


@dataclass(frozen=True)
class Finding:
    """What the cells of columns show."""

    value: str | None
    """What to state; None where the cells decide nothing."""
    why: str
    """How that was found, or why nothing was; it quotes nothing."""


def dates_of(columns: Sequence[Iterable[str]]) -> Finding:
    """The pattern by which all days of several columns can be read."""
    cells = [cell.strip() for column in columns for cell in column if cell.strip()]
    if not cells:
        return Finding(None, "no cell holds a day")
    if all(re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", cell) for cell in cells):
        return Finding(None, "all days are written as year-month-day, which needs no pattern")
    fitting = [pattern for pattern in _PATTERNS if all(_is_read(pattern, cell) for cell in cells)]
    if not fitting:
        return Finding(None, "no common pattern fits all days; state how they are written")
    if len(fitting) > 1:
        choices = " or ".join(fitting)
        return Finding(None, f"each day can be read as {choices}; nothing here says which, so state it")
    return Finding(fitting[0], "the only common pattern that fits every day in the file")


def _is_read(pattern: str, cell: str) -> bool:
    read = day_pattern(pattern).read(cell)
    if read is None:
        return False
    year, month, day, _ = read
    return calendar_day(int(year) if len(year) == 4 else 2000 + int(year), month, day) is not None


def times_of(cells: Iterable[str]) -> Finding:
    """Whether times of day go to 12 or to 24."""
    written = [cell for cell in cells if cell.strip()]
    clock: HoursOfDay
    if written and all(_HALF.search(cell) for cell in written):
        clock = "12-hour"
        return Finding(clock, "every time has AM or PM behind it")
    hours = [int(match) for cell in written for match in _CLOCK.findall(cell)]
    if any(hour > 12 or hour == 0 for hour in hours) and not any(_HALF.search(cell) for cell in written):
        clock = "24-hour"
        return Finding(clock, "some hours are above 12 or 0")
    return Finding(None, "no time shows whether hours go to 12 or to 24; state `times: 12-hour` or `times: 24-hour`")


def is_last_name_first(cells: Iterable[str]) -> bool:
    """Whether each name has one comma with words on both sides."""
    written = [cell for cell in cells if cell.strip()]
    return bool(written) and all(re.fullmatch(r"\s*[^,\s][^,]*,\s*[^,\s][^,]*", cell) for cell in written)


def have_credentials(cells: Iterable[str]) -> bool:
    """Whether what may be credentials is behind the comma of a name."""
    return any(look_like_credentials(cell.partition(",")[2]) for cell in cells)


def are_codes(cells: Iterable[str]) -> bool:
    """Whether a column holds codes only."""
    written = [cell for cell in cells if cell.strip()]
    return bool(written) and all(is_billed_code(cell) for cell in written)


def begin_with_codes(cells: Iterable[str]) -> bool:
    """Whether each cell of a column begins with a code, and some have words behind it."""
    written = [cell for cell in cells if cell.strip()]
    return bool(written) and all(first_code(cell) for cell in written) and not are_codes(written)
