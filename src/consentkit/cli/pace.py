"""A bar for long work: how much is done, at which rate, and how long the rest will take.

Guarantees: a rate is what has been measured since the work began.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

import click

from consentkit.cli.support import interruptions

FEW = 10
"""Things up to which nobody needs to see how far the work has come."""

_CLEAR_LINE = "\r\x1b[K"
_MINUTE = 60
_BETWEEN_LOOKS = 0.1
"""Seconds: to draw a bar takes longer than to look at an entry of a journal, of which there are many thousands."""
_MANY = 10
"""From that many a second on, nobody needs to know tenths."""


def rate(done: int, seconds: float) -> str:
    """How many are done in a second, or in a minute where that is less than one; empty before the first."""
    if not done or seconds <= 0:
        return ""
    each_second = done / seconds
    if each_second < 1:
        return f"{each_second * _MINUTE:.1f} a minute"
    return f"{each_second:.0f} a second" if each_second >= _MANY else f"{each_second:.1f} a second"


def is_watched() -> bool:
    """Whether a person may be watching: whether messages go to a terminal."""
    return sys.stderr.isatty()


@contextmanager
def beside_messages(label: str, total: int) -> Iterator[Callable[..., AbstractContextManager[None]]]:
    """A bar below messages that are printed meanwhile; none where there is little to do, as for a total of 0.

    What it yields takes whether another one `is_done`, and gives a context in which messages are printed.
    """
    if total <= FEW:
        yield lambda *, is_done: nullcontext()  # noqa: PLW0108 - which takes no such name
        return
    done = 0
    with bar(label, total) as show:

        @contextmanager
        def one_more(*, is_done: bool) -> Iterator[None]:
            nonlocal done
            sys.stderr.write(_CLEAR_LINE)
            sys.stderr.flush()
            yield
            done += is_done
            show(done, total)

        yield one_more


@contextmanager
def long_work(label: str, *, quiet: bool, few: int = FEW) -> Iterator[Callable[[int, int], None]]:
    """A bar as soon as there is much to do, if a person watches. An interrupt is noticed between two things.

    What it yields takes how much is done, and of how much: `few` at most, and nobody needs to see how far it has come.
    """
    if quiet or not is_watched():
        yield lambda done, total: interruptions.require_none()
        return
    show_bar: Callable[[int, int], None] | None = None
    last_shown = 0.0
    with ExitStack() as opened:

        def show(done: int, total: int) -> None:
            nonlocal show_bar, last_shown
            interruptions.require_none()
            if total <= few or (done < total and time.monotonic() - last_shown < _BETWEEN_LOOKS):
                return
            show_bar = show_bar or opened.enter_context(bar(label, total))
            show_bar(done, total)
            last_shown = time.monotonic()

        yield show


@contextmanager
def bar(label: str, total: int, clock: Callable[[], float] = time.monotonic) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, which is drawn only on a terminal. What it returns takes how much is done, and of how much."""
    start, so_far = clock(), 0
    pieces: Iterable[object] | None = None
    with click.progressbar(
        pieces,
        length=total,
        label=label,
        file=sys.stderr,
        show_pos=True,
        item_show_func=lambda _: rate(so_far, clock() - start),
    ) as shown:

        def show(done: int, total: int) -> None:
            nonlocal so_far
            so_far, shown.length = done, total
            shown.update(done - shown.pos)

        yield show
