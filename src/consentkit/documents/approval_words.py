"""What a page says of its approval and review: at its head, and in its last section.

Guarantees: a page that says that it is approved never says that nobody has reviewed it. Neither is part of the text
that is approved. Whatever the names of those who approve, what is at the head of the pages after the first takes one
line, for which they have room.
"""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass

from consentkit.library.approvals import Approval
from consentkit.model.placeholders import fill
from consentkit.model.procedure import Review
from consentkit.model.words import LanguagePack


@dataclass(frozen=True)
class ReviewNote:
    """When a text was written, who reviewed it, and when it must be reviewed again."""

    printed: str
    """As the page says it."""
    own: str
    """As the text says it by itself, whether it is approved or not, without that nobody has reviewed it."""
    unreviewed: str
    """That nobody has reviewed the text, where it says so by itself; empty where it does not."""


@dataclass(frozen=True)
class ApprovalMark:
    """What is at the head of pages: that they are a draft, or who approved them."""

    full: str
    """As the first page has it."""
    brief: str
    """The same without names, where the other has no room."""

    @property
    def at_heads(self) -> dict[str, str]:
        """What is at the head of each further page, in regular and in large print."""
        return {
            "regular": self.full if _width(self.full) <= _LINE_IN_REGULAR_PRINT else self.brief,
            "large": self.full if _width(self.full) <= _LINE_IN_LARGE_PRINT else self.brief,
        }


_LINE_IN_REGULAR_PRINT = 98
_LINE_IN_LARGE_PRINT = 68
"""How many letters surely fit into a line on any paper: a bold letter is about half as wide as it is high."""


def _width(text: str) -> float:
    """The width of a text in small letters: capitals are wider, and those of Chinese twice as wide."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1.3 if one.isupper() else 1 for one in text)


def mark_of(pack: LanguagePack, approval: Approval | None, today: datetime.date) -> ApprovalMark:
    """The mark of a text with this approval, or without one."""
    if approval is None:
        return ApprovalMark(pack.page.draft, pack.page.draft)
    until = pack.dates.write(approval.until) if approval.until else ""
    if until and approval.is_overdue(today):
        return unapproved(fill(pack.page.overdue, until=until), pack)
    words = {"by": approval.signed, "date": pack.dates.write(approval.on), "edition": str(approval.edition)}
    if not until:
        return ApprovalMark(fill(pack.page.approved, **words), pack.form.approved)
    return ApprovalMark(
        fill(pack.page.approved_until, **words, until=until), fill(pack.form.approved_until, until=until)
    )


def unapproved(mark: str, pack: LanguagePack) -> ApprovalMark:
    """The mark of what may not be used, for whatever reason; an empty one where there is nothing to say."""
    return ApprovalMark(mark, pack.page.draft if mark else "")


def review_note(review: Review, pack: LanguagePack, approval: Approval | None, *, translated: bool) -> ReviewNote:
    """What the last section says of the review; that of a text that was approved names a reviewer."""
    own = _own(review, pack)
    if review.last:
        return ReviewNote(own, own, "")
    untold = pack.about.translated if translated else ""
    if approval:  # on which day it was reviewed, nobody has said
        return ReviewNote(_filled(pack.about.reviewed_by, review, pack, by=approval.reviewer), own, untold)
    return ReviewNote(f"{own} {untold}".rstrip(), own, untold)


def _own(review: Review, pack: LanguagePack) -> str:
    if review.by and review.last:
        return _filled(pack.about.reviewed, review, pack, by=review.by, last=pack.dates.write(review.last))
    return _filled(pack.about.review, review, pack)


def _filled(words: str, review: Review, pack: LanguagePack, **others: str) -> str:
    write_day = pack.dates.write
    return fill(words, issued=write_day(review.issued), next=write_day(review.next), **others)
