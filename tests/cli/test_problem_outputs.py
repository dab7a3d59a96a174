"""Problems as text, as JSON and as annotations."""

from __future__ import annotations

from dataclasses import replace

from consentkit.cli import problem_outputs as outputs
from consentkit.problems import Problem

PROBLEM = Problem("a b,c:d.yaml", 14, 5, "risks.common[2]", "holds 50%\nof: it", "warning", "long-sentence", "cut it")


def test_a_problem_is_one_line_of_text_with_its_rule() -> None:
    problem = replace(PROBLEM, file="procedures/90837.yaml", message="has a sentence of 27 words")
    assert outputs.as_text([problem]) == (
        "procedures/90837.yaml:14:5: warning: risks.common[2]: has a sentence of 27 words; cut it [long-sentence]\n"
    )


def test_an_annotation_is_escaped_as_github_reads_it() -> None:
    assert outputs.as_annotations([PROBLEM]) == (
        "::warning file=a b%2Cc%3Ad.yaml,line=14,col=5,title=long-sentence"
        "::risks.common[2]: holds 50%25%0Aof: it; cut it\n"
    )


def test_an_annotation_without_a_place_or_a_rule_names_neither() -> None:
    problem = Problem("a.yaml", None, None, "", "is empty")
    assert outputs.as_annotations([problem]) == "::error file=a.yaml,title=form::is empty\n"


def test_a_hostile_file_name_cannot_begin_another_annotation() -> None:
    text = outputs.as_annotations([replace(PROBLEM, file="x\n::error::\x1b[31m\u202e")])
    assert text.count("\n") == 1
    assert text.isprintable() or text[:-1].isprintable()


def test_an_entry_for_json_holds_rule_and_remedy() -> None:
    entry = outputs.entry(PROBLEM)
    assert (entry["rule"], entry["remedy"], entry["severity"]) == ("long-sentence", "cut it", "warning")
    assert outputs.entry(Problem("a.yaml", None, None, "", "is empty"))["rule"] == "form"
