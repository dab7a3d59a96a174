"""Makes the pictures of the documentation, in docs/images: make pictures, or with WHAT="papers", "desk" or "preview".

Guarantees: each picture that a page shows can be made again by this command (tests/project/test_site.py).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps

import consentkit

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
SAMPLE_CLINIC = ROOT / "samples" / "clinic"
SCHEDULE = ROOT / "samples" / "schedule.csv"
RESOLUTION = 75
SMALL = 55
CLOSE = 110
MARGIN = 12
COLOURS = 64

Part = tuple[float, float]
"""From where to where a page is shown, from its top (0) to its foot (1)."""
WHOLE: Part = (0, 1)


def main(what: Sequence[str]) -> None:
    """Make the pictures of papers, those of the desk, that of a preview, or all."""
    if not what or "papers" in what:
        draw_papers()
    if not what or "desk" in what:
        from kit import desk_people_pictures, desk_pictures

        desk_pictures.main([])
        desk_people_pictures.main([])
    if not what or "preview" in what:
        from kit import preview_pictures

        preview_pictures.main([])


def draw_papers() -> None:
    """Draw pages of documents and packets."""
    workspace = consentkit.open_workspace(SAMPLE_CLINIC)
    draw(workspace.render("90837").pdf, (1, 2), "90837.png")
    draw(workspace.render("90837", variant="refusal").pdf, (1,), "refusal.png")
    visit = next(entry for entry in workspace.visits(SCHEDULE) if entry.number == "V-1001")
    packet = workspace.packet(visit.visit, allow_drafts=True).pdf
    draw(packet, (1, 2, 3, 4), "packet.png", SMALL)
    draw(packet, (1,), "cover.png", CLOSE, part=(0, 0.65))
    draw(packet, (2, 3), "form.png")
    draw(packet, (2,), "foot.png", CLOSE, part=(0.93, 1))
    draw_approval()


def draw_approval() -> None:
    """Draw the head of a page as a draft and as it is once somebody has approved the text."""
    with tempfile.TemporaryDirectory() as folder:
        clinic = Path(shutil.copytree(SAMPLE_CLINIC, Path(folder) / "clinic"))
        workspace = consentkit.open_workspace(clinic)
        before = pages_of(workspace.render("90837").pdf, CLOSE)[0]
        workspace.approve("90837", by="Dr. Amara Okonkwo", role="Clinical director")
        after = pages_of(workspace.render("90837").pdf, CLOSE)[0]
    save([cut(page, (0, 0.095)) for page in (before, after)], "approval.png", is_below=True)


def draw(pdf: bytes, numbers: tuple[int, ...], name: str, resolution: int = RESOLUTION, *, part: Part = WHOLE) -> None:
    """Write these pages side by side to a picture."""
    pages = pages_of(pdf, resolution)
    save([cut(pages[number - 1], part) for number in numbers], name)


def pages_of(pdf: bytes, resolution: int) -> list[Image.Image]:
    """The pages of a file as pictures."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "document.pdf"
        file.write_bytes(pdf)
        subprocess.run(["pdftoppm", "-r", str(resolution), "-png", file, Path(folder) / "page"], check=True)
        return [Image.open(picture).convert("RGB") for picture in sorted(Path(folder).glob("page-*.png"))]


def cut(page: Image.Image, part: Part) -> Image.Image:
    """A part of a page, over its whole width, in a frame."""
    width, height = page.size
    return ImageOps.expand(page.crop((0, round(part[0] * height), width, round(part[1] * height))), 1, "#999")


def save(shown: list[Image.Image], name: str, *, is_below: bool = False) -> None:
    """Write pictures side by side, or one below the other, on a ground of grey."""
    width, height = shown[0].size
    columns, rows = (1, len(shown)) if is_below else (len(shown), 1)
    sheet = Image.new("RGB", (width * columns + MARGIN * (columns + 1), height * rows + MARGIN * (rows + 1)), "#eee")
    for index, picture in enumerate(shown):
        column, row = (0, index) if is_below else (index, 0)
        sheet.paste(picture, (MARGIN + column * (width + MARGIN), MARGIN + row * (height + MARGIN)))
    sheet.quantize(COLOURS).save(IMAGES / name, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
