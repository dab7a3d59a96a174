"""Which text our fonts can set, and how: decided here for the checks, the pages and the packets alike.

Guarantees: a text passes only if every character of it has a glyph in our fonts, and every mark is placed at its own
letter. Letters and their marks come from one font: if Unicode has no single character for a letter with its marks
(Yoruba ọ́, Navajo į́, Guarani g̃), the whole text is set in the wide family, which has anchors for such pairs; a pair for
which that family has no anchor counts as unprintable. What a text looks like does not depend on how its letters were
composed when it was typed. Characters that only join or separate their neighbours, or change the direction, need no
glyph.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import combinations, pairwise
from typing import Any

from consentkit.pdf.fonts.font_files import (
    FACES,
    WIDE_FACE,
    FontFace,
    characters_of,
    cjk_face,
    data_of,
    has_cjk_character,
)

_WITHOUT_GLYPH = frozenset("\u200c\u200d\u200e\u200f\n\t")
"""Joiners and marks of direction; the page engine hides them."""


def settable(text: str) -> str:
    """The same text, composed as our fonts need it: letters as single characters if possible, else decomposed."""
    if text.isascii():
        return text
    return "".join(_composed(cluster) for cluster in _clusters(text))


def needs_one_font(text: str) -> bool:
    """Whether a text, as `settable` returns it, has marks that must come from the same font as their letters."""
    return not text.isascii() and any(_is_mark(char) and ord(char) in _wide() for char in set(text))


def unprintable(text: str) -> list[str]:
    """What can't be printed of a text, sorted: characters, and letters whose marks can't be placed."""
    if text.isascii():
        return []
    known = _known(cjk_face() if has_cjk_character(text) else None)
    characters = set(text)
    clusters = set(_clusters(text)) if any(map(_is_mark, characters)) else characters  # each once: a text repeats them
    return sorted({piece for cluster in clusters for piece in _unprintable_in(cluster, known)})


def _unprintable_in(cluster: str, known: frozenset[int]) -> Iterator[str]:
    """What can't be printed of one letter with its marks."""
    composed = _composed(cluster)
    missing = [char for char in composed if ord(char) not in known and not _needs_no_glyph(char)]
    if all(char in cluster for char in missing):
        yield from missing
    else:
        yield cluster
    if not missing and (len(composed) > 1 or _is_mark(composed)) and not _is_placed(composed):
        yield cluster


def _needs_no_glyph(char: str) -> bool:
    return char in _WITHOUT_GLYPH or char.isspace()


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


def _clusters(text: str) -> Iterator[str]:
    """The pieces of a text: each is a character with the marks that follow it."""
    starts = [index for index, char in enumerate(text) if index == 0 or not _is_mark(char)]
    for start, end in pairwise([*starts, len(text)]):
        yield text[start:end]


@lru_cache(maxsize=4096)
def _composed(cluster: str) -> str:
    """One letter with its marks. Ideographs stay as they are: composing would replace some by other forms."""
    whole = unicodedata.normalize("NFC", cluster) if len(cluster) > 1 else cluster
    return "".join(_decomposed(char) for char in whole)


def _decomposed(char: str) -> str:
    """A letter that our fonts lack, decomposed if they have its parts; any other character as it is."""
    if ord(char) in _known(None):
        return char
    parts = unicodedata.decomposition(char)
    if not parts or parts.startswith("<"):
        return char
    split = "".join(_decomposed(chr(int(part, 16))) for part in parts.split())
    return split if len(split) > 1 and all(ord(part) in _wide() for part in split) else char


def _is_placed(cluster: str) -> bool:
    """Whether the marks of a letter can be placed. The Arabic font can place its marks at all of its letters."""
    letter, marks = cluster[0], cluster[1:]
    if _is_mark(letter):
        return False
    if not any(ord(mark) in _wide() for mark in marks):
        return ord(letter) not in _wide() and not _needs_no_glyph(letter)
    return all(ord(char) in _wide() for char in cluster) and _is_anchored(cluster)


@lru_cache(maxsize=4096)
def _is_anchored(cluster: str) -> bool:
    """Whether the wide family places each mark at its letter, and no mark over another.

    If the font has no anchor for a mark, HarfBuzz does not move it: it is then over the next letter, or off the centre
    of its own.
    """
    import uharfbuzz

    font = _shaper()
    buffer = uharfbuzz.Buffer()
    buffer.add_str(cluster)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    marks = list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))[1:]
    if any(not (place.x_offset or place.y_offset) for _, place in marks):
        return False
    boxes = [_box(font, glyph.codepoint, place) for glyph, place in marks]
    return not any(_overlap(one, other) for one, other in combinations(boxes, 2))


GlyphBox = tuple[float, float, float, float]


def _box(font: Any, glyph: int, place: Any) -> GlyphBox:
    extents = font.get_glyph_extents(glyph)
    left, top = extents.x_bearing + place.x_offset, extents.y_bearing + place.y_offset
    return left, top + extents.height, left + extents.width, top


def _overlap(one: GlyphBox, other: GlyphBox) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@cache
def _shaper() -> Any:
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face(data_of(WIDE_FACE)))


@cache
def _known(cjk: FontFace | None) -> frozenset[int]:
    """The characters of all families; those of the Chinese, Japanese and Korean one only if its face is given."""
    return frozenset[int]().union(*map(characters_of, (*FACES, *([cjk] if cjk else []))))


def _wide() -> frozenset[int]:
    return characters_of(WIDE_FACE)
