"""The registry of rules.

Guarantees: every rule is in it, under its id, in alphabetical order.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from consentkit.checks import rules_content, rules_library, rules_wording
from consentkit.checks.rule import Rule
from consentkit.errors import WrongUse
from consentkit.problems import did_you_mean, quoted


def _rules_of(*modules: ModuleType) -> Iterator[tuple[str, Rule]]:
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Rule):
                yield value.id, value


RULES: dict[str, Rule] = dict(sorted(_rules_of(rules_content, rules_library, rules_wording)))
"""All rules by id."""


def find_rule(name: str) -> Rule:
    """The rule of an id. Raises WrongUse, with the nearest known id, where there is none."""
    if name not in RULES:
        near = did_you_mean(name, RULES) or "; `consentkit check --explain all` shows all rules"
        raise WrongUse(f"there is no rule {quoted(name)}{near}")
    return RULES[name]
