"""How far long work has come, for whoever watches.

Guarantees: nothing is said of what the work is about, so of no patient either.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
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

    def step(self) -> None:
        """Count what is done, and tell."""
        self.done += 1
        self.progress(self.done, self.total)
