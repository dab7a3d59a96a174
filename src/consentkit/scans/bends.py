"""How a sheet is bent, or was fed unevenly: what is left when its four corners are where they belong.

Guarantees: it is smooth, and never more than a millimetre or so, since it is found among patches that were looked for
that near; a patch that was taken for another one does not bend the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consentkit.scans.pixels import Points

_LEAST_PATCHES = 24
"""Patches from which on the ten numbers of a bend are believed."""
_ROUNDS = 3
_OUTLYING = 3.0
"""How many times as far off as most a patch is that is left out in the next round."""
_LEAST_OFF = 2.0
"""Pixels that are never too far off: the foot of a page may be all that shows how it bends there."""
_FIRM = 1e-3
"""How much a bend is held back from growing where there are no patches (ridge regression)."""


@dataclass(frozen=True)
class Bend:
    """The rest by which each point of a page lies elsewhere, as polynomials of the third degree."""

    columns: int
    """The size of the page in pixels."""
    rows: int
    across: NDArray[np.float64] | None
    """The numbers of the polynomial; None for a page that is flat as far as is known."""
    down: NDArray[np.float64] | None

    def at(self, x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where points of the flat page are to be looked for."""
        if self.across is None or self.down is None:
            return x.astype(np.float32), y.astype(np.float32)
        terms = _terms(x / self.columns, y / self.rows)
        return (x + terms @ self.across).astype(np.float32), (y + terms @ self.down).astype(np.float32)


def bend_of(where: Points, there: Points, columns: int, rows: int) -> Bend:
    """The bend that takes most of the points of a page, in its pixels, to where they are seen."""
    if len(where) < _LEAST_PATCHES:
        return Bend(columns, rows, None, None)
    terms = _terms(where[:, 0].astype(np.float64) / columns, where[:, 1].astype(np.float64) / rows)
    rest = (there - where).astype(np.float64)
    kept = np.ones(len(where), bool)
    solved: NDArray[np.float64] = np.zeros((terms.shape[1], 2))
    for _ in range(_ROUNDS):
        used = terms[kept]
        solved = np.asarray(
            np.linalg.solve(used.T @ used + _FIRM * np.eye(terms.shape[1]), used.T @ rest[kept]), np.float64
        )
        off = np.hypot(*(rest - terms @ solved).T)
        kept = off <= max(_LEAST_OFF, _OUTLYING * float(np.median(off[kept])))
    return Bend(columns, rows, solved[:, 0], solved[:, 1])


def _terms(x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float64]:
    """The powers of two numbers up to the third degree."""
    x, y = 2 * x - 1, 2 * y - 1
    powers = [x**across * y**down for across in range(4) for down in range(4 - across)]
    return np.stack(powers, axis=-1)
