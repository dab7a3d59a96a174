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
_WEAK_NEARBY, _STRONG_NEARBY = 0.90, 0.82
"""The same shares of what is within half a millimetre or so, which may be a stain or the stroke of a marker: these are
wider than the stroke of a pen, and what is written on them is darker still."""
_STROKE = 5
"""Pixels of half the resolution, 1.3 mm, that are wider than the stroke of a pen."""
_BLACK = 0.45
"""The share of the brightness of the paper below which no stain is."""
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
_LEAST_LEFT = 0.3
"""The share of the print around a place that ink must leave bare, or it proves nothing."""
_ALONG = 0.6
"""The share of a line of pixels that is dark where dirt of a scanner made it."""
_LEAST_LOOKED_AT = 0.3
"""The share of such a line that must be beside print, or it is not looked for."""
_BENT = 6
"""Pixels by which print may lie elsewhere than where it would on a flat sheet, 0.8 mm."""
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
    def _shares_nearby(self) -> Floats:
        """The same of what is around as far as a stroke is wide: of a stain, where one is."""
        half = pixels.median_of(pixels.resized(self.seen, 0.5), 3)
        ground = pixels.mean_of(pixels.darkest(pixels.brightest(half, _STROKE), _STROKE), 3, 3)
        rows, columns = self.seen.shape
        shares: Floats = self.seen.astype(np.float32) / np.maximum(pixels.fitted(ground, columns, rows), 1)
        return shares

    @cached_property
    def weak(self) -> Bits:
        """Where there may be ink, or print."""
        return (self.shares < _BLACK) | ((self.shares < _WEAK) & (self._shares_nearby < _WEAK_NEARBY))

    @cached_property
    def strong(self) -> Bits:
        """Where it is as dark as a pen makes it."""
        return (self.shares < _BLACK) | ((self.shares < _STRONG) & (self._shares_nearby < _STRONG_NEARBY))

    @cached_property
    def print(self) -> Bits:
        """Where the reference has print, and a little around it."""
        return pixels.grown(self.reference < _PRINT, _AROUND_PRINT)

    def likeness_without(self, ink: Bits, box: PixelBox, shift: PrintShift) -> float:
        """How alike the print around a place is where there is no `ink`, nor next to it; 0 where little is left."""
        rows, columns = box.slices(self.reference)
        pattern = self._soft_reference[rows, columns].astype(np.float32)
        print_ = self.reference[rows, columns] < _PRINT
        best = 0.0
        for down in range(shift.down - _AROUND_PRINT, shift.down + _AROUND_PRINT + 1):
            for across in range(shift.across - _AROUND_PRINT, shift.across + _AROUND_PRINT + 1):
                best = max(best, self._likeness_at(ink, pattern, print_, rows.start + down, columns.start + across))
        return best

    def _likeness_at(self, ink: Bits, pattern: Floats, print_: Bits, top: int, left: int) -> float:
        """How alike a pattern is at a place of the page, beside the ink: the correlation of the rest."""
        height, width = pattern.shape
        seen = self._soft[max(0, top) : top + height, max(0, left) : left + width]
        if seen.shape != pattern.shape:
            return 0.0
        bare = ~ink[top : top + height, left : left + width]
        if int((bare & print_).sum()) < _LEAST_LEFT * int(print_.sum()):
            return 0.0
        one, other = pattern[bare], seen[bare].astype(np.float32)
        if min(one.std(), other.std()) <= _LEAST_CONTRAST:
            return 0.0
        return float(np.corrcoef(one, other)[0, 1])

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
    is_print = pixels.grown(reference < _PRINT, _AROUND_PRINT)
    on_scan = _on_scan(is_print, registration, gray)
    clean = without_lines(gray, except_for=on_scan)
    clean = np.ascontiguousarray(without_lines(clean.T, except_for=on_scan.T).T)
    across, down = np.meshgrid(np.arange(0, columns + _STEP, _STEP), np.arange(0, rows + _STEP, _STEP))
    bent = np.stack(registration.bend.at(across, down), axis=-1).reshape(-1, 2)
    seen = pixels.moved(bent, registration.transform).reshape(*across.shape, 2)
    flat = pixels.drawn_from(clean, seen, _STEP, columns, rows, registration.transform)
    without_folds = np.ascontiguousarray(without_lines(flat.T, _BESIDE_FOLD, is_print.T).T)
    return Straightened(without_folds, reference)


def _on_scan(is_print: Bits, registration: Registration, gray: Gray) -> Bits:
    """Where print is on a scan, and what a bend of the sheet may have moved it by."""
    rows, columns = gray.shape
    white = np.where(pixels.grown(is_print, _BENT), np.uint8(0), np.uint8(255))
    seen = pixels.warped(white, np.asarray(np.linalg.inv(registration.transform), np.float64), columns, rows)
    return np.asarray(seen < _PRINT, np.bool_)


def without_lines(gray: Gray, beside: int = _BESIDE, except_for: Bits | None = None) -> Gray:
    """A picture without the upright lines that run along all of it: dirt on the glass of a feeder draws them.

    `beside` are the pixels from a line to where there is none of it. What is in `except_for` makes no line: the rules
    of a row of places to sign, side by side, are a line along most of a page.
    """
    dark = gray < _LINE_DARK * np.median(gray[::_SOME, ::_SOME])
    looked_at = np.full(gray.shape[1], gray.shape[0])
    if except_for is not None:
        dark &= ~except_for
        looked_at -= except_for.sum(axis=0)
    share = np.where(looked_at >= _LEAST_LOOKED_AT * gray.shape[0], dark.sum(axis=0) / np.maximum(looked_at, 1), 0)
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
