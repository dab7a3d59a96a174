"""What a file is: current, superseded, altered, or none of ours."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from consentkit.approval.identify import DocumentVerdict, compare_with_today, identify
from consentkit.cache.store import open_store
from consentkit.documents.document import Document
from consentkit.documents.opening import open_workspace
from consentkit.library.approvals import Approval, Approvals, Identity
from consentkit.pdf.file.seal import seal
from kit.small import make_clinic

NONE = Approvals()
SMALL = Identity("SMALL-1", "en", "consent")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return open_workspace(make_clinic(tmp_path_factory.mktemp("clinic")), open_store()).render("SMALL-1")


def approval(edition: int, content: str, code: str = "SMALL-1") -> Approval:
    day = datetime.date(2026, 1, 2)
    return Approval(code=code, language="en", variant="consent", edition=edition, content=content, by="Ann", on=day)


def test_a_document_says_which_one_it_is(document: Document) -> None:
    said = identify(document.pdf)
    assert len(said.particulars) == 64
    assert replace(said, particulars="") == DocumentVerdict("current", SMALL, "2026-01-15", document.content_hash)


def test_a_file_with_todays_content_is_current(document: Document) -> None:
    verdict = compare_with_today(identify(document.pdf), document.content_hash, NONE)
    assert (verdict.state, verdict.current_hash, verdict.approved_edition) == ("current", document.content_hash, None)


def test_a_file_whose_content_has_changed_since_is_superseded(document: Document) -> None:
    verdict = compare_with_today(identify(document.pdf), "0" * 64, NONE)
    assert (verdict.state, verdict.content_hash, verdict.current_hash) == (
        "superseded",
        document.content_hash,
        "0" * 64,
    )


def test_a_file_of_a_document_that_is_gone_is_unknown_but_still_named(document: Document) -> None:
    verdict = compare_with_today(identify(document.pdf), None, NONE)
    assert (verdict.state, verdict.identity, verdict.current_hash) == ("unknown", SMALL, "")


@pytest.mark.parametrize("today", [None, "same", "0" * 64], ids=["gone", "same", "changed"])
def test_an_altered_file_is_altered_whatever_todays_content_is(today: str | None, document: Document) -> None:
    place = document.pdf.index(b"stream") + 20
    altered = document.pdf[:place] + bytes([document.pdf[place] ^ 1]) + document.pdf[place + 1 :]
    current = document.content_hash if today == "same" else today
    assert compare_with_today(identify(altered), current, NONE).state == "altered"


def test_a_file_that_claims_another_document_is_altered(document: Document) -> None:
    forged = document.pdf.replace(b"<consentkit:code>SMALL-1<", b"<consentkit:code>SMALL-2<")
    assert forged != document.pdf
    said = identify(forged)
    assert (said.state, said.identity) == ("altered", replace(SMALL, code="SMALL-2"))


@pytest.mark.parametrize("data", [b"", b"no pdf", b"%PDF-1.7 somebody's thesis", b"%PDF-1.7\n" + b"\0" * 5000])
def test_a_foreign_file_is_unknown(data: bytes) -> None:
    assert compare_with_today(identify(data), None, NONE) == DocumentVerdict("unknown")


def test_a_file_that_does_not_say_everything_is_unknown(document: Document) -> None:
    for name in (b"code", b"language", b"variant", b"contentHash"):
        pdf = document.pdf.replace(b"<consentkit:" + name + b">", b"<consentkit:" + b"x" * len(name) + b">")
        assert pdf != document.pdf
        assert identify(seal(pdf)).state == "unknown", name


def test_the_edition_is_that_under_which_this_content_was_approved_last(document: Document) -> None:
    own, other = document.content_hash, "0" * 64
    record = Approvals(approvals=(approval(1, own), approval(2, other), approval(7, own, "SMALL-2")))
    assert compare_with_today(identify(document.pdf), other, record).approved_edition == 1
    again = Approvals(approvals=(*record.approvals, approval(3, own)))
    assert compare_with_today(identify(document.pdf), own, again).approved_edition == 3
    assert (
        compare_with_today(identify(document.pdf), own, Approvals(approvals=(approval(2, other),))).approved_edition
        is None
    )


def test_no_flipped_byte_of_what_a_file_says_about_itself_leaves_it_current(document: Document, tmp_path: Path) -> None:
    start, end = document.pdf.index(b"<consentkit:code>"), document.pdf.index(b"</consentkit:contentHash>")
    for place in range(start, end, 3):
        changed = document.pdf[:place] + bytes([document.pdf[place] ^ 2]) + document.pdf[place + 1 :]
        assert identify(changed).state in ("altered", "unknown")


def test_a_flipped_byte_in_the_mark_by_which_a_file_is_known_as_ours_is_found_too(document: Document) -> None:
    place = document.pdf.index(b"xmlns:consentkit=") + 20
    flipped = document.pdf[:place] + bytes([document.pdf[place] ^ 1]) + document.pdf[place + 1 :]
    verdict = identify(flipped)
    assert (verdict.state, verdict.identity) == ("altered", None)
