"""What people write with a pen: strokes on a picture of a page, in lengths of millimetres.

Guarantees: what is drawn depends on the source of chance alone; nothing here looks like anybody's real writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from consentkit.scans.record import PlaceKind

DPI = 300
"""Dots per inch of the sheets on which is written."""
MM = DPI / 25.4
_FINE = 16
"""Steps of a pixel in which strokes are drawn."""

Chance = np.random.Generator
Area = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""
Ink = tuple[int, int, int]
"""Red, green and blue."""

_INKS: Sequence[Ink] = ((25, 40, 150), (20, 20, 25), (30, 60, 180), (60, 60, 70), (15, 60, 40), (150, 30, 40))


@dataclass(frozen=True)
class Pen:
    """A pen."""

    color: Ink
    width: float
    """Pixels."""
    is_faint: bool


def any_pen(chance: Chance) -> Pen:
    """A ballpoint or a gel pen of 0.25 to 0.5 mm; one of ten is faint, as a pencil is or a pen that runs dry."""
    is_faint = chance.random() < 0.1
    shade = int(chance.integers(120, 165))
    color = (shade, shade, shade) if is_faint else _INKS[int(chance.integers(len(_INKS)))]
    return Pen(color, float(chance.uniform(0.25, 0.5)) * MM, is_faint)


def stroke(sheet: Any, points: Any, pen: Pen) -> None:
    """Draw along points, on a sheet of shades or of colors."""
    fine = np.round(np.asarray(points, float) * _FINE).astype(np.int32)
    red, green, blue = pen.color
    color = pen.color if sheet.ndim == 3 else (round(0.299 * red + 0.587 * green + 0.114 * blue),)
    cv2.polylines(sheet, [fine], False, color, max(1, round(pen.width)), cv2.LINE_AA, 4)


def curve(start: Any, first: Any, second: Any, end: Any) -> Any:
    """The points of a Bezier curve."""
    along = np.linspace(0, 1, 24)[:, None]
    rest = 1 - along
    weights = (rest**3, 3 * rest**2 * along, 3 * rest * along**2, along**3)
    return sum(
        weight * np.asarray(point, float) for weight, point in zip(weights, (start, first, second, end), strict=True)
    )


def loops(sheet: Any, chance: Chance, left: float, right: float, base: float, height: float, pen: Pen) -> None:
    """Running hand from left to right on a line: loops up, some below the line, the pen lifted now and then."""
    count = max(3, int((right - left) / (height * 0.45)))
    ends = np.linspace(left, right, count + 1)
    at = np.array([left, base])
    drawn: list[Any] = []
    for index in range(count):
        up = base - height * chance.uniform(0.4, 1.05)
        down = base + height * (chance.uniform(0, 0.35) if chance.random() < 0.35 else 0)
        lean = chance.normal(0, height * 0.3, 2)
        to = np.array([ends[index], down])
        drawn.append(curve(at, (ends[index] + lean[0], up), (ends[index] + lean[1], up), to))
        at = to
        if chance.random() < 0.2:
            stroke(sheet, np.vstack(drawn), pen)
            drawn, at = [], at + np.array([height * 0.15, -height * 0.1])
    if drawn:
        stroke(sheet, np.vstack(drawn), pen)


def signs(sheet: Any, chance: Chance, left: float, base: float, height: float, count: int, pen: Pen) -> None:
    """Digits or capitals: one to three short strokes each."""
    for _ in range(count):
        width = height * chance.uniform(0.45, 0.7)
        for _ in range(int(chance.integers(1, 4))):
            start = (left + chance.uniform(0, width), base - chance.uniform(0.6, 1) * height)
            end = (left + chance.uniform(0, width), base - chance.uniform(0, 0.25) * height)
            first = (left + chance.uniform(-0.2, 1.2) * width, base - chance.uniform(0.2, 1) * height)
            second = (left + chance.uniform(-0.2, 1.2) * width, base - chance.uniform(0, 0.8) * height)
            stroke(sheet, curve(start, first, second, end), pen)
        left += width + height * 0.18


def cross(sheet: Any, x: float, y: float, half: float, pen: Pen) -> None:
    """An X."""
    stroke(sheet, [(x - half, y - half), (x + half, y + half)], pen)
    stroke(sheet, [(x - half, y + half), (x + half, y - half)], pen)


def tick(sheet: Any, x: float, y: float, size: float, pen: Pen) -> None:
    """A check mark, whose lowest point is below the middle."""
    stroke(
        sheet,
        [(x - 0.5 * size, y - 0.1 * size), (x - 0.1 * size, y + 0.4 * size), (x + 0.8 * size, y - 0.8 * size)],
        pen,
    )


def fill_in(sheet: Any, chance: Chance, area: Area, kind: PlaceKind) -> Pen:
    """Write into a place what belongs there. Returns the pen."""
    pen = any_pen(chance)
    left, top, right, bottom = area
    width, height = right - left, bottom - top
    if kind == "signature":
        _sign(sheet, chance, area, pen)
    elif kind == "lines":
        base = bottom - chance.uniform(-0.3, 1) * MM
        loops(sheet, chance, left + 2 * MM, left + min(width, chance.uniform(30, 110) * MM), base, 3 * MM, pen)
    elif kind == "initials":
        start = left + chance.uniform(0.05, 0.4) * width
        tall = chance.uniform(3, 5) * MM
        signs(sheet, chance, start, bottom - chance.uniform(-0.3, 1) * MM, tall, int(chance.integers(2, 4)), pen)
    elif kind in ("date", "time"):
        count = int(chance.integers(5, 9) if kind == "date" else chance.integers(3, 6))
        tall = min(chance.uniform(2.5, 4.5) * MM, width / count * 1.25)
        start = left + chance.uniform(0, 0.1) * width
        signs(sheet, chance, start, bottom - chance.uniform(-0.2, 1.2) * MM, tall, count, pen)
    elif kind == "choice":
        _mark(sheet, chance, left + width / 2, top + height / 2, width, pen)
    else:
        base, tall = bottom - chance.uniform(0.3, 1) * MM, chance.uniform(2.5, 4) * MM
        loops(sheet, chance, left + 1 * MM, left + max(8 * MM, chance.uniform(0.4, 0.95) * width), base, tall, pen)
    return pen


def _sign(sheet: Any, chance: Chance, area: Area, pen: Pen) -> None:
    """A signature: over the rule, above it, short, or a cross."""
    left, _, right, bottom = area
    width = right - left
    way = chance.choice(["full", "full", "full", "short", "cross", "high"])
    if way == "full":
        ends = left + chance.uniform(0, 0.15) * width, left + chance.uniform(0.5, 1.0) * width
        loops(sheet, chance, *ends, bottom - chance.uniform(-1.0, 1.5) * MM, chance.uniform(4, 8) * MM, pen)
    elif way == "high":
        start = left + chance.uniform(0.05, 0.3) * width
        base, tall = bottom - chance.uniform(2, 4) * MM, chance.uniform(4, 7) * MM
        loops(sheet, chance, start, start + chance.uniform(25, 45) * MM, base, tall, pen)
    elif way == "short":
        start = left + chance.uniform(0.05, 0.6) * width
        base, tall = bottom - chance.uniform(-0.5, 1.5) * MM, chance.uniform(3, 5) * MM
        loops(sheet, chance, start, start + chance.uniform(8, 15) * MM, base, tall, pen)
    else:
        cross(sheet, left + chance.uniform(0.05, 0.7) * width, bottom - 3 * MM, chance.uniform(2, 3.5) * MM, pen)


def _mark(sheet: Any, chance: Chance, x: float, y: float, side: float, pen: Pen) -> None:
    """A mark in a box, within it or over its edge."""
    way = chance.choice(["tick", "cross", "large cross", "scribble"])
    x, y = x + chance.normal(0, 0.08) * side, y + chance.normal(0, 0.08) * side
    if way == "tick":
        tick(sheet, x, y, chance.uniform(0.9, 1.6) * side, pen)
    elif way == "scribble":
        sway = side * 0.4 * np.array([(-1, -1), (1, -0.7), (-1, -0.3), (1, 0.1), (-1, 0.5), (1, 0.9)])
        stroke(sheet, sway + np.array([x, y]), pen)
    else:
        cross(sheet, x, y, (chance.uniform(0.35, 0.5) if way == "cross" else chance.uniform(0.6, 0.9)) * side, pen)
