"""Where a text may be set on several lines.

Guarantees: a text is cut where words or parts of a name end; within a word only where it is nothing but one long word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_BREAKS = re.compile(r"(?<=[\s-])")
_LEAST_CUT = 12
"""Characters from which a text may be set on several lines."""
_MOST_LINES = 4


def ways_to_break(text: str) -> tuple[tuple[str, ...], ...]:
    """The ways to set a text: on one line, then on two, three and four of them, as even as its words allow."""
    text = text.strip()
    ways: list[tuple[str, ...]] = [(text,)]
    for count in range(2, _MOST_LINES + 1):
        if len(text) >= _LEAST_CUT * (count - 1):
            lines = _broken(text, count)
            if len(lines) == count and lines not in ways:
                ways.append(lines)
    return tuple(ways)


def _broken(text: str, count: int) -> tuple[str, ...]:
    even = len(text) / count
    places = [match.start() for match in _BREAKS.finditer(text) if 0 < match.start() < len(text)]
    if not places:
        return _cut(text, [_within_word(text, round(even * number)) for number in range(1, count)])
    return _cut(text, [_nearest(places, even * number) for number in range(1, count)])


def _nearest(places: Sequence[int], wished: float) -> int:
    return min(places, key=lambda place: abs(place - wished))


def _within_word(text: str, place: int) -> int:
    """A place near the one given that parts no mark from its letter."""
    while place < len(text) and (unicodedata.category(text[place])[0] in "MC" or text[place - 1] == "\u200d"):
        place += 1
    return place


def _cut(text: str, places: Sequence[int]) -> tuple[str, ...]:
    ends = [0, *sorted(set(places)), len(text)]
    pieces = (text[start:end].strip() for start, end in pairwise(ends))
    return tuple(piece for piece in pieces if piece)
