"""Any text that a field accepts reaches the reader as it was typed, and can become nothing else than text."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

import tinyhtml5
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.library.clinic import ClinicFolder
from consentkit.library.languages import load_language
from consentkit.model.clinic import Clinic
from consentkit.model.procedure import Procedure
from consentkit.model.values import fold
from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.fonts.font_files import font_assets
from consentkit.pdf.read.structure_text import tagged_text
from consentkit.reading.characters import refused
from consentkit.resources import shipped
from kit.composing import page_of
from kit.small import small_data

TEMPLATES = (shipped("templates"),)
WORD = "Quill"
"""A harmless text, which stands nowhere else in a document."""

FINGERPRINT = re.compile(r"(?<=[Ff]ingerprint )[0-9a-f]{4}\s[0-9a-f]{4}\s[0-9a-f]{4}")

MARKUP = (
    "<b>bold</b>",
    "</p><h1>",
    "</title>",
    "</style><script>alert(1)</script>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<img src=x onerror=alert(1)>",
    "<br>",
    "&amp;",
    "&lt;",
    "&#60;",
    "&nbsp;",
    "&",
    "<",
    ">",
    '"',
    "'",
    "`",
    '" aria-hidden="true',
    "{{ 7 * 7 }}",
    "{{ procedure }}",
    "{% raw %}",
    "{% include 'clinic.html' %}",
    "{# note #}",
    "{title}",
    "{code}",
    "{0.__class__}",
    "%s",
    "\\",
    "\\n",
    "$x",
    "url(file:///etc/passwd)",
    "/*",
    "5 mg",
    "1:30",
    "No",
    "~",
)


def is_accepted(text: str) -> bool:
    """Whether a file may hold the text."""
    return bool(fold(text)) and "\n\n" not in fold(text) and not list(refused(text))


anything = st.text(max_size=30)
nasty = st.lists(st.sampled_from(MARKUP) | anything, min_size=1, max_size=4).map("".join)
accepted = (nasty | anything).filter(is_accepted)


def data_with(text: str) -> dict[str, Any]:
    """A procedure that has the text in every field that takes one."""
    passage = {"intro": text, "items": [text, text], "note": text}
    return small_data(
        title=text,
        also_called=[text],
        technical_terms=[{"term": text, "meaning": text}],
        summary=dict.fromkeys(("what", "why", "how_long", "main_risk", "your_choice"), text),
        **dict.fromkeys(("purpose", "preparation", "equipment", "anesthesia", "duration", "setting"), passage),
        **dict.fromkeys(("personnel", "recovery", "no_treatment", "indications", "benefits"), passage),
        description={"intro": text, "steps": [{"name": text, "text": text}], "note": text},
        risks={
            "intro": text,
            "common": [text],
            "uncommon": [text],
            "rare": [text],
            "what_helps": passage,
            "get_help_now": passage,
        },
        alternatives={
            "intro": text,
            "items": [{"name": text, "about": text, "good": [text], "less_good": [text]}],
            "note": text,
        },
        patient_experience=dict.fromkeys(("during", "after", "comfort"), passage),
        sources=[{"title": text, "publisher": text, "year": 2020}, {"title": text, "publisher": text}],
        review={"issued": "2026-01-15", "last": "2026-01-20", "by": text, "next": "2099-01-15"},
    )


# --- HTML ---


def page_with(text: str) -> Element:
    """The parsed page of a document that has the text everywhere, its fingerprint taken out."""
    clinic = Clinic(name=text, address=(text, text), phone=text, logo="logo.png")
    page = page_of(Procedure.model_validate(data_with(text)), clinic, load_language(TEMPLATES, "en"), TEMPLATES)
    html, count = FINGERPRINT.subn("fingerprint", page.html)
    assert count == 2  # at the foot, and on the form
    parsed: Element = tinyhtml5.parse(html, namespace_html_elements=False)
    return parsed


@cache
def harmless() -> Element:
    return page_with(WORD)


def texts_in(page: Element) -> list[str]:
    """Every text and every attribute of a page, in order, white space folded."""

    def collect(element: Element) -> Iterator[str]:
        yield from element.attrib.values()
        yield element.text or ""
        for child in element:
            yield from collect(child)
            yield child.tail or ""

    return [" ".join(text.split()) for text in collect(page)]


def skeleton_of(page: Element) -> list[tuple[object, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes."""
    return [(element.tag, tuple(element.attrib)) for element in page.iter()]


@settings(max_examples=14, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(accepted)
def test_a_text_is_printed_as_typed_in_every_field_and_makes_no_element(text: str) -> None:
    assume(len(fold(text)) <= 40)  # the fields of clinic.yaml are short
    page = page_with(text)
    assert skeleton_of(page) == skeleton_of(harmless())
    expected = [" ".join(known.replace(WORD, fold(text)).split()) for known in texts_in(harmless())]
    rows = [row[:1].upper() + row[1:] for row in expected]  # a row of the form begins with a capital letter
    assert [read in both for read, *both in zip(texts_in(page), expected, rows, strict=True)].count(False) == 0


def test_each_field_is_printed_at_least_once() -> None:
    """So that the property above speaks of all of them: each field has a text of its own here."""
    count = 0

    def number(value: Any) -> Any:
        nonlocal count
        if isinstance(value, dict):
            return {key: number(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [number(inner) for inner in value]
        if value != WORD:
            return value
        count += 1
        return f"{WORD}{count:03}"

    procedure = Procedure.model_validate(number(data_with(WORD)))
    pack = load_language(TEMPLATES, "en")
    html = page_of(procedure, Clinic(), pack, TEMPLATES).html
    assert count > 90
    assert [index for index in range(1, count + 1) if f"{WORD}{index:03}" not in html] == []


# --- PDF ---


@cache
def printable_characters() -> str:
    """The characters that our fonts can show and that a file may hold."""
    known: set[int] = set()
    for data in font_assets().values():
        known |= set(TTFont(io.BytesIO(data), lazy=True).getBestCmap())
    return "".join(
        char for char in map(chr, sorted(known)) if not list(refused(char)) and not unicodedata.combining(char)
    )


SAME = str.maketrans({"\u2010": "-", "\u2011": "-"})
"""Hyphens that differ only in whether a line may end there."""


WITH_MARKS = ("Ọlọ́runfẹ́mi", "Ụ̀zọ̀", "Łį́į́ʼ", "M̄ārīja", "G̃uarani")
"""Words that hold marks after they were composed: they are set in one font."""


def comparable(text: str) -> str:
    """Fold what may differ: white space, letters composed in another way (equal by Unicode), kinds of hyphen."""
    return " ".join(unicodedata.normalize("NFC", text).translate(SAME).split())


def in_print() -> st.SearchStrategy[str]:
    known = st.text(alphabet=printable_characters(), min_size=1, max_size=30) | st.sampled_from(WITH_MARKS)
    texts = st.lists(st.sampled_from(MARKUP) | known, min_size=1, max_size=3).map("".join)
    return texts.filter(lambda text: is_accepted(text) and not unprintable(text))


def workspace_with(name: str) -> OpenWorkspace:
    plain = open_workspace()
    return OpenWorkspace(ClinicFolder(None, Clinic(name=name)), plain.library, plain.templates)


@settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(in_print(), min_size=8, max_size=8))
def test_a_text_that_the_fonts_can_show_reaches_the_reader_of_the_pdf(texts: list[str]) -> None:
    title, name, word, risk, good, less_good, choice, clinic = texts
    assume(len(fold(title)) <= 90 and len(fold(clinic)) <= 80)
    procedure = Procedure.model_validate(
        small_data(
            title=title,
            technical_terms=[{"term": word, "meaning": name}],
            risks={"common": [risk], "what_helps": "Rest."},
            alternatives=[{"name": choice, "good": [good], "less_good": [less_good]}],
        )
    )
    pdf = workspace_with(clinic).render(procedure, variant="information").pdf
    read = [comparable(block.text) for block in tagged_text(pdf)]
    assert [text for text in texts if comparable(text) not in read] == []
