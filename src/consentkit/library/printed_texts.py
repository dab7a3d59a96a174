"""Which texts of a file come onto paper, and where in them characters are that can't.

Guarantees: what a page is refused for and what the checks report are the same characters, by the judgement with which
pages are made (`pdf.fonts.coverage`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from consentkit.pdf.fonts.coverage import unprintable
from consentkit.problems import printable
from consentkit.reading.places import SourceText
from consentkit.reading.yaml_file import DataPath

_NOT_PRINTED = {
    *("code", "language", "direction", "translates", "clauses", "related", "policies", "billing", "drop"),
    *("covered_by", "without", "signers", "due"),
    *("logo", "accent", "paper", "packet", "printing", "checks"),
}
"""Keys at the top of files whose texts are for programs, for clinicians or for the desk."""
_SOURCE = "source"
"""The key of a clause that says where it comes from, for reviewers."""


def is_printed(path: DataPath) -> bool:
    """Whether a text is for the reader of a page, by where it is in its file."""
    if path[0] == "clauses" and len(path) > 2:  # the clauses of a language; in a procedure they are names
        return path[2] != _SOURCE
    return path[0] not in _NOT_PRINTED and path != ("about", _SOURCE)


def first_places(characters: Collection[str], sources: Iterable[SourceText]) -> dict[str, str]:
    """Where characters stand that can't be printed: for each the first `file:line:column` in which it is found."""
    places: dict[str, str] = {}
    for source in sources:
        for path, text in source.texts():
            for char in unprintable(text) if is_printed(path) else ():
                if char in characters and char not in places:
                    line, column = source.at_value(path, char)
                    places[char] = f"{printable(source.name)}:{line}:{column}"
    return places
