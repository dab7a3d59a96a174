"""Our fonts as HarfBuzz knows them: a run of text becomes glyphs with their places.

Guarantees: a run is shaped by its font, its script and its direction alone, whatever the language of the machine; what
each glyph means comes along, and where that can't be said of one, the run is not shaped.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from consentkit.pdf.fonts.font_files import (
    ARABIC_FAMILY,
    FACES,
    WIDE_FAMILY,
    FontFace,
    characters_of,
    data_of,
)
from consentkit.pdf.fonts.meanings import meaning_by_name, meanings_of

REGULAR, BOLD = 400, 700

_FIGURES = {"lnum": True, "tnum": True}
"""Figures of one height and width, as in what the page engine draws."""
_VARIABLE = "[wght]"
"""What the file of a variable font is called by: its weight is chosen where it is used."""


class ShapedGlyph(NamedTuple):
    """A glyph of a run. Lengths are in thousandths of the size of the type."""

    number: int
    meaning: str
    advance: int
    across: int
    """How far it is moved from where the run has come to, to the right."""
    up: int


class PlacedGlyphs(NamedTuple):
    """The glyphs of a run, without their meanings."""

    glyphs: list[int]
    advances: list[int]
    """How far the next one is from each, in thousandths of the size of the type."""
    is_moved: bool
    """Whether one of them is anywhere else than where the run has come to."""


class LineFace:
    """One style of a family in one weight.

    Two threads that need it at the same moment may each make one: these count as the same, so that a file has one font
    of it, whoever else draws at that moment.
    """

    def __init__(self, face: FontFace, weight: int) -> None:
        import uharfbuzz

        self._harfbuzz = uharfbuzz
        self.name = f"{face.family.replace(' ', '-')}{'-Bold' if weight == BOLD else ''}"
        self.characters = characters_of(face)
        self.axis = weight if _VARIABLE in face.file else None
        """The weight that a variable font is set to."""
        self.file = uharfbuzz.Face(data_of(face))
        self.font = uharfbuzz.Font(self.file)
        if self.axis is not None:
            self.font.set_variations({"wght": float(self.axis)})
        if self.file.upem != 1000:
            raise ValueError(f"{face.file} is not drawn in thousandths of the size")
        self._meaning_of = _meanings_in(face)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LineFace) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def shape(self, text: str, script: str | None, *, is_turned: bool = False) -> list[ShapedGlyph] | None:
        """The glyphs of a text in one script (ISO 15924), from the left; None where one of them has no clear meaning.

        `is_turned` says that it runs from right to left.
        """
        buffer = self._shaped(text, script, is_turned=is_turned)
        infos, places = buffer.glyph_infos, buffer.glyph_positions
        starts = [info.cluster for info in infos]
        if starts == list(range(len(text))):  # a glyph for each letter
            meanings = [self._meaning_of(info.codepoint, char, False) for info, char in zip(infos, text, strict=True)]
        else:
            meanings = self._meanings(text, infos, starts)
        glyphs = [
            ShapedGlyph(info.codepoint, meaning, place.x_advance, place.x_offset, place.y_offset)
            for info, meaning, place in zip(infos, meanings, places, strict=True)
        ]
        return glyphs if all(glyph.number and glyph.meaning for glyph in glyphs) else None

    def place(self, text: str, script: str | None) -> PlacedGlyphs:
        """The glyphs of a text in one script, from the left, without their meanings."""
        buffer = self._shaped(text, script, is_turned=False)
        places = buffer.glyph_positions
        is_moved = any(place.x_offset or place.y_offset for place in places)
        glyphs = [info.codepoint for info in buffer.glyph_infos]
        return PlacedGlyphs(glyphs, [place.x_advance for place in places], is_moved)

    def _shaped(self, text: str, script: str | None, *, is_turned: bool) -> Any:
        harfbuzz = self._harfbuzz
        buffer = harfbuzz.Buffer()
        buffer.add_str(text)
        buffer.cluster_level = harfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS  # so that a mark means itself
        buffer.direction = "rtl" if is_turned else "ltr"
        buffer.script = script or "Zyyy"
        buffer.language = "und"
        harfbuzz.shape(self.font, buffer, _FIGURES)
        return buffer

    def _meanings(self, text: str, infos: Sequence[Any], starts: Sequence[int]) -> list[str]:
        """What each glyph means, where one may be of several letters, or several of one."""
        ordered = sorted(set(starts))
        ends = dict(zip(ordered, [*ordered[1:], len(text)], strict=True))
        shared = Counter(starts)
        return [
            self._meaning_of(info.codepoint, text[info.cluster : ends[info.cluster]], shared[info.cluster] > 1)
            for info in infos
        ]

    @property
    def height_of_capitals(self) -> int:
        """How high the letter H is."""
        return int(self.font.get_glyph_extents(self.font.get_nominal_glyph(ord("H"))).y_bearing)

    def width(self, glyph: int) -> int:
        """How wide a glyph is, without its neighbours."""
        return int(self.font.get_glyph_h_advance(glyph))


def _meanings_in(face: FontFace) -> Callable[[int, str, bool], str]:
    """How the meaning of a glyph follows from it, from the letters that it was shaped from, and whether it is all that
    these became. It is empty where it can't be said.
    """
    if face.family == ARABIC_FAMILY:
        known = meanings_of(data_of(face))
        return lambda glyph, letters, is_shared: known.get(glyph, "" if is_shared else letters)
    if face.family == WIDE_FAMILY:
        return lambda glyph, letters, is_shared: meaning_by_name(glyph) if is_shared else letters
    return lambda glyph, letters, is_shared: "" if is_shared else letters


@cache
def face_of(family: str, weight: int) -> LineFace:
    """The face of a family in a weight. Raises StopIteration where there is none."""
    faces = [face for face in FACES if face.family == family]
    return LineFace(next((face for face in faces if face.weight == str(weight)), faces[0]), weight)


_SCRIPTS = {"LATIN": "Latn", "GREEK": "Grek", "CYRILLIC": "Cyrl"}


@cache
def script_of(char: str) -> str | None:
    """The script of a letter (ISO 15924); None for what belongs to all of them."""
    return _SCRIPTS.get(unicodedata.name(char, "").partition(" ")[0]) if char.isalpha() else None
