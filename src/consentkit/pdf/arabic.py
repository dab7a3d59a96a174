"""What the glyphs of the Arabic font mean, so that programs which search or copy find the letters that were written.

Guarantees: every glyph of that font says at least one character; a glyph for one letter says that letter; a glyph for
several says the one character that Unicode has for them together.

WeasyPrint 70.0 takes the meaning of a glyph from the place where it first stands. Beside a vowel mark that is wrong:
the mark says its letter too, and the letter says nothing, which PDF/A and PDF/UA forbid. Of a glyph for two letters
it is right, but programs that turn a line from right to left around (poppler, PDFium) turn these two around as well.
Unicode compatibility (NFKC), with which search works, makes the letters of the one character again.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from fontTools.ttLib import TTFont

from consentkit.pdf.fonts import ARABIC_FAMILY

_VARIANT_NAME = re.compile(r"uni([0-9A-F]{4})\.")
"""The name of a glyph that is another form of a character's (Adobe Glyph List Specification, 2)."""


def mend_meanings(fonts: Iterable[Any]) -> None:
    """Put right what the glyphs of Arabic fonts say, before the fonts are written."""
    for font in fonts:
        if font.family == ARABIC_FAMILY:
            known = _meanings(font.file_content)
            font.to_unicode.update({glyph: known[glyph] for glyph in font.to_unicode if glyph in known})


@cache
def _meanings(data: bytes) -> dict[int, str]:
    """The meaning of each glyph that stands for a character, plain or in the form that it takes within a word."""
    meanings: dict[int, str] = {}
    with TTFont(io.BytesIO(data), lazy=True) as font:
        for code, name in sorted(font.getBestCmap().items()):  # letters come before their forms
            meanings.setdefault(font.getGlyphID(name), _letter(chr(code)))
        for glyph, name in enumerate(font.getGlyphOrder()):  # a narrower form: uniFD0D.short
            if glyph not in meanings and (written := _VARIANT_NAME.match(name)):
                meanings[glyph] = _letter(chr(int(written[1], 16)))
    return meanings


def _letter(character: str) -> str:
    """The letter of which a character is a form; a form of several letters stays as it is."""
    letters = unicodedata.normalize("NFKC", character)
    return letters if len(letters) == 1 else character
