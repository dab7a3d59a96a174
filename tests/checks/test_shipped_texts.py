"""What comes with consentkit keeps the rules."""

from __future__ import annotations

import datetime

import pytest

from consentkit import checks
from consentkit.library.definitions import load_procedure, load_translation
from consentkit.model.clinic import Clinic
from consentkit.reading.validation import require
from consentkit.resources import shipped
from kit.planting import CURRENT, SHIPPED_CODES, SHIPPED_TABLE, read_pack, read_shipped, read_table, translated
from kit.running import SAMPLE_CLINIC


@pytest.mark.parametrize("code", SHIPPED_CODES)
def test_a_shipped_procedure_has_no_error_and_no_warning(code: str) -> None:
    file = read_shipped(code)
    found = checks.check_procedure(file, file.procedure.review.issued)
    assert [str(finding.problem()) for finding in found if finding.severity != "notice"] == []


def test_the_shipped_procedures_fit_each_other() -> None:
    library = checks.LibraryFiles(tuple(map(read_shipped, SHIPPED_CODES)), risks=(read_table(SHIPPED_TABLE),))
    assert len(library.procedures) == 18
    issued = max(file.procedure.review.issued for file in library.procedures)
    lines = [str(finding.problem()) for finding in checks.check_library(library, issued)]
    assert [line for line in lines if "[review-missing]" not in line] == []


def test_every_shipped_procedure_is_known_to_be_reviewed_by_nobody() -> None:
    for code in SHIPPED_CODES:
        file = read_shipped(code)
        found = checks.check_procedure(file, file.procedure.review.issued)
        assert [finding.rule.id for finding in found] == ["review-missing"]


@pytest.mark.parametrize("code", SHIPPED_CODES)
def test_a_shipped_translation_has_no_error(code: str) -> None:
    path = shipped("procedures") / f"{code}.es.yaml"
    original = read_shipped(code)
    source = checks.read_source(path.read_text(encoding="utf-8"), path.name)
    file = checks.TranslationFile(source, translated(source, original, SHIPPED_TABLE), "es", CURRENT, CURRENT)
    found = checks.check_translation(file, original, original.procedure.review.issued)
    assert [str(finding.problem()) for finding in found if finding.severity == "error"] == []


def test_the_shipped_table_of_risks_has_no_error_and_no_warning() -> None:
    assert checks.check_risks(read_table(SHIPPED_TABLE)) == []


@pytest.mark.parametrize("code", SHIPPED_CODES)
def test_what_a_form_names_of_the_risks_is_there_in_a_few_words_in_both_languages(code: str) -> None:
    folder = shipped("procedures")
    english, spanish = load_procedure(folder / f"{code}.yaml"), load_translation(folder / f"{code}.es.yaml")
    for text in (english, spanish):
        named = [risk for risks in text.risks.main_risks.values() for risk in risks]
        assert [risk.text for risk in named if not risk.short] == []


def test_the_shipped_language_pack_has_no_error_and_no_warning() -> None:
    path = shipped("templates") / "languages" / "en.yaml"
    assert checks.check_pack(read_pack(path.name, path.read_text(encoding="utf-8"))) == []


def test_the_sample_clinic_has_nothing_but_a_number_for_examples() -> None:
    path = SAMPLE_CLINIC / "clinic.yaml"
    source = checks.read_source(path.read_text(encoding="utf-8"), path.name)
    (finding,) = checks.check_clinic(checks.ClinicFile(source, require(Clinic, source.yaml)))
    assert (finding.rule.id, finding.severity) == ("placeholder", "notice")


def test_a_shipped_text_that_is_overdue_is_an_error() -> None:
    file = read_shipped("90837")
    after = file.procedure.review.next + datetime.timedelta(days=1)
    assert "review-overdue" in {finding.rule.id for finding in checks.check_procedure(file, after)}
    assert "review-overdue" not in {
        finding.rule.id for finding in checks.check_procedure(file, after.replace(year=2026))
    }
