"""Places on a page: matrices, areas, and whether a point lies in one.

Guarantees: an area is what its outlines enclose, by either rule (ISO 32000-1, 8.5.3.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

Matrix: TypeAlias = tuple[float, float, float, float, float, float]
Point: TypeAlias = tuple[float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_TOLERANCE = 0.5
"""Points by which something may reach beyond a rectangle: coordinates are rounded."""


def product(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that applies the first, then the second (ISO 32000-1, 8.3.4)."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def inverse(matrix: Matrix) -> Matrix | None:
    """The matrix that undoes another one; None if that one maps everything onto a line or a point."""
    a, b, c, d, e, f = matrix
    area = a * d - b * c
    if not area:
        return None
    return (d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area)


def moved(matrix: Matrix, x: float, y: float) -> Point:
    """Where a matrix takes a point."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


class Box(NamedTuple):
    """A rectangle along the edges of the page."""

    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: Box) -> bool:
        """Whether two rectangles share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )

    def encloses(self, other: Box) -> bool:
        """Whether another rectangle lies in this one, but for a rounding error."""
        return (
            self.left - _TOLERANCE <= other.left
            and other.right <= self.right + _TOLERANCE
            and self.bottom - _TOLERANCE <= other.bottom
            and other.top <= self.top + _TOLERANCE
        )


def box_around(points: Iterable[Point]) -> Box:
    """The smallest rectangle that holds all points; an empty one where there are none."""
    across, up = zip(*points, strict=True) if (points := list(points)) else ((0.0,), (0.0,))
    return Box(min(across), min(up), max(across), max(up))


def box_moved(matrix: Matrix, box: Sequence[float]) -> Box:
    """The smallest upright rectangle around a rectangle that was turned, scaled and moved."""
    return box_around(moved(matrix, x, y) for x in (box[0], box[2]) for y in (box[1], box[3]))


class Area(NamedTuple):
    """What a path encloses."""

    outlines: Sequence[Sequence[Point]]
    box: Box
    is_even_odd: bool
    is_rectangle: bool

    @classmethod
    def of(cls, outlines: Sequence[Sequence[Point]], *, is_even_odd: bool = False) -> Area:
        """The area of a path, given as the corners of its subpaths."""
        box = box_around(chain.from_iterable(outlines))
        return cls(outlines, box, is_even_odd, len(outlines) == 1 and _is_rectangle(outlines[0], box))

    def encloses(self, box: Box) -> bool:
        """Whether a rectangle certainly lies in the area."""
        return self.is_rectangle and self.box.encloses(box)

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies in the area."""
        if not self.box.encloses(Box(x, y, x, y)):
            return False
        if self.is_rectangle:
            return True
        crossings = [turn for outline in self.outlines for turn in _crossings(outline, x, y)]
        return bool(len(crossings) % 2 if self.is_even_odd else sum(crossings))


def _is_rectangle(outline: Sequence[Point], box: Box) -> bool:
    corners = set(outline)
    expected = {(x, y) for x in (box.left, box.right) for y in (box.bottom, box.top)}
    return len(outline) in (4, 5) and corners == expected


def _crossings(outline: Sequence[Point], x: float, y: float) -> Iterable[int]:
    """For each edge that a ray from the point to the right crosses, 1 where it goes up and -1 where it goes down."""
    for (x0, y0), (x1, y1) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (y0 <= y) != (y1 <= y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            yield 1 if y1 > y0 else -1
