"""What was seen on a page of a scan in this run of the tests comes back, and for no page that could differ from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consentkit.pdf import part
from consentkit.scans import ink
from consentkit.scans.codes import PageCode
from consentkit.scans.findings import KnownPage, PageFinding
from consentkit.scans.page import ScanPage
from consentkit.scans.record import PacketRecord, RecordedPage, RecordedPaper, RecordedPlace
from consentkit.scans.references import References
from kit.looked_at_once import AROUND, keeping
from kit.running import PROJECT

PACKET = "ABCDEFGHIJ"
PLACE = RecordedPlace(name="name", role="patient", kind="text", corners=(10, 10, 50, 20), printed=False, expected=True)
PAGE = RecordedPage(number=2, page_of_part=0, width=612, height=792, places=(PLACE,))
PAPER = RecordedPaper(
    kind="paper", code="x", language="en", edition=None, content_hash="0", first=2, last=2, part="d", pages=(PAGE,)
)
RECORD = PacketRecord(packet=PACKET, version="1", paper_size="letter", languages=("en",), papers=(PAPER,))
CODE = PageCode(PACKET, 2, None, ((0, 0), (9, 0), (9, 9), (0, 9)))
SCAN = ScanPage("stack.pdf", 0, "gray", 200, np.full((40, 30), 255, np.uint8), 200)
KNOWN = KnownPage(RECORD, PAPER, PAGE, b"%PDF")
Look = Callable[..., PageFinding]


@pytest.fixture
def seen() -> list[str]:
    """The pages that were looked at, each by its file."""
    return []


@pytest.fixture
def warnings() -> list[str]:
    """What else is said of a page."""
    return []


@pytest.fixture
def look(seen: list[str], warnings: list[str], tmp_path: Path) -> Look:
    """Look at the page, with some changes."""

    def noting(finding: PageFinding, page: ScanPage, *_: Any) -> PageFinding:
        seen.append(page.name)
        return replace(finding, outcome="read", warnings=tuple(warnings))

    kept = keeping(noting, tmp_path)

    def look_at(
        page: ScanPage = SCAN, code: PageCode = CODE, known: KnownPage = KNOWN, references: References | None = None
    ) -> PageFinding:
        finding = PageFinding(page.name, page.index, page.kind, page.dpi, page.is_fax, "no code", (code,))
        return kept(finding, page, code, known, references)

    return look_at


def test_what_was_seen_comes_back_for_the_page_wherever_it_lies(look: Look, seen: list[str]) -> None:
    first, again = look(), look(replace(SCAN, name="other.pdf", index=3))
    assert (first.outcome, again.outcome, again.name, again.index) == ("read", "read", "other.pdf", 3)
    assert seen == ["stack.pdf"]


@pytest.mark.parametrize(
    "change",
    [
        {"page": replace(SCAN, gray=np.where(np.eye(40, 30) > 0, 254, SCAN.gray).astype(np.uint8))},
        {"page": replace(SCAN, gray=SCAN.gray.reshape(30, 40))},
        {"page": replace(SCAN, kind="one-bit")},
        {"page": replace(SCAN, pixels_per_inch=300)},
        {"code": replace(CODE, corners=((0, 0), (8, 0), (9, 9), (0, 9)))},
        {"known": replace(KNOWN, part=b"%PDF-")},
        {"known": replace(KNOWN, page=PAGE.model_copy(update={"places": ()}))},
    ],
)
def test_a_page_that_differs_in_anything_is_looked_at(change: dict[str, Any], look: Look, seen: list[str]) -> None:
    look()
    look(**change)
    assert len(seen) == 2


@pytest.mark.parametrize(("module", "name"), [(ink, "measured"), (part, "Part")])
def test_a_planted_fault_is_never_hidden(
    module: Any, name: str, look: Look, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    look()
    monkeypatch.setattr(module, name, print)
    look()
    assert len(seen) == 2


class OtherPictures(References):
    """Pictures that are not those of the parts."""


def test_what_is_compared_with_other_pictures_is_looked_at(look: Look, seen: list[str]) -> None:
    look()
    look(references=References())
    assert len(seen) == 1
    look(references=OtherPictures())
    assert len(seen) == 2


@pytest.mark.parametrize("test", AROUND)
def test_what_is_about_the_look_itself_goes_around_it(
    test: str, look: Look, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (PROJECT / test).is_dir()
    look()
    monkeypatch.setenv("PYTEST_CURRENT_TEST", f"{test} (call)")
    look()
    assert len(seen) == 2


def test_where_more_is_said_than_is_kept_a_page_is_looked_at(look: Look, seen: list[str], warnings: list[str]) -> None:
    warnings.append("it is very faint")
    assert look().warnings == look().warnings == ("it is very faint",)
    assert len(seen) == 2
