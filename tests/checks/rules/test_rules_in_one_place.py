"""A rule and what looks for its breach are in one place, and nothing of either is left without the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import consentkit
from consentkit import checks
from consentkit.checks import rules
from kit.planting import found_in_text

PACKAGE = Path(consentkit.__file__).parent
SUBJECTS = sorted(path for path in Path(rules.__path__[0]).glob("*.py") if path.stem != "__init__")
FINDINGS = "Iterator[RuleFinding]"
"""What a check returns."""

IN_A_SENTENCE = [
    *(
        "abbreviation",
        "address",
        "capitals",
        "compliance-claim",
        "doubled-word",
        "idiom",
        "leftover",
        "legal-statement",
    ),
    *("long-sentence", "markup", "placeholder", "promise", "typography", "undefined-term", "unprintable"),
    "waiver",
]
"""Rules whose examples are sentences as a patient may read them."""


def statements(path: Path) -> list[ast.stmt]:
    return ast.parse(path.read_text(encoding="utf-8")).body


def names_used(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def made_by(statement: ast.stmt, maker: str) -> str | None:
    """The name that a statement gives to what a class makes; None for any other statement."""
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        made = statement.value.elts[0] if isinstance(statement.value, ast.Tuple) else statement.value
        if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id == maker:
            return statement.targets[0].id
    return None


def rules_with_what_follows(path: Path) -> dict[str, list[ast.stmt]]:
    """The name of each rule of a subject, with the statements from there to the next rule."""
    parts: dict[str, list[ast.stmt]] = {"": []}
    for statement in statements(path):
        if name := made_by(statement, "Rule"):
            parts[name] = []
        else:
            parts[list(parts)[-1]].append(statement)
    return parts


def breaches_in(statement: ast.stmt) -> Iterator[str]:
    """The rules that a statement reports by name."""
    for call in ast.walk(statement):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "breach":
            rule = call.args[0]
            if isinstance(rule, ast.Name) and rule.id.isupper():
                yield rule.id


@cache
def names_used_in_the_package() -> set[str]:
    used: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used |= names_used(tree) | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return used


@pytest.mark.parametrize("path", SUBJECTS, ids=lambda path: path.stem)
def test_below_a_rule_is_what_looks_for_its_breach(path: Path) -> None:
    parts = rules_with_what_follows(path)
    assert len(parts) > 1, "a subject has rules"
    without = [
        rule for rule, following in parts.items() if rule and not any(rule in names_used(part) for part in following)
    ]
    assert without == []


@pytest.mark.parametrize("path", SUBJECTS, ids=lambda path: path.stem)
def test_a_breach_is_reported_right_below_its_rule(path: Path) -> None:
    for rule, following in rules_with_what_follows(path).items():
        assert {name for statement in following for name in breaches_in(statement)} <= {rule}


@pytest.mark.parametrize("path", SUBJECTS, ids=lambda path: path.stem)
def test_every_check_and_every_list_of_wordings_is_put_to_use(path: Path) -> None:
    checking = [
        statement.name
        for statement in statements(path)
        if isinstance(statement, ast.FunctionDef) and ast.unparse(statement.returns or statement) == FINDINGS
    ]
    lists = [name for statement in statements(path) if (name := made_by(statement, "UnwantedWording"))]
    assert checking + lists
    assert [name for name in checking + lists if name not in names_used_in_the_package()] == []


def test_no_rule_is_written_anywhere_else() -> None:
    elsewhere = [
        path.name
        for path in PACKAGE.rglob("*.py")
        if path not in SUBJECTS and any(made_by(statement, "Rule") for statement in statements(path))
    ]
    assert elsewhere == []


@pytest.mark.parametrize("rule", IN_A_SENTENCE)
def test_the_example_of_a_rule_breaks_it_and_its_correction_does_not(rule: str) -> None:
    assert rule in found_in_text(checks.RULES[rule].bad)
    assert rule not in found_in_text(checks.RULES[rule].good or "Rest.")
