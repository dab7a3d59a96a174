"""The cost of drawing a page, counted before any program draws it.

Guarantees: drawing a page that passes takes a limited number of instructions, however its pictures, patterns, glyphs
and masks call each other, and none of them calls itself; all fonts and pictures that it uses exist.
Otherwise, a file of five kilobytes whose pictures each draw the next one twice would keep any viewer busy forever.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pikepdf import Dictionary, Stream

from consentkit.pdf.foreign.copying import Copier
from consentkit.pdf.foreign.drawing import Drawing, Unsound
from consentkit.pdf.foreign.values import ObjectKey, entries_of, has_entries, is_number, name_of, object_key

MOST_OPERATORS = 3_000_000
"""The most instructions of one page, with everything that it calls: maps with every house have a million."""
DEEPEST = 20
"""How deeply pictures may call each other: programs nest them five levels deep at most."""
_REPEATED_GLYPHS = 20
"""How often a glyph that is a drawing counts at most on a page: viewers cache what they have drawn."""
_MOST_TILES = 1e12
_TILES_FOR_ONE = 20
"""Tiles of a pattern that cost as much as an instruction: viewers draw the cell once."""
_PIXELS_FOR_ONE = 50_000
"""Pixels of a picture that cost as much as an instruction."""
_NEEDED = {"/XObject": "a picture that is missing", "/Font": "a font that is missing"}


class TooCostly(ValueError):
    """A page that would take too long to draw."""


class Costs:
    """Counts the instructions of pages. What several pages call is analysed once."""

    def __init__(self, copier: Copier) -> None:
        self._copier = copier
        self._known: dict[tuple[ObjectKey, ObjectKey | None], int] = {}
        self._open: list[ObjectKey] = []
        self._page: Any = Dictionary()
        self._page_key: ObjectKey | None = None
        self._area = 1.0

    def require_affordable(self, drawing: Drawing, resources: Any, page: ObjectKey, area: float) -> None:
        """Raise TooCostly or Unsound if a page must not be drawn. Its area is in square units."""
        self._page, self._page_key, self._area = resources, page, area
        self._cost(drawing, resources)

    def require_affordable_picture(self, picture: Any, inherited: Any, page: ObjectKey) -> None:
        """Raise TooCostly or Unsound if the picture of an annotation must not be drawn."""
        self._page, self._page_key = inherited, page
        self._of_stream(picture)

    def _cost(self, drawing: Drawing, resources: Any) -> int:
        cost = drawing.operators
        for (category, name), times in drawing.uses.items():
            is_cached = category == "/Font" and not self._open
            cost += (min(times, _REPEATED_GLYPHS) if is_cached else times) * sum(
                self._of(part) for part in self._used(category, name, resources)
            )
            if cost > MOST_OPERATORS:
                raise TooCostly
        return cost

    def _used(self, category: str, name: str, resources: Any) -> Iterator[Any]:
        named = resources.get(category)
        part: Any = named.get(name) if has_entries(named) and name.isascii() else None
        if part is None and category in _NEEDED:
            raise Unsound(_NEEDED[category])
        if not has_entries(part):
            return
        if category == "/ExtGState":
            mask: Any = part.get("/SMask")
            if has_entries(mask) and isinstance(mask.get("/G"), Stream):
                yield mask.get("/G")
        elif category == "/Font":
            glyphs = part.get("/CharProcs")
            if name_of(part, "/Subtype") == "/Type3" and has_entries(glyphs):
                yield part
        else:
            yield part

    def _of(self, part: Any) -> int:
        if name_of(part, "/Subtype") == "/Type3":
            return self._of_glyphs(part)
        if not isinstance(part, Stream):
            return 0
        if name_of(part, "/Subtype") == "/Image":
            return 1 + _pixels(part) // _PIXELS_FOR_ONE
        return self._of_stream(part) + _tiles(part, self._area) // _TILES_FOR_ONE

    def _of_glyphs(self, font: Any) -> int:
        """The cost of the costliest glyph of a font whose glyphs are drawings."""
        most = 0
        for _, glyph in entries_of(font.get("/CharProcs")):
            if isinstance(glyph, Stream):
                most = max(most, self._of_stream(glyph, font.get("/Resources")))
        return most

    def _of_stream(self, stream: Any, resources: Any = None) -> int:
        key = object_key(stream)
        if key is None:
            raise Unsound("a stream without a number")
        if key in self._open:
            raise Unsound("a drawing that calls itself")
        if len(self._open) >= DEEPEST:
            raise TooCostly
        if (key, self._page_key) not in self._known:
            own = stream.get("/Resources")
            usable = own if has_entries(own) else resources if has_entries(resources) else self._page
            self._open.append(key)
            cost = self._cost(self._copier.drawing_of(stream, usable), usable)
            self._open.pop()
            self._known[key, self._page_key] = cost
        return self._known[key, self._page_key]


def _pixels(picture: Any) -> int:
    width, height = picture.get("/Width"), picture.get("/Height")
    return width * height if type(width) is int and type(height) is int else 0


def _tiles(pattern: Any, page: float) -> int:
    """How often the cell of a pattern is drawn to fill a page."""
    if "/PatternType" not in pattern:
        return 0
    steps = [pattern.get(name) for name in ("/XStep", "/YStep")]
    if not all(is_number(step) and step for step in steps):
        raise Unsound("a pattern without a step")
    across, up = (abs(float(step)) for step in steps)
    matrix = pattern.get("/Matrix")
    size = [float(item) for item in matrix] if matrix is not None and len(matrix) == 6 else [1.0, 0, 0, 1.0, 0, 0]
    area = across * up * abs(size[0] * size[3] - size[1] * size[2])
    return int(min(page / area, _MOST_TILES)) + 1 if area else int(_MOST_TILES)
