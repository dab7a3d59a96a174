"""Which characters a text may contain.

Guarantees: what passes can be printed and read back. Characters that are invisible, that reorder the text around
them, that mean nothing, or that no two programs agree on are refused, because a consent document must read the same
to everybody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_NAMES = {
    "\x00": "NUL",
    "\x1b": "ESCAPE",
    "\u0085": "NEXT LINE",
}
_LAYOUT = {"\n", "\t"}
_JOINERS = {"\u200c", "\u200d"}  # Persian and the scripts of India can't be spelt without them
_MARKS = {"\u200e", "\u200f"}  # direction marks act on their neighbours only, unlike embeddings and overrides
_BLANKS = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}  # letters and a symbol that show nothing
_ALLOWED = _LAYOUT | _JOINERS | _MARKS
_REFUSED_CATEGORIES = {
    "Cc": "a control character",
    "Cf": "an invisible format character",
    "Cs": "half of a character",
    "Co": "a private character",
    "Cn": "an unassigned character",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}

_PLAIN = re.compile("[\n\t -~\u00a1-\u00ac\u00ae-\u024f\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026]*")
"""A text of allowed characters only, as nearly every text is: one match is quicker than a look at each character."""


def refused(text: str) -> Iterator[tuple[int, str]]:
    """Yield the index of each refused character, and a description that names it by its number."""
    if _PLAIN.fullmatch(text):
        return
    for index, char in enumerate(text):
        kind = "a blank" if char in _BLANKS else _REFUSED_CATEGORIES.get(unicodedata.category(char))
        if kind and char not in _ALLOWED:
            name = _NAMES.get(char) or unicodedata.name(char, "")
            yield index, f"{kind}, U+{ord(char):04X}{f' ({name})' if name else ''}"
