"""What glyphs mean, so that programs which search, copy or read aloud find the letters that were written.

Guarantees: every glyph of the Arabic font says at least one character; a glyph for one letter says that letter; a glyph
for several says the one character that Unicode has for them together. In the wide family, a letter and its marks say
themselves wherever they stand together.

WeasyPrint 70.0 takes the meaning of a glyph from the place where it first stands. Beside a mark that is wrong: the
letter says its mark too, and the mark says nothing, which PDF/A and PDF/UA forbid. Of an Arabic glyph for two letters
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

from fontTools.agl import toUnicode
from fontTools.ttLib import TTFont

from consentkit.pdf.fonts.font_files import ARABIC_FAMILY, WIDE_FACE, WIDE_FAMILY, data_of

_DOTLESS = "\u0131"

_VARIANT_NAME = re.compile(r"uni([0-9A-F]{4})\.")
"""The name of a glyph that is another form of a character's (Adobe Glyph List Specification, 2)."""


def mend_meanings(fonts: Iterable[Any]) -> None:
    """Put right what the glyphs of our fonts say, before the fonts are written."""
    for font in fonts:
        if font.family == ARABIC_FAMILY:
            known = _meanings(font.file_content)
            font.to_unicode.update({glyph: known[glyph] for glyph in font.to_unicode if glyph in known})
        elif font.family == WIDE_FAMILY:
            font.to_unicode.update(
                {glyph: _meaning_apart(glyph, said) for glyph, said in font.to_unicode.items() if _is_mixed(said)}
            )


def _is_mixed(said: str) -> bool:
    """Whether a glyph was first seen beside a mark, or as a part of a letter: it says too much or nothing then."""
    return not said or any(unicodedata.category(char).startswith("M") for char in unicodedata.normalize("NFD", said))


def _meaning_apart(glyph: int, said: str) -> str:
    """What a glyph of the wide family means by itself. An i below a mark has lost its dot, but is an i."""
    meaning: str = toUnicode(_wide_glyphs()[glyph]) or said
    return meaning if _DOTLESS in said else meaning.replace(_DOTLESS, "i")


@cache
def _wide_glyphs() -> list[str]:
    """The names of the glyphs of the wide family, which tell their characters (Adobe Glyph List Specification, 2)."""
    with TTFont(io.BytesIO(data_of(WIDE_FACE)), lazy=True) as font:
        names: list[str] = font.getGlyphOrder()
        return names


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
