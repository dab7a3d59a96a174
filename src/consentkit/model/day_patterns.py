"""How a clinic's files write days: a pattern such as MM/DD/YYYY, which somebody has stated.

Guarantees: a day is read by the pattern or not at all; what a pattern can't read without a guess, such as a year of two
digits, is not read.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from consentkit.problems import quoted

_TOKENS = ("YYYY", "YY", "MMMM", "MMM", "MM", "M", "DDDD", "DDD", "DD", "D")
_TOKEN = re.compile("|".join(_TOKENS))
_PARTS = {"Y": "year", "M": "month", "D": "day"}
_MONTHS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "january jan enero ene januar jänner janvier janv janeiro gennaio gen",
            "february feb febrero februar feber février févr fevereiro fev febbraio",
            "march mar marzo märz mrz mär mars março",
            "april apr abril abr avril avr aprile",
            "may mayo mai maio mag maggio",
            "june jun junio juni juin junho giugno giu",
            "july jul julio juli juillet juil julho luglio lug",
            "august aug agosto ago août aoû",
            "september sept sep septiembre setiembre set septembre setembro settembre",
            "october oct octubre oktober okt octobre outubro out ottobre ott",
            "november nov noviembre novembre novembro",
            "december dec diciembre dic dezember dez décembre déc dezembro dicembre",
        ),
        start=1,
    )
    for word in words.split()
}
"""The months in English, Spanish, German, French, Portuguese and Italian, whole and shortened."""
_WORD = r"[^\W\d_]+\.?"
_EXAMPLES = "such as MM/DD/YYYY, DD.MM.YYYY or MMM D, YYYY"


class DayPattern(NamedTuple):
    """A pattern, ready to read days with."""

    text: str
    form: re.Pattern[str]
    has_short_year: bool
    """Whether a year has two digits only."""

    def read(self, text: str) -> tuple[str, str, str, str] | None:
        """Year, month and day as they are written at the beginning of a text, and the rest of it; None for no day."""
        match = self.form.match(text)
        if not match:
            return None
        month = match["month"].rstrip(".").casefold()
        number = month if month.isdigit() else str(_MONTHS.get(month, 0))
        return match["year"], number, match["day"], text[match.end() :]


def calendar_day(year: int, month: str, day: str) -> datetime.date | None:
    """A day; None where the calendar has no such day."""
    try:
        return datetime.date(year, int(month), int(day))
    except ValueError:
        return None


@cache
def day_pattern(text: str) -> DayPattern:
    """Compile a pattern. Raises ValueError for what is none."""
    upper = " ".join(text.upper().split())
    tokens = _TOKEN.findall(upper)
    between = _TOKEN.sub("", upper)
    if re.search(r"[^\W_]", between):
        raise ValueError(f"is {quoted(text)}, which is not a pattern of days; write Y, M and D, {_EXAMPLES}")
    parts = sorted(_PARTS[token[0]] for token in tokens if token not in {"DDD", "DDDD"})
    if parts != ["day", "month", "year"]:
        raise ValueError(f"must have the year, the month and the day once each, {_EXAMPLES}")
    is_joined = not re.search(r"[MD][^\w]+[MDY]|Y[^\w]+[MD]", upper)
    expression = _TOKEN.sub(lambda match: _expression(match[0], is_joined=is_joined), re.escape(upper))
    expression = expression.replace(r"\ ", r"\s+")
    return DayPattern(text, re.compile(rf"{expression}(?![0-9])", re.IGNORECASE), "YY" in tokens)


def _expression(token: str, *, is_joined: bool) -> str:
    if token in {"DDD", "DDDD"}:
        return _WORD
    if token in {"MMM", "MMMM"}:
        return f"(?P<month>{_WORD})"
    if token[0] == "Y":
        return f"(?P<year>[0-9]{{{len(token)}}})"
    # A leading zero is optional where something separates the numbers: spreadsheets leave it out.
    digits = f"[0-9]{{{len(token)}}}" if is_joined else "[0-9]{1,2}"
    return f"(?P<{_PARTS[token[0]]}>{digits})"


def _known(text: str) -> str:
    day_pattern(text)
    return text


DayPatternText = Annotated[str, AfterValidator(_known)]
"""A pattern as somebody writes it: MM/DD/YYYY."""
