"""The words of the pages, in the languages that the front desk can work in.

Guarantees: a sentence that is missing, or lacks something to fill in, fails where it is used, and never shows as a gap;
each file of words has the same sentences as the English one (a test compares them); a word beside a number has the
form that belongs to it, as `{all:visit|visits}` says in the files.
"""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "words"
DEFAULT = "en"


class _CountFormatter(Formatter):
    """Fills in sentences. A number whose place has two forms of a word becomes the form that belongs to it.

    The first form is for one, the second for every other number, zero too, as English and Spanish have it (CLDR, plural
    rules). A language with more forms needs its own rule here.
    """

    def format_field(self, value: Any, spec: str) -> str:
        """The text of a value. Raises ValueError for forms of what is no whole number."""
        one, is_count, other = spec.partition("|")
        if not is_count:
            return str(super().format_field(value, spec))
        if not isinstance(value, int):
            raise ValueError("a word has two forms beside a whole number only")
        return one if value == 1 else other


_FORMATTER = _CountFormatter()


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are words for, the default one first."""
    names = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    return (DEFAULT, *(name for name in names if name != DEFAULT))


@cache
def words_of(language: str) -> Words:
    """The words of a language; the default ones where there are none."""
    name = language if language in languages() else DEFAULT
    return Words(name, yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


class Words:
    """The words of one language. `words("said.saved")` is a sentence."""

    def __init__(self, language: str, tree: dict[str, Any]) -> None:
        self.language = language
        self._tree = tree

    def __call__(self, path: str, **values: object) -> str:
        """A sentence, with what is to be filled in. Raises KeyError where there is none, or a value is missing."""
        text = self.at(path)
        assert isinstance(text, str), path
        return _FORMATTER.vformat(text, (), values)

    def at(self, path: str) -> Any:
        """What is below a name: a sentence, a list or several of them. Raises KeyError."""
        part: Any = self._tree
        for step in path.split("."):
            part = part[int(step)] if step.isdigit() and int(step) in part else part[step]
        return part

    def has(self, path: str) -> bool:
        """Whether there is such a sentence."""
        try:
            self.at(path)
        except KeyError:
            return False
        return True

    def date(self, day: datetime.date) -> str:
        """A day in words."""
        weekday, month = self.at("weekdays")[day.weekday()], self.at("months")[day.month - 1]
        return self("date", weekday=weekday, month=month, day=day.day, year=day.year)

    def time(self, time: datetime.time) -> str:
        """A time of day as people say it."""
        half = self.at("halves")[time.hour // 12]
        return f"{time.hour % 12 or 12}:{time.minute:02} {half}"
