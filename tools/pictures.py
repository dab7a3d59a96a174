"""Makes the pictures of the documentation: 90837.png, pages of a document, and packet.png, pages of a packet.

.venv/bin/python tools/readme_picture.py
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

import consentkit

ROOT = Path(__file__).parents[1]
RESOLUTION = 75
SMALL = 55
MARGIN = 12


def main() -> None:
    """Render, rasterise and join."""
    workspace = consentkit.open_workspace(ROOT / "samples" / "clinic")
    draw(workspace.render("90837").pdf, (1, 2), RESOLUTION, "90837.png")
    visit = next(entry for entry in workspace.visits(ROOT / "samples" / "schedule.csv") if entry.number == "V-1001")
    draw(workspace.packet(visit.visit, allow_drafts=True).pdf, (1, 2, 3, 4), SMALL, "packet.png")


def draw(pdf: bytes, pages: tuple[int, ...], resolution: int, name: str) -> None:
    """Write these pages side by side to a picture."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "document.pdf"
        file.write_bytes(pdf)
        subprocess.run(["pdftoppm", "-r", str(resolution), "-png", file, Path(folder) / "page"], check=True)
        pictures = sorted(Path(folder).glob("page-*.png"))
        shown = [ImageOps.expand(Image.open(pictures[number - 1]).convert("RGB"), 1, "#999") for number in pages]
    width, height = shown[0].size
    sheet = Image.new("RGB", (width * len(shown) + MARGIN * (len(shown) + 1), height + 2 * MARGIN), "#eee")
    for index, page in enumerate(shown):
        sheet.paste(page, (MARGIN + index * (width + MARGIN), MARGIN))
    sheet.quantize(64).save(ROOT / "docs" / "images" / name, optimize=True)


if __name__ == "__main__":
    main()
