"""What went into a rewritten file and what came out of it, compared page by page.

Guarantees: no letter that pypdf or PDFium reads on a page of the original is missing from the new page; and the page
as it would be printed looks the same. Both read the original from its bytes, so a mistake in how qpdf, or this package,
reads or writes a file is seen here.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress

import pypdf
import pypdfium2
from PIL import Image, ImageChops, ImageFilter
from pypdf.generic import ArrayObject, StreamObject

from consentkit.pdf.foreign.judging import DAMAGED, REMEDY, Refused
from consentkit.pdf.foreign.rendering import Rendered, letters_of

_TOLERANCE = 40
"""Steps of 256 by which a pixel may be darker or lighter than all those around its place in the other picture.

A pixel is a point, 1/72 inch. Where a page or a field was turned, scaled or moved, rounding may put an edge into the
next pixel, or draw it a little softer. A comma in 9 points makes 150; a hairline of a quarter point, which is drawn as
thin as a printer can, makes 60; neither is anywhere near in the other picture.
"""


_BEYOND = [255 if value > _TOLERANCE else 0 for value in range(256)] * 3


def require_same(
    before: bytes, explained: bytes, after: bytes, sizes: Sequence[tuple[float, float]], noted: Set[int]
) -> None:
    """Raise Refused where a page has lost something.

    `explained` is the original without what is left out on purpose (signs of notes, which viewers draw each in their
    own way) and with the fields that were drawn again; it stands in on the pages `noted`, counted from 1.
    """
    with _opened(before) as old, _opened(explained) as old_explained, _opened(after) as new:
        if not len(old) == len(new) == len(sizes):
            raise Refused([DAMAGED])
        lost = [*_pages_that_lost_letters(before, after, old, new)]
        lost += [
            number
            for number, (width, _) in enumerate(sizes, 1)
            if not _looks_same(old, new, number - 1, width)
            and not (number in noted and _looks_same(old_explained, new, number - 1, width))
        ]
    if lost:
        raise Refused([f"page {min(lost)} would not come out as it went in; {REMEDY}"])


def require_same_letters(before: bytes, after: bytes) -> None:
    """Raise Refused where a page has other letters than before."""
    with _opened(before) as old, _opened(after) as new:
        if len(old) != len(new) or any(old.letters(index) != new.letters(index) for index in range(len(old))):
            raise Refused([DAMAGED])


@contextmanager
def _opened(pdf: bytes) -> Iterator[Rendered]:
    try:
        with Rendered(pdf) as rendered:
            yield rendered
    except pypdfium2.PdfiumError as error:
        raise Refused([DAMAGED]) from error


def _looks_same(old: Rendered, new: Rendered, index: int, width: float) -> bool:
    pictures = old.picture(index, width), new.picture(index, width)
    if any(abs(first - second) > 1 for first, second in zip(*(picture.size for picture in pictures), strict=True)):
        return False
    common = min(picture.width for picture in pictures), min(picture.height for picture in pictures)
    return not _differ(*(picture.crop((0, 0, *common)) for picture in pictures))


def _differ(first: Image.Image, second: Image.Image) -> bool:
    if ImageChops.difference(first, second).getbbox() is None:
        return False
    return _leaves(first, second) or _leaves(second, first)


def _leaves(picture: Image.Image, other: Image.Image) -> bool:
    """Whether a pixel of a picture is darker or lighter than all around its place in the other one."""
    darker = ImageChops.subtract(other.filter(ImageFilter.MinFilter(3)), picture)
    lighter = ImageChops.subtract(picture, other.filter(ImageFilter.MaxFilter(3)))
    return any(change.point(_BEYOND).getbbox() is not None for change in (darker, lighter))


def _pages_that_lost_letters(before: bytes, after: bytes, old: Rendered, new: Rendered) -> Iterator[int]:
    readers = [pypdf.PdfReader(io.BytesIO(pdf), strict=False) for pdf in (before, after)]
    if len(readers[0].pages) != len(new):
        raise Refused([DAMAGED])
    for index in range(len(new)):
        original, rewritten = (reader.pages[index] for reader in readers)
        _require_no_lost_drawing(original)
        written = letters_of(rewritten.extract_text())
        if old.letters(index) - new.letters(index) or _read(original) - written:
            yield index + 1


def _read(page: pypdf.PageObject) -> Counter[str]:
    """The letters of a page; none where pypdf can't read it: PDFium reads it, too."""
    with suppress(Exception):
        return letters_of(page.extract_text())
    return Counter()


def _require_no_lost_drawing(page: pypdf.PageObject) -> None:
    """Raise Refused where a page refers to a drawing that is not there, which qpdf takes for a blank page."""
    if "/Contents" in page and not isinstance(page["/Contents"], StreamObject | ArrayObject):
        raise Refused([DAMAGED])
