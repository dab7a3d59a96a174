"""The pages of scanned files: how they were scanned, and what is refused before it costs anything."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Name
from PIL import Image, ImageDraw

from consentkit.scans.page import RefusedPage, ScanPage
from consentkit.scans.pages import MOST_PAGES, count_pages, scan_pages

LETTER = (8.5, 11.0)


def sheet(dpi: float, mode: str = "L", down: float | None = None) -> Image.Image:
    """A sheet with a square on it, 20 mm from the left and 40 mm from the top, of 30 mm."""
    picture = Image.new(mode, (round(LETTER[0] * dpi), round(LETTER[1] * (down or dpi))), "white")
    across, along = dpi / 25.4, (down or dpi) / 25.4
    ImageDraw.Draw(picture).rectangle((20 * across, 40 * along, 50 * across, 70 * along), fill="black")
    return picture


def saved(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    data = io.BytesIO()
    picture.save(data, form, **options)
    return data.getvalue()


def only(data: bytes) -> ScanPage:
    (page,) = scan_pages("scan", data)
    assert isinstance(page, ScanPage), page
    return page


def refusal(data: bytes) -> RefusedPage:
    (page,) = scan_pages("scan", data)
    assert isinstance(page, RefusedPage)
    return page


def square_of(page: ScanPage) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the square in millimetres."""
    rows, columns = np.nonzero(page.gray < 128)
    mm = page.pixels_per_inch / 25.4
    return columns.min() / mm, rows.min() / mm, columns.max() / mm, rows.max() / mm


def pdf_of(*pictures: tuple[bytes, int, int, str, int], change: Any = None, **options: Any) -> bytes:
    """A PDF as a scanner makes it, each page a picture of Letter: its data, columns, rows, color space and bits."""
    file = pikepdf.Pdf.new()
    for data, columns, rows, colors, bits in pictures:
        page = file.add_blank_page(page_size=(612, 792))
        image = pikepdf.Stream(file, zlib.compress(data))
        image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name.FlateDecode
        image.Width, image.Height, image.BitsPerComponent = columns, rows, bits
        image.ColorSpace = Name(f"/{colors}")
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
        page.Contents = pikepdf.Stream(file, b"q 612 0 0 792 0 0 cm /Im Do Q")
    if change:
        change(file)
    out = io.BytesIO()
    file.save(out, **options)
    return out.getvalue()


def scanned_pdf(dpi: float, mode: str = "L", down: float | None = None, **options: Any) -> bytes:
    picture = sheet(dpi, mode, down)
    colors, bits = {"1": ("DeviceGray", 1), "L": ("DeviceGray", 8), "RGB": ("DeviceRGB", 8)}[mode]
    return pdf_of((picture.tobytes(), *picture.size, colors, bits), **options)


@pytest.mark.parametrize(("mode", "kind"), [("1", "one-bit"), ("L", "gray"), ("RGB", "color")])
def test_a_picture_and_a_pdf_of_it_are_the_same_page(mode: str, kind: str) -> None:
    gray = sheet(200, mode)
    if mode != "1":
        gray.putpixel((5, 5), 200 if mode == "L" else (200, 200, 190))  # or it would be black and white
    colors, bits = {"1": ("DeviceGray", 1), "L": ("DeviceGray", 8), "RGB": ("DeviceRGB", 8)}[mode]
    for data in (saved(gray, dpi=(200, 200)), pdf_of((gray.tobytes(), *gray.size, colors, bits))):
        page = only(data)
        assert page.kind == kind and round(page.dpi) == 200 and not page.is_fax
        assert square_of(page) == pytest.approx((20, 40, 50, 70), abs=0.3)


def test_more_dots_than_are_needed_are_not_kept() -> None:
    for data in (saved(sheet(600), dpi=(600, 600)), scanned_pdf(600)):
        page = only(data)
        assert round(page.dpi) == 600 and round(page.pixels_per_inch) == 300 and page.gray.shape[1] == 2550
        assert square_of(page) == pytest.approx((20, 40, 50, 70), abs=0.3)


def test_a_fax_gets_the_rows_that_it_lacks() -> None:
    for data in (saved(sheet(204, "1", 98), "TIFF", dpi=(204, 98)), scanned_pdf(204, "1", 98)):
        page = only(data)
        assert page.is_fax and round(page.dpi) == 98 and page.kind == "one-bit"
        assert square_of(page) == pytest.approx((20, 40, 50, 70), abs=0.5)


@pytest.mark.parametrize("dpi", [72, 100, 139])
def test_what_is_too_coarse_is_refused_in_plain_words(dpi: int) -> None:
    for data in (saved(sheet(dpi), dpi=(dpi, dpi)), scanned_pdf(dpi)):
        refused = refusal(data)
        assert refused.reason == "too coarse"
        assert refused.message == (f"it has {dpi} dots per inch, and 140 are needed: scan it again in gray at 200")
    assert round(only(saved(sheet(150), dpi=(150, 150))).dpi) == 150


def test_a_photograph_says_nothing_of_paper_and_counts_as_a_sheet_of_it() -> None:
    photograph = saved(sheet(300, "RGB"), "JPEG", dpi=(72, 72))
    assert 270 < only(photograph).dpi < 300
    assert only(saved(sheet(300, "RGB"), "JPEG")).dpi == only(photograph).dpi


def test_a_picture_is_turned_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright, and its picture lies on its side
    lying = sheet(200).rotate(90, expand=True)
    page = only(saved(lying, "JPEG", dpi=(200, 200), exif=exif, quality=95))
    assert square_of(page) == pytest.approx((20, 40, 50, 70), abs=0.3)


def of_two_pages() -> tuple[bytes, int]:
    """A TIFF, and where the properties of its second page begin."""
    tiff = saved(_SHEET, "TIFF", save_all=True, append_images=[sheet(145, "1")], dpi=(145, 145), compression="group4")
    (first,) = struct.unpack_from("<I", tiff, 4)
    (entries,) = struct.unpack_from("<H", tiff, first)
    return tiff, struct.unpack_from("<I", tiff, first + 2 + 12 * entries)[0]


def test_the_first_page_is_read_wherever_the_file_breaks_off_in_the_second() -> None:
    tiff, second = of_two_pages()
    (entries,) = struct.unpack_from("<H", tiff, second)
    for end in range(second, second + 2 + 12 * entries, 5):
        assert count_pages("scan", tiff[:end]) in (1, 2)
        first = next(scan_pages("scan", tiff[:end]))
        assert isinstance(first, ScanPage), end
        assert np.array_equal(first.gray, np.array(_SHEET.convert("L")))


@pytest.mark.parametrize(("tag", "value"), [(257, 0), (258, 7), (259, 60_000), (262, 77)])
def test_the_first_page_is_read_whatever_is_wrong_with_the_second(tag: int, value: int) -> None:
    tiff, second = of_two_pages()
    broken = bytearray(tiff)
    (entries,) = struct.unpack_from("<H", tiff, second)
    places = [second + 2 + 12 * number for number in range(entries)]
    (place,) = (place for place in places if struct.unpack_from("<H", tiff, place)[0] == tag)
    struct.pack_into("<H", broken, place + 8, value)
    first, *others = scan_pages("scan", bytes(broken))
    assert isinstance(first, ScanPage) and all(isinstance(page, RefusedPage) for page in others)


def test_each_page_of_a_file_is_read_or_those_that_are_requested() -> None:
    pages = [sheet(150, "1") for _ in range(5)]
    tiff = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], dpi=(150, 150))
    pdf = pdf_of(*[(page.tobytes(), *page.size, "DeviceGray", 1) for page in pages])
    for data in (tiff, pdf):
        assert count_pages("scan", data) == 5
        assert [page.index for page in scan_pages("scan", data)] == [0, 1, 2, 3, 4]
        assert [page.index for page in scan_pages("scan", data, only={1, 3})] == [1, 3]


def png_header(columns: int, rows: int) -> bytes:
    """A PNG that claims to be of a size, and is empty."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(10_000, 10_000), (60_000, 60_000), (2_000_000, 2_000_000)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    assert refusal(png_header(*size)).reason == "too many pixels"
    assert refusal(pdf_of((b"", *size, "DeviceGray", 8))).reason == "too many pixels"


def test_a_million_pages_are_refused_before_any_is_read() -> None:
    file = pikepdf.Pdf.new()
    file.add_blank_page(page_size=(612, 792))
    for _ in range(MOST_PAGES):
        file.pages.append(file.pages[0])
    out = io.BytesIO()
    file.save(out)
    assert count_pages("scan", out.getvalue()) == MOST_PAGES + 1
    (only,) = scan_pages("scan", out.getvalue(), only={0})
    assert isinstance(only, RefusedPage) and only.reason == "too many pages"
    assert only.message == "the file has more than 2,000 pages: scan fewer at a time"


def test_a_picture_of_too_many_pages_is_refused_before_any_is_read() -> None:
    frame = Image.new("1", (8, 8), 1)
    tiff = saved(frame, "TIFF", save_all=True, append_images=[frame] * MOST_PAGES, dpi=(1, 1))
    assert count_pages("scan", tiff) == MOST_PAGES + 1
    (only,) = scan_pages("scan", tiff, only={0})
    assert isinstance(only, RefusedPage) and only.reason == "too many pages"


def _with_script(file: pikepdf.Pdf) -> None:
    file.Root.OpenAction = pikepdf.Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def _with_attachment(file: pikepdf.Pdf) -> None:
    file.attachments["a.txt"] = pikepdf.AttachedFileSpec(file, b"hello")


def _with_launch(file: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=Name.Launch, F=pikepdf.String("cmd.exe"))
    link = pikepdf.Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    file.pages[0].Annots = file.make_indirect([link])


@pytest.mark.parametrize("change", [_with_script, _with_attachment, _with_launch])
def test_a_pdf_with_more_in_it_than_pages_is_refused(change: Any) -> None:
    refused = refusal(scanned_pdf(150, change=change))
    assert refused.reason == "active content" and "print it to a new PDF file" in refused.message
    assert refused == count_pages("scan", scanned_pdf(150, change=change))


def test_a_protected_file_is_refused_with_the_way_out() -> None:
    protected = scanned_pdf(150, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert refusal(protected).message == "the file is protected by a password: save it without protection"


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"%PDF-1.7\nhello", b"GIF89a", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"II*\0"]
)
def test_what_is_no_scan_is_refused(data: bytes) -> None:
    assert refusal(data).reason in ("not a scan", "damaged")
    assert count_pages("scan", data) == refusal(data)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_file_raises_nothing(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([_TIFF, of_two_pages()[0], _JPEG, _PDF_OF_SCAN]))
    cut = data.draw(st.integers(0, len(whole)))
    broken = bytearray(whole[:cut])
    for _ in range(data.draw(st.integers(0, 3)) if broken else 0):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    for page in scan_pages("scan", bytes(broken)):
        assert isinstance(page, ScanPage | RefusedPage)


_SHEET = sheet(145, "1")
_TIFF = saved(_SHEET, "TIFF", dpi=(145, 145), compression="group4")
_JPEG = saved(sheet(145), "JPEG", dpi=(145, 145))
_PDF_OF_SCAN = scanned_pdf(145)
