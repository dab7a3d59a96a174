"""Lines that are set from pairs of letters: as HarfBuzz sets them as a whole."""

from __future__ import annotations

import io

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from consentkit.pdf.fonts.font_files import BODY_FAMILY, FACES, data_of
from consentkit.pdf.lines import shaping
from consentkit.pdf.lines.common import common_glyphs, common_letters
from consentkit.pdf.lines.pairs import set_line
from consentkit.pdf.lines.shaping import common_line

LETTERS = sorted(common_letters())


def as_a_whole(line: str) -> shaping.ShapedLine | None:
    """What HarfBuzz makes of a line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shaping, "set_line", lambda _: None)
        return common_line(line)


def test_each_pair_of_letters_is_as_far_apart_as_in_a_line() -> None:
    pairs = [f"{one}{other}" for one in LETTERS for other in LETTERS if " " not in (one, other)]
    for head in ("", "A"):  # a line without letters has no script, which could change what is around its figures
        lines = [f"{head}{pair}" for pair in pairs if not head or not any(map(str.isalpha, pair))]
        assert [line for line in lines if common_line(line) != as_a_whole(line)] == []


@given(st.text(LETTERS, min_size=1, max_size=30))
def test_any_line_is_set_as_it_is_as_a_whole(line: str) -> None:
    assert common_line(line) == as_a_whole(line)


def test_no_letter_depends_on_more_than_its_neighbour() -> None:
    """Three letters that became one, or kept a distance that two of them do not, would not show in pairs."""
    (face,) = [face for face in FACES if face.family == BODY_FAMILY and face.weight == "400"]
    font = TTFont(io.BytesIO(data_of(face)))
    glyphs = {font.getGlyphName(number) for number in common_letters().values()}
    kinds = {lookup.LookupType for lookup in font["GPOS"].table.LookupList.Lookup}
    assert kinds <= {2, 4, 6, 9}
    assert glyphs


@pytest.mark.parametrize("line", ["", " Ann", "Ann ", "Ann  Lee", "Żaneta", "Ann\u00adLee", "A\tB"])
def test_what_is_not_certain_is_left_to_a_closer_look(line: str) -> None:
    assert set_line(line) is None
    assert common_glyphs(line) is None
