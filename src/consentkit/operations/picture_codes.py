"""What the square codes in a picture of a page say.

Guarantees: the picture is only looked at; without the library that reads codes, the error says how to install it.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.problems import Problem
from consentkit.reading.files import read_bytes

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_LARGEST_PICTURE = 64 * 1024 * 1024
_MOST_PIXELS = 200_000_000
_ENOUGH = (6000, 6000)
"""As many pixels as show the codes of a page, in a photo too: larger pictures are read at a smaller size."""


def codes_in(path: Path) -> list[str]:
    """The texts of the codes in a PNG or JPEG picture. Raises WrongUse where they can't be read here at all.

    Raises FileAccess or InvalidInput where the file is no picture, or one without a code.
    """
    data = read_bytes(path, _LARGEST_PICTURE)
    try:
        import zxingcpp
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        message = "reading codes from a picture needs a library: pip install 'consentkit[trace]'"
        raise WrongUse(message) from None
    try:
        picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if picture.width * picture.height > _MOST_PIXELS:
            raise _unfit(path, "has too many pixels; make it smaller")
        picture.draft("L", _ENOUGH)
        codes = zxingcpp.read_barcodes(_in_grey(picture))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise _unfit(path, "is no PNG or JPEG picture that can be read") from error
    if not codes:
        raise _unfit(path, "shows no code; take a sharper picture of the whole page, or type what is printed below it")
    return [code.text for code in codes]


def _in_grey(picture: Picture) -> Picture:
    """A picture as shades of grey: on white where it is transparent, and with all its shades where it has more."""
    from PIL import Image

    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda shade: shade / 256).convert("L")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("L")
    return picture.convert("L")


def _unfit(path: Path, why: str) -> InvalidInput | FileAccess:
    return InvalidInput([Problem(str(path), None, None, "", why)])
