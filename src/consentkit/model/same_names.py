"""Whether two names are the same, however they are written.

Guarantees: case, points and the ways of encoding one letter don't count; little is loaded, since a packet that is made
ahead of the program (`consentkit.lanes`) compares names, too.
"""

from __future__ import annotations

import unicodedata


def is_same_name(one: str, other: str) -> bool:
    """Whether two names may be those of one person."""
    words, other_words = _words(one), _words(other)
    if "," in one or "," in other:  # a list may put the family name first
        words, other_words = sorted(words), sorted(other_words)
    return bool(words) and words == other_words


class _Spaced(dict[int, str | int]):
    """For each character, what it is where words are compared: a space, for one that only separates words."""

    def __missing__(self, code: int) -> str | int:
        self[code] = " " if unicodedata.category(chr(code))[0] in "PZ" else code
        return self[code]


_SPACED = _Spaced()


def _words(name: str) -> list[str]:
    """The words of a name without case, points and the ways of encoding one letter."""
    plain = name if name.isascii() else unicodedata.normalize("NFKC", name)
    folded = plain.casefold()
    whole = folded if folded.isascii() else unicodedata.normalize("NFKC", folded)
    return whole.translate(_SPACED).split()
