"""What `consentkit file` writes: a page that can't be copied costs itself alone, and files change together or not."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw

from consentkit.errors import InvalidInput, RenderingFailed
from consentkit.operations.desk.scans import DeskScans
from consentkit.operations.filing import copies, reading
from consentkit.operations.opening import open_clinic
from consentkit.output.new_files import replaced_together
from consentkit.scans.copying import CopiedPage, RequestedPage, copied_pages
from kit.filed import DPI, Papers, as_pdf
from kit.running import Outcome

Call = Callable[..., Outcome]
pytestmark = pytest.mark.xdist_group("filing")  # its papers are made once


def pages_of(pdf: Path) -> int:
    with pikepdf.open(io.BytesIO(pdf.read_bytes())) as opened:
        return len(opened.pages)


@pytest.fixture(params=["refuses", "crashes"])
def second_page_resists(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second page of each file can't be copied; or whoever copies it is ended."""

    def copied(data: bytes, requested: Sequence[RequestedPage]) -> list[CopiedPage]:
        if any(page.index == 1 for page in requested):
            if request.param == "crashes":
                os._exit(9)
            raise ValueError("a scan can't be read again")
        return copied_pages(data, requested)

    monkeypatch.setattr(copies, "copied_pages", copied)


@pytest.mark.usefixtures("second_page_resists")
def test_a_page_that_cannot_be_copied_costs_itself_alone_and_is_missing_from_its_packet(
    file: Call, papers: Papers
) -> None:
    first, second = papers.first, papers.second
    done = file([first.page(2), first.page(3), second.page(2), second.page(3)], "--json")
    assert done.code == 7, done.stderr
    result = json.loads(done.stdout)
    one, two = result["packets"]
    assert [page["page"] for page in one["pages"]] == [2] and one["missing"] == [3]
    assert two["state"] == "complete"
    assert [pages_of(Path(packet["file"])) for packet in (one, two)] == [1, 2]
    (unread,) = result["unread"]
    assert unread["page"] == 2 and "can't be copied" in unread["why"] and "scan that sheet again" in unread["why"]


@pytest.mark.usefixtures("second_page_resists")
def test_a_sheet_that_only_a_lost_page_calls_for_is_not_replaced_either(file: Call, papers: Papers) -> None:
    sheet = Path("filed/look-at.html")
    sheet.parent.mkdir()
    sheet.write_text("of another run", encoding="utf-8")
    doubtful = papers.first.page(2, without=["patient_signed_on"])
    left, bottom, *_ = (edge * DPI / 72 for edge in papers.first.place("patient_signed_on")[1].corners)
    x, y = left + 30, doubtful.height - bottom - 20
    ImageDraw.Draw(doubtful).line([(x, y), (x + 12, y - 6)], fill=60, width=4)
    done = file([papers.first.page(3), papers.first.page(2), doubtful])
    assert done.code == 5 and "look-at.html: exists, and a scan can't be made again" in done.stderr, done.stderr
    assert list(sheet.parent.iterdir()) == [sheet]


@pytest.mark.usefixtures("second_page_resists")
def test_of_pages_none_of_which_can_be_copied_there_is_no_file(file: Call, papers: Papers) -> None:
    cover = papers.first.pictures[0]
    done = file([papers.first.page(2), papers.second.page(2), papers.first.page(3), cover])
    assert done.code == 7
    names = {path.name.rpartition("-")[2] for path in Path("filed").iterdir()}
    assert names == {f"{papers.first.record.packet}.pdf", "unfiled.pdf"}
    assert papers.second.record.packet not in done.stdout.decode()
    assert "page 2 of stack.pdf was not read" in done.stdout.decode()


@pytest.mark.usefixtures("second_page_resists")
def test_the_desk_gives_out_no_file_that_lacks_a_page(papers: Papers) -> None:
    scans = DeskScans(lambda: open_clinic(papers.clinic).for_one_run())
    scans.take(as_pdf(papers.first.pages()))
    with pytest.raises(InvalidInput, match=r"page 2 of scan-1.*can't be copied"):
        scans.file(scans.packet(papers.first.record.packet))


def test_a_file_that_one_program_does_not_open_is_drawn_by_the_other(
    file: Call, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise pikepdf.PdfError("unable to find trailer dictionary")

    monkeypatch.setattr(reading, "scan_pages", _before(refuses, monkeypatch))
    done = file(papers.first.pages())
    assert done.code == 0, done.stdout
    assert done.stderr.count("was drawn again") == 2


def _before(refuses: object, monkeypatch: pytest.MonkeyPatch) -> object:
    """What reads scans as before; only what copies them, in another process, is refused."""
    copy = copies.copied_pages

    def copied(data: bytes, requested: Sequence[RequestedPage]) -> list[CopiedPage]:
        monkeypatch.setattr(pikepdf, "open", refuses)
        return copy(data, requested)

    monkeypatch.setattr(copies, "copied_pages", copied)
    return reading.scan_pages


def test_with_permission_nothing_is_replaced_before_all_is_there(
    file: Call, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert file([*papers.first.pages(), *papers.second.pages()]).code == 0
    before = {path: path.read_bytes() for path in Path("filed").iterdir()}

    def ended(self: copies.PageCopier, title: str, pages: Sequence[reading.PlacedPage]) -> bytes | None:
        if pages[0].finding.packet == papers.second.record.packet:
            raise RenderingFailed("no memory is left")
        return whole(self, title, pages)

    whole = copies.PageCopier.file_of
    with monkeypatch.context() as planted:
        planted.setattr(copies.PageCopier, "file_of", ended)
        assert file([papers.first.page(2), papers.second.page(2)], "--force").code == 6
    assert {path: path.read_bytes() for path in Path("filed").iterdir()} == before
    assert file([papers.first.page(2), papers.second.page(2)], "--force").code == 7
    assert set(Path("filed").iterdir()) == set(before)
    assert not [path for path, data in before.items() if path.read_bytes() == data]


def test_what_a_run_that_was_killed_has_left_of_scans_is_removed_after_a_day(file: Call) -> None:
    left, recent, other = (Path("filed") / f".consentkit-{digit * 16}.{kind}" for digit, kind in LEFT)
    left.parent.mkdir()
    for path in (left, recent, other):
        path.write_bytes(b"a scan")
    for path in (left, other):
        os.utime(path, times=(0, 0))
    assert file([Image.new("L", (850, 1100), 250)]).code == 7
    assert set(left.parent.iterdir()) == {recent, other}


LEFT = (("a", "tmp"), ("b", "tmp"), ("c", "txt"))


def test_files_that_are_replaced_together_are_all_replaced_or_none(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt), replaced_together() as replaced:
        replaced.write(one, b"after")
        replaced.write(two, b"after")
        raise KeyboardInterrupt
    assert one.read_bytes() == b"before" and list(tmp_path.iterdir()) == [one]
    with replaced_together() as replaced:
        replaced.write(one, b"after")
        replaced.write(two, b"after")
        assert one.read_bytes() == b"before"
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"after"} and two.exists()
