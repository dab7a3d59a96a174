"""The codes on scanned pages: which count, where they are, and how the page lies."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from consentkit.scans.codes import page_codes, parsed_code

PACKET = "3HZIAYIHV2"


def page_with(*codes: tuple[str, int, int], squares: float = 4, size: tuple[int, int] = (2200, 1700)) -> np.ndarray:
    """A white page with codes, each at its row and column; `squares` are the pixels of a square."""
    page = np.full(size, 255, np.uint8)
    for text, row, column in codes:
        bits = np.array([list(line) for line in segno.make_qr(text, error="m", boost_error=False).matrix], np.uint8)
        side = round(len(bits) * squares)
        page[row : row + side, column : column + side] = cv2.resize(
            255 - 255 * bits, (side, side), interpolation=cv2.INTER_AREA if squares < 4 else cv2.INTER_NEAREST
        )
    return page


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"CK2/{PACKET}/5", (PACKET, 5, None)),
        (f"CK2/{PACKET}/5/2", (PACKET, 5, 2)),
        (f"ck2/{PACKET.lower()}/12", (PACKET, 12, None)),
        (f"CK1/{PACKET}/90837.EN.CONSENT/3/9", (PACKET, 9, None)),
    ],
)
def test_a_code_of_today_or_of_before_names_packet_page_and_set(text: str, named: tuple[str, int, int | None]) -> None:
    assert parsed_code(text) == named


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"CK2/{PACKET}",
        f"CK2/{PACKET}/x",
        f"CK2/{PACKET[:-1]}/5",
        f"CK3/{PACKET}/5",
        f"CK2/{PACKET}/5/2/1",
        f"CK1/{PACKET}/5",
        f" CK2/{PACKET}/5",
        f"CK2/{PACKET}/0",  # pages are counted from 1
        f"CK2/{PACKET}/000/2",
        f"CK1/{PACKET}/90837.EN.CONSENT/3/0",
        f"CK2/{PACKET}/5\n",
        f"CK2/\u212a{PACKET[1:]}/5",  # the sign for kelvin, which is no K
        "https://example.org/CK2",
    ],
)
def test_any_other_code_names_nothing(text: str) -> None:
    assert parsed_code(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_codes(text: str) -> None:
    named = parsed_code(text)
    assert named is None or text.upper().startswith(f"CK{'12'[text[2] == '2']}/{named.packet}/")


def test_codes_of_other_makers_do_not_count() -> None:
    page = page_with((f"CK2/{PACKET}/5", 2000, 1500), ("https://example.org", 200, 200))
    assert [(code.packet, code.page) for code in page_codes(page)] == [(PACKET, 5)]
    assert page_codes(page_with(("https://example.org", 200, 200))) == ()


def test_two_pages_on_one_scan_are_two_codes_and_the_same_one_twice_is_one() -> None:
    page = page_with((f"CK2/{PACKET}/5", 2000, 1500), (f"CK2/{PACKET}/6", 200, 200), (f"CK2/{PACKET}/5", 200, 1500))
    assert sorted(code.page for code in page_codes(page)) == [5, 6]


@pytest.mark.parametrize(("turns", "turn"), [(0, 0), (1, 90), (2, 180), (3, 270)])
def test_the_code_tells_how_the_scan_is_turned(turns: int, turn: int) -> None:
    upright = page_with((f"CK2/{PACKET}/5", 2000, 1500))
    (code,) = page_codes(np.ascontiguousarray(np.rot90(upright, turns)))
    assert code.turn == turn
    assert np.array_equal(np.rot90(np.rot90(upright, turns), -turn // 90), upright)


def test_its_corners_are_where_it_is() -> None:
    (code,) = page_codes(page_with((f"CK2/{PACKET}/5", 2000, 1500)))
    expected = [(1500, 2000), (1584, 2000), (1584, 2084), (1500, 2084)]
    assert np.abs(np.array(code.corners) - expected).max() < 3
