"""A finished document, with what the front desk should know of it.

Guarantees: a document that is kept from an earlier run is taken up without loading what made it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from consentkit.model.identity import Layout, Variant
from consentkit.pdf.part import Part

if TYPE_CHECKING:
    from consentkit.library.approvals import Approval


@dataclass(frozen=True)
class Document:
    """A finished document."""

    code: str
    title: str
    language: str
    variant: Variant
    layout: Layout
    content_hash: str
    """SHA-256 of everything that a patient reads in it; the layout does not count."""
    approval_entry: Mapping[str, Any] | None
    """The approval of exactly this content as plain data, if there is one; it may have run out."""
    is_approved: bool
    """Whether that approval holds today."""
    mark: str
    """What is at the head of each page: that it is a draft, or who approved it."""
    review_note: str
    """What its last section says of its review, with the reviewer whom the approval names."""
    own_review_note: str
    """The same as the text alone says it."""
    unreviewed: str
    """The sentence that nobody has reviewed it, which it leaves out once it is approved; empty where it has none."""
    clauses: Mapping[str, str]
    """The clauses that it holds, by name, each with why: `always`, or what names it: `procedure` or `paper`."""
    warnings: tuple[str, ...]
    """What the front desk should know of it on any day."""
    page_notices: tuple[str, ...]
    """How it breaks the budget of its pages, in sentences that begin with the code: for whoever writes its text."""
    review_due: datetime.date
    """The day by which it must be reviewed."""
    part: Part
    """The file, with the places that wait for the particulars of a visit."""

    def __repr__(self) -> str:
        return f"<Document {self.code} ({self.language}, {self.variant}), {self.pages} pages>"

    @property
    def approval(self) -> Approval | None:
        """The approval of exactly this content, if there is one; it may have run out."""
        from consentkit.library.approvals import Approval

        return Approval.model_validate(self.approval_entry) if self.approval_entry else None

    @property
    def approved_edition(self) -> int | None:
        """The number of the approved edition; None where the document is not approved today."""
        return int(self.approval_entry["edition"]) if self.is_approved and self.approval_entry else None

    @property
    def pdf(self) -> bytes:
        """The file."""
        return self.part.pdf

    def notices(self, today: datetime.date) -> tuple[str, ...]:
        """What the front desk should know of it on this day, in sentences that begin with the code."""
        due = self.review_due
        return (*self.warnings, *((f"{self.code} was due for review on {due.isoformat()}",) if due < today else ()))

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return self.part.pages
