"""Dates of writing and review at their edges."""

from __future__ import annotations

import datetime

import pytest

from consentkit import checks
from kit.planting import changed, found_in, ids, read_shipped


@pytest.mark.parametrize(
    ("date", "rules"),
    [
        ("2026-11-20", {"review-overdue"}),
        ("2026-11-21", {"review-soon"}),
        ("2026-12-21", {"review-soon"}),
        ("2026-12-22", set()),
        ("2028-02-02", set()),
        ("2028-02-03", {"review-interval"}),
    ],
)
def test_the_next_review_is_judged_by_the_day(date: str, rules: set[str]) -> None:
    assert ids(found_in(changed("  next: 2027-02-01", f"  next: {date}"))) == rules


def test_a_text_that_was_written_tomorrow_may_come_from_another_time_zone() -> None:
    file = read_shipped("90837")
    yesterday = file.procedure.review.issued - datetime.timedelta(days=1)
    assert "date-ahead" not in {finding.rule.id for finding in checks.check_procedure(file, yesterday)}
