"""A piece of text is found in its file where people see it, however YAML writes it."""

from __future__ import annotations

import pytest

from consentkit.reading.places import read_source


def first_place(text: str, fragment: str, occurrence: int = 0) -> tuple[int, int]:
    return read_source(text, "a.yaml").at_value(("key",), fragment, occurrence)


@pytest.mark.parametrize(
    ("text", "fragment", "place"),
    [
        ("key: One two. Three four.", "Three four.", (1, 15)),
        ("key: >-\n  One two.\n  Three\n  four.\n", "Three four.", (3, 3)),
        ("key: |\n  One two.\n\n  Three four.\n", "Three four.", (4, 3)),
        ("key: One\n  two. Three\n  four.\n", "Three four.", (2, 8)),
        ("key: 'It''s one. It''s two.'\n", "It's two.", (1, 18)),
        ('key: "One \\"two\\" three"\n', '"two"', (1, 11)),
        ('key: "One two.\\\n  Three four."\n', "two. Three", (1, 11)),
        ("key: >-\r\n  One two.\r\n  Three four.\r\n", "Three four.", (3, 3)),
        ("other: Three four.\nkey: One.\nlast: Three four.\n", "Three four.", (2, 6)),
        ("key: {a: One, b: Two}\n", "missing", (1, 6)),
    ],
)
def test_a_fragment_is_found_where_it_is_written(text: str, fragment: str, place: tuple[int, int]) -> None:
    assert first_place(text, fragment) == place


def test_the_second_of_equal_fragments_is_found() -> None:
    assert first_place("key: >-\n  No no.\n  Yes no.\n", "no", 0) == (2, 6)
    assert first_place("key: >-\n  No no.\n  Yes no.\n", "no", 1) == (3, 7)


def test_a_path_is_as_short_as_its_author_wrote_it() -> None:
    source = read_source("key:\n  - one\nlong:\n  items:\n    - two\n", "a.yaml")
    assert source.written(("key", "items", 0)) == ("key", 0)
    assert source.written(("long", "items", 0)) == ("long", "items", 0)
    assert source.written(("key", "note")) == ("key",)
    assert source.written(("absent",)) == ()
