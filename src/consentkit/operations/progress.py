"""How far long work has come, for whoever watches.

Guarantees: nothing is said of what the work is about, so of no patient either.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

Thing = TypeVar("Thing")

Progress: TypeAlias = Callable[[int, int], None]
"""Gets how many are done, and of how many; what it raises ends the work."""


def ignore_progress(done: int, total: int) -> None:
    """Tell nobody."""


def counted(things: Iterator[Thing], number: int, progress: Progress) -> Iterator[Thing]:
    """Count each thing before it is handed on; their `number` is known before the first one."""
    for done, thing in enumerate(things, 1):
        progress(done, number)
        yield thing


@dataclass
class CountedSteps:
    """Work of several kinds that is counted as one."""

    progress: Progress = ignore_progress
    done: int = 0
    total: int = 0

    def through(self, things: Collection[Thing]) -> Iterator[Thing]:
        """Go through things, each of which is done when the next one is requested."""
        self.expect(len(things))
        for thing in things:
            yield thing
            self.step()

    def expect(self, number: int) -> None:
        """Count what will be done later."""
        self.total += number

    def step(self, number: int = 1) -> None:
        """Count what is done, and tell."""
        self.done += number
        self.progress(self.done, self.total)


@dataclass(frozen=True)
class HowFar:
    """How far long work has come. The rate is that since it began."""

    done: int
    total: int
    seconds: float
    """Since it began."""

    @property
    def each_second(self) -> float | None:
        """How many are done in a second; None before anything is."""
        return self.done / self.seconds if self.done and self.seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at that rate; None before anything is done."""
        return (self.total - self.done) / self.each_second if self.each_second else None


@dataclass
class WatchedWork:
    """Long work of one thread, of which others ask how far it has come."""

    steps: CountedSteps = field(default_factory=CountedSteps)
    clock: Callable[[], float] = time.monotonic
    """Seconds, from whenever."""
    _begun: float = field(init=False)

    def __post_init__(self) -> None:
        """It begins now."""
        self._begun = self.clock()

    def how_far(self) -> HowFar:
        """How far it has come by now."""
        return HowFar(self.steps.done, self.steps.total, self.clock() - self._begun)
