"""Signed paper for tests of filing: pages of a packet with strokes of a pen in their places, from a clean scanner.

Dirty ones, with pens and scanners of all kinds, are made by `kit.scans`; these are quick, and always read.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from pathlib import Path

from PIL import Image, ImageDraw

from consentkit.records.folder import RecordFolder
from consentkit.scans.record import PacketRecord, RecordedPlace
from kit.pictures import photograph

DPI = 200
_PEN = 4
_INK = 40


@dataclass(frozen=True)
class SignedPaper:
    """A packet that was printed, and its record."""

    record: PacketRecord
    pictures: list[Image.Image]
    """Each page as it was printed, in shades of gray."""

    @property
    def filed(self) -> list[int]:
        """The pages that come back."""
        return [page.number for paper in self.record.papers for page in paper.pages]

    def place(self, name: str) -> tuple[int, RecordedPlace]:
        """A place by its name, with its page."""
        pages = (page for paper in self.record.papers for page in paper.pages)
        return next((page.number, place) for page in pages for place in page.places if place.name == name)

    def page(self, number: int, *, without: Collection[str] = (), turn: int = 0) -> Image.Image:
        """A page, signed wherever it is expected but in the places `without`, and turned clockwise by some degrees."""
        picture = self.pictures[number - 1].copy()
        known = self.record.page(number)
        assert known is not None
        for place in known[1].places:
            if place.expected and place.name not in without and not place.name.endswith("_no"):
                scribble(picture, place)
        return picture.rotate(-turn, expand=True)

    def pages(self, *, without: Collection[str] = ()) -> list[Image.Image]:
        """All pages that come back."""
        return [self.page(number, without=without) for number in self.filed]


def records_of_visit(folder: Path, visit: str, date: str = "2026-11-23") -> list[PacketRecord]:
    """The records of all packets of a visit that are kept in a folder, the latest first."""
    files = sorted((folder / date).glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    records = [PacketRecord.model_validate_json(path.read_bytes()) for path in files]
    return [record for record in records if record.visit == visit]


def signed_paper(folder: RecordFolder, pdf: Path, visit: str, date: str = "2026-11-23") -> SignedPaper:
    """The packet of a visit, from its file and the clinic's records."""
    record = records_of_visit(folder.path, visit, date)[0]
    return SignedPaper(record, [page.convert("L") for page in photograph(pdf.read_bytes(), dots_per_inch=DPI)])


def scribble(picture: Image.Image, place: RecordedPlace, *, shade: int = _INK, part: float = 0.6) -> None:
    """Write something in a place: loops over a part of its width."""
    scale = DPI / 72
    left, bottom, right, top = (edge * scale for edge in place.corners)
    low, high = picture.height - bottom, picture.height - top
    width = min((right - left) * part, 300.0)
    middle, height = (low + high) / 2, (low - high) * 0.42
    steps = range(120)
    points = [
        (left + width * (0.1 + 0.8 * step / 120) + 6 * cos(step / 4), middle + height * sin(2 * pi * step / 17))
        for step in steps
    ]
    ImageDraw.Draw(picture).line(points, fill=shade, width=_PEN, joint="curve")


def as_pdf(pictures: Sequence[Image.Image]) -> bytes:
    """Pictures as a scanner puts them into a PDF."""
    out = io.BytesIO()
    first, *others = pictures
    first.save(out, "PDF", save_all=True, append_images=others, resolution=DPI, quality=80)
    return out.getvalue()


@dataclass(frozen=True)
class Papers:
    """A clinic, and packets that it has printed."""

    clinic: Path
    first: SignedPaper
    second: SignedPaper
    """Of another patient."""
    again: SignedPaper
    """The second print of the first one."""
    duplex: SignedPaper
    """Of the first visit in another layout, with another number."""
