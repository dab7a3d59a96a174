"""The rule about characters that can't be printed.

Guarantees: what a document or a packet would be refused for is reported beforehand, at the very character, by the
judgement with which pages are made (`pdf.coverage`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from consentkit.checks.findings import Finding, Spot, Subject, found
from consentkit.checks.places import Source
from consentkit.checks.rules_wording import UNPRINTABLE
from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.fonts.substitutes import described, instead
from consentkit.problems import printable
from consentkit.reading.yaml_file import Path

_NOT_PRINTED = {
    *("code", "language", "direction", "translates", "clauses", "related", "policies", "billing", "drop"),
    *("logo", "accent", "paper", "packet", "printing", "checks"),
}
"""Keys at the top of files whose texts are for programs, for clinicians or for the desk."""
_SOURCE = "source"
"""The key of a clause that says where it comes from, for reviewers."""


def check_letters(file: Subject) -> Iterator[Finding]:
    """Report each character that no font can print, once in each text."""
    for path, text in file.source.texts():
        if not text.isascii() and _is_printed(path):
            for char in unprintable(text):
                message = f"holds {described(char)}, which no font here can print"
                yield found(UNPRINTABLE, file, Spot(path, char), message, remedy=instead(char))


def first_places(characters: Collection[str], sources: Iterable[Source]) -> dict[str, str]:
    """Where characters stand that can't be printed: for each the first `file:line:column` in which it is found."""
    places: dict[str, str] = {}
    for source in sources:
        for path, text in source.texts():
            for char in unprintable(text) if _is_printed(path) else ():
                if char in characters and char not in places:
                    line, column = source.at_value(path, char)
                    places[char] = f"{printable(source.name)}:{line}:{column}"
    return places


def _is_printed(path: Path) -> bool:
    if path[0] == "clauses" and len(path) > 2:  # the clauses of a language; in a procedure they are names
        return path[2] != _SOURCE
    return path[0] not in _NOT_PRINTED and path != ("about", _SOURCE)
