"""The pages that somebody is looking at, drawn while those after them are still being laid out.

Guarantees: they are drawn in a process of their own from a copy of what is laid out, so the paper that follows is the
one that `render` makes. Where they can't be drawn, the paper comes without them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consentkit.operations.preview.pictures import WIDTHS, all_pictures
from consentkit.processes.aside import Aside, begin_aside

if TYPE_CHECKING:  # else it would be the page engine that is imported
    from consentkit.pdf.render.ahead import LaidOutPages

_SECONDS = 10.0
"""How long pages are waited for that are drawn ahead. It takes 0.2 of one on an idle machine."""


@dataclass(frozen=True)
class InView:
    """What of a paper somebody looks at."""

    first: int = 1
    """The first page of which something is in view, counted from 1."""
    last: int = 1
    width: int = WIDTHS[0]
    """In which width the browser shows pages."""


@dataclass(frozen=True)
class PagesAhead:
    """Pages of a paper whose others are not there yet, by their numbers."""

    pictures: Mapping[int, bytes]
    width: int

    def png(self, number: int, width: int) -> bytes | None:
        """A page in a width; None where there is no such page or width."""
        return self.pictures.get(number) if width == self.width else None


@dataclass
class DrawAhead:
    """Draws the pages in view of a document as soon as they are laid out, once."""

    view: InView
    total: int
    """How many pages the document is expected to have."""
    show: Callable[[PagesAhead], None]

    def when_laid_out(self, laid_out: LaidOutPages) -> None:
        """Begin to draw, if the last page in view has just been laid out."""
        last = min(self.view.last, self.total)
        if len(laid_out.pages) == last:
            numbers = range(min(self.view.first, last), last + 1)
            with suppress(OSError):  # there are no resources for another process
                process = begin_aside(_pictures, laid_out, numbers, self.total, self.view.width)
                threading.Thread(target=self._show, args=(process, numbers), daemon=True).start()

    def _show(self, process: Aside[list[bytes]], numbers: Sequence[int]) -> None:
        if pictures := process.result(_SECONDS):
            self.show(PagesAhead(dict(zip(numbers, pictures, strict=True)), self.view.width))


def _pictures(laid_out: LaidOutPages, numbers: Sequence[int], total: int, width: int) -> list[bytes]:
    return all_pictures(laid_out.drawn(numbers, total), width)
