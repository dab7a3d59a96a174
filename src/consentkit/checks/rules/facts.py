"""The billing facts of a procedure, and what the text says about them.

Guarantees: only what contradicts itself is reported; whether a fact is true, no program can see.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from consentkit.checks.citations import PAIRING_TABLE
from consentkit.checks.inputs import AnyProcedure, ProcedureFile
from consentkit.checks.readability import primary, texts_in
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Spot, breach, value
from consentkit.problems import quoted

MINUTES_MISMATCH = Rule(
    id="minutes-mismatch",
    severity="warning",
    title="Text and billing facts differ in minutes",
    reason="The patient is told a length, and the clinic bills one. Where the text names minutes, one of the figures "
    "must fit `billing.minutes`.",
    remedy="correct the text, or the facts",
    source=PAIRING_TABLE,
    bad="minutes: {usual: 60} and “about 30 minutes”",
    good="minutes: {usual: 60} and “about 60 minutes”",
)
MINUTES: dict[str, re.Pattern[str]] = {
    "en": re.compile(r"(\d+)(?:\s*(?:-|–|to|or)\s*(\d+))?[\s-]*(?:minutes?|mins?)\b", re.IGNORECASE),
    "es": re.compile(r"(\d+)(?:\s*(?:-|–|a|o|y)\s*(\d+))?\s*(?:minutos?|min)\b", re.IGNORECASE),
}
"""A length in minutes, or a range of it."""


def minutes_mismatch(file: AnyProcedure) -> Iterator[RuleFinding]:
    """Compare the minutes that a text names with the facts."""
    minutes, pattern = file.procedure.billing.minutes, MINUTES.get(primary(file.language))
    if minutes is None or pattern is None:
        return
    low = minutes.at_least or minutes.usual
    high = minutes.at_most or (math.inf if minutes.at_least else minutes.usual)  # "53 or more" has no end
    for path, part in (
        (("summary", "how_long"), file.procedure.summary.how_long),
        (("duration",), file.procedure.duration),
    ):
        named = [(placed, match) for placed in texts_in(part, path) for match in pattern.finditer(placed.text)]
        if named and not any(int(match[1]) <= high and int(match[2] or match[1]) >= low for _, match in named):
            placed, match = named[0]
            message = f"says {quoted(match[0])}, but the usual time in `billing.minutes` is {minutes.usual}"
            yield breach(MINUTES_MISMATCH, file, Spot(placed.path, match[0]), message)


BILLING_CONTRADICTION = Rule(
    id="billing-contradiction",
    severity="error",
    title="Billing facts contradict each other",
    reason="The facts decide which papers may be used together. A code cannot go with itself, nor both go with another "
    "code and be barred from it.",
    remedy="keep the one that is right",
    source=PAIRING_TABLE,
    bad='goes_with: ["90785"]\nnot_with: ["90785"]',
    good='goes_with: ["90785"]',
)
_REFERENCES = ("goes_with", "add_on_to", "not_with", "not_with_unless_separate", "replaced_by")
_OPPOSITES = (
    ("goes_with", "not_with"),
    ("goes_with", "not_with_unless_separate"),
    ("add_on_to", "not_with"),
    ("add_on_to", "not_with_unless_separate"),
    ("not_with", "not_with_unless_separate"),
)


def own_code(file: ProcedureFile) -> Iterator[RuleFinding]:
    """Look for the procedure's own code among those that it names."""
    places = [("related", file.procedure.related)]
    places += [(f"billing.{name}", getattr(file.procedure.billing, name)) for name in _REFERENCES]
    for place, codes in places:
        if file.code in codes:
            spot = value(*place.split("."), codes.index(file.code))
            yield breach(BILLING_CONTRADICTION, file, spot, "names its own code")


def opposite_lists(file: ProcedureFile) -> Iterator[RuleFinding]:
    """Look for codes under two keys that exclude each other."""
    billing = file.procedure.billing
    for name, other in _OPPOSITES:
        for index, code in enumerate(getattr(billing, other)):
            if code in getattr(billing, name):
                message = f"has {code}, which is also under `{name}`"
                yield breach(BILLING_CONTRADICTION, file, value("billing", other, index), message)


CHECKS_OF_FACTS = (own_code, opposite_lists)
"""What an original alone is checked for: a translation has no facts."""

CHECKS = (minutes_mismatch,)
"""What an original or a translation is checked for."""
