"""When a text was written and reviewed, and when it must be reviewed again.

Guarantees: judged by the day that is given. Whether a review was a good one, no program can see.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from consentkit.checks.citations import REVIEW_ON_PAPER
from consentkit.checks.inputs import AnyDefinition, AnyOriginal
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, key, value

REVIEW_OVERDUE = Rule(
    id="review-overdue",
    severity="error",
    title="Review overdue",
    reason="Old versions in drawers are the most common complaint about consent forms. A text that was not reviewed by "
    "the day that it states itself must not be handed out.",
    remedy="have it reviewed, then set `last`, `by` and `next`",
    source=REVIEW_ON_PAPER,
    bad="next: 2025-01-31",
    good="next: 2027-01-31",
)


def review_overdue(file: AnyDefinition, today: datetime.date) -> Iterator[RuleFinding]:
    """See whether the day of the next review is past."""
    review = file.definition.review
    if review.next < today:
        yield breach(REVIEW_OVERDUE, file, value("review", "next"), f"was due on {review.next.isoformat()}")


REVIEW_SOON = Rule(
    id="review-soon",
    severity="notice",
    title="Review due within 30 days",
    reason="A reminder, so that the text is not overdue one day in the middle of a clinic week.",
    remedy="plan the review",
    source=REVIEW_ON_PAPER,
    bad="next: in a week",
    good="next: in a year",
)
SOON = datetime.timedelta(days=30)


def review_soon(file: AnyDefinition, today: datetime.date) -> Iterator[RuleFinding]:
    """See whether the day of the next review is near."""
    review = file.definition.review
    if today <= review.next <= today + SOON:
        yield breach(REVIEW_SOON, file, value("review", "next"), f"is due on {review.next.isoformat()}")


REVIEW_MISSING = Rule(
    id="review-missing",
    severity="notice",
    title="Not reviewed yet",
    reason="The texts that come with consentkit are drafts, and so is every text that no clinician has read. The "
    "paper says so.",
    remedy="have a clinician read it, then fill in `last` and `by`",
    source=REVIEW_ON_PAPER,
    bad="review: {issued: 2026-11-21, next: 2027-11-21}",
    good="review: {issued: 2026-11-21, last: 2026-12-01, by: 'A. Rivera, PhD', next: 2027-11-21}",
)


def review_missing(file: AnyDefinition, today: datetime.date) -> Iterator[RuleFinding]:
    """See whether there was a review at all."""
    if file.definition.review.last is None:
        yield breach(REVIEW_MISSING, file, key("review"), "names no reviewer")


REVIEW_INTERVAL = Rule(
    id="review-interval",
    severity="warning",
    title="Next review too far away",
    reason="A review each year is the custom, and knowledge and phone numbers change. More than two years is too long.",
    remedy="set `next` to at most two years after the last review",
    source=REVIEW_ON_PAPER,
    bad="issued: 2026-11-21, next: 2036-11-21",
    good="issued: 2026-11-21, next: 2027-11-21",
)
LONGEST_INTERVAL = datetime.timedelta(days=731)
"""Two years."""


def review_interval(file: AnyDefinition, today: datetime.date) -> Iterator[RuleFinding]:
    """Measure the time from one review to the next."""
    review = file.definition.review
    if review.next - (review.last or review.issued) > LONGEST_INTERVAL:
        message = "is more than two years after the last review"
        yield breach(REVIEW_INTERVAL, file, value("review", "next"), message)


DATE_AHEAD = Rule(
    id="date-ahead",
    severity="error",
    title="Date in the future",
    reason="A text cannot have been written or reviewed, nor a source published, in the future: it is a typing error, "
    "or a review that did not take place.",
    remedy="correct the date",
    source="house rule",
    bad="last: 2062-12-01",
    good="last: 2026-12-01",
)
_ONE_DAY = datetime.timedelta(days=1)
"""Somewhere in the world it is tomorrow already."""


def review_ahead(file: AnyDefinition, today: datetime.date) -> Iterator[RuleFinding]:
    """Look for a day in the future among those of writing and review."""
    review = file.definition.review
    for name, day in (("issued", review.issued), ("last", review.last)):
        if day and day > today + _ONE_DAY:
            yield breach(DATE_AHEAD, file, value("review", name), f"is {day.isoformat()}, a day in the future")


def source_ahead(file: AnyOriginal, today: datetime.date) -> Iterator[RuleFinding]:
    """Look for a year in the future among those of the sources."""
    for index, source in enumerate(file.definition.sources):
        if source.year and source.year > today.year:
            yield breach(DATE_AHEAD, file, value("sources", index, "year"), f"is {source.year}, a year in the future")


CHECKS = (review_overdue, review_soon, review_missing, review_interval, review_ahead)
"""What an original or a translation is checked for."""
CHECKS_OF_FACTS = (source_ahead,)
"""What an original is checked for besides."""
