"""Logos in every form in which clinics have them: what is printed is in gray or sRGB, and the PDF/A claim holds."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageCms, ImageDraw

from consentkit.documents.opening import open_workspace
from consentkit.reading.pictures import read_picture
from kit.small import make_clinic
from kit.validation import BOTH_STANDARDS, faults


def drawing(mode: str) -> Image.Image:
    """A dark red box on white."""
    image = Image.new("RGB", (60, 40), "white")
    ImageDraw.Draw(image).rectangle((10, 10, 49, 29), fill=(160, 20, 20))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def deep_png(color_type: int, channels: int) -> bytes:
    """A PNG of 16 bits a channel, half gray: Pillow writes none in colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + struct.pack(">H", 0x8000) * channels * 30) * 20
    header = struct.pack(">IIBBBBB", 30, 20, 16, color_type, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def profile(space: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


LOGOS = {
    "cmyk": saved(drawing("CMYK"), "JPEG"),
    "cmyk with a profile that does not fit": saved(drawing("CMYK"), "JPEG", icc_profile=profile("sRGB")),
    "progressive cmyk": saved(drawing("CMYK"), "JPEG", progressive=True),
    "16 bits gray": deep_png(0, 1),
    "16 bits colour": deep_png(2, 3),
    "16 bits gray with alpha": deep_png(4, 2),
    "16 bits colour with alpha": deep_png(6, 4),
    "palette with alpha": saved(drawing("RGBA").quantize(), "PNG"),
    "gray with alpha": saved(drawing("LA"), "PNG"),
    "one bit": saved(drawing("1"), "PNG"),
    "profile of another colour space": saved(drawing("RGB"), "PNG", icc_profile=profile("LAB")),
    "profile that is damaged": saved(drawing("RGB"), "JPEG", icc_profile=b"no profile at all"),
    "gray with a colour profile": saved(drawing("L"), "JPEG", icc_profile=profile("sRGB")),
    "jpeg with a profile of another colour space": saved(drawing("RGB"), "JPEG", icc_profile=profile("LAB")),
    "progressive": saved(drawing("RGB"), "JPEG", progressive=True),
    "palette": saved(drawing("P"), "PNG"),
    "one transparent colour": saved(drawing("RGB"), "PNG", transparency=(255, 255, 255)),
    "moving": saved(drawing("RGB"), "PNG", save_all=True, append_images=[Image.new("RGB", (60, 40), "blue")]),
}
PLAIN = {
    "one bit",
    "gray with alpha",
    "palette with alpha",
    "progressive",
    "palette",
    "one transparent colour",
    "moving",
}


@pytest.mark.parametrize("kind", LOGOS)
def test_a_logo_is_printed_in_gray_or_srgb_with_8_bits(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "logo"
    path.write_bytes(LOGOS[kind])
    read = read_picture(path)
    with Image.open(io.BytesIO(read.data)) as printed, Image.open(path) as original:
        assert printed.mode in {"1", "L", "LA", "P", "RGB", "RGBA"}
        assert not printed.info.get("icc_profile")
        assert printed.size == original.size
    assert read.data[:4] != b"\x89PNG" or read.data[24] <= 8
    assert (read.data == LOGOS[kind]) == (kind in PLAIN), "only what needs it is converted"


@pytest.mark.parametrize("kind", ["16 bits gray", "16 bits colour"])
def test_half_gray_stays_half_gray_when_16_bits_become_8(kind: str, tmp_path: Path) -> None:
    (tmp_path / "logo").write_bytes(LOGOS[kind])
    with Image.open(io.BytesIO(read_picture(tmp_path / "logo").data)) as printed:
        assert printed.convert("L").getextrema() in {(127, 127), (128, 128)}


def test_dark_red_stays_dark_red_when_cmyk_becomes_rgb(tmp_path: Path) -> None:
    (tmp_path / "logo").write_bytes(LOGOS["cmyk"])
    with Image.open(io.BytesIO(read_picture(tmp_path / "logo").data)) as printed:
        pixel = printed.getpixel((30, 20))
    assert isinstance(pixel, tuple)
    assert all(abs(given - wanted) < 12 for given, wanted in zip(pixel, (160, 20, 20), strict=True))


@pytest.mark.parametrize("kind", LOGOS)
def test_a_document_with_an_odd_logo_keeps_its_claims(kind: str, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic", "name: Harbor Street Clinic\nlogo: logo\n")
    (clinic / "logo").write_bytes(LOGOS[kind])
    data = open_workspace(clinic).render("SMALL-1", variant="information").pdf
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pictures = [
            item for item in pdf.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"
        ]
        assert pictures
        assert {str(picture.ColorSpace) for picture in pictures} <= {"/DeviceRGB", "/DeviceGray"}
        assert all(int(picture.BitsPerComponent) <= 8 for picture in pictures)
    assert [faults(data, standard) for standard in BOTH_STANDARDS] == [[], []]


def test_an_approval_is_of_the_file_and_not_of_how_it_was_converted(tmp_path: Path) -> None:
    import hashlib

    (tmp_path / "logo").write_bytes(LOGOS["cmyk"])
    assert read_picture(tmp_path / "logo").digest == hashlib.sha256(LOGOS["cmyk"]).hexdigest()
