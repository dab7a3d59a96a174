"""A language that runs from right to left: the same document, mirrored, with its text in the order in which it is read.

The clinic in examples/arabic has a language pack and a translation of its own; nothing else of consentkit is Arabic.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pikepdf
import pytest

from consentkit.documents.document import Document
from consentkit.documents.opening import open_workspace
from consentkit.documents.page import Content
from consentkit.documents.safety import safety_texts
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.bidi import LEFT_TO_RIGHT_MARK, direction_of, keep_numbers_in_order
from consentkit.pdf.fonts import font_files
from consentkit.pdf.read.structure_text import tagged_text
from kit.source_comparison import compare
from kit.structure_lint import lint
from kit.thorough import marks_of_document
from kit.validation import BOTH_STANDARDS, faults

CLINIC = Path(__file__).parents[1] / "examples" / "arabic"
CODE = "90853"
PHONE = "217-555-0142"
MM = 72 / 25.4
WIDTH = 215.9 * MM
LEAST_MARGIN = 15 * MM - 0.05  # a word at the margin may be a rounding error beyond it

LAYOUTS: dict[str, dict[str, Any]] = {
    "letter": {},
    "large print": {"large_print": True},
    "fillable": {"fillable": True},
}
letter = pytest.mark.xdist_group("rtl letter")


every_layout = pytest.mark.parametrize(
    "layout",
    [
        pytest.param(layout, marks=marks_of_document(f"rtl {layout}", in_every_run=layout == "letter"))
        for layout in LAYOUTS
    ],
)


@cache
def workspace() -> OpenWorkspace:
    return open_workspace(CLINIC)


@cache
def content() -> Content:
    return workspace().content(CODE, language="ar")


@cache
def document_of(layout: str) -> Document:
    """The document, rendered once in this process."""
    return workspace().render(CODE, language="ar", **LAYOUTS[layout])


class Word(NamedTuple):
    """A word on paper, its letters in reading order, and its sides in points."""

    text: str
    page: int
    left: float
    right: float


def pdftotext(pdf: bytes, *options: str) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        raise RuntimeError("pdftotext is missing; install it: sudo apt-get install poppler-utils")
    return subprocess.run([program, *options, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


@cache
def words_of(layout: str) -> list[Word]:
    """The words on all pages; poppler gives the letters as they stand from left to right."""
    root = ElementTree.fromstring(re.sub(r"[\x00-\x08\x0b-\x1f]", "", pdftotext(document_of(layout).pdf, "-bbox")))
    space = "{http://www.w3.org/1999/xhtml}"
    return [
        Word(
            unicodedata.normalize("NFKC", (word.text or "")[:: -1 if direction_of(word.text or "") == "rtl" else 1]),
            number,
            float(word.attrib["xMin"]),
            float(word.attrib["xMax"]),
        )
        for number, page in enumerate(root.iter(f"{space}page"), 1)
        for word in page.iter(f"{space}word")
    ]


def plain(text: str) -> str:
    """Text without marks of direction, white space folded."""
    shown = unicodedata.normalize("NFKC", re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text))
    return " ".join(shown.split())


def letters(text: str) -> str:
    """The words of a text; poppler puts the space after an Arabic comma before it."""
    return " ".join(re.findall(r"[^\W\d_]+", plain(text)))


def test_the_translation_fits_and_the_page_runs_from_right_to_left() -> None:
    assert not content().stale
    assert '<html lang="ar" dir="rtl">' in workspace().compose(content()).html


@pytest.mark.parametrize("profile", BOTH_STANDARDS, ids=lambda profile: str(profile).rsplit(".", 1)[-1])
@every_layout
def test_a_validator_finds_no_fault(layout: str, profile: Any) -> None:
    assert faults(document_of(layout).pdf, profile) == []


@every_layout
def test_the_structure_has_none_of_the_faults_that_no_validator_sees(layout: str) -> None:
    assert [str(finding) for finding in lint(document_of(layout).pdf)] == []


@every_layout
def test_every_text_of_the_page_is_read_aloud_once_and_in_its_own_order(layout: str) -> None:
    html = workspace().compose(content()).html
    if layout == "large print":  # the table is a list there, and what was agreed to is said again where others sign
        html = re.sub(r"<thead>.*?</thead>", "", html, flags=re.DOTALL)
        html = re.sub(r'<section class="signature" data-agreement="([^"]+)">', r"<p>\1</p>", html)
    assert compare(html, document_of(layout).pdf) == []


@every_layout
def test_every_risk_benefit_and_choice_is_a_block_of_its_own(layout: str) -> None:
    read = {plain(block.text) for block in tagged_text(document_of(layout).pdf)}
    assert {plain(text) for text in safety_texts(content())} <= read


@every_layout
def test_the_file_says_that_it_is_arabic_and_runs_from_right_to_left(layout: str) -> None:
    with pikepdf.open(io.BytesIO(document_of(layout).pdf)) as pdf:
        assert str(pdf.Root.Lang) == "ar"
        assert pdf.Root.ViewerPreferences.Direction == "/R2L"


def test_a_file_that_runs_from_left_to_right_does_not_say_the_contrary() -> None:
    with pikepdf.open(io.BytesIO(open_workspace().render(CODE).pdf)) as pdf:
        assert "/Direction" not in pdf.Root.ViewerPreferences


@every_layout
def test_another_program_reads_each_risk_in_order(layout: str) -> None:
    read = letters(pdftotext(document_of(layout).pdf))
    for risk in content().procedure.risks.common:
        assert letters(risk.text) in read


@every_layout
def test_text_starts_at_the_right_edge_and_what_is_beside_a_heading_left_of_it(layout: str) -> None:
    margin = (17 if layout == "large print" else 15) * MM
    words = content().pack
    for text in (words.document.kinds.information, words.chapters.what_to_weigh):
        first = text.split()[0]
        rights = [word.right for word in words_of(layout) if word.text == first]
        assert any(right == pytest.approx(WIDTH - margin, abs=1.5) for right in rights), text
    if layout == "large print":  # a label begins the line of its text there
        return
    beginnings = [
        first.right
        for first, second in zip(words_of(layout)[1:], words_of(layout), strict=False)
        if [first.text, second.text] == content().procedure.summary.what.split()[:2]
    ]
    in_box, on_form = 32.5 * MM, 37 * MM
    assert beginnings == [pytest.approx(WIDTH - margin - hang, abs=1.5) for hang in (in_box, on_form)]


@every_layout
def test_no_word_leaves_the_page(layout: str) -> None:
    words = words_of(layout)
    assert content().clinic.name
    assert {*content().clinic.name.split()} <= {word.text for word in words if word.page == 1}
    assert [word for word in words if word.left < LEAST_MARGIN or word.right > WIDTH - LEAST_MARGIN] == []


@every_layout
def test_the_groups_of_a_telephone_number_keep_their_order(layout: str) -> None:
    numbers = [word.text.rstrip("،") for word in words_of(layout) if "555" in word.text]
    assert len(numbers) == 3, (
        "the clinic's own, on the information and on the form, and one in the middle of a sentence"
    )
    assert {re.sub("[^0-9-]", "", number) for number in numbers} == {PHONE}


@letter
def test_the_groups_of_the_fingerprint_keep_their_order() -> None:
    groups = [document_of("letter").content_hash[index : index + 4] for index in (0, 4, 8)]
    found = sorted(
        (word for word in words_of("letter") if word.text in groups and word.page == 2), key=lambda w: w.left
    )
    assert [word.text for word in found] == groups


@pytest.mark.xdist_group("rtl fillable")
def test_what_is_typed_starts_at_the_right() -> None:
    with pikepdf.open(io.BytesIO(document_of("fillable").pdf)) as pdf:
        texts = [field for field in pdf.Root.AcroForm.Fields if field.FT == "/Tx"]
        assert len(texts) > 10
        assert [str(field.T) for field in texts if field.get("/Q") != 2] == []


@letter
def test_arabic_letters_come_from_the_font_that_is_shipped_for_them() -> None:
    with pikepdf.open(io.BytesIO(document_of("letter").pdf)) as pdf:
        named = {
            str(item["/FontName"])
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and "/FontName" in item
        }
    assert {name.split("+")[1] for name in named} == {
        f"consentkit-{family}{weight}" for family in ("body", "arabic") for weight in ("", "-Bold")
    }


def test_a_page_without_arabic_letters_does_without_that_font() -> None:
    assert font_files.ARABIC_FAMILY not in {
        face.family for face in font_files.faces_for("<p>Tiếng Việt, ελληνικά, русский</p>")
    }
    assert font_files.ARABIC_FAMILY in {face.family for face in font_files.faces_for("<p>Arabic: ع</p>")}


# --- which way a text runs ---


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("118 Willow Street", "ltr"),
        ("سبرينغفيلد، IL 62701", "rtl"),
        ("(PTSD) ما بعد الصدمة", "ltr"),
        ("12 שלום", "rtl"),
        (PHONE, "ltr"),
        ("", "ltr"),
    ],
)
def test_the_first_letter_says_which_way_a_text_runs(text: str, direction: str) -> None:
    assert direction_of(text) == direction


@pytest.mark.parametrize(
    "number", [PHONE, "+1 217 555 0142", "(217) 555-0142", "1-800-555-0199", "217\u00a0555\u00a00142"]
)
def test_a_number_of_several_groups_is_kept_together_after_arabic_letters(number: str) -> None:
    assert keep_numbers_in_order(f"اتصل بالرقم {number}.") == f"اتصل بالرقم {LEFT_TO_RIGHT_MARK}{number}."


@pytest.mark.parametrize(
    "text", [f"Call {PHONE}.", "من 8 إلى 20 أسبوعًا", "الرمز 90853", f"اتصل \u200e{PHONE}", "في 2026."]
)
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert keep_numbers_in_order(text) == text
