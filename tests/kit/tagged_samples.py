"""Small documents, rendered and tagged as consentkit does it, and what the checkers say of them."""

from __future__ import annotations

import io
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import page
import pikepdf
import weasyprint
from weasyprint.text.fonts import FontConfiguration

from consentkit.pdf.tags.write import own_tagging
from kit.structure_lint import lint
from kit.tagged_file import Element, File

STREAM_LENGTH = "PDFA2A-STREAM-LENGTH-001"
"""The validator misreads the length of a stream that happens to end in a line feed."""

TWO_LIKELY_RULES = {"order-in-element", "order-of-siblings"}
SENTENCE = (
    "Well-being is co-operation: pre- and post-session talks <b>may</b> <i>help</i> you, and they are non-directive. "
)

IMAGE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)

TABLE = """
<table><caption>Choices</caption>
<thead><tr><th id=choice>Choice<th id=good>Good<th>Less good</thead>
<tbody><tr><th scope=row id=talk>Talk<td headers="talk good">Helps<td>Slow
<tr><th scope=row rowspan=2>Pills<td colspan=2>Quick<tr><td><td>Ill</tbody></table>
"""


def whole_page(body: str, language: str = "en") -> str:
    """A page of HTML around what a test is about."""
    attribute = f' lang="{language}"' if language else ""
    return f"<!doctype html><html{attribute}><head><title>Sample</title></head><body>{body}</body></html>"


def render(body: str, style: str = "", *, language: str = "en", forms: bool = False) -> bytes:
    """The PDF of a page in the two fonts of the samples, tagged our way."""
    document = lay_out(body, style, language=language, forms=forms)
    with own_tagging():
        return document.write_pdf(pdf_variant="pdf/a-2a", pdf_forms=forms)


def lay_out(body: str, style: str = "", *, language: str = "en", forms: bool = False) -> weasyprint.Document:
    """The page laid out, ready to be written."""
    fonts, sheet = _typeface()
    own = weasyprint.CSS(string=style, font_config=fonts)
    html = weasyprint.HTML(string=whole_page(body, language))
    return html.render(font_config=fonts, stylesheets=[sheet, own], pdf_forms=forms)


@cache
def _typeface() -> tuple[FontConfiguration, weasyprint.CSS]:
    folder = Path(str(files("fontpkg_atkinson_hyperlegible") / "files"))
    fonts = FontConfiguration()
    rules = [
        f'@font-face {{ font-family: sample; font-weight: {weight}; src: url("{(folder / name).as_uri()}") }}'
        for weight, name in ((400, "AtkinsonHyperlegible-Regular.ttf"), (700, "AtkinsonHyperlegible-Bold.ttf"))
    ]
    rules.append("@page { size: A6; margin: 15mm; font-family: sample } html { font-family: sample }")
    rules.append("html { image-rendering: crisp-edges }")  # PDF/A forbids the interpolation of pictures
    return fonts, weasyprint.CSS(string="\n".join(rules), font_config=fonts)


@lru_cache(maxsize=8)  # what is taken from a file lives no longer than the file
def opened(pdf: bytes) -> File:
    """A PDF taken apart."""
    return File(pikepdf.open(io.BytesIO(pdf)))


def shape(pdf: bytes) -> str:
    """The structure types below the Document, each with what it holds in brackets, as in `H1 P(Link)`."""
    (document,) = opened(pdf).top
    return _shapes(document)


def _shapes(element: Element) -> str:
    return " ".join(f"{kid.role}({inner})" if (inner := _shapes(kid)) else kid.role for kid in element.elements)


def all_of(pdf: bytes, role: str) -> list[Element]:
    """The elements of a type, in reading order."""
    return [element for element in opened(pdf).elements if element.role == role]


def faults(pdf: bytes, *profiles: str) -> list[str]:
    """What the validator and the lint hold against a PDF. Metadata is finished elsewhere, so it is left out."""
    reports = [page.validate_pdf_bytes(pdf, profile=profile) for profile in profiles or ("ua1", "2a")]
    failures = [
        f"{failure.rule_id}: {failure.message}"
        for report in reports
        for failure in report.failures
        if failure.category != page.FailureCategory.METADATA and failure.rule_id != STREAM_LENGTH
    ]
    return failures + [str(finding) for finding in lint(pdf) if finding.rule not in TWO_LIKELY_RULES]
