"""Where a stream behind the content of a page draws something, read from its operators.

Guarantees: a stream that does anything but to draw, one drawing after the other, each upright and in proportion, is not
read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from consentkit.pdf.file.syntax import Ref, Value

_SHOWN = (
    rb"\nq (?P<scale>[0-9.]{1,9}) 0 0 (?P<height>[0-9.]{1,9}) (?P<left>-?[0-9.]{1,9}) (?P<bottom>-?[0-9.]{1,9}) cm"
    rb" /(?P<name>[A-Za-z0-9]+) Do Q"
)
_STAMP = re.compile(
    rb"\n(?:/Artifact <</Type /Pagination>>|/Span <</MCID (?P<sequence>[0-9]{1,6})>>) BDC%b\nEMC" % _SHOWN
)
_IN_FIELD = re.compile(_SHOWN)
_FIELD = re.compile(rb"/Tx BMC(?:%b)*\nEMC" % _SHOWN)
_START = b"Q"
"""The state from before the content of the page is restored first."""


class PlacedDrawing(NamedTuple):
    """A drawing, and where its origin goes, in points."""

    drawing: Ref
    scale: float
    left: float
    bottom: float
    sequence: int | None
    """The number of the marked sequence that it is in, unless it is an artifact."""


def placed_on_page(content: bytes, drawings: Mapping[str, Value]) -> tuple[PlacedDrawing, ...] | None:
    """What the stream behind a page's content draws, of these drawings; None where it may do anything else."""
    placed, place = [], len(_START)
    while stamp := _STAMP.match(content, place):
        place = stamp.end()
        placed.append(_placed(stamp, drawings, int(stamp["sequence"]) if stamp["sequence"] else None))
    if place != len(content) or not content.startswith(_START):
        return None
    return _all_known(placed)


def placed_in_field(content: bytes, drawings: Mapping[str, Value]) -> tuple[PlacedDrawing, ...] | None:
    """What the appearance of a form field draws, of these drawings; None where it may do anything else."""
    if not _FIELD.fullmatch(content):
        return None
    return _all_known(_placed(shown, drawings, None) for shown in _IN_FIELD.finditer(content))


def _placed(stamp: re.Match[bytes], drawings: Mapping[str, Value], sequence: int | None) -> PlacedDrawing | None:
    scale, height, left, bottom, name = stamp.group("scale", "height", "left", "bottom", "name")
    drawing = drawings.get(name.decode())
    if not isinstance(drawing, Ref) or scale != height:
        return None
    return PlacedDrawing(drawing, float(scale), float(left), float(bottom), sequence)


def _all_known(placed: Iterator[PlacedDrawing | None] | list[PlacedDrawing | None]) -> tuple[PlacedDrawing, ...] | None:
    every = list(placed)
    known = tuple(one for one in every if one is not None)
    return known if len(known) == len(every) else None
