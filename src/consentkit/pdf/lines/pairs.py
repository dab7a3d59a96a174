"""Letters of the font that all packets have, each with its distance to the one behind it.

Guarantees: a line is set from these as HarfBuzz sets it as a whole, letter by letter, since in this font a letter
depends on its neighbour alone; where two letters change each other in any other way, they are no pair here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from consentkit.pdf.lines.common import common_face, common_letters
from consentkit.pdf.lines.faces import script_of
from consentkit.pdf.lines.pair_table import (
    PairTable,
    SetLetter,
    ShapedLine,
    is_plain,
    line_of,
    packed_backs,
    set_letter,
)

_LATIN = "Latn"
_MANY = 128
"""Lines in one script from which on it is worth to know the distances of letters: that takes as long as these lines."""
_END = ""
"""What is behind the last letter of a line."""


class _Neighbours(dict[str, SetLetter]):
    """What a letter is in front of others; worked out when it is needed for the first time."""

    def __init__(self, letter: str, script: str | None) -> None:
        super().__init__()
        self._letter, self._script = letter, script

    def __missing__(self, behind: str) -> SetLetter:
        others = [other for other in common_letters() if other.isascii() == behind.isascii()]
        self.update(_row(self._letter, others, self._script))
        if behind not in self:
            raise KeyError(behind)
        return self[behind]


class _Distances(dict[str, _Neighbours]):
    """For each letter, what it is in front of others."""

    def __init__(self, script: str | None) -> None:
        super().__init__()
        self._script = script

    def __missing__(self, letter: str) -> _Neighbours:
        if letter not in common_letters():
            raise KeyError(letter)
        self[letter] = row = _Neighbours(letter, self._script)
        return row


_IN_SCRIPT = {script: _Distances(script) for script in (_LATIN, None)}
"""By the script of a line, which for one without letters is none."""
_set: Counter[str | None] = Counter()
"""How many lines in each script were to be set so far."""


def set_line(line: str) -> ShapedLine | None:
    """Set a line, once there have been many.

    None where that is not certain, or it begins or ends with a space, or has two of them together.
    """
    if not is_plain(line):
        return None
    script = None if _latin_letters().isdisjoint(line) else _LATIN
    if _set[script] < _MANY:
        _set[script] += 1
        return None
    rows = _IN_SCRIPT[script]
    try:
        letters = [rows[letter][behind] for letter, behind in pairwise(line)]
        letters.append(rows[line[-1]][_END])
    except KeyError:
        return None
    return line_of(letters)


def pair_table() -> PairTable | None:
    """The distances of all letters; None where two of them change each other in any other way."""
    letters, face = common_letters(), common_face()
    latin = _latin_letters()
    backs: list[int] = []
    for script in (_LATIN, None):
        for letter, glyph in letters.items():
            if script is None and letter in latin:
                backs += [0] * (len(letters) + 1)  # a line with it has a script
                continue
            row, width = _IN_SCRIPT[script][letter], face.width(glyph)
            try:
                backs += [width - row[behind].advance for behind in (*letters, _END)]
            except KeyError:
                return None
    widths = [face.width(glyph) for glyph in letters.values()]
    every = "".join(letters)
    return PairTable(every, [letter in latin for letter in every], [*letters.values()], widths, packed_backs(backs))


@cache
def _latin_letters() -> frozenset[str]:
    return frozenset(letter for letter in common_letters() if script_of(letter) == _LATIN)


def _row(letter: str, others: Sequence[str], script: str | None) -> dict[str, SetLetter]:
    """What a letter is in front of others, and at the end of a line."""
    face, glyphs = common_face(), common_letters()
    own, width = glyphs[letter], face.width(glyphs[letter])
    placed = face.place("".join([f"{letter}{other}" for other in others]) + letter, script)
    if placed.glyphs != [*(glyph for other in others for glyph in (own, glyphs[other])), own] or placed.is_moved:
        return {}
    kinds: dict[int, SetLetter] = {}
    for advance in set(placed.advances[::2]):
        back = width - advance
        kinds[advance] = set_letter(own, advance, back)
    return {other: kinds[advance] for other, advance in zip([*others, _END], placed.advances[::2], strict=True)}
