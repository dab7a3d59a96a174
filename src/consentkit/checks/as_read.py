"""A text as a reader sees it: with each letter and its accents as one character, however they were typed.

Guarantees: every place in it leads back to the place in the text as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_ACCENTS = "[\u0300-\u036f]"
_APART = re.compile(_ACCENTS)
_LETTER = re.compile(f".{_ACCENTS}*", re.DOTALL)


@dataclass(frozen=True)
class AsRead:
    """What a reader sees of a text, and where each character of it was written."""

    text: str
    written: str
    places: tuple[int, ...] | None = None
    """Where each character was written, and where the text ends; None if all are at their own place."""

    def start(self, offset: int) -> int:
        """Where the character at an offset was written."""
        return offset if self.places is None else self.places[offset]

    def written_at(self, start: int, end: int) -> str:
        """What was written where a reader sees the characters between two offsets."""
        return self.written[self.start(start) : self.start(end)]


@lru_cache(maxsize=512)
def as_read(written: str) -> AsRead:
    """What a reader sees of a text."""
    if not _APART.search(written):
        return AsRead(written, written)
    seen: list[str] = []
    places: list[int] = []
    for letter in _LETTER.finditer(written):
        composed = unicodedata.normalize("NFC", letter[0])
        seen.append(composed)
        places.extend([letter.start()] * len(composed))
    return AsRead("".join(seen), written, (*places, len(written)))
