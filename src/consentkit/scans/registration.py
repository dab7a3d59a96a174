"""Where a page lies in its scan: by patches of the printed text, each looked for near where it should be.

Guarantees: what comes out is right to well below a millimetre wherever there is print, or nothing comes out. It does
not prove which page it is: another one of the same layout may lie in the same way. The code on the page says that.

The code itself, of 10 mm, gives the first guess, good to some millimetres at the far end of the page; where it does not
do, as on a photograph, places that look alike in both pictures give it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from consentkit.scans import pixels
from consentkit.scans.bends import Bend, bend_of
from consentkit.scans.pixels import Points, Transform
from consentkit.scans.references import DPI, PixelBox

if TYPE_CHECKING:
    from consentkit.scans.page import Gray


class _Round(NamedTuple):
    """One search for patches."""

    dpi: int
    width: float
    """Millimetres of a patch."""
    height: float
    most: int
    """How many patches are looked for."""
    reach: float
    """Millimetres in each direction in which a patch is looked for."""
    within: float
    """Pixels within which a patch agrees with the others."""


_ROUNDS = (
    _Round(dpi=75, width=34, height=12, most=24, reach=7, within=2),
    _Round(dpi=75, width=26, height=10, most=30, reach=3, within=2),
    _Round(dpi=DPI, width=20, height=7, most=60, reach=1.2, within=3),
)
"""From coarse to fine. With these, 620 of 620 simulated scans were registered whose code was read."""
_LAST = _ROUNDS[-1]
_FAR, _ENOUGH = 5, 16
"""Millimetres of reach of the first round, which knows too little for more than an affine transform; and patches from
which on the next one is believed to see the perspective, without which the foot of a page may be more off than the
last round reaches."""
_ALL = 1000
"""More patches than a page has."""
_ALIKE = 0.45
"""The likeness from which a patch counts as found, of at most 1."""
_LEAST_FOUND = 5
"""Patches below which a round gives up: a homography has four points."""
_LEAST_AGREEING = 8
_AGREEING_SHARE = 0.5
"""What must agree in the last round, in patches and as a share of them: of pages of another layout, 13 of 15 fail."""
_FOUND_SHARE, _FIRM_SHARE = 0.8, 0.95
"""The share of patches that must be found where they should be, bends included; and from which on the whole page is
known to lie there. A scanner has all but those under a stain or a note; of a photograph of a curled sheet, those
of a whole corner may be missing, and what is printed there would be taken for ink."""
_NEAREST, _LEAST_NEAR = 4, 3
"""Patches next to a place, and how many of them must be found."""
_MOST_OFF = 0.35
"""Millimetres that those that agree may be off, as the root of the mean square."""
_DARK = 160
"""The shade below which a pixel of the reference is print."""
_LEAST_PRINT, _LEAST_UPRIGHT = 0.02, 0.01
"""The share of a patch that is print, and at which the shade jumps sideways: without upright strokes it would slide."""
_JUMP = 60
"""The step between two pixels that is the edge of a stroke."""
_MOST_COVERED = 0.15
"""The share of a patch that may be in places to write on."""
_FEATURES_DPI = 100
_MOST_FEATURES = 3000
_RATIO = 0.8
"""Lowe's ratio: how much better than the next best a pair of places must be alike."""
_LEAST_PAIRS = 12
_NEAR = 0.6
"""Millimetres within which pairs agree."""
_TRUE_TO_SIDES = (0.6, 1.7)
"""How much wider than high a page may have become: what is beyond is no view of a sheet of paper."""


@dataclass(frozen=True)
class Registration:
    """Where a page lies in its scan."""

    transform: Transform = field(repr=False, compare=False)
    """From the pixels of the reference to those of the scan."""
    bend: Bend = field(repr=False, compare=False)
    """How the paper is bent, or was fed, beyond that."""
    agreeing: int
    """How many patches were found where the others say, were the page flat."""
    off: float
    """Millimetres that these are off, as the root of the mean square."""
    in_place: Points = field(repr=False, compare=False)
    """The middles of the patches that are where they should be, bends included, in the pixels of the reference."""
    lost: Points = field(repr=False, compare=False)
    """The middles of the others."""

    @property
    def patches(self) -> int:
        """How many patches were looked for at last."""
        return len(self.in_place) + len(self.lost)

    @property
    def is_accepted(self) -> bool:
        """Whether it is good enough to look for ink."""
        enough = max(_LEAST_AGREEING, _AGREEING_SHARE * self.patches)
        is_there = len(self.in_place) >= _FOUND_SHARE * self.patches
        return is_there and self.agreeing >= enough and self.off < _MOST_OFF

    @property
    def is_firm(self) -> bool:
        """Whether no part of the page can lie elsewhere."""
        return len(self.in_place) >= _FIRM_SHARE * self.patches

    def is_firm_at(self, box: PixelBox) -> bool:
        """Whether what is printed next to a place lies where it should."""
        points = np.concatenate([self.in_place, self.lost])
        inside = np.clip(points, (box.left, box.top), (box.right, box.bottom))
        nearest = np.argsort(np.hypot(*(points - inside).T))[:_NEAREST]
        return int((nearest < len(self.in_place)).sum()) >= _LEAST_NEAR


def register(gray: Gray, reference: Gray, guess: Transform, places: Sequence[PixelBox]) -> Registration | None:
    """Find a page in its scan, from a first guess; None where that fails. Its places hold no print to go by."""
    transform, registration = guess, None
    for round_ in _ROUNDS:
        registration = _registered(gray, reference, transform, places, round_)
        if registration is None:
            return None
        transform = registration.transform
    return registration if registration is not None and registration.is_accepted else None


def guess_of_code(corners: Sequence[tuple[float, float]], code: PixelBox) -> Transform | None:
    """The first guess by a code: `corners` are on the scan, clockwise from the upper left, `code` in the reference."""
    printed = [(code.left, code.top), (code.right, code.top), (code.right, code.bottom), (code.left, code.bottom)]
    return pixels.similarity_of(np.array(printed, np.float32), np.array(corners, np.float32))


@dataclass(frozen=True)
class Features:
    """Places of a picture that look like no other."""

    places: Points = field(repr=False, compare=False)
    """In the pixels of the picture."""
    looks: Any = field(repr=False, compare=False)


def features_of(gray: Gray, per_inch: float) -> Features:
    """The features of a picture that has that many pixels to an inch."""
    factor = _FEATURES_DPI / per_inch
    places, looks = pixels.features(pixels.resized(gray, factor), _MOST_FEATURES)
    return Features(places / factor, looks)


def guess_of_features(scan: Features, per_inch: float, reference: Features, size: tuple[int, int]) -> Transform | None:
    """The first guess by what looks alike in both pictures, however the scan is turned; None without enough of it.

    `per_inch` are the pixels of an inch of the scan, `size` the rows and columns of the reference.
    """
    if min(len(scan.places), len(reference.places)) < _LEAST_PAIRS:
        return None
    pairs = pixels.alike_pairs(reference.looks, scan.looks, _RATIO)
    if len(pairs) < _LEAST_PAIRS:
        return None
    source, target = reference.places[[first for first, _ in pairs]], scan.places[[second for _, second in pairs]]
    solved = pixels.homography_of(source, target, within=_NEAR * per_inch / 25.4)
    if solved is None or solved[1].sum() < _LEAST_PAIRS or not _is_view(solved[0], *size):
        return None
    return solved[0]


def likeness(gray: Gray, reference: Gray, transform: Transform, places: Sequence[PixelBox]) -> float:
    """How alike a page and its scan are where something is printed, at most 1: the mean of all patches."""
    rows, columns = reference.shape
    seen = pixels.blurred(pixels.warped(gray, transform, columns, rows), 1.0)
    soft, reach = pixels.blurred(reference, 1.0), int(_LAST.reach * DPI / 25.4)
    patches = _patches(reference, places, _LAST._replace(most=_ALL))
    return float(np.mean([_likeness(seen, soft, patch, reach) for patch in patches])) if patches else 0.0


def _is_view(transform: Transform, rows: int, columns: int) -> bool:
    """Whether the corners of a page come out as those of a sheet that somebody looks at, from the front."""
    corners = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    seen = pixels.moved(corners, transform)
    sides = np.roll(seen, -1, axis=0) - seen
    turns = [
        float(np.cross(np.append(a, 0), np.append(b, 0))[2]) for a, b in zip(sides, np.roll(sides, -1, 0), strict=True)
    ]
    length = np.hypot(sides[:, 0], sides[:, 1])
    ratio = float((length[0] + length[2]) / (length[1] + length[3])) * rows / columns
    return min(turns) > 0 and _TRUE_TO_SIDES[0] < ratio < _TRUE_TO_SIDES[1]


def _registered(
    gray: Gray, reference: Gray, transform: Transform, places: Sequence[PixelBox], round_: _Round
) -> Registration | None:
    """One round: the patches, looked for where `transform` leads, say where they lie indeed."""
    small = reference if round_.dpi == DPI else pixels.resized(reference, round_.dpi / DPI)
    enlarge = np.diag([DPI / round_.dpi, DPI / round_.dpi, 1.0])
    patches = _on_picture(_patches(small, places, round_), transform @ enlarge, gray)
    rows, columns = small.shape
    seen = pixels.warped(gray, transform @ enlarge, columns, rows)
    where, there = _matches(pixels.blurred(seen, 1.0), pixels.blurred(small, 1.0), patches, round_)
    if len(where) < _LEAST_FOUND:
        return None
    is_perspective = round_.dpi == DPI or (round_.reach < _FAR and len(where) >= _ENOUGH)
    fit = pixels.homography_of if is_perspective else pixels.affine_of
    solved = fit(where, there, round_.within)
    if solved is None:
        return None
    better, agree = solved
    off = np.hypot(*(pixels.moved(where, better) - there).T)[agree]
    off_by = float(np.sqrt((off**2).mean())) / round_.dpi * 25.4 if agree.any() else float("inf")
    whole = transform @ enlarge @ better @ np.linalg.inv(enlarge)
    bend = bend_of(
        where, pixels.moved(there, np.asarray(np.linalg.inv(better), np.float64)), small.shape[1], small.shape[0]
    )
    bent = pixels.moved(np.stack(bend.at(*where.T), axis=-1), better)
    is_there = np.hypot(*(bent - there).T) <= round_.within
    in_place = where[is_there]
    known = set(map(tuple, in_place.tolist()))
    lost = [middle for patch in patches if (middle := _middle(patch)) not in known]
    return Registration(whole, bend, int(agree.sum()), off_by, in_place, np.array(lost, np.float32).reshape(-1, 2))


class _Patch(NamedTuple):
    upright: float
    """The share of it at which the shade jumps sideways."""
    left: int
    top: int
    width: int
    height: int


def _patches(small: Gray, places: Sequence[PixelBox], round_: _Round) -> list[_Patch]:
    """The patches of a page with the most upright strokes, away from the places to write on."""
    factor = round_.dpi / DPI
    is_print = (small < _DARK).astype(np.int8)
    for place in places:
        rows, columns = _scaled(place, factor).slices(small)
        is_print[rows, columns] = -1
    width, height = (round(side * round_.dpi / 25.4) for side in (round_.width, round_.height))
    jumps = np.abs(np.diff(small.astype(np.int16), axis=1)) > _JUMP
    patches = []
    for top in range(0, small.shape[0] - height, height):
        for left in range(0, small.shape[1] - width, width):
            upright = _share(jumps[top : top + height, left : left + width - 1])
            if upright < _LEAST_UPRIGHT:
                continue
            part = is_print[top : top + height, left : left + width]
            if _share(part < 0) <= _MOST_COVERED and _share(part > 0) >= _LEAST_PRINT:
                patches.append(_Patch(upright, left, top, width, height))
    return sorted(patches, reverse=True)[: round_.most]


def _on_picture(patches: Sequence[_Patch], transform: Transform, gray: Gray) -> list[_Patch]:
    """The patches that are on the scan: a sheet that was fed askew may lie beyond its edge."""
    if not patches:
        return []
    corners = [
        (left + across * width, top + down * height)
        for _, left, top, width, height in patches
        for across in (0, 1)
        for down in (0, 1)
    ]
    seen = pixels.moved(np.array(corners, np.float32), transform).reshape(-1, 4, 2)
    is_on = np.all((seen >= 0) & (seen < np.array(gray.shape[::-1])), axis=(1, 2))
    return [patches[number] for number in np.flatnonzero(is_on).tolist()]


def _share(part: NDArray[np.bool_]) -> float:
    """The share of pixels that are set."""
    return int(np.count_nonzero(part)) / part.size


def _scaled(box: PixelBox, factor: float) -> PixelBox:
    return PixelBox(*(factor * edge for edge in (box.left, box.top, box.right, box.bottom)))


def _matches(seen: Gray, small: Gray, patches: Sequence[_Patch], round_: _Round) -> tuple[Points, Points]:
    """The middles of the patches that are found, in the reference and where they are seen."""
    reach = int(round_.reach * round_.dpi / 25.4)
    pairs = [pair for patch in patches for pair in _match(seen, small, patch, reach)]
    where = np.array([first for first, _ in pairs], np.float32).reshape(-1, 2)
    return where, np.array([second for _, second in pairs], np.float32).reshape(-1, 2)


def _match(
    seen: Gray, small: Gray, patch: _Patch, reach: int
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Where a patch is, to a fraction of a pixel; nothing where it is not to be seen."""
    _, left, top, width, height = patch
    alike = _alike(seen, small, patch, reach)
    best, column, row = pixels.best_place(alike) if alike is not None else (0.0, 0, 0)
    if alike is not None and best > _ALIKE:
        x = max(0, left - reach) + column + _between(alike[row], column)
        y = max(0, top - reach) + row + _between(alike[:, column], row)
        yield _middle(patch), (x + width / 2, y + height / 2)


def _middle(patch: _Patch) -> tuple[float, float]:
    return patch.left + patch.width / 2, patch.top + patch.height / 2


def _likeness(seen: Gray, small: Gray, patch: _Patch, reach: int) -> float:
    alike = _alike(seen, small, patch, reach)
    return 0.0 if alike is None else pixels.best_place(alike)[0]


def _alike(seen: Gray, small: Gray, patch: _Patch, reach: int) -> pixels.Floats | None:
    """How alike a patch and each place around it are; None at the edge of the page, where there is no room for it."""
    _, left, top, width, height = patch
    area = seen[max(0, top - reach) : top + height + reach, max(0, left - reach) : left + width + reach]
    if area.shape[0] < height + 2 or area.shape[1] < width + 2:
        return None
    return pixels.correlation(area, small[top : top + height, left : left + width])


def _between(values: pixels.Floats, best: int) -> float:
    """How far from the best of some values the top of a parabola through it and its neighbours is."""
    if not 0 < best < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[best - 1 : best + 2])
    return (before - after) / (2 * (before - 2 * here + after) - 1e-9)
