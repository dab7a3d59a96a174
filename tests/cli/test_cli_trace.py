"""`consentkit trace`, `remake` and `review`: from paper to its text, and from a text to a copy for its reviewers."""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pikepdf
import pytest
import segno
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from consentkit.library.approvals import Approval, load_approvals
from consentkit.model.identity import printed_fingerprint
from consentkit.operations.picture_codes import codes_in
from consentkit.pdf.read.structure_text import readable_text
from kit.packets import codes, scans, write_visit
from kit.running import Outcome
from kit.small import CODE, NO_PAPERS_DUE, make_clinic, small_data, write_procedure

Call = Callable[..., Outcome]
BY = ("--by", "Ann Ray", "--yes")
JOURNAL = f"name: Alder Clinic\n{NO_PAPERS_DUE}journal:\n  keep_years: 6\n"


@pytest.fixture
def clinic(tmp_path: Path, call: Call, few_texts: None) -> Path:
    """A clinic with one service, which is approved."""
    folder = make_clinic(tmp_path / "clinic", JOURNAL)
    (folder / "services.yaml").write_text(f"services: [{CODE}]\n", encoding="utf-8")
    assert call("approve", CODE, *BY, "--clinic", folder).code == 0
    return folder


def approval_in(clinic: Path) -> Approval:
    entry = load_approvals(clinic).approvals[0]
    assert isinstance(entry, Approval)
    return entry


# --- trace ---


@pytest.mark.parametrize(
    "form",
    [str, str.upper, lambda text: text.replace(" ", ""), "Fingerprint {}".format, "Huella digital: {}".format],
    ids=["printed", "typed", "joined", "with its label", "with a label of two words"],
)
def test_a_fingerprint_leads_to_its_text_and_approval(form: Callable[[str], str], clinic: Path, call: Call) -> None:
    approval = approval_in(clinic)
    done = call("trace", form(printed_fingerprint(approval.content)), "--clinic", clinic)
    assert (done.code, done.lines) == (
        0,
        [
            "current: it is the text of today; address and telephone number are not compared",
            "document     SMALL-1 (en, consent)",
            f"fingerprint  {printed_fingerprint(approval.content)}",
            f"approval     approved as edition 1 by Ann Ray, {approval.on}, until 2099-01-15",
        ],
    )


def test_what_was_printed_as_a_draft_is_not_traced_as_approved_and_a_withdrawal_is_said_at_once(
    clinic: Path, tmp_path: Path, call: Call
) -> None:
    write_procedure(clinic / "procedures", equipment="Three chairs.")
    visit = write_visit(tmp_path / "visit.yaml", procedures=[CODE])
    assert call("packet", visit, "-o", "visit.pdf", "--allow-drafts", "--clinic", clinic).code == 0
    number = next(iter(codes((tmp_path / "visit.pdf").read_bytes()).values())).split("/")[1]
    (text,) = json.loads(call("trace", number, "--json", "--clinic", clinic).stdout)["texts"]
    write_procedure(clinic / "procedures", equipment="Four chairs.")
    lost = call("trace", text["content_hash"][:12], "--clinic", clinic)  # a text that nobody ever approved
    assert lost.code == 0, lost.stderr
    assert lost.lines[:2] == [
        "superseded: the text has changed since",
        "printed as   a draft: no approval held then",
    ]
    write_procedure(clinic / "procedures", equipment="Three chairs.")
    assert call("approve", CODE, *BY, "--clinic", clinic).code == 0
    done = call("trace", number, "--clinic", clinic)
    assert "printed as   a draft: no approval held then" in done.lines
    assert call("withdraw", CODE, "--by", "Ben Orr", "--reason", "Not ours", "--clinic", clinic).code == 0
    withdrawn = call("trace", number, "--clinic", clinic)
    assert any(
        line.startswith("current: ") and line.endswith("; the approval was withdrawn") for line in withdrawn.lines
    )


def test_a_text_that_comes_back_after_another_edition_is_not_taken_for_approved(
    clinic: Path, tmp_path: Path, call: Call
) -> None:
    assert call("render", CODE, "--clinic", clinic).code == 0
    write_procedure(clinic / "procedures", equipment="Three chairs.")
    assert call("approve", CODE, *BY, "--clinic", clinic).code == 0
    write_procedure(clinic / "procedures")
    ending = "; it was replaced by edition 2, so it is a draft today"
    for words in (("verify", f"{CODE}.pdf"), ("trace", approval_in(clinic).content[:12])):
        done = call(*words, "--clinic", clinic)
        assert done.code == 0, done.stderr
        assert done.lines[0].startswith("current: ")
        assert done.lines[0].endswith(ending)
        told = json.loads(call(*words, "--json", "--clinic", clinic).stdout)
        assert told.get("texts", [told])[0]["replaced_by"] == 2
    assert call("withdraw", CODE, "--by", "Ben Orr", "--reason", "Not ours", "--clinic", clinic).code == 0
    done = call("verify", f"{CODE}.pdf", "--clinic", clinic)
    assert done.lines[0].endswith("; the approval was withdrawn")
    assert done.lines[-1].startswith("withdrawal   edition 2 was withdrawn on ")


def test_a_text_of_the_library_is_traced_though_it_is_no_service(clinic: Path, call: Call) -> None:
    write_procedure(clinic / "procedures", code="SMALL-2", title="Another small procedure")
    done = call("render", "SMALL-2", "--json", "--clinic", clinic)
    fingerprint = json.loads(done.stdout)["documents"][0]["content_hash"][:12]
    traced = call("trace", fingerprint, "--clinic", clinic)
    assert traced.code == 0, traced.stderr
    assert traced.lines[0].startswith("current: ")
    assert traced.lines[1:] == [
        "document     SMALL-2 (en, consent)",
        f"fingerprint  {printed_fingerprint(fingerprint)}",
        "approval     never approved here",
    ]


def test_an_approval_that_has_run_out_is_said_to_have(clinic: Path, call: Call) -> None:
    assert call("render", CODE, "--clinic", clinic).code == 0
    record = clinic / "approvals.yaml"
    record.write_text(record.read_text(encoding="utf-8").replace("2099-01-15", "2026-01-15"), encoding="utf-8")
    for words in (("trace", approval_in(clinic).content[:12]), ("verify", f"{CODE}.pdf")):
        done = call(*words, "--clinic", clinic)
        assert done.lines[0].startswith("current: ")
        assert done.lines[0].endswith("; the approval has run out")
    assert json.loads(call("verify", f"{CODE}.pdf", "--json", "--clinic", clinic).stdout)["overdue"] is True
    (text,) = json.loads(call("trace", approval_in(clinic).content, "--json", "--clinic", clinic).stdout)["texts"]
    assert (text["state"], text["overdue"], text["was_draft"]) == ("current", True, False)


def test_of_an_old_text_it_says_what_has_changed_and_shows_it_as_it_was_approved(clinic: Path, call: Call) -> None:
    old = approval_in(clinic)
    write_procedure(clinic / "procedures", equipment="Three chairs.")
    assert call("approve", CODE, "--by", "Bo Nye", "--yes", "--clinic", clinic).code == 0
    done = call("trace", old.content[:12], "--text", "--clinic", clinic)
    assert done.code == 0
    assert done.lines[0] == "superseded: the text has changed since"
    assert "        was: [Two] chairs." in done.lines
    assert done.lines.index("Two chairs.") > done.lines.index("SMALL-1 (en, consent), as it was approved:")
    (text,) = json.loads(call("trace", old.content, "--json", "--clinic", clinic).stdout)["texts"]
    assert (text["state"], text["approval"]["by"], text["approval"]["edition"]) == ("superseded", "Ann Ray", 1)
    assert text["changes"] == [
        {"heading": text["changes"][0]["heading"], "before": "Two chairs.", "after": "Three chairs."}
    ]
    assert "Two chairs." in text["text"]


def photo_of(page: Image.Image) -> Image.Image:
    """A page on a desk as somebody takes a picture of it: upside down, aslant, dim, and not quite sharp."""
    brown = (120, 90, 60)
    desk = Image.new("RGB", (page.width * 7 // 5, page.height * 7 // 5), brown)
    desk.paste(page.convert("RGB"), (page.width // 5, page.height // 5))
    width, height = desk.size
    corners = (0, 0, width * 0.06, height, width * 0.97, height * 0.95, width, height * 0.03)
    seen = desk.transform(desk.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    turned = seen.rotate(173, expand=True, fillcolor=brown)
    return ImageEnhance.Contrast(turned).enhance(0.5).filter(ImageFilter.GaussianBlur(1.2))


def code_in(text: str, mode: str) -> Image.Image:
    """The code of a page, in two shades of grey as other kinds of pictures have them."""
    picture = io.BytesIO()
    segno.make(text).save(picture, kind="png", scale=8, border=4)
    grey = Image.open(picture).convert("L").point(lambda shade: 60 + shade * 140 // 255)
    if mode == "I;16":
        return Image.frombytes(mode, grey.size, bytes(shade for one in grey.tobytes() for shade in (one, one)))
    if mode == "RGBA":
        clear = Image.new(mode, grey.size)
        clear.paste((0, 0, 0, 255), mask=ImageChops.invert(grey))
        return clear
    return grey


@pytest.mark.parametrize("mode", ["L", "I;16", "RGBA"])
def test_a_code_is_read_from_a_picture_with_any_kind_of_pixels(mode: str, tmp_path: Path) -> None:
    code_in("CK2/ABCDEFGHIJ/3", mode).save(tmp_path / "page.png")
    assert codes_in(tmp_path / "page.png") == ["CK2/ABCDEFGHIJ/3"]


def test_pages_of_several_packets_in_a_picture_are_not_taken_for_one(clinic: Path, tmp_path: Path, call: Call) -> None:
    both = [code_in(f"CK2/{packet}/3", "L") for packet in ("ABCDEFGHIJ", "BBCDEFGHIJ")]
    picture = Image.new("L", (both[0].width * 2, both[0].height), 255)
    for number, one in enumerate(both):
        picture.paste(one, (number * one.width, 0))
    picture.save(tmp_path / "pages.png")
    done = call("trace", "pages.png", "--clinic", clinic)
    assert (done.code, done.stdout) == (2, b"")
    assert "shows pages of several packets: `ABCDEFGHIJ` and `BBCDEFGHIJ`; trace each by its number" in done.stderr


def test_a_packet_is_traced_by_its_number_its_code_and_a_picture_of_a_page(
    clinic: Path, tmp_path: Path, call: Call
) -> None:
    visit = write_visit(tmp_path / "visit.yaml", procedures=[CODE])
    assert call("packet", visit, "-o", "visit.pdf", "--clinic", clinic).code == 0
    pdf = (tmp_path / "visit.pdf").read_bytes()
    page, code = next(iter(codes(pdf).items()))
    number = code.split("/")[1]
    scan = scans(pdf)[page - 1]
    scan.save(tmp_path / "page.png")
    photo_of(scan).save(tmp_path / "photo.jpg", quality=60)
    for asked in (number, number.lower(), code, code.lower(), "page.png", "photo.jpg"):
        done = call("trace", asked, "--clinic", clinic)
        assert done.code == 0, done.stderr
        assert done.lines[0].startswith(f"packet {number}")
        assert (f", page {code.split('/')[2]}:" in done.lines[0]) is (asked not in (number, number.lower()))
        assert "visit V-1, made, by" in done.lines[1]
        assert (
            f"approval     approved as edition 1 by Ann Ray, {approval_in(clinic).on}, until 2099-01-15" in done.lines
        )
    told = json.loads(call("trace", "page.png", "--json", "--clinic", clinic).stdout)
    assert (told["packet"], told["entries"][0]["visit"]) == (number, "V-1")
    assert {text["content_hash"] for text in told["texts"]} == {approval_in(clinic).content}


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ("000000000000", 4, "no text of this clinic has or had the fingerprint"),
        ("ABCDEFGHIJ", 4, "the journal has no packet ABCDEFGHIJ"),
        ("CK2/ABCDEFGHIJ/3", 4, "the journal has no packet ABCDEFGHIJ"),
        ("b9a0", 2, "is printed on no paper"),
        ("Fingerprint b9a0 bc7b", 2, "is printed on no paper"),
        ("../clinic.yaml\x1b", 2, "is printed on no paper"),
        ("missing.png", 5, "missing.png"),
        ("text.png", 3, "is no PNG or JPEG picture"),
        ("blank.png", 3, "shows no code"),
    ],
)
def test_what_nothing_is_known_of_is_an_error(
    asked: str, code: int, said: str, clinic: Path, tmp_path: Path, call: Call
) -> None:
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    Image.new("L", (300, 300), 255).save(tmp_path / "blank.png")
    done = call("trace", asked, "--clinic", clinic)
    assert (done.code, done.stdout) == (code, b"")
    assert said in done.stderr
    assert "\x1b" not in done.stderr


def test_a_scan_of_several_pages_has_a_verdict_for_each(clinic: Path, tmp_path: Path, call: Call) -> None:
    visit = write_visit(tmp_path / "visit.yaml", procedures=[CODE])
    assert call("packet", visit, "-o", "visit.pdf", "--clinic", clinic).code == 0
    pdf = (tmp_path / "visit.pdf").read_bytes()
    (place, code), pictures = next(iter(codes(pdf).items())), scans(pdf)
    _, packet, page = code.split("/")
    pages = [Image.new("L", (300, 300), 255), pictures[place - 1], photo_of(pictures[place - 1])]
    pages[0].save(tmp_path / "scan.pdf", save_all=True, append_images=pages[1:])
    done = call("trace", "scan.pdf", "--clinic", clinic)
    assert done.code == 0, done.stderr
    assert done.lines[0] == f"packet {packet}, page {page} (pages 2, 3 of the scan): 1 text"
    assert done.lines[-1] == "no code on page 1; trace the fingerprints at their feet"
    code_in("CK2/ABCDEFGHIJ/3", "L").save(tmp_path / "other.pdf", save_all=True, append_images=pages[1:2])
    done = call("trace", "other.pdf", "--json", "--clinic", clinic)
    told = json.loads(done.stdout)
    assert (done.code, told["unknown"], told["without_code"]) == (4, ["ABCDEFGHIJ"], [])
    assert [(one["packet"], one["page"], one["scanned"]) for one in told["pages"]] == [(packet, int(page), [2])]


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([(300, 300)], "shows no code on any page"),
        ([(9, 9)] * 201, "has more than 200 pages; split it"),
        ([(14_400, 3)], "shows no code on any page"),
        ([], "can't be opened: it is damaged, or needs a password"),
    ],
    ids=["blank", "long", "wide", "no PDF"],
)
def test_a_scan_that_leads_nowhere_is_refused_however_large_its_pages_are(
    pages: list[tuple[int, int]], said: str, tmp_path: Path, call: Call
) -> None:
    with pikepdf.new() as scan:
        for size in pages:
            scan.add_blank_page(page_size=size)
        scan.save(tmp_path / "scan.pdf")
    if not pages:
        (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7")
    done = call("trace", "scan.pdf")
    assert (done.code, done.stdout) == (3, b"")
    assert said in done.stderr


def test_without_a_journal_a_packet_can_not_be_traced_and_without_the_library_no_picture(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    done = call("trace", "ABCDEFGHIJ", "--clinic", clinic)
    assert (done.code, "trace the fingerprints that are printed on its papers" in done.stderr) == (2, True)
    (tmp_path / "page.png").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    done = call("trace", "page.png", "--clinic", clinic)
    assert (done.code, "pip install 'consentkit[trace]'" in done.stderr) == (2, True)


# --- remake ---


def test_an_old_edition_is_made_again_as_a_draft_whatever_has_become_of_its_files(
    clinic: Path, tmp_path: Path, call: Call
) -> None:
    old = approval_in(clinic)
    write_procedure(clinic / "procedures", equipment="Three chairs.")
    (clinic / "clinic.yaml").write_text("name: Another Clinic\n", encoding="utf-8")
    assert call("approve", CODE, *BY, "--clinic", clinic).code == 0
    (clinic / "procedures/SMALL-1.yaml").unlink()
    done = call("remake", CODE, "--edition", "1", "--clinic", clinic)
    assert done.code == 0, done.stderr
    assert printed_fingerprint(old.content) in done.lines[0]
    text = readable_text((tmp_path / "SMALL-1.edition-1.pdf").read_bytes())
    assert "Two chairs." in text
    assert "Alder Clinic" in text
    assert "Draft – not approved for use with patients" in text
    assert "Approved by" not in text
    assert "approved as edition 1 by Ann Ray" in call("verify", "SMALL-1.edition-1.pdf", "--clinic", clinic).lines[3]


def test_a_kept_file_that_was_damaged_is_kept_anew_with_the_next_approval(
    clinic: Path, tmp_path: Path, call: Call
) -> None:
    kept = next(path for path in (clinic / "approved/files").iterdir() if b"Two chairs" in path.read_bytes())
    kept.write_bytes(kept.read_bytes() + b" ")
    assert call("remake", CODE, "--edition", "1", "--clinic", clinic).code == 5
    assert call("approve", CODE, *BY, "--clinic", clinic).code == 0
    done = call("remake", CODE, "--edition", "1", "--clinic", clinic)
    assert done.code == 0, done.stderr


@pytest.mark.parametrize("fault", ["altered", "missing", "other text", "unread", "no list", "no edition", "other path"])
def test_an_edition_that_can_not_be_made_as_it_was_is_not_made(
    fault: str, clinic: Path, tmp_path: Path, call: Call
) -> None:
    approved = clinic / "approved"
    (listed,) = approved.glob("*.yaml")
    text = listed.read_text(encoding="utf-8")
    name = re.search(r"procedures/SMALL-1\.yaml: ([0-9a-f]{64})", text)
    assert name
    kept = approved / "files" / name[1]
    if fault == "altered":
        kept.write_bytes(kept.read_bytes() + b" ")
    elif fault == "missing":
        kept.unlink()
    elif fault in {"other text", "unread"}:  # as another version of the program would make it, and refuse it
        change = (b"Two chairs", b"Ten chairs") if fault == "other text" else (b"equipment", b"furniture")
        other = kept.read_bytes().replace(*change)
        digest = hashlib.sha256(other).hexdigest()
        (approved / "files" / digest).write_bytes(other)
        listed.write_text(text.replace(name[1], digest), encoding="utf-8")
    elif fault == "no list":
        listed.unlink()
    elif fault == "other path":
        listed.write_text(text.replace("procedures/SMALL-1.yaml", "../../SMALL-1.yaml"), encoding="utf-8")
    edition = "2" if fault == "no edition" else "1"
    done = call("remake", CODE, "--edition", edition, "--clinic", clinic)
    code, said = {
        "altered": (5, "was altered, so this edition can't be made again"),
        "missing": (5, name[1]),
        "other text": (6, "makes another text from the files of edition 1"),
        "unread": (6, "can't make edition 1 again from its files, which are of version"),
        "no list": (5, "is missing, so this edition can't be made again"),
        "no edition": (2, "has no edition 2; there is 1"),
        "other path": (3, "is no path in a clinic's folder"),
    }[fault]
    assert (done.code, said in done.stderr) == (code, True), done.stderr
    assert "consentkit-edition-" not in done.stderr, "a folder that is gone"
    assert not (tmp_path / "SMALL-1.edition-1.pdf").exists()
    assert not (clinic.parent / "SMALL-1.yaml").exists()


# --- review ---

SOURCED = {
    "common": [
        {
            "text": "You may feel worse for a day.",
            "figure": {"number": 1, "out_of": 10},
            "source": {"title": "A study of days", "publisher": "A journal", "year": "2021"},
        }
    ],
    "what_helps": "Tell us.",
}


def test_a_review_copy_has_numbered_lines_with_the_source_beside_each_claim(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", **small_data(risks=SOURCED, purpose="To feel <better> & well."))
    for name in ("copy.html", "copy.docx"):
        done = call("review", CODE, "-o", name, "--clinic", clinic)
        assert done.code == 0, done.stderr
    page = (tmp_path / "copy.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr id="line-(\d+)"><td>(\d+)</td><td[^>]*>(.*?)</td><td>(.*?)</td><td></td></tr>', page)
    assert [int(number) for number, _, _, _ in rows] == list(range(1, len(rows) + 1))
    assert rows[0][2] == "A small procedure"
    assert [text for _, _, text, source in rows if source == "A study of days – A journal, 2021"]
    assert all("You may feel worse for a day" in text for _, _, text, source in rows if source)
    assert "To feel &lt;better&gt; &amp; well." in page

    data = (tmp_path / "copy.docx").read_bytes()
    (table,) = docx.Document(io.BytesIO(data)).tables
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells[0] == ["Line", "Text", "Source", "Remark"]
    assert [row[0] for row in cells[1:]] == [number for number, _, _, _ in rows]
    assert ["To feel <better> & well." in row[1] for row in cells].count(True) == 1
    assert [row[2] for row in cells if row[2]][1:] == ["A study of days – A journal, 2021"] * sum(
        bool(one[3]) for one in rows
    )
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    times = {part.date_time for part in archive.infolist()}
    assert times == {(2000, 1, 1, 0, 0, 0)}, "the same copy is the same file tomorrow"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([CODE], 2, "--output"),
        ([CODE, "-o", "copy.pdf"], 2, "is neither .docx nor .html"),
        ([CODE, "-o", "there.html"], 5, "there.html"),
        (["NOTHING-1", "-o", "copy.html"], 4, "NOTHING-1"),
    ],
)
def test_a_copy_of_another_form_or_in_the_place_of_another_file_is_refused(
    words: list[str], code: int, said: str, tmp_path: Path, call: Call
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    (tmp_path / "there.html").write_text("ours", encoding="utf-8")
    done = call("review", *words, "--clinic", clinic)
    assert (done.code, said in done.stderr) == (code, True), done.stderr
    assert (tmp_path / "there.html").read_text(encoding="utf-8") == "ours"


def test_a_copy_is_written_again_unless_somebody_has_written_into_it(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    words = ("review", CODE, "-o", "copy.html", "--clinic", clinic)
    assert call(*words).code == 0
    assert call(*words).code == 0
    copy = tmp_path / "copy.html"
    copy.write_text(copy.read_text(encoding="utf-8") + "<p>A remark</p>", encoding="utf-8")
    done = call(*words)
    assert done.code == 5
    assert "copy.html: exists already, and may have remarks of reviewers. To overwrite it, add --force" in done.stderr
    assert "A remark" in copy.read_text(encoding="utf-8")
    assert call(*words, "--force").code == 0


def test_without_the_library_a_word_file_is_refused_with_the_command_that_installs_it(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    done = call("review", CODE, "-o", "copy.docx", "--clinic", make_clinic(tmp_path / "clinic"))
    assert (done.code, "pip install 'consentkit[review]'" in done.stderr) == (2, True)
    assert not (tmp_path / "copy.docx").exists()
