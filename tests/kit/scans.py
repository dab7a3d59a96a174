"""Simulated scans of signed paper, and the truth about them: what was written where, and what the machine did.

Guarantees: a number of a series always gives the same scan; the series for tuning and for judging share no number. All
of it is simulated: no real paper, pen, printer or scanner was at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import cv2
import numpy as np
import pypdfium2
import segno

from consentkit.scans.findings import KnownPage
from consentkit.scans.record import RecordedPage, RecordedPlace
from kit.scan_dirt import ON_PAPER, crossed
from kit.scan_machines import Handling, Machine, scanned
from kit.scan_packets import PrintedPacket
from kit.scan_pens import DPI, Area, Chance, fill_in

TUNING, JUDGING = 1, 9
"""Series of scans: rules are found with the one, and judged with the other. Series 2 and 4 to 8 were judged before, and
each showed a fault that was then mended: an empty place that had ink, on three photographs, of which a part lay
elsewhere, in black and white, where the ring of a cup went through it, and where a tail touched it from above; inked
places that were taken for empty, under the ring of a cup and where a dry pen had marked a box."""

Written = Literal["ink", "faint", "nothing", "crossed", "hidden", "printed"]
"""What is in a place: `faint` is ink of a pencil or a dry pen, `crossed` is the tail of what was written elsewhere, and
`hidden` is ink that another sheet covers, all of it or a part."""

_HANDLING = {"upside down": 0.15, "streak": 0.06, "off": 0.06, "quarter turn": 0.04}
_COVERING = {"holes", "staple", "notes", "stamp", "flag", "torn corner"}
"""What hides a code that it touches."""
_TAILS = 0.06
"""The share of sheets on which what is written reaches into empty places."""
_TWO_AT_ONCE = 0.02
"""The share of sheets that were fed together with another, which lies below and can be seen beside them."""


@dataclass(frozen=True)
class SimulatedScan:
    """A scan, and the truth about it."""

    data: bytes = field(repr=False)
    machine: Machine
    known: KnownPage
    layout: str
    written: tuple[Written, ...]
    """Of each place of the page."""
    faults: tuple[str, ...]
    """What happened to the sheet, and while it was scanned."""
    turn: int
    """By how many degrees it is to be turned clockwise to be upright."""
    has_whole_code: bool
    """Whether the code of the page is all on the scan, and nothing covers it."""


def simulated(
    printed: PrintedPacket,
    known: KnownPage,
    machine: Machine,
    seed: Sequence[int],
    faults: Sequence[str] | None = None,
) -> SimulatedScan:
    """A scan of a page that was written on. `faults` are what happens to it; by default that is left to chance."""
    chance = np.random.default_rng(list(seed))
    happens = _faults(chance, machine) if faults is None else list(faults)
    sheet = _sheet(printed, known, is_color=machine.kind == "color")
    height = known.page.height
    areas = [_area(place, height) for place in known.page.places]
    written = _write(sheet, chance, known.page.places, areas, reaches_over="tails" in happens)
    to_write = [area for place, area in zip(known.page.places, areas, strict=True) if not place.printed]
    code = code_area(known.page)
    is_covered = False
    for name, (_, dirty) in ON_PAPER.items():
        if name in happens:
            before = _within(sheet, code).copy()
            sheet = dirty(sheet, chance, to_write)
            is_covered |= name in _COVERING and bool((_within(sheet, code) != before).any())
    sheet = cv2.LUT(sheet, (np.arange(256) * (chance.uniform(225, 250) / 255)).astype(np.uint8))
    if "two at once" in happens:
        sheet, written = _over_another(sheet, chance, written, areas)
    handling = Handling("upside down" in happens, "streak" in happens, "off" in happens, int("quarter turn" in happens))
    data, is_whole = scanned(sheet, machine, chance, handling, code)
    turn = (180 * handling.is_upside_down + 90 * handling.quarter_turns) % 360
    return SimulatedScan(
        data, machine, known, printed.layout, tuple(written), tuple(happens), turn, is_whole and not is_covered
    )


def _faults(chance: Chance, machine: Machine) -> list[str]:
    """What happens to a sheet and its scan, by chance."""
    shares = {name: share for name, (share, _) in ON_PAPER.items()} | {"tails": _TAILS, "two at once": _TWO_AT_ONCE}
    shares |= {} if machine.is_telephone or machine.down else _HANDLING
    return [name for name, share in shares.items() if chance.random() < share]


def code_area(page: RecordedPage) -> Area:
    """Where the code of a page is, in pixels."""
    assert page.code is not None
    left, bottom, right, top = (value * DPI / 72 for value in page.code)
    rows = page.height * DPI / 72
    return left, rows - top, right, rows - bottom


def _within(sheet: Any, area: Area) -> Any:
    left, top, right, bottom = (round(edge) for edge in area)
    return sheet[top:bottom, left:right]


def _sheet(printed: PrintedPacket, known: KnownPage, *, is_color: bool) -> Any:
    """A page as it came out of the printer; of a packet that was not kept, its part with the code, and no names."""
    if printed.pdf:
        gray = _drawn(printed.pdf, known.page.number - 1)
    else:
        gray = _drawn(known.part, known.page.page_of_part).copy()
        area = _within(gray, code_area(known.page))
        code = segno.make_qr(f"CK2/{known.record.packet}/{known.page.number}", error="m", boost_error=False)
        squares = np.array([list(row) for row in code.matrix], np.uint8)
        area[:] = cv2.resize(255 - 255 * squares, area.shape[::-1], interpolation=cv2.INTER_AREA)
    return cv2.merge([gray] * 3) if is_color else gray.copy()


@lru_cache(maxsize=16)
def _drawn(pdf: bytes, index: int) -> Any:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        if document.get_formtype():
            document.init_forms()
        bitmap = document[index].render(scale=DPI / 72, grayscale=True)
        pixels = bitmap.to_numpy()
        return np.array(pixels[:, :, 0] if pixels.ndim == 3 else pixels)


def _area(place: RecordedPlace, height: float) -> Area:
    left, bottom, right, top = (value * DPI / 72 for value in place.corners)
    rows = height * DPI / 72
    return left, rows - top, right, rows - bottom


def _write(
    sheet: Any, chance: Chance, places: Sequence[RecordedPlace], areas: Sequence[Area], *, reaches_over: bool
) -> list[Written]:
    """Fill in what one in two people fills in, who leave out a tenth of it."""
    does_write: dict[str, bool] = {}
    written: list[Written] = []
    for place, area in zip(places, areas, strict=True):
        who = place.role or place.name
        does = does_write.setdefault(who, bool(chance.random() < 0.55))
        if place.printed:
            written.append("printed")
        elif chance.random() < (0.9 if does else 0.05):
            written.append("faint" if fill_in(sheet, chance, area, place.kind).is_faint else "ink")
        else:
            written.append("nothing")
    if reaches_over:
        full = [area for area, what in zip(areas, written, strict=True) if what == "ink"]
        empty = [area for area, what in zip(areas, written, strict=True) if what == "nothing"]
        before = sheet.copy()
        crossed(sheet, chance, full, empty)
        for number, (area, what) in enumerate(zip(areas, written, strict=True)):
            left, top, right, bottom = (int(edge) for edge in area)
            within = (slice(top, bottom), slice(left, right))
            if what == "nothing" and (sheet[within] != before[within]).any():
                written[number] = "crossed"
    return written


def _over_another(
    sheet: Any, chance: Chance, written: Sequence[Written], areas: Sequence[Area]
) -> tuple[Any, list[Written]]:
    """A sheet over which another one lies, an empty one that hides most of it: two were fed at once."""
    rows = sheet.shape[0]
    edge = int(chance.uniform(0.25, 0.7) * rows)
    covered = sheet.copy()
    covered[:edge] = 235
    covered[edge : edge + 3] = 150  # its shadow
    hidden: list[Written] = [
        "hidden" if area[1] < edge + 40 and what in ("ink", "faint") else what
        for area, what in zip(areas, written, strict=True)
    ]
    return covered, hidden
