"""Paths on a page: what they fill, and what the lines along them cover.

Guarantees: an area includes at least what a viewer paints (ISO 32000-1, 8.5.3), but for a hundredth of a curve's size.
Dashed lines count as solid, since text below them can't be read either; round ends and corners count as square ones;
pointed corners extend as far as the miter limit allows; no line is thinner than a dot of a printer with 600 dots per
inch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot

from consentkit.pdf.file.geometry import Area, Matrix, Point, moved

_STEPS = 8
"""The straight lines that approximate a curve."""
_THINNEST = 0.12
"""Points of the thinnest line."""


@dataclass(frozen=True)
class Pen:
    """How lines are drawn (ISO 32000-1, 8.4.3)."""

    width: float = 1.0
    has_caps: bool = False
    """Whether lines reach beyond their ends, by half their width."""
    has_points: bool = True
    """Whether corners are pointed."""
    miter: float = 10.0


@dataclass
class DrawnPath:
    """A path under construction, in points of the page."""

    outlines: list[list[Point]] = field(default_factory=list)
    clips_even_odd: bool | None = None
    """Whether it will clip by the even-odd rule; None if it will not clip."""

    def start(self, point: Point) -> None:
        """Begin a subpath."""
        self.outlines.append([point])

    def line(self, point: Point) -> None:
        """Continue in a straight line, if a subpath has begun."""
        if self.outlines:
            self.outlines[-1].append(point)

    def curve(self, first: Point, second: Point, end: Point) -> None:
        """Continue in a Bézier curve, if a subpath has begun."""
        if not self.outlines:
            return
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = self.outlines[-1][-1], first, second, end
        for step in range(1, _STEPS + 1):
            t = step / _STEPS
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            self.outlines[-1].append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))

    def close(self) -> None:
        """Return to the start of the subpath."""
        if self.outlines and self.outlines[-1][-1] != self.outlines[-1][0]:
            self.outlines[-1].append(self.outlines[-1][0])

    def stroked(self, pen: Pen, matrix: Matrix) -> Area | None:
        """What lines along the path cover; None if they cover nothing."""
        pieces = [_turned(piece) for outline in self.outlines for piece in _pieces(outline, pen, matrix)]
        return Area.of(pieces) if pieces else None


def rectangle(matrix: Matrix, left: float, bottom: float, right: float, top: float) -> list[Point]:
    """The outline of a rectangle, transformed by a matrix."""
    corners = ((left, bottom), (right, bottom), (right, top), (left, top), (left, bottom))
    return [moved(matrix, *corner) for corner in corners]


def _pieces(outline: Sequence[Point], pen: Pen, matrix: Matrix) -> Iterator[list[Point]]:
    """A quadrilateral for each straight line of a subpath, and one for each pointed corner."""
    is_closed = len(outline) > 2 and outline[0] == outline[-1]
    lines = [(start, end) for start, end in pairwise(outline) if start != end]
    if not lines and len(outline) > 1 and pen.has_caps:  # a dot
        (x, y), across, up = outline[0], _half(pen, matrix, 1, 0), _half(pen, matrix, 0, 1)
        yield [(x - across, y - up), (x + across, y - up), (x + across, y + up), (x - across, y + up)]
    for place, (start, end) in enumerate(lines):
        extends = (place > 0 or is_closed or pen.has_caps, place + 1 < len(lines) or is_closed or pen.has_caps)
        yield _quadrilateral(start, end, pen, matrix, extends)
    if pen.has_points:
        for (start, corner), (_, end) in [*pairwise(lines), *([(lines[-1], lines[0])] if is_closed and lines else [])]:
            yield from _point(start, corner, end, pen, matrix)


def _quadrilateral(start: Point, end: Point, pen: Pen, matrix: Matrix, extends: tuple[bool, bool]) -> list[Point]:
    along, up = _direction(start, end)
    before, after = (_half(pen, matrix, along, up) * extend for extend in extends)
    half = _half(pen, matrix, -up, along)
    (x0, y0), (x1, y1) = start, end
    x0, y0, x1, y1 = x0 - along * before, y0 - up * before, x1 + along * after, y1 + up * after
    return [
        (x0 - up * half, y0 + along * half),
        (x0 + up * half, y0 - along * half),
        (x1 + up * half, y1 - along * half),
        (x1 - up * half, y1 + along * half),
    ]


def _point(start: Point, corner: Point, end: Point, pen: Pen, matrix: Matrix) -> Iterator[list[Point]]:
    """The point of a corner (ISO 32000-1, 8.4.3.5), as a quadrilateral about the bisector."""
    (a, b), (c, d) = _direction(start, corner), _direction(corner, end)
    x, y = a - c, b - d
    length = hypot(x, y)  # twice the cosine of half the angle between the lines
    sine = max(1 - length * length / 4, 0.0) ** 0.5
    if length == 0 or sine * pen.miter < 1:
        return
    x, y = x / length, y / length
    half, reach = _half(pen, matrix, -y, x), _half(pen, matrix, x, y) / sine
    left, up = corner
    yield [(left - y * half, up + x * half), (left + y * half, up - x * half), (left + x * reach, up + y * reach)]


def _direction(start: Point, end: Point) -> Point:
    (x0, y0), (x1, y1) = start, end
    length = hypot(x1 - x0, y1 - y0)
    return ((x1 - x0) / length, (y1 - y0) / length)


def _half(pen: Pen, matrix: Matrix, x: float, y: float) -> float:
    """Half the width of the pen in a direction of the page."""
    a, b, c, d, _, _ = matrix
    return max(pen.width * hypot(a * x + b * y, c * x + d * y), _THINNEST) / 2


def _turned(piece: list[Point]) -> list[Point]:
    """A piece with the same orientation as all others: two that overlap must not cancel each other."""
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(piece, [*piece[1:], piece[0]], strict=True))
    return piece if area >= 0 else piece[::-1]
