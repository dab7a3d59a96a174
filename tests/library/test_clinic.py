"""The clinic's own particulars and its logo."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from consentkit.cache.store import open_store
from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.clinic import ClinicFolder, load_clinic
from consentkit.library.defaults import find_clinic_folder
from consentkit.library.snapshot import Snapshot
from consentkit.model.clinic import LOWEST_CONTRAST, Clinic, contrast_with_white
from consentkit.reading.pictures import LARGEST_PICTURE, WIDEST_PICTURE, read_picture

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a clinic folder with a logo. Returns the folder."""

    def write_clinic(particulars: str = "logo: logo.png\n", logo: bytes | None = None) -> Path:
        (tmp_path / "clinic.yaml").write_text(particulars, encoding="utf-8")
        if logo is not None:
            (tmp_path / "logo.png").write_bytes(logo)
        return tmp_path

    return write_clinic


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB") -> bytes:
    """A picture file of noise, so that damage shows."""
    stream = io.BytesIO()
    image = Image.frombytes(mode, size, os.urandom(size[0] * size[1] * len(Image.new(mode, (1, 1)).tobytes())))
    image.save(stream, kind)
    return stream.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A PNG file that claims a size and holds almost nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def told(folder: Path) -> str:
    """The only problem of a clinic folder, without its file."""
    with pytest.raises(InvalidInput) as caught:
        load_clinic(folder)
    (problem,) = caught.value.problems
    assert problem.file == str(folder / "clinic.yaml")
    return str(problem).removeprefix(f"{problem.file}:")


def test_without_a_folder_everything_is_blank() -> None:
    assert load_clinic(None) == ClinicFolder(None, Clinic())


def test_all_particulars_are_read(write: Write) -> None:
    particulars = """\
name: Harbor  Street
  Clinic
address: [12 Harbor Street, "Springfield, OR 97477"]
phone: 555-0100
logo: logo.png
accent: "#1F4E79"
paper: a4
language: zh-Hant
"""
    folder = load_clinic(write(particulars, picture()))
    assert folder.clinic == Clinic(
        name="Harbor Street Clinic",
        address=("12 Harbor Street", "Springfield, OR 97477"),
        phone="555-0100",
        logo="logo.png",
        accent="#1f4e79",
        paper="a4",
        language="zh-Hant",
    )
    assert folder.logo is not None
    assert (folder.logo.media_type, folder.logo.width, folder.logo.height) == ("image/png", 40, 20)


@pytest.mark.parametrize(
    ("particulars", "problem"),
    [
        ("nam: X\n", "1:1: nam: is not a known key here; did you mean `name`?"),
        ("name: ''\n", "1:7: name: is empty; write the text or delete the line"),
        (f"name: {'x' * 81}\n", "1:7: name: has 81 characters; at most 80 fit, so shorten it"),
        ("address: 12 Harbor Street\n", "1:10: address: must be a list, with `- ` before each item, but is text"),
        ("address: [a, b, c, d]\n", "1:10: address: has 4 items; at most 3 fit"),
        ("paper: A3\n", "1:8: paper: is `A3`; write one of `letter` and `a4`"),
        ("paper: A4\n", "1:8: paper: is `A4`; write one of `letter` and `a4`; did you mean `a4`?"),
        ("language: English\n", "1:11: language: is `English`; write the short form of a language, such as en, es or"),
        ("- name: X\n", "1:1: must consist of keys and values, such as `key: value`"),
        ("", " is empty; fill it in, line by line, as `key: value`"),
    ],
)
def test_a_mistake_in_the_particulars_is_told_with_its_place(particulars: str, problem: str, write: Write) -> None:
    assert told(write(particulars)).startswith(problem)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("name", ["logo.png", "logo.jpg", "logo", "LOGO.x_y-1"])
def test_a_logo_is_judged_by_its_content_whatever_its_name(kind: str, name: str, write: Write) -> None:
    folder = write(f"logo: {name}\n")
    (folder / name).write_bytes(picture(kind))
    logo = load_clinic(folder).logo
    assert logo is not None
    assert logo.media_type == f"image/{kind.lower()}"
    assert logo.data == (folder / name).read_bytes()


def test_a_logo_is_judged_once_for_each_content(
    write: Write, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, store = write(logo=picture()), open_store(tmp_path_factory.mktemp("store"))
    logo = load_clinic(folder, Snapshot(), store).logo
    (folder / "logo.png").write_bytes(good := picture())
    changed = load_clinic(folder, Snapshot(), store).logo
    monkeypatch.setattr("consentkit.reading.pictures.read_picture", forbidden)
    assert logo != changed == load_clinic(folder, Snapshot(), store).logo
    (folder / "logo.png").write_bytes(good[:-20])
    with pytest.raises(AssertionError, match="judged again"):
        load_clinic(folder, Snapshot(), store)


def forbidden(*_: object) -> None:
    raise AssertionError("judged again")


def test_a_logo_that_is_converted_is_so_in_each_run(write: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, store = write(logo=picture("JPEG", mode="CMYK")), open_store(tmp_path_factory.mktemp("store"))
    expected = load_clinic(folder).logo
    assert expected is not None
    assert expected.data != (folder / "logo.png").read_bytes()
    assert [load_clinic(folder, Snapshot(), store).logo for _ in range(2)] == [expected, expected]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_depth_are_read(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "logo"
    if mode == "1":
        Image.new("1", (40, 20)).save(path, "PNG")
    else:
        path.write_bytes(picture(mode=mode))
    assert read_picture(path).width == 40


def test_a_jpeg_of_two_pictures_is_a_jpeg(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (40, 20)), Image.new("RGB", (40, 20))
    first.save(tmp_path / "logo.jpg", "MPO", save_all=True, append_images=[second])
    assert read_picture(tmp_path / "logo.jpg").media_type == "image/jpeg"


NOT_A_PICTURE = "names a file that is not a PNG or JPEG picture, or is damaged; save it again as one of these"


def gif() -> bytes:
    stream = io.BytesIO()
    Image.new("P", (4, 4)).save(stream, "GIF")
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="svg"),
        pytest.param(b"<html><script>1</script></html>", id="html"),
        pytest.param(b"%PDF-1.7\n", id="pdf"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n", id="eps"),
        pytest.param(gif(), id="gif"),
        pytest.param(b"BM" + bytes(60), id="bmp"),
        pytest.param(picture("PNG")[:200], id="png cut off"),
        pytest.param(picture("PNG")[:-60], id="png cut off near its end"),
        pytest.param(picture("JPEG")[:-200], id="jpeg cut off"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="png head only"),
        pytest.param(b"\xff\xd8\xff\xe0", id="jpeg head only"),
        pytest.param(huge_png(0, 0), id="png of no size"),
        pytest.param(huge_png(100, 100), id="png without content"),
    ],
)
def test_what_is_not_a_sound_png_or_jpeg_is_refused_as_a_logo(data: bytes, write: Write) -> None:
    assert told(write(logo=data)) == f"1:7: logo: {NOT_A_PICTURE}"


def test_a_logo_with_one_wrong_bit_is_refused(write: Write) -> None:
    data = bytearray(picture("PNG"))
    data[len(data) // 2] ^= 1
    assert told(write(logo=bytes(data))) == f"1:7: logo: {NOT_A_PICTURE}"


def test_a_logo_of_too_many_bytes_is_refused(write: Write) -> None:
    data = picture()
    padded = data + b"\x00" * (LARGEST_PICTURE + 1 - len(data))
    expected = "1:7: logo: names a file that has 2,097,153 bytes; at most 2,097,152 are read"
    assert told(write(logo=padded)) == expected


@pytest.mark.parametrize("size", [(WIDEST_PICTURE + 1, 1), (1, WIDEST_PICTURE + 1), (12_000, 12_000)])
def test_a_logo_of_too_many_pixels_is_refused_before_they_are_unpacked(size: tuple[int, int], write: Write) -> None:
    expected = f"1:7: logo: names a file that is {size[0]} by {size[1]} pixels; at most 4000 on each side are allowed"
    assert told(write(logo=huge_png(*size))) == expected


def test_a_logo_that_would_fill_memory_is_refused(write: Write) -> None:
    expected = "1:7: logo: names a file that is far too large; at most 4000 pixels on each side are allowed"
    assert told(write(logo=huge_png(2**31 - 1, 2**31 - 1))) == expected


def test_a_logo_of_the_largest_size_is_read(tmp_path: Path) -> None:
    Image.new("1", (WIDEST_PICTURE, 10)).save(tmp_path / "logo", "PNG")
    assert read_picture(tmp_path / "logo").width == WIDEST_PICTURE


def test_a_logo_that_is_a_link_is_refused(write: Write, tmp_path: Path) -> None:
    folder = write()
    (folder / "real.png").write_bytes(picture())
    (folder / "logo.png").symlink_to("real.png")
    assert told(folder) == "1:7: logo: names a file that is a symbolic link; put the file itself here"


def test_a_logo_that_is_missing_is_told_as_that(write: Write) -> None:
    remedy = "put it there, as a PNG or JPEG picture (no other kind is shown), or delete the line"
    expected = f"1:7: logo: names a file that is not in the clinic folder; {remedy}"
    assert told(write()) == expected


def test_a_logo_that_is_a_folder_or_a_pipe_is_refused(write: Write) -> None:
    folder = write("logo: logos\n")
    (folder / "logos").mkdir()
    assert told(folder) == "1:7: logo: names a file that is not a regular file; name a file"
    folder = write("logo: pipe\n")
    os.mkfifo(folder / "pipe")
    assert told(folder) == "1:7: logo: names a file that is not a regular file; name a file"


ELSEWHERE = ("../logo.png", "/etc/passwd", "a/b.png", "..", ".hidden", "http://x.org/a.png", "a b.png", "é.png", "a\\b")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_logo_must_be_named_by_a_plain_file_name(name: str, write: Write) -> None:
    problem = told(write(f"logo: '{name}'\n"))
    assert problem.startswith("1:7: logo: is `")
    assert problem.endswith("name a file in the clinic folder by letters, digits, dots, hyphens and underscores")


@pytest.mark.parametrize(
    ("colour", "contrast"),
    [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#777777", 4.48), ("#ff0000", 4.0)],
)
def test_contrast_is_reckoned_as_wcag_defines_it(colour: str, contrast: float) -> None:
    assert contrast_with_white(colour) == pytest.approx(contrast, abs=0.005)


def test_an_accent_just_dark_enough_is_taken_and_one_step_lighter_is_not(write: Write) -> None:
    assert contrast_with_white("#767676") >= LOWEST_CONTRAST > contrast_with_white("#777777")
    assert load_clinic(write('accent: "#767676"\n')).clinic.accent == "#767676"
    expected = "1:9: accent: is too light to print and copy well; choose a darker colour"
    assert told(write('accent: "#777777"\n')) == expected


@pytest.mark.parametrize("accent", ["navy", '"#123"', '"1f4e79"', '"#1f4e7g"', '"#1f4e79; color: red"'])
def test_an_accent_is_six_digits_after_a_number_sign(accent: str, write: Write) -> None:
    problem = told(write(f"accent: {accent}\n"))
    assert problem.endswith('write # and six digits or letters from a to f in quotation marks, such as "#1f4e79"')


def test_an_accent_without_quotation_marks_is_a_comment_and_told_as_one(write: Write) -> None:
    assert "what follows `#` is lost as a comment; put the text in quotation marks" in told(write("accent: #1f4e79\n"))


def test_the_nearest_clinic_folder_is_found_from_below(tmp_path: Path) -> None:
    inner = tmp_path / "clinic" / "procedures" / "more"
    inner.mkdir(parents=True)
    assert find_clinic_folder(inner) is None
    (tmp_path / "clinic" / "clinic.yaml").touch()
    assert find_clinic_folder(inner) == tmp_path / "clinic"
    (inner / "clinic.yaml").touch()
    assert find_clinic_folder(inner) == inner


def test_a_folder_without_particulars_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileAccess, match=r"clinic\.yaml: can't be read: no such file or directory$"):
        load_clinic(tmp_path)


def test_particulars_that_are_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("name: X\n")
    (tmp_path / "clinic.yaml").symlink_to("real.yaml")
    with pytest.raises(InvalidInput, match="is a symbolic link"):
        load_clinic(tmp_path)
