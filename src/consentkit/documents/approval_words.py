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
    """As the text says it by itself, whether it is approved or not."""
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
    by, last = review.by, review.last
    own = _written(review, pack, by, last, translated=translated)
    unreviewed = pack.about.translated if translated and not last else ""
    if approval is None or last:
        return ReviewNote(own, own, unreviewed)
    by_now = _written(review, pack, approval.reviewer, approval.on, translated=translated)
    return ReviewNote(by_now, own, unreviewed)


def _written(
    review: Review, pack: LanguagePack, by: str | None, last: datetime.date | None, *, translated: bool
) -> str:
    words, write_day = pack.about, pack.dates.write
    days = {"issued": write_day(review.issued), "next": write_day(review.next)}
    if by and last:
        return fill(words.reviewed, **days, by=by, last=write_day(last))
    said = fill(words.review, **days)
    return f"{said} {words.translated}" if translated else said
