"""The record of approvals: who approved which content, until when, and what was withdrawn.

Guarantees: an approval belongs to a content hash, so an edit of anything that a patient reads voids it by itself; of
what was withdrawn, no approval counts until somebody approves again.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, StringConstraints, Tag

from consentkit.model.identity import Identity
from consentkit.model.values import CodeOrName, Day, LanguageTag, Line, Record, RecordedVariant

LONGEST_PERSON = 120
"""Characters of a name."""

Person = Annotated[Line, Field(max_length=LONGEST_PERSON)]
"""The name of a person, or the role."""

StatedReason = Annotated[Line, Field(max_length=400)]
"""Why something was done."""

Edition = Annotated[int, Field(ge=1)]
ContentHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RecordLine(Record):
    """What each entry of the record says, be it an approval or a withdrawal."""

    code: CodeOrName
    """The code of the procedure, or the name of the paper."""
    language: LanguageTag
    """The language of the document."""
    variant: RecordedVariant
    """The kind of document."""
    edition: Edition
    """The first approved content is edition 1; each approval of other content counts on."""
    content: ContentHash
    """SHA-256 of everything that a patient reads in the document."""

    @property
    def identity(self) -> Identity:
        """The document that it is about."""
        return Identity(self.code, self.language, self.variant)


class ApprovedException(Record):
    """A rule that the text breaks and that was allowed."""

    rule: Annotated[Line, Field(max_length=60)]
    """The id of the rule, as `consentkit check` reports it."""
    reason: StatedReason
    """Why it was allowed."""


class Approval(RecordLine):
    """One approval."""

    by: Person
    """Who approved it."""
    role: Person | None = None
    """In which role."""
    on: Day
    """The day of the approval."""
    until: Day | None = None
    """The day by which it must be approved again."""
    reviewed_by: Person | None = None
    """Who reviewed the text; whoever approved it, where that is left out."""
    translated_by: Person | None = None
    """Who translated the text, where it is a translation."""
    exceptions: tuple[ApprovedException, ...] = ()
    """Errors of `check` in spite of which it was approved."""

    @property
    def reviewer(self) -> str:
        """Who reviewed the text."""
        return self.reviewed_by or self.signed

    def ending_by(self, due: datetime.date) -> Self:
        """The same, which ends with the day on which the text is due for review, if it does not end before."""
        if self.until is not None and self.until <= due:
            return self
        return self.model_copy(update={"until": due})

    @property
    def signed(self) -> str:
        """Who approved it, with the role."""
        return f"{self.by}, {self.role}" if self.role else self.by

    def is_overdue(self, today: datetime.date) -> bool:
        """Whether the approval has run out."""
        return self.until is not None and self.until < today


class Withdrawal(RecordLine):
    """The end of an approval: somebody has taken it back."""

    withdrawn_by: Person
    """Who withdrew it."""
    role: Person | None = None
    """In which role."""
    on: Day
    """The day on which it was withdrawn."""
    reason: StatedReason
    """Why."""

    @property
    def signed(self) -> str:
        """Who withdrew it, with the role."""
        return f"{self.withdrawn_by}, {self.role}" if self.role else self.withdrawn_by


@dataclass(frozen=True)
class EndedApproval:
    """Why a text that was approved is a draft today, though it is the text of today and nobody has withdrawn it."""

    replaced_by: int | None = None
    """The edition of other content that was approved after it."""
    is_overdue: bool = False
    """Whether its approval has run out."""
    is_stale: bool = False
    """Whether it translates a text that has changed since."""


NOT_ENDED = EndedApproval()
"""Of what was never approved, or may be used."""


def _kind_of_entry(value: Any) -> str:
    is_withdrawal = "withdrawn_by" in value if isinstance(value, Mapping) else isinstance(value, Withdrawal)
    return "withdrawal" if is_withdrawal else "approval"


RecordEntry = Annotated[
    Annotated[Approval, Tag("approval")] | Annotated[Withdrawal, Tag("withdrawal")], Discriminator(_kind_of_entry)
]
"""An entry of the record. What names `withdrawn_by` is a withdrawal."""


class Approvals(Record):
    """The record of a clinic, in the order of its entries."""

    approvals: tuple[RecordEntry, ...] = ()
    """All approvals and withdrawals, the latest last."""

    def entries_of(self, identity: Identity) -> tuple[RecordEntry, ...]:
        """All approvals and withdrawals of a document."""
        return tuple(entry for entry in self.approvals if entry.identity == identity)

    def of(self, identity: Identity) -> tuple[Approval, ...]:
        """All approvals of a document."""
        return tuple(entry for entry in self.entries_of(identity) if isinstance(entry, Approval))

    def current(self, identity: Identity, content: str) -> Approval | None:
        """The latest approval of a document, if it is for exactly this content and was not withdrawn."""
        latest = None if self.withdrawal(identity) else self.latest(identity)
        return latest if latest and latest.content == content else None

    def latest(self, identity: Identity) -> Approval | None:
        """The latest approval of a document, whatever its content."""
        return next(reversed(self.of(identity)), None)

    def withdrawal(self, identity: Identity) -> Withdrawal | None:
        """The withdrawal of a document, where nobody has approved it since."""
        last = next(reversed(self.entries_of(identity)), None)
        return last if isinstance(last, Withdrawal) else None

    def last_of_content(self, identity: Identity, content: str) -> tuple[Approval | None, Withdrawal | None]:
        """The latest approval of this content, and its withdrawal; the content may no longer be that of today."""
        counting = (identity, identity.approved_as)  # an earlier version recorded approvals of information
        entries = [entry for entry in self.approvals if entry.identity in counting and entry.content == content]
        approval = next((entry for entry in reversed(entries) if isinstance(entry, Approval)), None)
        last = entries[-1] if entries else None
        return approval, last if isinstance(last, Withdrawal) else None

    def next_edition(self, identity: Identity, content: str) -> int:
        """The number that an approval of this content gets: that of its predecessor if the content is the same."""
        latest = self.latest(identity)
        if latest is None:
            return 1
        return latest.edition if latest.content == content else latest.edition + 1
