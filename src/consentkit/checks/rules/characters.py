"""Characters that can't be printed.

Guarantees: what a document or a packet would be refused for is reported beforehand, at the very character, by the
judgement with which pages are made (`pdf.fonts.coverage`).
"""

from __future__ import annotations

from collections.abc import Iterator

from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Spot, Subject, breach
from consentkit.library.printed_texts import is_printed
from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.fonts.substitutes import described, remedy_for

UNPRINTABLE = Rule(
    id="unprintable",
    severity="error",
    title="Character that can’t be printed",
    reason="A character that our fonts lack would print as an empty box, and a mark without a place in them would "
    "be drawn at the wrong letter, so no document is made. Latin, Greek, Cyrillic and Arabic letters can be printed, "
    "Chinese, Japanese and Korean ones with the package fonts-noto-cjk; emoji, most symbols and other scripts can’t.",
    remedy="write the same in letters, digits and common signs",
    source="house rule",
    bad="Drink water ★ Below 38 ℃ all is well ① Rest",
    good="Drink water. Below 38 °C all is well. 1. Rest",
)


def unprintable_character(file: Subject) -> Iterator[RuleFinding]:
    """Report each character that no font can print, once in each text."""
    for path, text in file.source.texts():
        if not text.isascii() and is_printed(path):
            for char in unprintable(text):
                message = f"contains {described(char)}, which no font here can print"
                yield breach(UNPRINTABLE, file, Spot(path, char), message, remedy=remedy_for(char))
