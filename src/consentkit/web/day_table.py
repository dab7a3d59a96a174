"""The visits of a day as one page shows them.

Guarantees: a page has at most MOST visits, however many the day has, so that a browser on an old PC keeps up; the
counts are those of the whole day, and what is looked for is looked for in the whole day.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from consentkit.operations.desk.rows import DeskRow, VisitState
from consentkit.operations.progress import HowFar
from consentkit.web.progress import how_far_in_words
from consentkit.web.shown import (
    ShownRow,
    current_words,
    day_of,
    known,
    name_of,
    papers_of,
    shown_rows,
    time_of,
)

if TYPE_CHECKING:
    from consentkit.web.sentences import Known
    from consentkit.web.words import Words

MOST = 250
"""The most visits on one page."""


@dataclass(frozen=True)
class DayTable:
    """The visits that one page shows, and what it says of all of them."""

    visits: list[ShownRow] = field(repr=False)
    dates: dict[str, str]
    """The day of each visit that is shown, by its key, where the visits are of several days."""
    states: dict[str, int]
    """How many visits of the whole day are in each state."""
    number_of_all: int
    number_matching: int
    """How many visits match what is looked for; all of them where nothing is."""
    start: int
    """How many of those come before the first one that is shown."""
    version: int
    selected: str | None
    sought: str = field(repr=False)
    making: str
    """How far the work has come on papers that are to be made, in a sentence; empty where there are none."""

    @property
    def end(self) -> int:
        """How many of those that match are shown or come before."""
        return self.start + len(self.visits)

    @property
    def start_before(self) -> int | None:
        """Where the part before this one begins; None where this is the first one."""
        return max(self.start - MOST, 0) if self.start else None

    @property
    def start_after(self) -> int | None:
        """Where the part after this one begins; None where this is the last one."""
        return self.end if self.end < self.number_matching else None


def table_of(
    rows: list[DeskRow], version: int, selected: str | None, sought: str, start: int, making: HowFar | None = None
) -> DayTable:
    """The part of a day that begins at a place in it, or the part with the visit that is selected.

    `making` is how far the work has come on papers that are to be made.
    """
    matching = _matching(rows, sought) if sought else rows
    places = [place for place, row in enumerate(matching) if row.key == selected]
    start = (places[0] if places else min(start, max(len(matching) - 1, 0))) // MOST * MOST
    shown, states = matching[start : start + MOST], Counter(row.state for row in rows)
    return DayTable(
        visits=shown_rows(shown),
        dates=_dates(shown) if len({day_of(row) for row in rows} - {None}) > 1 else {},
        states={state.value: states[state] for state in VisitState},
        number_of_all=len(rows),
        number_matching=len(matching),
        start=start,
        version=version,
        selected=selected if places else None,
        sought=sought,
        making=_making(len(rows), states[VisitState.CHECKING], making),
    )


def _making(number_of_all: int, left: int, making: HowFar | None) -> str:
    """Those count as done that were ready before, too; the rate is that of what was made since."""
    if not left:
        return ""
    what = current_words()("progress.papers", done=number_of_all - left, all=number_of_all)
    return how_far_in_words(what, making, current_words())


def _dates(rows: list[DeskRow]) -> dict[str, str]:
    words = current_words()
    dates: dict[str, datetime.date] = {row.key: day for row in rows if (day := day_of(row))}
    return {key: words.date(date) for key, date in dates.items()}


def _matching(rows: list[DeskRow], sought: str) -> list[DeskRow]:
    """The visits in which all words are that somebody looks for."""
    words, what_is_known, parts = current_words(), known(), _plain(sought).split()
    return [row for row in rows if _has_all(_plain(_text_of(row, words, what_is_known)), parts)]


def _has_all(text: str, parts: list[str]) -> bool:
    return all(part in text for part in parts)


def _text_of(row: DeskRow, words: Words, what_is_known: Known) -> str:
    """What the row of a visit says, its state too, so that a clerk finds what needs attention in a long day."""
    papers = map(" ".join, papers_of(row, what_is_known))
    return " ".join(
        (name_of(row, words), time_of(row, words), row.number, *papers, words.at("states")[row.state.value])
    )


def _plain(text: str) -> str:
    """A text without capitals and accents, as people type it."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))
