"""Who uses the desk: one-time links, sessions, roles.

Guarantees: all of it is in memory; a link opens one session and then none; a session is known by a random name that
only its browser has, and ends with the process at the latest; a session that was idle for long is locked; whichever way
one ends before the process does, `ended` is called with it.
"""

from __future__ import annotations

import datetime
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consentkit.operations.progress import WatchedWork

COOKIE = "consentkit-desk"
"""Under what a browser keeps the name of its session."""
IDLE_SECONDS = 300.0
"""How long nobody needs to have done anything until names are taken out of the page."""

LONGEST_SECONDS = 86_400.0
"""How long nobody needs to have used a session until it ends."""


class DeskRole(StrEnum):
    """What somebody may do."""

    DESK = "desk"
    """Load, edit, print."""
    CLINICIAN = "clinician"
    """Read what changed, approve."""
    ADMIN = "admin"
    """Look after people, sessions and settings, read the journal."""
    AUDITOR = "auditor"
    """Read the journal."""


OFFER_SECONDS = 10.0
"""How long a page offers to take back what was done last."""


@dataclass(frozen=True)
class Offer:
    """A button by which somebody takes back what they have just done."""

    address: str
    values: dict[str, object]
    label: str
    """The name of what the button says."""
    said: tuple[str, dict[str, object]] = field(repr=False)
    """What was done: the key of a sentence, and what it is about."""
    at: datetime.datetime

    def seconds_left(self, now: datetime.datetime) -> float:
        """For how long it is still shown."""
        return OFFER_SECONDS - (now - self.at).total_seconds()


@dataclass
class Session:
    """A browser that is signed in."""

    person: str
    roles: frozenset[DeskRole]
    last_seen: float
    needs_password: bool = False
    """Whether a locked session opens by the password only."""
    kept: str | None = field(default=None, repr=False)
    """What was kept of the password when the session was opened: with another one, it ends."""
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    """What each form of this session contains, so that no other page can send one."""
    public: str = field(default_factory=lambda: secrets.token_hex(6))
    """What pages call it: nobody opens it by that."""
    is_locked: bool = False
    is_lock_noted: bool = False
    """Whether the journal has it that it is locked."""
    language: str = ""
    printer: str = ""
    has_shortcuts: bool = True
    """Whether letters do something by themselves (WCAG 2.2, success criterion 2.1.4)."""
    message: tuple[str, dict[str, object]] | None = field(default=None, repr=False)
    """What is said on the next page: the key of a sentence, and what it is about."""
    offer: Offer | None = field(default=None, repr=False)
    """How what was done last is taken back."""
    answer: tuple[int, bytes] | None = field(default=None, repr=False)
    """The page that answers the form which was sent last, with its status, until the browser fetches it."""
    prints_at: str = ""
    """The address of a page that opens the dialog of the browser by itself when it is shown next, and then no more."""
    at_work: tuple[str, WatchedWork] | None = field(default=None, repr=False)
    """What is done for it that takes long, by the name of its sentence, and how far that has come."""
    draft: bytes = field(default=b"", repr=False)
    """The packet of an edit that is not saved, as the preview shows it."""

    @property
    def main_role(self) -> DeskRole:
        """In which of its roles somebody acts."""
        return next(role for role in DeskRole if role in self.roles)

    def may(self, roles: frozenset[DeskRole]) -> bool:
        """Whether it has one of some roles."""
        return bool(self.roles & roles)

    def is_form_of(self, token: str) -> bool:
        """Whether a form is one of this session's."""
        return hmac.compare_digest(self.csrf.encode(), token.encode())


@dataclass
class Sessions:
    """The sessions and links of a desk."""

    clock: Callable[[], float] = time.monotonic
    idle_seconds: float = IDLE_SECONDS
    ended: Callable[[Session], None] = lambda session: None
    """What is done when a session has ended; nothing of it opens any page by then."""
    _links: set[str] = field(default_factory=set, repr=False)
    _sessions: dict[str, Session] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new_link(self) -> str:
        """A token that opens one session. Earlier ones that nobody used open none any more."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._links = {token}
        return token

    def use_link(self, token: str) -> bool:
        """Whether a token opens a session; it opens no other one."""
        with self._lock:
            matching = {link for link in self._links if hmac.compare_digest(link.encode(), token.encode())}
            self._links -= matching
        return bool(matching)

    def open(
        self, person: str, roles: frozenset[DeskRole], *, needs_password: bool = False, kept: str | None = None
    ) -> tuple[str, Session]:
        """Open a session. Returns the name that its browser keeps, too."""
        name, session = secrets.token_urlsafe(32), Session(person, roles, self.clock(), needs_password, kept)
        self.end_unused()
        with self._lock:
            self._sessions[name] = session
        return name, session

    def find(self, name: str | None, *, is_active: bool) -> Session | None:
        """The session of a browser. `is_active` says whether a person has done something just now."""
        self._end_where(lambda one, session: one == name and self._is_unused(session))
        with self._lock:
            session = self._sessions.get(name or "")
            if session is None:
                return None
            now = self.clock()
            if now - session.last_seen > self.idle_seconds:
                lock(session)
            elif is_active:
                session.last_seen = now
            return session

    def end_unused(self) -> None:
        """End those that nobody has used for a day, so that a desk that is open for months holds no more and more."""
        self._end_where(lambda _, one: self._is_unused(one))

    def _is_unused(self, session: Session) -> bool:
        return self.clock() - session.last_seen > LONGEST_SECONDS

    def _end_where(self, is_over: Callable[[str, Session], bool]) -> None:
        with self._lock:
            over = {name: one for name, one in self._sessions.items() if is_over(name, one)}
            for name in over:
                del self._sessions[name]
        for session in over.values():
            self.ended(session)

    def unlock(self, session: Session) -> None:
        """Show the pages to a session again."""
        session.is_locked, session.is_lock_noted, session.last_seen = False, False, self.clock()

    def close(self, name: str | None) -> None:
        """End a session."""
        self._end_where(lambda one, _: one == name)

    def listed(self) -> list[tuple[Session, float]]:
        """The sessions that are open, each with the seconds for which nobody has done anything in it."""
        with self._lock:
            now = self.clock()
            sessions = [(session, now - session.last_seen) for session in self._sessions.values()]
        return sorted(sessions, key=lambda one: (one[0].person, one[1]))

    def close_public(self, public: str) -> None:
        """End the session that pages call by a name."""
        self._end_where(lambda _, one: one.public == public)

    def forget_day(self) -> None:
        """Drop what sessions hold of the visits of a day."""
        with self._lock:
            for session in self._sessions.values():
                _forget_visits(session)


def lock(session: Session) -> None:
    """Show nothing more to a session until it is unlocked, and drop what it holds of visits."""
    session.is_locked = True
    _forget_visits(session)


def _forget_visits(session: Session) -> None:
    session.draft, session.message, session.offer, session.answer = b"", None, None, None
