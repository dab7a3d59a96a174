"""What the front desk is told about a procedure."""

from __future__ import annotations

import datetime

from consentkit.documents.document import Document
from consentkit.documents.notices import standing_notices
from consentkit.documents.page import Content
from consentkit.library.languages import load_language
from consentkit.model.clinic import Clinic
from consentkit.model.identity import Layout
from consentkit.model.procedure import Procedure
from consentkit.pdf.part import Part
from consentkit.resources import shipped
from kit.small import small_procedure

TODAY = datetime.date(2026, 11, 21)


def notices(content: Content, today: datetime.date) -> list[str]:
    procedure = content.procedure
    document = Document(
        code=procedure.code,
        title=content.title,
        language=content.pack.language,
        variant=content.variant,
        layout=Layout(),
        content_hash="",
        approval_entry=None,
        is_approved=False,
        mark="",
        review_note="",
        own_review_note="",
        unreviewed="",
        clauses={},
        warnings=tuple(standing_notices(content)),
        page_notices=(),
        review_due=procedure.review.next,
        part=Part(b"", 1),
    )
    return list(document.notices(today))


def content(procedure: Procedure, *, stale: bool = False) -> Content:
    pack = load_language((shipped("templates"),), "en")
    return Content(procedure, Clinic(), pack, translated=stale, stale=stale)


def test_a_translation_that_no_longer_fits_is_told() -> None:
    expected = "SMALL-1 has changed since it was translated; the translation counts as not approved"
    assert list(notices(content(small_procedure(), stale=True), TODAY)) == [expected]


def test_a_procedure_in_use_and_in_time_needs_no_notice() -> None:
    assert list(notices(content(small_procedure()), TODAY)) == []


def test_a_retired_code_is_told_with_its_replacements() -> None:
    billing = {"role": "retired", "retired_in": "2013", "replaced_by": ["90834", "90837"]}
    procedure = small_procedure(billing=billing)
    assert list(notices(content(procedure), TODAY)) == ["SMALL-1 was retired in 2013; use 90834 or 90837 instead"]


def test_a_review_is_overdue_from_the_day_after_it_was_due() -> None:
    procedure = small_procedure(review={"issued": "2025-11-20", "next": "2026-11-20"})
    assert list(notices(content(procedure), datetime.date(2026, 11, 20))) == []
    assert list(notices(content(procedure), TODAY)) == ["SMALL-1 was due for review on 2026-11-20"]


def test_a_retired_code_that_is_overdue_is_told_as_both() -> None:
    procedure = small_procedure(
        billing={"role": "retired", "retired_in": "2013", "replaced_by": ["90834"]},
        review={"issued": "2012-01-01", "next": "2013-01-01"},
    )
    assert len(list(notices(content(procedure), TODAY))) == 2
