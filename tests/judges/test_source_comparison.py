"""The comparison of a PDF with its HTML is seen to fail: for text lost, doubled, moved, joined or torn apart."""

from __future__ import annotations

import pytest

from kit.source_comparison import compare
from kit.tagged_samples import render, whole_page

LAST = "<p>And the last words.</p>"
BODY = "<h1>A heading</h1><p>First, some <b>bold</b> words.</p><ul><li>One item</li></ul>" + LAST


@pytest.mark.parametrize(
    ("printed", "difference"),
    [
        (BODY, []),
        (BODY.removesuffix(LAST), ["missing: 'And the last words.'"]),
        (BODY.replace("First, some", "First"), ["missing: 'First, some'"]),
        (BODY.replace("One item", "Two items"), ["missing: 'One item'"]),
        (BODY + LAST, ["not in the source, or there only once: 'And the last words.'"]),
        (BODY.replace("some <b>", "some<b>"), ["words run together"]),
        (BODY.replace("words.</p><ul>", "wo rds.</p><ul>"), ["missing: 'words.'"]),
        (LAST + BODY.removesuffix(LAST), ["not in the source, or there only once", "out of order"]),
    ],
)
def test_differences_are_told(printed: str, difference: list[str]) -> None:
    found = compare(whole_page(BODY), render(printed))
    assert len(found) == len(difference)
    assert all(expected in told for expected, told in zip(difference, found, strict=True))


def test_a_word_torn_at_the_edge_of_an_element_is_told() -> None:
    assert compare("<p>one<b>two</b></p>", render("<p>one <b>two</b></p>")) == ["a word torn apart: 'one' and 'two'"]


@pytest.mark.parametrize(
    "unread",
    [
        "<p aria-hidden=true>gone</p>",
        "<div data-running>gone</div>",
        "<p hidden>gone</p>",
        "<style>p { color: red }</style>",
        "<template>gone</template>",
        "<!-- gone -->",
    ],
)
def test_what_is_not_for_readers_is_left_out(unread: str) -> None:
    assert compare(whole_page(f"<p>One</p>{unread}<p>two</p>"), render("<p>One</p><p>two</p>")) == []


def test_kinds_of_spaces_and_hyphens_are_no_difference() -> None:
    assert compare("<p>a&nbsp;b-c d&shy;e\n  f</p>", render("<p>a b\u2010c de f</p>")) == []


def test_generated_text_is_no_difference() -> None:
    body = "<ol><li>One</li></ol><p>two <q>three</q></p>"
    assert compare(whole_page(body), render(body, "p::before { content: 'Note: ' }")) == []
