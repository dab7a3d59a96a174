"""A line, cut into runs that are each of one font, one script and one direction.

Guarantees: each character is in the font that the page engine chooses for it; a line for which that is not certain is
not cut, and is left to the page engine: one of both directions, in other scripts than Latin, Greek, Cyrillic and
Arabic, or with characters that only join or separate others.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from consentkit.pdf.fonts.coverage import needs_one_font, settable, unprintable
from consentkit.pdf.fonts.font_files import ARABIC_FAMILY, BODY_FAMILY, WIDE_FAMILY
from consentkit.pdf.lines.faces import LineFace, face_of, script_of

_BREAKS = " \t\n\f\r"
"""What a page of HTML shows as one space."""
_TURNED = {"AL", "NSM", "WS"}
"""The classes of what a line in Arabic letters may hold (Unicode Standard Annex 9, table 4)."""
_ARABIC = "Arab"


class FontRun(NamedTuple):
    """A piece of a line."""

    text: str
    face: LineFace
    script: str | None
    is_turned: bool = False
    """Whether it runs from right to left."""


def runs_of(line: str, weight: int) -> list[FontRun] | None:
    """The runs of a line from the left, or None for one that is left to the page engine."""
    text = settable(" ".join(line.strip(_BREAKS).translate(_TO_SPACES).split(" ")))
    text = " ".join(piece for piece in text.split(" ") if piece)
    if not text or any(unicodedata.category(char)[0] == "C" for char in text) or unprintable(text):
        return None
    classes = {unicodedata.bidirectional(char) for char in text}
    if "AL" in classes:
        return _turned(text, weight) if classes <= _TURNED else None
    return None if classes & {"R", "AN"} else _straight(text, weight)


_TO_SPACES = str.maketrans(dict.fromkeys(_BREAKS, " "))


def _turned(text: str, weight: int) -> list[FontRun] | None:
    face = face_of(ARABIC_FAMILY, weight)
    others = [face_of(family, weight).characters for family in (BODY_FAMILY, WIDE_FAMILY)]
    letters = {ord(char) for char in text if char != " "}
    is_its_own = letters <= face.characters and all(letters.isdisjoint(other) for other in others)
    return [FontRun(text, face, _ARABIC, is_turned=True)] if is_its_own else None


def _straight(text: str, weight: int) -> list[FontRun] | None:
    order = (WIDE_FAMILY, BODY_FAMILY) if needs_one_font(text) else (BODY_FAMILY, WIDE_FAMILY)
    faces = [face_of(family, weight) for family in order]
    fonts = [_first_with(char, faces) for char in text]
    if any(font is None for font in fonts):
        return None
    places = [font or 0 for font in fonts]
    scripts = _scripts(text)
    _give_spaces(text, places, scripts)
    return list(_runs(text, [(faces[place], script) for place, script in zip(places, scripts, strict=True)]))


def _first_with(char: str, faces: Sequence[LineFace]) -> int | None:
    return next((place for place, face in enumerate(faces) if ord(char) in face.characters), None)


def _scripts(text: str) -> list[str | None]:
    """The script of each character: what belongs to all of them goes with what is before it, or else behind it."""
    own = [script_of(char) for char in text]
    current = next((script for script in own if script), None)
    scripts = []
    for script in own:
        current = script or current
        scripts.append(current)
    return scripts


def _give_spaces(text: str, places: list[int], scripts: Sequence[str | None]) -> None:
    """Give each space the font of the letter before it; or that of the one behind it, if that is the first choice.

    That is where Pango takes its spaces from, as long as the script does not change between both letters.
    """
    for at, char in enumerate(text):
        if at and unicodedata.category(char) == "Zs":
            after = next((place for place in range(at, len(text)) if unicodedata.category(text[place]) != "Zs"), at)
            goes_on = places[after] < places[at - 1] and scripts[after] == scripts[at - 1]
            places[at] = places[after] if goes_on else places[at - 1]


def _runs(text: str, kinds: Sequence[tuple[LineFace, str | None]]) -> Iterator[FontRun]:
    start = 0
    for (face, script), group in groupby(kinds):
        end = start + len(list(group))
        yield FontRun(text[start:end], face, script)
        start = end
