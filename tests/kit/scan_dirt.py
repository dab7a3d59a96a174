"""What happens to a sheet of paper on its way: stains, folds, holes, staples, stamps, notes, flags.

Guarantees: nothing of it lies in a place to write on, unless its name says that it may: what a person could not tell
from writing either is no fair test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from kit.scan_pens import MM, Area, Chance, Pen, any_pen, curve, loops, signs, stroke

Sheet = Any
"""Shades, or colors, of a sheet."""
_LEAST_STRENGTH = 1e-8
"""The share of darkness below which a shade stays what it is."""
Dirtying = Callable[[Sheet, Chance, Sequence[Area]], Sheet]


def stained(sheet: Sheet, chance: Chance, places: Sequence[Area]) -> Sheet:
    """The ring of a cup of coffee, anywhere."""
    rows, columns = sheet.shape[:2]
    down, across = np.mgrid[0:rows:4, 0:columns:4].astype(np.float32)
    middle, radius = (chance.uniform(0.1, 0.9) * columns, chance.uniform(0.3, 0.95) * rows), chance.uniform(25, 42) * MM
    away = np.hypot(across - middle[0], (down - middle[1]) * chance.uniform(0.9, 1.1))
    strength = 0.22 * np.exp(-(((away - radius) / (1.2 * MM)) ** 2)) + 0.08 * (away < radius)
    strength = cv2.resize(strength.astype(np.float32), (columns, rows))
    return _darkened(sheet, strength, (0.6, 0.85, 1.2))


def _darkened(sheet: Sheet, strength: Any, color: tuple[float, float, float]) -> Sheet:
    """A sheet, darker by a share that may differ by color."""
    gray, color_shares = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2], np.array(color, np.float32)
    darkened = sheet.copy()
    for row in np.flatnonzero(strength.max(axis=1) > _LEAST_STRENGTH).tolist():
        at = np.flatnonzero(strength[row] > _LEAST_STRENGTH)
        part = (row, slice(at[0], at[-1] + 1))
        share = strength[part] * gray if sheet.ndim == 2 else strength[part][:, None] * color_shares
        darkened[part] = np.clip(sheet[part] * (1 - share), 0, 255)
    return darkened


def folded(sheet: Sheet, chance: Chance, places: Sequence[Area]) -> Sheet:
    """A fold across the sheet."""
    row, half = int(chance.uniform(0.3, 0.9) * sheet.shape[0]), int(chance.integers(2, 5))
    folded_sheet = sheet.copy()
    folded_sheet[row - half : row + half] = (folded_sheet[row - half : row + half] * chance.uniform(0.72, 0.9)).astype(
        np.uint8
    )
    return folded_sheet


def shown_through(sheet: Sheet, chance: Chance, places: Sequence[Area]) -> Sheet:
    """The other side of thin paper."""
    other = 255 - cv2.GaussianBlur(sheet[:, ::-1], (0, 0), 3)
    return cv2.subtract(sheet, cv2.LUT(other, (0.10 * np.arange(256)).astype(np.uint8)))


def punched(sheet: Sheet, chance: Chance, places: Sequence[Area]) -> Sheet:
    """Three holes, or two, dark or bright."""
    shade = 40 if chance.random() < 0.5 else 255
    distances = (-108, 0, 108) if chance.random() < 0.6 else (-40, 40)
    for distance in distances:
        _disc(sheet, 11 * MM, sheet.shape[0] / 2 + distance * MM, 3 * MM, shade)
    return sheet


def _disc(sheet: Sheet, x: float, y: float, radius: float, shade: int) -> None:
    cv2.circle(sheet, (int(x), int(y)), int(radius), _color(sheet, shade), -1, cv2.LINE_AA)


def _color(sheet: Sheet, shade: int) -> Any:
    return (shade,) * (1 if sheet.ndim == 2 else 3)


def stapled(sheet: Sheet, chance: Chance, places: Sequence[Area]) -> Sheet:
    """A staple in the upper left corner."""
    x, y = chance.uniform(7, 11) * MM, chance.uniform(8, 12) * MM
    cv2.line(sheet, (int(x), int(y)), (int(x + 8 * MM), int(y - 5 * MM)), _color(sheet, 90), 8, cv2.LINE_AA)
    return sheet


def torn(sheet: Sheet, chance: Chance, places: Sequence[Area]) -> Sheet:
    """A corner that is gone, or folded over."""
    rows, columns = sheet.shape[:2]
    x, y = [(0, 0), (columns, 0), (columns, rows), (0, rows)][int(chance.integers(4))]
    side = chance.uniform(10, 28) * MM
    corners = [(x, y), (x + (side if x == 0 else -side), y), (x, y + (side if y == 0 else -side))]
    shade = 60 if chance.random() < 0.4 else 250
    cv2.fillPoly(sheet, [np.array(corners, np.int32)], _color(sheet, shade))
    return sheet


def noted(sheet: Sheet, chance: Chance, places: Sequence[Area]) -> Sheet:
    """Notes of the staff at the head and in the margin, away from places to write on."""
    rows, columns = sheet.shape[:2]
    for _ in range(int(chance.integers(1, 3))):
        left, right = chance.uniform(0.1, 0.3) * columns, chance.uniform(0.4, 0.6) * columns
        y = chance.uniform(0.03, 0.09) * rows
        if _is_free((left, y - 4 * MM, right, y + 2 * MM), places):
            loops(sheet, chance, left, right, y, 3 * MM, any_pen(chance))
    y = chance.uniform(0.2, 0.9) * rows
    if _is_free((3 * MM, y - 4 * MM, 16 * MM, y + 2 * MM), places):
        loops(sheet, chance, 3 * MM, 16 * MM, y, 3 * MM, any_pen(chance))
    return sheet


def stamped(sheet: Sheet, chance: Chance, places: Sequence[Area]) -> Sheet:
    """A rubber stamp over print, away from places to write on."""
    rows, columns = sheet.shape[:2]
    pen = Pen(((160, 30, 40), (40, 50, 150), (40, 40, 40))[int(chance.integers(3))], 0.6 * MM, False)
    for _ in range(30):
        x, y = chance.uniform(0.15, 0.7) * columns, chance.uniform(0.05, 0.85) * rows
        area = (x, y, x + 42 * MM, y + 18 * MM)
        if _is_free(area, places):
            left, top, right, bottom = area
            stroke(
                sheet, [(left, top), (right, top + 2 * MM), (right, bottom), (left, bottom - 2 * MM), (left, top)], pen
            )
            signs(sheet, chance, left + 3 * MM, top + 8 * MM, 4.5 * MM, 7, pen)
            signs(sheet, chance, left + 5 * MM, top + 15 * MM, 4 * MM, 6, pen)
            break
    return sheet


def flagged(sheet: Sheet, chance: Chance, places: Sequence[Area]) -> Sheet:
    """A colored flag that points to a place from the edge, and ends before it."""
    if not places:
        return sheet
    _, top, right, bottom = places[int(chance.integers(len(places)))]
    left = max(right + 2 * MM, sheet.shape[1] - chance.uniform(18, 30) * MM)
    area = (left, top, float(sheet.shape[1]), min(bottom, top + 12 * MM))
    if _is_free(area, places):
        shade = int(chance.integers(130, 200))
        cv2.rectangle(sheet, (int(left), int(area[1])), (sheet.shape[1], int(area[3])), _color(sheet, shade), -1)
    return sheet


def highlighted(sheet: Sheet, chance: Chance, places: Sequence[Area]) -> Sheet:
    """A broad marker over a place or two, as some hand a form out."""
    for _ in range(min(len(places), int(chance.integers(1, 3)))):
        left, top, right, bottom = places[int(chance.integers(len(places)))]
        y, half = (top + 2 * bottom) / 3, chance.uniform(1.5, 2.5) * MM
        mask = np.zeros(sheet.shape[:2], np.float32)
        start, end = int(left - chance.uniform(0, 4) * MM), int(right - chance.uniform(0, 0.3) * (right - left))
        cv2.line(mask, (start, int(y)), (end, int(y + chance.normal(0, 0.5) * MM)), (1.0,), int(2 * half), cv2.LINE_AA)
        sheet = _darkened(sheet, 0.9 * mask, (0.03, 0.03, 0.75))
    return sheet


def crossed(sheet: Sheet, chance: Chance, written: Sequence[Area], empty: Sequence[Area]) -> Sheet:
    """Tails of what was written in some places, which reach into the empty ones below or beside them."""
    for left, _, right, bottom in written:
        below = [area for area in empty if 0 < area[1] - bottom < 9 * MM and area[0] < right and area[2] > left]
        if not below:
            continue
        area = below[0]
        low = max(left, area[0]), min(right, area[2])
        x = chance.uniform(*low) if low[0] < low[1] else low[0]
        deep = area[1] + chance.uniform(0.1, 0.6) * (area[3] - area[1])
        tail = curve((x - 5 * MM, bottom - 4 * MM), (x, deep), (x + 3 * MM, deep), (x + 7 * MM, bottom - 5 * MM))
        stroke(sheet, tail, Pen((20, 20, 25), chance.uniform(0.3, 0.45) * MM, False))
    return sheet


def _is_free(area: Area, places: Sequence[Area]) -> bool:
    """Whether an area keeps 3 mm away from all places to write on."""
    left, top, right, bottom = area
    near = 3 * MM
    return not any(
        left < place[2] + near and right > place[0] - near and top < place[3] + near and bottom > place[1] - near
        for place in places
    )


ON_PAPER: dict[str, tuple[float, Dirtying]] = {
    "stain": (0.10, stained),
    "fold": (0.08, folded),
    "show-through": (0.08, shown_through),
    "holes": (0.25, punched),
    "staple": (0.15, stapled),
    "notes": (0.15, noted),
    "stamp": (0.08, stamped),
    "flag": (0.05, flagged),
    "highlight": (0.06, highlighted),
    "torn corner": (0.04, torn),
}
"""What happens to sheets, and to which share of them."""
