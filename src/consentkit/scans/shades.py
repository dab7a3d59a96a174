"""A picture of any kind as shades of gray.

Guarantees: what is transparent is as white as the paper behind it, and a picture with more shades than 256 keeps them
apart as far as these go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


def shades_of(picture: Picture) -> Picture:
    """A picture in 256 shades of gray."""
    from PIL import Image

    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda shade: shade / 256).convert("L")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("L")
    return picture.convert("L")
