"""What the square codes in a picture of a page say, or on the pages of a PDF that a scanner made.

Guarantees: the picture is only looked at; without the library that reads codes, the error says how to install it. The
pages of a PDF are drawn one at a time, in a child process with limits of memory and time, since such a file may come
from anybody.
"""

from __future__ import annotations

import io
from pathlib import Path

from consentkit.errors import FileAccess, InvalidInput, RenderingFailed
from consentkit.problems import Problem
from consentkit.processes.limits import Limits, run_limited
from consentkit.reading.files import read_bytes
from consentkit.scans.codes import require_code_reader, texts_of_codes
from consentkit.scans.shades import shades_of

SCANS = ".pdf"
"""How the name of a file ends that has a page or several."""
_MOST_PAGES = 200
_WIDTH = 1700
"""The width in pixels in which pages are drawn: 200 dots per inch, as scanners and fax machines have them."""
_MOST_ENLARGED = 4
"""The most pixels in which a point is drawn, on pages that are smaller."""
_MOST_DRAWN = 8_000_000
"""The most pixels of a page that is drawn, which is less wide where it is longer than any paper."""
_LIMITS = Limits(seconds=120)
_LARGEST_PICTURE = 64 * 1024 * 1024
_MOST_PIXELS = 200_000_000
_ENOUGH = (6000, 6000)
"""As many pixels as show the codes of a page, in a photo too: larger pictures are read at a smaller size."""


def codes_in(path: Path) -> list[str]:
    """The texts of the codes in a PNG or JPEG picture. Raises WrongUse where they can't be read here at all.

    Raises FileAccess or InvalidInput where the file is no picture, or one without a code.
    """
    data = read_bytes(path, _LARGEST_PICTURE)
    require_code_reader("trace")
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if picture.width * picture.height > _MOST_PIXELS:
            raise _unfit(path, "has too many pixels; make it smaller")
        picture.draft("L", _ENOUGH)
        codes = texts_of_codes(shades_of(picture))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise _unfit(path, "is no PNG or JPEG picture that can be read") from error
    if not codes:
        raise _unfit(path, "shows no code; take a sharper picture of the whole page, or type what is printed below it")
    return codes


def codes_of_pages(path: Path) -> list[list[str]]:
    """The texts of the codes on each page of a PDF. Raises what `codes_in` raises, if no page has a code."""
    data = read_bytes(path, _LARGEST_PICTURE)
    require_code_reader("trace")
    import pypdfium2  # noqa: F401 - the child has it then

    try:
        pages = run_limited(_codes_of_pages, data, limits=_LIMITS)
    except RenderingFailed as error:
        raise _unfit(path, "takes too much time or memory to look at; scan fewer pages at a time") from error
    if not pages:
        raise _unfit(path, "can't be opened: it is damaged, or needs a password")
    if len(pages) > _MOST_PAGES:
        raise _unfit(path, f"has more than {_MOST_PAGES} pages; split it")
    if not any(pages):
        raise _unfit(
            path,
            "shows no code on any page; scan whole pages, or type what is printed below a code (of a file that "
            "consentkit made, `consentkit verify` says what it is)",
        )
    return pages


def _codes_of_pages(data: bytes) -> list[list[str]]:
    """The codes on each page, of one page too many at most; none where the file can't be opened."""
    import pypdfium2

    from consentkit.pdf.foreign.rendering import Rendered

    try:
        with Rendered(data) as rendered:
            pages = []
            for index in range(min(len(rendered), _MOST_PAGES + 1)):
                width, height = rendered.size(index)
                drawn = min(_WIDTH, _MOST_ENLARGED * width, (_MOST_DRAWN * width / height) ** 0.5)
                pages.append(texts_of_codes(rendered.picture(index, drawn).convert("L")))
    except (pypdfium2.PdfiumError, ValueError, ZeroDivisionError):
        return []
    return pages


def _unfit(path: Path, why: str) -> InvalidInput | FileAccess:
    return InvalidInput([Problem(str(path), None, None, "", why)])
