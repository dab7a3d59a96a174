"""The pictures of scanned pages are taken over as they are, or the page is drawn anew."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from contextlib import suppress

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from consentkit.scans.copying import RequestedPage, copied_pages
from consentkit.scans.filed_file import filed_file
from consentkit.scans.jpeg import only_picture
from consentkit.scans.page_pictures import NotOnlyPictures, pictures_of
from kit.filed import as_pdf

PICTURE = Image.linear_gradient("L").resize((170, 220))
WANTED = [RequestedPage(0, (61.2, 79.2))]


def scan(change: Callable[[pikepdf.Pdf], None] | None = None) -> bytes:
    """A page of a scanner, as something changes it."""
    with pikepdf.open(io.BytesIO(as_pdf([PICTURE]))) as pdf:
        if change:
            change(pdf)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def found(pdf: bytes) -> object:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return pictures_of(opened, 0)


def adds(content: bytes) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.pages[0].contents_add(content)


def picture(pdf: pikepdf.Pdf) -> pikepdf.Stream:
    return next(iter(pdf.pages[0].Resources.XObject.values()))


def has(**entries: object) -> Callable[[pikepdf.Pdf], None]:
    """A picture with other entries."""

    def change(pdf: pikepdf.Pdf) -> None:
        for name, value in entries.items():
            picture(pdf)[f"/{name}"] = value

    return change


@pytest.mark.parametrize(
    "content",
    [
        b"BT 3 Tr /F1 10 Tf 1 0 0 1 5 5 Tm (hidden text) Tj ET",
        b"q 0 0 612 792 re W n Q",
        b"0 g /Span <</MCID 0>> BDC EMC",
    ],
)
def test_what_shows_nothing_is_left_out(content: bytes) -> None:
    assert found(scan(adds(content))) == found(scan())
    (page,) = copied_pages(scan(adds(content)), WANTED)
    assert not page.is_redrawn and b"hidden" not in filed_file("A scan", [(page, 0)])


@pytest.mark.parametrize(
    "change",
    [
        adds(b"BT /F1 10 Tf 5 5 Td (text) Tj ET"),
        adds(b"5 5 20 20 re f"),
        adds(b"5 5 m 20 20 l S"),
        adds(b"1 0 0 rg"),
        adds(b"/GS0 gs"),
        adds(b"/OC /Layer BDC EMC"),
        adds(b"q 5 5 20 20 re W n Q"),
        adds(b"BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI"),
        adds(b"Q"),
        adds(b"/Nothing Do"),
        has(ColorSpace=pikepdf.Name.DeviceCMYK),
        has(Filter=pikepdf.Name.JPXDecode),
        has(Alternates=pikepdf.Array()),
        has(Subtype=pikepdf.Name.Form),
    ],
)
def test_a_page_with_more_than_pictures_is_not_taken_for_one(change: Callable[[pikepdf.Pdf], None]) -> None:
    with pytest.raises(NotOnlyPictures):
        found(scan(change))


def test_a_page_that_shows_more_is_drawn_anew() -> None:
    (page,) = copied_pages(scan(adds(b"1 0 0 rg 5 5 20 20 re f")), WANTED)
    assert page.is_redrawn
    assert page.streams[0].entries["ColorSpace"] == b"/DeviceRGB"
    (gray,) = copied_pages(scan(adds(b"0 g 5 5 20 20 re f")), WANTED)
    assert gray.streams[0].entries["ColorSpace"] == b"/DeviceGray"


def test_what_belongs_to_a_picture_comes_along() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        shared = pdf.make_stream(b"shared segments")
        mask = pdf.make_stream(b"\xff" * 4, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=2, Height=2,
                               BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceGray)  # fmt: skip
        profile = pdf.make_stream(b"a profile", N=1, Alternate=pikepdf.Name.DeviceGray)
        one = picture(pdf)
        one.SMask = mask
        one.ColorSpace = pikepdf.Array([pikepdf.Name.ICCBased, profile])
        one.DecodeParms = pikepdf.Dictionary(JBIG2Globals=shared)
        one.Interpolate = True

    (page,) = copied_pages(scan(change), WANTED)
    packed = [stream.data for stream in page.streams if stream.entries.get("Filter") == b"/FlateDecode"]
    assert sorted(map(zlib.decompress, packed)) == [b"a profile", b"shared segments", b"\xff" * 4]
    with pikepdf.open(io.BytesIO(filed_file("A scan", [(page, 90)]))) as written:
        (copy,) = written.pages[0].Resources.XObject.values()
        assert copy.SMask.Width == 2 and copy.ColorSpace[1].N == 1 and copy.DecodeParms.JBIG2Globals.read_bytes()
        assert "/Interpolate" not in copy and "/Alternate" not in copy.ColorSpace[1]
        assert written.pages[0].get("/Rotate") == 90


def test_a_picture_in_a_way_that_archives_do_not_take_is_unpacked_without_loss() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pixels = bytes(range(100)) * 374
        picture(pdf).write(pixels.hex().encode() + b">", filter=pikepdf.Name.ASCIIHexDecode)

    (page,) = copied_pages(scan(change), WANTED)
    assert page.streams[0].entries["Filter"] == b"/FlateDecode"
    assert zlib.decompress(page.streams[0].data) == bytes(range(100)) * 374


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 180), (6, 90), (8, 270)])
def test_a_picture_of_a_camera_is_displayed_as_it_says(orientation: int, turn: int) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    PICTURE.save(out, "JPEG", exif=exif)
    size = (61.2, 79.2) if turn in (0, 180) else (79.2, 61.2)
    (page,) = copied_pages(out.getvalue(), [RequestedPage(0, size)])
    assert page.rotate == turn and page.box == (0, 0, 61.2, 79.2)
    copied = page.streams[0].data
    assert b"Exif" in out.getvalue() and b"Exif" not in copied
    assert_same_pixels(copied, out.getvalue())


def assert_same_pixels(copied: bytes, original: bytes) -> None:
    with Image.open(io.BytesIO(copied)) as copy, Image.open(io.BytesIO(original)) as picture:
        assert copy.size == picture.size and copy.tobytes() == picture.tobytes()


SECRET = b"Mary O'Keeffe at 51.5 N"


def photograph_of_a_telephone(mode: str = "RGB", **options: object) -> bytes:
    """A JPEG with all that a telephone writes beside the picture, and another picture behind it."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    out, small = io.BytesIO(), io.BytesIO()
    PICTURE.convert(mode).save(
        out, "JPEG", exif=exif, comment=SECRET, xmp=b"<x>" + SECRET, icc_profile=PROFILE, dpi=(200, 200), **options
    )
    PICTURE.save(small, "JPEG", comment=SECRET)
    head, rest = out.getvalue()[:2], out.getvalue()[2:]
    others = b"".join(_segment(marker, b"Photoshop 3.0\0" + SECRET) for marker in (0xE2, 0xED, 0xEB))
    return head + others + b"\xff\xff" + rest[1:] + small.getvalue()


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


TAKEN = photograph_of_a_telephone()


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 3}], ids=str)
def test_of_a_jpeg_its_picture_alone_is_copied_pixel_by_pixel(mode: str, options: dict[str, object]) -> None:
    taken = photograph_of_a_telephone(mode, **options)
    in_pdf = scan(lambda pdf: replace_picture(pdf, taken, mode))
    for data, size in ((taken, (61.2, 79.2)), (in_pdf, (61.2, 79.2))):
        (page,) = copied_pages(data, [RequestedPage(0, size)])
        assert not page.is_redrawn
        copied = page.streams[0].data
        assert SECRET in taken and SECRET not in copied and b"Exif" not in copied
        assert_same_pixels(copied, taken)
        with Image.open(io.BytesIO(copied)) as picture:
            assert picture.info["icc_profile"] == PROFILE and picture.info["dpi"] == (200, 200)


def replace_picture(pdf: pikepdf.Pdf, data: bytes, mode: str) -> None:
    space = pikepdf.Name.DeviceGray if mode == "L" else pikepdf.Name.DeviceRGB
    picture(pdf).write(data, filter=pikepdf.Name.DCTDecode)
    picture(pdf).ColorSpace = space


@given(st.integers(0, 4000), st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_a_broken_jpeg_raises_one_kind_of_error(place: int, value: int) -> None:
    broken = bytearray(TAKEN)
    broken[place % len(broken)] = value
    for data in (bytes(broken), bytes(broken[:place])):
        with suppress(ValueError):
            only_picture(data)


def test_a_jpeg_that_breaks_off_among_its_pixels_is_copied_as_far_as_it_goes() -> None:
    out = io.BytesIO()
    PICTURE.save(out, "JPEG", dpi=(200, 200))
    assert only_picture(out.getvalue()) == out.getvalue()
    assert only_picture(out.getvalue()[:-20]) == out.getvalue()[:-20]
    for data in (b"", b"\xff\xd8", b"\xff\xd8\xff\xd9", out.getvalue()[:100]):
        with suppress(ValueError):
            assert len(only_picture(data)) <= len(data)


def test_a_picture_that_is_transparent_is_on_white_and_one_of_many_shades_keeps_its_light() -> None:
    for mode, expected in (("LA", b"\xff\xff\xff"), ("I;16", b"\x80")):
        out = io.BytesIO()
        color: object = (0, 0) if mode == "LA" else 0x8080
        Image.new(mode, (4, 4), color).save(out, "PNG")  # type: ignore[arg-type]
        (page,) = copied_pages(out.getvalue(), WANTED)
        assert zlib.decompress(page.streams[0].data).startswith(expected)


def test_what_cannot_be_read_raises_one_kind_of_error() -> None:
    for data in (b"%PDF-1.7 nothing", b"no picture", scan()[:900]):
        with pytest.raises(ValueError, match="scan"):
            copied_pages(data, WANTED)


def test_the_same_pages_give_the_same_bytes() -> None:
    first, second = (filed_file("A scan", ((page, 0) for page in copied_pages(scan(), WANTED))) for _ in range(2))
    assert first == second
