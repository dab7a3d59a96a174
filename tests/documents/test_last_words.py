"""No text ends with a word alone on its line, where that word and the one before it are short."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.documents.typesetting import typeset

UNBROKEN = "\u00a0"


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("A medical assistant may check your weight, and then leave.", f"then{UNBROKEN}leave."),
        ("Puede pedir una copia de lo que firma, y que se corrija.", f"se{UNBROKEN}corrija."),
        ("Talk of the usual length, about 45 minutes", f"45{UNBROKEN}minutes"),
        ("Medicines for mood may interact, counterproductively so", "counterproductively so"),  # too wide for a column
        ("You can call us, whatever happens, unconditionally.", "happens, unconditionally."),
        ("Nobody else can see it.", "see it."),  # a short one has one line
    ],
)
def test_the_last_two_words_of_a_text_stay_together_if_they_are_short(text: str, end: str) -> None:
    assert typeset(text).endswith(end)


@given(st.text(st.sampled_from("ab é.,;” 7\n\u00a0"), max_size=80))
def test_nothing_but_spaces_is_changed(text: str) -> None:
    assert re.sub(r"\u00a0", " ", typeset(text)) == re.sub(r"\u00a0", " ", text)
