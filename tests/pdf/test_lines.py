"""Lines that are shaped here, compared with those that the page engine draws."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.line_box import LINE_SIZE
from consentkit.pdf.lines import faces, runs
from consentkit.pdf.lines.shaping import ShapedLines
from consentkit.pdf.link.compile import compile_part
from consentkit.pdf.link.link import resources_of_page
from consentkit.pdf.render import engine
from kit.placed_glyphs import fonts_of, placed_glyphs

NAMES = [
    *("Ann Lee", "Siobhán O’Keeffe-Martínez", "D’Angelo Reyes de la Cruz", "Świętosława Brzęczyszczykiewicz"),
    *("Nguyễn Thị Minh Khai", "Trần Ưu Đãi", "Ελένη Παπαδοπούλου", "Anna Ελένη Ив", "Ελένη - Anna", "Иван Щукин"),
    *("Ọlọ́runfẹ́mi Adébáyọ̀", "Ụ̀zọ̀ Ńnà ễ", "Haseya Łį́į́ʼ", "M̄ārīja C̦elms", "Ива́н", "i̇brahim", "ıI", "G̃uarani g̃"),
    *("محمد علي", "عبد الرحمن الخطيب", "مُحَمَّد الله", "إلاء لا"),
    *(
        "Ffion fflur office",
        "<b>Bobby</b> & {{ name }}",
        "MR-20417/3",
        "1/2 “x” №7 (ab) [c] – 10 %",
        "a   b",
        "µ π Ω",
    ),
    *("July 9, 1984", "9 de julio de 1984", "08:00", "Packet ZAVNXDW3HN · 1/7"),
]
PAGE = "Page 3 of 7"
_MARK = 25
"""Thousandths by which a mark may be elsewhere."""
LEFT_TO_THE_ENGINE = ["محمد 12", "علی‌رضا", "محمد Ann", "٤٣", "a\u200eb", "欧阳"]


def differences(lines: Sequence[str], bold: Sequence[str] = ()) -> list[str]:
    """What is drawn otherwise than by the page engine: other glyphs, or glyphs at other places."""
    ours, drawn = ShapedLines(lines, bold), engine.draw_lines(lines, bold)
    own, theirs = fonts_of(ours.resources()), fonts_of(resources_of_page(compile_part(drawn.pdf)))
    different = []
    for line, content, width in zip(lines, drawn.contents, drawn.widths, strict=True):
        if line not in ours.lines:
            continue
        one, other = list(placed_glyphs(ours.lines[line].content, own)), list(placed_glyphs(content, theirs))
        # The engine cuts off what is less than a thousandth, and moves marks by a fortieth more than the font says.
        room = 3 + len(one) * 0.5
        is_same = len(one) == len(other) and all(
            glyph.is_at(same, room + _MARK * glyph.is_mark) for glyph, same in zip(one, other, strict=True)
        )
        if not is_same or abs(ours.lines[line].width - width) > 0.02 + len(one) * LINE_SIZE / 2000:
            different.append(line)
    return different


def meant(line: str) -> str:
    """What the glyphs of a shaped line mean, in the order in which they are drawn."""
    ours = ShapedLines([line])
    fonts = fonts_of(ours.resources())
    by_name = {font.name: font for font in fonts.values()}
    return "".join(
        by_name[glyph.font].meanings[glyph.number] for glyph in placed_glyphs(ours.lines[line].content, fonts)
    )


def test_names_in_every_script_are_drawn_as_by_the_page_engine() -> None:
    assert set(ShapedLines([*NAMES, PAGE], [PAGE]).lines) == {*NAMES, PAGE}
    assert differences([*NAMES, PAGE], [PAGE]) == []


def test_what_is_not_certain_is_left_to_the_page_engine() -> None:
    assert ShapedLines([*LEFT_TO_THE_ENGINE, "", " "]).lines == {}


@pytest.mark.parametrize("text", ["สมชาย", "M̧ajuro", "a \u0301"])
def test_what_no_font_can_print_is_not_drawn(text: str) -> None:
    assert ShapedLines([text]).lines == {}


@pytest.mark.parametrize("name", ["Siobhán O’Keeffe", "Nguyễn Thị", "Ụ̀zọ̀ i̇", "Ива́н", "Ffion fflur"])
def test_each_glyph_means_what_was_typed(name: str) -> None:
    assert unicodedata.normalize("NFC", meant(name)) == name


def test_a_glyph_that_would_have_two_meanings_is_left_to_the_page_engine() -> None:
    """Both kinds of phi have one glyph: what is copied from the second would not be what was typed."""
    assert list(ShapedLines(["x\u03c6", "x\u03d5"]).lines) == ["x\u03c6"]


@pytest.mark.parametrize("line", ["\u03c6 x \u03d5", "\u03d5 x \u03c6"])
def test_a_glyph_has_one_meaning_also_in_a_line_whose_script_changes_between(line: str) -> None:
    assert ShapedLines([line]).lines == {}


def test_a_face_that_two_threads_made_at_once_is_one_font(monkeypatch: pytest.MonkeyPatch) -> None:
    once = ShapedLines(["ab", "cd"])
    monkeypatch.setattr(runs, "face_of", faces.face_of.__wrapped__)  # each line makes its own face then
    twice = ShapedLines(["ab", "cd"])
    assert twice.resources() == once.resources()
    assert twice.lines == once.lines


def test_a_font_holds_the_glyphs_that_are_used_and_no_others() -> None:
    few, more = ShapedLines(["ab"]).resources(), ShapedLines(["abcdefghijklm"]).resources()
    assert [len(next(iter(fonts_of(resources).values())).widths) for resources in (few, more)] == [2, 13]
    assert sum(len(stream.data) for stream in few.streams.values()) < sum(
        len(stream.data) for stream in more.streams.values()
    )


_LATIN = st.sampled_from([chr(code) for code in (*range(0x20, 0x7F), *range(0xA1, 0x180), *range(0x1E00, 0x1F00))])
_OTHERS = st.sampled_from([chr(code) for code in (*range(0x370, 0x400), *range(0x400, 0x460), *range(0x2010, 0x2027))])
_MARKS = st.sampled_from("\u0300\u0301\u0303\u0304\u0308\u0323\u0327")
_ARABIC = st.sampled_from(
    [chr(code) for code in (0x20, *range(0x620, 0x653), 0x67E, 0x686, 0x698, 0x6A9, 0x6AF, 0x6CC)]
)
LINES = st.one_of(
    st.text(_LATIN, min_size=1, max_size=30),
    st.text(st.one_of(_LATIN, _OTHERS), min_size=1, max_size=30),
    st.text(st.one_of(_LATIN, _OTHERS, _MARKS), min_size=1, max_size=30),
    st.text(_ARABIC, min_size=1, max_size=20),
)


@given(st.lists(LINES, min_size=40, max_size=40, unique=True))
@settings(max_examples=3, deadline=None, derandomize=True)
def test_whatever_is_typed_is_drawn_as_by_the_page_engine(lines: list[str]) -> None:
    printable = {line.strip() for line in lines if not unprintable(line)} - {""}
    assert differences(sorted(printable)) == []
