"""Pages as PDFium draws and reads them: an engine that shares no code with what reads and writes them here.

Guarantees: what is drawn is what would be printed, annotations too; no script is run, since this build of PDFium has no
engine for them.
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
    """A file, opened by PDFium. Raises PdfiumError where PDFium can't open it."""

    def __init__(self, pdf: bytes) -> None:
        self._file = pypdfium2.PdfDocument(pdf)
        if self._file.get_formtype():
            self._file.init_forms()  # without it no field is drawn

    def __enter__(self) -> Rendered:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._file)

    def picture(self, index: int, width: float) -> Image.Image:
        """A page as it would be printed, so many pixels wide."""
        page = self._file[index]
        try:
            bitmap = page.render(scale=width / page.get_width(), optimize_mode="print", rev_byteorder=True)
            picture: Any = bitmap.to_pil().convert("RGB")
            return picture  # type: ignore[no-any-return]
        finally:
            page.close()

    def letters(self, index: int) -> Counter[str]:
        """How often each letter, digit and sign occurs on a page, wherever it is."""
        page = self._file[index]
        text = page.get_textpage()
        try:
            return letters_of(text.get_text_range())
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


def letters_of(text: str) -> Counter[str]:
    """How often each letter, digit and sign occurs in a text. Spaces and what is unseen do not count.

    Programs part words differently, and turn presentation forms into letters or do not; neither loses anything.
    """
    plain = unicodedata.normalize("NFKC", text)
    return Counter(char for char in plain if unicodedata.category(char)[0] not in "ZC")


def ink_box(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """The smallest box, in pixels from the upper left corner, that holds all that is not white; None for a blank."""
    grey = picture.convert("L").point([255 if value < 256 - _VISIBLE else 0 for value in range(256)])
    return grey.getbbox()
