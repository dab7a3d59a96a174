"""How much ink is in each place of a page, and whose it is.

Guarantees: everything is measured in millimetres of paper; ink counts for one place at most, the one in which most of
its stroke lies, so that a flourish that reaches into the next place is nobody's signature there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consentkit.scans import pixels
from consentkit.scans.measures import CLEAR_LIKENESS, InkMeasures
from consentkit.scans.pixels import Bits, Pieces
from consentkit.scans.record import PlaceKind
from consentkit.scans.references import MM, PixelBox
from consentkit.scans.straightened import PrintShift, Straightened

_SMALLEST = 0.12
"""Square millimetres below which a piece is a speck: half of a dot of a pen."""
_STRONG_SHARE, _LEAST_STRONG = 0.15, 3
"""The share of a piece, and the pixels of it, that are as dark as a pen makes them."""
_TOGETHER = 4
"""Pixels around pieces within which they are one stroke: 1.1 mm between them, since rules cut strokes into pieces."""
_HOME_SHARE = 0.5
"""The share of a stroke that lies in the place to which it belongs. Where no place has that much, as when a date runs
into the time, each piece of the stroke goes by itself."""
_HOME_SHARE_OF_MARK = 0.35
"""The same in a box to mark: much of a mark may be around it."""
_OWN_SHARE = 0.35
"""The share of a piece that must lie there to count."""
_FRAME = 0.8
"""Millimetres around a box to mark in which its frame is."""
_AROUND_FRAME = 2
"""Pixels around the frame in which nothing counts, beyond those around any print: the frame is all there is to go by,
and a mark goes through the middle."""
_HOLE, _WIDEST_HOLE = 45.0, 9.0
"""Square millimetres, and millimetres, up to which a solid spot is a punch hole, which is no dirt: they have 6 mm."""
_SOLID = 1.6
"""Millimetres from the edge to the middle of a spot that is too thick for a pen."""
_FROM_ABOVE, _ABOVE_RULE = 1.5, 0.15
"""A stroke that comes from that many millimetres above a place to write, and ends above its rule by this share of the
height, is the tail of what was written there."""
_OVER_EDGE, _UPPER_PART = 0.3, 0.4
"""So is one that comes from that little above it and ends in the upper part: the print of the row above may cut it."""
_MANY_SPECKS, _MORE_SPECKS = 8, 3
"""Specks in a place, and how many times as many as on the page as a whole, that show a stain in black and white."""
_ROUND_PLACE, _ROUND_PLACE_IN_GRAY = (12.0, 12.0), (2.0, 3.0)
"""Millimetres beside, and above and below, a place in which ink that is nobody's shows a stain or a streak. In gray a
stain is no ink, so that only what is close by matters."""
_NEAR_INK = 6
"""Pixels around ink within which print is not looked at: the ink on the print itself looks like it."""
_CORE = 0.3
"""Millimetres from the edge of a box to mark in which nothing is counted: something must be in the middle of it."""


@dataclass(frozen=True)
class InkPlace:
    """A place that is looked at."""

    box: PixelBox
    kind: PlaceKind

    @property
    def room(self) -> PixelBox:
        """The place, and what is written over its edges."""
        if self.kind == "choice":
            return self.box.grown(2.0, 2.0, 2.0)
        return self.box.grown(0.5, 1.5, 1.0 if self.kind == "lines" else 2.5)

    @property
    def print(self) -> PixelBox:
        """Where the print is by which it is found: its rule, and the words below and beside it."""
        if self.kind == "choice":
            return self.box.grown(2.0, 2.0, 2.0)
        rule = PixelBox(self.box.left, self.box.bottom - 2 * MM, self.box.right, self.box.bottom)
        return rule.grown(2.0, 0.0, 5.0)


def measured(
    page: Straightened, places: Sequence[InkPlace], unlooked: Sequence[PixelBox] = (), *, has_shades: bool = True
) -> list[InkMeasures]:
    """The ink in each of the places of a page; nothing is looked at in the boxes of `unlooked`.

    `has_shades` states whether the scan is more than black and white.
    """
    return _Measuring(page, places, unlooked).measures(_ROUND_PLACE_IN_GRAY if has_shades else _ROUND_PLACE)


class _Measuring:
    """Measures the ink of one page."""

    def __init__(self, page: Straightened, places: Sequence[InkPlace], unlooked: Sequence[PixelBox]) -> None:
        self._page, self._places = page, places
        self._shifts = [page.shift_at(place.print) for place in places]
        self._covered = self._print_of(page)
        for box in unlooked:
            self._covered[box.slices(page.seen)] = True
        self._owners = self._territories(page.seen.shape)
        raw = page.weak & ~self._covered
        self._pieces = pixels.pieces_of(raw)
        self._strong = page.strong & raw
        self._is_ink = self._inked(self._strong)
        self._thickness = np.zeros(self._pieces.count, np.float32)
        at = np.flatnonzero(raw)
        np.maximum.at(self._thickness, self._pieces.labels.ravel()[at], pixels.thickness(raw).ravel()[at])
        self._ink = self._is_ink[self._pieces.labels]
        self._near_ink = pixels.grown(self._ink, _NEAR_INK)
        strokes = pixels.pieces_of(pixels.grown(self._ink, _TOGETHER)).labels
        self._strokes: NDArray[np.int32] = np.where(self._ink, strokes, 0)
        self._homes, self._piece_homes = self._homes_of(self._strokes), self._homes_of(self._pieces.labels)

    def _print_of(self, page: Straightened) -> Bits:
        """Where print covers the paper: as the page lies, and as each place does."""
        covered = page.print.copy()
        for place, shift in zip(self._places, self._shifts, strict=True):
            if shift.across or shift.down:
                rows, columns = place.box.grown(2.0, 3.0, 5.0).slices(page.seen)
                covered[rows, columns] |= np.roll(page.print[rows, columns], (shift.down, shift.across), (0, 1))
        for place in self._places:
            if place.kind == "choice":  # or what is left of its frame would look like a mark
                rows, columns = place.box.grown(_FRAME, _FRAME, _FRAME).slices(page.seen)
                covered[rows, columns] |= pixels.grown(covered[rows, columns], _AROUND_FRAME)
        return covered

    def _territories(self, shape: tuple[int, ...]) -> NDArray[np.int16]:
        """For each pixel the number of its place, or -1. The box of a place goes before the room around others."""
        owners = np.full(shape, -1, np.int16)
        for number, place in enumerate(self._places):
            room = owners[place.room.slices(owners)]
            room[room < 0] = number
        for number, place in enumerate(self._places):
            owners[place.box.slices(owners)] = number
        return owners

    def _inked(self, strong: Bits) -> Bits:
        """Which pieces are large and dark enough to be of a pen."""
        area = self._pieces.area
        dark = np.bincount(self._pieces.labels[strong], minlength=self._pieces.count)
        enough = (area >= _SMALLEST * MM * MM) & (dark >= np.maximum(_LEAST_STRONG, _STRONG_SHARE * area))
        enough[0] = False
        return np.asarray(enough, np.bool_)

    def _homes_of(self, labels: NDArray[np.int32]) -> dict[int, int]:
        """The place of each stroke, or piece, that has one, by its number."""
        area = np.bincount(labels[self._ink])
        inside = self._ink & (self._owners >= 0)
        pairs = _counted(labels[inside], self._owners[inside])
        homes = dict[int, tuple[int, int]]()
        for (number, owner), count in pairs.items():
            is_mark = self._places[owner].kind == "choice"
            share = _HOME_SHARE_OF_MARK if is_mark else _HOME_SHARE
            if count >= share * area[number] and count > homes.get(number, (0, 0))[0]:
                homes[number] = (count, owner)
        return {number: owner for number, (_, owner) in homes.items()}

    def _home(self, piece: int, stroke: int) -> int | None:
        return self._homes.get(stroke, self._piece_homes.get(piece))

    def measures(self, around: tuple[float, float]) -> list[InkMeasures]:
        """What was measured, place by place. Ink that is nobody's counts within `around`, in millimetres."""
        sums = [_Sums() for _ in self._places]
        inside = self._ink & (self._owners >= 0) & self._counts()
        shares = _counted(self._pieces.labels[inside], self._owners[inside])
        within = inside & self._boxes()
        in_boxes = _counted(self._pieces.labels[within], self._owners[within])
        strokes_of = dict(pair for pair in _counted(self._pieces.labels[self._ink], self._strokes[self._ink]))
        for (piece, owner), count in shares.items():
            self._add(sums[owner], piece, strokes_of[piece], owner, count, in_boxes.get((piece, owner), 0))
        specks, strays, unclear = self._specks(), self._strays(*around), self._unclear()
        likeness = [self._likeness(place, shift) for place, shift in zip(self._places, self._shifts, strict=True)]
        return [
            InkMeasures(
                own=one.own,
                others=one.others,
                solid=one.solid,
                inside=one.inside,
                unclear=unclear[number],
                pieces=one.pieces,
                extent=max(one.sides),
                least_extent=min(one.sides),
                likeness=likeness[number],
                stray=strays[number],
                specks=specks[number],
            )
            for number, one in enumerate(sums)
        ]

    def _likeness(self, place: InkPlace, shift: PrintShift) -> float:
        """How alike the print around a place is, as it is or, where that is clear, without the ink.

        A signature hides much of the print. But print that lies elsewhere looks like ink, and without it what is left
        may be a little more alike by chance: 0.45 at most on a page that was bent out of its place, 0.7 in a right one.
        """
        if shift.likeness >= CLEAR_LIKENESS:
            return shift.likeness
        without_ink = self._page.likeness_without(self._near_ink, place.print, shift)
        return without_ink if without_ink >= CLEAR_LIKENESS else shift.likeness

    def _counts(self) -> Bits:
        """Where ink counts: of a box to mark, and what is around it, in the middle of the box alone."""
        counts = np.ones(self._owners.shape, bool)
        for number, place in enumerate(self._places):
            if place.kind == "choice":
                rows, columns = place.room.slices(counts)
                counts[rows, columns] &= self._owners[rows, columns] != number
        for place in self._places:
            if place.kind == "choice":
                counts[place.box.grown(-_CORE, -_CORE, -_CORE).slices(counts)] = True
        return counts

    def _add(self, sums: _Sums, piece: int, stroke: int, owner: int, count: int, in_box: int) -> None:
        """Count the part of a piece that lies in a place, and in the box of it."""
        area = count / MM / MM
        is_mark = self._places[owner].kind == "choice"
        is_here = is_mark or count >= _OWN_SHARE * self._pieces.area[piece]
        is_at_home = self._home(piece, stroke) == owner and is_here
        if self._thickness[piece] > _SOLID * MM:
            sums.solid += area
        elif is_at_home and not self._comes_from_above(piece, self._places[owner]):
            sums.add(self._pieces, piece, area)
            sums.inside += in_box / MM / MM
        else:
            sums.others += area

    def _comes_from_above(self, piece: int, place: InkPlace) -> bool:
        """Whether a piece is the tail of what was written in the row above."""
        box = place.box
        top, high = self._pieces.top[piece], box.bottom - box.top
        bottom = top + self._pieces.height[piece]
        is_long = top < box.top - _FROM_ABOVE * MM and bottom < box.bottom - _ABOVE_RULE * high
        is_at_the_edge = top < box.top - _OVER_EDGE * MM and bottom < box.top + _UPPER_PART * high
        return place.kind != "choice" and bool(is_long or is_at_the_edge)

    def _boxes(self) -> Bits:
        """Where the boxes of the places are, without the room around them."""
        boxes = np.zeros(self._owners.shape, bool)
        for place in self._places:
            boxes[place.box.slices(boxes)] = True
        return boxes

    def _unclear(self) -> list[float]:
        """Square millimetres in each place of what is no speck, and too faint for a pen: it may be a pencil."""
        is_large = (self._pieces.area >= _SMALLEST * MM * MM) & ~self._is_ink
        is_large[0] = False
        dark = is_large[self._pieces.labels] & self._boxes() & (self._owners >= 0) & self._counts()
        areas = np.bincount(self._owners[dark], minlength=len(self._places)) / MM / MM
        return [float(area) for area in areas]

    def _specks(self) -> list[int]:
        """How many specks are in each place, where they are many more than on the page as a whole; else 0."""
        pieces = self._pieces
        dark = np.bincount(pieces.labels[self._strong], minlength=pieces.count)
        small = np.flatnonzero(~self._is_ink[1:] & (dark[1:] > 0)) + 1
        rows, columns = self._owners.shape
        across = np.clip(pieces.left[small] + pieces.width[small] // 2, 0, columns - 1)
        down = np.clip(pieces.top[small] + pieces.height[small] // 2, 0, rows - 1)
        within = self._owners[down, across]
        average = len(small) / max(1, self._covered.size - int(self._covered.sum()))
        counts = []
        for number in range(len(self._places)):
            count = int((within == number).sum())
            is_many = count > _MANY_SPECKS
            bare = int(((self._owners == number) & ~self._covered).sum()) if is_many else 0
            counts.append(count if is_many and count > _MORE_SPECKS * average * bare else 0)
        return counts

    def _strays(self, beside: float, above: float) -> list[float]:
        """Square millimetres of ink around each place that belongs to no place."""
        at_home = np.zeros(int(self._strokes.max()) + 1, bool)
        at_home[list(self._homes)] = True
        pieces_at_home = np.zeros(self._pieces.count, bool)
        pieces_at_home[list(self._piece_homes)] = True
        pieces_at_home |= self._holes()
        strays = []
        for place in self._places:
            box = place.box.grown(beside, above, above).slices(self._ink)
            stray = self._ink[box] & ~at_home[self._strokes[box]] & ~pieces_at_home[self._pieces.labels[box]]
            strays.append(float(stray.sum()) / MM / MM)
        return strays

    def _holes(self) -> Bits:
        """Which pieces are punch holes."""
        pieces = self._pieces
        is_small = (pieces.area <= _HOLE * MM * MM) & (np.maximum(pieces.width, pieces.height) <= _WIDEST_HOLE * MM)
        return np.asarray(is_small & (self._thickness > _SOLID * MM), np.bool_)


def _counted(numbers: NDArray[Any], others: NDArray[Any]) -> dict[tuple[int, int], int]:
    """How many pixels there are of each pair of numbers, none of which is negative."""
    width = int(others.max(initial=0)) + 1
    keys, counts = np.unique(numbers.astype(np.int64) * width + others, return_counts=True)
    return {divmod(key, width): count for key, count in zip(keys.tolist(), counts.tolist(), strict=True)}


class _Sums:
    """The ink of a place, as it adds up."""

    def __init__(self) -> None:
        self.own = self.others = self.solid = self.inside = 0.0
        self.pieces = 0
        self._edges: list[tuple[int, int, int, int]] = []

    def add(self, pieces: Pieces, piece: int, area: float) -> None:
        """Add a piece that belongs to the place."""
        self.own += area
        self.pieces += 1
        left, top = int(pieces.left[piece]), int(pieces.top[piece])
        self._edges.append((left, top, left + int(pieces.width[piece]), top + int(pieces.height[piece])))

    @property
    def sides(self) -> tuple[float, float]:
        """Width and height of all that belongs to the place, in millimetres."""
        if not self._edges:
            return 0.0, 0.0
        left, top, right, bottom = zip(*self._edges, strict=True)
        return (max(right) - min(left)) / MM, (max(bottom) - min(top)) / MM
