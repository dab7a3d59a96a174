"""Every shipped document, as the file that a clinic gets: good for validators, screen readers, printers and people."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import page as validator
import pikepdf
import pytest

from consentkit.cache.store import open_store
from consentkit.documents.document import Document
from consentkit.documents.opening import open_workspace
from consentkit.documents.page import printed_fingerprint
from consentkit.documents.particulars import particulars_hash
from consentkit.documents.safety import safety_texts
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.identity import PaperSize
from consentkit.model.placeholders import fill
from consentkit.pdf.file.xmp import read_properties
from consentkit.pdf.read.structure_text import TaggedText, tagged_text
from kit.engine_pages import render
from kit.page_fill import FEWEST_LINES, Filled, is_block
from kit.running import SAMPLE_CLINIC
from kit.skipping import needs
from kit.source_comparison import compare
from kit.structure_lint import lint
from kit.tagged_file import File
from kit.thorough import marks_of_document
from kit.validation import faults

MM = 72 / 25.4
LEAST_MARGIN = 15 * MM - 0.05  # a word at the margin may be a rounding error beyond it
PROFILES = (validator.ValidationProfile.PDF_UA_1, validator.ValidationProfile.PDF_A_2A)
OWN_FONT = re.compile(r"/[A-Z]{6}\+consentkit-(body|wide)(-Bold)?")


@dataclass(frozen=True)
class Case:
    """A document to look at."""

    code: str
    paper: PaperSize = "letter"
    clinic: Path | None = None

    def __str__(self) -> str:
        return f"{self.code}-{self.paper}{'-clinic' if self.clinic else ''}"


CASES = (
    *(Case(code) for code in open_workspace().library.codes()),
    Case("90837", "a4"),
    Case("90853", "a4", SAMPLE_CLINIC),
)
IN_EVERY_RUN = frozenset({"90837", "90839", "90853"})
"""Codes that `make test` has documents of, and `make thorough` of all: a talk, a crisis and a group."""


every_document = pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=str(case), marks=marks_of_document(str(case), in_every_run=case.code in IN_EVERY_RUN))
        for case in CASES
    ],
)


@cache
def workspace_of(case: Case) -> OpenWorkspace:
    return open_workspace(case.clinic, open_store())


@cache
def document_of(case: Case) -> Document:
    """The document, rendered once in this process."""
    return workspace_of(case).render(case.code, paper=case.paper)


@cache
def blocks_of(case: Case) -> list[TaggedText]:
    """What a screen reader reads, block by block."""
    return tagged_text(document_of(case).pdf)


@dataclass(frozen=True)
class Word:
    """A word on paper; its box in points, from the top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """The height of its box."""
        return self.bottom - self.top


@cache
def pages_of(case: Case) -> list[list[Word]]:
    """The words on each page, as poppler sees them: a reader that knows nothing of our own code."""
    program = shutil.which("pdftotext")
    if program is None:
        raise RuntimeError("pdftotext is missing; install it: sudo apt-get install poppler-utils")
    told = subprocess.run([program, "-bbox", "-", "-"], input=document_of(case).pdf, capture_output=True, check=True)
    root = ElementTree.fromstring(re.sub(rb"[\x00-\x08\x0b-\x1f]", b"", told.stdout))
    space = "{http://www.w3.org/1999/xhtml}"
    return [
        [
            Word(word.text or "", *(float(word.attrib[side]) for side in ("xMin", "yMin", "xMax", "yMax")))
            for word in page.iter(f"{space}word")
        ]
        for page in root.iter(f"{space}page")
    ]


def text_of(words: list[Word]) -> str:
    """The words of a page as one text, spaces folded."""
    return " ".join(" ".join(word.text for word in words).split())


def height_of(case: Case) -> float:
    return {"letter": 279.4, "a4": 297.0}[case.paper] * MM


def width_of(case: Case) -> float:
    return {"letter": 215.9, "a4": 210.0}[case.paper] * MM


def test_there_are_18_shipped_documents() -> None:
    assert len(open_workspace().library.codes()) == 18


# --- what programs need ---


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: str(profile).rsplit(".", 1)[-1])
@every_document
def test_a_validator_finds_no_fault(case: Case, profile: validator.ValidationProfile) -> None:
    assert faults(document_of(case).pdf, profile) == []


@every_document
def test_the_structure_has_none_of_the_faults_that_no_validator_sees(case: Case) -> None:
    assert [str(finding) for finding in lint(document_of(case).pdf)] == []


@every_document
def test_every_text_of_the_page_is_read_aloud_once_and_in_order(case: Case) -> None:
    workspace = workspace_of(case)
    page = workspace.compose(workspace.content(case.code))
    spoken = re.sub(r'<img [^>]*alt="([^"]+)"[^>]*>', r"<p>\1</p>", page.html)  # a picture is read as its description
    assert compare(spoken, document_of(case).pdf) == []


@needs("qpdf")
@every_document
def test_qpdf_finds_no_fault_in_the_syntax(case: Case, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(document_of(case).pdf)
    done = subprocess.run(["qpdf", "--check", tmp_path / "x.pdf"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@every_document
def test_only_subsets_of_our_own_fonts_are_embedded(case: Case) -> None:
    with pikepdf.open(io.BytesIO(document_of(case).pdf)) as pdf:
        dictionaries = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
        named = [str(item[key]) for item in dictionaries for key in ("/FontName", "/BaseFont") if key in item]
    assert len(named) >= 4
    assert [name for name in named if not OWN_FONT.fullmatch(name)] == []


@every_document
def test_the_file_says_what_it_is(case: Case) -> None:
    document = document_of(case)
    procedure = workspace_of(case).procedure(case.code)
    title = f"{procedure.title} ({case.code})"
    with pikepdf.open(io.BytesIO(document.pdf)) as pdf, pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == title
        assert str(pdf.docinfo["/Title"]) == title
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert len(pdf.pages) == document.pages
    assert read_properties(document.pdf) == {
        "code": case.code,
        "language": "en",
        "variant": "consent",
        "edition": procedure.review.issued.isoformat(),
        "contentHash": document.content_hash,
        "particulars": particulars_hash(workspace_of(case).folder.clinic),
    }


@every_document
def test_each_section_has_a_bookmark_that_leads_to_its_page(case: Case) -> None:
    sections = [(block.text.replace("\u00a0", " "), block.page) for block in blocks_of(case) if block.role == "H2"]
    with pikepdf.open(io.BytesIO(document_of(case).pdf)) as pdf, pdf.open_outline() as outline:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
        marks = [(item.title.replace("\u00a0", " "), numbers[item.destination[0].objgen]) for item in outline.root]
    assert len(sections) >= 7
    assert marks == sections


# --- what stands on every page ---


@every_document
def test_every_page_has_code_edition_fingerprint_and_its_number_at_the_foot(case: Case) -> None:
    document, words = document_of(case), workspace_of(case).language()
    review = workspace_of(case).procedure(case.code).review
    pages = pages_of(case)
    for number, page in enumerate(pages, 1):
        foot = text_of([word for word in page if word.top > 0.9 * height_of(case)])
        for expected in (
            f"{case.code} · {document.title}",
            fill(words.page.page_of, page=str(number), pages=str(len(pages))),
            fill(words.page.fingerprint, fingerprint=printed_fingerprint(document.content_hash)),
            fill(words.page.edition, date=words.dates.write(review.issued)),
        ):
            assert expected in foot, f"page {number}"


@every_document
def test_the_information_says_once_when_its_text_was_written_or_reviewed_and_is_to_be_reviewed_again(
    case: Case,
) -> None:
    words, review = workspace_of(case).language(), workspace_of(case).procedure(case.code).review
    days = {"issued": words.dates.write(review.issued), "next": words.dates.write(review.next)}
    said = fill(words.about.review, **days)
    if review.last:
        said = fill(words.about.reviewed, **days, last=words.dates.write(review.last), by=str(review.by))
    assert [block.text.replace("\u00a0", " ") for block in blocks_of(case)].count(said) == 1


@every_document
def test_every_page_says_at_its_head_that_it_is_a_draft_and_has_room_for_the_patients_name(case: Case) -> None:
    words = workspace_of(case).language()
    for number, page in enumerate(pages_of(case), 1):
        head = text_of([word for word in page if word.top < 0.15 * height_of(case)])
        for expected in (words.page.draft, words.label.name, words.label.born, words.label.record):
            assert expected in head, f"page {number}"


@every_document
def test_no_word_stands_on_another_or_leaves_the_page(case: Case) -> None:
    for number, page in enumerate(pages_of(case), 1):
        ordered = sorted(page, key=lambda word: (round(word.top), word.left))
        touching = [
            f"page {number}: {first.text} / {second.text}"
            for index, first in enumerate(ordered)
            for second in ordered[index + 1 : index + 40]
            if min(first.right, second.right) - max(first.left, second.left) > 1
            and min(first.bottom, second.bottom) - max(first.top, second.top) > 0.4 * min(first.height, second.height)
        ]
        assert touching == []
        outside = [
            word.text
            for word in page
            if word.left < LEAST_MARGIN or word.right > width_of(case) - LEAST_MARGIN or word.top < 5 * MM
        ]
        assert outside == []


# --- where pages break ---


@every_document
def test_a_document_has_a_reasonable_number_of_pages(case: Case) -> None:
    assert 6 <= document_of(case).pages <= 11
    assert len(pages_of(case)) == document_of(case).pages


@every_document
def test_every_page_is_worth_its_paper(case: Case) -> None:
    assert [page for page in Filled(document_of(case).pdf).pages if page.lines < FEWEST_LINES] == []


def blocks_at_ends_of_pages(pdf: bytes) -> Iterator[tuple[str, str]]:
    """Role and text of each block that ends on one page, where the next one begins on another."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        file = File(opened)
        read = [(element, list(element.contents())) for element in file.elements if is_block(element)]
        for (element, contents), (_, following) in pairwise(read):
            if contents[-1].page != following[0].page:
                yield element.role, "".join(file.text_of(content) for content in contents).strip()


def test_a_line_that_ends_a_page_is_told_from_one_that_goes_on_and_from_one_amid_a_page() -> None:
    lines = "<br>".join(["line"] * 9)
    alone = "<p>You may:</p><p style='break-before: page'>Walk.</p><p>Or:</p>"
    torn = f"<p>{lines} or:</p><p>Walk.</p>"
    css = "@page { size: 100mm 60mm; margin: 10mm } p { margin: 0; font-size: 12pt; line-height: 5mm; orphans: 1 }"
    assert list(blocks_at_ends_of_pages(render(alone, css))) == [("P", "You may:")]
    assert list(blocks_at_ends_of_pages(render(torn, css))) == []


@every_document
def test_no_page_ends_with_a_heading_or_with_a_line_that_announces_a_list(case: Case) -> None:
    lasts = list(blocks_at_ends_of_pages(document_of(case).pdf))
    assert lasts
    assert [(role, text) for role, text in lasts if role in {"H1", "H2", "H3", "H4"} or text.endswith(":")] == []


@every_document
def test_what_is_signed_stands_on_the_page_of_the_patients_signature(case: Case) -> None:
    words = workspace_of(case).language()
    agreement = words.form.agreement
    patient = words.signatures.blocks[0]
    pages = {block.text: block.page for block in blocks_of(case)}
    signed = [words.consent.heading, words.consent.intro, *words.consent.statements, agreement, patient.statement]
    assert len({pages[text] for text in signed}) == 1


@every_document
def test_every_signer_has_a_place_that_no_page_break_divides(case: Case) -> None:
    pack = workspace_of(case).language()
    words = pack.signatures
    statements = {block.who: block.statement for block in words.blocks} | {
        pack.form.assent.who: pack.form.assent.statement
    }
    labels = (words.signature, words.printed_name, words.date, words.time)
    blocks = blocks_of(case)
    starts = {
        block.text: index for index, block in enumerate(blocks) if block.role == "H3" and block.text in statements
    }
    assert starts.keys() == statements.keys()
    ends = [*list(starts.values())[1:], len(blocks)]
    for (who, start), end in zip(starts.items(), ends, strict=True):
        place = blocks[start:end]
        texts = " ".join(block.text for block in place)
        assert [label for label in (statements[who], *labels) if label not in texts] == []
        assert len({block.page for block in place if block.text != pack.form.only_if_needed}) == 1


@every_document
def test_every_risk_benefit_and_choice_is_a_block_of_its_own(case: Case) -> None:
    texts = [block.text.replace("\u00a0", " ") for block in blocks_of(case)]
    content = workspace_of(case).content(case.code)
    assert [text for text in safety_texts(content) if text not in texts] == []


# --- the clinic ---


@pytest.mark.xdist_group(str(CASES[-1]))
def test_a_clinic_has_its_particulars_on_the_paper_and_no_blanks_for_them() -> None:
    case = CASES[-1]
    assert case.clinic
    clinic, words = workspace_of(case).folder.clinic, workspace_of(case).language().clinic
    first_page = [block for block in blocks_of(case) if block.page == 1]
    texts = [block.text for block in first_page]
    assert clinic.name in texts
    assert {*clinic.address} <= {*texts}
    assert f"{words.phone}: {clinic.phone}" in texts
    assert [block.text for block in first_page if block.role == "Figure"] == [fill(words.logo, clinic=str(clinic.name))]
    assert [text for text in texts if text.rstrip(":") in (words.name, words.address, words.phone)] == []


@pytest.mark.xdist_group(str(CASES[0]))
def test_without_a_clinic_there_are_blanks_to_fill_in() -> None:
    words = workspace_of(CASES[0]).language().clinic
    texts = " ".join(block.text for block in blocks_of(CASES[0])[:12])
    for label in (words.name, words.address, words.phone):
        assert label in texts


@pytest.mark.xdist_group("90806-letter")
def test_the_paper_of_a_retired_code_says_so_before_the_text_begins() -> None:
    case = Case("90806")
    words = workspace_of(case).language()
    roles = {block.text: index for index, block in enumerate(blocks_of(case)) if block.role == "H2"}
    assert roles[words.document.retired_heading] < roles[words.summary.heading]
