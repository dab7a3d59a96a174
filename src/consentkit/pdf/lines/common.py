"""What the lines of many packets have in common: a font with the letters of most names, and the numbers of pages.

Guarantees: the same font whatever is drawn with it, so that it lies among what packets with the same papers begin with;
a line is drawn with it only if each of its letters means there what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from consentkit.pdf.fonts.font_files import BODY_FAMILY
from consentkit.pdf.lines.embedding import resources_of
from consentkit.pdf.lines.faces import REGULAR, LineFace, ShapedGlyph, face_of, script_of
from consentkit.pdf.lines.pair_table import COMMON_FONT
from consentkit.pdf.link.order import DrawingResources

_BLOCKS = (range(0x20, 0x7F), range(0xA1, 0x100))
"""Basic Latin, and the letters of Western Europe. More of them would cost more in each packet than they save."""
_OTHERS = "–—‘’“”…"
_WITHOUT_SHAPE = "\u00ad"
"""A hyphen that shows only where a line is broken."""


def common_glyphs(line: str) -> Sequence[ShapedGlyph] | None:
    """The glyphs of a line that needs no other font, or None for one that has to be looked at more closely."""
    letters = _meanings()
    if not line or not _characters().issuperset(line) or "  " in line or line != line.strip():
        return None
    script = next((script for char in line if (script := script_of(char))), None)
    glyphs = common_face().shape(line, script)
    if glyphs is None or any(letters.get(glyph.number) != glyph.meaning for glyph in glyphs):
        return None
    return glyphs if "".join(glyph.meaning for glyph in glyphs) == line else None


def common_face() -> LineFace:
    """The face of the font."""
    return face_of(BODY_FAMILY, REGULAR)


@cache
def common_font() -> DrawingResources:
    """The font, as what drawings use."""
    return resources_of({COMMON_FONT: (common_face(), _meanings())})


@cache
def common_letters() -> Mapping[str, int]:
    """The glyph of each letter of the font, alone."""
    return {letter: glyph for glyph, letter in _meanings().items()}


@cache
def _characters() -> frozenset[str]:
    return frozenset(_meanings().values())


@cache
def _meanings() -> Mapping[int, str]:
    """What each of its glyphs means: the letter that it is made from alone. A glyph of two letters is left out."""
    face = common_face()
    characters = [*(chr(code) for block in _BLOCKS for code in block), *_OTHERS]
    shaped = [
        (char, face.shape(char, script_of(char)))
        for char in characters
        if ord(char) in face.characters and char not in _WITHOUT_SHAPE
    ]
    meanings: dict[int, str] = {}
    for char, glyphs in shaped:
        if glyphs is not None and len(glyphs) == 1:
            meanings.setdefault(glyphs[0].number, char)
    return meanings
