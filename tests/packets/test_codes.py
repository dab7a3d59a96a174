"""The codes for filing, as a scanner or a fax shows them: pages fed askew, in gray and in black and white."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.model.identity import PAPER_SIZES
from consentkit.packets.code_drawing import QUIET
from consentkit.packets.packet import Packet
from kit.packets import codes, packet, visit
from kit.small import make_clinic, write_procedure

LAYOUTS = [("letter", False), ("a4", True)]
"""Each paper and each size of print, by whether it is large."""
SLANTS = [-2.0, -1.0, 1.0, 2.0]
"""Degrees by which a feeder may turn a page."""
SAFE = 8 * 72 / 25.4
"""Points from each edge of the sheet within which a feeder, or a printer, may cut off what is there."""
SHARP = 600
"""Dots per inch of the picture that a fax is made of."""
WHITE = 255
THRESHOLDS = [130, 160, 185]
"""How dark what becomes black is, of 255."""


@pytest.fixture(scope="module", params=LAYOUTS, ids=lambda layout: " large ".join(map(str, layout)))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Packet:
    """A form and a refusal, so that the codes of two papers are there, of a procedure with a long title."""
    paper, large_print = request.param
    folder: Path = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_procedure(folder / "procedures", title="A long talk with one person, added to a visit with a doctor or nurse")
    (folder / "clinic.yaml").write_text(f"paper: {paper}\n")
    return packet(open_workspace(folder, open_store()), visit(large_print=large_print, documents=["form", "refusal"]))


def expected(made: Packet) -> dict[int, str]:
    """What the code of each page of a paper to sign says that has a place to write on below its head."""
    signed = {
        placed.first + slot.page
        for placed in made.papers
        for slot in placed.paper.part.slots
        if slot.element is not None and placed.paper.group == "sign"
    }
    return {page: f"CK2/{made.plan.packet}/{page}" for page in sorted(signed)}


def gray(made: Packet, page: int, dots_per_inch: int) -> Image.Image:
    """What a scanner sees of a page that was fed straight."""
    document = pypdfium2.PdfDocument(made.pdf)
    try:
        picture = document[page - 1].render(scale=dots_per_inch / 72, grayscale=True).to_pil()
        return Image.open(io.BytesIO(_saved(picture)))
    finally:
        document.close()


def _saved(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def askew(picture: Image.Image, degrees: float) -> Image.Image:
    return picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=WHITE)


def black_and_white(picture: Image.Image, threshold: int) -> Image.Image:
    return picture.point(lambda shade: WHITE * (shade > threshold))


def faxed(picture: Image.Image, threshold: int) -> Image.Image:
    """A page of a fax in its coarse resolution, 204 by 98 dots per inch."""
    size = round(picture.width * 204 / SHARP), round(picture.height * 98 / SHARP)
    return black_and_white(picture.resize(size, Image.Resampling.BOX), threshold)


def read(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture)]


def test_each_page_to_sign_has_a_code_and_no_other_page(made: Packet) -> None:
    assert codes(made.pdf) == expected(made)


def test_codes_can_be_read_in_gray_however_a_page_was_fed(made: Packet) -> None:
    for page, payload in expected(made).items():
        scan = gray(made, page, 150)
        most = (SLANTS[0], SLANTS[-1])
        assert {degrees: read(askew(scan, degrees)) for degrees in most} == {degrees: [payload] for degrees in most}


def test_codes_can_be_read_in_black_and_white(made: Packet) -> None:
    for page, payload in expected(made).items():
        scan = askew(gray(made, page, 150), SLANTS[0])
        found = {threshold: read(black_and_white(scan, threshold)) for threshold in THRESHOLDS}
        assert found == {threshold: [payload] for threshold in THRESHOLDS}


def test_codes_can_be_read_from_a_coarse_fax(made: Packet) -> None:
    page, payload = next(iter(expected(made).items()))
    sharp = gray(made, page, SHARP)
    fax = sharp.crop((0, sharp.height * 2 // 3, sharp.width, sharp.height))  # a quick third, which has the code
    for degrees in (0.0, SLANTS[1], SLANTS[2]):
        assert read(faxed(askew(fax, degrees), THRESHOLDS[1])) == [payload], degrees


def test_codes_are_8_mm_from_both_edges_with_white_around_them(made: Packet) -> None:
    scale = 300 / 72
    width, _ = PAPER_SIZES[made.plan.layout.paper]
    for page in expected(made):
        picture = gray(made, page, 300)
        (code,) = zxingcpp.read_barcodes(picture)
        place = code.position
        left, top, right, bottom = place.top_left.x, place.top_left.y, place.bottom_right.x, place.bottom_right.y
        assert (right - left) / scale / 21 >= 0.5 * 72 / 25.4 - 0.03
        assert width - right / scale >= SAFE - 0.3
        assert (picture.height - bottom) / scale >= SAFE - 0.3
        quiet = int((QUIET - 0.3) * scale)
        around = picture.crop((left - quiet, top - quiet, right + quiet, bottom + quiet))
        around.paste(WHITE, (quiet - 2, quiet - 2, around.width - quiet + 2, around.height - quiet + 2))
        assert around.getextrema() == (WHITE, WHITE), f"page {page}: something is in the white around the code"


def test_nothing_of_the_foot_is_nearer_to_the_edge_than_8_mm(made: Packet) -> None:
    scale = 150 / 72
    for page in range(1, made.pages + 1):
        picture = gray(made, page, 150)
        strip = picture.crop((0, picture.height - int((SAFE - 0.8) * scale), picture.width, picture.height))
        assert strip.getextrema() == (WHITE, WHITE), f"page {page}"
