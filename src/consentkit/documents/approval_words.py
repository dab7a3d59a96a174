"""What a page says of its approval and review: at its head, and in its last section.

Guarantees: a page that says that it is approved never says that nobody has reviewed it. Neither is part of the text
that is approved.
"""

from __future__ import annotations

import datetime
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


def mark_of(pack: LanguagePack, approval: Approval | None, today: datetime.date) -> str:
    """What is at the head of each page: that it is a draft, or who approved it."""
    if approval is None:
        return pack.page.draft
    if approval.until and approval.is_overdue(today):
        return fill(pack.page.overdue, until=pack.dates.write(approval.until))
    words = {"by": approval.signed, "date": pack.dates.write(approval.on), "edition": str(approval.edition)}
    if approval.until is None:
        return fill(pack.page.approved, **words)
    return fill(pack.page.approved_until, **words, until=pack.dates.write(approval.until))


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
