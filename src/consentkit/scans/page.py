"""A page as it comes from a scanner: its picture in shades of gray, and how it was scanned.

Guarantees: the picture has at most 300 dots per inch; what is refused says in plain words why, and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Gray: TypeAlias = "NDArray[np.uint8]"
    """Shades from 0 for black to 255 for white: rows from the top, pixels from the left."""

ScanKind = Literal["gray", "color", "one-bit"]
"""How many shades the scanner kept."""
RefusalReason = Literal[
    "not a scan", "damaged", "encrypted", "active content", "too many pages", "too many pixels", "too coarse"
]


@dataclass(frozen=True)
class ScanPage:
    """A page of a scan."""

    name: str
    """Its file, as it was named by whoever handed it in."""
    index: int
    """Its place in the file, counted from 0."""
    kind: ScanKind
    dpi: float
    """Dots per inch of the scan, in the direction that has fewer."""
    gray: Gray = field(repr=False, compare=False)
    """The picture, as it is displayed: turned as its file says."""
    pixels_per_inch: float
    """Those of the picture here."""
    is_fax: bool = False
    """Whether it has half as many rows as columns in an inch, as from a fax machine; the picture has twice as many."""


@dataclass(frozen=True)
class RefusedPage:
    """A page that is not read, or a whole file."""

    name: str
    index: int | None
    """The place of the page in the file, counted from 0; None where the file is refused from there on."""
    reason: RefusalReason
    message: str
    """Why, and what to do."""
