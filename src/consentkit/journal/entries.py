"""The entries of a journal as plain values.

Guarantees: every instance holds only what `values` lets pass, whoever makes it, so a row that is read was checked like
one that is written.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from consentkit.errors import WrongUse
from consentkit.journal.values import (
    OWN_ACTIONS,
    JournalAction,
    JournalReason,
    JournalRole,
    JournalSubject,
    require_code,
    require_form,
    require_number,
    require_present,
)

_MOST_JOBS = 200
MOST_PAPERS = 500
"""Of one entry."""


@dataclass(frozen=True)
class Who:
    """Who does something, and where."""

    actor: str
    """The account: of the operating system, or that of a user who has signed in. Never the name of a patient."""
    station: str
    """The machine."""
    role: JournalRole | None = None

    def __post_init__(self) -> None:
        """Raise WrongUse for what is no account or machine."""
        require_present("whoever acts in an entry", actor=self.actor, station=self.station)
        require_form("actor", self.actor)
        require_form("station", self.station)
        require_code("role", self.role)


@dataclass(frozen=True)
class JournalPaper:
    """A paper of a packet, or a document by itself: which text in which edition."""

    kind: str
    """A kind of document, or `extra` for a file of somebody else, of which nothing more is kept."""
    code: str | None = None
    language: str | None = None
    content_hash: str | None = None
    edition: int | None = None
    """The approved edition; None for a text that nobody has approved."""

    def __post_init__(self) -> None:
        """Raise WrongUse for what is no document."""
        require_present("a paper in an entry", kind=self.kind)
        require_code("kind", self.kind)
        require_form("code", self.code)
        require_form("language", self.language)
        require_form("content_hash", self.content_hash)
        require_number("edition", self.edition)

    def as_data(self) -> dict[str, Any]:
        """The same as plain values, without what is not there."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class JournalEntry:
    """What an entry says, beside its number and time."""

    action: JournalAction
    who: Who
    visit: str | None = None
    """The number of the visit, which links to a patient for whoever holds the system of the practice."""
    packet: str | None = None
    print_number: int | None = None
    """Which print of the visit it is, counted from 1."""
    papers: tuple[JournalPaper, ...] = ()
    pages: int | None = None
    copies: int | None = None
    printer: str | None = None
    jobs: tuple[str, ...] = ()
    """The print system's numbers of the jobs."""
    refers: int | None = None
    """The number of the entry that this one continues: the intent of a print, the print that is voided."""
    rule: str | None = None
    """The rule that was overridden."""
    reason: JournalReason | None = None
    subject: JournalSubject | None = None
    """What was changed in the settings."""
    count: int | None = None
    """How many: visits that were loaded, documents that were made, entries that were pruned."""
    seal: str | None = None
    """A keyed digest of the PDF (`Journal.seal`), by which whoever has the key recognizes the file."""
    carried: str | None = None
    """Of `pruned`: the hash of the last entry that was removed."""

    def __post_init__(self) -> None:
        """Raise WrongUse for a field that holds what the journal does not keep."""
        require_present("an entry", action=self.action)
        for field in ("action", "rule", "reason", "subject"):
            require_code(field, getattr(self, field))
        for field in ("visit", "packet", "printer", "seal", "carried"):
            require_form(field, getattr(self, field))
        for field in ("print_number", "pages", "copies", "refers"):
            require_number(field, getattr(self, field))
        require_number("count", self.count, least=0)
        _require_tuple("jobs", self.jobs, str, _MOST_JOBS)
        for job in self.jobs:
            require_form("job", job)
        _require_tuple("papers", self.papers, JournalPaper, MOST_PAPERS)
        if not isinstance(self.who, Who):
            raise WrongUse("`who` must be a Who", arguments=["who"])
        self._require_what_belongs_to_it()

    def _require_what_belongs_to_it(self) -> None:
        needed = _NEEDED.get(self.action, ())
        require_present(f"an entry `{self.action}`", **{field: getattr(self, field) for field in needed})


_NEEDED: dict[str, tuple[str, ...]] = {
    "to-print": ("visit", "packet", "print_number", "pages"),
    "printed": ("visit", "print_number", "refers"),
    "reprinted": ("visit", "print_number", "refers"),
    "printed-partly": ("visit", "print_number", "refers"),
    "not-printed": ("visit", "print_number", "refers"),
    "made": ("papers",),
    "not-made": ("refers",),
    "voided": ("visit", "reason"),
    "overridden": ("visit", "rule", "reason"),
    "approved": ("papers",),
    "withdrawn": ("papers",),
    "loaded": ("count",),
    "day-ended": ("count",),
    "scan-decided": ("packet", "pages", "reason"),
    "signed-stated": ("packet",),
    "refusal-stated": ("packet",),
    "settings": ("subject",),
    "begun": ("seal",),
    "pruned": ("seal", "carried", "refers", "count"),
}
"""What an action can't do without."""


def require_foreign(entry: JournalEntry) -> None:
    """Raise WrongUse for an action that only the journal itself writes."""
    if entry.action in OWN_ACTIONS:
        message = f"`{entry.action}` is written by the journal itself; use `intend`, `finish`, `fail` or `prune`"
        raise WrongUse(message, arguments=["action"])


@dataclass(frozen=True)
class PrintIntent:
    """A packet that is about to be printed."""

    who: Who
    visit: str
    packet: str
    pages: int
    papers: tuple[JournalPaper, ...] = ()
    copies: int = 1
    printer: str | None = None
    """The print queue; None for the dialog of a browser."""
    reason: JournalReason | None = None
    """Why it is printed again."""
    seal: str | None = None

    def __post_init__(self) -> None:
        """Raise WrongUse for a field that holds what the journal does not keep."""
        self.as_entry(1)

    def as_entry(self, number: int) -> JournalEntry:
        """The entry that records it, as the print of that number."""
        return JournalEntry("to-print", print_number=number, **vars(self))


@dataclass(frozen=True)
class IntendedPrint:
    """An intent to print that has been recorded."""

    seq: int
    """The number of its entry, by which it is finished."""
    print_number: int
    """Which print of the visit it is, counted from 1: drawn on its pages."""
    at: datetime.datetime
    """When it was recorded, in UTC."""


@dataclass(frozen=True)
class JournalRow:
    """An entry that has been recorded."""

    seq: int
    """Its number; the first entry of a journal is number 1."""
    at: datetime.datetime
    """When it was recorded, in UTC."""
    entry: JournalEntry
    hash: str
    """The hash of the entry and, through the hash of the one before it, of all before it."""


def _require_tuple(field: str, values: Any, kind: type, most: int) -> None:
    if not isinstance(values, tuple) or len(values) > most or not all(isinstance(value, kind) for value in values):
        raise WrongUse(f"`{field}` must be a tuple of at most {most} of its kind", arguments=[field])
