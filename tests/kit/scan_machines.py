"""What a scanner, a fax machine or a telephone makes of a sheet.

Guarantees: the same sheet, machine and source of chance give the same file. Each machine has the faults of its kind:
skew, a feed that is not even, blur, noise, streaks of dirt, the losses of JPEG, or light from one side.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image

from consentkit.scans.page import ScanKind
from kit.scan_pens import DPI, MM, Area, Chance


@dataclass(frozen=True)
class Machine:
    """A machine, and how it is set."""

    name: str
    kind: ScanKind
    dpi: int
    down: int | None = None
    """Dots per inch from the top to the bottom, where they are not as many as across."""
    is_telephone: bool = False

    @property
    def is_gray_or_color(self) -> bool:
        """Whether shades are kept."""
        return self.kind != "one-bit"


_BAND = 64
"""Rows that are reckoned with at once, so that what they need stays in the cache of a processor."""

SCANNERS = (
    Machine("gray 150", "gray", 150),
    Machine("gray 200", "gray", 200),
    Machine("gray 300", "gray", 300),
    Machine("color 200", "color", 200),
    Machine("color 300", "color", 300),
    Machine("one bit 200", "one-bit", 200),
    Machine("one bit 300", "one-bit", 300),
)
COARSE_OR_LOSSY = (
    Machine("one bit 150", "one-bit", 150),
    Machine("fax, fine", "one-bit", 204, down=196),
    Machine("fax", "one-bit", 204, down=98),
)
TELEPHONE = Machine("telephone", "color", 230, is_telephone=True)
TOO_COARSE = Machine("gray 100", "gray", 100)


@dataclass(frozen=True)
class Handling:
    """What else goes wrong while a sheet is scanned."""

    is_upside_down: bool = False
    has_streaks: bool = False
    is_off: bool = False
    """Whether it lies off by 4 to 8 mm."""
    quarter_turns: int = 0
    """How often the scan is turned by 90 degrees, as when the sheet is fed by its long edge."""


def scanned(sheet: Any, machine: Machine, chance: Chance, handling: Handling, watched: Area) -> tuple[bytes, bool]:
    """The file that a machine makes of a sheet, and whether all of an area of it is on the picture."""
    if machine.is_telephone:
        shades, into = _photographed(sheet, machine, chance)
    else:
        shades, into = _fed(sheet, machine, chance, handling)
    is_whole = _is_within(watched, into, shades)
    if handling.is_upside_down:
        shades = cv2.rotate(shades, cv2.ROTATE_180)
    if handling.quarter_turns:
        shades = np.ascontiguousarray(np.rot90(shades, handling.quarter_turns))
    return _file(shades, machine, chance), is_whole


def _fed(sheet: Any, machine: Machine, chance: Chance, handling: Handling) -> tuple[Any, Any]:
    """A sheet as a feeder draws it in."""
    rows, columns = sheet.shape[:2]
    across, down = machine.dpi / DPI, (machine.down or machine.dpi) / DPI
    wide, high = round(columns * across), round(rows * down)
    into = np.diag([across, down, 1]) @ _skew(rows, columns, chance, handling)
    soft = (
        cv2.GaussianBlur(sheet, (0, 0), max(0.01, 0.42 / across), sigmaY=max(0.01, 0.42 / down))
        if across < 1
        else sheet
    )
    around = 250 if chance.random() < 0.6 else 30
    out = cv2.warpPerspective(soft, into, (wide, high), flags=cv2.INTER_LINEAR, borderValue=_color(sheet, around))
    out = _unevenly_fed(out, machine.dpi, chance)
    out = cv2.GaussianBlur(out, (0, 0), chance.uniform(0.35, 0.9) * max(1.0, machine.dpi / 200))
    for _ in range(int(chance.integers(1, 3)) if handling.has_streaks else 0):
        x = int(chance.uniform(0.1, 0.9) * wide)
        out[:, x : x + int(chance.integers(1, 3))] = int(chance.integers(60, 150))
    return _noisy(out, chance), into


def _is_within(area: Area, into: Any, shades: Any) -> bool:
    left, top, right, bottom = area
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    seen = cv2.perspectiveTransform(corners[None], into)[0]
    high, wide = shades.shape[:2]
    return bool((seen > 0).all() and (seen < (wide, high)).all())


def _color(sheet: Any, shade: int) -> Any:
    return (shade,) * (1 if sheet.ndim == 2 else 3)


def _skew(rows: int, columns: int, chance: Chance, handling: Handling) -> Any:
    """How a sheet lies: turned by up to 2 degrees, off by up to 3 mm, 0.97 to 1.02 as large, and a little sheared."""
    angle, size = math.radians(chance.uniform(-2, 2)), chance.uniform(0.97, 1.02)
    cosine, sine = math.cos(angle) * size, math.sin(angle) * size
    turned = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    turned[0, 1] += chance.normal(0, 0.0015)
    turned[1, 1] *= 1 + chance.normal(0, 0.003)
    turned[2, :2] = chance.normal(0, 2e-6, 2)
    off = chance.uniform(-3, 3, 2) * MM
    if handling.is_off:
        off += chance.choice([-1, 1], 2) * chance.uniform(4, 8) * MM
    to_middle = np.array([[1, 0, -columns / 2], [0, 1, -rows / 2], [0, 0, 1]])
    back = np.array([[1, 0, columns / 2 + off[0]], [0, 1, rows / 2 + off[1]], [0, 0, 1]])
    return back @ turned @ to_middle


def _unevenly_fed(out: Any, dpi: int, chance: Chance) -> Any:
    """The paper goes by up to 0.25 mm faster or slower than it should."""
    high, wide = out.shape[:2]
    most, waves, start = chance.uniform(0, 0.25) * dpi / 25.4, chance.uniform(0.5, 2), chance.uniform(0, 6)
    row = np.arange(high, dtype=np.float32)
    at = (row + most * np.sin(row / high * 2 * np.pi * waves + start)).astype(np.float32)
    across = np.broadcast_to(np.arange(wide, dtype=np.float32), (high, wide))
    down = np.broadcast_to(at[:, None], (high, wide))
    return cv2.remap(
        out, np.ascontiguousarray(across), np.ascontiguousarray(down), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _noisy(out: Any, chance: Chance) -> Any:
    """With the noise of a sensor, and some grains of dust."""
    high, wide = out.shape[:2]
    noise = chance.normal(0, chance.uniform(3, 9), (high, wide)).astype(np.float32)
    out = out.copy()
    for top in range(0, high, _BAND):
        band, of_band = out[top : top + _BAND], noise[top : top + _BAND]
        shades = band + (of_band if band.ndim == 2 else of_band[:, :, None])
        band[:] = np.clip(shades, 0, 255, out=shades)
    share = chance.uniform(0, 0.0008)
    grains = int(share * high * wide)
    out[chance.integers(0, high, grains), chance.integers(0, wide, grains)] = 40
    out[chance.integers(0, high, grains), chance.integers(0, wide, grains)] = 255
    return out


def _photographed(sheet: Any, machine: Machine, chance: Chance) -> tuple[Any, Any]:
    """A sheet on a table, seen from above with a telephone: askew, not quite flat, and lit from one side."""
    rows, columns = sheet.shape[:2]
    sheet = _curled(sheet, chance)
    scale = machine.dpi / DPI * chance.uniform(0.9, 1.1)
    margin = chance.uniform(0.03, 0.10, 4)
    wide, high = round(columns * scale * 1.15), round(rows * scale * 1.15)
    lean = chance.normal(0, 0.012, (4, 2))
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    inner = corners * (1 - margin[:2] - margin[2:]) + margin[:2] + lean
    target = (inner * (wide, high)).astype(np.float32)
    source = (corners * (columns, rows)).astype(np.float32)
    angle = cv2.getRotationMatrix2D((wide / 2, high / 2), chance.uniform(-4, 4), 1.0)
    into = np.vstack([angle, [0, 0, 1]]) @ cv2.getPerspectiveTransform(source, target)
    soft = cv2.GaussianBlur(sheet, (0, 0), max(0.4, 0.42 / scale))
    table = int(chance.integers(40, 160))
    out = cv2.warpPerspective(soft, into, (wide, high), flags=cv2.INTER_LINEAR, borderValue=_color(sheet, table))
    out = cv2.GaussianBlur(out, (0, 0), chance.uniform(0.4, 1.0))
    slope = chance.uniform(-0.35, 0.35, 2)
    down, across = np.mgrid[0:high, 0:wide].astype(np.float32)
    light = chance.uniform(0.75, 0.95) + slope[0] * (across / wide - 0.5) + slope[1] * (down / high - 0.5)
    for top in range(0, high, _BAND):
        band, of_band = out[top : top + _BAND], light[top : top + _BAND]
        band[:] = np.clip(band * (of_band if band.ndim == 2 else of_band[:, :, None]), 0, 255)
    return _noisy(out, chance), into


def _curled(sheet: Any, chance: Chance) -> Any:
    """A sheet whose middle is bent up by some millimetres, so that its lines are no longer straight."""
    rows, columns = sheet.shape[:2]
    bend = chance.uniform(-1.5, 1.5) * MM
    across = np.arange(columns, dtype=np.float32)
    down = np.arange(rows, dtype=np.float32)
    shift = (bend * np.sin(np.pi * across / columns)).astype(np.float32)
    left = np.ascontiguousarray(np.broadcast_to(across, (rows, columns)))
    return cv2.remap(sheet, left, down[:, None] + shift[None, :], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _file(out: Any, machine: Machine, chance: Chance) -> bytes:
    """The file: TIFF in black and white, JPEG else."""
    picture = Image.fromarray(out)
    data = io.BytesIO()
    dpi = (machine.dpi, machine.down or machine.dpi)
    if machine.kind == "one-bit":
        level = int(chance.uniform(130, 185))
        bits = picture.convert("L").point([255 * (value >= level) for value in range(256)]).convert("1")
        bits.save(data, "TIFF", compression="group4", dpi=dpi)
    elif machine.is_telephone:
        picture.save(data, "JPEG", quality=int(chance.integers(70, 92)), dpi=(72, 72))
    else:
        picture.save(data, "JPEG", quality=int(chance.integers(40, 71)), dpi=dpi)
    return data.getvalue()
