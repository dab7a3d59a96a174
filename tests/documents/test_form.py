"""The form to sign: one for a visit, with what is signed above each place to sign, in one language or two."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import pikepdf
import pytest

from consentkit.cache.store import open_store
from consentkit.documents.form import get_or_make_form
from consentkit.documents.form_request import LOOSE, Form, FormRequest, Situation
from consentkit.documents.form_values import SUMMARY_ROWS
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import RenderingFailed, WrongUse
from consentkit.model.identity import Layout, PaperSize, printed_fingerprint
from consentkit.model.placeholders import fill
from consentkit.model.words import LanguagePack
from consentkit.operations.approve import approve
from consentkit.pdf.read.structure_text import tagged_text
from consentkit.resources import shipped
from kit.packets import page_texts
from kit.running import SAMPLE_CLINIC
from kit.small import CODE, make_clinic, write_procedure
from kit.structure_lint import lint
from kit.tagged_file import File
from kit.translations import write_translation
from kit.validation import BOTH_STANDARDS, faults

OTHER = "SMALL-2"
EVERYTHING = Situation(telehealth=True, trainee=True, represented=True, assent=True, interpreter=True, witness=True)


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A clinic with two procedures, of which one has a translation."""
    folder = make_clinic(tmp_path / "clinic")
    write_procedure(folder / "procedures", code=OTHER, title="Another procedure")
    write_translation(folder / "procedures")
    return folder


def asked(
    *codes: str, languages: tuple[str, ...] = ("en",), layout: Layout | None = None, **situation: bool
) -> FormRequest:
    return FormRequest(codes or (CODE,), languages, Situation(**situation), layout or Layout())


def form_of(clinic: Path, request: FormRequest) -> Form:
    return get_or_make_form(open_workspace(clinic, open_store()), request)


def texts_of(form: Form) -> list[str]:
    return [" ".join(block.text.split()) for block in tagged_text(form.part.pdf)]


def fields_of(form: Form) -> set[str]:
    return {slot.name for slot in form.part.slots} - {"packet_page", "packet_number", "packet_print"}


def words(language: str = "en") -> LanguagePack:
    return open_workspace().language(language)


# --- who signs, and what the visit calls for ---

FOR_EVERY_VISIT = {
    *("clinic_address", "clinic_phone", "patient_name", "patient_born", "patient_record", "confidentiality_initials"),
    *(f"clinician_teach_back_{number}" for number in (1, 2, 3)),
}


def places_of(role: str) -> set[str]:
    return {f"{role}_{place}" for place in ("signature", "printed_name", "signed_on", "signed_at")}


@pytest.mark.parametrize(
    ("situation", "roles", "more"),
    [
        ({}, ("patient", "clinician"), set()),
        ({"telehealth": True}, ("patient", "clinician"), {f"telehealth_{number}" for number in (1, 2)}),
        ({"trainee": True}, ("patient", "clinician"), {"name_of_trainee", "name_of_supervisor"}),
        ({"represented": True}, ("representative", "clinician"), {"representative_blank"}),
        ({"represented": True, "assent": True}, ("representative", "assent", "clinician"), {"representative_blank"}),
        ({"interpreter": True}, ("patient", "clinician", "interpreter"), {"interpreter_blank"}),
        ({"witness": True}, ("patient", "clinician", "witness"), set()),
        (
            {"loose": True},
            ("patient", "clinician", "representative", "assent", "interpreter", "witness"),
            {
                *("representative_blank", "interpreter_blank", "name_of_trainee", "name_of_supervisor"),
                *("telehealth_applies", "trainee_applies"),
                *(f"telehealth_{number}" for number in (1, 2)),
            },
        ),
    ],
)
def test_a_form_has_places_for_those_whom_the_visit_calls_for_and_no_other(
    situation: dict[str, bool], roles: tuple[str, ...], more: set[str], clinic: Path
) -> None:
    form = form_of(clinic, asked(**situation))
    assert fields_of(form) == FOR_EVERY_VISIT.union(more, *map(places_of, roles))
    texts = texts_of(form)
    assert (words().form.only_if_needed in texts) == bool(situation.get("loose"))
    clauses = {name for name in ("telehealth", "trainee") if words().clauses[name].heading in texts}
    called = {name for name in ("telehealth", "trainee") if situation.get(name) or situation.get("loose")}
    assert clauses == called


def test_a_form_of_one_procedure_has_nothing_to_mark_and_one_of_several_has_yes_and_no(clinic: Path) -> None:
    one, both = form_of(clinic, asked(CODE)), form_of(clinic, asked(CODE, OTHER))
    marks = {"code_small_1_yes", "code_small_1_no", "code_small_2_yes", "code_small_2_no"}
    assert (fields_of(one) & marks, fields_of(both) & marks) == (set(), marks)
    assert fields_of(one) | marks == fields_of(both)  # one set of signatures
    assert (words().form.agreement in texts_of(one), words().form.agreement in texts_of(both)) == (True, False)
    assert words().form.agreement_by_row in texts_of(both)
    assert [text.title for text in both.texts] == ["A small procedure", "Another procedure"]


def test_a_form_names_each_information_by_code_edition_and_fingerprint(clinic: Path) -> None:
    workspace = open_workspace(clinic)
    form = form_of(clinic, asked(CODE, OTHER))
    for text in form.texts:
        information = workspace.render(text.code, variant="information")
        assert (text.content_hash, text.title) == (information.content_hash, information.title)
        (named,) = [said for said in texts_of(form) if f"information {text.code} of" in said]
        assert "January 15, 2026" in named
        assert " ".join(text.content_hash[index : index + 4] for index in (0, 4, 8)) in named


def test_a_form_in_two_languages_says_everything_in_both_and_is_signed_once(clinic: Path) -> None:
    both = form_of(clinic, asked(languages=("es", "en"), interpreter=True))
    assert [(text.code, text.language) for text in both.texts] == [(CODE, "es"), (CODE, "en")]
    assert fields_of(both) == fields_of(form_of(clinic, asked(interpreter=True)))
    blocks = [(" ".join(block.text.split()), block) for block in tagged_text(both.part.pdf)]
    texts = [text for text, _ in blocks]
    for pack in (words("es"), words("en")):
        for said in (*pack.consent.statements, pack.form.agreement, pack.clauses["rights"].text.items[0]):
            assert texts.count(said) == 1
    assert texts.index(words("es").form.agreement) < texts.index(words("en").form.agreement)
    with pikepdf.open(io.BytesIO(both.part.pdf)) as pdf:
        assert str(pdf.Root.Lang) == "es"
        english = [element for element in File(pdf).elements if str(element.dictionary.get("/Lang", "")) == "en"]
    assert len(english) > 20


def test_no_form_is_in_three_languages_or_for_no_procedure() -> None:
    for codes, languages in (((), ("en",)), ((CODE, CODE), ("en",)), ((CODE,), ()), ((CODE,), ("en", "en"))):
        with pytest.raises(WrongUse, match="a form is"):
            FormRequest(codes, languages, LOOSE, Layout())
    with pytest.raises(WrongUse, match="two different ones"):
        FormRequest((CODE,), ("en", "es", "ar"), LOOSE, Layout())


# --- what a procedure asks for on its form ---

OWN = {
    "teach_back": ["Which tooth do we pull?"],
    "on_form": {
        "choices": [{"label": "Which side", "options": ["Left", "Right", "Both"]}],
        "blanks": ["Tooth", "Drug and dose"],
        "initials": ["I know that this can't be undone."],
    },
}


def test_what_a_procedure_asks_for_is_on_its_line_of_the_form(clinic: Path) -> None:
    write_procedure(clinic / "procedures", **OWN)
    form = form_of(clinic, asked(layout=Layout(fillable=True)))
    own = {name for name in fields_of(form) if name.startswith("code_small_1")}
    assert own == {
        *(f"code_small_1_choice_1_{number}" for number in (1, 2, 3)),
        *("code_small_1_blank_1", "code_small_1_blank_2", "code_small_1_initials_1"),
    }
    assert {"clinician_teach_back_1"} == {name for name in fields_of(form) if "teach_back" in name}
    texts = " ".join(texts_of(form))
    for text in ("Which tooth do we pull?", "Which side", "Left", "Drug and dose", "I know that this can't be undone."):
        assert text in texts
    kinds = {slot.name: slot.kind for slot in form.part.slots}
    assert (kinds["code_small_1_choice_1_2"], kinds["code_small_1_blank_1"]) == ("check", "text")


def test_the_questions_of_several_procedures_are_each_asked_once(clinic: Path) -> None:
    write_procedure(clinic / "procedures", teach_back=["Which tooth do we pull?"])
    form = form_of(clinic, asked(CODE, OTHER))
    assert len([name for name in fields_of(form) if "teach_back" in name]) == 1 + len(words().teach_back.questions)


# --- approval ---


def test_a_form_is_approved_when_each_of_its_texts_is(clinic: Path, today: datetime.date) -> None:
    request = asked(CODE, OTHER)
    assert form_of(clinic, request).mark == words().page.draft
    approve(open_workspace(clinic), CODE, by="Ann Ray")
    one = form_of(clinic, request)
    assert (one.is_approved, one.mark) == (False, words().page.draft)
    assert [text.approved_edition for text in one.texts] == [1, None]
    approve(open_workspace(clinic), OTHER, by="Ben Lee", until=today)
    both = form_of(clinic, request)
    assert (both.is_approved, both.mark) == (
        True,
        fill(words().form.approved_until, until=words().dates.write(today)),
    )
    assert both.mark in texts_of(both)
    alone = form_of(clinic, asked(CODE))
    assert (alone.is_approved, alone.mark.startswith("Approved by Ann Ray")) == (True, True)
    both_languages = form_of(clinic, asked(CODE, languages=("es", "en")))
    assert both_languages.is_approved is False  # the Spanish text is not


def test_a_form_whose_approval_has_run_out_says_so(clinic: Path, today: datetime.date) -> None:
    for code in (CODE, OTHER):
        approve(open_workspace(clinic), code, by="Ann Ray", until=today)
    record = clinic / "approvals.yaml"
    yesterday = today - datetime.timedelta(days=1)
    record.write_text(re.sub(rf"(until: \W?){today}", rf"\g<1>{yesterday}", record.read_text(), count=1))
    form = form_of(clinic, asked(CODE, OTHER))
    assert (form.is_approved, form.mark) == (False, fill(words().page.overdue, until=words().dates.write(yesterday)))


# --- kept ---


def test_a_form_is_kept_until_what_it_is_made_from_changes(clinic: Path, tmp_path: Path) -> None:
    store = open_store(tmp_path / "cache")

    def made(request: FormRequest) -> Form:
        return get_or_make_form(open_workspace(clinic, store), request)

    first = made(asked(CODE, OTHER))
    entries = {path for path in (tmp_path / "cache").rglob("*") if path.is_file()}
    assert made(asked(CODE, OTHER)) == first
    assert {path for path in (tmp_path / "cache").rglob("*") if path.is_file()} == entries
    others = [
        made(asked(OTHER, CODE)),
        made(asked(CODE, OTHER, telehealth=True)),
        made(asked(CODE, OTHER, layout=Layout("a4"))),
    ]
    write_procedure(clinic / "procedures", title="A changed procedure")
    others.append(made(asked(CODE, OTHER)))
    approve(open_workspace(clinic), CODE, by="Ann Ray")
    others.append(made(asked(CODE, OTHER)))
    assert (
        len({first.part.pdf, *(other.part.pdf for other in others)}) == 1 + len(others) - 1
    )  # one approval marks no form
    assert others[-1].texts != others[-2].texts


# --- as good as any other paper ---

LARGE, FILLABLE = Layout(large_print=True), Layout(fillable=True)
LOOKED_AT = {
    "loose": FormRequest(("90853",), ("en",), LOOSE, Layout()),
    "everything, fillable": FormRequest(("90837", "90785"), ("en",), EVERYTHING, FILLABLE),
    "two languages, fillable": FormRequest(("90839",), ("es", "en"), LOOSE, FILLABLE),
    "large print": FormRequest(("90837",), ("es",), EVERYTHING, LARGE),
    "a crisis": FormRequest(("90839",), ("en",), Situation(), FILLABLE),
    "a crisis in large print": FormRequest(("90839",), ("en",), Situation(), LARGE),
    "several procedures": FormRequest(("90791", "90834", "90853"), ("en",), Situation(), Layout("a4")),
    "two languages in large print": FormRequest(("90837",), ("en", "es"), LOOSE, LARGE),
}


@cache
def looked_at(name: str) -> Form:
    return get_or_make_form(open_workspace(SAMPLE_CLINIC, open_store()), LOOKED_AT[name])


@pytest.mark.parametrize("name", LOOKED_AT)
def test_validators_and_the_lint_find_no_fault(name: str) -> None:
    pdf = looked_at(name).part.pdf
    assert [fault for profile in BOTH_STANDARDS for fault in faults(pdf, profile)] == []
    assert [str(finding) for finding in lint(pdf)] == []


@pytest.mark.parametrize("name", LOOKED_AT)
def test_what_is_signed_is_above_each_place_to_sign_on_the_same_page(name: str) -> None:
    form = looked_at(name)
    pack = words(form.languages[0])
    statements = {block.role: block.statement for block in pack.signatures.blocks}
    statements["assent"] = pack.form.assent.statements[-1]
    agreement = pack.form.agreement if len({text.code for text in form.texts}) == 1 else pack.form.agreement_by_row
    with pikepdf.open(io.BytesIO(form.part.pdf)) as pdf:
        said = list(places_of_text(File(pdf)))
    for slot in form.part.slots:
        role, _, what = slot.name.partition("_")
        if what == "signature":
            above = [text for text, page, top in said if page == slot.page and top > slot.corners.bottom]
            assert any(statements[role] in text for text in above), slot.name
            if role in {"patient", "representative"}:
                assert any(agreement in text for text in above), slot.name
        if what == "initials":
            clause = " ".join(pack.clauses[role].text.items[:1] or (pack.clauses[role].text.intro or "",))
            assert any(clause in text for text, page, top in said if page == slot.page), slot.name


def places_of_text(file: File) -> Iterator[tuple[str, int, float]]:
    """Each paragraph and heading with the page and the height at which it begins."""
    for element in file.elements:
        if element.role in {"P", "LBody", "H1", "H2", "H3"}:
            contents = list(element.contents())
            places = [(content.page, top) for content in contents if (top := file.top_of(content)) is not None]
            text = " ".join("".join(file.text_of(content) for content in contents).split())
            if places and places[0][0] is not None:
                yield text, places[0][0], places[0][1]


@pytest.mark.parametrize("languages", [("en", "es"), ("es", "en")])
def test_a_clause_that_one_language_lacks_is_printed_in_the_other(languages: tuple[str, str], clinic: Path) -> None:
    (clinic / "clauses.en.yaml").write_text(
        "clauses: {photos: {heading: Photographs, always: true, form: true, source: Ours, text: We take none.}}\n"
    )
    assert any("We take none." in text for text in texts_of(form_of(clinic, asked(languages=languages))))


@pytest.mark.parametrize("name", ["two languages, fillable", "two languages in large print"])
def test_the_second_language_begins_in_a_line_of_its_own(name: str) -> None:
    request, form = LOOKED_AT[name], looked_at(name)
    # What is beside each other is parted by several blanks.
    lines = [line for text in page_texts(form.part.pdf) for line in re.split(r"\n| {2,}", text) if line]
    second = open_workspace().content(request.codes[0], language=request.languages[1], variant="form").procedure
    for row in SUMMARY_ROWS:
        text = getattr(second.summary, row)
        assert [line for line in lines if text.startswith(line)], f"{row} begins amid another line"


@pytest.mark.parametrize("name", ["loose", "everything, fillable"])
def test_the_last_line_is_far_enough_above_the_foot(name: str) -> None:
    form = looked_at(name)
    last = [slot for slot in form.part.slots if slot.name.endswith("_signed_on")]
    assert min(slot.corners.bottom for slot in last) > (20 + 15) * 72 / 25.4 - 12  # the label is under the line
    printed = [slot.corners.size[0] for slot in form.part.slots if slot.name.endswith("_printed_name")]
    assert min(printed) >= 70 * 72 / 25.4 - 0.5
    times = [slot.corners.size[0] for slot in form.part.slots if slot.name.endswith("_signed_at")]
    assert min(times) >= 22 * 72 / 25.4 - 0.5


def test_a_fingerprint_is_not_broken_over_lines(clinic: Path) -> None:
    codes = [f"SMALL-{number}" for number in range(3, 12)]
    for number, code in enumerate(codes):  # of which some line would end amid the fingerprint
        write_procedure(clinic / "procedures", code=code, title="A" + "b" * 3 * number)
    form = form_of(clinic, asked(*codes))
    lines = [line for text in page_texts(form.part.pdf) for line in text.splitlines()]
    whole = [printed_fingerprint(text.content_hash) for text in form.texts]
    assert [one for one in whole if not any(one in line for line in lines)] == []


@pytest.mark.parametrize(("situation", "most"), [(Situation(), 450), (LOOSE, 600)])
def test_a_form_has_fewer_than_450_words_and_one_with_every_place_fewer_than_600(
    situation: Situation, most: int
) -> None:
    form = get_or_make_form(
        open_workspace(SAMPLE_CLINIC, open_store()), FormRequest(("90837",), ("en",), situation, Layout())
    )
    assert len(" ".join(texts_of(form)).split()) < most


def test_rows_to_sign_have_room_for_a_hand_and_the_last_is_15_mm_above_the_foot() -> None:
    for form in (
        looked_at("loose"),
        looked_at("everything, fillable"),
        crisis_form(),
        crisis_form("a4"),
        five_sign_a_crisis(),
    ):
        to_sign = [slot for slot in form.part.slots if slot.name.endswith(("_signature", "_printed_name"))]
        lines = {(slot.page, round(slot.corners.bottom, 1)) for slot in to_sign}
        for page, line in lines:
            between = [line - other for number, other in lines if number == page and other < line]
            assert min(between, default=1000) >= 12.9 * MM, (page, line)
            assert line >= (FOOT + 15) * MM - 1, (page, line)


MM = 72 / 25.4
FOOT = 17.9
"""Millimetres from the edge of the sheet to the rule above the foot."""


def crisis_form(paper: PaperSize = "letter", languages: tuple[str, ...] = ("en",), **situation: bool) -> Form:
    request = FormRequest(("90839",), languages, Situation(**situation), Layout(paper))
    return get_or_make_form(open_workspace(None, open_store()), request)


def five_sign_a_crisis() -> Form:
    return crisis_form(languages=("es",), represented=True, assent=True, interpreter=True, witness=True)


# --- a crisis ---


@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_the_form_of_a_crisis_is_one_page_that_begins_with_988(paper: PaperSize) -> None:
    form = crisis_form(paper)
    assert form.pages == 1
    texts = texts_of(form)
    assert words().plan.call in texts
    assert texts.index(words().plan.call) < texts.index(words().form.asked)
    assert not any(text.startswith("I was given information") for text in texts)  # which may follow
    assert any(text.startswith("I got or will get information 90839") for text in texts)


@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("languages", [("en",), ("es",)])
def test_whoever_decides_signs_a_crisis_on_one_page(languages: tuple[str, ...], paper: PaperSize) -> None:
    assert crisis_form(paper, languages, represented=True).pages == 1


@pytest.mark.parametrize("languages", [("en",), ("es",)])
def test_where_everybody_signs_a_crisis_by_video_it_is_one_sheet(languages: tuple[str, ...]) -> None:
    """The limit: five hands fit on one page, in rows of 8 mm, but not with the lines of video and trainee, too."""
    form = crisis_form(languages=languages, **vars(EVERYTHING))
    assert form.pages == 2
    assert [flaw.kind for flaw in form.part.flaws] == []


def test_any_procedure_with_a_plan_has_such_a_form_and_no_other_has(clinic: Path) -> None:
    write_procedure(clinic / "procedures", plan="crisis")
    alone, other, both = (form_of(clinic, asked(*codes)) for codes in ((CODE,), (OTHER,), (CODE, OTHER)))
    assert [words().plan.call in texts_of(form) for form in (alone, other, both)] == [True, False, True]
    in_two = form_of(clinic, asked(languages=("es", "en")))
    assert {words("es").plan.call, words("en").plan.call} <= set(texts_of(in_two))


# --- rows ---


def test_each_choice_begins_with_a_capital_letter_and_of_risks_only_the_first(clinic: Path) -> None:
    texts = texts_of(form_of(clinic, asked()))
    assert {"You may feel worse for a day", "Waiting; Doing nothing"} <= set(texts)
    shown = texts_of(crisis_form())
    assert "Going to a hospital against your will; police who come, and may use force" in shown


def test_a_risk_with_a_figure_has_it_on_the_form_in_each_language() -> None:
    request = FormRequest(("90837",), ("es", "en"), Situation(), Layout())
    shown = " ".join(texts_of(get_or_make_form(open_workspace(None, open_store()), request)))
    assert "About 6 in 10: not enough help from talk therapy, in studies of depression" in shown
    assert "Cerca de 6 de cada 10: que la terapia no le ayude lo suficiente, en estudios sobre la depresión" in shown


# --- filled in by keyboard ---


def fields_in(form: Form) -> dict[str, Any]:
    """Each field: what a screen reader says, and its flags."""
    with pikepdf.open(io.BytesIO(form.part.pdf)) as pdf:
        fields = cast("Iterable[Any]", pdf.Root.AcroForm.Fields)
        return {str(field.T): (str(field.TU), int(field.get("/Ff", 0))) for field in fields}


def test_a_field_for_a_day_says_how_the_day_is_typed(clinic: Path) -> None:
    fields = fields_in(form_of(clinic, asked(layout=FILLABLE)))
    assert fields["patient_signed_on"][0] == "Patient: Date (mm/dd/yyyy)"
    assert fields["patient_born"][0] == "Patient: Date of birth (mm/dd/yyyy)"
    spanish = fields_in(form_of(clinic, asked(languages=("es",), layout=FILLABLE)))
    assert spanish["clinician_signed_on"][0].endswith("Fecha (mm/dd/aaaa)")


REQUIRED = 1 << 1


def test_what_must_not_stay_empty_is_marked_as_required(clinic: Path) -> None:
    def required(**situation: bool) -> set[str]:
        fields = fields_in(form_of(clinic, asked(layout=FILLABLE, **situation)))
        return {name for name, (_, flags) in fields.items() if flags & REQUIRED}

    def must(role: str) -> set[str]:
        return {f"{role}_{place}" for place in ("signature", "signed_on", "printed_name")}

    always = {"confidentiality_initials", *must("clinician")}
    assert required() == always | must("patient")
    assert required(represented=True, witness=True) == always | must("representative") | must("witness")
    assert required(loose=True) == always | must("patient")


# --- what must never be missing ---


AGREED = "{{ both(words.form[agreement]"
AGREED_IN_ONE_FLOW = '<p class="agreement">{{ words.form[agreement] }}'


@pytest.mark.parametrize(
    ("template", "whole", "part", "lost"),
    [
        ("asked.html", "<h2>{{ first.name | replace", "<h2>Care</h2><h2>{{ item.code | replace", "A small procedure"),
        ("asked.html", "{{ both(text, form.calls[1][loop.index0] if second) }}", "", "Call or text 988 at any hour"),
        ("asked.html", "{{ both(text, other and other.summary[row]) }}", "Yes.", "You may feel sad."),
        ("asked.html", "{{ both(text, other and other.risks[group]) }}", "Yes.", "You may feel worse for a day"),
        ("asked.html", "{{ both(first.choices, other and other.choices) }}", "Yes.", "Waiting; Doing nothing"),
        ("clauses.html", "{{ clauses_of(form.clauses) }}", "", "You can:"),
        ("clause.html", "{{ both_passage(clause.text, other and other.text) }}", "", "You can:"),
        (
            "signers.html",
            "<li>{{ both(text, second.consent",
            "<li hidden>{{ both(text, second.consent",
            "My questions were answered",
        ),
        ("signers.html", "{{ both(item.said[0].paper", "{{ both(item.said[0].title", "I got or will get"),
        ("signers.html", AGREED, AGREED.replace("agreement]", "'asked']"), "I agree to what is named"),
        ("signers.html", AGREED_IN_ONE_FLOW, '<p class="agreement">', "I agree to what is named"),
        ("signers.html", "{{ both_items(asked.statements", "{{ both_items([]", "I may say no"),
        ("on_form.html", "{{ both(statement, ", '{{ both("Yes.", ', "I know that this can't be undone."),
    ],
)
def test_a_template_that_drops_or_changes_what_is_signed_makes_no_form(
    template: str, whole: str, part: str, lost: str, tmp_path: Path
) -> None:
    original = (shipped("templates") / "form" / template).read_text(encoding="utf-8")
    assert original.count(whole) == 1
    clinic = make_clinic(tmp_path / "clinic", templates={f"form/{template}": original.replace(whole, part)})
    write_procedure(clinic / "procedures", on_form=OWN["on_form"], plan="crisis")
    for make in makers_that_need(whole, lost):  # what is required of a form is gathered once for all three
        with pytest.raises(RenderingFailed, match="the finished page lacks") as caught:
            make(open_workspace(clinic))
        assert lost in str(caught.value)


def makers_that_need(whole: str, lost: str) -> list[Callable[[OpenWorkspace], Any]]:
    """The forms that say what was lost: of a visit in a crisis, where all is in one flow; a loose one; a consent."""
    if whole == AGREED:
        return [make_loose_form, make_consent]
    return [make_form_of_visit, make_loose_form, make_consent] if lost == "You may feel sad." else [make_form_of_visit]


def make_form_of_visit(workspace: OpenWorkspace) -> Any:
    return get_or_make_form(workspace, FormRequest((CODE,), ("en",), EVERYTHING, Layout()))


def make_loose_form(workspace: OpenWorkspace) -> Any:
    return workspace.render(CODE, variant="form")


def make_consent(workspace: OpenWorkspace) -> Any:
    return workspace.render(CODE)


@pytest.mark.parametrize(
    "rule", [".agreement { display: none }", ".agreement { color: #fff }", "li { margin-left: -400mm }"]
)
def test_a_style_sheet_that_hides_what_is_signed_makes_no_form(rule: str, tmp_path: Path) -> None:
    style = (shipped("templates") / "print.css").read_text(encoding="utf-8")
    clinic = make_clinic(tmp_path / "clinic", templates={"print.css": style + rule})
    with pytest.raises(RenderingFailed, match=r"the finished page lacks|leaves out text"):
        make_form_of_visit(open_workspace(clinic))
