"""Every paper of the library keeps within its pages, and breaks them well: on both papers, in both sizes of print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.form import get_or_make_form
from consentkit.documents.form_request import EVERYTHING, LOOSE, FormRequest, OnPaper, Situation
from consentkit.documents.opening import open_workspace
from consentkit.documents.page import Page
from consentkit.documents.printing import assets_of, print_page
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.identity import Layout, PaperSize, Variant
from consentkit.pdf.part import Part
from consentkit.pdf.render import engine
from kit.engine_pages import INFO, STYLE, render
from kit.measured_pages import is_of_these_versions, kept, measure, measured
from kit.page_fill import Filled, Measured

CODES = open_workspace().library.codes()
LANGUAGES = ("en", "es")
SHORTEST, CRISIS, LONGEST = "90837", "90839", "90863"

INFORMATION = {("en", False): 4, ("es", False): 5, ("en", True): 10, ("es", True): 12}
"""The most pages of an information, by its language and whether it is in large print."""
LAYOUTS = [Layout("a4"), Layout("letter", large_print=True)]
"""Those in which an information is laid out by itself. On Letter, in regular print, it is looked at in its consent."""
LARGE_A4 = Layout("a4", large_print=True)
"""Taller, so that no text takes more pages than on Letter; some codes are looked at."""


@cache
def workspace() -> OpenWorkspace:
    return open_workspace(None, open_store())


def name_of(layout: Layout) -> str:
    return f"{layout.paper}{' large' if layout.large_print else ''}"


def laid_out(name: str, page: Page, layout: Layout) -> Measured:
    """A page in a layout. It is composed once for all layouts, and not read back: only its pages count here."""
    return measured(
        f"{name} {name_of(layout)}",
        lambda: print_page(page, layout, INFO, assets_of(workspace().folder), workspace().templates),
    )


def information(code: str, language: str, layout: Layout) -> Part:
    page = workspace().compose(workspace().content(code, language=language, variant="information"))
    return print_page(page, layout, INFO, assets_of(workspace().folder), workspace().templates)


def document(code: str, language: str, paper: PaperSize, variant: Variant, *, large_print: bool = False) -> Measured:
    """A document, as it is handed out."""
    return measured(
        f"{code} {language} {variant} {name_of(Layout(paper, large_print))}",
        lambda: workspace().render(code, language=language, paper=paper, variant=variant, large_print=large_print).part,
    )


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_information_keeps_within_its_pages_in_every_layout(code: str, language: str) -> None:
    page = workspace().compose(workspace().content(code, language=language, variant="information"))
    layouts = [*LAYOUTS, *([LARGE_A4] if code in {SHORTEST, CRISIS, LONGEST} else ())]
    judged = {layout: laid_out(f"{code} {language} information", page, layout) for layout in layouts}
    assert {
        layout: faults
        for layout, pages in judged.items()
        if (faults := pages.faults(INFORMATION[language, layout.large_print], lists_tables=layout.large_print))
    } == {}


# --- papers of one page ---

ONE_PAGE = {False: 1, True: 3}
"""The most pages of a refusal and of a plan, by whether it is in large print."""
PLANS = [code for code in CODES if open_workspace().procedure(code).plan]


def faults_of_one_page(variant: Variant, code: str, language: str, paper: PaperSize, *, large_print: bool) -> list[str]:
    return document(code, language, paper, variant, large_print=large_print).faults(ONE_PAGE[large_print])


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_a_refusal_takes_one_page(code: str, language: str, paper: PaperSize) -> None:
    assert faults_of_one_page("refusal", code, language, paper, large_print=False) == []


@pytest.mark.parametrize("code", [SHORTEST, CRISIS, LONGEST])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_a_refusal_in_large_print_takes_three_pages(code: str, language: str, paper: PaperSize) -> None:
    assert faults_of_one_page("refusal", code, language, paper, large_print=True) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("large_print", [False, True])
def test_a_plan_takes_one_page_and_in_large_print_three(language: str, paper: PaperSize, large_print: bool) -> None:
    assert PLANS == ["90839", "90840"]
    assert faults_of_one_page("plan", CRISIS, language, paper, large_print=large_print) == []


# --- the form ---

FORM = {False: 2, True: 4}
"""The most pages of a form that no visit is known for, by whether it is in large print."""
VISITS = {False: 2, True: 4}
"""The most pages of the form of a visit of one procedure, by whether it is in large print."""


FIVE = Situation(represented=True, assent=True, interpreter=True, witness=True)
"""Those who may sign at most."""


def form_of(
    codes: tuple[str, ...],
    languages: tuple[str, ...],
    situation: Situation,
    layout: Layout,
    on_papers: tuple[tuple[str, OnPaper], ...] = (),
) -> Measured:
    who = " ".join(name for name, is_so in vars(situation).items() if is_so)
    papers = "".join(f", {name} on paper" for name, _ in on_papers)
    request = FormRequest(codes, languages, situation, layout, on_papers=on_papers)
    return measured(
        f"form {' '.join(codes)}, {' '.join(languages)}, {who or 'nobody else'}{papers}, {name_of(layout)}",
        lambda: get_or_make_form(workspace(), request).part,
    )


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_consent_keeps_within_the_pages_of_an_information_and_a_form(code: str, language: str) -> None:
    consent = document(code, language, "letter", "consent")
    assert consent.faults(INFORMATION[language, False], FORM[False]) == []


@pytest.mark.parametrize(
    ("code", "layout"),
    [
        *((code, Layout("letter", large_print=True)) for code in CODES),
        *((code, layout) for code in (SHORTEST, CRISIS, LONGEST) for layout in (Layout("a4"), LARGE_A4)),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_keeps_within_its_pages_on_the_other_paper_and_in_large_print(
    code: str, language: str, layout: Layout
) -> None:
    form = form_of((code,), (language,), LOOSE, layout)
    assert [*form.faults(FORM[layout.large_print]), *form.flaws] == []


@pytest.mark.parametrize("code", [SHORTEST, CRISIS, LONGEST])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("large_print", [False, True])
def test_the_form_of_a_visit_takes_one_sheet_and_in_large_print_two(
    code: str, language: str, large_print: bool
) -> None:
    visit = Situation(telehealth=True, interpreter=True)
    assert form_of((code,), (language,), visit, Layout("letter", large_print)).faults(VISITS[large_print]) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "five", [("90837", "90785", "90839", "90853", "90863"), ("90791", "90834", "90846", "90853", "90863")]
)
def test_a_form_of_five_procedures_takes_two_sheets(five: tuple[str, ...], language: str) -> None:
    assert form_of(five, (language,), Situation(), Layout()).faults(4) == []


@pytest.mark.parametrize(
    ("language", "paper", "situation"),
    [
        ("en", "letter", Situation(interpreter=True, witness=True)),
        ("en", "letter", Situation(telehealth=True)),
        ("en", "letter", Situation(represented=True, assent=True)),
        ("es", "letter", Situation(interpreter=True)),
        ("es", "letter", Situation(telehealth=True)),
        ("es", "letter", Situation(trainee=True)),
        ("es", "letter", Situation(interpreter=True, witness=True)),
        ("es", "letter", Situation(represented=True, assent=True, interpreter=True)),
        ("es", "letter", Situation(represented=True, assent=True)),
        ("es", "a4", Situation(interpreter=True, witness=True)),
        *((language, "letter", FIVE) for language in LANGUAGES),
        *((language, "letter", Situation(represented=True, assent=True, telehealth=True)) for language in LANGUAGES),
        ("es", "letter", Situation(interpreter=True, telehealth=True)),
    ],
)
def test_the_form_of_a_crisis_takes_one_page(language: str, paper: PaperSize, situation: Situation) -> None:
    assert form_of((CRISIS,), (language,), situation, Layout(paper)).faults(1) == []


def test_five_sign_a_crisis_by_video_on_one_page_where_a_paper_has_what_holds_for_video() -> None:
    by_video = replace(FIVE, telehealth=True)
    form = form_of((CRISIS,), ("en",), by_video, Layout(), on_papers=(("telehealth", "visit"),))
    assert form.faults(1) == []


def test_a_form_in_two_languages_takes_four_pages() -> None:
    assert form_of((LONGEST,), ("es", "en"), LOOSE, Layout()).faults(4) == []


IN_TWO = {(1, False): 4, (1, True): 8, (3, False): 6, (3, True): 14}
"""The most pages of a form in two languages where every role signs, by how many procedures and the size of print."""
THREE = ("90837", "90785", "90853")


@pytest.mark.parametrize("languages", [("en", "es"), ("es", "en")])
@pytest.mark.parametrize("codes", [(SHORTEST,), THREE])
@pytest.mark.parametrize("large_print", [False, True])
def test_a_form_in_two_languages_where_everybody_signs_keeps_within_its_pages(
    codes: tuple[str, ...], languages: tuple[str, str], large_print: bool
) -> None:
    layout = Layout("letter", large_print)
    form = form_of(codes, languages, EVERYTHING, layout)
    assert [*form.faults(IN_TWO[len(codes), large_print]), *form.flaws] == []


@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize(("codes", "large_print"), [((SHORTEST,), False), ((SHORTEST,), True), (THREE[:2], False)])
def test_nobody_signs_alone_on_a_page_where_everybody_signs(
    codes: tuple[str, ...], large_print: bool, paper: PaperSize
) -> None:
    assert form_of(codes, ("en",), EVERYTHING, Layout(paper, large_print)).flaws == []


@pytest.mark.parametrize(
    ("codes", "languages"),
    [(("90834", "90785"), ("en",)), (("90853",), ("es", "en")), (("90834", "90785"), ("en", "es"))],
)
@pytest.mark.parametrize("situation", [Situation(), LOOSE])
def test_in_large_print_what_is_initialled_is_on_the_page_of_its_initials(
    codes: tuple[str, ...], languages: tuple[str, ...], situation: Situation
) -> None:
    assert form_of(codes, languages, situation, Layout("letter", large_print=True)).flaws == []


@pytest.mark.parametrize("name", ["minors-and-custody", "release-substance-use"])
def test_a_paper_that_any_visit_may_have_takes_one_sheet_with_a_place_for_everybody(name: str) -> None:
    assert measured(f"paper {name}", lambda: workspace().render(name).part).faults(2) == []


# --- what was measured before ---


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("90839 es information letter large", lambda: information(CRISIS, "es", Layout("letter", large_print=True))),
        ("90837 en refusal a4", lambda: workspace().render(SHORTEST, variant="refusal", paper="a4").part),
        ("paper minors-and-custody", lambda: workspace().render("minors-and-custody").part),
    ],
)
def test_what_is_kept_of_pages_is_what_is_measured_again(name: str, make: Callable[[], Part]) -> None:
    entry = kept(name)
    again = measure(make)
    assert entry
    if is_of_these_versions():
        assert again.made_from in {entry.made_from, ""}, "run `make pages`, read the diff of tests/pages, and commit it"
        assert again.measured == entry.measured


def test_pages_are_laid_out_again_as_soon_as_a_word_or_a_style_changes() -> None:
    def made(text: str, style: str = "") -> Callable[[], Part]:
        html = f'<!doctype html><html lang="en"><head><title>A page</title></head><body>{text}</body></html>'
        return lambda: engine.render(html, [STYLE, style], {}, INFO)

    real = measure(made("<p>line</p>"))
    assert real.measured.pages[0].lines == 1
    invented = replace(real, measured=replace(real.measured, headings_at_foot=["page 1: invented"]))
    assert measure(made("<p>line</p>"), invented) == invented
    assert measure(made("<p>line</p><p>line</p>"), invented).measured.pages[0].lines == 2
    assert measure(made("<p>line</p>", "p { font-size: 40pt }"), invented).measured.headings_at_foot == []


# --- the measuring itself ---

LINES = "<p>line</p>" * 9
FULL = f'<div style="height: 150mm">{LINES}</div>{LINES}'


def found(body: str, budget: int = 9) -> list[str]:
    """What is found wrong with a page of HTML."""
    return Filled(render(body, "@page { margin: 20mm } p, h2 { margin: 0 }")).faults(budget)


def test_good_pages_have_no_faults() -> None:
    assert found(FULL) == []


def test_a_page_too_many_is_seen() -> None:
    assert found(FULL, budget=0) == ["1 pages, and not 0"]


def test_each_paper_of_a_file_has_a_budget_of_its_own() -> None:
    two = f'<h1>One</h1>{LINES}<h1 style="break-before: page">Two</h1>{FULL}'
    filled = Filled(render(two, "@page { margin: 20mm } p, h1, h2 { margin: 0 }"))
    assert filled.titles == [1, 2]
    assert filled.faults(1, 1) == []
    assert filled.faults(0, 1) == ["1 pages, and not 0"]


def test_a_page_that_is_nearly_empty_is_seen_but_for_the_last() -> None:
    (fault,) = found(f'{LINES}<div style="break-before: page">{LINES}</div>')
    assert fault.startswith("page 1 is ")


def test_a_page_of_few_lines_is_seen_even_where_it_is_the_last() -> None:
    assert found(f'{FULL}<p style="break-before: page">line</p>') == ["page 2 has 1 lines"]


def test_a_heading_at_the_foot_of_a_page_is_seen() -> None:
    assert found(f'{FULL}<h2 style="break-after: page">Heading</h2>{FULL}') == [
        "heading at the foot of page 1: Heading"
    ]


def test_a_heading_at_the_foot_of_a_column_is_seen() -> None:
    columns = f'<div style="display: flex"><div>{LINES}<h2>Heading</h2></div><div>{LINES}</div></div>'
    assert found(columns) == ["heading at the foot of page 1: Heading"]


def test_a_small_table_that_is_torn_is_seen_and_a_large_one_is_not() -> None:
    def table(rows: int, height: int) -> str:
        return "<table>" + f'<tr><td style="height: {height}mm">{LINES}</td></tr>' * rows + "</table>"

    (fault,) = found(FULL + table(5, 60))
    assert fault.startswith("table torn over pages 2, 3")
    assert found(FULL + table(6, 50)) == []
