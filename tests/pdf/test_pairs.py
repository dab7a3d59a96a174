"""Lines that are set from pairs of letters: as HarfBuzz sets them as a whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from math import gcd
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.pdf.fonts.font_files import BODY_FAMILY, FACES, data_of
from consentkit.pdf.lines import pairs, shaping
from consentkit.pdf.lines.common import common_glyphs, common_letters
from consentkit.pdf.lines.pair_table import PairTable, ShapedLine, unpacked_pairs
from consentkit.pdf.lines.pairs import pair_table, set_line
from consentkit.pdf.lines.shaping import shaped_common_line

LETTERS = sorted(common_letters())


@pytest.fixture(autouse=True, scope="module")
def many_before() -> Iterator[None]:
    """Let there have been so many lines that distances are known."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "_MANY", 0)
        yield


@pytest.fixture(scope="module")
def table() -> PairTable:
    """All distances, as they come back from where they were kept."""
    worked_out = pair_table()
    assert worked_out
    kept = unpacked_pairs(worked_out.packed())
    assert kept
    return kept


def as_a_whole(line: str) -> ShapedLine | None:
    """What HarfBuzz makes of a line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shaping, "set_line", lambda _: None)
        return shaped_common_line(line)


@pytest.mark.parametrize("in_latin", [True, False], ids=["letters", "figures and signs"])
def test_each_pair_of_letters_is_as_far_apart_as_in_a_line(in_latin: bool, table: PairTable) -> None:
    """A line without letters has no script, which could change what is around its figures."""
    letters = [letter for letter in LETTERS if letter != " " and (in_latin or not letter.isalpha())]
    lines = list(all_pairs(letters))
    together = {pair for line in lines for pair in pairwise(line)}
    assert len(together) == len(letters) ** 2
    assert [line for line in lines if not shaped_common_line(line) == table.set(line) == as_a_whole(line)] == []


def all_pairs(letters: list[str]) -> Iterator[str]:
    """Lines in which each two letters follow each other once."""
    count = len(letters)
    for step in range(1, count + 1):
        for start in range(gcd(step, count)):
            yield "".join(letters[(start + step * place) % count] for place in range(count // gcd(step, count) + 1))


@given(line=st.text(LETTERS, min_size=1, max_size=30))
def test_any_line_is_set_as_it_is_as_a_whole(line: str, table: PairTable) -> None:
    assert shaped_common_line(line) == table.set(line) == as_a_whole(line)


def test_no_letter_depends_on_more_than_its_neighbour() -> None:
    """Three letters that became one, or kept a distance that two of them do not, would not show in pairs."""
    face = next(face for face in FACES if face.family == BODY_FAMILY and face.weight == "400")
    font = TTFont(io.BytesIO(data_of(face)))
    glyphs = {font.getGlyphName(number) for number in common_letters().values()}
    kerning = [rule for lookup in lookups(font, "GPOS", "kern") for rule in lookup.SubTable]
    assert {(rule.LookupType, rule.ValueFormat2) for rule in kerning} == {(2, 0)}
    joining = [rule for lookup in lookups(font, "GSUB", *ALWAYS_ON) for rule in lookup.SubTable]
    for rule in joining:  # each asks for something that is no letter of ours, a combining mark
        sequence = (*rule.BacktrackCoverage, *rule.InputCoverage, *rule.LookAheadCoverage)
        assert any(glyphs.isdisjoint(coverage.glyphs) for coverage in sequence)


ALWAYS_ON = ("abvm", "blwm", "calt", "ccmp", "clig", "curs", "dist", "liga", "rclt", "rlig", "rvrn")
"""What HarfBuzz does to each line, unless it is told otherwise."""


def lookups(font: TTFont, table: str, *features: str) -> list[Any]:
    """The lookups of features of a font."""
    own = font[table].table
    listed = own.FeatureList.FeatureRecord
    places = {place for one in listed if one.FeatureTag in features for place in one.Feature.LookupListIndex}
    return [own.LookupList.Lookup[place] for place in sorted(places)]


@pytest.mark.parametrize("line", ["", " Ann", "Ann ", "Ann  Lee", "Żaneta", "Ann\u00adLee", "A\tB"])
def test_what_is_not_certain_is_left_to_a_closer_look(line: str, table: PairTable) -> None:
    assert set_line(line) is table.set(line) is None
    assert common_glyphs(line) is None


@settings(max_examples=60)
@given(data=st.data())
def test_bytes_of_another_form_are_no_pairs(data: st.DataObject, table: PairTable) -> None:
    packed = table.packed()
    place = data.draw(st.integers(0, len(packed) - 1))
    kept = data.draw(st.sampled_from([packed[:place], packed + b"\0", changed(packed, place, data)]))
    other = unpacked_pairs(kept)
    if other is not None:  # another number of a glyph, say: whoever reads the packet sees it
        other.set("Ann Lee-Ødegård 7")
        assert len(kept) == len(packed)


def changed(data: bytes, place: int, how: st.DataObject) -> bytes:
    """Data with another byte at a place."""
    return data[:place] + bytes([data[place] ^ how.draw(st.integers(1, 255))]) + data[place + 1 :]
