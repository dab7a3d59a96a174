"""The rules as data: each one is whole, explained, and in the registry."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest

from consentkit import checks
from consentkit.checks import rule_help
from consentkit.checks.registry import by_id
from consentkit.errors import WrongUse
from consentkit.model.rule_ids import RULE_IDS
from kit.planting import CASES
from kit.running import environment


def test_every_rule_has_a_planted_fault_and_every_planted_fault_a_rule() -> None:
    assert set(CASES) == set(checks.RULES)


def test_the_ids_that_settings_may_name_are_those_of_the_registry() -> None:
    assert tuple(checks.RULES) == RULE_IDS, "write the id of each rule into model/rule_ids.py"


def test_two_rules_of_one_id_are_refused_and_one_that_two_modules_know_is_not() -> None:
    rule = checks.RULES["leftover"]
    assert by_id([rule, rule]) == {"leftover": rule}
    with pytest.raises(ValueError, match="two rules have the id leftover"):
        by_id([rule, replace(rule, title="Another rule")])


@pytest.mark.parametrize("rule", checks.RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_all_that_its_reader_needs(rule: checks.Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert all((rule.title, rule.reason, rule.remedy, rule.source, rule.bad))
    assert rule.reason.endswith(".")
    assert rule.remedy[0].islower(), "the remedy ends a sentence"
    assert not rule.remedy.endswith(".")


@pytest.mark.parametrize("rule", checks.RULES.values(), ids=lambda rule: rule.id)
def test_an_explanation_fits_a_terminal_and_names_reason_remedy_and_source(rule: checks.Rule) -> None:
    text = rule_help.explain_rule(rule)
    assert max(map(len, text.splitlines())) <= 100
    folded = " ".join(text.split()).casefold()
    for part in (rule.title, rule.reason, rule.remedy, rule.source, rule.bad, rule.good):
        assert " ".join(part.split()).casefold() in folded


def test_a_misspelt_rule_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(WrongUse, match="did you mean `long-sentence`"):
        checks.find_rule("long-sentense")


def test_the_overview_has_a_line_for_each_rule() -> None:
    assert rule_help.overview().count("\n| `") == len(checks.RULES)


ROWS_OF_THE_RULES = {
    # What must be there. In brackets: where it is enforced instead of here.
    "facility named": ("clinic-name", "placeholder"),
    "purpose, benefits, risks: at least one item each": ("(model)",),
    "likelihood of risks": ("risk-likelihood",),
    "alternatives, each with good and bad": ("alternative-one-sided", "(model)"),
    "doing nothing": ("no-treatment-thin", "(model)"),
    "this was explained to me": ("statement-missing",),
    "signature, date and time; representative; witness": ("signature-blocks", "(templates)"),
    "right to ask, refuse and withdraw": ("choice-unsaid", "statement-missing", "missing-clause"),
    "course, fees, third parties, confidentiality": ("missing-clause",),
    "trainee and supervisor": ("trainee-without-supervisor", "(visit)"),
    "who is the client; group": ("missing-clause",),
    "assent; interpreter; telehealth": ("(visit)",),
    "notice of free language help": ("missing-clause",),
    "teach-back": ("teach-back-thin",),
    "crisis plan, 988": ("missing-clause", "get-help-missing"),
    "edition, review date, reviewer": ("review-overdue", "review-soon", "review-missing", "review-interval"),
    "leftovers": ("leftover", "placeholder", "markup"),
    # How it must read.
    "reading grade": ("reading-grade", "section-grade"),
    "sentence, paragraph": ("long-sentence", "long-paragraph"),
    "list": ("long-list",),
    "address": ("address",),
    "main message first": ("in-short-long", "(model)"),
    "terms": ("undefined-term", "abbreviation"),
    "body type, capitals, large print": ("capitals", "(templates)"),
    "never call a figure a PEMAT or CDC score; never print compliant": ("compliance-claim",),
    "pairings of the codes": ("pairing-one-sided", "exclusion-one-sided", "billing-contradiction"),
}


def test_every_row_of_the_projects_tables_is_seen_by_a_rule_or_elsewhere() -> None:
    named = {rule for rules in ROWS_OF_THE_RULES.values() for rule in rules if not rule.startswith("(")}
    assert named <= set(checks.RULES)


def test_reading_a_clinics_particulars_loads_neither_the_checks_nor_the_model_of_procedures() -> None:
    code = "import sys, consentkit.library.clinic; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=60, check=True
    )
    loaded = done.stdout.split()
    assert "consentkit.model.clinic" in loaded
    assert [name for name in loaded if name.startswith(("consentkit.checks", "consentkit.output"))] == []
    assert "consentkit.model.procedure" not in loaded


@pytest.mark.parametrize("name", checks.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(checks, name)
