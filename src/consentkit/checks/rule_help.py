"""What `consentkit check --explain` prints about a rule.

Guarantees: everything comes from the registry, so that a rule and its explanation never differ.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from consentkit.checks.registry import RULES
from consentkit.checks.rule import Rule

_WIDTH = 88
_SEVERITIES = {"error": "an error", "warning": "a warning", "notice": "a notice"}


def explain_rule(rule: Rule) -> str:
    """Explain a rule: what it is, why there is such a rule, what to do, and where it comes from."""
    return "\n".join(_lines(rule)) + "\n"


def _lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.id}: {rule.title} ({_SEVERITIES[rule.severity]})"
    yield from ("", *textwrap.wrap(rule.reason, _WIDTH, break_on_hyphens=False))
    yield from ("", *_labelled("What to do", _sentence(rule.remedy)))
    yield from _labelled("Source", _sentence(rule.source))
    yield from ("", *_example("Instead of", rule.bad))
    yield from _example("Write", rule.good or "(nothing: delete it)")
    yield from ("", "To change it for your clinic, write in clinic.yaml:", "", *_settings(rule))


def _labelled(label: str, text: str) -> list[str]:
    return textwrap.wrap(f"{label}: {text}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _example(label: str, text: str) -> Iterator[str]:
    yield f"{label}:"
    for line in text.splitlines():
        yield from textwrap.wrap(
            line, _WIDTH, initial_indent="    ", subsequent_indent="    ", replace_whitespace=False
        )


def _settings(rule: Rule) -> Iterator[str]:
    yield from ("    checks:", "      rules:", f"        {rule.id}: off          # or notice, warning, error")
    exception = f'        - {{rule: {rule.id}, code: "90837", reason: why it does not apply here}}'
    yield from ("      exceptions:", exception)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def overview() -> str:
    """All rules, a line each, as a Markdown table."""
    rows = (
        f"| `{rule.id}` | {rule.severity} | {_cell(rule.title)} | {_cell(rule.source)} |" for rule in RULES.values()
    )
    return "\n".join(("| rule | severity | what it reports | source |", "| --- | --- | --- | --- |", *rows)) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
