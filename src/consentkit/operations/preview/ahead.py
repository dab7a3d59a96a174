"""What somebody waits for who has just saved a text: the pages in view, and then the problems.

Guarantees: while the other pages are still being laid out, both are worked out in a process of their own from a copy of
what there is, so the paper that follows is the one that `render` makes, and the problems are those that `check` finds.
Where that can't be done, the paper comes without it, and the problems after it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consentkit.operations.preview.making import Look, problems_now
from consentkit.operations.preview.pictures import WIDTHS, all_pictures
from consentkit.operations.preview.subject import PreviewRequest
from consentkit.processes.aside import Aside, begin_aside

if TYPE_CHECKING:  # else it would be the page engine that is imported
    from consentkit.pdf.render.ahead import LaidOutPages

_SECONDS = 20.0
"""How long either is waited for. It takes 0.2 of one on an idle machine."""


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


class Ahead:
    """What is worked out beside the making of one document: its pages in view, and then its problems."""

    def __init__(
        self,
        request: PreviewRequest,
        view: InView,
        total: int | None,
        show: Callable[[Ahead, PagesAhead | Look], None],
    ) -> None:
        """`total` is how many pages the document is expected to have; where nobody knows, nothing is drawn ahead.

        `show` gets this and what has come of it, by another thread.
        """
        self._request, self._view, self._total, self._show = request, view, total, show
        self._look: Look | None = None
        self._waiting: threading.Thread | None = None

    def when_laid_out(self, laid_out: LaidOutPages) -> None:
        """Begin, if the last page in view has just been laid out."""
        last = min(self._view.last, self._total or 0)
        if last and len(laid_out.pages) == last:
            numbers = range(min(self._view.first, last), last + 1)
            with suppress(OSError):  # there are no resources for another process
                arguments = laid_out, numbers, self._total, self._view.width, self._request
                self._wait_for(begin_aside(_SECONDS, _worked_out, *arguments))

    def problems(self) -> Look:
        """The problems of the text, looked for now if that has not been done."""
        if self._waiting:
            self._waiting.join()
        return self._look or problems_now(self._request)

    def _wait_for(self, process: Aside[PagesAhead | Look]) -> None:
        waiting = threading.Thread(target=self._receive, args=(process,), daemon=True)
        try:
            waiting.start()
        except RuntimeError:  # there are no resources for another thread
            process.end()
        else:
            self._waiting = waiting

    def _receive(self, process: Aside[PagesAhead | Look]) -> None:
        for result in process.results():
            if isinstance(result, Look):
                self._look = result
            self._show(self, result)


def _worked_out(
    laid_out: LaidOutPages, numbers: Sequence[int], total: int, width: int, request: PreviewRequest
) -> Iterator[PagesAhead | Look]:
    pictures = all_pictures(laid_out.drawn(numbers, total), width)
    yield PagesAhead(dict(zip(numbers, pictures, strict=True)), width)
    yield problems_now(request)
