"""Moments, as clocks at the clinic show them.

Guarantees: an offset from UTC is never taken for that of the clinic because it is there; where the clocks are put
forward or back, a time of day that they skip, or show twice, is not taken for one moment.
"""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo


def shown_at_clinic(moment: datetime.datetime, zone: str | None) -> datetime.datetime | None:
    """A moment as clocks at the clinic show it, without a time zone; None where its time zone is not known.

    A moment without an offset is one of the clinic already.
    """
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if zone else None


def is_skipped(shown: datetime.datetime, zone: str) -> bool:
    """Whether clocks at the clinic never show this, since they are put forward over it."""
    there = shown.replace(tzinfo=ZoneInfo(zone), fold=0)
    back = there.astimezone(datetime.UTC).astimezone(ZoneInfo(zone))
    return back.replace(tzinfo=None) != shown.replace(fold=0)


def is_one_moment(shown: datetime.datetime, zone: str) -> bool:
    """Whether clocks at the clinic show this once, so that it has one offset from UTC."""
    first, second = (shown.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
    return first == second


def has_offset_of(moment: datetime.datetime, zone: str) -> bool:
    """Whether the offset of a moment is that which the clinic has then."""
    return moment.utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset()
