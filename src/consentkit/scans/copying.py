"""The pictures of scanned pages, taken out of their files as they are.

Guarantees: the pixels of a page stay as the scanner wrote them, in their own compression wherever PDF knows it and
without loss otherwise; only a page that is more than pictures, whose colours PDF/A does not take, or whose file no
other program opens, is drawn again, and says so. Nothing else is taken along: no text, form, script, attachment or
title, and nothing that a camera adds to a picture. Whoever hands in files of strangers runs this in a process with
limits.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from consentkit.pdf.file.geometry import Matrix
from consentkit.pdf.file.syntax import Ref, Value
from consentkit.scans.jpeg import only_picture
from consentkit.scans.page_pictures import DrawnPictures, NotOnlyPictures, pictures_of
from consentkit.scans.pages import is_pdf
from consentkit.scans.shades import ORIENTATION, on_paper

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_REDRAWN_DPI = 300
_MOST_REDRAWN = 40_000_000
"""Pixels of a page that is drawn again."""
_REDRAWN_QUALITY = 90
_TURNS = {1: 0, 3: 180, 6: 90, 8: 270}
"""Degrees clockwise by which a picture of a camera is to be turned, by the number that EXIF has for it."""
_SPACES: dict[str, Value] = {"L": b"/DeviceGray", "1": b"/DeviceGray", "RGB": b"/DeviceRGB"}


@dataclass(frozen=True)
class PictureStream:
    """A picture, or what belongs to one. References in its entries are places in `CopiedPage.streams`."""

    entries: dict[str, Value]
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class CopiedPage:
    """A page of a scan, ready to be written into another file."""

    box: tuple[float, float, float, float]
    """Its edges in points: left, bottom, right, top."""
    rotate: int
    """By how many degrees it is displayed turned clockwise, before anybody turns it upright."""
    drawings: tuple[tuple[Matrix, int], ...]
    """Each picture with its matrix, by its place in `streams`."""
    streams: tuple[PictureStream, ...]
    is_redrawn: bool = False
    """Whether it had to be drawn again."""


@dataclass(frozen=True)
class RequestedPage:
    """A page that is to be copied."""

    index: int
    """Its place in the file, counted from 0."""
    size: tuple[float, float]
    """Width and height in points, as it is displayed: that of a picture is not in its file."""


def copied_pages(data: bytes, requested: Sequence[RequestedPage]) -> list[CopiedPage]:
    """Copy pages of a PDF or a picture. Raises ValueError where the file can't be read any more."""
    if is_pdf(data):
        return _pages_of_pdf(data, requested)
    return [_page_of_picture(data, page) for page in requested]


# --- PDF ---


def _pages_of_pdf(data: bytes, requested: Sequence[RequestedPage]) -> list[CopiedPage]:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return [_page_of_pdf(pdf, data, page) for page in requested]
    except pikepdf.PdfError:
        return [_redrawn(data, page) for page in requested]


def _page_of_pdf(pdf: object, data: bytes, requested: RequestedPage) -> CopiedPage:
    try:
        drawn: DrawnPictures = pictures_of(pdf, requested.index)
    except (NotOnlyPictures, IndexError):
        return _redrawn(data, requested)
    streams = tuple(PictureStream(entries, content) for entries, content in drawn.streams)
    return CopiedPage(drawn.box, drawn.rotate, tuple(drawn.drawings), streams)


def _redrawn(data: bytes, requested: RequestedPage) -> CopiedPage:
    """A page as PDFium draws it, where it is more than pictures."""
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            if document.get_formtype():
                document.init_forms()
            page = document[requested.index]
            width, height = page.get_size()
            scale = min(_REDRAWN_DPI / 72, (_MOST_REDRAWN / (width * height)) ** 0.5)
            picture: Picture = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
    except (pypdfium2.PdfiumError, ZeroDivisionError) as error:
        raise ValueError("a scan can't be read again") from error
    shades = picture.convert("L")
    if _is_gray(picture, shades):
        picture = shades
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_REDRAWN_QUALITY)
    stream = PictureStream(_entries(picture, "DCTDecode"), written.getvalue())
    return _filled((width, height), 0, [stream], is_redrawn=True)


def _is_gray(picture: Picture, shades: Picture) -> bool:
    from PIL import ImageChops

    return ImageChops.difference(picture, shades.convert("RGB")).getbbox() is None


# --- pictures ---


def _page_of_picture(data: bytes, requested: RequestedPage) -> CopiedPage:
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF")) as picture:
            if requested.index:
                picture.seek(requested.index)
            orientation = picture.getexif().get(ORIENTATION, 1) or 1
            turn = _TURNS.get(orientation)
            size = requested.size if turn in (0, 180) else requested.size[::-1]
            is_jpeg = picture.format in ("JPEG", "MPO") and picture.mode in _SPACES
            if turn is not None and is_jpeg and (bare := _bare(data)):
                return _filled(size, turn, [PictureStream(_entries(picture, "DCTDecode"), bare)])
            plain: Picture = picture if turn is not None else ImageOps.exif_transpose(picture)
            stream = _packed(plain)
            return _filled(size if turn is not None else requested.size, turn or 0, [stream])
    except (OSError, SyntaxError, EOFError) as error:
        raise ValueError("a scan can't be read again") from error


def _bare(data: bytes) -> bytes | None:
    """A JPEG without what a camera adds to it; None where that can't be separated from the picture."""
    try:
        return only_picture(data)
    except ValueError:
        return None


def _packed(picture: Picture) -> PictureStream:
    """The pixels of a picture without loss: on white where it is transparent."""
    picture = on_paper(picture)
    if picture.mode not in _SPACES:
        picture = picture.convert("RGB")
    return PictureStream(_entries(picture, "FlateDecode"), zlib.compress(picture.tobytes(), 6))


def _entries(picture: Picture, compression: str) -> dict[str, Value]:
    return {
        "Type": b"/XObject",
        "Subtype": b"/Image",
        "Width": b"%d" % picture.width,
        "Height": b"%d" % picture.height,
        "ColorSpace": _SPACES[picture.mode],
        "BitsPerComponent": b"1" if picture.mode == "1" else b"8",
        "Filter": b"/" + compression.encode(),
    }


def _filled(
    size: tuple[float, float], rotate: int, streams: list[PictureStream], *, is_redrawn: bool = False
) -> CopiedPage:
    """A page that one picture fills."""
    width, height = size
    matrix = (width, 0.0, 0.0, height, 0.0, 0.0)
    return CopiedPage((0.0, 0.0, width, height), rotate, ((matrix, 0),), tuple(streams), is_redrawn)


def numbered(value: Value, numbers: Sequence[Ref]) -> Value:
    """A value whose references are places in a list, with the numbers that are there."""
    if isinstance(value, Ref):
        return numbers[value]
    if isinstance(value, list):
        return [numbered(item, numbers) for item in value]
    if isinstance(value, dict):
        return {key: numbered(item, numbers) for key, item in value.items()}
    return value
