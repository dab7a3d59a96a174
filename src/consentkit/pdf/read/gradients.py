"""The range of colours of a gradient.

Guarantees: every colour of a gradient is between the two that are returned; a gradient that can't be evaluated may have
any colour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from consentkit.pdf.file.reader import PdfFile
from consentkit.pdf.file.syntax import Value, number
from consentkit.pdf.read.colour import ANY, Shades, lightness, space_of

_STEPS = 16
_DEEPEST = 4


def shades_of(file: PdfFile, shading: Value | None) -> Shades:
    """The shades of a gradient between colours along a line or between circles (ISO 32000-1, 8.7.4.5)."""
    entries = file.dictionary(shading)
    space = space_of(file, entries.get("ColorSpace"))
    ends = list(_ends(file, file.dictionary(entries.get("Function")), 0))
    shades = [lightness(space, _between(*pair, step / _STEPS)) for pair in ends for step in range(_STEPS + 1)]
    known = [shade for shade in shades if shade is not None]
    return (min(known), max(known)) if known and len(known) == len(shades) else ANY


def fills(file: PdfFile, shading: Value | None) -> bool:
    """Whether a gradient covers everything, since it extends beyond both ends in all directions."""
    entries = file.dictionary(shading)
    extend = [file.get(end) for end in file.array(entries.get("Extend"))]
    if extend != [b"true", b"true"] or "BBox" in entries:
        return False
    match file.get(entries.get("ShadingType")), _parts(file, entries.get("Coords")):
        case b"2", (x, y, end_x, end_y):
            return (x, y) != (end_x, end_y)  # otherwise nothing is painted
        case b"3", (x, y, radius, end_x, end_y, end_radius):  # around circles that are side by side, nothing is painted
            return math.hypot(end_x - x, end_y - y) < abs(end_radius - radius)
    return False


def _between(start: tuple[float, ...], end: tuple[float, ...], share: float) -> tuple[float, ...]:
    return tuple(one + (other - one) * share for one, other in zip(start, end, strict=False))


def _ends(
    file: PdfFile, function: Mapping[str, Value], depth: int
) -> Iterator[tuple[tuple[float, ...], tuple[float, ...]]]:
    """The first and last colours of each section of a function (ISO 32000-1, 7.10); none for other kinds."""
    kind = file.get(function.get("FunctionType"))
    if kind == b"2":
        first, last = (_parts(file, function.get(name)) for name in ("C0", "C1"))
        yield first or (0.0,), last or (1.0,)
    elif kind == b"3" and depth < _DEEPEST:
        for part in file.array(function.get("Functions")):
            yield from list(_ends(file, file.dictionary(part), depth + 1)) or [((), ())]
    else:
        yield (), ()


def _parts(file: PdfFile, value: Value | None) -> tuple[float, ...]:
    return tuple(number(file.get(part)) for part in file.array(value))
