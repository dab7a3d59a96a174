"""Stamps are read without painting their page only where that gives what a painter would have read."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consentkit.packets.drawn import DrawnText, PageReader
from consentkit.packets.lettering import Texts, draw_code
from consentkit.packets.plain_drawings import StampDrawing
from consentkit.packets.printed import PrintedPage, digest_of, printed_part
from consentkit.packets.read_before import ReadBefore
from consentkit.packets.same_pages import SamePage
from consentkit.packets.stamps import StampReader
from consentkit.pdf.file.objects import Objects
from consentkit.pdf.file.reader import PdfFile, read_file
from consentkit.pdf.file.syntax import Ref, Value
from consentkit.pdf.file.xmp import Info
from consentkit.pdf.lines.embedding import resources_of
from consentkit.pdf.lines.faces import REGULAR
from consentkit.pdf.lines.runs import runs_of
from consentkit.pdf.link.compile import compile_part
from consentkit.pdf.link.link import Linker
from consentkit.pdf.link.order import Insert, Stamp
from consentkit.pdf.read.visible import VisibleContent
from consentkit.pdf.render.engine import render
from consentkit.recent import Recent

FORM = "<html lang='en'><body><p style='margin: 5cm 0 0 5cm; width: 8cm'>You may ask at any time.</p></body></html>"
TEXTS = ("Ann Lee", "Nguyễn Thị", "MR-7", "1/2")


@pytest.fixture(scope="module")
def form() -> bytes:
    """A paper as it is before anything is written on it."""
    pdf: bytes = render(FORM, ['html { font-family: "consentkit body" }'], {}, Info("A form", "en")).pdf
    return pdf


class Sheet:
    """A paper on which something is written."""

    def __init__(self, form: bytes) -> None:
        self._form, self._out = form, io.BytesIO()
        self._linker = Linker(self._out, "A form", "en")
        self._linker.expect_pages(1)
        self.texts = Texts(TEXTS)
        self.texts.put_into(self._linker)
        self.code = draw_code(self._linker, "CK2/ABC/1")

    def drawing(self, content: bytes) -> Stamp:
        """A stamp of any other drawing, in the font of the lines."""
        shared = self.texts._lines._shared[0]
        return Stamp(self._linker.draw(content, (0, 0, 60, 20), shared), 200, 50)

    def read(self, stamps: Sequence[Stamp]) -> tuple[list[DrawnText] | None, list[DrawnText] | None]:
        """What is read of the stamps without painting the page, and by painting it; None where that refuses it."""
        linker = self._linker
        linker.add(Insert(compile_part(self._form), "A form", "paper_1", {0: stamps}))
        linker.finish(Info("A form", "en"), "test", "0" * 32)
        before, printed = ReadBefore(2), printed_part(self._form).pages[0]
        before.expect(linker.beginning)
        file = read_file(self._out.getvalue(), before.beginnings)
        same, reader = before.same_pages(file), PageReader(file, before)
        assert same
        assert len(same.pages_of(file.trailer["Root"])) == 1
        page = same.page(0, printed, "")
        assert page
        try:
            painted = reader.read(next(file.pages()), printed)
        except (ValueError, KeyError, TypeError):
            painted = None
        return reader.read_stamps(page), painted


def drawing_in_a_font(name: str, means: str) -> tuple[PdfFile, Ref]:
    """A file with one drawing of one glyph, of a font with a name, in which the glyph means some letter."""
    (run,) = runs_of("a", REGULAR) or ()
    (glyph,) = run.face.shape("a", run.script, is_turned=False) or ()
    out = io.BytesIO()
    linker = Linker(out, "A form", "en")
    shared = linker.share(resources_of({name: (run.face, {glyph.number: means})}))
    content = b"BT 0 6 Td /%b 12 Tf [<%04x>] TJ ET" % (name.encode("latin-1"), glyph.number)
    drawing = linker.draw(content, (0, 0, 60, 20), shared)
    linker.finish(Info("A form", "en"), "test", "0" * 32)
    return read_file(out.getvalue()), drawing


@pytest.mark.parametrize("name", ["F1", "A", "P", "Length", "\xe9"])
def test_a_drawing_is_that_of_another_file_only_with_the_same_font_whatever_its_name(name: str) -> None:
    known: Recent[bytes, StampDrawing | None] = Recent(9)
    said = []
    for means in "aba":
        file, drawing = drawing_in_a_font(name, means)
        page = SamePage(PrintedPage(), "", (), None, (), {"Stamp1": drawing}, ())
        stamp = StampReader(file, VisibleContent(file, 2.0, whole_drawings=True), 2.0, known).drawing(page, drawing)
        said.append(stamp and stamp.text)
    assert said == ["a", "b", "a"]


def test_values_with_the_same_characters_have_different_digests() -> None:
    file = PdfFile(Objects(), {})
    values: list[Value] = [{"AB": b"/C"}, {"A": b"B/C"}, {"A": b"B", "/C": b""}, [b"A", b"B /C"], [b"A B", b"/C"]]
    assert len({digest_of(file, value, {}) for value in values}) == len(values)


PLACES = st.builds(
    lambda which, left, bottom, scale: (which, left, bottom, scale),
    st.integers(0, len(TEXTS)),
    st.sampled_from([-3, 0, 20, 50, 90, 150, 300, 560, 600]) | st.integers(-20, 620),
    st.sampled_from([-5, 0, 12, 30, 60, 400, 700, 780]) | st.integers(-20, 800),
    st.sampled_from([0.1, 0.2, 0.5, 1, 1, 1, 2.5, 40]),
)


@given(st.lists(PLACES, min_size=1, max_size=4))
@example([(0, -20.0, 400.0, 1.0)])
@example([(0, 50.0, 700.0, 1.0), (1, 50.0, 702.0, 1.0)])
@example([(4, 150.0, 600.0, 2.5)])
@settings(max_examples=40, deadline=None)
def test_whatever_is_read_without_painting_is_what_a_painter_reads(
    form: bytes, places: list[tuple[int, float, float, float]]
) -> None:
    sheet = Sheet(form)
    drawings = [*(sheet.texts.at(text, 0, 0, 1000).drawing for text in TEXTS), sheet.code]
    quick, painted = sheet.read([Stamp(drawings[which], left, low, scale) for which, left, low, scale in places])
    assert quick is None or quick == painted


def test_texts_that_are_apart_are_read_without_painting(form: bytes) -> None:
    sheet = Sheet(form)
    stamps = [sheet.texts.at(text, 50, 50 + 30 * place, 500) for place, text in enumerate(TEXTS)]
    quick, painted = sheet.read([*stamps, Stamp(sheet.code, 500, 20)])
    assert quick == painted == [DrawnText(text, None) for text in TEXTS]


Change = Callable[[bytes], bytes]
ODD: dict[str, Change] = {
    "white": lambda line: b"1 g " + line,
    "pale": lambda line: b".8 g " + line,
    "invisible": lambda line: line.replace(b"BT", b"BT 3 Tr"),
    "only clipping": lambda line: line.replace(b"BT", b"BT 7 Tr"),
    "a blot": lambda line: line.replace(b"BT", b"BT 2 Tr 9 w"),
    "clipped": lambda line: b"0 0 2 2 re W n " + line,
    "tiny": lambda line: b"0.1 0 0 0.1 0 0 cm " + line,
    "turned": lambda line: b".1 .9 -.9 .1 30 0 cm " + line,
    "off to the left": lambda line: line.replace(b"0 6 Td", b"-30 6 Td"),
    "a little off to the left": lambda line: line.replace(b"0 6 Td", b"-3.5 6 Td"),
    "half off to the left": lambda line: line.replace(b"0 6 Td", b"-3.9 6 Td"),
    "off to the right": lambda line: line.replace(b"0 6 Td", b"58 6 Td"),
    "twice": lambda line: line + b"\n" + line,
    "below something": lambda line: line + b" 1 g 0 0 60 20 re f",
    "above something": lambda line: b"0 g 0 0 60 20 re f " + line,
    "with something else": lambda line: line + b" 0 18 1 1 re f",
    "saying something else": lambda line: b"/Span <</ActualText (other)>> BDC " + line + b" EMC",
    "in a sequence": lambda line: b"/Span <</MCID 0>> BDC " + line + b" EMC",
    "an artifact": lambda line: b"/Artifact BMC " + line + b" EMC",
    "on a layer": lambda line: b"/OC /Layer BDC " + line + b" EMC",
    "of an unknown meaning": lambda line: line.replace(b"[<", b"[<fffe"),
    "of an unknown font": lambda line: line.replace(b"/F1 12 Tf", b"/F9 12 Tf"),
    "of a size that is no number": lambda line: line.replace(b" 12 Tf", b" 1.2.3 Tf"),
    "at a place that is no number": lambda line: line.replace(b"0 6 Td", b"0 6.5.1 Td"),
    "of no font": lambda line: line.replace(b"/F1 12 Tf", b""),
    "letters on one another": lambda line: re.sub(rb"\[<(.{4})(.{4})", rb"[<\1>400<\2", line),
    "letters that are moved back a little": lambda line: re.sub(rb"\[<(.{4})(.{4})", rb"[<\1>90<\2", line),
    "with another drawing": lambda line: b"/Stamp1 Do " + line,
}


@pytest.mark.parametrize("scale", [1.0, 20.0])
@pytest.mark.parametrize("change", ODD)
def test_a_drawing_that_is_in_doubt_is_left_to_the_painter(change: str, scale: float, form: bytes) -> None:
    sheet = Sheet(form)
    line = sheet.texts._lines["1/2"].content
    assert ODD[change](line) != line
    quick, painted = sheet.read([replace(sheet.drawing(ODD[change](line)), scale=scale)])
    assert quick is None or quick == painted


def test_a_drawing_that_is_in_no_doubt_is_not(form: bytes) -> None:
    sheet = Sheet(form)
    assert sheet.read([sheet.drawing(sheet.texts._lines["1/2"].content)])[0] == [DrawnText("1/2", None)]
