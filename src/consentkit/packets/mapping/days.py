"""Days and times of day, as other programs write them.

Guarantees: the order of day and month is never guessed, nor is a century, nor the half of the day: each of them is in
the cell or in clinic.yaml, or the cell is refused with what to write there.
"""

from __future__ import annotations

import re

from consentkit.model.day_patterns import calendar_day, day_pattern
from consentkit.model.mapping import HoursOfDay
from consentkit.packets.cells import HOW_TO_STATE_DATES, HOW_TO_STATE_THEM
from consentkit.packets.mapping.outcome import Outcome, unclear

_OURS = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9-])")
_DIGITS = re.compile(r"\s*[0-9]{1,4}\s*[/.-]\s*[0-9]{1,2}\s*[/.-]\s*[0-9]{1,4}")
_STORED = re.compile(r"[0-9]{5}([.,][0-9]+)?")
_FRACTION = re.compile(r"0?[.,][0-9]+")
_MIDNIGHT = re.compile(r"[T\s]*(?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)?\s*AM)?\s*", re.IGNORECASE)
_AT = re.compile(r"^(?:\s*,|\s*\bat\b|\s*T(?=[0-9]))?\s*", re.IGNORECASE)
_ZONES = (
    r"(?:Z|UTC|GMT|BST|CES?T|WES?T|EES?T|MES?Z|MSK|IST|JST|KST|HKT|SGT|NZ[SD]?T|BRT|SAST|A[CEW][SD]?T|A[EC]S[TD]"
    r"|(?:[ECMPA]|AK|H|N)[SD]?T|[A-Z][a-z]+/[A-Z][a-z_]+(?:/[A-Z][a-z_]+)?"
    r"|(?:[A-Z][a-z]+\s)+(?:(?:Standard|Daylight|Summer|Winter)\s)?Time|Central|Eastern|Mountain|Pacific)"
)
"""What programs call time zones, as a pattern."""
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?(?P<offset>[+-][0-9]{2}:?[0-9]{2})?)?)?"
    rf"\s*(?P<half>[ap]\.?\s?m?\.?)?\s*(?P<zone>\(?{_ZONES}\)?(?:[+-][0-9:]+)?)?",
    re.IGNORECASE,
)
_ZONE = re.compile(
    rf"[0-9.\s(]{_ZONES}\)?\s*(?:[+-][0-9:]+)?$|(?:[0-9]|[AP]M)\s*\+[0-9]{{1,2}}(?::?[0-9]{{2}})?$"
    r"|[0-9]\s+-[0-9]{2}:?[0-9]{2}$"
    r"|[AP]M\s*-\s*[0-9]{1,2}(?::?[0-9]{2})?$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(T?)\s*([0-9]{2}:?[0-9]{2})(:?[0-9]{2}(?:\.[0-9]+)?)?-([0-9]{2}:?[0-9]{2}|[0-9]{2})", re.IGNORECASE
)
"""A time of day with what may be an offset behind it, or the end of a range."""
_OFFSET = re.compile(
    r"[0-9m.]\s*\+[0-9]{1,2}(?::?[0-9]{2})?$|[0-9m.]\s+-[0-9]{4}$|[0-9m.]\s+-[0-9]{2}:[0-9]{2}$", re.IGNORECASE
)
"""An offset from UTC behind a time of day, which is no end of a range: -0600, +01:00."""
_JOINED_TIME = re.compile(r"([0-9]{2})([0-9]{2})(?:[0-9]{2})?")
_RANGE = re.compile(r"\s*(?:-|–|—|\bto\b)\s*")

HOW_TO_STATE_TIMES = (
    "may be morning or afternoon; state in clinic.yaml, under `mapping`, `times: 24-hour` if hours are counted to 24, "
    "or write AM or PM behind it"
)
_MORE = (
    "holds more than a day; write the time of day into a column of its own, or, in a format of clinic.yaml, let `date` "
    "and `time` both name this column"
)
_STORED_DAY = "is the number by which a spreadsheet stores a date; format the column as YYYY-MM-DD there"
_STORED_TIME = "is the number by which a spreadsheet stores a time of day; format the column as hh:mm there"
HAS_ZONE = "has a time zone; let the program write times as they are at the clinic"
_RANGE_OR_ZONE = (
    "has a time zone, or a range whose end is not certain; let the program write the beginning alone, as it is at the "
    "clinic"
)
_NO_TIME = "is not a time of day; write hours and minutes, such as 08:30, 14:00 or 2:00 PM"


def read_day(cell: str, pattern: str | None, years_from: int | None = None, *, of_birth: bool = False) -> Outcome:
    """A day as 2026-11-24; what is behind it in the cell, such as the time, is the `rest`.

    `pattern` is how the clinic's files write days. Days as year-month-day are read whatever it is. `years_from` is the
    first of the hundred years that years of two digits mean where the day is one of birth.
    """
    if match := _OURS.match(cell):
        return _day(int(match[1]), match[2], match[3], cell[match.end() :], "year-month-day")
    if pattern is None:
        return _without_a_pattern(cell)
    read = day_pattern(pattern).read(cell)
    if read is None and _STORED.fullmatch(cell):
        return Outcome(fault=_STORED_DAY)
    if read is None:
        return Outcome(fault=f"is not a date as `{pattern}`, which clinic.yaml states; correct it, or state it there")
    year, month, day, rest = read
    if of_birth and len(year) == 2 and years_from is None:
        return unclear(
            "has a year of two digits, which may be in two centuries; let the program write four digits, or state "
            "`two_digit_years_from` in clinic.yaml, such as 1930"
        )
    return _day(_year(year, years_from if of_birth else None), month, day, rest, pattern)


def _year(digits: str, years_from: int | None) -> int:
    """A year; one of two digits is of the hundred years that begin with one, else of this century, as visits are."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return 2000 + year if years_from is None else years_from + (year - years_from) % 100


def read_whole_day(cell: str, pattern: str | None, years_from: int | None = None, *, of_birth: bool = False) -> Outcome:
    """As `read_day`, of a cell in which nothing but midnight may be behind the day."""
    outcome = read_day(cell, pattern, years_from, of_birth=of_birth)
    if not outcome.fault and not _MIDNIGHT.fullmatch(outcome.rest):
        return Outcome(fault=_MORE)
    return outcome


def has_zone(cell: str, rest: str) -> bool:
    """Whether what is behind a day in a cell has a time zone or an offset, so that the day itself may be another.

    A range has its end behind its beginning, no T before it, and no day as databases write it: 09:00-10:00, but not
    T09:00-05:00 or 2026-11-24 03:00-05:00.
    """
    text = _with_hyphen(rest.strip())
    behind = _BEHIND.fullmatch(text)
    if behind is None:
        return _ZONE.search(text) is not None
    begins_with_t, begin, seconds, end = behind.groups()
    return bool(begins_with_t or seconds or _OURS.match(cell)) or end.replace(":", "") <= begin.replace(":", "")


def read_time(cell: str, clock: HoursOfDay | None, *, ours: bool = False) -> Outcome:
    """A time of day as 14:00. Of a range, it is the beginning.

    With AM or PM it is always clear; without, only where clinic.yaml states that hours are counted to 24, or where
    `ours` says that the file is written in our own form, in which 09:00 is.
    """
    text = _with_hyphen(_AT.sub("", cell).strip())
    if _FRACTION.fullmatch(text):
        return Outcome(fault=_STORED_TIME)
    if _OFFSET.search(text):
        return unclear(HAS_ZONE)
    begin, *others = _RANGE.split(text) if not _TIME.fullmatch(text) else [text]
    if others and (unread := _unread_range(begin, others)):
        return unread
    if (joined := _JOINED_TIME.fullmatch(begin)) and clock == "24-hour":
        begin = f"{joined[1]}:{joined[2]}"
    match = _TIME.fullmatch(begin)
    if not match or not (match["minute"] or match["half"]):
        return Outcome(fault=_NO_TIME)
    if match["zone"] or match["offset"]:
        return unclear(HAS_ZONE)
    return _time(match, clock, ours=ours)


def _time(match: re.Match[str], clock: HoursOfDay | None, *, ours: bool) -> Outcome:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if half := match["half"]:
        if not 1 <= hour <= 12:
            return Outcome(fault="has AM or PM behind an hour that has none; correct it")
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    elif clock == "12-hour":
        return unclear(
            "has neither AM nor PM, although clinic.yaml states `times: 12-hour`; write one of them behind it"
        )
    elif clock is None and not (ours and len(match["hour"]) == 2) and 1 <= hour <= 12:
        return unclear(HOW_TO_STATE_TIMES)
    if hour > 23 or minute > 59:
        return Outcome(fault=_NO_TIME)
    return Outcome(f"{hour:02}:{minute:02}")


def _unread_range(begin: str, others: list[str]) -> Outcome | None:
    """Why the beginning of a range can't be read; None where it can."""
    if len(others) > 1 or not _TIME.fullmatch(others[0]):
        return Outcome(fault=_NO_TIME)
    if not _half(begin) and _half(others[0]):
        return unclear("is a range whose beginning has neither AM nor PM; write it there, too")
    return unclear(_RANGE_OR_ZONE) if _may_be_offset(begin, others[0]) else None


def _may_be_offset(begin: str, end: str) -> bool:
    """Whether what follows a time and a hyphen may be an offset from UTC instead of the end of a range."""
    first, second = _TIME.fullmatch(begin), _TIME.fullmatch(end)
    if first is None or second is None or second["half"]:
        return False
    times = [(int(one["hour"]), int(one["minute"] or 0)) for one in (first, second)]
    return first["half"] is not None or times[1] <= times[0]


def _with_hyphen(text: str) -> str:
    """A text with a hyphen for the minus sign of an offset: −06:00."""
    return re.sub("[−‐‑]", "-", text)


def _half(text: str) -> str | None:
    match = _TIME.fullmatch(text)
    return match["half"] if match else None


def _day(year: int, month: str, day: str, rest: str, pattern: str) -> Outcome:
    read = calendar_day(year, month, day)
    if read is None:
        return Outcome(
            fault=f"is not a day in the calendar, read as `{pattern}`; correct it, or the pattern in clinic.yaml"
        )
    return Outcome(read.isoformat(), rest=rest)


def _without_a_pattern(cell: str) -> Outcome:
    if _STORED.fullmatch(cell):
        return Outcome(fault=_STORED_DAY)
    if _DIGITS.match(cell):
        return unclear(HOW_TO_STATE_DATES)
    return Outcome(fault=f"is not a date that can be read without knowing how it is written; {HOW_TO_STATE_THEM}")
