"""The rules about the clinic's own folder.

Guarantees: a blank that is filled in by pen is no error; what looks filled in but is not, is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentkit.checks import rules_library as rules
from consentkit.checks.inputs import ClinicFile
from consentkit.checks.readability import texts_in
from consentkit.checks.rule_finding import RuleFinding, Spot, breach, value
from consentkit.checks.rules_wording import PLACEHOLDER
from consentkit.checks.text_rules import check_wording
from consentkit.problems import quoted

_PARTICULARS = ("name", "address", "phone")
_MODEL_CLINIC = re.compile(
    r"^(?:(?:your|my|our|the|example|sample|test|demo|small|new) )+(?:clinic|practice|counseling|hospital|center)\b"
    r"|\b(?:clinic|practice|hospital) name\b|\b(?:acme|foo|bar)\b|\b(?:123|1234) (?:main|any|example) (?:st|street)\b",
    re.IGNORECASE,
)
_MODEL_NUMBER = re.compile(r"\b(?:000|111|123|555|999)\D{0,2}(?:0000|1111|1234|4567|5555|9999)\b")
_SET_ASIDE = re.compile(r"\b555\D{0,2}01\d\d\b")


def check_clinic(file: ClinicFile) -> Iterator[RuleFinding]:
    """Check the clinic's particulars, and what else lies in its folder."""
    for rule, name, what in (
        (rules.CLINIC_NAME, "name", "has no `name`"),
        (rules.CLINIC_ADDRESS, "address", "has no `address`"),
        (rules.CLINIC_PHONE, "phone", "has no `phone`"),
        (rules.CLINIC_LOGO, "logo", "has no `logo`"),
    ):
        if not getattr(file.clinic, name):
            yield breach(rule, file, value(), what)
    yield from _particulars(file)
    for name in file.passed_over:
        yield breach(
            rules.IGNORED_FILE, file, value(), f"has {quoted(f'procedures/{name}')} beside it, which nothing reads"
        )


def _particulars(file: ClinicFile) -> Iterator[RuleFinding]:
    texts = [placed for name in _PARTICULARS for placed in texts_in(getattr(file.clinic, name), (name,))]
    yield from check_wording(file, texts, lambda placed: False)
    for placed in texts:
        for pattern in (_MODEL_CLINIC, _MODEL_NUMBER):
            if match := pattern.search(placed.text):
                spot = Spot(placed.path, match[0])
                yield breach(PLACEHOLDER, file, spot, f"holds {quoted(match[0])}, which looks like an example")
        if match := _SET_ASIDE.search(placed.text):
            # The North American numbering plan keeps 555-0100 to 555-0199 for fiction: nobody answers there.
            message = f"holds {quoted(match[0])}, a number that is set aside for examples"
            yield breach(PLACEHOLDER, file, Spot(placed.path, match[0]), message, severity="notice")
