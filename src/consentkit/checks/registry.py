"""The registry of rules.

Guarantees: every rule is in it, under its id, in alphabetical order; no two rules have one id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules

from consentkit.checks import rules
from consentkit.checks.rule import Rule
from consentkit.errors import WrongUse
from consentkit.problems import did_you_mean, quoted


def _rules_of_all_subjects() -> Iterator[Rule]:
    for module in iter_modules(rules.__path__, f"{rules.__name__}."):
        yield from (value for value in vars(import_module(module.name)).values() if isinstance(value, Rule))


def by_id(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Rules by their ids. Raises ValueError where two of them have the same; one that comes twice counts once."""
    rules_by_id: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda rule: rule.id):
        if rules_by_id.setdefault(rule.id, rule) is not rule:
            raise ValueError(f"two rules have the id {rule.id}; one of them would never be explained or switched off")
    return rules_by_id


RULES: dict[str, Rule] = by_id(_rules_of_all_subjects())
"""All rules by id."""


def find_rule(name: str) -> Rule:
    """The rule of an id. Raises WrongUse, with the nearest known id, where there is none."""
    if name not in RULES:
        near = did_you_mean(name, RULES) or "; `consentkit check --explain all` shows all rules"
        raise WrongUse(f"there is no rule {quoted(name)}{near}")
    return RULES[name]
