"""The dots of a figure: one for each person who was counted.

Guarantees: as many dots are filled as the figure says, from the first one on, and all are there; what depends on the
figure is decided here, so that a template only draws.
"""

from __future__ import annotations

from dataclasses import dataclass

from consentkit.model.risks import Figure

_MOST_DRAWN = 100
"""Nobody counts more dots than that."""
_FEWEST_IN_LONG_ROWS = 20
_ROW, _LONG_ROW = 10, 20
_PITCH, _RADIUS = 10.0, 3.5
"""In points where the type has 12."""


@dataclass(frozen=True)
class Dot:
    """One person."""

    x: float
    """The middle, in points from the left edge of the drawing."""
    y: float
    """The middle, in points from its top."""
    is_filled: bool
    """Whether it happened to this one."""


@dataclass(frozen=True)
class Dots:
    """A drawing of dots in rows."""

    width: float
    height: float
    radius: float
    dots: tuple[Dot, ...]


def dots(figure: Figure) -> Dots | None:
    """The dots of a figure, in rows of ten, or of twenty where there are many; None where they would be too many."""
    if figure.out_of > _MOST_DRAWN:
        return None
    row = _LONG_ROW if figure.out_of >= _FEWEST_IN_LONG_ROWS else _ROW
    drawn = (
        Dot((place % row + 0.5) * _PITCH, (place // row + 0.5) * _PITCH, place < figure.number)
        for place in range(figure.out_of)
    )
    return Dots(row * _PITCH, -(-figure.out_of // row) * _PITCH, _RADIUS, tuple(drawn))
