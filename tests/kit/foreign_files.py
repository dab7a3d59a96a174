"""PDF files as other people make them: plain, tagged, with fields and marks; and how they look afterwards."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageChops, ImageFilter
from pypdf import PdfReader

from consentkit.errors import InvalidInput
from consentkit.pdf.file.xmp import DocumentInfo
from consentkit.pdf.foreign.intake import accept
from consentkit.pdf.render import engine

NAME = "privacy.pdf"


INFO = DocumentInfo("Privacy notice", "en", "TEST-1", "consent", "2026-01-01", "0" * 64)


STYLE = """
html { font-family: "consentkit body", "consentkit wide" }
span { display: inline-block; width: 100pt; height: 20pt }
"""


TEXT = b"BT /F1 24 Tf 90 600 Td (Your privacy) Tj ET 0.8 0.2 0.2 rg 300 400 100 40 re f "


FIELD_PICTURE = b"/Tx BMC q BT /F1 12 Tf 2 6 Td (Willow Street) Tj ET Q EMC"


Change = Callable[[pikepdf.Pdf], object]


def plain(content: bytes = TEXT, *, pages: int = 1, **entries: Any) -> pikepdf.Pdf:
    """A file with one line of text and a red block on each page."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for _ in range(pages):
        pdf.add_blank_page(page_size=(612, 792))
        page = pdf.pages[-1].obj
        page.Contents = pdf.make_stream(content)
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        for key, value in entries.items():
            page[f"/{key}"] = value
    return pdf


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pikepdf.PageCopyWarning)  # fields that no form names are meant
        pdf.save(buffer, static_id=True, **options)
    return buffer.getvalue()


AS_IT_IS = {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.none}
"""Options that leave streams alone."""


def changed(change: Change, *, options: Mapping[str, Any] = MappingProxyType({}), **how: Any) -> bytes:
    """The plain file after a change."""
    pdf = plain(**how)
    change(pdf)
    return saved(pdf, **options)


def form(pdf: pikepdf.Pdf, content: bytes, box: tuple[float, ...], **entries: Any) -> Stream:
    """A picture in the colours and fonts of the page."""
    resources = Dictionary(Font=Dictionary(F1=pdf.pages[0].obj.Resources.Font.F1))
    return pdf.make_stream(
        content, Type=Name.XObject, Subtype=Name.Form, BBox=Array(box), Resources=resources, **entries
    )


def annotate(pdf: pikepdf.Pdf, **entries: Any) -> Dictionary:
    """Put an annotation on the first page; it is printed unless told otherwise."""
    annotation = pdf.make_indirect(Dictionary(Type=Name.Annot, **{"F": 4, "Rect": [90, 500, 240, 520], **entries}))
    page = pdf.pages[0].obj
    if "/Annots" not in page:
        page.Annots = Array()
    page.Annots.append(annotation)
    return annotation


def add_field(pdf: pikepdf.Pdf, **entries: Any) -> Dictionary:
    """Put a filled-in text field on the first page."""
    picture = form(pdf, FIELD_PICTURE, (0, 0, 150, 20))
    given = {"FT": Name.Tx, "T": "name", "V": "Willow Street", "AP": Dictionary(N=picture), **entries}
    field = annotate(pdf, Subtype=Name.Widget, **{key: value for key, value in given.items() if value is not None})
    pdf.Root.AcroForm = Dictionary(Fields=[field])
    return field


def add_highlight(pdf: pikepdf.Pdf, **entries: Any) -> Dictionary:
    """Mark the line of text on the first page in yellow."""
    multiply = Dictionary(ExtGState=Dictionary(GS=Dictionary(BM=Name.Multiply)))
    picture = pdf.make_stream(
        b"/GS gs 1 1 0 rg 90 596 150 24 re f",
        Subtype=Name.Form,
        BBox=[90, 596, 240, 620],
        Resources=multiply,
        Group=Dictionary(S=Name.Transparency),
    )
    quads = [90, 620, 240, 620, 90, 596, 240, 596]
    given = {"AP": Dictionary(N=picture), "Rect": [90, 596, 240, 620], **entries}
    return annotate(pdf, Subtype=Name.Highlight, QuadPoints=quads, **given)


@cache
def tagged(*, fields: bool = False) -> bytes:
    """A tagged file that claims both standards, made by consentkit's own engine."""
    ask = '<p>Name <span data-field="who" data-label="Name"></span></p>' if fields else ""
    html = (
        '<!doctype html><html lang="en"><head><title>Privacy notice</title></head><body><h1>Your privacy</h1>'
        '<p>Read <a href="https://example.org/">the rules</a> of this clinic.</p>'
        f"<table><tr><th id=a>Who<th id=b>Why<tr><td headers=a>We<td headers=b>To treat you</table>{ask}"
        '<ul><li>One</li><li>Two</li></ul><p style="break-before: page">The end</p></body></html>'
    )
    made = engine.render(html, [STYLE], {}, INFO, fillable=fields).pdf
    return filled_in(made) if fields else made


def filled_in(data: bytes) -> bytes:
    """The file as a viewer leaves it after somebody has typed a name."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        field.V = String("Willow")
        table = pdf.Root.AcroForm.DR.Font.Field.ToUnicode.read_bytes()
        codes = {chr(int(char, 16)): code for code, char in re.findall(rb"<(\w{4})> <(\w{4})>", table)}
        typed = b"".join(codes[char] for char in "Willow")
        content = b"/Tx BMC q BT /Field 12 Tf 2 6 Td <%s> Tj ET Q EMC" % typed
        entries = {"Type": Name.XObject, "Subtype": Name.Form, "Resources": pdf.Root.AcroForm.DR}
        field.AP.N = pdf.make_stream(content, BBox=[0, 0, 100, 20], **entries)
        return saved(pdf, compress_streams=False)


def findings(data: bytes) -> list[str]:
    """What is told of a file that is refused."""
    with pytest.raises(InvalidInput) as caught:
        accept(NAME, data)
    assert {problem.file for problem in caught.value.problems} == {NAME}
    return [problem.message for problem in caught.value.problems]


def everything_in(pdf: bytes) -> Iterator[Any]:
    """Every object that can be reached from the trailer, direct ones too."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        waiting, seen = [opened.trailer], set()
        while waiting:
            thing = waiting.pop()
            if not isinstance(thing, Array | Dictionary | Stream):
                continue
            if thing.is_indirect:
                if thing.objgen in seen:
                    continue
                seen.add(thing.objgen)
            yield thing
            waiting.extend(thing if isinstance(thing, Array) else [thing[key] for key in entries(thing)])


def entries(thing: Any) -> list[str]:
    return [] if isinstance(thing, Array) else sorted(thing.keys())


def entries_of(pdf: bytes) -> set[str]:
    return {key for thing in everything_in(pdf) for key in entries(thing)}


def require_sound(pdf: bytes) -> None:
    """Two readers that were not written by each other find nothing to complain of."""
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    for page in reader.pages:
        page.extract_text()
    assert pdf.startswith(b"%PDF-1.7\n")
    assert pdf.count(b"\nxref\n") == 1
    assert b"/ObjStm" not in pdf
    program = shutil.which("qpdf")
    if program is not None:
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(pdf)
            file.flush()
            done = subprocess.run([program, "--check", file.name], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def photograph(pdf: bytes, folder: Path) -> list[Image.Image]:
    program = shutil.which("pdftoppm")
    assert program is not None, "pdftoppm is missing; install it: sudo apt-get install poppler-utils"
    folder.mkdir(exist_ok=True)
    (folder / "file.pdf").write_bytes(pdf)
    subprocess.run([program, "-r", "100", "-cropbox", folder / "file.pdf", folder / "page"], check=True)
    return [Image.open(path).convert("RGB") for path in sorted(folder.glob("page*.ppm"))]


def require_same_look(before: bytes, after: bytes, folder: Path) -> None:
    old, new = photograph(before, folder / "before"), photograph(after, folder / "after")
    assert [picture.size for picture in old] == [picture.size for picture in new]
    for number, pair in enumerate(zip(old, new, strict=True), 1):
        difference = ImageChops.difference(*pair).filter(ImageFilter.MinFilter(3))  # edges may be drawn another way
        worst = max(most for _, most in difference.getextrema())
        assert worst <= 64, f"page {number} looks different; see {folder}"
    assert any(picture.getextrema() != ((255, 255),) * 3 for picture in new), "there is nothing to see"


def words(pdf: bytes) -> list[str]:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()


def image(pdf: pikepdf.Pdf, kind: str) -> Stream:
    picture = Image.effect_noise((64, 64), 90)
    entries = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 64, "Height": 64, "BitsPerComponent": 8}
    if kind == "JPEG":
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG")
        return Stream(pdf, buffer.getvalue(), Filter=Name.DCTDecode, ColorSpace=Name.DeviceGray, **entries)
    rows = b"".join(b"\1" + predicted(row) for row in rows_of(picture.tobytes()))
    parameters = Dictionary(Predictor=15, Columns=64, Colors=1, BitsPerComponent=8)
    packed = zlib.compress(rows)
    if kind == "text":
        packed = packed.hex().encode() + b">"
        filters, all_parameters = Array([Name.ASCIIHexDecode, Name.FlateDecode]), Array([None, parameters])
        return Stream(pdf, packed, Filter=filters, DecodeParms=all_parameters, ColorSpace=Name.DeviceGray, **entries)
    return Stream(pdf, packed, Filter=Name.FlateDecode, DecodeParms=parameters, ColorSpace=Name.DeviceGray, **entries)


def rows_of(data: bytes) -> list[bytes]:
    return [data[start : start + 64] for start in range(0, len(data), 64)]


def predicted(row: bytes) -> bytes:
    return bytes((row[index] - (row[index - 1] if index else 0)) % 256 for index in range(len(row)))
