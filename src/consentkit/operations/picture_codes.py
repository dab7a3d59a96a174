"""What the square codes in a picture of a page say.

Guarantees: the picture is only looked at; without the library that reads codes, the error says how to install it.
"""

from __future__ import annotations

from pathlib import Path

from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.problems import Problem
from consentkit.reading.files import read_bytes

_LARGEST_PICTURE = 64 * 1024 * 1024
_MOST_PIXELS = 200_000_000


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
    import io

    try:
        picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if picture.width * picture.height > _MOST_PIXELS:
            raise _unfit(path, "has too many pixels; make it smaller")
        found = zxingcpp.read_barcodes(picture.convert("L"))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise _unfit(path, "is no PNG or JPEG picture that can be read") from error
    if not found:
        raise _unfit(path, "shows no code; take a sharper picture of the whole page, or type what is printed below it")
    return [code.text for code in found]


def _unfit(path: Path, why: str) -> InvalidInput | FileAccess:
    return InvalidInput([Problem(str(path), None, None, "", why)])
