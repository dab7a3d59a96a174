"""Makes docs/images/90837.png, the picture in the README: the first page and the page of risks, side by side."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

import consentkit

RESOLUTION = 75
PAGES = (1, 4)
MARGIN = 12


def main() -> None:
    """Render, rasterise and join."""
    root = Path(__file__).parents[1]
    document = consentkit.open_workspace(root / "samples" / "clinic").render("90837")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "document.pdf"
        file.write_bytes(document.pdf)
        subprocess.run(["pdftoppm", "-r", str(RESOLUTION), "-png", file, Path(folder) / "page"], check=True)
        pictures = sorted(Path(folder).glob("page-*.png"))
        pages = [ImageOps.expand(Image.open(pictures[number - 1]).convert("RGB"), 1, "#999") for number in PAGES]
        width, height = pages[0].size
        sheet = Image.new("RGB", (width * len(pages) + MARGIN * (len(pages) + 1), height + 2 * MARGIN), "#eee")
        for index, page in enumerate(pages):
            sheet.paste(page, (MARGIN + index * (width + MARGIN), MARGIN))
        sheet.quantize(64).save(root / "docs" / "images" / "90837.png", optimize=True)


if __name__ == "__main__":
    main()
