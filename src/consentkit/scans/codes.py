"""The square codes of packets on a page that was scanned.

Guarantees: only a code that was read whole counts, and a page may have several; where a code is too small or blurred,
the corners of the page are looked at again, enlarged. This needs no OpenCV.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from consentkit.errors import WrongUse

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

    from consentkit.scans.page import Gray

PointOnScan: TypeAlias = tuple[float, float]
"""Pixels from the left and from the top."""

_OURS = re.compile(
    r"CK2/(?P<packet>[A-Z2-7]{10})/(?P<page>[0-9]{1,5})(?:/(?P<print>[0-9]{1,5}))?"
    r"|CK1/(?P<packet_1>[A-Z2-7]{10})/[A-Z0-9.-]+/[0-9]+/(?P<page_1>[0-9]{1,5})",
    re.ASCII | re.IGNORECASE,
)
"""The code of today: packet, page and, where sets are counted, the number of the set; and the one before it."""
_CORNER = 0.19
"""The side of a corner that is enlarged, as a share of the width of the page: 40 mm of 210."""
_ENLARGED = (2, 3)
"""By how much a corner is enlarged. Of 706 codes on simulated scans, 685 were read at once, and 20 of the others so."""
_SOFTENED = 0.6
"""The radius of the blur after that, in pixels of the scan, which takes the steps out of the edges."""
_SHADES = (None, 100, 128, 156, 180)
"""Where black ends and white begins; None leaves it to the reader."""


@dataclass(frozen=True)
class PageCode:
    """A code of a packet, and where it is on the scan."""

    packet: str
    """The number of the packet."""
    page: int
    """The page of the packet, counted from 1."""
    print_number: int | None
    """Which of the sets that were printed it belongs to; None where the code does not say."""
    corners: tuple[PointOnScan, PointOnScan, PointOnScan, PointOnScan]
    """Its corners, clockwise from the one that is at the upper left when the page is upright."""

    @property
    def turn(self) -> int:
        """By how many degrees the scan is to be turned clockwise to be upright: 0, 90, 180 or 270."""
        (left, top), (right, along) = self.corners[:2]
        across, down = right - left, along - top
        if abs(across) >= abs(down):
            return 0 if across > 0 else 180
        return 270 if down > 0 else 90


class NamedPage(NamedTuple):
    """What a code says."""

    packet: str
    page: int
    print_number: int | None


def parsed_code(text: str) -> NamedPage | None:
    """The page of a packet that a code names, in the form of today or the one before; None for any other code."""
    match = _OURS.fullmatch(text)
    if not match:
        return None
    packet, page = match["packet"] or match["packet_1"], int(match["page"] or match["page_1"])
    if page == 0:  # pages are counted from 1, so the code is not ours
        return None
    return NamedPage(packet.upper(), page, int(match["print"]) if match["print"] else None)


_NEEDED = {"file": ("zxingcpp", "PIL", "numpy"), "trace": ("zxingcpp", "PIL")}
"""The libraries without which nothing is read, by the extra that has them."""


def require_code_reader(extra: str = "file") -> None:
    """Raise WrongUse where no codes can be read here. `extra` is what is in use, and is to be installed."""
    try:
        for library in _NEEDED[extra]:
            import_module(library)
    except ImportError:
        message = f"reading codes from a picture needs a library: pip install 'consentkit[{extra}]'"
        raise WrongUse(message) from None


def texts_of_codes(picture: Picture | Gray) -> list[str]:
    """The texts of all codes in a picture, of whatever kind they are and whoever made them."""
    import zxingcpp

    return [code.text for code in zxingcpp.read_barcodes(picture)]


def page_codes(gray: Gray) -> tuple[PageCode, ...]:
    """The codes of packets on a page: each page of a print once."""
    from PIL import Image

    picture = Image.fromarray(gray)
    codes = list(_ours(picture))
    for corner in _corners(picture):
        codes = codes or _enlarged(picture, *corner)
    return tuple({(code.packet, code.page, code.print_number): code for code in codes}.values())


def _corners(picture: Picture) -> Iterator[tuple[int, int, int]]:
    """The left and upper edges of the four corners of a page, and their side."""
    side = round(_CORNER * min(picture.size))
    right, bottom = picture.width - side, picture.height - side
    yield from ((right, bottom, side), (0, 0, side), (0, bottom, side), (right, 0, side))


def _enlarged(picture: Picture, left: int, top: int, side: int) -> list[PageCode]:
    """The codes in a corner, at the first enlargement at which there are any."""
    from PIL import Image, ImageFilter

    corner = picture.crop((left, top, left + side, top + side))
    for factor in _ENLARGED:
        large = corner.resize((factor * side, factor * side), Image.Resampling.BICUBIC)
        soft = large.filter(ImageFilter.GaussianBlur(_SOFTENED * factor))
        for shade in _SHADES:
            tried = soft if shade is None else soft.point([255 * (value >= shade) for value in range(256)])
            if codes := list(_ours(tried, factor, left, top)):
                return codes
    return []


def _ours(picture: Picture, factor: float = 1, left: float = 0, top: float = 0) -> Iterator[PageCode]:
    for code in _read(picture):
        if named := parsed_code(code.text):
            at = code.position
            places = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
            upper_left, upper_right, lower_right, lower_left = (
                (left + place.x / factor, top + place.y / factor) for place in places
            )
            yield PageCode(*named, (upper_left, upper_right, lower_right, lower_left))


def _read(picture: Picture | Gray) -> list[Any]:
    """What the library reads. It finds codes that are turned in any way, and `try_rotate` is for stripes only."""
    import zxingcpp

    formats: Any = zxingcpp.BarcodeFormat.QRCode
    return list(zxingcpp.read_barcodes(picture, formats=formats, try_rotate=False))
