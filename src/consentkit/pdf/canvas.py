"""A page on which everything has been painted, and what of its text can be seen there.

Guarantees: a character counts as seen where its colour contrasts enough with what lies below it, it is large enough, it
lies within everything that clips it and nothing that was painted later covers it. Pictures and gradients below text
count as paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from consentkit.pdf.colour import WHITE, Lightness, contrast, mixed
from consentkit.pdf.content import UNKNOWN, Key
from consentkit.pdf.geometry import Area, Box, Matrix, Point, box_around, moved

LEAST_SIZE = 6.0
"""Points of the smallest type that may be on the label of a medicine (21 CFR 201.66(d)(2))."""
LEAST_CONTRAST = 3.0
"""Contrast that even large text needs (WCAG 2, success criterion 1.4.3)."""

_HEIGHTS = (0.08, 0.25, 0.42)
"""Where a character is looked at, as shares of the size: small letters are half as high."""
_COVERING = 0.5
"""What is less transparent than this hides what lies below it."""


@dataclass
class Paint:
    """Something other than text that was painted: wherever all its areas overlap."""

    areas: tuple[Area, ...]
    colour: Lightness
    alpha: float

    @property
    def box(self) -> Box:
        """A rectangle that holds all of it."""
        boxes = [area.box for area in self.areas]
        return Box(
            max(box.left for box in boxes),
            max(box.bottom for box in boxes),
            min(box.right for box in boxes),
            min(box.top for box in boxes),
        )

    def contains(self, x: float, y: float) -> bool:
        """Whether it was painted at a point."""
        return all(area.contains(x, y) for area in self.areas)


class Glyph(NamedTuple):
    """A character, and from where to where it goes along the line, in units of the text."""

    text: str
    start: float
    end: float


@dataclass
class Run:
    """Characters that were drawn in one go."""

    drawing: int
    """Which of the page's streams and drawings holds it, in the order in which they are met."""
    key: Key | None
    is_replaced: bool
    """Whether something else is read in its place."""
    glyphs: list[Glyph]
    matrix: Matrix
    size: float
    colour: Lightness
    alpha: float
    clips: tuple[Area, ...]
    is_hidden: bool

    @property
    def box(self) -> Box:
        """The rectangle that holds its small letters."""
        ends = (self.glyphs[0].start, self.glyphs[-1].end) if self.glyphs else (0.0, 0.0)
        return box_around(moved(self.matrix, x, y * self.size) for x in ends for y in _HEIGHTS[::2])

    @property
    def height(self) -> float:
        """The size in which it is drawn, in points."""
        a, b, c, d, _, _ = self.matrix
        return float(self.size * min((a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5))


Item: TypeAlias = Run | Paint | tuple[Key | None, str]


class Canvas:
    """A page on which everything has been painted, in its order."""

    def __init__(self, least_size: float) -> None:
        self.items: list[Item] = []
        self.drawings: list[Key | None] = []
        """For each stream and drawing, the sequence in which it was drawn."""
        self._least_size = least_size

    def read(self) -> list[tuple[int, Key | None, str]]:
        """What was drawn, with its drawing and sequence. A character that can't be seen reads as U+FFFD."""
        paints = [(place, item, item.box) for place, item in enumerate(self.items) if isinstance(item, Paint)]
        found: list[tuple[int, Key | None, str]] = []
        for place, item in enumerate(self.items):
            if isinstance(item, tuple):
                found.append((-1, *item))
            elif isinstance(item, Run):
                near = [(when > place, paint) for when, paint, box in paints if box.overlaps(item.box)]
                text = "".join(self._read(item, near))
                replaced = UNKNOWN if UNKNOWN in text else ""
                found.append((item.drawing, item.key, replaced if item.is_replaced else text))
        return found

    def _read(self, run: Run, near: list[tuple[bool, Paint]]) -> Iterator[str]:
        if run.is_hidden or run.colour is None or run.height < self._least_size:
            yield from (glyph.text if glyph.text.isspace() else UNKNOWN for glyph in run.glyphs)
            return
        box = run.box
        is_inside = all(area.encloses(box) for area in run.clips)
        if is_inside and not near and _is_legible(run, WHITE):
            yield from (glyph.text for glyph in run.glyphs)
            return
        for glyph in run.glyphs:
            is_seen = not glyph.text.strip() or all(_is_seen(run, near, *point) for point in _points(run, glyph))
            yield glyph.text if is_seen else UNKNOWN


def _points(run: Run, glyph: Glyph) -> Iterator[Point]:
    middle = (glyph.start + glyph.end) / 2
    return (moved(run.matrix, middle, height * run.size) for height in _HEIGHTS)


def _is_seen(run: Run, near: Iterable[tuple[bool, Paint]], x: float, y: float) -> bool:
    """Whether what was drawn at a point can be seen there."""
    if not all(area.contains(x, y) for area in run.clips):
        return False
    below = WHITE
    for is_later, paint in near:
        if not paint.contains(x, y):
            continue
        if is_later and paint.alpha >= _COVERING:
            return False
        if not is_later and paint.colour is not None:
            below = mixed(below, paint.colour, paint.alpha)
    return _is_legible(run, below)


def _is_legible(run: Run, below: float) -> bool:
    return run.colour is not None and contrast(mixed(below, run.colour, run.alpha), below) >= LEAST_CONTRAST
