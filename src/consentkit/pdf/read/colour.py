"""The lightness of colours.

Guarantees: a colour is a number from 0 (black) to 1 (white), that of the equally light grey; a colour that can't be
determined (a pattern, an unknown colour space) is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from consentkit.pdf.file.reader import PdfFile
from consentkit.pdf.file.syntax import Ref, Value, integer

Lightness: TypeAlias = float | None

Shades: TypeAlias = tuple[float, float]
"""From the darkest to the lightest of several colours."""

BLACK, WHITE = 0.0, 1.0
ANY: Shades = (BLACK, WHITE)
"""The shades of a colour that can't be determined."""

_DEVICE = (
    {"/DeviceGray": "grey", "/CalGray": "grey", "/G": "grey"}
    | {"/DeviceRGB": "rgb", "/CalRGB": "rgb", "/RGB": "rgb"}
    | {"/DeviceCMYK": "cmyk", "/CMYK": "cmyk", "/Lab": "lab"}
)
_PROFILED = {1: "grey", 3: "rgb", 4: "cmyk"}


def space_named(file: PdfFile, resources: Mapping[str, Value], name: str) -> str | None:
    """The kind of colour space with a name (ISO 32000-1, 8.6): grey, rgb, cmyk or lab; else None."""
    if name in _DEVICE:
        return _DEVICE[name]
    return space_of(file, file.dictionary(resources.get("ColorSpace")).get(name[1:]))


def space_of(file: PdfFile, value: Value | None) -> str | None:
    """The kind of colour space that a value is: grey, rgb, cmyk or lab; else None."""
    value = file.get(value)
    if isinstance(value, bytes):
        return _DEVICE.get(value.decode("latin-1"))
    if not isinstance(value, list) or not value:
        return None
    family = file.get(value[0])
    if family == b"/ICCBased" and len(value) > 1 and isinstance(value[1], Ref):
        return _PROFILED.get(integer(file.objects[value[1]].entries.get("N")))
    return _DEVICE.get(family.decode("latin-1")) if isinstance(family, bytes) else None


@lru_cache(maxsize=256)
def lightness(space: str | None, parts: Sequence[float]) -> Lightness:
    """The lightness of a colour, from its components."""
    match space, parts:
        case "grey", (grey,):
            return min(max(grey, 0.0), 1.0)
        case "rgb", (_, _, _):
            red, green, blue = (_linear(min(max(part, 0.0), 1.0)) for part in parts)
            return _curved(0.2126 * red + 0.7152 * green + 0.0722 * blue)
        case "cmyk", (cyan, magenta, yellow, black):
            return lightness("rgb", tuple((1 - part) * (1 - black) for part in (cyan, magenta, yellow)))
        case "lab", (light, _, _):
            return _curved(min(max((light + 16) / 116, 0.0), 1.0) ** 3)
        case _:
            return None


def mixed(below: float, above: float, alpha: float) -> float:
    """The colour that results where one is painted over another with some transparency."""
    return below * (1 - alpha) + above * alpha


def contrast(one: float, other: float) -> float:
    """The contrast ratio of two colours (WCAG 2)."""
    low, high = sorted((_linear(one), _linear(other)))
    return (high + 0.05) / (low + 0.05)


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def _curved(part: float) -> float:
    return float(part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055)
