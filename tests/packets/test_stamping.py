"""Text and codes drawn onto finished pages."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentkit.packets.code_drawing import QUIET, SIDE_OF_CODE
from consentkit.packets.lettering import EDGE, Texts, lines_of_name
from consentkit.packets.line_breaks import ways_to_break
from consentkit.packets.visit_lines import LineFit
from consentkit.pdf.file.syntax import Ref
from consentkit.pdf.link.link import Linker
from consentkit.pdf.link.order import Stamp
from consentkit.pdf.part import Corners, Slot

SHORT, LONG = "Ann Lee", "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine Adolphus Charles Montgomery"
ENDLESS = "W" * 80


@pytest.fixture(scope="module")
def texts() -> Texts:
    drawn = Texts([SHORT, LONG, ENDLESS])
    drawn.put_into(Linker(io.BytesIO(), "A title", "en"))
    return drawn


def slot(width: float, height: float = 16.0, element: int | None = 3) -> Slot:
    return Slot("patient_name", "text", 0, Corners(100.0, 500.0, 100.0 + width, 500.0 + height), element)


def size_of(texts: Texts, stamp: Stamp) -> float:
    """How large a line of a stamp is, as a share of the size in which lines are drawn."""
    return stamp.scale * fit_of(texts, stamp).scale


def right_end(texts: Texts, stamp: Stamp, line: str) -> float:
    """Where a stamp ends."""
    return stamp.left + stamp.scale * fit_of(texts, stamp).left + texts.width(line) * size_of(texts, stamp)


def fit_of(texts: Texts, stamp: Stamp) -> LineFit:
    """How the line of a stamp lies in its drawing."""
    drawings = texts._lines._drawings.items()
    return next(fit for (_, fit), number in drawings if number == stamp.drawing)


def test_a_short_name_stands_on_one_line_in_its_usual_size(texts: Texts) -> None:
    (stamp,) = texts.in_slot(SHORT, slot(150))
    assert size_of(texts, stamp) == pytest.approx(11 / 12)
    assert stamp.spoken == " Ann Lee"


def test_a_long_name_stands_on_two_lines_and_within_its_slot(texts: Texts) -> None:
    stamps = texts.in_slot(LONG, slot(150))
    lines = ways_to_break(LONG)[1]
    assert len(stamps) == len(lines) == 2
    for stamp, line in zip(stamps, lines, strict=True):
        assert right_end(texts, stamp, line) <= 250
    assert fit_of(texts, stamps[0]).up > fit_of(texts, stamps[1]).up


@pytest.mark.parametrize("flush_right", [False, True])
def test_where_a_stamp_goes_does_not_depend_on_what_it_says(texts: Texts, *, flush_right: bool) -> None:
    """So that pages which differ in their lines alone have the same operators."""
    places = {
        stamp.shape._replace(drawing=Ref(0), language=None)
        for line in (SHORT, LONG, ENDLESS)
        for stamp in texts.in_slot(line, slot(150), flush_right=flush_right)
    }
    assert len(places) == 1


@pytest.mark.parametrize("width", [40, 80, 150, 400])
def test_a_name_without_a_break_is_cut_within_the_word_and_loses_nothing(width: float, texts: Texts) -> None:
    stamps = texts.in_slot(ENDLESS, slot(width))
    lines = ways_to_break(ENDLESS)[len(stamps) - 1]
    assert "".join(lines) == ENDLESS
    for stamp, line in zip(stamps, lines, strict=True):
        assert right_end(texts, stamp, line) <= 100 + width


@pytest.mark.parametrize("name", [SHORT, LONG, ENDLESS, "欧阳" * 20, "Ann " * 20])
def test_the_name_on_the_cover_has_28_points_or_nearly_so_on_as_many_lines_as_it_takes(name: str) -> None:
    drawn = Texts([name])
    drawn.put_into(Linker(io.BytesIO(), "A title", "en"))
    room = Slot("visit_patient", "text", 0, Corners(48.0, 500.0, 548.0, 506.0 + 30 * lines_of_name(name)), 3)
    stamps = drawn.in_slot(name, room)
    assert all(size_of(drawn, stamp) * 12 > 24 for stamp in stamps)


def test_what_stands_in_a_higher_slot_is_larger(texts: Texts) -> None:
    (usual,) = texts.in_slot(SHORT, slot(300))
    (large,) = texts.in_slot(SHORT, slot(300, height=32))
    assert size_of(texts, large) == pytest.approx(2 * size_of(texts, usual))


def test_large_print_has_larger_names() -> None:
    drawn = Texts([SHORT], large_print=True)
    drawn.put_into(Linker(io.BytesIO(), "A title", "en"))
    (stamp,) = drawn.in_slot(SHORT, slot(300))
    assert size_of(drawn, stamp) == pytest.approx(14 / 12)


def test_text_from_right_to_left_ends_at_the_right_edge(texts: Texts) -> None:
    (stamp,) = texts.in_slot(SHORT, slot(150), flush_right=True)
    assert right_end(texts, stamp, SHORT) == pytest.approx(248)


def test_what_repeats_at_the_head_of_a_page_is_not_read_out(texts: Texts) -> None:
    (stamp,) = texts.in_slot(SHORT, slot(150, element=None))
    assert stamp.spoken is None


def test_a_code_has_squares_of_half_a_millimetre_and_fits_beside_the_foot() -> None:
    assert SIDE_OF_CODE / 21 >= 0.5 * 72 / 25.4
    assert EDGE >= 8 * 72 / 25.4
    assert EDGE + SIDE_OF_CODE + QUIET <= (17 + 5) * 72 / 25.4, "the margin of A4, and what the foot leaves free"


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=80))
@example(" 0000000000000000000")
def test_lines_lose_no_letter(text: str) -> None:
    for lines in ways_to_break(text)[1:]:
        assert all(lines)
        assert "".join("".join(lines).split()) == "".join(text.split())
