"""What a clinic changes about the rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic import ValidationError

from consentkit import checks
from kit.planting import planted, read_folder


def settings(text: str) -> Callable[[], checks.CheckSettings]:
    source = checks.read_source(text, "clinic.yaml")
    return lambda: checks.CheckSettings.model_validate(source.yaml.data)


def with_settings(case: str, text: str) -> list[checks.RuleFinding]:
    return replace(read_folder(planted(case)), settings=settings(text)()).findings()


def test_a_rule_can_be_made_stricter() -> None:
    (finding,) = with_settings("long-sentence", "rules: {long-sentence: error}")
    assert finding.severity == "error"
    assert finding.problem().severity == "error"


def test_a_rule_can_be_made_milder() -> None:
    (finding,) = with_settings("markup", "rules: {markup: notice}")
    assert finding.severity == "notice"


def test_off_is_a_word_and_not_the_truth_value_of_yaml() -> None:
    assert with_settings("long-sentence", "rules:\n  long-sentence: off\n") == []


def test_an_exception_holds_for_its_procedure_only() -> None:
    exceptions = "exceptions: [{rule: long-sentence, code: %s, reason: The law prescribes it.}]"
    assert with_settings("long-sentence", exceptions % "TALK-1") == []
    rules = [finding.rule.id for finding in with_settings("long-sentence", exceptions % "TALK-2")]
    assert sorted(rules) == ["long-sentence", "unused-exception"]


def test_an_exception_can_hold_for_a_language() -> None:
    exceptions = "exceptions: [{rule: missing-clause, language: en, reason: All care here is free.}]"
    assert {finding.rule.id for finding in with_settings("missing-clause", "")} == {
        "missing-clause",
        "missing-translation",
    }
    assert {finding.rule.id for finding in with_settings("missing-clause", exceptions)} == {"missing-translation"}
    elsewhere = {finding.rule.id for finding in with_settings("missing-clause", exceptions.replace("en,", "es,"))}
    assert {"missing-clause", "unused-exception"} <= elsewhere


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("exceptions: [{rule: long-sentence, code: A}]", "reason"),
        ("exceptions: [{rule: long-sentence, code: A, reason: ' '}]", "is empty"),
        ("exceptions: [{rule: long-sentence, reason: Because it is so.}]", "names no `code` and no `language`"),
        ("exceptions: [{rule: long-sentense, code: A, reason: Why.}]", "did you mean `long-sentence`"),
        ("rules: {long-sentense: off}", "did you mean `long-sentence`"),
        ("rules: {long-sentence: maybe}", "'off', 'notice', 'warning' or 'error'"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        settings(text)()
