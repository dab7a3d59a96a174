"""A picture of a clinic, in a form that can be printed.

Guarantees: it is a PNG or JPEG picture by its content, whole and of modest size; its data are in gray or sRGB with at
most 8 bits a channel, so that the document may claim PDF/A-2a (ISO 19005-2, 6.2.4.3 requires a matching output intent,
and ours is sRGB). A picture in other colours, such as CMYK for a printing press, is converted.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from consentkit.errors import InvalidInput
from consentkit.problems import Problem
from consentkit.reading.files import read_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_PICTURE = 2 * 1024 * 1024
"""The most bytes of a picture file."""
WIDEST_PICTURE = 4000
"""The most pixels of a picture's longer side; printed at 600 dpi that is 17 cm."""

_GRAY = {"1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "I;16N", "F"}
_PLAIN = {"PNG": {"1", "P", "L", "LA", "RGB", "RGBA"}, "JPEG": {"L", "RGB"}}
"""Pillow's modes of pictures that the page engine uses unchanged."""
_BIT_DEPTH = 24
"""The byte of a PNG file that states how many bits a channel has (its first chunk is IHDR, of fixed form)."""
_BASELINE_TO_PROGRESSIVE = {0xC0, 0xC1, 0xC2}
"""The JPEG processes that PDF viewers must support (ISO 32000-1, 7.4.8); arithmetic coding and lossless are others."""
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""The markers that begin a frame of a JPEG file (ITU-T T.81, table B.1)."""
_QUALITY = 92


class Picture(NamedTuple):
    """A picture file that has been checked, ready to be printed."""

    data: bytes
    media_type: str
    width: int
    height: int
    digest: str
    """The SHA-256 of the file as the clinic keeps it: what is approved does not depend on how it was converted."""


def read_picture(path: Path, data: bytes | None = None) -> Picture:
    """Read a PNG or JPEG picture, judged by its content: `data`, or else what the file holds.

    Raises InvalidInput or FileAccess.
    """
    from PIL import Image, UnidentifiedImageError  # costs start-up time, and few clinics have a logo

    data = read_bytes(path, LARGEST_PICTURE) if data is None else data
    try:
        with warnings.catch_warnings(), _whole_pictures_only():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is checked below
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
                kind = "PNG" if image.format == "PNG" else "JPEG"  # MPO is JPEG: two pictures, as some cameras write it
                width, height = image.size
                if max(width, height) <= WIDEST_PICTURE:
                    image.load()  # `verify` passes a JPEG that breaks off
                    printed = data if _is_plain(image, kind, data) else _converted(image, kind)
    except Image.DecompressionBombError:
        raise _unusable(path, f"is far too large; at most {WIDEST_PICTURE} pixels on each side are allowed") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _unusable(path, "is not a PNG or JPEG picture, or is damaged; save it again as one of these") from None
    if max(width, height) > WIDEST_PICTURE:
        raise _unusable(path, f"is {width} by {height} pixels; at most {WIDEST_PICTURE} on each side are allowed")
    return Picture(printed, f"image/{kind.lower()}", width, height, hashlib.sha256(data).hexdigest())


def _is_plain(image: Image, kind: str, data: bytes) -> bool:
    """Whether a picture can be printed as it is: in gray or sRGB, with 8 bits a channel at most."""
    if image.mode not in _PLAIN[kind] or image.info.get("icc_profile"):
        return False
    return data[_BIT_DEPTH] <= 8 if kind == "PNG" else _process(data) in _BASELINE_TO_PROGRESSIVE


def _process(data: bytes) -> int | None:
    """The marker of a JPEG's frame, which states by which process it was coded."""
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker in _FRAMES:
            return marker
        is_filler = marker == 0xFF
        position += 1 if is_filler else 2 + int.from_bytes(data[position + 2 : position + 4])
    return None


def _converted(image: Image, kind: str) -> bytes:
    """The same picture in gray or sRGB with 8 bits a channel."""
    stream = io.BytesIO()
    plain = _plain(image, kind)
    if kind == "PNG":
        plain.save(stream, "PNG", icc_profile=None)
    else:
        plain.save(stream, "JPEG", quality=_QUALITY, subsampling=0, icc_profile=None)
    return stream.getvalue()


def _plain(image: Image, kind: str) -> Image:
    if profiled := _by_its_profile(image):
        return profiled
    if image.mode.startswith("I") or image.mode == "F":  # Pillow's own conversion cuts off what is above 255
        return image.convert("I").point(lambda level: level / 257).convert("L")
    if image.mode in _PLAIN[kind] and image.mode != "P":
        return image.copy()
    has_alpha = kind == "PNG" and image.has_transparency_data
    return image.convert("L" if image.mode in _GRAY else "RGBA" if has_alpha else "RGB")


def _by_its_profile(image: Image) -> Image | None:
    """The picture in sRGB by its own colour profile; None where that does not match the picture, or is damaged."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK"}:
        return None
    srgb = ImageCms.createProfile("sRGB")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    try:
        colours = image.convert("RGB") if alpha else image
        converted = ImageCms.profileToProfile(colours, io.BytesIO(profile), srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    if converted is not None and alpha:
        converted.putalpha(alpha)
    return converted


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """Refuse pictures that break off. WeasyPrint, once loaded, makes Pillow accept them everywhere."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _unusable(path: Path, message: str) -> InvalidInput:
    return InvalidInput([Problem(str(path), None, None, "", message)])
