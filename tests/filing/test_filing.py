"""`consentkit file`: scans of signed paper become a file for each packet, and what is missing is said."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import page as validator
import pikepdf
import pytest
from PIL import Image, ImageDraw

from consentkit.errors import InvalidInput, RenderingFailed
from consentkit.operations.filing import reading
from consentkit.operations.filing.run import file_scans
from consentkit.operations.opening import open_clinic
from consentkit.records.folder import RecordFolder
from kit.filed import DPI, Papers, as_pdf, scribble
from kit.pictures import photograph
from kit.running import PROJECT, Outcome
from kit.small import NO_PAPERS_DUE, make_clinic
from kit.validation import faults

Call = Callable[..., Outcome]
pytestmark = pytest.mark.xdist_group("filing")  # its papers are made once
SCHEMA = PROJECT / "docs" / "filing-report.schema.json"
BLANK = Image.new("L", (1700, 2200), 250)


def report(outcome: Outcome) -> dict[str, Any]:
    """The report, which is as its schema says."""
    data: dict[str, Any] = json.loads(outcome.stdout)
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return data


def pictures_in(pdf: bytes) -> list[bytes]:
    """The pictures of the pages of a file, as they are in it."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [picture.read_raw_bytes() for page in opened.pages for picture in page.Resources.XObject.values()]


def code_of(picture: Image.Image) -> str:
    import zxingcpp

    (code,) = zxingcpp.read_barcodes(picture)
    assert abs(code.orientation) < 45  # the page is upright
    return code.text


def test_a_mixed_stack_becomes_a_file_for_each_packet_in_order_and_upright(file: Call, papers: Papers) -> None:
    first, second = papers.first, papers.second
    stack = [
        second.page(3),
        first.page(3, turn=180),
        BLANK,
        first.page(2),
        first.pictures[0],
        second.page(2, without=["patient_signed_on"], turn=90),
    ]
    done = file(stack, "--json")
    assert done.code == 7, done.stderr
    result = report(done)
    one, two = (
        next(packet for packet in result["packets"] if packet["visit"] == paper.record.visit)
        for paper in (first, second)
    )
    assert one["state"] == "complete" and [page["page"] for page in one["pages"]] == [2, 3]
    assert [page["page_of_file"] for page in one["pages"]] == [4, 2]
    assert two["state"] == "incomplete"
    assert two["no_ink_seen"] == [{"page": 2, "name": "patient_signed_on", "words": "date of the patient", "why": None}]
    assert result["blank"] == 1 and [page["page"] for page in result["unfiled"]] == [5]
    assert "no proof of who signed" in result["note"]

    names = {f"2026-11-23-{paper.record.visit}-{paper.record.packet}.pdf" for paper in (first, second)}
    assert {path.name for path in Path("filed").iterdir()} == {*names, "unfiled.pdf"}
    scanned = pictures_in(Path("stack.pdf").read_bytes())
    for entry, paper in ((one, first), (two, second)):
        pdf = Path(entry["file"]).read_bytes()
        assert stat.S_IMODE(Path(entry["file"]).stat().st_mode) == 0o600
        assert pictures_in(pdf) == [scanned[page["page_of_file"] - 1] for page in entry["pages"]]
        texts = [code_of(picture) for picture in photograph(pdf, dots_per_inch=150)]
        assert texts == [f"CK2/{paper.record.packet}/{page['page']}" for page in entry["pages"]]
        assert faults(pdf, validator.ValidationProfile.PDF_A_2B) == []
    assert pictures_in(Path("filed/unfiled.pdf").read_bytes()) == [scanned[4]]


def test_a_packet_to_which_nothing_is_missing_ends_with_0_and_says_what_ink_is_worth(
    file: Call, papers: Papers
) -> None:
    done = file(papers.first.pages())
    assert done.code == 0, done.stdout
    assert "complete: ink in all 5 places" in done.stdout.decode()
    assert "Ink is no proof of who signed" in done.stderr
    assert list(Path("filed").iterdir()) == [Path(done.lines[0])]


def test_a_place_that_cannot_be_judged_goes_to_a_person_with_its_picture(file: Call, papers: Papers) -> None:
    page = papers.first.page(2, without=["patient_signed_on"])
    _, place = papers.first.place("patient_signed_on")
    left, bottom, *_ = (edge * DPI / 72 for edge in place.corners)
    x, y = left + 30, page.height - bottom - 20
    ImageDraw.Draw(page).line([(x, y), (x + 12, y - 6)], fill=60, width=4)
    done = file([page, papers.first.page(3)])
    assert done.code == 7
    assert "to be looked at" in done.stdout.decode() and "unsure: date of the patient, page 2" in done.stdout.decode()
    sheet = Path("filed/look-at.html")
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    text = sheet.read_text(encoding="utf-8")
    assert "Page 2: date of the patient" in text and text.count("data:image/png;base64,") == 1
    assert "Ink is no proof" in text


def test_missing_and_double_pages_are_said(file: Call, papers: Papers) -> None:
    done = file([papers.first.page(2), papers.first.page(2, without=["patient_signature"])], "--json")
    assert done.code == 7
    (packet,) = report(done)["packets"]
    assert packet["missing"] == [3] and packet["twice"] == [2]
    assert packet["no_ink_seen"] == []  # one of the copies is signed
    assert len(pictures_in(Path(packet["file"]).read_bytes())) == 2


def test_pages_of_another_print_and_of_another_layout_are_said(file: Call, papers: Papers) -> None:
    counted = papers.again.page(3)
    other = replace(papers.again, record=papers.again.record)
    done = file([papers.first.page(2), counted, papers.duplex.page(papers.duplex.filed[0])])
    lines = done.stdout.decode()
    assert done.code == 7
    assert f"pages of packet {papers.duplex.record.packet} came, too" in lines
    assert f"pages of packet {papers.first.record.packet} came, too" in lines
    twice = file([papers.again.page(2), _of_print(papers, 3, 1)], "--json", "--force")
    (packet,) = report(twice)["packets"]
    assert [page["print"] for page in packet["pages"]] == [2, 1] and packet["prints"] == [1, 2]
    assert packet["state"] == "unsure" and other.record.packet == papers.first.record.packet


def _of_print(papers: Papers, number: int, counted: int) -> Image.Image:
    """A page with the code of another print of its packet."""
    import segno

    page = papers.again.page(number)
    out = io.BytesIO()
    text = f"CK2/{papers.first.record.packet}/{number}/{counted}"
    segno.make_qr(text, error="m", boost_error=False).save(out, kind="png", scale=4, border=4)
    with Image.open(out) as code:
        side = round(10.6 / 25.4 * DPI * (code.width / (code.width - 32)))
        edge = round((8 / 25.4) * DPI - side * 16 / code.width)
        page.paste(code.convert("L").resize((side, side)), (page.width - edge - side, page.height - edge - side))
    return page


def test_a_page_with_the_codes_of_two_packets_belongs_to_neither(file: Call, papers: Papers) -> None:
    both, other = papers.first.page(2), papers.second.page(2)
    both.paste(other.crop((other.width - 170, other.height - 170, other.width, other.height)), (60, 60))
    done = file([both, papers.first.page(3)])
    assert done.code == 7
    assert "page 1 of stack.pdf shows the codes of several pages; scan the sheets one by one" in done.stdout.decode()
    assert "page 2 is missing" in done.stdout.decode()
    assert papers.second.record.packet not in done.stdout.decode()


def test_a_page_whose_code_is_torn_away_is_offered_and_never_assumed(file: Call, papers: Papers) -> None:
    torn = papers.first.page(3)
    torn.paste(255, (torn.width - 170, torn.height - 170, torn.width, torn.height))
    done = file([papers.first.page(2), torn])
    lines = done.stdout.decode()
    assert done.code == 7 and "page 3 is missing" in lines
    assert f"it may be page 3 of packet {papers.first.record.packet}, visit V-1: compare them" in lines
    assert len(pictures_in(Path("filed/unfiled.pdf").read_bytes())) == 1


def test_without_a_record_pages_are_sorted_by_their_codes_and_nothing_is_checked(
    call: Call, papers: Papers, tmp_path: Path
) -> None:
    clinic = make_clinic(tmp_path / "other")
    (tmp_path / "stack.pdf").write_bytes(as_pdf([papers.first.page(3), papers.first.page(2)]))
    done = call("file", tmp_path / "stack.pdf", "-o", "filed", "--clinic", clinic)
    assert done.code == 7
    assert "2 pages, places not checked" in done.stdout.decode() and "keep_years" in done.stderr
    assert [path.name for path in Path("filed").iterdir()] == [f"{papers.first.record.packet}.pdf"]


def test_without_opencv_pages_are_sorted_and_the_report_says_why_nothing_is_checked(
    file: Call, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    done = file(papers.first.pages())
    assert done.code == 7
    assert "2 of 2 pages, places not checked" in done.stdout.decode() and "consentkit[file]" in done.stderr


def test_without_the_extra_the_desk_begins_and_filing_says_what_to_install() -> None:
    code = """
import sys
sys.modules.update(dict.fromkeys(("numpy", "cv2"), None))
import consentkit.web.app
from consentkit.errors import WrongUse
from consentkit.operations.filing.run import require_code_reader
try:
    require_code_reader()
except WrongUse as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'consentkit[file]'" in done.stdout, done.stderr


def test_without_the_library_for_codes_nothing_is_begun(
    file: Call, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    done = file(papers.first.pages())
    assert done.code == 2 and "pip install 'consentkit[file]'" in done.stderr
    assert not Path("filed").exists()


def test_a_filed_scan_is_never_replaced_without_permission(file: Call, papers: Papers) -> None:
    assert file(papers.first.pages()).code == 0
    (kept,) = Path("filed").iterdir()
    before = kept.read_bytes()
    done = file([papers.second.page(2), papers.first.page(2)])
    assert done.code == 5 and "--force" in done.stderr
    assert list(Path("filed").iterdir()) == [kept] and kept.read_bytes() == before
    assert file([papers.first.page(2)], "--force").code == 7
    assert kept.read_bytes() != before


def test_pictures_are_filed_as_they_are(file: Call, papers: Papers, tmp_path: Path) -> None:
    first, second = papers.first.pages()
    first.save(tmp_path / "one.jpg", dpi=(DPI, DPI), quality=80)
    bits = second.point(lambda shade: 255 * (shade > 150)).convert("1")
    bits.save(tmp_path / "two.tif", dpi=(DPI, DPI), compression="group4")
    done = file([tmp_path / "one.jpg", tmp_path / "two.tif"], "--json")
    result = report(done)
    (packet,) = result["packets"]
    assert [page["outcome"] for page in packet["pages"]] == ["read", "read"]
    assert any("black and white" in warning for warning in result["warnings"])
    pdf = Path(packet["file"]).read_bytes()
    assert pictures_in(pdf)[0] == (tmp_path / "one.jpg").read_bytes()
    assert faults(pdf, validator.ValidationProfile.PDF_A_2B) == []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pixels = next(iter(opened.pages[1].Resources.XObject.values())).read_bytes()
        assert [round(float(edge)) for edge in opened.pages[1].MediaBox] == [0, 0, 612, 792]
    assert pixels == bits.tobytes()


def test_the_schema_of_the_report_takes_no_other_keys_or_verdicts(file: Call, papers: Papers) -> None:
    result = report(file([papers.first.page(2, without=["patient_signed_on"])], "--json"))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    (packet,) = result["packets"]
    places = packet["pages"][0]["places"]
    assert {place["verdict"] for place in places} == {"ink found", "no ink seen"}
    assert all(place["verdict"] != "printed" for place in places)
    wrong = [{**result, "patient": "A"}, {**result, "blank": -1}, {key: result[key] for key in result if key != "note"}]
    places[0]["verdict"] = "signed"
    for changed in (*wrong, result):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(changed, schema)


def test_a_file_that_is_no_scan_is_named_and_the_others_are_filed(file: Call, papers: Papers, tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7\nno file at all")
    (tmp_path / "good.pdf").write_bytes(as_pdf(papers.first.pages()))
    done = file([tmp_path / "letter.pdf", tmp_path / "good.pdf"])
    assert done.code == 7
    assert "letter.pdf was not read: the file is damaged" in done.stdout.decode()
    assert "complete: ink in all" in done.stdout.decode()


def test_a_page_that_brings_its_reader_down_takes_no_other_one_along(
    papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_in_a_child = reading._in_a_child

    def falling(file: Any, requested: Any, records: Any) -> Any:
        if 0 in requested or 16 in requested:
            raise RenderingFailed("the page engine crashed")
        return read_in_a_child(file, requested, records)

    monkeypatch.setattr(reading, "_in_a_child", falling)
    stack = tmp_path / "stack.pdf"
    stack.write_bytes(as_pdf([Image.new("L", (850, 1100), 250)] * 18))
    results = list(reading.read_pages(reading.ScanFile.opened(stack), None, lambda count: None))
    unread = [result.index for result in results if isinstance(result, reading.UnreadPage)]
    assert len(results) == 18 and unread == [0, 16]


def test_a_stack_that_was_fed_the_wrong_way_up_is_not_complete(file: Call) -> None:
    done = file([BLANK, BLANK])
    assert done.code == 7 and "2 blank pages dropped" in done.stderr


def test_a_scan_is_not_replaced_by_a_file_of_its_own_pages_even_with_permission(file: Call, papers: Papers) -> None:
    assert file(papers.first.pages()).code == 0
    (kept,) = Path("filed").iterdir()
    before = kept.read_bytes()
    done = file([kept], "--force")
    assert done.code == 5 and "is one of the scans" in done.stderr
    assert kept.read_bytes() == before


def test_a_file_named_twice_or_missing_is_refused(file: Call, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    assert file([tmp_path / "a.pdf", tmp_path / "sub/../a.pdf"]).code in (2, 5)
    twice = file([tmp_path / "a.pdf", tmp_path / "a.pdf"])
    assert twice.code == 2 and "twice" in twice.stderr
    assert file([tmp_path / "none.pdf"]).code == 5
    assert not Path("filed").exists()


def test_a_scan_that_changes_meanwhile_stops_the_run_and_nothing_stays(papers: Papers, tmp_path: Path) -> None:
    stack = tmp_path / "stack.pdf"
    stack.write_bytes(as_pdf(papers.first.pages()))

    def changed(done: int, total: int) -> None:
        if done == total == 2:
            stack.write_bytes(as_pdf(papers.second.pages()))

    workspace = open_clinic(papers.clinic).for_one_run()
    with pytest.raises(InvalidInput, match="has changed since its pages were looked at"):
        file_scans(workspace, [stack], tmp_path / "filed", force=False, progress=changed)
    assert not (tmp_path / "filed").exists()


def test_a_page_filled_in_on_a_screen_is_drawn_anew_and_still_archivable(file: Call, papers: Papers) -> None:
    page = papers.first.page(2)
    scribble(page, papers.first.place("patient_signed_at")[1])
    with pikepdf.open(io.BytesIO(as_pdf([page, papers.first.page(3)]))) as pdf:
        pdf.pages[0].contents_add(b"q 0 0 1 rg 300 760 20 5 re f Q")
        pdf.save("marked.pdf")
    done = file([Path("marked.pdf")], "--json")
    assert done.code == 0, done.stderr
    assert "page 1 of marked.pdf has more on it than a picture" in done.stderr
    (packet,) = report(done)["packets"]
    pdf_of_packet = Path(packet["file"]).read_bytes()
    assert faults(pdf_of_packet, validator.ValidationProfile.PDF_A_2B) == []
    with Image.open(io.BytesIO(pictures_in(pdf_of_packet)[0])) as drawn:
        scale = drawn.width / 612
        red, green, blue = drawn.getpixel((round(310 * scale), round((792 - 762) * scale)))  # type: ignore[misc]
    assert blue > 200 and red < 60 and green < 60


def test_where_a_packet_was_made_twice_a_place_is_sure_only_if_both_records_say_the_same(
    call: Call, papers: Papers, tmp_path: Path
) -> None:
    record, (number, place) = papers.first.record, papers.first.place("patient_signed_on")
    clinic = make_clinic(tmp_path / "other", f"name: Alder\n{NO_PAPERS_DUE}records:\n  keep_years: 6\n")
    records = RecordFolder(clinic / "records")
    (paper,) = record.papers
    part = RecordFolder(papers.clinic / "records").part(paper.part) or b""
    records.keep(record, {paper.part: part})
    # What was printed there later is no ink, and only the second record knows.
    left, bottom, _, top = place.corners
    steps = [(left + 8 * step, (bottom + 4, top - 3)[step % 2]) for step in range(10)]
    with pikepdf.open(io.BytesIO(part)) as pdf:
        path = " ".join(f"{x:.2f} {y:.2f} {'l' if step else 'm'}" for step, (x, y) in enumerate(steps))
        page = pdf.pages[number - paper.first]
        page.contents_add(b"q", prepend=True)  # whatever it does to the matrix ends before the lines
        page.contents_add(f"Q q 1.4 w 0 G {path} S Q".encode())
        out = io.BytesIO()
        pdf.save(out)
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    later = record.model_copy(update={"papers": (paper.model_copy(update={"part": digest}),)})
    records.keep(later, {digest: out.getvalue()})

    picture = papers.first.page(number, without=["patient_signed_on"])
    scale = DPI / 72
    points = [(x * scale, picture.height - y * scale) for x, y in steps]
    ImageDraw.Draw(picture).line(points, fill=0, width=4, joint="curve")
    (tmp_path / "stack.pdf").write_bytes(as_pdf([picture, papers.first.page(3)]))
    done = call("file", tmp_path / "stack.pdf", "-o", "filed", "--clinic", clinic)
    assert "unsure: date of the patient, page 2 (the packet was made more than once" in done.stdout.decode()
    assert done.code == 7
