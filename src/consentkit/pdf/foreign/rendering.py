"""Pages as PDFium draws and reads them: an engine that shares no code with those that read and write them here.

Guarantees: what is drawn is what would be printed, including annotations; no script is run, since this build of PDFium
has no engine for them.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from types import TracebackType
from typing import Any

import pypdfium2
from PIL import Image

_VISIBLE = 12
"""Steps of 256 by which a pixel must differ from white paper to count as ink."""


class Rendered:
    """A file, opened by PDFium. Raises PdfiumError if PDFium can't open it."""

    def __init__(self, pdf: bytes) -> None:
        self._file = pypdfium2.PdfDocument(pdf)
        if self._file.get_formtype():
            self._file.init_forms()  # without this, no field is drawn

    def __enter__(self) -> Rendered:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._file)

    def size(self, index: int) -> tuple[float, float]:
        """Width and height of a page in points, as it is shown."""
        width, height = self._file.get_page_size(index)
        return float(width), float(height)

    def picture(self, index: int, width: float) -> Image.Image:
        """A page as it would be printed, `width` pixels wide."""
        page = self._file[index]
        try:
            bitmap = page.render(scale=width / page.get_width(), optimize_mode="print", rev_byteorder=True)
            picture: Any = bitmap.to_pil().convert("RGB")
            return picture  # type: ignore[no-any-return]
        finally:
            page.close()

    def characters(self, index: int) -> Counter[str]:
        """How often each visible character occurs on a page, wherever it is."""
        page = self._file[index]
        text = page.get_textpage()
        try:
            return count_characters(text.get_text_range())
        finally:
            text.close()
            page.close()

    def text_within(self, index: int) -> str:
        """The text within the edges of a page."""
        page = self._file[index]
        text = page.get_textpage()
        try:
            return text.get_text_bounded()  # type: ignore[no-any-return]
        finally:
            text.close()
            page.close()


def count_characters(text: str) -> Counter[str]:
    """How often each visible character occurs in a text. Spaces and control characters do not count.

    Programs separate words differently, and may convert presentation forms into letters; neither loses anything.
    """
    plain = unicodedata.normalize("NFKC", text)
    return Counter(char for char in plain if unicodedata.category(char)[0] not in "ZC")


def ink_box(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """The smallest box around everything that is not white, in pixels from the upper left corner; None if blank."""
    grey = picture.convert("L").point([255 if value < 256 - _VISIBLE else 0 for value in range(256)])
    return grey.getbbox()
