"""The samples of fields other than therapy: whole, valid, checked, and with what such fields need."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.document import Document
from consentkit.documents.form import get_or_make_form
from consentkit.documents.form_request import FormRequest, Situation
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.identity import Layout
from consentkit.pdf.read.structure_text import readable_text, tagged_text
from kit.page_fill import Filled
from kit.running import PROJECT, Outcome
from kit.validation import BOTH_STANDARDS, faults

Call = Callable[..., Outcome]

FIELDS = PROJECT / "samples" / "other-fields"
COLONOSCOPY, TOOTH, PULSES = CODES = ("45378", "D7140", "90867")
TEXTS = [*((code, "en") for code in CODES), (COLONOSCOPY, "es")]
MOST_PAGES = {"en": 4, "es": 5}
"""Of an information, as in the library."""


@cache
def workspace() -> OpenWorkspace:
    return open_workspace(FIELDS, open_store())


@cache
def information(code: str, language: str) -> Document:
    return workspace().render(code, language=language, variant="information")


def test_the_folder_has_these_texts_and_no_other() -> None:
    names = {path.stem for path in (FIELDS / "procedures").iterdir()}
    assert names == {code if language == "en" else f"{code}.{language}" for code, language in TEXTS}


def test_the_check_finds_nothing_wrong_with_them(call: Call) -> None:
    checked = call("check", "--clinic", FIELDS, "--json")
    problems = json.loads(checked.stdout)["problems"]
    mine = [found for found in problems if Path(found["file"]).is_relative_to(FIELDS) and found["severity"] != "notice"]
    assert mine == []


@pytest.mark.parametrize(("code", "language"), TEXTS)
def test_each_information_keeps_its_pages_and_breaks_them_well(code: str, language: str) -> None:
    assert Filled(information(code, language).pdf).faults(MOST_PAGES[language]) == []


@pytest.mark.parametrize(("code", "language"), TEXTS)
def test_the_form_of_a_visit_is_one_sheet(code: str, language: str) -> None:
    form = get_or_make_form(workspace(), FormRequest((code,), (language,), Situation(interpreter=True), Layout()))
    assert Filled(form.part.pdf).faults(2) == []


def test_a_filled_in_one_is_valid() -> None:
    made = workspace().render(COLONOSCOPY, fillable=True)
    assert [fault for standard in BOTH_STANDARDS for fault in faults(made.pdf, standard)] == []


@pytest.mark.parametrize("code", [COLONOSCOPY, TOOTH])
def test_what_is_done_in_one_visit_has_no_clause_on_how_care_goes_on(code: str) -> None:
    made = information(code, "en")
    assert "course" not in made.clauses
    assert workspace().language("en").clauses["course"].heading not in readable_text(made.pdf)


def test_they_ask_for_side_or_tooth_further_acts_exams_and_a_second_clinician() -> None:
    names = {code: {slot.name for slot in workspace().render(code, variant="form").part.slots} for code in CODES}
    assert {"code_45378_also_1_yes", "sensitive_exams_yes", "second_clinician_1_signature"} <= names[COLONOSCOPY]
    assert {"code_d7140_choice_1_1", "code_d7140_blank_1", "code_d7140_initials_1"} <= names[TOOTH]
    assert {"code_90867_choice_1_3", "code_90867_also_1_no"} <= names[PULSES]
    assert "sensitive_exams_yes" not in names[TOOTH] | names[PULSES]


def test_a_statement_with_a_comma_is_one_statement() -> None:
    statements = [procedure.on_form.initials for code in CODES if (procedure := workspace().procedure(code)).on_form]
    assert [len(each) for each in statements] == [0, 1, 1]


@pytest.mark.parametrize("code", CODES)
def test_each_says_when_to_call_afterwards(code: str) -> None:
    signs = workspace().procedure(code).warning_signs
    assert signs is not None
    assert {*signs.items} <= {" ".join(block.text.split()) for block in tagged_text(information(code, "en").pdf)}
