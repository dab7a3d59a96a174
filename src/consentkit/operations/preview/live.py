"""A preview that is kept up to date while somebody edits.

Guarantees: what is shown is the newest paper that could be made, and says so where files have changed since; the pages
in view are shown as soon as they are laid out, the others as soon as all are drawn, and the earlier paper again if the
new one proves unfit when it is read back; the problems are those of the files as they are. Any number of threads may
ask; one makes papers. Everything is in memory, and gone when the preview ends. A preview and each of its papers have a
name that none had before: a browser shows a picture that it has again, without a request, if it is given the same
address.
"""

from __future__ import annotations

import datetime
import secrets
import threading
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from consentkit.documents.onlooker import DrawnDocument, Onlooker
from consentkit.operations.opening import open_for_a_call
from consentkit.operations.preview.ahead import Ahead, InView, PagesAhead
from consentkit.operations.preview.making import Look, PaperNow, document_now, visit_now
from consentkit.operations.preview.pictures import WIDTHS, PagePictures
from consentkit.operations.preview.subject import PreviewRequest, is_of_library, is_visit, require_no_options, settled
from consentkit.operations.preview.watching import FileWatch, clock
from consentkit.problems import Problem, Severity
from consentkit.reading.paths import is_there

_MOST_AGAIN = 3
"""How often in a row a paper is made again because a file was edited while it was made."""


_SECONDS_FOR_BROWSERS = 0.15
"""How long everything else rests when there is a new paper, so that pages get their pictures of it without a rival."""


@dataclass(frozen=True)
class ShownPaper:
    """A paper that was made."""

    paper: PaperNow
    pictures: PagePictures
    at: datetime.datetime
    """When its files were as they are on it."""
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    """Another one for each paper that differs."""


@dataclass(frozen=True)
class ShownPages:
    """Pages of a newer paper that is being made, which replace those of the earlier one."""

    pages: PagesAhead
    at: datetime.datetime
    """When the files were as they are on them."""
    name: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(frozen=True)
class PreviewState:
    """What there is to show."""

    revision: int = 1
    """Another one for each state; never 0."""
    is_visit: bool = False
    paper: ShownPaper | None = None
    """The newest paper that could be made."""
    ahead: ShownPages | None = None
    """Pages that are shown instead of those of that paper."""
    is_current: bool = False
    """Whether the paper, or that there is none, follows from the files as they are."""
    is_working: bool = True
    """Whether a newer one is being made."""
    problems: tuple[Problem, ...] = field(default=(), repr=False)


class LivePreview:
    """A preview. `run` keeps it up to date until `end`."""

    def __init__(self, request: PreviewRequest, report: Callable[[str], None] = lambda text: None) -> None:
        """`report` gets the kind of an error that nobody expected.

        Raises what `settled` raises for a request that no edit could make sensible.
        """
        self.name = secrets.token_hex(8)
        """What no other preview is called, so that a page knows whether it is still the same that answers."""
        workspace = open_for_a_call(request.place, despite_faults=True)
        self.request = settled(request, workspace)
        self.is_of_library = is_of_library(self.request, workspace)
        self.report = report
        self._state = PreviewState(is_visit=is_visit(self.request))
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._watch = FileWatch()
        self._files: Set[Path] = frozenset()
        self._was_there = False
        self._papers: dict[str, ShownPaper] = {}
        self._view = InView()
        self._ahead: Ahead | None = None
        """What is worked out beside the making of a paper."""
        self._is_before_paper = False
        """Whether that paper has not been shown yet."""
        self._are_checked = False
        """Whether the problems are those of that paper's texts."""
        self._pages: ShownPages | None = None
        """The latest pages that were shown ahead, which a page may be loading still."""
        if self._state.is_visit:
            require_no_options(self.request)

    @property
    def state(self) -> PreviewState:
        """What there is to show now."""
        return self._state

    @property
    def has_ended(self) -> bool:
        """Whether `end` was called."""
        return self._ended.is_set()

    def paper(self, name: str) -> ShownPaper | None:
        """The newest paper or the one before it, which a page may be loading still; None for any other name."""
        return self._papers.get(name)

    def look_at(self, first: int, last: int) -> None:
        """Note which pages are in view: when the paper is made again, they are shown before the others."""
        self._view = replace(self._view, first=first, last=max(first, last))

    def png(self, name: str, number: int, width: int) -> bytes | None:
        """A page, counted from 1, of a paper or of the pages that were shown ahead; None where there is none."""
        self._view = replace(self._view, width=width) if width in WIDTHS else self._view
        if (ahead := self._pages) and ahead.name == name:
            return ahead.pages.png(number, width)
        shown = self.paper(name)
        return shown.pictures.png(number, width) if shown else None

    def wait(self, revision: int, seconds: float) -> PreviewState:
        """What there is to show, as soon as it is another state than that of a revision; at the latest after a time."""
        with self._changed:
            self._changed.wait_for(lambda: self._state.revision != revision or self.has_ended, seconds)
            return self._state

    def end(self) -> None:
        """Let `run` and whoever waits come to an end, and forget the paper."""
        self._ended.set()
        self._publish(paper=None, problems=(), is_working=False)

    def run(self) -> None:
        """Make the paper, and make it again whenever something has changed that it follows from, until `end`."""
        again = 0
        while not self.has_ended:
            began = clock()
            self._watch.look()
            self._renew()
            was_edited = self._watch.follow(self._files, began) and again < _MOST_AGAIN
            again = again + 1 if was_edited else 0
            if not was_edited and not self._state.is_working:
                self._watch.wait(self._ended)
            self._publish(is_current=False, is_working=True)
            self._watch.rest(self._ended)

    def _renew(self) -> None:
        """Look at the files, and publish what came of it."""
        at, visit = datetime.datetime.now().astimezone(), is_visit(self.request, before=self._state.is_visit)
        self._publish(is_visit=visit, is_working=True)
        before = self._state.paper
        self._ahead, self._is_before_paper, self._are_checked = self._new_ahead(at), True, False
        try:
            look = visit_now(self.request) if visit else document_now(self.request, self._onlooker(at, self._ahead))
            shown = self._shown(look, at, before)
            if look.paper and not visit:  # one that was kept has not been drawn
                self._show_drawn(at, look.paper)
            checked = Look(None, (), frozenset()) if visit else self._ahead.problems()
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the preview; its text might quote a file
            self.report(f"Note: something unexpected went wrong in consentkit ({type(error).__name__}).")
            shown, checked = before, Look(None, (), frozenset())
            look = Look(None, (_unexpected(error),), self._files, is_complete=False)
        self._ahead = None
        self._files = look.files | checked.files | (frozenset() if look.is_complete else self._files)
        was_edited = self._watch.has_changed()
        if not look.is_complete and was_edited:
            self._publish(paper=shown, is_current=False)
            return  # what went wrong may be that a file was being saved
        if is_missing := not self._is_there():
            problems: tuple[Problem, ...] = (_awaited(self.request, was_there=self._was_there),)
            shown = None if visit else shown  # whoever removes a visit wants it to be gone
        else:
            problems = _in_order((*checked.problems, *look.problems))
        self._was_there = self._was_there or not is_missing
        is_current = look.is_complete and not was_edited
        self._publish(paper=shown, is_current=is_current, is_working=was_edited, problems=problems)

    def _new_ahead(self, at: datetime.datetime) -> Ahead:
        """What is worked out beside the making of the paper. How many pages the first one will have, nobody knows."""
        paper = self._state.paper
        total = len(paper.pictures.sizes) if paper else None
        return Ahead(self.request, self._view, total, lambda ahead, result: self._show_ahead(ahead, result, at))

    def _onlooker(self, at: datetime.datetime, ahead: Ahead) -> Onlooker:
        def show(drawn: DrawnDocument) -> None:
            self._show_drawn(at, PaperNow(drawn.pdf, drawn.title, drawn.mark))

        return Onlooker(show, ahead.when_laid_out)

    def _show_ahead(self, ahead: Ahead, result: PagesAhead | Look, at: datetime.datetime) -> None:
        """Show pages or problems while the paper is still being made, which may have more problems of its own."""
        is_whole = self._is_there() and not self._watch.has_changed()
        with self._changed:
            if self._ahead is not ahead or not is_whole or self.has_ended:
                return
            if isinstance(result, Look):
                self._are_checked = True
                self._publish(problems=_in_order(result.problems))
            elif self._is_before_paper:
                self._pages = ShownPages(result, at)
                self._publish(ahead=self._pages, problems=self._problems_beside_new)

    def _show_drawn(self, at: datetime.datetime, paper: PaperNow) -> None:
        """Show pages that are drawn. To read them back takes a quarter as long again."""
        before, shown, is_current = self._state.paper, self._named(paper, at), not self._watch.has_changed()
        with self._changed:
            self._publish(paper=shown, is_current=is_current, problems=self._problems_beside_new)
        if before is None or before.name != shown.name:
            self._ended.wait(_SECONDS_FOR_BROWSERS)

    @property
    def _problems_beside_new(self) -> tuple[Problem, ...]:
        """The problems to show beside what is new until all of them are known."""
        shown = self._state.problems
        if self._are_checked:
            return shown
        return tuple(problem for problem in shown if problem.rule)  # others kept it from being made

    def _shown(self, look: Look, at: datetime.datetime, before: ShownPaper | None) -> ShownPaper | None:
        """The paper to show: the one that was made, or else the one from before, if there is one."""
        if look.paper is None:
            return None if look.is_complete else before
        return self._named(look.paper, at)

    def _named(self, paper: PaperNow, at: datetime.datetime) -> ShownPaper:
        """A paper under the name of the one on view, if it is the same, or else under a new one."""
        now = self._state.paper
        if now and now.paper.pdf == paper.pdf:
            return replace(now, at=at)
        return ShownPaper(paper, PagePictures(paper.pdf), at)

    def _is_there(self) -> bool:
        return not self.request.is_path or is_there(self.request.path)

    def _publish(self, **changes: Any) -> None:
        with self._changed:
            if "paper" in changes:
                changes["ahead"], self._is_before_paper = None, False
            if self.has_ended:
                changes |= {"paper": None, "problems": (), "is_working": False}
            new = replace(self._state, **changes)
            if new != self._state:
                if new.paper is None:
                    self._papers, self._pages = {}, None
                elif new.paper.name not in self._papers:
                    self._papers = {one.name: one for one in (self._state.paper, new.paper) if one}
                self._state = replace(new, revision=new.revision + 1)
                self._changed.notify_all()


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each once, errors first, then from the top of each file."""
    severities = get_args(Severity)
    return tuple(sorted(dict.fromkeys(problems), key=lambda one: (severities.index(one.severity), one.place())))


def _awaited(request: PreviewRequest, *, was_there: bool) -> Problem:
    state = "is gone" if was_there else "is not there yet"
    message = f"{state}; its paper is shown as soon as the file is saved"
    return Problem(request.source, None, None, "", message, "notice")


def _unexpected(error: Exception) -> Problem:
    message = f"something unexpected went wrong in consentkit ({type(error).__name__}); please report it"
    return Problem("", None, None, "", message)
