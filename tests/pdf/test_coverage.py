"""Letters and marks: each mark stands at its own letter, or the text is refused before anything is drawn."""

from __future__ import annotations

import subprocess
import unicodedata
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from consentkit.errors import RenderingFailed, UnprintableText
from consentkit.model.bidi import direction_of
from consentkit.pdf.fonts import font_files
from consentkit.pdf.fonts.coverage import needs_one_font, settable, unprintable
from consentkit.pdf.fonts.substitutes import complaint, remedy_for
from consentkit.pdf.read.drawn_text import PageTexts
from consentkit.pdf.read.structure_text import readable_text
from consentkit.pdf.render import engine
from kit.engine_pages import font_names, render
from kit.skipping import needs

ARABIC_TOO = f"html {{ font-family: {font_files.as_list(font_files.IN_ORDER)}; }}"
PIXELS = 4
"""Of a point."""


def picture_of(lines: engine.Lines, folder: Path) -> Image.Image:
    (folder / "lines.pdf").write_bytes(lines.pdf)
    size = ["-x", "0", "-y", "0", "-W", str(200 * PIXELS), "-H", str(int(engine.LINE_HEIGHT) * 4 * PIXELS)]
    command = ["pdftoppm", "-r", str(72 * PIXELS), "-gray", *size, "-singlefile", "lines.pdf", "lines"]
    subprocess.run(command, cwd=folder, check=True)
    return Image.open(folder / "lines.pgm")


def fonts_of(body: str, style: str = "") -> set[str]:
    return {name.rpartition("+")[2] for name in font_names(render(body, style))}


@needs("pdftoppm")
@pytest.mark.parametrize(
    ("letter", "mark"),
    [
        *(("ọ", "\u0301"), ("ẹ", "\u0300"), ("Ụ", "\u0300"), ("m", "\u0300"), ("n", "\u0304")),  # Yoruba, Igbo
        *(("į", "\u0301"), ("ą", "\u0301")),  # Navajo
        *(("M", "\u0304"), ("C", "\u0326"), ("g", "\u0303"), ("G", "\u0303")),  # Livonian, Guarani
        *(("ɛ", "\u0303"), ("x", "\u0331"), ("И", "\u0301")),  # Ewe, Tlingit, Russian
    ],
)
def test_a_mark_stands_at_its_own_letter(letter: str, mark: str, tmp_path: Path) -> None:
    """The first two lines differ in the mark alone; the widths of the last two tell where the letter stands."""
    before = "m\u0300 x"  # a mark, so that all lines are set in the same font
    lines = engine.draw_lines([before + letter + mark, before + letter, before])
    picture = picture_of(lines, tmp_path)
    height = int(engine.LINE_HEIGHT) * PIXELS
    with_mark, without = (picture.crop((0, top, picture.width, top + height)) for top in (0, height))
    ink = ImageChops.difference(with_mark, without).point(lambda value: 255 if value > 100 else 0).getbbox()
    assert ink is not None
    middle = (ink[0] + ink[2]) / 2 / PIXELS
    left, right = lines.widths[2], lines.widths[1]
    assert abs(middle - (left + right) / 2) < (right - left) * 0.3
    assert lines.widths[0] == pytest.approx(lines.widths[1], abs=0.5)


@pytest.mark.parametrize(
    "name", ["Ọlọ́runfẹ́mi Adébáyọ̀", "Ụ̀zọ̀ Ńnà", "Haseya Łį́į́ʼ", "M̄ārīja C̦elms", "G̃uarani g̃", "Ива́н", "i̇brahim"]
)
def test_a_text_with_marks_is_set_in_one_font_and_reads_as_it_was_typed(name: str) -> None:
    pdf = render(f"<p>{name} a</p><p>b</p>")
    assert readable_text(pdf).endswith(f"{settable(name)} a\nb")
    assert fonts_of("") | {"consentkit-wide"} == fonts_of(f"<p>{name} a</p>")
    assert fonts_of(f"<p>{name} a</p>", "p:first-of-type { display: none }") == {"consentkit-wide"}


def test_each_glyph_says_its_own_letter_or_mark_wherever_it_stands() -> None:
    names = ["Ụ̀zọ̀", "Łį́į́ʼ", "i̇brahim", "Ọlọ́run ń", "olo m̀ i ò"]
    (page,) = PageTexts().read(engine.draw_lines(names).pdf)
    assert unicodedata.normalize("NFC", "".join(page)) == "".join(names)


def test_a_style_sheet_cannot_part_a_letter_from_its_mark() -> None:
    style = 'p, b { font-family: "consentkit body" } p:first-of-type { display: none }'
    assert fonts_of("<p><b>Ọlọ́run</b></p>", style) <= {"consentkit-wide", "consentkit-wide-Bold"}


@pytest.mark.parametrize("name", ["Nguyễn Thị Hường", "Éloïse", "Łukasz", "محمد", "مُحَمَّد", "Ελένη", "Ṣọlá"])
def test_a_letter_that_is_one_with_its_marks_needs_no_other_font(name: str) -> None:
    assert unprintable(name) == []
    assert not needs_one_font(settable(name))


def test_it_does_not_matter_how_letters_were_composed_when_they_were_typed() -> None:
    apart = "Nguye\u0302\u0303n Thi\u0323"
    assert settable(apart) == "Nguyễn Thị"
    assert "Nguyễn Thị" in readable_text(render(f"<p>{apart}</p>"))


@pytest.mark.parametrize("text", ["می\u200cخواهم", "علی\u200cرضا", "لا\u200d", "a\u200eb", "ب\u200f"])
def test_joiners_and_marks_of_direction_are_no_missing_letters(text: str) -> None:
    assert unprintable(text) == []
    engine.draw_lines([text])
    assert text in readable_text(render(f'<p dir="{direction_of(text)}">{text}</p>', ARABIC_TOO))


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("M̧ajuro", "M̧"),
        ("1\u0304", "1\u0304"),
        ("ẽ́", "ẽ́"),
        ("a \u0301", " \u0301"),
        ("\u0301", "\u0301"),
        ("a\u064e", "a\u064e"),
        ("ب\u0301", "ب\u0301"),
        ("o\u030c\u0358\u0357", "o\u030c\u0358\u0357"),
    ],
)
def test_a_mark_without_a_place_is_refused_by_name(text: str, lost: str) -> None:
    assert unprintable(text) == [lost]
    with pytest.raises(UnprintableText, match=r"COMBINING|ARABIC FATHA"):
        render(f"<p>{text}</p>")
    with pytest.raises(RenderingFailed, match="has characters that no font here can print"):
        engine.draw_lines([text])


@pytest.mark.parametrize(
    ("char", "advice"),
    [
        ("★", "write `*`"),
        ("⚠", "write `Warning:`"),
        ("℃", "write `°C`"),
        ("①", "write `1.`"),
        ("❸", "write `3.`"),
        ("Ａ", "write `A`"),
        ("Ⅳ", "write `IV`"),
        ("५", "write `5`"),
        ("😀", "leave it out, or put it into words"),
        ("א", "write it in Latin letters"),
    ],
)
def test_what_to_write_instead_is_said_and_can_be_printed(char: str, advice: str) -> None:
    assert unprintable(char) == [char]
    assert remedy_for(char) == advice
    assert "fonts-noto-cjk" not in complaint([char])
    assert unprintable(advice) == []


def test_common_signs_can_be_printed() -> None:
    assert unprintable("38 °C, ½, ✓, ☐, →, •, №, ™, ≤, “…”, ♥") == []


def test_a_long_list_of_characters_is_cut() -> None:
    assert complaint([chr(0x0E01 + place) for place in range(30)]).endswith("; and 20 more")
