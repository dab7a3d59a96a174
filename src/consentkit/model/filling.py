"""Sentences with placeholders, filled in; days and times of day among them.

Guarantees: a value is printed as it is, whatever braces it holds; little is loaded, since a packet that is made ahead
of the program (`consentkit.lanes`) is filled in by the same functions.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
"""A placeholder, with its name."""


def fill(text: str, **values: str) -> str:
    """Replace the {placeholders} by values. The values are never searched for placeholders."""
    return PLACEHOLDER.sub(lambda match: values[match[1]], text)


def written_day(pattern: str, months: Sequence[str], day: datetime.date) -> str:
    """A day in words: `pattern` has the order of {day}, {month} and {year}, `months` the twelve months."""
    return fill(pattern, day=str(day.day), month=months[day.month - 1], year=str(day.year))


def written_time(pattern: str, halves: Sequence[str] | None, time: datetime.time) -> str:
    """A time of day: `pattern` has the order of {hour} and {minute}, and {half} where there are `halves` of the day."""
    if halves is None:
        return fill(pattern, hour=str(time.hour), minute=f"{time.minute:02}")
    half = halves[time.hour // 12]
    return fill(pattern, hour=str(time.hour % 12 or 12), minute=f"{time.minute:02}", half=half)
