"""What all pages of one desk share: the day, the sessions, and how the desk was started.

Guarantees: nothing of it is a global variable, so several desks can run in one process, as tests do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from consentkit.errors import ConsentkitError
from consentkit.operations.desk.day import DeskDay
from consentkit.operations.desk.printing import DeskPrinter
from consentkit.operations.journal import Who, who_asks
from consentkit.web.sessions import COOKIE, DeskRole, Session, Sessions

if TYPE_CHECKING:
    from werkzeug import Request


_SECONDS_BETWEEN_LOOKS = 20.0
ROLES_BY_LINK = frozenset({DeskRole.DESK})
"""What whoever has the link may do, where no users are named."""


@dataclass
class Desk:
    """A desk that is running."""

    day: DeskDay
    printer: DeskPrinter
    hosts: frozenset[str] = frozenset()
    """The addresses, with their ports, under which browsers may call it."""
    sessions: Sessions = field(default_factory=Sessions)
    report: Callable[[str], None] = lambda text: None
    """Where it is noted that something went wrong: by the name of the page and the kind of error only."""

    def session_of(self, request: Request) -> Session | None:
        """The session that a request belongs to."""
        is_active = request.headers.get("X-Desk-Refresh") is None  # a page that refreshes itself is nobody's work
        return self.sessions.find(request.cookies.get(COOKIE), is_active=is_active)

    def who(self, session: Session) -> Who:
        """Who does something, as the journal has it."""
        known = who_asks()
        return replace(known, actor=session.person or known.actor, role=session.main_role.value)

    def open_by_link(self) -> tuple[str, Session]:
        """Open a session for whoever has used a link."""
        return self.sessions.open(who_asks().actor, ROLES_BY_LINK)

    def end_day(self) -> None:
        """Forget everything about the visits."""
        self.day.end()
        self.sessions.forget_day()

    def work(self) -> threading.Thread:
        """Start to make papers of visits in the background, and to look whether the date is over."""
        thread = threading.Thread(target=self._work, name="papers", daemon=True)
        thread.start()
        return thread

    def _work(self) -> None:
        while True:
            try:
                self.day.end_if_over()
                if not self.day.prepare_next():
                    self.day.wait(_SECONDS_BETWEEN_LOOKS)
            except ConsentkitError as error:  # such as mistakes in clinic.yaml: the pages say what is wrong
                self.report(f"papers: {type(error).__name__}")
                self.day.wait(_SECONDS_BETWEEN_LOOKS)
