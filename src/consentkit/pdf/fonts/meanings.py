"""What glyphs mean, so that programs which search, copy or read aloud get the letters that were written.

Guarantees: every glyph of the Arabic font is mapped to at least one character; a glyph for one letter, to that letter;
a glyph for several letters, to the one character that Unicode has for them together. In the wide family, a letter and
its marks are each mapped to themselves, even where they occur together.

WeasyPrint 70.0 takes the meaning of a glyph from the place where it first occurs. Next to a mark that is wrong: the
letter's meaning includes the mark, and the mark has no meaning, which PDF/A and PDF/UA forbid. For an Arabic glyph of
two letters it is right, but programs that reverse a line from right to left (poppler, PDFium) reverse these two as
well. Unicode compatibility (NFKC), which search uses, turns the one character into its letters again.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from consentkit.pdf.fonts.font_files import ARABIC_FAMILY, WIDE_FACE, WIDE_FAMILY, data_of

_DOTLESS = "\u0131"

_VARIANT_NAME = re.compile(r"uni([0-9A-F]{4})\.")
"""The name of a glyph that is a variant of a character's (Adobe Glyph List Specification, 2)."""


def correct_meanings(fonts: Iterable[Any]) -> None:
    """Correct the meanings of the glyphs of our fonts, before the fonts are written."""
    for font in fonts:
        if font.family == ARABIC_FAMILY:
            known = meanings_of(font.file_content)
            font.to_unicode.update({glyph: known[glyph] for glyph in font.to_unicode if glyph in known})
        elif font.family == WIDE_FAMILY:
            font.to_unicode.update(
                {
                    glyph: _own_meaning(glyph, recorded)
                    for glyph, recorded in font.to_unicode.items()
                    if _is_mixed(recorded)
                }
            )


def _is_mixed(recorded: str) -> bool:
    """Whether a glyph first occurred beside a mark, or as a part of a letter: its meaning is then too long or empty."""
    decomposed = unicodedata.normalize("NFD", recorded)
    return not recorded or any(unicodedata.category(char).startswith("M") for char in decomposed)


def _own_meaning(glyph: int, recorded: str) -> str:
    """What a glyph of the wide family means by itself. An i below a mark has lost its dot, but is an i."""
    meaning = meaning_by_name(glyph, is_dotless=_DOTLESS in recorded)
    return meaning or recorded


def meaning_by_name(glyph: int, *, is_dotless: bool = False) -> str:
    """What the name of a glyph of the wide family says that it means; empty where it says nothing.

    An i without its dot counts as an i, unless the letter itself has none.
    """
    from fontTools.agl import toUnicode

    meaning: str = toUnicode(_wide_glyphs()[glyph])
    return meaning if is_dotless else meaning.replace(_DOTLESS, "i")


@cache
def _wide_glyphs() -> list[str]:
    """The names of the glyphs of the wide family, which imply their characters (Adobe Glyph List Specification, 2)."""
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(data_of(WIDE_FACE)), lazy=True) as font:
        names: list[str] = font.getGlyphOrder()
        return names


@cache
def meanings_of(data: bytes) -> dict[int, str]:
    """The meaning of each glyph that represents a character, plain or in the form that it takes within a word."""
    from fontTools.ttLib import TTFont  # which lines in the usual font do without

    meanings: dict[int, str] = {}
    with TTFont(io.BytesIO(data), lazy=True) as font:
        for code, name in sorted(font.getBestCmap().items()):  # letters come before their forms
            meanings.setdefault(font.getGlyphID(name), _letter(chr(code)))
        for glyph, name in enumerate(font.getGlyphOrder()):  # a narrower form: uniFD0D.short
            if glyph not in meanings and (match := _VARIANT_NAME.match(name)):
                meanings[glyph] = _letter(chr(int(match[1], 16)))
    return meanings


def _letter(character: str) -> str:
    """The letter of which a character is a form; a form of several letters is returned as it is."""
    letters = unicodedata.normalize("NFKC", character)
    return letters if len(letters) == 1 else character
