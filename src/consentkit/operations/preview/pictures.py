"""Pictures of the pages of a paper, for a browser.

Guarantees: any number of threads may ask; nothing is kept, in memory or on a disk: to draw a page takes some 30 ms.
"""

from __future__ import annotations

import io
import threading

from PIL import Image

from consentkit.pdf.foreign.rendering import Rendered
from consentkit.processes.forking import no_fork

WIDTHS = (900, 1800)
"""The widths in pixels that there are: one for most screens, one for fine ones and a page that is enlarged."""
_pdfium = threading.Lock()
"""PDFium has no locks of its own. Whatever else calls it does so in a child process."""


class PagePictures:
    """The pages of one file."""

    def __init__(self, pdf: bytes) -> None:
        self._pdf = pdf
        with _pdfium, no_fork(), Rendered(pdf) as rendered:
            self.sizes = tuple(rendered.size(index) for index in range(len(rendered)))
            """Width and height of each page in points."""

    def __repr__(self) -> str:
        return f"<PagePictures of {len(self.sizes)} pages>"

    def png(self, number: int, width: int) -> bytes | None:
        """A page, counted from 1, in one of the widths; None where there is no such page or width."""
        if width not in WIDTHS or not 1 <= number <= len(self.sizes):
            return None
        with _pdfium, no_fork(), Rendered(self._pdf) as rendered:
            drawn = rendered.picture(number - 1, width)
        return _as_png(drawn)


def all_pictures(pdf: bytes, width: int) -> list[bytes]:
    """All pages of a file, in a process in which nobody else draws."""
    with Rendered(pdf) as rendered:
        return [_as_png(rendered.picture(index, width)) for index in range(len(rendered))]


def _as_png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)  # it is sent within this computer: quick counts, not small
    return stream.getvalue()
