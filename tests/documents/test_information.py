"""The information to keep: what stands in it, in which order, and what must be on its first page."""

from __future__ import annotations

from functools import cache
from typing import Any

import pypdfium2
import pytest

from consentkit.cache.store import open_store
from consentkit.documents.document import Document
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.placeholders import fill
from consentkit.model.words import LanguagePack
from consentkit.pdf.read.structure_text import TaggedText, tagged_text
from kit.small import small_procedure

MM = 72 / 25.4
CRISIS = ("90839", "90840")
LEAST_RECORD = 40 * MM
"""Room for ten written digits."""


@cache
def workspace() -> OpenWorkspace:
    return open_workspace(None, open_store())


def words() -> LanguagePack:
    return workspace().language("en")


def information(code: str, language: str = "en", *, large_print: bool = False) -> Document:
    return workspace().render(code, language=language, paper="letter", variant="information", large_print=large_print)


def blocks(**changes: Any) -> list[TaggedText]:
    """What is read of the information about a small procedure."""
    return tagged_text(workspace().render(small_procedure(**changes), variant="information").pdf)


def texts(**changes: Any) -> list[str]:
    return [" ".join(block.text.split()) for block in blocks(**changes)]


def test_it_has_three_chapters_and_each_says_what_belongs_to_it() -> None:
    headings, chapters = words().headings, words().chapters
    term = {"term": "Talk", "meaning": "To speak."}
    found = [block.text for block in blocks(technical_terms=[term]) if block.role in {"H2", "H3"}]
    assert found == [
        words().summary.heading,
        chapters.what_it_is,
        headings.description,
        headings.patient_experience,
        headings.purpose,
        headings.indications,
        chapters.what_to_weigh,
        headings.risks,
        headings.benefits,
        headings.alternatives,
        chapters.before_and_after,
        headings.practical,
        headings.preparation,
        headings.recovery,
        headings.technical_terms,
        headings.rights,
        words().teach_back.own_questions,
    ]


def test_it_has_the_clauses_that_the_form_has_not_and_names_the_others() -> None:
    clauses = words().clauses
    read = {name for name, clause in clauses.items() if clause.always and not clause.initials and not clause.form}
    found = texts()
    assert {name for name, clause in clauses.items() if clause.heading in found} == read
    named = "; ".join(clauses[name].heading for name in ("rights", "confidentiality"))
    assert fill(words().form.clauses_on_form, clauses=named) in found


def test_doing_nothing_is_the_last_row_of_the_choices() -> None:
    procedure = small_procedure()
    html = workspace().compose(workspace().content(procedure, variant="information")).html.replace("\u00a0", " ")
    last = html[html.index('<table class="choices">') : html.index("</table>")].rsplit("<tr>", 1)[1]
    assert words().headings.no_treatment in last
    assert str(procedure.no_treatment.intro) in last


@pytest.mark.parametrize(("written", "is_printed"), [("None.", False), ("None", False), ("None. You are awake.", True)])
def test_what_says_no_more_than_that_there_is_none_is_left_out(written: str, is_printed: bool) -> None:
    found = texts(anesthesia=written)
    assert (words().headings.anesthesia in found) == is_printed
    assert words().headings.equipment in found


def test_the_code_never_breaks_from_its_word() -> None:
    html = workspace().compose(workspace().content("90791", variant="information")).html
    assert f'<span class="whole">{fill(words().page.code, code="90791")}.</span>' in html.replace("\u00a0", " ")


# --- the first page ---


@pytest.mark.parametrize("code", CRISIS)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("large_print", [False, True], ids=["usual", "large"])
def test_in_a_crisis_988_stands_on_the_first_page(code: str, language: str, large_print: bool) -> None:
    first = [
        block.text for block in tagged_text(information(code, language, large_print=large_print).pdf) if block.page == 1
    ]
    assert workspace().language(language).headings.get_help_now in first
    assert any("988" in text for text in first)


@pytest.mark.parametrize("code", ["90837", "90863"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_in_short_is_whole_on_the_first_page_of_large_print(code: str, language: str) -> None:
    summary = workspace().content(code, language=language).procedure.summary
    pages = {
        " ".join(block.text.split()): block.page
        for block in tagged_text(information(code, language, large_print=True).pdf)
    }
    rows = (summary.what, summary.why, summary.how_long, summary.main_risk, summary.your_choice)
    assert {pages[row] for row in rows} == {1}


# --- head and foot ---


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("large_print", [False, True], ids=["usual", "large"])
def test_every_page_has_room_for_a_record_number_of_ten_digits(language: str, *, large_print: bool) -> None:
    document = information("90837", language, large_print=large_print)
    rooms = {slot.page: slot.corners.size[0] for slot in document.part.slots if slot.name == "patient_record"}
    assert sorted(rooms) == list(range(document.pages))
    assert min(rooms.values()) > LEAST_RECORD - 1


def test_the_foot_of_large_print_has_large_letters() -> None:
    with pypdfium2.PdfDocument(information("90837", large_print=True).pdf) as pdf:
        page = pdf[1].get_textpage()
        foot = {}
        for text in (fill(words().page.page_of, page="2", pages=str(len(pdf))), "90837", "Fingerprint"):
            searched = page.search(text, match_case=True)
            places = [place for place in iter(searched.get_next, None) if page.get_charbox(place[0])[3] < 25 * MM]
            _left, bottom, _right, top = page.get_charbox(places[-1][0], loose=True)
            foot[text] = top - bottom
    number, _code, fingerprint = foot.values()
    assert number > 1.25 * fingerprint
    assert min(foot.values()) > 14
