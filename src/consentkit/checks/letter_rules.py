"""The rule about characters that can't be printed.

Guarantees: what a document or a packet would be refused for is reported beforehand, at the very character, by the
judgement with which pages are made (`pdf.fonts.coverage`).
"""

from __future__ import annotations

from collections.abc import Iterator

from consentkit.checks.findings import Finding, Spot, Subject, found
from consentkit.checks.rules_wording import UNPRINTABLE
from consentkit.library.printed_texts import is_printed
from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.fonts.substitutes import described, instead


def check_letters(file: Subject) -> Iterator[Finding]:
    """Report each character that no font can print, once in each text."""
    for path, text in file.source.texts():
        if not text.isascii() and is_printed(path):
            for char in unprintable(text):
                message = f"holds {described(char)}, which no font here can print"
                yield found(UNPRINTABLE, file, Spot(path, char), message, remedy=instead(char))
