"""A scan as seen from its reference: each pixel in its place, the light evened out, and what is printed taken away.

Guarantees: shades are those of the paper around, so that a gray sheet, a shadow or a yellowed edge is no ink; lines
that run along a whole page are dirt of the scanner or a fold, and are taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from consentkit.scans import pixels
from consentkit.scans.pixels import Bits, Floats
from consentkit.scans.references import MM, PixelBox

if TYPE_CHECKING:
    from consentkit.scans.page import Gray
    from consentkit.scans.registration import Registration

_WEAK, _STRONG = 0.84, 0.70
"""Shares of the brightness of the paper below which a pixel may be ink, and is as dark as a pen makes it. A stain of
coffee seldom gets to the second; a faint pen does where it is pressed."""
_PRINT = 200
"""The shade of the reference below which something is printed."""
_AROUND_PRINT = 3
"""Pixels around print that count as print, 0.38 mm: what registration leaves, and ink that spreads."""
_DARKEST_PAPER = 60
"""The shade below which nothing is taken for paper."""
_MOST_SHIFT = 0.8
"""Millimetres by which the print of a place may lie elsewhere than the page as a whole says."""
_LEAST_LIKENESS = 0.45
"""The likeness from which such a shift is believed."""
_LEAST_CONTRAST = 3
"""The standard deviation of shades without which there is nothing to be matched."""
_ALONG = 0.6
"""The share of a line of pixels that is dark where dirt of a scanner made it."""
_BESIDE, _BESIDE_DARK = 4, 0.4
"""Pixels beside such a line, and the share of them that may be dark: what is wider is no line."""
_SOME = 5
"""One of how many rows and columns is enough to know how bright it is."""
_STEP = 16
"""Pixels from one point to the next of which it is reckoned where they are on the scan."""
_BESIDE_FOLD = 9
"""The same beside a fold of the sheet, which is wider and not quite straight."""
_LINE_DARK = 0.8
"""The share of the brightness of most pixels below which a pixel of such a line is dark."""


@dataclass(frozen=True)
class Straightened:
    """A scan, seen from its reference."""

    seen: Gray
    """The picture."""
    reference: Gray

    @cached_property
    def shares(self) -> Floats:
        """The brightness of each pixel as a share of that of the paper around it."""
        quarter = pixels.resized(self.seen, 0.25)
        paper = pixels.mean_of(pixels.brightest(pixels.median_of(quarter, 3), 9), 15, 15)
        rows, columns = self.seen.shape
        light = np.maximum(pixels.fitted(paper, columns, rows), _DARKEST_PAPER)
        shares: Floats = self.seen.astype(np.float32) / light
        return shares

    @cached_property
    def weak(self) -> Bits:
        """Where there may be ink, or print."""
        return self.shares < _WEAK

    @cached_property
    def strong(self) -> Bits:
        """Where it is as dark as a pen makes it."""
        return self.shares < _STRONG

    @cached_property
    def print(self) -> Bits:
        """Where the reference has print, and a little around it."""
        return pixels.grown(self.reference < _PRINT, _AROUND_PRINT)

    def likeness_without(self, ink: Bits, box: PixelBox, shift: PrintShift) -> float:
        """How alike the print around a place is where `ink` counts as paper: strokes over print do not matter then."""
        rows, columns = box.slices(self.reference)
        pattern = self.reference[rows, columns]
        if not pattern.size or pattern.std() <= _LEAST_CONTRAST:
            return 0.0
        reach = _AROUND_PRINT
        moved = PixelBox(
            columns.start + shift.across, rows.start + shift.down, columns.stop + shift.across, rows.stop + shift.down
        )
        area = PixelBox(moved.left - reach, moved.top - reach, moved.right + reach, moved.bottom + reach).slices(
            self.reference
        )
        shades = np.where(pixels.grown(ink[area], 1), np.float32(1), np.minimum(self.shares[area], 1))
        seen = pixels.blurred((255 * shades).astype(np.uint8), 1.0)
        if seen.shape[0] < pattern.shape[0] or seen.shape[1] < pattern.shape[1]:
            return 0.0
        return pixels.best_place(pixels.correlation(seen, pixels.blurred(pattern, 1.0)))[0]

    def shift_at(self, box: PixelBox) -> PrintShift:
        """How the print around a place lies on the scan: the rule of it, and the words beside and below."""
        rows, columns = box.slices(self.reference)
        pattern = self._soft_reference[rows, columns]
        reach = int(_MOST_SHIFT * MM)
        top, left = max(0, rows.start - reach), max(0, columns.start - reach)
        area = self._soft[top : rows.stop + reach, left : columns.stop + reach]
        is_larger = area.shape[0] > pattern.shape[0] and area.shape[1] > pattern.shape[1]
        if not pattern.size or not is_larger or pattern.std() <= _LEAST_CONTRAST:
            return PrintShift(0.0, 0, 0)
        best, column, row = pixels.best_place(pixels.correlation(area, pattern))
        if best < _LEAST_LIKENESS:
            return PrintShift(best, 0, 0)
        return PrintShift(best, column - (columns.start - left), row - (rows.start - top))

    @cached_property
    def _soft(self) -> Gray:
        soft: Gray = pixels.blurred(self.seen, 1.0)
        return soft

    @cached_property
    def _soft_reference(self) -> Gray:
        soft: Gray = pixels.blurred(self.reference, 1.0)
        return soft


@dataclass(frozen=True)
class PrintShift:
    """How the print around a place lies on a scan."""

    likeness: float
    """How alike it is, from -1 to 1; 0 where there is nothing to compare."""
    across: int
    """Pixels by which it lies further to the right."""
    down: int


def straightened(gray: Gray, reference: Gray, registration: Registration) -> Straightened:
    """See a scan from its reference."""
    rows, columns = reference.shape
    clean = np.ascontiguousarray(without_lines(without_lines(gray).T).T)
    across, down = np.meshgrid(np.arange(0, columns + _STEP, _STEP), np.arange(0, rows + _STEP, _STEP))
    bent = np.stack(registration.bend.at(across, down), axis=-1).reshape(-1, 2)
    seen = pixels.moved(bent, registration.transform).reshape(*across.shape, 2)
    flat = pixels.drawn_from(clean, seen, _STEP, columns, rows, registration.transform)
    return Straightened(_without_folds(flat, reference), reference)


def _without_folds(seen: Gray, reference: Gray) -> Gray:
    """A page without the lines across all of it that are not printed there."""
    is_print = pixels.grown(reference < _PRINT, _AROUND_PRINT)
    without_print = np.where(is_print, np.uint8(255), seen)
    return np.ascontiguousarray(without_lines(seen.T, _BESIDE_FOLD, without_print.T).T)


def without_lines(gray: Gray, beside: int = _BESIDE, looked_at: Gray | None = None) -> Gray:
    """A picture without the upright lines that run along all of it: dirt on the glass of a feeder draws them.

    `beside` are the pixels from a line to where there is none of it. The lines are found in `looked_at`, if that is
    given.
    """
    looked_at = gray if looked_at is None else looked_at
    dark = looked_at < _LINE_DARK * np.median(looked_at[::_SOME, ::_SOME])
    share = dark.mean(axis=0)
    columns = np.flatnonzero(share > _ALONG)
    if not len(columns):
        return gray
    clean = gray.copy()
    width = gray.shape[1]
    for column in columns.tolist():
        left, right = max(0, column - beside), min(width - 1, column + beside)
        if max(share[left], share[right]) < _BESIDE_DARK:
            clean[:, max(0, column - 1) : column + 2] = np.maximum(gray[:, left], gray[:, right])[:, None]
    return clean
