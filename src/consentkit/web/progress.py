"""How far long work has come, for whoever waits at the desk: papers, prints, scans.

Guarantees: nothing is said of what the work is about but how much of it there is; a rate is what has been measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from consentkit.operations.progress import CountedSteps, HowFar, WatchedWork
from consentkit.web.guards import access, this_session
from consentkit.web.sessions import DeskRole
from consentkit.web.shown import current_words

if TYPE_CHECKING:
    from consentkit.web.words import Words

pages = Blueprint("progress", __name__)
_MEASURED = 2.0
"""Seconds from which on a rate says something."""
_MINUTE = 60
_MANY_SECONDS = 90
"""Above that, what is left is said in minutes."""
_STEP = 5
"""What is left in seconds is a multiple of this: nobody knows it to the second."""


@contextmanager
def at_work(what: str) -> Iterator[CountedSteps]:
    """Work that this session waits for, `what` being the name of its sentence."""
    session, work = this_session(), WatchedWork()
    session.at_work = own = (what, work)
    try:
        yield work.steps
    finally:
        if session.at_work is own:  # else something else was begun in another window
            session.at_work = None


@pages.get("/progress")
@access(DeskRole.DESK)
def show() -> Any:
    """How far the work has come that the session waits for, in a sentence; nothing where there is none."""
    at_work = this_session().at_work
    how_far = at_work[1].how_far() if at_work else None
    if at_work is None or how_far is None or not how_far.total:
        return "", 204
    words = current_words()
    what = words(f"progress.{at_work[0]}", done=how_far.done, all=how_far.total)
    return how_far_in_words(what, how_far, words), {"Content-Type": "text/plain; charset=utf-8"}


def how_far_in_words(what: str, how_far: HowFar | None, words: Words) -> str:
    """A sentence of what is done, with the rate and the time that the rest takes, once these can be measured."""
    if how_far is None or how_far.seconds < _MEASURED or not how_far.each_second or not how_far.seconds_left:
        return what
    return words(
        "progress.with_rate",
        what=what,
        rate=_rate(how_far.each_second, words),
        left=_left(how_far.seconds_left, words),
    )


def _rate(each_second: float, words: Words) -> str:
    if each_second >= _STEP:
        return words("progress.each_second", number=round(each_second))
    return words("progress.each_minute", number=max(round(each_second * _MINUTE), 1))


def _left(seconds: float, words: Words) -> str:
    if seconds > _MANY_SECONDS:
        return words("progress.minutes_left", number=round(seconds / _MINUTE))
    return words("progress.seconds_left", number=max(round(seconds / _STEP), 1) * _STEP)
