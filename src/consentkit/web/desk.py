"""What all pages of one desk share: the day, the sessions, and how the desk was started.

Guarantees: nothing of it is a global variable, so several desks can run in one process, as tests do; whoever has signed
in may do what the file of users says at each request, and no more than that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from consentkit.errors import ConsentkitError
from consentkit.model.clinic import DeskSettings
from consentkit.operations.desk.day import DeskDay
from consentkit.operations.desk.printing import DeskPrinter
from consentkit.operations.desk.scans import DeskScans
from consentkit.operations.desk.together import SetsTogether
from consentkit.operations.desk.users import USERS, DeskUser, UsersFile
from consentkit.operations.journal import UNKNOWN_ACTOR, JournalAction, JournalEntry, Who, who_asks
from consentkit.web.passwords import PasswordDoor
from consentkit.web.sessions import COOKIE, DeskRole, Session, Sessions, lock

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
    together: SetsTogether
    scans: DeskScans = field(init=False)
    hosts: frozenset[str] = frozenset()
    """The addresses, with their ports, under which browsers may call it."""
    sessions: Sessions = field(default_factory=Sessions)
    door: PasswordDoor = field(default_factory=PasswordDoor)
    """What checks passwords."""
    shared: DeskSettings | None = None
    """How several computers reach it; None on one computer."""
    report: Callable[[str], None] = lambda text: None
    """Where it is noted that something went wrong: by the name of the page and the kind of error only."""
    _users: UsersFile = field(default_factory=UsersFile)

    def __post_init__(self) -> None:
        """Let nothing of the visits outlive the day, also where nobody ends it."""
        self.scans = DeskScans(lambda: self.day.maker.workspace, self.printer.journal)
        self.day.ended, self.day.over = self._forget_day, self._note_day_over
        self.sessions.ended = lambda session: self.note(session, "signed-out")

    def session_of(self, request: Request) -> Session | None:
        """The session that a request belongs to."""
        name = request.cookies.get(COOKIE)
        if self.shared and self.shared.user_header:  # the proxy knows who it is, and its word ends a session, too
            session = self.sessions.find(name, is_active=False)
            if session and session.person != request.headers.get(self.shared.user_header, "").lower():
                self.sessions.close(name)
        is_active = request.headers.get("X-Desk-Refresh") is None  # a page that refreshes itself is nobody's work
        return self._as_allowed_now(name, self.sessions.find(name, is_active=is_active))

    def _as_allowed_now(self, name: str | None, session: Session | None) -> Session | None:
        """A session with the roles that somebody has now; none for whoever may not sign in so any more.

        Raises what reading the file of users raises: the session is locked then, since nobody knows who may see it.
        """
        if session is None or not (self.shared or session.needs_password):
            return session
        try:
            user = self.users().get(session.person)
        except ConsentkitError:
            lock(session)
            raise
        if user is None or user.password != session.kept:
            self.sessions.close(name)
            return None
        session.roles = frozenset(map(DeskRole, user.roles))
        return session

    def who(self, session: Session, role: DeskRole | None = None) -> Who:
        """Who does something, as the journal has it, and as what."""
        known = who_asks()
        return replace(known, actor=session.person or known.actor, role=(role or session.main_role).value)

    def open_by_link(self) -> tuple[str, Session]:
        """Open a session for whoever has used a link."""
        return self.sessions.open(who_asks().actor, ROLES_BY_LINK)

    def users(self) -> Mapping[str, DeskUser]:
        """Who may sign in, as the clinic's file has it now."""
        return self._users.current(self.day.maker.place.folder)

    @property
    def has_users(self) -> bool:
        """Whether there are people who may sign in."""
        folder = self.day.maker.place.folder
        return folder is not None and (folder / USERS).exists()

    def open_for(self, account: str, user: DeskUser, *, needs_password: bool) -> str:
        """Open a session for somebody who has signed in. Returns the name that the browser keeps."""
        roles = frozenset(map(DeskRole, user.roles))
        name, session = self.sessions.open(account, roles, needs_password=needs_password, kept=user.password)
        self.note(session, "signed-in")
        return name

    def note(self, session: Session, action: JournalAction, role: DeskRole | None = None) -> None:
        """Let the journal have what somebody did who has signed in, and as what, if not as what they mainly are."""
        if self.shared or session.needs_password:
            self._record(JournalEntry(action, self.who(session, role)))

    def note_loaded(self, session: Session, count: int) -> None:
        """Let the journal have how many visits a schedule had that somebody loaded."""
        self._record(JournalEntry("loaded", self.who(session), count=count))

    def note_failure(self, account: str | None) -> None:
        """Let the journal have that somebody could not sign in; with the account only where there is such a user."""
        self._record(JournalEntry("failed-sign-in", replace(who_asks(), actor=account or UNKNOWN_ACTOR, role=None)))

    def _record(self, entry: JournalEntry) -> None:
        if self.printer.journal is not None:
            self.printer.journal.record(entry)

    def end_day(self, session: Session | None = None) -> None:
        """Forget everything about the visits, and let the journal have who has ended the day, else the process."""
        self._note_end_of(self.day.end(), self.who(session) if session else who_asks())

    def _note_day_over(self, count: int) -> None:
        with suppress(ConsentkitError):  # the day is forgotten all the same
            self._note_end_of(count, who_asks())

    def _note_end_of(self, count: int, who: Who) -> None:
        if count:
            self._record(JournalEntry("day-ended", who, count=count))

    def _forget_day(self) -> None:
        self.sessions.forget_day()
        self.together.forget_all()
        self.scans.forget_all()

    def work(self) -> threading.Thread:
        """Start to make papers of visits in the background, and to look whether the date, or a session, is over."""
        thread = threading.Thread(target=self._work, name="papers", daemon=True)
        thread.start()
        return thread

    def _work(self) -> None:
        with suppress(ConsentkitError):  # such as mistakes in clinic.yaml: the pages say what is wrong
            self.day.maker.warm_up()
        while True:
            try:
                self.day.end_if_over()
                self.sessions.end_unused()
                if not self.day.prepare_next():
                    self.day.wait(_SECONDS_BETWEEN_LOOKS)
            except ConsentkitError as error:  # such as mistakes in clinic.yaml: the pages say what is wrong
                self.report(f"papers: {type(error).__name__}")
                self.day.wait_for_change(_SECONDS_BETWEEN_LOOKS)
