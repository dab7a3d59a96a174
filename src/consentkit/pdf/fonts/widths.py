"""How wide a text will be, without laying it out.

Guarantees: the width is that of our fonts, to within a few percent: kerning and joined letters are not considered, and
what none of our fonts has counts as a full square.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from consentkit.pdf.fonts.font_files import FACES, FontFace, characters_of, data_of

_REGULAR = "400"
_SQUARE = 1.0


def width_of(text: str) -> float:
    """The width of a line of text in regular type, as a multiple of the size of the type."""
    return sum(map(_advance, text))


@cache
def _advance(char: str) -> float:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:  # over its letter, or nothing to see
        return 0.0
    for face in FACES:
        if face.weight == _REGULAR and ord(char) in characters_of(face):
            font = _font(face)
            return float(font.get_glyph_h_advance(font.get_nominal_glyph(ord(char)))) / float(font.face.upem)
    return _SQUARE


@cache
def _font(face: FontFace) -> Any:
    import uharfbuzz

    font = uharfbuzz.Font(uharfbuzz.Face(data_of(face)))
    font.set_variations({"wght": float(_REGULAR)})
    return font
