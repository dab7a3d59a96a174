"""The squares of a code: those that segno makes with the same mask, added up."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import segno
import zxingcpp
from PIL import Image

from consentkit.packets.code_squares import MASK, PIECE, squares_of
from consentkit.packets.code_symbol import LETTERS, LONGEST, MASKS, SIZE, rows_of

OF_NUMBERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
FILLED = {7, 10}
"""Lengths whose letters end where a byte does. The standard adds nothing to them; segno adds an empty byte."""


def rows_of_segno(payload: str, mask: int | None = None) -> list[str]:
    how = {"error": "m", "boost_error": False, "mode": "alphanumeric", "version": 1, "mask": mask}
    return ["".join(map(str, row)) for row in segno.make_qr(payload, **how).matrix]


def rows_made(payload: str) -> list[str]:
    squares = "".join(f"{piece:0{PIECE}b}" for piece in squares_of(payload))
    return ["".join(row) for row in zip(*[iter(squares)] * SIZE, strict=True)]


def payloads(count: int) -> Iterator[str]:
    random_ones = random.Random(17)
    for _ in range(count):
        number = "".join(random_ones.choices(OF_NUMBERS, k=10))
        yield f"CK2/{number}/{random_ones.choice(['1', '27', '312', '31/2', '10000'])}"


def any_text(length: int, seed: int = 0) -> str:
    return "".join(random.Random(100 * seed + length).choices(list(LETTERS), k=length))


@pytest.mark.parametrize("mask", MASKS)
def test_a_code_of_any_length_has_the_squares_of_the_standard(mask: int) -> None:
    every = [any_text(length) for length in range(1, LONGEST + 1) if length not in FILLED]
    assert [text for text in every if rows_of(text, mask) != rows_of_segno(text, mask)] == []


def test_a_code_has_the_squares_that_segno_makes_with_its_mask() -> None:
    every = [
        *payloads(120),
        *map(any_text, {*range(1, LONGEST + 1)} - FILLED),
        *("A" * length for length in (1, 16, 20)),
    ]
    assert [payload for payload in every if rows_made(payload) != rows_of_segno(payload, MASK)] == []


def test_a_code_of_any_letters_has_the_squares_of_the_standard() -> None:
    every = [any_text(length, seed) for length in range(LONGEST + 1) for seed in range(8)]
    assert [payload for payload in every if rows_made(payload) != rows_of(payload, MASK)] == []


@pytest.mark.parametrize("length", sorted(FILLED))
def test_a_code_whose_letters_end_with_a_byte_can_be_read(length: int) -> None:
    rows = rows_made(any_text(length))
    picture = Image.new("L", (29, 29), 255)
    for row, squares in enumerate(rows):
        for column, square in enumerate(squares):
            picture.putpixel((4 + column, 4 + row), 255 * (square == "0"))
    large = picture.resize((29 * 4, 29 * 4), Image.Resampling.NEAREST)
    assert [code.text for code in zxingcpp.read_barcodes(large)] == [any_text(length)]


@pytest.mark.parametrize("payload", ["CK2/abc", "CK2/É", "A" * (LONGEST + 1)])
def test_what_does_not_fit_the_smallest_code_is_refused(payload: str) -> None:
    with pytest.raises(ValueError, match="a code has"):
        squares_of(payload)
