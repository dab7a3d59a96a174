"""A page on which everything has been painted, and which of its text is visible there.

Guarantees: a character counts as visible if its colour contrasts enough with everything that may be below it, it is
large enough, it is within everything that clips it, and neither what was painted later nor other characters cover it.

A character covers its whole box, whatever its size and shape: no two lines of a page may overlap, and what is below a
letter of 200 points may be below one of its strokes.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from consentkit.pdf.file.geometry import Area, Box, Matrix, Point, box_around, box_moved, inverse, moved
from consentkit.pdf.file.unknown_letter import UNKNOWN
from consentkit.pdf.read.colour import WHITE, Lightness, Shades, contrast, mixed
from consentkit.pdf.read.content_text import SequenceKey

LEAST_SIZE = 6.0
"""Points of the smallest type that may be on the label of a medicine (21 CFR 201.66(d)(2))."""
LEAST_CONTRAST = 3.0
"""Contrast that even large text needs (WCAG 2, success criterion 1.4.3)."""

_HEIGHTS = tuple(0.08 + step * 0.0425 for step in range(9))
"""The heights at which a character is examined, as fractions of the font size: lowercase letters are half as high. The
line through crossed-out text is thicker than the distance between these heights."""
_DEPTH, _HEIGHT = -0.2, 0.75
"""The lower and upper limits of what a character covers, as fractions of the size: from descenders to capitals."""
_SQUEEZED = 0.1
"""The fraction of a character's width that its neighbour may overlap on each side without touching its centre."""
_THICKEST_OUTLINE = 0.125
"""How thick the outline of characters may be, as a fraction of the size: that of bold letters is half as thick."""
_COVERING = 0.5
"""What is more opaque than this hides what is below it."""
_BEARERS = " \u0640"
_BAND = 36.0
_HIGHEST = 40
"""The height of the bands in which a page is searched, in points; what is in more bands than this counts for all."""


@dataclass
class Paint:
    """Something other than text that was painted: it covers the intersection of its areas."""

    areas: tuple[Area, ...]
    shades: Shades
    """From the darkest to the lightest colour that it may have."""
    alpha: float
    is_patchy: bool = False
    """Whether what is below it may be visible unchanged in places, as it is with a picture that has a mask."""

    @cached_property
    def box(self) -> Box:
        """A rectangle that holds all of it."""
        boxes = [area.box for area in self.areas]
        return Box(
            max(box.left for box in boxes),
            max(box.bottom for box in boxes),
            min(box.right for box in boxes),
            min(box.top for box in boxes),
        )

    def hides(self, box: Box) -> bool:
        """Whether it completely hides what is below a rectangle."""
        return not self.is_patchy and self.alpha >= 1 and all(area.encloses(box) for area in self.areas)

    def contains(self, x: float, y: float) -> bool:
        """Whether it was painted at a point."""
        return all(area.contains(x, y) for area in self.areas)


class Glyph(NamedTuple):
    """A character, and where it starts and ends along the line, in units of the text."""

    text: str
    start: float
    end: float


@dataclass
class DrawnRun:
    """Characters that were drawn by one operator."""

    drawing: int
    """The number of the page's stream or drawing that contains it, in the order in which they occur."""
    key: SequenceKey | None
    is_replaced: bool
    """Whether something else is read instead of it."""
    glyphs: list[Glyph]
    matrix: Matrix
    size: float
    colour: Lightness
    alpha: float
    clips: tuple[Area, ...]
    is_hidden: bool
    is_painted: bool = True
    """Whether it may leave anything on the page."""
    outline: float = 0.0
    """How thick its outline is drawn, in units of the text; 0 where it has none."""

    @cached_property
    def box(self) -> Box:
        """The rectangle around its characters, up to the height of lowercase letters."""
        ends = (self.glyphs[0].start, self.glyphs[-1].end) if self.glyphs else (0.0, 0.0)
        return box_around(moved(self.matrix, x, y * self.size) for x in ends for y in _HEIGHTS[::8])

    @property
    def height(self) -> float:
        """The size in which it is drawn, in points."""
        a, b, c, d, _, _ = self.matrix
        return float(abs(self.size) * min((a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5))

    @property
    def shades(self) -> Shades:
        """From the darkest to the lightest colour that it may have."""
        return (self.colour, self.colour) if self.colour is not None and not self.is_hidden else (0.0, 1.0)

    @cached_property
    def solid(self) -> list[tuple[float, float]]:
        """Start and end along the line of each character that has a body, which spaces and marks have not."""
        return [_ends(glyph) for glyph in self.glyphs if _has_body(glyph)]

    def centres(self) -> Iterator[Point]:
        """The centre of each character that has a body."""
        return (moved(self.matrix, (start + end) / 2, _HEIGHTS[4] * self.size) for start, end in self.solid)

    @cached_property
    def ink_box(self) -> Box | None:
        """The rectangle around everything that it covers; None if it covers nothing."""
        if not self.solid or not self.is_painted or self._back is None:
            return None
        ends = (min(start for start, _ in self.solid), max(end for _, end in self.solid))
        low, high = self._reach
        return box_moved(self.matrix, (ends[0] - self.outline, low, ends[1] + self.outline, high))

    def contains(self, x: float, y: float) -> bool:
        """Whether one of its characters covers a point."""
        if self._back is None or not all(area.contains(x, y) for area in self.clips):
            return False
        (along, up), (low, high) = moved(self._back, x, y), self._reach
        return low <= up <= high and any(
            start - self.outline <= along <= end + self.outline for start, end in self.solid
        )

    @cached_property
    def _back(self) -> Matrix | None:
        return inverse(self.matrix)

    @property
    def _reach(self) -> tuple[float, float]:
        low, high = sorted((_DEPTH * self.size, _HEIGHT * self.size))
        return low - self.outline, high + self.outline


def _ends(glyph: Glyph) -> tuple[float, float]:
    return min(glyph.start, glyph.end), max(glyph.start, glyph.end)


def _has_body(glyph: Glyph) -> bool:
    return glyph.start != glyph.end and not glyph.text.isspace() and not _is_mark(glyph.text)


def _is_mark(text: str) -> bool:
    """Whether a text consists of marks. Arabic fonts have glyphs for a mark with the space or line that bears it."""
    if text.isascii():
        return False
    return all(unicodedata.category(char)[0] == "M" or char in _BEARERS for char in unicodedata.normalize("NFKC", text))


Item: TypeAlias = DrawnRun | Paint | tuple[SequenceKey | None, str]
_Near: TypeAlias = Sequence[tuple[bool, DrawnRun | Paint]]
"""What is near some text, in the order in which it was painted, each with whether that was later than the text."""


class Canvas:
    """A page on which everything has been painted, in order."""

    def __init__(self, least_size: float) -> None:
        self.items: list[Item] = []
        self.drawings: list[SequenceKey | None] = []
        """For each stream and drawing, the sequence in which it was drawn."""
        self._least_size = least_size

    def read(self) -> list[tuple[int, SequenceKey | None, str]]:
        """The text that was drawn, with its drawing and sequence. A character that is not visible reads as U+FFFD."""
        painted = _Painted(self.items)
        read: list[tuple[int, SequenceKey | None, str]] = []
        for place, item in enumerate(self.items):
            if isinstance(item, tuple):
                read.append((-1, *item))
            elif isinstance(item, DrawnRun):
                text = "".join(self._read(item, painted.near(place, item.box)))
                replaced = UNKNOWN if UNKNOWN in text else ""
                read.append((item.drawing, item.key, replaced if item.is_replaced else text))
        return read

    def _read(self, run: DrawnRun, near: _Near) -> Iterator[str]:
        is_blot = run.outline * 2 > _THICKEST_OUTLINE * abs(run.size)
        if run.is_hidden or run.colour is None or run.height < self._least_size or is_blot:
            yield from (glyph.text if glyph.text.isspace() else UNKNOWN for glyph in run.glyphs)
            return
        squeezed = _squeezed(run)
        box = run.box
        is_inside = all(area.encloses(box) for area in run.clips)
        if is_inside and not near and not squeezed and _is_legible(mixed(WHITE, run.colour, run.alpha), WHITE, ()):
            yield from (glyph.text for glyph in run.glyphs)
            return
        paints = [(is_later, item) for is_later, item in near if isinstance(item, Paint)]
        for place, glyph in enumerate(run.glyphs):
            around = near if _has_body(glyph) else paints  # a mark overlaps its letter, which is in another run
            is_visible = not glyph.text.strip() or (
                place not in squeezed and all(_is_visible(run, around, *point) for point in _points(run, glyph))
            )
            yield glyph.text if is_visible else UNKNOWN


class _Painted:
    """The items that cover something, indexed by their position on the page."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items: dict[int, tuple[DrawnRun | Paint, Box]] = {}
        self._bands: dict[int, list[int]] = defaultdict(list)
        self._everywhere: list[int] = []
        for place, item in enumerate(items):
            box = None if isinstance(item, tuple) else item.ink_box if isinstance(item, DrawnRun) else item.box
            if box is not None and not isinstance(item, tuple):
                self._items[place] = item, box
                self._put(place, box)

    def _put(self, place: int, box: Box) -> None:
        if box.top - box.bottom > _HIGHEST * _BAND:
            self._everywhere.append(place)
            return
        for band in _bands(box):
            self._bands[band].append(place)

    def near(self, place: int, box: Box) -> _Near:
        """What was painted over or under a rectangle, except for the item at `place` in the order."""
        bands = _bands(box) if box.top - box.bottom <= _HIGHEST * _BAND else self._bands
        places = {place for band in bands for place in self._bands.get(band, ())}.union(self._everywhere)
        within = ((when, *self._items[when]) for when in sorted(places) if when != place)
        return [(when > place, item) for when, item, around in within if around.overlaps(box)]


def _bands(box: Box) -> range:
    return range(int(box.bottom // _BAND), int(box.top // _BAND) + 1)


def _squeezed(run: DrawnRun) -> set[int]:
    """The places of characters whose centre a neighbour overlaps."""
    bodies = [(place, *_ends(glyph)) for place, glyph in enumerate(run.glyphs) if _has_body(glyph)]
    squeezed: set[int] = set()
    for (place, start, end), (other, other_start, other_end) in pairwise(bodies):
        if _covers(start, end, (other_start + other_end) / 2) or _covers(other_start, other_end, (start + end) / 2):
            squeezed |= {place, other}
    return squeezed


def _covers(start: float, end: float, middle: float) -> bool:
    margin = (end - start) * _SQUEEZED
    return start + margin < middle < end - margin


def _points(run: DrawnRun, glyph: Glyph) -> Iterator[Point]:
    middle = (glyph.start + glyph.end) / 2
    return (moved(run.matrix, middle, height * run.size) for height in _HEIGHTS)


def _is_visible(run: DrawnRun, near: _Near, x: float, y: float) -> bool:
    """Whether what was drawn at a point is visible there, whichever of the possible colours are below it."""
    if run.colour is None or not all(area.contains(x, y) for area in run.clips):
        return False
    here = [(is_later, item) for is_later, item in near if item.contains(x, y)]
    dark = light = WHITE
    for is_later, item in here:
        if is_later:
            break
        darkest, lightest = mixed(dark, item.shades[0], item.alpha), mixed(light, item.shades[1], item.alpha)
        is_patchy = isinstance(item, DrawnRun) or item.is_patchy
        dark, light = (min(dark, darkest), max(light, lightest)) if is_patchy else (darkest, lightest)
    if dark < run.colour < light:
        return False
    later = [item for is_later, item in here if is_later]
    return all(_is_legible(mixed(below, run.colour, run.alpha), below, later) for below in (dark, light))


def _is_legible(text: float, below: float, later: Iterable[DrawnRun | Paint]) -> bool:
    """Whether text contrasts with what is below it, through everything that was painted over both."""
    for item in later:
        if item.alpha >= _COVERING:
            return False
        veil = item.shades[1]  # a light veil takes away more contrast than a dark one
        text, below = mixed(text, veil, item.alpha), mixed(below, veil, item.alpha)
    return contrast(text, below) >= LEAST_CONTRAST
