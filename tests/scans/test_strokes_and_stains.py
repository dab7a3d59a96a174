"""What counts as ink in a place: strokes of a pen, on a stain too, and neither the stain nor what only touches it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from consentkit.scans.ink import InkPlace, measured
from consentkit.scans.measures import InkVerdict, verdict_of
from consentkit.scans.record import PlaceKind
from consentkit.scans.references import MM, PixelBox
from consentkit.scans.straightened import Straightened, without_lines

PAPER, PEN, STAIN = 235, 70, 176
BOX = PixelBox(20 * MM, 20 * MM, 60 * MM, 29 * MM)
"""A place to write, above its rule."""


def printed() -> Any:
    """A page with the rule of one place, and its name below."""
    page = np.full((int(60 * MM), int(90 * MM)), 255, np.uint8)
    cv2.line(page, (int(BOX.left), int(BOX.bottom)), (int(BOX.right), int(BOX.bottom)), (0,), 2)
    cv2.putText(page, "Time of day", (int(BOX.left), int(BOX.bottom + 4 * MM)), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0,), 2)
    return page


def scanned(*strokes: list[tuple[float, float]], stain: bool = False, pen: int = PEN) -> Any:
    """The same, scanned: strokes in millimetres from the upper left corner of the place, perhaps on a ring."""
    page = np.minimum(printed(), PAPER)
    if stain:
        ring = np.zeros(page.shape, np.float32)
        cv2.circle(ring, (int(40 * MM), int(55 * MM)), int(31 * MM), (1.0,), int(2.5 * MM))
        ring = cv2.GaussianBlur(ring, (0, 0), 0.6 * MM)
        page = (page - (page > STAIN) * ring * (PAPER - STAIN)).astype(np.uint8)
    for points in strokes:
        at = [(int(BOX.left + x * MM), int(BOX.top + y * MM)) for x, y in points]
        cv2.polylines(page, [np.array(at, np.int32)], False, (pen,), 2, cv2.LINE_AA)
    noise = np.random.default_rng(5).normal(0, 5, page.shape)
    return np.clip(cv2.GaussianBlur(page, (0, 0), 0.7) + noise, 0, 255).astype(np.uint8)


def said(seen: Any, kind: PlaceKind = "time") -> InkVerdict:
    (ink,) = measured(Straightened(seen, printed()), [InkPlace(BOX, kind)])
    return verdict_of(kind, ink)


DIGITS = [[(x, 3.0), (x + 1.5, 4.5), (x, 6.0), (x + 2.0, 7.5)] for x in (12.0, 16.0, 20.0)]


def test_what_is_written_on_the_ring_of_a_cup_is_ink_and_the_ring_is_none() -> None:
    assert said(scanned()) == "no ink seen"
    assert said(scanned(*DIGITS)) == "ink found"
    assert said(scanned(stain=True)) != "ink found"
    assert said(scanned(*DIGITS, stain=True)) == "ink found"


def test_what_is_fainter_than_a_pen_is_not_nothing() -> None:
    assert said(scanned(*DIGITS, pen=185)) == "unsure"


@pytest.mark.parametrize("kind", ["signature", "date", "text"])
@pytest.mark.parametrize("depth", [-0.4, 0.8, 3.0], ids=["beside", "at the edge", "in the upper part"])
def test_a_tail_that_reaches_in_from_above_is_no_ink_of_the_place(kind: PlaceKind, depth: float) -> None:
    tail = [(8.0, -1.2), (10.0, depth - 0.3), (11.0, depth), (12.0, depth - 0.3), (14.0, -1.2)]
    assert said(scanned(tail), kind) != "ink found"


def test_a_long_rule_that_was_printed_is_no_dirt_of_the_scanner() -> None:
    page = np.full((200, 300), PAPER, np.uint8)
    page[20:, 100:102] = 40
    ruled = np.zeros(page.shape, bool)
    ruled[20:150, 97:105] = True
    assert (without_lines(page)[:, 100] == PAPER).all(), "a line along all of it is dirt"
    assert (without_lines(page, except_for=ruled)[20:, 100] == PAPER).all(), "it goes on where nothing was printed"
    ruled[:, 97:105] = True
    assert (without_lines(page, except_for=ruled)[20:, 100] == 40).all()
