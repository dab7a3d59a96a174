"""How much room each drawing of a packet has where it is drawn, so that no two of them need be compared again.

Guarantees: drawings that each keep within their room touch no other one that does, nor the edge of a page, wherever
they are drawn. What keeps to no such room may still be right: that is not decided here. Where two drawings have no
certain border, it is at a whole point between them, so that it says next to nothing of how long a text was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import inf
from typing import NamedTuple

from consentkit.pdf.file.geometry import Box

_ROUNDING = 1e-4
"""Points that no drawing gets, at each edge of its room: what is rounded stays within."""
_APART = 0.1
"""Points between a drawing that always begins at the same place and the room of the one before it."""
_FAR = 1.0
"""Points between two lines from which on they count as one above the other."""
_LEAST_GAP = 0.01
_ANCHORED = 0.5
"""Points from the origin of a drawing within which its edge counts as fixed there."""
EVERYWHERE = Box(-inf, -inf, inf, inf)


class PlacedBox(NamedTuple):
    """A drawing where it is drawn."""

    drawing: int
    is_fixed: bool
    """Whether it takes the same place in every packet."""
    box: Box
    """Where it is on its page, in this packet."""
    scale: float
    left: float
    bottom: float
    """Where its origin is on the page."""
    window: Box | None = None
    """The part of the page through which it is seen, where that is not all of it."""


class Room(NamedTuple):
    """How much room a drawing has, by its own measure."""

    room: Box
    """For all of it."""
    window: Box
    """For its letters."""
    least_scale: float
    """The smallest scale that it is drawn in."""


def rooms_of(sheets: Iterable[tuple[Box, Sequence[PlacedBox]]]) -> dict[int, Room]:
    """The room of each drawing that is not fixed, given the area and the drawings of each page.

    Raises ValueError where two of them touch, or nearly so.
    """
    rooms: dict[int, Room] = {}
    for area, placed in sheets:
        for one, own in zip(placed, _divided(area, placed), strict=True):
            if one.is_fixed:
                continue
            room, window = _by_its_measure(one, own), _by_its_measure(one, one.window or EVERYWHERE)
            known = rooms.get(one.drawing, Room(EVERYWHERE, EVERYWHERE, inf))
            rooms[one.drawing] = Room(
                _shared(known.room, room), _shared(known.window, window), min(known.least_scale, one.scale)
            )
    return rooms


def _divided(area: Box, placed: Sequence[PlacedBox]) -> Iterator[Box]:
    """A page divided between what is drawn on it."""
    edges = [list(area) for _ in placed]
    for one, other in combinations(range(len(placed)), 2):
        axis, (first, second), at = _border(placed, one, other)
        edges[first][axis + 2] = min(edges[first][axis + 2], at)
        edges[second][axis] = max(edges[second][axis], at)
    return (Box(*own) for own in edges)


def _border(placed: Sequence[PlacedBox], one: int, other: int) -> tuple[int, tuple[int, int], float]:
    """What lies between two drawings: along which axis, which comes first there, and where. Raises ValueError."""
    pairs = ((one, other), (other, one))
    across, up = (max((_gap(placed, pair, axis), pair) for pair in pairs) for axis in (0, 1))
    axis, (gap, (first, second)) = (1, up) if up[0] > _FAR or up[0] > across[0] else (0, across)
    if gap < _LEAST_GAP:
        raise ValueError("two drawings touch")
    low, high = placed[first].box[axis + 2], placed[second].box[axis]
    if axis == 0 and _is_anchored(placed[second], high):
        return axis, (first, second), high - min(gap / 2, _APART)
    if axis == 0 and _is_anchored(placed[first], low):
        return axis, (first, second), low + min(gap / 2, _APART)
    middle = (low + high) / 2
    whole = float(round(middle))  # the same for texts that are a little wider or smaller
    is_between = low + _LEAST_GAP <= whole <= high - _LEAST_GAP
    return axis, (first, second), whole if is_between else middle


def _gap(placed: Sequence[PlacedBox], pair: tuple[int, int], axis: int) -> float:
    first, second = pair
    return placed[second].box[axis] - placed[first].box[axis + 2]


def _is_anchored(one: PlacedBox, edge: float) -> bool:
    """Whether an edge of a drawing is where it always is."""
    return one.is_fixed or abs(edge - one.left) <= _ANCHORED


def _by_its_measure(one: PlacedBox, box: Box) -> Box:
    """A box on the page by the measure of a drawing, a little smaller."""
    left, bottom, right, top = box
    return Box(
        (left + _ROUNDING - one.left) / one.scale,
        (bottom + _ROUNDING - one.bottom) / one.scale,
        (right - _ROUNDING - one.left) / one.scale,
        (top - _ROUNDING - one.bottom) / one.scale,
    )


def _shared(one: Box, other: Box) -> Box:
    return Box(
        max(one.left, other.left), max(one.bottom, other.bottom), min(one.right, other.right), min(one.top, other.top)
    )
