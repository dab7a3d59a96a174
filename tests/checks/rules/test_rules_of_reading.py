"""How hard texts are to read."""

from __future__ import annotations

from consentkit.checks.reading_report import read_definition
from consentkit.checks.rules.reading import reading_grade, section_grade
from kit.planting import clean_files, read_folder


def test_a_reading_grade_above_nine_and_a_half_is_an_error_that_names_the_causes() -> None:
    hard = "Psychotherapeutic interventions facilitate considerable amelioration."
    files = clean_files()
    file = read_folder(files).library.procedures[0]
    procedure = file.procedure.model_copy(update={"policies": (), "also_called": (hard,) * 150})
    report = read_definition(file, procedure)
    assert report
    (finding,), (of_section,) = reading_grade(report), section_grade(report)
    assert of_section.rule.id == "section-grade"
    assert finding.severity == "error"
    assert "SMOG" in finding.message
    assert "`psychotherapeutic` 150 times" in finding.message
