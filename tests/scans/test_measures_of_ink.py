"""What follows from what was measured in a place."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.scans.measures import InkMeasures, reason_of_doubt, verdict_of
from consentkit.scans.record import PlaceKind

SIGNED = InkMeasures(
    own=12.0, others=0.0, solid=0.0, pieces=3, extent=40.0, least_extent=7.0, likeness=0.8, stray=0.0, specks=0
)
EMPTY = replace(SIGNED, own=0.0, pieces=0, extent=0.0, least_extent=0.0)
AREAS = st.floats(0, 60, allow_nan=False)


@pytest.mark.parametrize("kind", get_args(PlaceKind))
def test_of_a_place_that_is_not_where_it_should_be_nothing_is_sure(kind: PlaceKind) -> None:
    assert verdict_of(kind, SIGNED) == "ink found" and verdict_of(kind, EMPTY) == "no ink seen"
    for ink in (SIGNED, EMPTY):
        lost = replace(ink, likeness=0.34)
        assert verdict_of(kind, lost) == "unsure"
        assert reason_of_doubt(lost) == "what is printed around it can't be recognised"


@pytest.mark.parametrize("kind", get_args(PlaceKind))
def test_where_the_page_around_a_place_may_lie_elsewhere_nothing_is_sure(kind: PlaceKind) -> None:
    for ink in (SIGNED, EMPTY):
        curled = replace(ink, is_firm=False)
        assert verdict_of(kind, curled) == "unsure"
        assert reason_of_doubt(curled) == "what is printed around it can't be recognised"


@pytest.mark.parametrize("kind", get_args(PlaceKind))
def test_in_black_and_white_a_little_ink_around_a_place_may_be_a_stain(kind: PlaceKind) -> None:
    ringed = replace(SIGNED, own=20.0, stray=0.4)
    assert verdict_of(kind, ringed) == "ink found"
    assert verdict_of(kind, replace(ringed, has_shades=False)) == "unsure"
    assert verdict_of(kind, replace(ringed, has_shades=False, stray=0.2)) == "ink found"


@pytest.mark.parametrize("kind", get_args(PlaceKind))
def test_ink_that_only_touches_a_place_is_not_found_in_it(kind: PlaceKind) -> None:
    tail = replace(SIGNED, inside=0.2)
    assert verdict_of(kind, tail) == "unsure" and reason_of_doubt(tail) == "ink from elsewhere reaches into it"


@pytest.mark.parametrize("kind", get_args(PlaceKind))
def test_what_is_too_faint_for_a_pen_is_not_nothing(kind: PlaceKind) -> None:
    assert verdict_of(kind, replace(EMPTY, unclear=0.5)) == "unsure"


@pytest.mark.parametrize("kind", get_args(PlaceKind))
def test_in_black_and_white_it_takes_more_ink(kind: PlaceKind) -> None:
    little = replace(SIGNED, own=2.0 if kind != "choice" else 0.5)
    assert verdict_of(kind, little) == "ink found"
    assert verdict_of(kind, replace(little, has_shades=False)) == "unsure"


@given(st.sampled_from(get_args(PlaceKind)), AREAS, AREAS, AREAS, AREAS, st.floats(-1, 1), st.integers(0, 40))
def test_more_dirt_never_makes_a_place_sure(
    kind: PlaceKind, own: float, others: float, solid: float, stray: float, likeness: float, specks: int
) -> None:
    ink = replace(SIGNED, own=own, others=others, solid=solid, stray=stray, likeness=likeness, specks=specks)
    dirtier = replace(ink, stray=ink.stray + 100, specks=ink.specks + 9)
    if verdict_of(kind, ink) == "unsure":
        assert verdict_of(kind, dirtier) == "unsure"
    assert verdict_of(kind, dirtier) != "ink found"
