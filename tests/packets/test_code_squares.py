"""The squares of a code: those of segno, chosen faster."""

from __future__ import annotations

import random

import segno

from consentkit.packets.code_squares import squares_of

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def squares_of_segno(payload: str) -> list[str]:
    matrix = segno.make_qr(payload, error="m", boost_error=False).matrix
    return ["".join(map(str, row)) for row in matrix]


def payloads(count: int) -> list[str]:
    random_ones = random.Random(17)
    numbers = ("".join(random_ones.choices(LETTERS, k=10)) for _ in range(count))
    return [f"CK2/{number}/{random_ones.choice([1, 27, 312, 10**5])}" for number in numbers]


def test_a_code_has_the_mask_that_segno_prefers() -> None:
    every = [*payloads(120), *("A" * length for length in (1, 30, 60, 90))]
    assert [payload for payload in every if squares_of(payload) != squares_of_segno(payload)] == []


def test_a_code_that_holds_its_own_version_is_that_of_segno() -> None:
    assert squares_of("LONG" * 60) == squares_of_segno("LONG" * 60)
