"""Pictures of pages, compared with committed references.

    PYTHONPATH=tests python -m kit.pictures --write

makes the references again, as `make references` does; look at them, then commit.

Another version of Pango, FreeType or poppler may move a letter by a pixel or shade its edge differently. So two pages
are taken as equal when every pixel of one has its like among the 3 x 3 pixels around the same place of the other, both
ways, after a slight blur. A missing word or a moved block has no like there. Where one word takes the place of another
of the same width, only the fingerprint at the foot of the page gives it away.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from consentkit.documents.opening import open_workspace
from consentkit.model.identity import PaperSize, Variant

REFERENCES = Path(__file__).parents[1] / "references"
SAMPLE_CLINIC = Path(__file__).parents[2] / "samples" / "clinic"

DOTS_PER_INCH = 50
SHADES = 16
"""Shades of grey in a reference; enough to compare, and a third of the size."""
BLUR = 0.6
"""Radius in pixels, 0.3 mm on paper."""
LIKENESS = 56
"""How far apart, of 255, two shades may be that count as alike. A page moved by half a pixel needs 56."""
MOST_UNLIKE = 4
"""Pixels of a page that may be unlike; a missing word has more than 30."""


@dataclass(frozen=True)
class Case:
    """A document of which pictures are kept."""

    code: str
    paper: PaperSize
    clinic: Path | None = None
    variant: Variant = "consent"

    @property
    def name(self) -> str:
        """What its references are named after."""
        kind = "" if self.variant == "consent" else f"-{self.variant}"
        return f"{self.code}-{self.paper}{kind}{'-clinic' if self.clinic else ''}"

    def pages(self) -> list[Image.Image]:
        """Render it, and take a picture of each page."""
        return photograph(open_workspace(self.clinic).render(self.code, paper=self.paper, variant=self.variant).pdf)

    def references(self) -> list[Image.Image]:
        """The committed pictures, page by page."""
        return [Image.open(path).convert("L") for path in sorted(REFERENCES.glob(f"{self.name}-??.png"))]


CASES = (
    Case("90837", "letter"),
    Case("90839", "letter"),
    Case("90853", "a4", SAMPLE_CLINIC),
    Case("90806", "letter", SAMPLE_CLINIC),
    Case("90839", "letter", variant="plan"),
    Case("90863", "a4", SAMPLE_CLINIC, variant="refusal"),
)


class Unlike(AssertionError):
    """A page does not look like its reference."""


def photograph(pdf: bytes, *, dots_per_inch: int = DOTS_PER_INCH) -> list[Image.Image]:
    """A picture in shades of grey of each page of a PDF."""
    program = shutil.which("pdftoppm")
    if program is None:
        raise RuntimeError("pdftoppm is missing; install it: sudo apt-get install poppler-utils")
    with tempfile.TemporaryDirectory() as folder:
        # Not as PNG: to pack a page takes twenty times as long as to draw it.
        arguments = [program, "-r", str(dots_per_inch), "-gray", "-", f"{folder}/page"]
        subprocess.run(arguments, input=pdf, check=True)
        pictures = [Image.open(path) for path in sorted(Path(folder).glob("page-*.pgm"))]
        return [_few_shades(picture) for picture in pictures]


def _few_shades(picture: Image.Image) -> Image.Image:
    step = 255 / (SHADES - 1)
    return picture.convert("L").point([round(round(shade / step) * step) for shade in range(256)])


def difference(actual: Image.Image, expected: Image.Image) -> Image.Image:
    """Black where the pictures are alike, white where they are not."""
    first, second = (picture.filter(ImageFilter.GaussianBlur(BLUR)) for picture in (actual, expected))
    unlike = ImageChops.lighter(_without_like(first, second), _without_like(second, first))
    return unlike.point([255 if distance > LIKENESS else 0 for distance in range(256)])


def _without_like(picture: Image.Image, other: Image.Image) -> Image.Image:
    """For each pixel, how far its shade is from all shades around the same place of the other picture."""
    lightest, darkest = other.filter(ImageFilter.MaxFilter(3)), other.filter(ImageFilter.MinFilter(3))
    return ImageChops.lighter(ImageChops.subtract(picture, lightest), ImageChops.subtract(darkest, picture))


def compare_page(name: str, number: int, actual: Image.Image, expected: Image.Image, folder: Path) -> None:
    """Raise Unlike where a page does not look like its reference. Pictures of both are left in `folder`."""
    if actual.size == expected.size:
        unlike = difference(actual, expected)
        number_unlike = unlike.histogram()[255]
        if number_unlike <= MOST_UNLIKE:
            return
        left, top, right, bottom = unlike.getbbox() or (0, 0, 0, 0)
        what = f"{number_unlike} pixels differ, from {left},{top} to {right},{bottom}"
    else:
        unlike = Image.new("L", actual.size)
        what = f"has {actual.width} x {actual.height} pixels, its reference {expected.width} x {expected.height}"
    for kind, picture in (("actual", actual), ("expected", expected), ("difference", _marked(actual, unlike))):
        picture.save(folder / f"{name}-{number:02}-{kind}.png")
    raise Unlike(f"{name}, page {number}: {what}.\nLook at {folder}/{name}-{number:02}-*.png\n{_ADVICE}")


_ADVICE = "If the page is meant to look so, run `make references`, look at the new pictures, and commit them."


def _marked(actual: Image.Image, unlike: Image.Image) -> Image.Image:
    """The page in pale grey, with what differs in red and a frame around it."""
    picture = Image.merge("RGB", [actual.point([128 + shade // 2 for shade in range(256)])] * 3)
    picture.paste((220, 0, 0), mask=unlike.filter(ImageFilter.MaxFilter(3)))
    if box := unlike.getbbox():
        ImageDraw.Draw(picture).rectangle((box[0] - 3, box[1] - 3, box[2] + 2, box[3] + 2), outline=(220, 0, 0))
    return picture


def compare(name: str, actual: Sequence[Image.Image], expected: Sequence[Image.Image], folder: Path) -> None:
    """Raise Unlike, with a message about every page, where a document does not look like its references."""
    faults = []
    if len(actual) != len(expected):
        faults.append(f"{name}: has {len(actual)} pages, and {len(expected)} references.\n{_ADVICE}")
    for number, (page, reference) in enumerate(zip(actual, expected, strict=False), 1):
        try:
            compare_page(name, number, page, reference, folder)
        except Unlike as fault:
            faults.append(str(fault))
    if faults:
        raise Unlike("\n".join(faults))


def write() -> Iterator[Path]:
    """Make all references anew."""
    REFERENCES.mkdir(exist_ok=True)
    for old in REFERENCES.glob("*.png"):
        old.unlink()
    for case in CASES:
        for number, page in enumerate(case.pages(), 1):
            path = REFERENCES / f"{case.name}-{number:02}.png"
            page.quantize(SHADES).save(path, optimize=True)
            yield path


def main() -> None:
    """Write the references."""
    parser = argparse.ArgumentParser(description="Make the reference pictures of pages anew.")
    parser.add_argument("--write", action="store_true", required=True, help="overwrite tests/references/")
    parser.parse_args()
    written = list(write())
    size = sum(path.stat().st_size for path in written)
    sys.stdout.write(f"{len(written)} pictures in {REFERENCES}, {size // 1024} KB. Look at them before you commit.\n")


if __name__ == "__main__":
    main()
