"""Letters of the font that all packets have, each with its distance to the one behind it.

Guarantees: a line is set from these as HarfBuzz sets it as a whole, letter by letter, since in this font a letter
depends on its neighbour alone; where two letters change each other in any other way, they are no pair here.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import NamedTuple

from consentkit.pdf.lines.common import common_face, common_letters
from consentkit.pdf.lines.faces import script_of

_LATIN = "Latn"
_END = ""
"""What is behind the last letter of a line."""


class _Letter(NamedTuple):
    """A letter in front of a certain other one."""

    shown: bytes
    """Its glyph as in an array of glyphs, with the distance behind it (ISO 32000-1, 9.4.3)."""
    advance: int
    """How far the next one is, in thousandths of the size of the type."""


class SetLine(NamedTuple):
    """A line, set from pairs."""

    shown: bytes
    """Its glyphs in an array, without the brackets at its ends."""
    advance: int
    """Its length, in thousandths of the size of the type."""


class _Rows(dict[str, dict[str, _Letter]]):
    """For each letter, what it is in front of others; worked out when it is needed for the first time."""

    def __init__(self, script: str | None) -> None:
        super().__init__()
        self._script = script

    def __missing__(self, letter: str) -> dict[str, _Letter]:
        if letter not in common_letters():
            raise KeyError(letter)
        self[letter] = row = _row(letter, self._script)
        return row


_IN_SCRIPT = {script: _Rows(script) for script in (_LATIN, None)}
"""By the script of a line, which for one without letters is none."""


def set_line(line: str) -> SetLine | None:
    """Set a line; None where that is not certain, or it begins or ends with a space, or has two of them together."""
    if not line or "  " in line or line[0] == " " or line[-1] == " ":
        return None
    rows = _IN_SCRIPT[None if _latin_letters().isdisjoint(line) else _LATIN]
    try:
        letters = [rows[letter][behind] for letter, behind in pairwise(line)]
        letters.append(rows[line[-1]][_END])
    except KeyError:
        return None
    return SetLine(b"".join([shown for shown, _ in letters]), sum([advance for _, advance in letters]))


@cache
def _latin_letters() -> frozenset[str]:
    return frozenset(letter for letter in common_letters() if script_of(letter) == _LATIN)


def _row(letter: str, script: str | None) -> dict[str, _Letter]:
    """What a letter is in front of each other one, and at the end of a line."""
    face, glyphs = common_face(), common_letters()
    own, width = glyphs[letter], face.width(glyphs[letter])
    others = [other for other in glyphs if script or script_of(other) is None]
    shaped = face.shape("".join(f"{letter}{other}" for other in others) + letter, script)
    if shaped is None or len(shaped) != 2 * len(others) + 1:
        return {}
    kinds: dict[int, _Letter] = {}
    row: dict[str, _Letter] = {}
    for place, other in enumerate([*others, _END]):
        first, behind = shaped[2 * place], shaped[2 * place + 1] if other else None
        is_plain = first.number == own and not first.across and not first.up
        if is_plain and (behind is None or (behind.number == glyphs[other] and not behind.across and not behind.up)):
            back = width - first.advance
            shown = b"%04x>%d<" % (own, back) if back else b"%04x" % own
            row[other] = kinds.setdefault(back, _Letter(shown, first.advance))
    return row
