"""Papers that are not about one procedure: each feature on a specimen of its own, by the name of the paper."""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from consentkit.cache.store import open_store
from consentkit.documents.document import Document
from consentkit.documents.kept import get_or_make
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import InvalidInput, RenderingFailed, WrongUse
from consentkit.model.identity import Layout
from consentkit.pdf.read.structure_text import tagged_text
from kit.packets import page_texts
from kit.running import Outcome
from kit.small import (
    PAPER,
    SIGNED,
    make_clinic,
    small_paper_data,
    write_paper,
    write_paper_translation,
    write_procedure,
)
from kit.structure_lint import lint
from kit.tagged_file import File

SIGNED_BY_ALL = {
    **SIGNED,
    "signers": ["patient", "representative", "assent", "participant", "interpreter", "witness", "clinician"],
    "participants": "2",
}
TO_FILL_IN = [
    {
        "heading": "Everything",
        "text": {"intro": "Please fill in:", "items": ["in pen", "in capitals"], "note": "Thank you."},
        "table": {"columns": ["Service", "Charge"], "rows": [["A talk", ""]], "empty_rows": "2"},
        "choices": [{"label": "Which way", "options": ["By mail", "By telephone, if nobody else can hear it"]}],
        "blanks": ["Day", "Whom we may call if we can not reach you"],
        "lines": "2",
        "initials": "true",
    }
]


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return make_clinic(tmp_path / "clinic")


def workspace(clinic: Path) -> OpenWorkspace:
    return open_workspace(clinic, open_store())


def made(clinic: Path, layout: dict[str, Any] | None = None, **changes: Any) -> Document:
    """The document of a paper of the clinic."""
    write_paper(clinic / "papers", **changes)
    return workspace(clinic).render(PAPER, **(layout or {}))


WIDE = {
    "heading": "Charges",
    "table": {
        "columns": ["A", "B", "C", "D", "E", "F"],
        "rows": [["", "One", "", "", "", "Psychopharmacotherapeutics"], ["Care", "", "", "", "", "Care"]],
    },
}


def test_a_long_word_in_a_narrow_column_is_broken_and_not_lost(clinic: Path) -> None:
    document = made(clinic, sections=[WIDE])
    (word,) = [text for text in said(document) if text.startswith("Psycho")]
    assert word == "Psychopharmacotherapeutics"


def test_the_first_cell_with_a_text_heads_its_row(clinic: Path) -> None:
    with pikepdf.open(io.BytesIO(made(clinic, sections=[WIDE]).pdf)) as pdf:
        file = File(pdf)
        heads = ["".join(map(file.text_of, one.contents())) for one in file.elements if one.role == "TH"]
    assert [head.strip() for head in heads[6:]] == ["One", "Care"]


OF_CLAUSE = "Where I am; nearest emergency room"
"""What the clause on telehealth has as the label of a line."""


def test_a_label_that_the_clause_of_its_section_has_is_reported_with_its_line(clinic: Path) -> None:
    path = write_paper(clinic / "papers", sections=[{"clause": "telehealth", "blanks": [OF_CLAUSE]}])
    with pytest.raises((InvalidInput, RenderingFailed)) as caught:
        workspace(clinic).render(PAPER)
    assert "is also in the clause `telehealth` of this paper" in str(caught.value)
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if OF_CLAUSE in text)
    assert f"{path}:{line}:" in str(caught.value)


def test_a_translation_with_a_label_of_its_clause_makes_no_paper(clinic: Path) -> None:
    original = small_paper_data(sections=[{"clause": "telehealth", "blanks": ["My own line"]}])
    write_paper(clinic / "papers", sections=original["sections"])
    (label, *_) = (blank.label for blank in open_workspace().language("es").clauses["telehealth"].blanks)
    sections = [{"clause": "telehealth", "blanks": [label]}]
    write_paper_translation(clinic / "papers", original, "es", sections=sections)
    with pytest.raises(RenderingFailed, match="has a label or heading that its clause `telehealth` has, too"):
        workspace(clinic).render(PAPER, language="es")


@pytest.mark.parametrize("asked", ["SMALL-1", "small-1"])
def test_a_paper_and_a_procedure_that_differ_only_in_capitals_are_refused(asked: str, clinic: Path) -> None:
    write_procedure(clinic / "procedures")
    write_paper(clinic / "papers", name="small-1")
    with pytest.raises(WrongUse, match="differ only in capital letters"):
        workspace(clinic).render(asked)


def said(document: Document) -> list[str]:
    return [" ".join(element.text.split()) for element in tagged_text(document.pdf)]


def slots(document: Document) -> set[str]:
    """The places of a paper that are its own."""
    shared = ("patient_name", "patient_born", "patient_record", "packet_", "clinic_")
    return {slot.name for slot in document.part.slots if not slot.name.startswith(shared)}


def test_a_paper_is_rendered_by_its_name(call: Callable[..., Outcome], clinic: Path) -> None:
    write_paper(clinic / "papers")
    done = call("render", PAPER, "--clinic", clinic, "--json", "-o", "out/")
    (entry,) = json.loads(done.stdout)["documents"]
    assert done.code == 0
    assert (entry["code"], entry["variant"], entry["pages"], entry["approved"]) == (PAPER, "paper", 1, False)
    assert Path("out", f"{PAPER}.pdf").read_bytes().startswith(b"%PDF")


def test_a_paper_says_all_that_is_in_its_file(clinic: Path) -> None:
    texts = said(made(clinic, intro="Read this.", sections=TO_FILL_IN, **SIGNED))
    for text in (
        "A few small rules",
        "Read this.",
        "Everything",
        "Please fill in:",
        "in pen",
        "in capitals",
        "Thank you.",
        "Service",
        "Charge",
        "A talk",
        "Which way",
        "By mail",
        "By telephone, if nobody else can hear it",
        "Charge",
        "Day",
        "Whom we may call if we can not reach you",
        "My initials",
    ):
        assert any(text in each for each in texts), text
    for text in (*SIGNED["statements"], SIGNED["agreement"]):
        assert text in texts


def test_what_nobody_signs_has_no_place_to_sign(clinic: Path) -> None:
    assert slots(made(clinic)) == set()


def test_each_thing_to_fill_in_has_a_place_of_its_own(clinic: Path) -> None:
    names = slots(made(clinic, sections=TO_FILL_IN, **SIGNED))
    own = {name for name in names if name.startswith("section_")}
    assert own == {
        *("section_1_row_1_2", "section_1_row_2_1", "section_1_row_2_2", "section_1_row_3_1", "section_1_row_3_2"),
        *("section_1_choice_1_1", "section_1_choice_1_2", "section_1_blank_1", "section_1_blank_2"),
        *("section_1_line_1", "section_1_line_2", "section_1_initials"),
    }


def test_who_signs_has_a_place_and_nobody_else(clinic: Path) -> None:
    roles = {name.removesuffix("_signature") for name in slots(made(clinic, **SIGNED)) if name.endswith("_signature")}
    assert roles == {"patient", "representative", "clinician"}
    roles = {name.removesuffix("_signature") for name in slots(made(clinic, **SIGNED_BY_ALL)) if "_signature" in name}
    assert roles == {
        "patient",
        "representative",
        "assent",
        "participant_1",
        "participant_2",
        "interpreter",
        "witness",
        "clinician",
    }


def test_only_participants_may_sign(clinic: Path) -> None:
    names = slots(made(clinic, **{**SIGNED, "signers": ["participant"], "participants": "3"}))
    roles = {name.removesuffix("_signature") for name in names if name.endswith("_signature")}
    assert roles == {"participant_1", "participant_2", "participant_3"}


AGREE = ("Patient", "Representative", "My", "Participant")
"""The first words of the places of those who agree to what a paper says."""


@pytest.mark.parametrize("large_print", [False, True])
@pytest.mark.parametrize("length", [1, 9, 14, 20, 26])
def test_what_is_agreed_to_is_above_the_place_of_whoever_agrees_on_its_page(
    length: int, large_print: bool, clinic: Path
) -> None:
    sections = [{"heading": f"Part {number}", "text": "A sentence. " * 20} for number in range(length)]
    document = made(clinic, {"large_print": large_print}, sections=sections, **SIGNED_BY_ALL)
    pages = page_texts(document.pdf)
    names = ("patient", "representative", "assent", "participant_1", "participant_2")
    signed = {slot.page for slot in document.part.slots if slot.name in {f"{name}_signature" for name in names}}
    assert signed
    for page in signed:
        before, _, _ = pages[page].partition("Signature")
        assert SIGNED["agreement"] in " ".join(before.split())


def test_who_signs_their_own_view_reads_it_beside_the_place(clinic: Path) -> None:
    text = " ".join(" ".join(page_texts(made(clinic, **SIGNED_BY_ALL).pdf)).split())
    assert text.count("My own view I want to do this. Signature") == 1


@pytest.mark.parametrize("large_print", [False, True])
def test_nobody_signs_below_the_words_of_the_patient_what_they_did_themselves(large_print: bool, clinic: Path) -> None:
    document = made(clinic, {"large_print": large_print}, **SIGNED_BY_ALL)
    lines = [line.strip() for page in page_texts(document.pdf) for line in page.splitlines() if line.strip()]
    below = [after for line, after in pairwise(lines) if line == SIGNED["agreement"]]
    assert below
    assert {line.split()[0] for line in below} <= set(AGREE)


@pytest.mark.parametrize("length", [9, 12, 15, 18])
def test_a_text_to_initial_is_on_the_page_of_its_initials(length: int, clinic: Path) -> None:
    sections: list[dict[str, Any]] = [
        {"heading": f"Part {number}", "text": "A sentence. " * 20} for number in range(length)
    ]
    sections.append({"heading": "Be quiet", "text": "Tell nobody what you hear.", "initials": "true"})
    document = made(clinic, sections=sections, **SIGNED)
    (place,) = (slot for slot in document.part.slots if slot.name.endswith("_initials"))
    assert "Tell nobody what you hear." in page_texts(document.pdf)[place.page]


def test_a_fillable_paper_has_fields_with_labels_that_differ(clinic: Path) -> None:
    from pypdf import PdfReader

    document = made(clinic, {"fillable": True}, sections=TO_FILL_IN, **SIGNED_BY_ALL)
    path = clinic / "paper.pdf"
    path.write_bytes(document.pdf)
    fields = PdfReader(path).get_fields() or {}
    labels = [str(field.get("/TU")) for name, field in fields.items() if not name.startswith("patient_")]
    assert "Everything: Service, row 2" in labels
    assert "Everything: My initials" in labels
    assert len(labels) == len(set(labels))


def test_the_initials_of_a_fillable_paper_are_required_as_those_of_a_form(clinic: Path) -> None:
    from pypdf import PdfReader

    sections = [*TO_FILL_IN, {"clause": "confidentiality"}]
    path = clinic / "paper.pdf"
    path.write_bytes(made(clinic, {"fillable": True}, sections=sections, **SIGNED).pdf)
    fields = PdfReader(path).get_fields() or {}
    required = {name for name, field in fields.items() if int(field.get("/Ff", 0)) & 2}
    assert {name for name in fields if name.endswith("_initials")} == {name for name in required if "section" in name}
    assert {"section_1_initials", "section_2_initials"} <= required


@pytest.mark.parametrize("layout", [{}, {"large_print": True}, {"fillable": True}, {"paper": "a4"}], ids=str)
def test_the_structure_of_a_paper_is_sound(layout: dict[str, Any], clinic: Path) -> None:
    document = made(clinic, layout, sections=TO_FILL_IN, **SIGNED_BY_ALL)
    assert lint(document.pdf) == []


def test_a_paper_is_translated(clinic: Path) -> None:
    original = small_paper_data(**SIGNED)
    write_paper(clinic / "papers", **SIGNED)
    sections = [{"heading": "Lo que pedimos", "text": "Por favor, llegue a tiempo."}]
    write_paper_translation(clinic / "papers", original, "es", title="Unas reglas", sections=sections)
    document = workspace(clinic).render(PAPER, language="es")
    texts = said(document)
    assert "Por favor, llegue a tiempo." in texts
    assert "Documento para firmar" in texts
    assert document.warnings == ()
    write_paper(clinic / "papers", **SIGNED, title="Other rules")
    assert "has changed since it was translated" in workspace(clinic).render(PAPER, language="es").warnings[0]


def test_a_translation_that_has_lost_what_is_signed_is_not_made(clinic: Path) -> None:
    write_paper(clinic / "papers", **SIGNED)
    write_paper_translation(clinic / "papers", small_paper_data(**SIGNED), "es", statements=[])
    with pytest.raises(InvalidInput, match="statements: lacks `statements`, which the original has"):
        workspace(clinic).render(PAPER, language="es")
    write_paper(clinic / "papers", **SIGNED, title="Other rules")
    with pytest.raises(RenderingFailed, match="is signed, but lacks `statements`"):  # though it is a draft only
        workspace(clinic).render(PAPER, language="es")


def test_a_paper_of_the_clinic_counts_before_the_shipped_one(clinic: Path) -> None:
    write_paper(clinic / "papers", name="telehealth", title="Our own way")
    assert workspace(clinic).render("telehealth").title == "Our own way"


def test_a_paper_from_elsewhere_is_rendered_by_its_path(call: Callable[..., Outcome], tmp_path: Path) -> None:
    path = write_paper(tmp_path)
    assert call("render", path, "-o", "out/").code == 0
    assert Path("out", f"{PAPER}.pdf").is_file()


def test_a_paper_has_no_other_kind_of_document(clinic: Path) -> None:
    write_paper(clinic / "papers")
    with pytest.raises(WrongUse, match="is a paper by itself, so there is no `form` of it"):
        workspace(clinic).render(PAPER, variant="form")
    with pytest.raises(WrongUse, match="is a procedure, of which there is no `paper`"):
        workspace(clinic).render("SMALL-1", variant="paper")


def test_a_misspelt_name_is_answered_with_the_nearest_one(call: Callable[..., Outcome], clinic: Path) -> None:
    write_paper(clinic / "papers")
    done = call("render", "smal-rules", "--clinic", clinic)
    assert done.code == 4
    assert "did you mean `small-rules`?" in done.stderr


def test_a_template_that_leaves_out_what_is_signed_makes_no_paper(clinic: Path) -> None:
    shipped = (Path(__file__).parents[2] / "templates" / "paper" / "signers.html").read_text(encoding="utf-8")
    own = clinic / "templates" / "paper" / "signers.html"
    own.parent.mkdir(parents=True)
    own.write_text(shipped.replace("{{ paper.agreement }}", ""), encoding="utf-8")
    with pytest.raises(RenderingFailed, match=r"the finished page lacks `I agree to keep these rules\.`"):
        made(clinic, **SIGNED)


LOST_PARTS: dict[str, tuple[str, str, str, str]] = {
    "an option": ("sections", "{% for option in choice.options %}", "{% for option in [] %}", "section_1_choice_1_1"),
    "the words of an option": ("sections", '~ ": " ~ option, option)', '~ ": " ~ option, "")', "lacks `By telephone"),
    "a label of a line": ("sections", '<span class="caption">{{ blank }}</span>', "", "lacks .*`Day`"),
    "a line": (
        "sections",
        '{{ rule(name ~ "_blank_" ~ loop.index, heading ~ ": " ~ blank) }}',
        "",
        "section_1_blank_1",
    ),
    "a cell": ("table", "<td>{{ cell(name, heading, table.columns[loop.index0]", "<td>{{ none and (1", "_row_1_2"),
    "lines": (
        "sections",
        '{{ ruled_lines(section.lines, name ~ "_line"',
        '{{ ruled_lines(1, name ~ "_line"',
        "_1_line_2`",
    ),
    "initials": (
        "sections",
        '{{ rule(name ~ "_initials"',
        '{{ rule(name ~ "_other"',
        "no place for `section_1_initials`",
    ),
    "the line of a clause": ("sections", "{{ blank.label }}</span>", "</span>", "the finished page lacks"),
    "the place of the patient": ("signers", "{{ sign_row(block.role, block.who) }}", "", "`patient_signature`"),
    "the place of a participant": (
        "signers",
        '{{ sign_row("participant_" ~ number, who) }}',
        "",
        "`participant_1_signature`",
    ),
}


@pytest.mark.parametrize(("template", "whole", "instead", "message"), LOST_PARTS.values(), ids=LOST_PARTS)
def test_a_template_that_loses_a_label_or_a_place_makes_no_paper(
    template: str, whole: str, instead: str, message: str, clinic: Path
) -> None:
    name = "table.html" if template == "table" else f"paper/{template}.html"
    shipped = (Path(__file__).parents[2] / "templates" / name).read_text(encoding="utf-8")
    assert shipped.count(whole) == 1
    own = clinic / "templates" / name
    own.parent.mkdir(parents=True)
    own.write_text(shipped.replace(whole, instead), encoding="utf-8")
    sections = [*TO_FILL_IN, {"clause": "telehealth"}]
    with pytest.raises(RenderingFailed, match=message):
        made(clinic, sections=sections, **SIGNED_BY_ALL)


def test_who_signs_at_a_visit_changes_nothing_of_the_content(clinic: Path) -> None:
    """Whoever approves a paper approves it with a place for each who may sign."""
    write_paper(clinic / "papers", **SIGNED_BY_ALL)
    one = workspace(clinic)
    content = one.content(PAPER)
    seen = one.compose(replace(content, signers=("patient", "clinician")))
    assert seen.content_hash == one.compose(content).content_hash
    assert "Only if needed" in one.compose(content).html
    assert "Only if needed" not in seen.html


def test_a_clause_is_said_in_the_words_of_the_language_pack(clinic: Path) -> None:
    document = made(clinic, sections=[{"clause": "fees", "text": "Ask us.", "blanks": ["A visit costs"]}])
    texts, clause = said(document), workspace(clinic).language("en").clauses["fees"]
    assert clause.heading in texts
    assert "Ask us." in texts
    assert clause.text.intro and " ".join(clause.text.intro.split()) in texts
    assert dict(document.clauses) == {"fees": "paper"}
    assert "section_1_blank_1" in {slot.name for slot in document.part.slots}


def test_the_lines_and_the_answer_of_a_clause_are_on_a_paper(clinic: Path) -> None:
    clauses = ("telehealth", "trainee", "sensitive_exams")
    document = made(clinic, sections=[{"clause": name} for name in clauses])
    assert {slot.name for slot in document.part.slots} >= {
        *("section_1_of_clause_1", "section_1_of_clause_2"),
        *("name_of_trainee", "name_of_supervisor", "section_3_yes", "section_3_no"),
    }


def test_the_initials_of_a_clause_are_the_patients(clinic: Path) -> None:
    clause = {"clause": "confidentiality"}
    names = slots(made(clinic, sections=[clause], **SIGNED))
    assert "section_1_initials" in names
    names = slots(made(clinic, sections=[clause], **{**SIGNED, "signers": ["participant"], "participants": "2"}))
    assert "section_1_initials" not in names
    assert "section_1_initials" not in slots(made(clinic, sections=[clause]))


def test_what_a_clinic_changes_in_a_clause_is_on_the_paper_and_makes_another_text(clinic: Path) -> None:
    before = made(clinic, sections=[{"clause": "record"}])
    changed = {"clauses": {"record": {"heading": "Your file", "text": "Ask at the desk.", "source": "House rule"}}}
    (clinic / "clauses.en.yaml").write_text(json.dumps(changed), encoding="utf-8")
    after = workspace(clinic).render(PAPER)
    assert {"Your file", "Ask at the desk."} <= set(said(after))
    assert after.content_hash != before.content_hash


def test_a_clause_that_a_clinic_drops_is_left_out_and_a_misspelt_one_is_not(
    call: Callable[..., Outcome], clinic: Path
) -> None:
    sections = [{"clause": "record"}, {"clause": "fees"}]
    original = small_paper_data(sections=sections)
    for language in ("en", "es"):
        (clinic / f"clauses.{language}.yaml").write_text("drop: [record]\n", encoding="utf-8")
    write_paper(clinic / "papers", **original)
    write_paper_translation(clinic / "papers", original, "es")
    assert call("render", PAPER, "--clinic", clinic, "-o", "out/").code == 0
    assert dict(workspace(clinic).render(PAPER).clauses) == {"fees": "paper"}
    assert dict(workspace(clinic).render(PAPER, language="es").clauses) == {"fees": "paper"}
    with pytest.raises(InvalidInput, match="is `recrod`, which the language pack has no clause for"):
        made(clinic, sections=[{"clause": "recrod"}])
    with pytest.raises(RenderingFailed, match="says nothing but clauses that the clinic drops"):
        made(clinic, sections=[{"clause": "record"}])


def test_what_an_author_wrote_beside_a_clause_stays_when_the_clinic_drops_it(clinic: Path) -> None:
    (clinic / "clauses.en.yaml").write_text("drop: [telehealth, fees, record]\n", encoding="utf-8")
    sections: list[dict[str, Any]] = [
        {"clause": "telehealth", "text": "In a crisis, we call whom you name.", "blanks": ["Number of the clinic"]},
        {"clause": "fees", "table": {"columns": ["Service", "Charge"], "empty_rows": "1"}, "initials": "true"},
        {"clause": "record"},
    ]
    document = made(clinic, sections=sections, **SIGNED)
    texts = said(document)
    assert {"Care by video or telephone", "In a crisis, we call whom you name.", "Number of the clinic"} <= {*texts}
    assert not any("If the line drops, we call you" in text for text in texts)
    places = {"section_1_blank_1", "section_2_row_1_1", "section_2_row_1_2", "section_2_initials"}
    assert {name for name in slots(document) if name.startswith("section_")} == places
    assert dict(document.clauses) == {}


def test_a_template_that_leaves_out_a_clause_makes_no_paper(clinic: Path) -> None:
    shipped = (Path(__file__).parents[2] / "templates" / "paper" / "sections.html").read_text(encoding="utf-8")
    own = clinic / "templates" / "paper" / "sections.html"
    own.parent.mkdir(parents=True)
    own.write_text(shipped.replace("{{ passage(clause.text) }}", ""), encoding="utf-8")
    with pytest.raises(RenderingFailed, match="the finished page lacks"):
        made(clinic, sections=[{"clause": "record"}])


def test_a_clause_that_a_language_lacks_is_missed(clinic: Path) -> None:
    sections = [{"clause": "house"}]
    own = {"clauses": {"house": {"heading": "Our house", "text": "Wipe your feet.", "source": "House rule"}}}
    (clinic / "clauses.en.yaml").write_text(json.dumps(own), encoding="utf-8")
    assert "Wipe your feet." in said(made(clinic, sections=sections))
    original = small_paper_data(sections=sections)
    write_paper_translation(clinic / "papers", original, "es")
    with pytest.raises(InvalidInput, match="is `house`, which the language pack has no clause for"):
        workspace(clinic).render(PAPER, language="es")


def test_a_translation_has_the_clauses_of_the_original(call: Callable[..., Outcome], clinic: Path) -> None:
    original = small_paper_data(sections=[{"clause": "record"}])
    write_paper(clinic / "papers", **original)
    write_paper_translation(clinic / "papers", original, "es", sections=[{"clause": "fees"}])
    with pytest.raises(InvalidInput, match="has the clause `fees`, but the original has the clause `record`"):
        workspace(clinic).render(PAPER, language="es")
    checked = call("check", clinic / "papers").stdout.decode()
    assert "has the clause `fees`, but the original has the clause `record`" in checked


OTHERWISE: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "an option": (
        lambda one: one["choices"][0]["options"].pop(),
        "choices[1].options: has 2 entries, but the original",
    ),
    "a choice": (lambda one: one["choices"].pop(), "choices: lacks `choices`, which the original has"),
    "a row": (lambda one: one["table"]["rows"].pop(), "table.rows: has one entry, but the original has 2"),
    "the table": (lambda one: one.pop("table"), "lacks `table`, which the original has"),
    "a column": (
        lambda one: one["table"].update(columns=["A", "B"], rows=[["a", ""], ["b", ""]]),
        "table.columns: has 2 entries, but the original has 3",
    ),
    "a cell": (
        lambda one: one["table"].update(rows=[["a", "", "b"], ["b", "", ""]]),
        "rows[1][3]: has a text, but the original has room to fill in",
    ),
    "rows to fill in": (lambda one: one["table"].update(empty_rows="1"), "empty_rows: has 1, but the original has 2"),
    "a blank": (lambda one: one["blanks"].pop(), "blanks: has one entry, but the original has 2 entries"),
    "lines": (lambda one: one.update(lines="1"), "lines: has 1, but the original has 2"),
    "initials": (lambda one: one.update(initials="false"), "initials: has false, but the original has true"),
}


@pytest.mark.parametrize(("change", "message"), OTHERWISE.values(), ids=OTHERWISE)
def test_a_translation_has_the_same_to_fill_in_as_the_original_in_every_command(
    change: Callable[[dict[str, Any]], None], message: str, call: Callable[..., Outcome], clinic: Path
) -> None:
    section = {
        **TO_FILL_IN[0],
        "choices": [{"label": "Which way", "options": ["By mail", "By telephone", "By neither"]}],
        "table": {"columns": ["A", "B", "C"], "rows": [["a", "", ""], ["b", "", ""]], "empty_rows": "2"},
    }
    original = small_paper_data(sections=[section], **SIGNED)
    write_paper(clinic / "papers", **original)
    translated = copy.deepcopy(section)
    change(translated)
    path = write_paper_translation(clinic / "papers", original, "es", sections=[translated])
    checked = call("check", "--clinic", clinic, path)
    said_of_it = [
        call("render", PAPER, "--lang", "es", "--clinic", clinic, "-o", "out/"),
        call("approve", "--yes", PAPER, "--lang", "es", "--clinic", clinic, "--by", "A. Rivera"),
    ]
    for done in said_of_it:
        assert done.code == 3
        assert message in done.stderr
        assert re.search(rf"{path.name}:\d+:\d+: sections\[1\]", done.stderr)
    assert message in checked.stdout.decode()


def test_a_draft_in_another_language_says_what_has_been_added_since(clinic: Path) -> None:
    original = small_paper_data(sections=TO_FILL_IN, **SIGNED)
    write_paper_translation(clinic / "papers", original, "es")
    longer = {**TO_FILL_IN[0], "blanks": [*TO_FILL_IN[0]["blanks"], "Hour"]}
    write_paper(clinic / "papers", sections=[longer], **SIGNED)
    (warning,) = workspace(clinic).render(PAPER, language="es").warnings
    assert warning.endswith("counts as not approved, and differs in `sections[1].blanks`")


def test_a_copy_to_read_has_no_place_to_sign_and_the_fingerprint_of_the_paper(clinic: Path) -> None:
    sections = [{"heading": "Be quiet", "text": "Tell nobody what you hear.", "initials": "true"}]
    write_paper(clinic / "papers", **SIGNED, sections=sections)
    one = workspace(clinic)
    copy = get_or_make(one, one.find(PAPER, Layout())._replace(signers=())).document
    assert copy.content_hash == one.render(PAPER).content_hash
    assert not {slot.kind for slot in copy.part.slots} & {"signature", "initials"}
    texts = said(copy)
    assert "To read and keep; the paper to sign is in another language" in texts
    assert {*SIGNED["statements"], SIGNED["agreement"]} <= set(texts)


def test_the_fingerprint_of_a_paper_covers_what_its_copy_alone_says(clinic: Path) -> None:
    write_paper(clinic / "papers", **SIGNED)
    content = workspace(clinic).content(PAPER)
    words = content.pack.papers.model_copy(update={"to_read": "Only to look at"})
    other = replace(content, pack=content.pack.model_copy(update={"papers": words}))
    assert workspace(clinic).compose(other).content_hash != workspace(clinic).compose(content).content_hash


def test_a_paper_is_approved_as_what_it_is(call: Callable[..., Outcome], clinic: Path) -> None:
    write_paper(clinic / "papers", **SIGNED)
    refused = call("approve", "--yes", PAPER, "--variant", "form", "--by", "Ann Ray", "--clinic", clinic)
    assert (refused.code, "there is no `form` of it" in refused.stderr) == (2, True)
    assert call("approve", "--yes", PAPER, "--by", "Ann Ray", "--clinic", clinic).code == 0
    assert workspace(clinic).render(PAPER).is_approved


@pytest.mark.parametrize("length", [210, 220, 230, 240])
def test_a_heading_is_beside_the_lines_below_it_and_not_said_to_be_away(length: int, clinic: Path) -> None:
    sections: list[dict[str, Any]] = [
        {"heading": "Part", "text": "A sentence. " * length},
        {"heading": "What I want to say", "lines": "2"},
        {"heading": "After", "text": "A sentence. " * 60},
    ]
    document = made(clinic, {"large_print": True}, sections=sections)
    lines = [slot for slot in document.part.slots if "_line_" in slot.name]
    assert len(lines) == 2
    assert all("What I want to say" in page_texts(document.pdf)[slot.page] for slot in lines)
    assert not any("What I want to say" in notice for notice in document.page_notices)
