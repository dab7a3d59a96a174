"""The rules about the facts of a procedure: billing, clauses and review dates.

Guarantees: only what contradicts itself, the calendar or the list of required clauses is reported; whether a fact is
true, no program can see.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from consentkit.checks import rules_content as rules
from consentkit.checks.inputs import ProcedureFile
from consentkit.checks.requirements import CLAUSES_BY_CODE
from consentkit.checks.rule_finding import RuleFinding, Subject, breach, key, value
from consentkit.model.procedure import Review

SOON = datetime.timedelta(days=30)
LONGEST_INTERVAL = datetime.timedelta(days=731)
"""Two years."""
_ONE_DAY = datetime.timedelta(days=1)
"""Somewhere in the world it is tomorrow already."""

_REFERENCES = ("goes_with", "add_on_to", "not_with", "not_with_unless_separate", "replaced_by")
_OPPOSITES = (
    ("goes_with", "not_with"),
    ("goes_with", "not_with_unless_separate"),
    ("add_on_to", "not_with"),
    ("add_on_to", "not_with_unless_separate"),
    ("not_with", "not_with_unless_separate"),
)


def check_facts(file: ProcedureFile, today: datetime.date) -> Iterator[RuleFinding]:
    """Check what only the original states."""
    yield from _clauses(file)
    yield from _own_code(file)
    yield from _opposites(file)
    yield from check_review(file, file.procedure.review, today)
    yield from _sources(file, today)


def _clauses(file: ProcedureFile) -> Iterator[RuleFinding]:
    for name in CLAUSES_BY_CODE.get(file.code, ()):
        if name not in file.procedure.clauses:
            yield breach(rules.MISSING_CLAUSE, file, key("clauses"), f"lacks `{name}`, which {file.code} calls for")


def _own_code(file: ProcedureFile) -> Iterator[RuleFinding]:
    places = [("related", file.procedure.related)]
    places += [(f"billing.{name}", getattr(file.procedure.billing, name)) for name in _REFERENCES]
    for place, codes in places:
        if file.code in codes:
            spot = value(*place.split("."), codes.index(file.code))
            yield breach(rules.BILLING_CONTRADICTION, file, spot, "names its own code")


def _opposites(file: ProcedureFile) -> Iterator[RuleFinding]:
    billing = file.procedure.billing
    for name, other in _OPPOSITES:
        for index, code in enumerate(getattr(billing, other)):
            if code in getattr(billing, name):
                message = f"has {code}, which stands under `{name}` too"
                yield breach(rules.BILLING_CONTRADICTION, file, value("billing", other, index), message)


def check_review(file: Subject, review: Review, today: datetime.date) -> Iterator[RuleFinding]:
    """Check the review dates of an original or a translation."""
    if review.next < today:
        message = f"was due on {review.next.isoformat()}"
        yield breach(rules.REVIEW_OVERDUE, file, value("review", "next"), message)
    elif review.next <= today + SOON:
        message = f"is due on {review.next.isoformat()}"
        yield breach(rules.REVIEW_SOON, file, value("review", "next"), message)
    if review.last is None:
        yield breach(rules.REVIEW_MISSING, file, key("review"), "names no reviewer")
    if review.next - (review.last or review.issued) > LONGEST_INTERVAL:
        yield breach(rules.REVIEW_INTERVAL, file, value("review", "next"), "is more than two years after the last look")
    for name, day in (("issued", review.issued), ("last", review.last)):
        if day and day > today + _ONE_DAY:
            yield breach(rules.DATE_AHEAD, file, value("review", name), f"is {day.isoformat()}, a day to come")


def _sources(file: ProcedureFile, today: datetime.date) -> Iterator[RuleFinding]:
    for index, source in enumerate(file.procedure.sources):
        if source.year and source.year > today.year:
            yield breach(rules.DATE_AHEAD, file, value("sources", index, "year"), f"is {source.year}, a year to come")
