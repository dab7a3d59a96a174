"""A visit of the day as the front desk sees it.

Guarantees: every value is frozen; a state follows from facts and is stored nowhere; no text form of a row holds
anything of a patient.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from consentkit.model.visit import Visit
from consentkit.operations.desk.fields import value_of
from consentkit.operations.journal import JournalReason
from consentkit.operations.packets import Notice
from consentkit.packets.visits import VisitEntry
from consentkit.problems import Problem


class VisitState(StrEnum):
    """What is to be done about a visit."""

    CHECKING = "checking"
    """Its papers are being made; a moment later it has another state."""
    ATTENTION = "attention"
    """Something speaks against it, so it has no papers."""
    READY = "ready"
    PRINTED = "printed"
    NOTHING = "nothing"
    """Everything that it would be asked to sign is on file."""
    CHANGED = "changed"
    """What was printed is not what would be printed now."""
    DONE = "done"
    """The signed papers are back, or nobody needs the visit to be on top any more."""
    GONE = "gone"
    """A newer schedule does not have it."""


@dataclass(frozen=True)
class PrintedSet:
    """A set of papers that went to a printer, or that a browser was given to print."""

    serial: int
    """Which set of this visit it is, counted from 1."""
    at: datetime.datetime
    digest: bytes = field(repr=False)
    """What `Check.digest` was."""
    pages: int
    jobs: tuple[str, ...] = ()
    """The print system's numbers of the jobs; none where the browser printed."""
    entry: int | None = None
    """The number of its entry in the journal, where there is one."""
    is_void: bool = False
    """Whether somebody has said that it counts for nothing: it was cancelled, spoiled or thrown away."""


@dataclass(frozen=True)
class DraftText:
    """A text that nobody has approved, as it was worded when a clinician decided that it is used."""

    code: str
    language: str
    variant: str
    content_hash: str


@dataclass(frozen=True)
class Override:
    """A clinician's decision that a visit gets its papers in spite of what speaks against it."""

    reason: JournalReason
    allows_drafts: bool
    """Whether texts that nobody has approved may be used."""
    rules: frozenset[str]
    """The rules that were overridden."""
    drafts: frozenset[DraftText] | None = frozenset()
    """Which of those texts: another one, or another wording, needs a decision of its own. None while it is made."""


@dataclass(frozen=True)
class Remedy:
    """An edit of a visit after which something no longer speaks against it."""

    kind: str
    """What it does, such as `without`; `remedies.corrected` has them all."""
    value: str = ""
    """The code or the language, where it has one; two codes with `>` between where one replaces the other."""

    @property
    def name(self) -> str:
        """How a form names it."""
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True)
class Check:
    """What came of making the papers of a visit."""

    problems: tuple[Problem, ...] = ()
    """What speaks against it, one for each reason."""
    warnings: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    """What would help against the problems."""
    packet: str = ""
    """The number on the papers."""
    pages: int = 0
    digest: bytes = field(default=b"", repr=False)
    """What changes when other papers would be printed; empty where there are none."""
    can_be_overridden: bool = False
    """Whether a clinician may decide that the visit gets its papers all the same."""
    on_file: tuple[str, ...] = ()
    """The codes whose consent is on file, where for that reason there is nothing to print."""


@dataclass(frozen=True)
class LoadedVisit:
    """A visit as a schedule had it."""

    data: Mapping[str, Any] = field(repr=False)
    problems: tuple[str, ...]
    """What was wrong with it, without numbers of lines."""


@dataclass(frozen=True)
class DeskRow:
    """A visit of the day."""

    entry: VisitEntry = field(repr=False)
    """The visit, or what is wrong with it."""
    data: Mapping[str, Any] = field(repr=False)
    """What was read or typed, by the keys of a visit, right or wrong."""
    loaded: LoadedVisit | None = field(default=None, repr=False)
    """What a schedule said of it when it was loaded last; None where none did."""
    is_walk_in: bool = False
    key: str = field(default_factory=lambda: secrets.token_hex(6))
    """What addresses name it by: nothing of the visit."""
    revision: int = 1
    """Counts the edits, so that an edit of what somebody else has changed meanwhile is noticed."""
    check: Check | None = field(default=None, repr=False)
    """None until its papers have been made."""
    sets: tuple[PrintedSet, ...] = ()
    is_printing: bool = False
    """Whether a set is on its way to the printer."""
    is_done: bool = False
    is_gone: bool = False
    """Whether a newer schedule does not have it."""
    override: Override | None = None
    """What a clinician has decided about it as it is: an edit ends that."""

    @property
    def valid_set(self) -> PrintedSet | None:
        """The last set that was printed and is not void."""
        return next((one for one in reversed(self.sets) if not one.is_void), None)

    @property
    def state(self) -> VisitState:
        """What is to be done about it."""
        if self.is_gone:
            return VisitState.GONE
        if self.check is None:
            return VisitState.CHECKING
        if self.check.problems:
            return VisitState.ATTENTION
        valid = self.valid_set
        if valid is None:
            return VisitState.NOTHING if self.check.on_file else VisitState.READY
        if valid.digest != self.check.digest:
            return VisitState.CHANGED
        return VisitState.DONE if self.is_done else VisitState.PRINTED

    @property
    def has_old_set(self) -> bool:
        """Whether papers are about that should not be handed out."""
        return self.valid_set is not None and self.state in {VisitState.CHANGED, VisitState.ATTENTION, VisitState.GONE}

    @property
    def next_serial(self) -> int:
        """The serial of the next set."""
        return len(self.sets) + 1

    @property
    def visit(self) -> Visit | None:
        """The visit, where nothing is wrong with its fields."""
        return self.entry.visit

    @property
    def number(self) -> str:
        """The number of the visit; empty where none can be read."""
        return self.entry.name.visit or ""

    @property
    def record(self) -> str:
        """The record number, by which visits of one patient are known."""
        return value_of(self.data, "record_number").casefold()

    @cached_property
    def order(self) -> tuple[str, str, str]:
        """Where it is in the schedule: by its day and time, those without one at the end."""
        return value_of(self.data, "date") or "9999", value_of(self.data, "time") or "99", self.number
