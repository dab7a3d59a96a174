"""Finished files taken apart: all objects of the engine's and pypdf's files, and no damage goes unnoticed or hangs."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.pdf.file.objects import PdfObject, inflated
from consentkit.pdf.file.reader import read_file
from consentkit.pdf.file.syntax import Ref, string_text
from consentkit.pdf.file.xmp import Info
from consentkit.pdf.link.compile import compile_part
from consentkit.pdf.read.drawn_text import PageTexts
from consentkit.pdf.render import engine

BODY = "<h1 id=top>One</h1><p>A <a href='#top'>link</a>, <abbr title='as is'>å</abbr></p>" + "<p>More.</p>" * 20
STYLE = 'html { font-family: "consentkit body" } h1 { break-before: page }'


@cache
def of_engine() -> bytes:
    """A file with object streams and a cross-reference stream."""
    page = f"<html lang=en><title>T</title><body>{BODY}<h1>Two</h1><p>End.</p></body></html>"
    return engine.render(page, [STYLE], {}, Info("Título", "en")).pdf


@cache
def of_pypdf() -> bytes:
    """The same with a table at the end."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(of_engine()))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


BOTH = pytest.mark.parametrize("file", [of_engine, of_pypdf])


@BOTH
def test_every_object_is_found_with_its_stream_as_it_is_stored(file: Callable[[], bytes]) -> None:
    parsed = read_file(file())
    with pikepdf.open(io.BytesIO(file())) as other:
        for item in other.objects:
            if isinstance(item, pikepdf.Stream) and item.get("/Type") not in ("/ObjStm", "/XRef"):
                assert parsed.objects[item.objgen[0]].stream == item.read_raw_bytes()
            elif isinstance(item, pikepdf.Dictionary):
                names = {f"/{name}" for name in parsed.objects[item.objgen[0]].entries}
                assert names == set(item.keys())
        kinds = [parsed.dictionary(Ref(number)).get("Type") for number in parsed.objects]
        assert kinds.count(b"/Page") == len(other.pages) == 2
        assert b"/ObjStm" not in kinds
        assert string_text(parsed.dictionary(parsed.trailer["Info"])["Title"]) == "Título"


@BOTH
def test_a_file_can_be_compiled(file: Callable[[], bytes]) -> None:
    part = compile_part(file())
    assert len(part.pages) == 2
    assert part.language == "en"
    assert [part.file.objects[place].entries["S"] for place in part.elements] == [b"/Document"]


def test_references_are_followed_and_what_is_missing_is_null() -> None:
    file = read_file(of_engine())
    assert file.get(None) == file.get(Ref(999_999)) == b"null"
    assert file.dictionary(Ref(999_999)) == {}
    assert file.array(b"/Name") == []
    assert file.dictionary(file.trailer["Root"]) == file.catalog


def read_all(pdf: bytes) -> None:
    """Do with a file all that can be done with it."""
    for number in read_file(pdf).objects:
        assert number >= 0
    compile_part(pdf)
    PageTexts().read(pdf)


@BOTH
@given(cut=st.floats(0, 1))
def test_a_file_that_is_broken_off_is_refused(file: Callable[[], bytes], cut: float) -> None:
    with pytest.raises(ValueError, match="end of the file"):
        read_file(file()[: int(cut * (len(file()) - 8))])


@BOTH
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_bit_that_flips_leads_to_a_value_error_or_nowhere(file: Callable[[], bytes], place: float, bit: int) -> None:
    data = bytearray(file())
    # Half of a file are fonts, which nothing here looks into: most flips are to hit what is read.
    start = int(place * len(data)) if bit % 2 else int(len(data) - place * 1500)
    data[min(start, len(data) - 1)] ^= 1 << bit
    try:
        read_all(bytes(data))
    except ValueError:
        return


STRUCTURE = sorted(
    {
        match.start() + offset
        for match in re.finditer(rb"/[A-Z]\w* \d+|\d+ 0 (?:obj|R)", of_pypdf())
        for offset in (2, 4)
    }
)


@given(place=st.sampled_from(STRUCTURE), digit=st.sampled_from(b"0123456789/([<>"))
def test_a_wrong_letter_in_the_structure_leads_to_a_value_error_or_nowhere(place: int, digit: int) -> None:
    data = bytearray(of_pypdf())
    data[place] = digit
    try:
        read_all(bytes(data))
    except ValueError:
        return


def small(trailer: bytes, *objects: bytes) -> bytes:
    """A file with a table, written by hand."""
    out, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, text)
    rows = b"".join(b"%010d 00000 n\r\n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f\r\n%btrailer\n%b\n" % (len(objects) + 1, rows, trailer)
    return out + table + b"startxref\n%d\n%%%%EOF\n" % len(out)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>"


def test_a_small_file_is_read() -> None:
    read_all(small(b"<</Root 1 0 R>>", CATALOG, PAGES, PAGE))


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        b"startxref\n0\n%%EOF",
        b"startxref\n" + b"9" * 40 + b"\n%%EOF\n",
        small(b"<</Root 1 0 R>>", CATALOG, PAGES, PAGE).replace(b"xref\n0 4", b"xref\n0 99999999999999"),
        small(b"<</Root 1 0 R/Prev 12>>", CATALOG, PAGES, PAGE),
        small(b"<</Root 1 0 R>>", CATALOG, PAGES, b"<</Length -7>>\nstream\nq Q\nendstream"),
        small(b"<</Root 1 0 R>>", CATALOG, PAGES, b"<</Length 2>>\nstream\nq Q\nendstream"),
        small(b"<</Root 1 0 R>>", CATALOG, PAGES, b"<</Length 99999999999999999999999>>\nstream\nq Q\nendstream"),
        small(b"<</Root 1 0 R>>", CATALOG, PAGES, b"<</Length 4 0 R>>\nstream\nq Q\nendstream"),
        small(b"<</Root 1 0 R>>", CATALOG, b"<</Type/Pages/Kids[2 0 R]>>"),
        small(b"<</Root 1 0 R>>", CATALOG, b"<</Type/Pages/Kids[]>>"),
        small(b"<</Root 1 0 R>>", CATALOG, PAGES, PAGE.replace(b"[0 0 9 9]", b"[0 0]")),
        small(b"<</Root 1 0 R>>", CATALOG, PAGES, PAGE.replace(b"[0 0 9 9]", b"[0 0 7 0 R]")),
        small(b"<</Root 1 0 R>>", CATALOG, PAGES, PAGE.replace(b"<<>>", b"8 0 R")),
        small(b"<</Root 1 0 R>>", CATALOG[:-2] + b"/Extra[9 0 R]>>", PAGES, PAGE, b"[12 0 R]"),
        small(b"<</Root 1 0 R>>", CATALOG[:-2] + b"/Outlines<</First 4 0 R>>>>", PAGES, PAGE, b"<</Next 4 0 R>>"),
    ],
)
def test_what_could_hang_or_lose_something_is_refused(pdf: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        compile_part(pdf)


@pytest.mark.parametrize(
    "entries",
    [
        b"/W[1 2 1]/Size 99999999999",
        b"/W[0 0 0]/Size 99999999999",
        b"/W[1 -2 1]/Size 2",
        b"/W[1]/Size 2",
        b"/W[]/Size 1",
        b"/W[1 2 1]/Index[0 1 2]/Size 1",
        b"/W[1 2 1]/Size 1e999",
        b"/W 3/Size 1",
    ],
)
def test_a_cross_reference_stream_that_is_nonsense_is_refused(entries: bytes) -> None:
    data = zlib.compress(b"\1\0\t\0" * 3)
    table = b"1 0 obj\n<</Filter/FlateDecode/Length %d%b>>\nstream\n%b\nendstream\nendobj\n" % (
        len(data),
        entries,
        data,
    )
    with pytest.raises(ValueError, match=r"."):
        read_file(b"%PDF-1.7\n" + table + b"startxref\n9\n%%EOF\n")


def test_a_stream_that_is_compressed_in_an_unusual_way_is_refused() -> None:
    assert inflated(PdfObject({}, b"q Q")) == b"q Q"
    assert inflated(PdfObject({"Filter": b"/FlateDecode"}, zlib.compress(b"q Q"))) == b"q Q"
    for entries in ({"Filter": b"/LZWDecode"}, {"Filter": b"/FlateDecode", "DecodeParms": {}}):
        with pytest.raises(ValueError, match="other than plain Flate"):
            inflated(PdfObject({**entries}, b"q Q"))


@pytest.mark.parametrize("length", [b"-7", b"2", b"99", b"4 0 R"])
def test_a_stream_that_does_not_end_where_its_length_says_is_refused(length: bytes) -> None:
    pages = (CATALOG, PAGES, PAGE)
    stream = b"<</Length %b>>\nstream\nq Q\nendstream"
    assert read_file(small(b"<</Root 1 0 R>>", *pages, stream % b"3")).objects[4].stream == b"q Q"
    with pytest.raises(ValueError, match=r"length|number"):
        read_file(small(b"<</Root 1 0 R>>", *pages, stream % length))
