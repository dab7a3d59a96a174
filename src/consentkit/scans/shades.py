"""A picture of any kind, as it looks on paper.

Guarantees: what is transparent is as white as the paper behind it, and a picture with more shades than 256 keeps them
apart as far as these go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


ORIENTATION = 0x0112
"""The entry of EXIF for how a camera says that a picture is to be displayed."""


def shades_of(picture: Picture) -> Picture:
    """A picture in 256 shades of gray."""
    return on_paper(picture).convert("L")


def on_paper(picture: Picture) -> Picture:
    """A picture without transparency, and with 256 shades at most of each colour."""
    from PIL import Image

    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda shade: shade / 256).convert("L")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return picture
