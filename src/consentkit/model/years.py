"""The same day of another year.

Guarantees: there always is one; the 29th of February becomes the 28th where the year is no leap year.
"""

from __future__ import annotations

import datetime
from typing import TypeVar

_Day = TypeVar("_Day", bound=datetime.date)


def in_years(day: _Day, years: int) -> _Day:
    """The day that is a number of years later, or earlier where it is negative; of a moment, its time stays."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # on the 29th of February
        return day.replace(year=day.year + years, day=28)
