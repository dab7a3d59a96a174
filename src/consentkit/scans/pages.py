"""The pages of what a scanner or a camera made, one by one.

Guarantees: a file can be anything, and raises nothing: what can't be read becomes a refusal with the reason; how many
pixels a picture has is known before it is decoded, and only one page is in memory at a time. A PDF with anything in it
that acts is refused. Whoever hands in files of strangers runs this in a process with limits, since the decoders are not
ours (`processes.limits`).
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from consentkit.scans.page import RefusalReason, RefusedPage, ScanKind, ScanPage
from consentkit.scans.shades import ORIENTATION, shades_of

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

    from consentkit.scans.page import Gray

MOST_PAGES = 2000
"""The most pages of a file: four hours of a scanner in an office."""
MOST_PIXELS = 80_000_000
"""The most pixels of a page: a sheet of A3 at 600 dots per inch has 70 million."""
LEAST_DPI = 140
"""Dots per inch below which nothing is read: at 100, 4 of 30 codes could be, and a thin pen leaves too little."""
_MOST_DPI = 300
"""Dots per inch of the picture that is looked at: more shows nothing more, and costs memory."""
_DRAWN_DPI = 200
"""Dots per inch in which a page is drawn that has no picture, such as one that was filled in on a screen."""
_FAX_LEAST = 90
"""Dots per inch from the top to the bottom of a fax (204 by 98, ITU-T T.4)."""
_FAX_RATIO = 1.6
"""How many times as many dots per inch a fax has across as down: 2.08, or 1.04 in its fine resolution."""
_SHARE_OF_PAGE = 0.1
"""The share of a page from which on a picture counts as a scan: others are signs or logos."""
_LONGEST, _SHORTEST = 17.5, 5.0
"""Inches of the longer side of a sheet. What claims to be larger or smaller was photographed, and is taken for A4."""
_A4 = 11.69
"""Inches of its longer side."""
_FORMATS = ("PNG", "JPEG", "TIFF")
_PDF = b"%PDF-"
_WHERE_PDF_BEGINS = 1024
"""Bytes in which a PDF must begin, as programs that display it have it."""


def scan_pages(name: str, data: bytes, only: Collection[int] | None = None) -> Iterator[ScanPage | RefusedPage]:
    """The pages of a PDF or a picture in their order; `only` names the only ones to read, counted from 0."""
    read = _pdf_pages if is_pdf(data) else _picture_pages
    yield from read(name, data, only)


def count_pages(name: str, data: bytes) -> int | RefusedPage:
    """How many pages a file has, at most one more than `MOST_PAGES`; or why none of them is read."""
    opened = _opened_pdf(name, data) if is_pdf(data) else _opened_picture(name, data)
    if isinstance(opened, RefusedPage):
        return opened
    with closing(opened):
        return min(len(opened), MOST_PAGES + 1) if is_pdf(data) else _count_frames(opened)


def is_pdf(data: bytes) -> bool:
    """Whether a file is a PDF, and else a picture: as viewers do, behind whatever may precede its beginning."""
    return _PDF in data[:_WHERE_PDF_BEGINS]


@dataclass(frozen=True)
class _Resolution:
    """Dots per inch of a picture."""

    across: float
    down: float

    @property
    def is_fax(self) -> bool:
        return self.across > _FAX_RATIO * self.down >= _FAX_RATIO * _FAX_LEAST

    @property
    def is_enough(self) -> bool:
        return self.is_fax or min(self.across, self.down) >= LEAST_DPI

    @property
    def least(self) -> float:
        return min(self.across, self.down)


def _refused(name: str, index: int | None, reason: RefusalReason, message: str) -> RefusedPage:
    return RefusedPage(name, index, reason, message)


def _too_coarse(name: str, index: int, resolution: _Resolution) -> RefusedPage:
    coarse = f"it has {resolution.least:.0f} dots per inch, and {LEAST_DPI} are needed"
    return _refused(name, index, "too coarse", f"{coarse}: scan it again in gray at 200")


def _broken_off(name: str, index: int) -> RefusedPage:
    return _refused(name, index, "damaged", "it breaks off: scan it again")


def _too_many_pixels(name: str, index: int | None) -> RefusedPage:
    message = f"it has more than {MOST_PIXELS // 1_000_000} million pixels: scan it again in gray at 200 dots per inch"
    return _refused(name, index, "too many pixels", message)


def _too_many_pages(name: str) -> RefusedPage:
    return _refused(name, None, "too many pages", f"the file has more than {MOST_PAGES:,} pages: scan fewer at a time")


# --- pictures ---


def _picture_pages(name: str, data: bytes, only: Collection[int] | None) -> Iterator[ScanPage | RefusedPage]:
    picture = _opened_picture(name, data)
    if isinstance(picture, RefusedPage):
        yield picture
        return
    with closing(picture):
        count = _count_frames(picture)
        if count > MOST_PAGES:
            yield _too_many_pages(name)
            return
        for index in range(count):
            if only is None or index in only:
                yield _picture_page(name, index, picture) if _turn_to(picture, index) else _broken_off(name, index)


def _opened_picture(name: str, data: bytes) -> Any | RefusedPage:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many pixels, which are counted here
            return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError:
        return _too_many_pixels(name, None)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        message = "it is no PDF and no picture that can be read: hand in PDF, PNG, JPEG or TIFF"
        return _refused(name, None, "not a scan", message)


def _count_frames(picture: Picture) -> int:
    """How many pictures a file has, one more than `MOST_PAGES` at most; those after a fault are left out."""
    if picture.format != "TIFF":  # the further pictures of a camera's file are smaller copies
        return 1
    return next((index for index in range(1, MOST_PAGES + 1) if not _turn_to(picture, index)), MOST_PAGES + 1)


def _turn_to(picture: Picture, index: int) -> bool:
    """Make one picture of a file the current one; False where it is not there, or is damaged.

    After that, Pillow is in the middle of the damaged one, so whoever reads a page turns to it first.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged properties
            picture.seek(index)
    except (EOFError, LookupError, OSError, SyntaxError, TypeError, ValueError, struct.error):  # what `open` catches
        return False
    return True


def _picture_page(name: str, index: int, picture: Picture) -> ScanPage | RefusedPage:
    from PIL import Image

    if picture.width * picture.height > MOST_PIXELS:
        return _too_many_pixels(name, index)
    resolution = _resolution_of(picture)
    if not resolution.is_enough:
        return _too_coarse(name, index, resolution)
    kind = _kind_of(picture)
    try:
        gray = _upright(picture, shades_of(picture))
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return _broken_off(name, index)
    across, down = resolution.across, resolution.down
    scale = min(1.0, _MOST_DPI / max(across, down))
    most = max(across, down) * scale
    size = max(1, round(gray.width * most / across)), max(1, round(gray.height * most / down))
    if size != gray.size:
        resampling = Image.Resampling.BILINEAR if scale == 1 else Image.Resampling.BOX
        gray = gray.resize(size, resampling)
    pixels = _array(gray)
    kind = "one-bit" if kind == "gray" and _has_two_shades(gray) else kind
    return ScanPage(name, index, kind, resolution.least, pixels, most, resolution.is_fax)


def _resolution_of(picture: Picture) -> _Resolution:
    """Dots per inch as the file has them, where that makes a sheet of paper of it; else as if it were one of A4."""
    stated = picture.info.get("dpi")
    longer = max(picture.size)
    try:
        across, down = (float(value) for value in stated) if stated else (0.0, 0.0)
    except (TypeError, ValueError, ZeroDivisionError):
        across = down = 0.0
    if min(across, down) > 0:
        sides = picture.width / across, picture.height / down
        if _SHORTEST <= max(sides) <= _LONGEST:
            return _Resolution(across, down)
    return _Resolution(longer / _A4, longer / _A4)


def _kind_of(picture: Picture) -> ScanKind:
    if picture.mode == "1":
        return "one-bit"
    return "gray" if picture.mode in ("L", "LA", "I", "F") or picture.mode.startswith("I;") else "color"


def _upright(picture: Picture, gray: Picture) -> Picture:
    """The shades, turned as a camera says that the picture is to be displayed."""
    from PIL import ImageOps

    turned = picture.getexif().get(ORIENTATION, 1) if hasattr(picture, "getexif") else 1
    if turned == 1:
        return gray
    exif = gray.getexif()
    exif[ORIENTATION] = turned
    return ImageOps.exif_transpose(gray)


def _has_two_shades(gray: Picture) -> bool:
    """Whether a picture is black and white, in whatever way it is kept."""
    counts = gray.histogram()
    return counts[0] + counts[255] == sum(counts)


def _array(gray: Picture) -> Gray:
    import numpy as np

    return np.array(gray, np.uint8)


# --- PDF ---


def _pdf_pages(name: str, data: bytes, only: Collection[int] | None) -> Iterator[ScanPage | RefusedPage]:
    document = _opened_pdf(name, data)
    if isinstance(document, RefusedPage):
        yield document
        return
    with closing(document):
        if len(document) > MOST_PAGES:
            yield _too_many_pages(name)
            return
        for index in range(len(document)):
            if only is None or index in only:
                yield _pdf_page(name, index, document)


def _opened_pdf(name: str, data: bytes) -> Any | RefusedPage:
    import pypdfium2

    if refused := _unfit(name, data):
        return refused
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return _damaged(name, None)
    if document.get_formtype():
        document.init_forms()  # without this, no field is drawn
    return document


def _unfit(name: str, data: bytes) -> RefusedPage | None:
    """Why nothing of a PDF is looked at; None where it is."""
    import pikepdf

    from consentkit.pdf.foreign.judging import ENCRYPTED, Refused, active_content

    try:
        acting = active_content(data)
    except Refused as error:
        if error.findings == [ENCRYPTED]:
            return _refused(name, None, "encrypted", "the file is protected by a password: save it without protection")
        return _damaged(name, None)
    except (pikepdf.PdfError, ValueError):
        return _damaged(name, None)
    if acting:
        message = f"the file has more in it than pages ({acting[0]}): print it to a new PDF file, and hand in that"
        return _refused(name, None, "active content", message)
    return None


def _damaged(name: str, index: int | None) -> RefusedPage:
    what = "the file is damaged" if index is None else "it can't be drawn, since its file is damaged"
    return _refused(name, index, "damaged", f"{what}: scan it again")


@dataclass(frozen=True)
class _PlacedPicture:
    """A picture on a page of a PDF."""

    pixels: int
    bits: int
    resolution: _Resolution
    share: float
    """The share of the page that it covers."""


def _pdf_page(name: str, index: int, document: Any) -> ScanPage | RefusedPage:
    import pypdfium2

    try:
        page = document[index]
        with closing(page):
            pictures = _pictures_on(page)
            if sum(picture.pixels for picture in pictures) > MOST_PIXELS:
                return _too_many_pixels(name, index)
            scans = [picture for picture in pictures if picture.share >= _SHARE_OF_PAGE]
            resolution = max((scan.resolution for scan in scans), key=lambda one: one.least, default=_AS_DRAWN)
            resolution = _of_a_sheet(resolution, page)
            if not resolution.is_enough:
                return _too_coarse(name, index, resolution)
            per_inch = min(_MOST_DPI, max(resolution.across, resolution.down))
            gray, per_inch = _drawn(page, per_inch)
    except (pypdfium2.PdfiumError, ValueError, ZeroDivisionError, MemoryError):
        return _damaged(name, index)
    return ScanPage(name, index, _kind_of_scans(scans), resolution.least, gray, per_inch, resolution.is_fax)


_AS_DRAWN = _Resolution(_DRAWN_DPI, _DRAWN_DPI)


def _of_a_sheet(resolution: _Resolution, page: Any) -> _Resolution:
    """The dots per inch of paper: a page that is larger or smaller than any sheet is taken for a photograph of A4."""
    longer = max(page.get_size()) / 72
    if _SHORTEST <= longer <= _LONGEST:
        return resolution
    enlarged = longer / _A4
    return _Resolution(resolution.across * enlarged, resolution.down * enlarged)


def _drawn(page: Any, per_inch: float) -> tuple[Gray, float]:
    """A page in shades of gray, with that many pixels to an inch of paper; and how many there are."""
    import numpy as np

    width, height = page.get_size()
    longer = max(width, height) / 72
    sheet = longer if _SHORTEST <= longer <= _LONGEST else _A4
    scale = per_inch * sheet / max(width, height)
    scale = min(scale, (MOST_PIXELS / (width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    pixels = bitmap.to_numpy()
    gray = np.ascontiguousarray(pixels[:, :, 0] if pixels.ndim == 3 else pixels)
    return gray, scale * max(width, height) / sheet


def _pictures_on(page: Any) -> list[_PlacedPicture]:
    """The pictures of a page; none of them is decoded for this."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    pictures = []
    for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        columns, rows = picture.get_px_size()
        left, bottom, right, top = picture.get_bounds()
        wide, high = (right - left) / 72, (top - bottom) / 72
        if min(wide, high) <= 0:
            continue
        share = 72 * 72 * wide * high / (width * height)
        turned = (columns > rows) != (wide > high) and page.get_rotation() % 180 != 0
        across, down = (high, wide) if turned else (wide, high)
        pictures.append(
            _PlacedPicture(columns * rows, _bits(picture), _Resolution(columns / across, rows / down), share)
        )
    return pictures


def _bits(picture: Any) -> int:
    """Bits of a pixel; 0 where that is not known."""
    import pypdfium2

    try:
        return int(picture.get_metadata().bits_per_pixel)
    except pypdfium2.PdfiumError:
        return 0


def _kind_of_scans(scans: Collection[_PlacedPicture]) -> ScanKind:
    most = max((scan.bits for scan in scans), default=8)
    return "one-bit" if most == 1 else "gray" if most <= 8 else "color"
