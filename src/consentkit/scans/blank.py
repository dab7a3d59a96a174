"""Whether a page is empty, such as the back of a sheet that was printed on one side.

Guarantees: what shows through from the other side, punch holes and the shadow of an edge are not taken for content; a
page with a line of writing is not empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from consentkit.scans import pixels

if TYPE_CHECKING:
    from consentkit.scans.page import Gray

_DPI = 100
"""Dots per inch that are enough to see whether there is anything."""
_EDGE = 12.0
"""Millimetres from the edge that are not looked at: holes, shadows and folded corners are there."""
_DARK = 0.6
"""The share of the brightness of the paper below which there is something; what shows through is brighter."""
_MOST = 12.0
"""Square millimetres of it that an empty page may have: some dirt. A word in 12 points has 10, a line of them 60."""


def is_blank(gray: Gray, per_inch: float) -> bool:
    """Whether nothing is on a page."""
    small = pixels.resized(gray, min(1.0, _DPI / per_inch))
    dpi = min(per_inch, _DPI)
    edge = round(_EDGE * dpi / 25.4)
    inner = small[edge:-edge, edge:-edge]
    if not inner.size:
        return False
    paper = float(np.percentile(inner, 80))
    dark = int((inner < _DARK * paper).sum())
    return dark * (25.4 / dpi) ** 2 <= _MOST
