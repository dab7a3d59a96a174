"""The page of a part as it was printed, without anything of a patient: what a scan is compared with.

Guarantees: it is drawn from the part that was kept, so that it is the print of that day; the pictures of the last pages
are kept for the next scans, and no more than those. It can be loaded without NumPy: the front desk begins without it.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from consentkit.pdf.part import Corners

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from consentkit.scans.page import Gray

DPI = 200
"""Dots per inch at which scans and references are compared."""
MM = DPI / 25.4
"""Pixels of a millimetre."""
_POINT = DPI / 72
"""Pixels of a point."""
_MOST_KEPT = 48
"""Pictures that are kept, of 4 MB each."""


@dataclass(frozen=True)
class PixelBox:
    """A rectangle in pixels: from the left and from the top of a page."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, sideways: float, up: float, down: float) -> PixelBox:
        """Larger by that many millimetres on both sides, above and below."""
        across = sideways * MM
        return PixelBox(self.left - across, self.top - up * MM, self.right + across, self.bottom + down * MM)

    def slices(self, gray: NDArray[Any]) -> tuple[slice, slice]:
        """Its rows and columns, as far as they are in a picture."""
        rows, columns = gray.shape[:2]
        return (
            slice(min(rows, max(0, round(self.top))), max(0, min(rows, round(self.bottom)))),
            slice(min(columns, max(0, round(self.left))), max(0, min(columns, round(self.right)))),
        )


def box_of(corners: Corners, height: float) -> PixelBox:
    """The pixels of a place on a page that is that many points high."""
    left, bottom, right, top = corners
    return PixelBox(left * _POINT, (height - top) * _POINT, right * _POINT, (height - bottom) * _POINT)


class References:
    """Pictures of pages of parts."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], Gray] = OrderedDict()

    def page(self, digest: str, pdf: bytes, page: int) -> Gray:
        """A page of a part, counted from 0. Raises ValueError where it can't be drawn."""
        key = (digest, page)
        if key not in self._kept:
            self._kept[key] = _drawn(pdf, page)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _drawn(pdf: bytes, page: int) -> Gray:
    import numpy as np
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(pdf)) as document:
            if not 0 <= page < len(document):
                raise ValueError("the part has no such page")
            with closing(document[page]) as opened:
                pixels = opened.render(scale=_POINT, grayscale=True).to_numpy()
                gray = pixels[:, :, 0] if pixels.ndim == 3 else pixels
                return np.array(gray, np.uint8)  # a copy: the bitmap's memory ends with it
    except pypdfium2.PdfiumError as error:
        raise ValueError("the part can't be drawn") from error
