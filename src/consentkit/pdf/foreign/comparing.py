"""The original of a foreign file and the rewritten file, compared page by page.

Guarantees: no character that pypdf or PDFium reads on a page of the original is missing from the new page; and the page
as it would be printed looks the same. Both read the original from its bytes, so a mistake in how qpdf, or this package,
reads or writes a file is detected here.
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
from consentkit.pdf.foreign.rendering import Rendered, count_characters

_TOLERANCE = 40
"""Steps of 256 by which a pixel may be darker or lighter than all pixels around the same place in the other picture.

A pixel is a point, 1/72 inch. If a page or a field was turned, scaled or moved, rounding may put an edge into the next
pixel, or draw it a little softer. A missing comma in 9 points makes a difference of 150; a missing hairline of a
quarter point, about the thinnest that a printer can draw, one of 60.
"""


_BEYOND = [255 if value > _TOLERANCE else 0 for value in range(256)] * 3


def require_same(
    before: bytes, comparable: bytes, after: bytes, sizes: Sequence[tuple[float, float]], annotated: Set[int]
) -> None:
    """Raise Refused if a page has lost something.

    `comparable` is the original without what is left out on purpose (icons of notes, which viewers draw each in their
    own way) and with the fields that were drawn again; the pages `annotated`, counted from 1, may look like it instead.
    """
    with _opened(before) as old, _opened(comparable) as old_comparable, _opened(after) as new:
        if not len(old) == len(new) == len(sizes):
            raise Refused([DAMAGED])
        changed = [*_pages_that_lost_characters(before, after, old, new)]
        changed += [
            number
            for number, (width, _) in enumerate(sizes, 1)
            if not _looks_same(old, new, number - 1, width)
            and not (number in annotated and _looks_same(old_comparable, new, number - 1, width))
        ]
    if changed:
        raise Refused([f"page {min(changed)} would change on its way into a packet; {REMEDY}"])


def require_same_characters(before: bytes, after: bytes) -> None:
    """Raise Refused if a page has other characters than before."""
    with _opened(before) as old, _opened(after) as new:
        if len(old) != len(new) or any(old.characters(index) != new.characters(index) for index in range(len(old))):
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
    return _has_more(first, second) or _has_more(second, first)


def _has_more(picture: Image.Image, other: Image.Image) -> bool:
    """Whether a pixel of a picture is darker or lighter than all pixels around the same place in the other one."""
    darker = ImageChops.subtract(other.filter(ImageFilter.MinFilter(3)), picture)
    lighter = ImageChops.subtract(picture, other.filter(ImageFilter.MaxFilter(3)))
    return any(change.point(_BEYOND).getbbox() is not None for change in (darker, lighter))


def _pages_that_lost_characters(before: bytes, after: bytes, old: Rendered, new: Rendered) -> Iterator[int]:
    readers = [pypdf.PdfReader(io.BytesIO(pdf), strict=False) for pdf in (before, after)]
    if len(readers[0].pages) != len(new):
        raise Refused([DAMAGED])
    for index in range(len(new)):
        original, rewritten = (reader.pages[index] for reader in readers)
        _require_no_lost_drawing(original)
        in_new_page = count_characters(rewritten.extract_text())
        if old.characters(index) - new.characters(index) or _characters(original) - in_new_page:
            yield index + 1


def _characters(page: pypdf.PageObject) -> Counter[str]:
    """The characters of a page; none if pypdf can't read it: PDFium reads it, too."""
    with suppress(Exception):
        return count_characters(page.extract_text())
    return Counter()


def _require_no_lost_drawing(page: pypdf.PageObject) -> None:
    """Raise Refused if a page refers to a content stream that does not exist, which qpdf treats as a blank page."""
    if "/Contents" in page and not isinstance(page["/Contents"], StreamObject | ArrayObject):
        raise Refused([DAMAGED])
