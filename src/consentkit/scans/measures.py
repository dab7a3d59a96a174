"""What was measured in a place to write on, and what follows from it.

Guarantees: ink is found only where there is clearly more of it than dirt leaves, and none is seen only where there is
clearly less than the smallest mark of a pen; whatever is between goes to a person. The words say what is on the scan,
never who wrote it.

The smallest mark of a pen that counts as a signature, a cross of 4 mm in lines of 0.3 mm, has 3 square millimetres: the
distance to both bounds is a factor of 2 or more. The bounds were found on simulated scans (docs/filing-figures.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from consentkit.scans.record import PlaceKind

InkVerdict = Literal["ink found", "no ink seen", "unsure", "printed"]
"""What is said of a place; `printed` of one that was filled in for the visit, whatever else is in it."""


@dataclass(frozen=True)
class InkMeasures:
    """What was measured in a place: areas in square millimetres, lengths in millimetres."""

    own: float
    """The area of the ink that belongs to it."""
    others: float
    """The area of ink in it that belongs elsewhere."""
    solid: float
    """The area of spots in it that are too thick for a pen."""
    pieces: int
    """Of how many pieces its own ink is."""
    extent: float
    """The longer side of the rectangle around its own ink."""
    least_extent: float
    """The shorter side."""
    likeness: float
    """How alike the print around it is to what was printed, from -1 to 1."""
    stray: float
    """The area of ink around it that belongs to no place."""
    specks: int
    """How many specks are in it, where they are many more than elsewhere on the page."""
    inside: float = math.inf
    """How much of its own ink lies in the place itself, and not in the room around it that writing may take."""
    unclear: float = 0.0
    """The area in it of what is too faint for a pen, and larger than a speck: it may be a pencil."""
    has_shades: bool = True
    """Whether the scan is more than black and white, in which a stain of coffee is as black as ink."""
    is_firm: bool = True
    """Whether the print of the page, or that next to the place, lies where it should: else it may lie elsewhere."""

    @property
    def all_ink(self) -> float:
        """The area of everything dark in it."""
        return self.own + self.others + self.solid + self.unclear

    @property
    def is_where_it_should_be(self) -> bool:
        """Whether the print around it is recognised: else ink in it may belong to any place, or be print."""
        return self.is_firm and self.likeness >= _LEAST_LIKENESS

    @property
    def is_soiled(self) -> bool:
        """Whether a stain, a streak or a fold may have made what is there."""
        are_crumbs = self.pieces > _MANY_PIECES and self.own / self.pieces < _CRUMB
        most = max(_LEAST_STRAY, _STRAY_SHARE * self.own) if self.has_shades else _LEAST_STRAY_IN_BLACK
        return self.stray > most or self.specks > 0 or are_crumbs


class _Bounds(NamedTuple):
    """From when on ink is found."""

    own: float
    extent: float
    least_extent: float
    """A rule that was not recognised as print is flatter."""


_BOUNDS: dict[PlaceKind, _Bounds] = {
    "signature": _Bounds(1.6, 3.5, 1.2),
    "choice": _Bounds(0.4, 0.95, 0.7),
}
_BOUNDS_OF_WRITING = _Bounds(1.4, 2.0, 1.2)
_TIMES_IN_BLACK = 2
"""How many times as much ink there must be in black and white, where pieces of a stain look like strokes."""
_INSIDE = 0.3
"""The share of its own ink that must lie in the place itself: of a signature across its rule and above it, half does;
of the tail of a mark in the row above, which only touches the place, nothing."""
_FLATTEST, _HIGH = 15, 1.7
"""How many times as long as high writing may be that is not this many millimetres high; a fold or a rule is longer."""
_NONE = 0.25
"""Square millimetres of ink up to which none is seen: a dot of a pen has 0.2."""
_NONE_IN_BOX = 0.15
"""The same in a box to mark."""
_LEAST_LIKENESS = 0.35
"""The likeness below which a place was not found where it should be."""
CLEAR_LIKENESS = 0.6
"""The likeness from which on there is no doubt of that, where what is printed next to the place lies where it should.
Where a photograph showed a curled sheet, print that lay two millimetres off was taken for ink at 0.39."""
_LEAST_STRAY, _STRAY_SHARE = 1.0, 0.3
_LEAST_STRAY_IN_BLACK = 0.3
"""Square millimetres of it in black and white, where the ring of a cup through an empty place has 20, and little else
of it may be near."""
_MANY_PIECES, _CRUMB = 12, 0.45
"""Pieces of less than that many square millimetres are no strokes."""
_MOST_SOILED = 2
"""Places of a page in black and white that may look soiled: a stain there is as black as ink."""


def verdict_of(kind: PlaceKind, ink: InkMeasures) -> InkVerdict:
    """What is said of a place by what was measured in it."""
    bounds = _BOUNDS.get(kind, _BOUNDS_OF_WRITING)
    least_extent = max(bounds.least_extent, min(_HIGH, ink.extent / _FLATTEST))
    if not ink.is_where_it_should_be:
        return "unsure"
    least = bounds.own * (1 if ink.has_shades else _TIMES_IN_BLACK)
    is_inside = ink.inside >= max(least, _INSIDE * ink.own)
    is_enough = is_inside and ink.own >= least and ink.extent >= bounds.extent and ink.least_extent >= least_extent
    if is_enough and not ink.is_soiled:
        return "ink found"
    none = _NONE_IN_BOX if kind == "choice" else _NONE
    return "no ink seen" if ink.all_ink <= none else "unsure"


def reason_of_doubt(ink: InkMeasures) -> str:
    """Why nothing certain can be said of a place, in plain words."""
    if not ink.is_where_it_should_be:
        return "what is printed around it can't be recognised"
    if ink.is_soiled or ink.solid > ink.own:
        return "a stain, a fold or a streak may have made what is there"
    if ink.others > ink.own or ink.inside < _INSIDE * ink.own:
        return "ink from elsewhere reaches into it"
    return "there is very little ink"


def is_page_soiled(measures: list[InkMeasures]) -> bool:
    """Whether a page looks soiled, so that in black and white none of its marks can be trusted."""
    return sum(ink.is_soiled for ink in measures) >= _MOST_SOILED
