"""The tokens of content streams, and the strings in them: read in one way, and as qpdf reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pikepdf
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentkit.pdf.file import tokens as tokens_module
from consentkit.pdf.file.operators import operations
from consentkit.pdf.file.syntax import parse, string_bytes
from consentkit.pdf.file.tokens import tokens
from consentkit.pdf.foreign.drawing import Unsound, read_drawing

BODIES = st.lists(
    st.one_of(
        st.binary(max_size=3),
        st.sampled_from(
            [b"\\8", b"\\9", b"\\18", b"\\400", b"\\1234", b"\\(", b"\\)", b"()", b"\\\r\n", b"\r\n", b"\r", b"\\"]
        ),
    ),
    max_size=6,
).map(b"".join)
STRINGS = [b"(a(b)c)", b"(", b")", b"<41 4>", b"<4", b"[<41> -9 <42>] TJ"]
BRACKETS = [b"[", b"]", b"<<", b">>", b"{"]
WORDS = [b"0cm", b"--5", b"1.2.3", b"q ", b"/N", b"true ", b"\xe9", b"\\"]
IMAGES = [b"BI /W 1 ID ab EI ", b"ID x EI\xe9", b"EI"]
BLANKS = [b" ", b"\r\n", b"\v", b"%(\n"]
PIECES = st.lists(st.sampled_from([*STRINGS, *BRACKETS, *WORDS, *IMAGES, *BLANKS]), max_size=9).map(b"".join)


def in_an_object(token: bytes) -> bytes | None:
    """What a string stands for, or None where it is not a string from end to end."""
    try:
        value, end = parse(token)
    except ValueError:
        return None
    return string_bytes(value) if end == len(token) else None


@given(BODIES)
@example(b"\\8")
@example(b"a\\")
@example(b"a\rb\\\rc")
def test_a_string_stands_for_the_same_bytes_in_an_object_in_a_content_stream_and_for_qpdf(body: bytes) -> None:
    token = b"(" + body + b")"
    data = in_an_object(token)
    parsed = list(operations(token + b" Tj"))
    if data is None:  # its parentheses do not match
        assert all(operation.operands != [body] for operation in parsed)
        return
    assert parsed == [("Tj", [data])]
    assert bytes(pikepdf.Object.parse(token)) == data  # type: ignore[call-overload]


@given(PIECES)
def test_every_byte_is_in_one_token_or_between_two(stream: bytes) -> None:
    position = 0
    for kind, token, start in tokens(stream):
        assert token or kind.endswith("image")
        assert re.fullmatch(rb"(?:[\0\t\n\f\r ]|%[^\r\n]*)*", stream[position:start]), "only white space is passed over"
        assert stream[start : start + len(token)] == token
        position = start + len(token)
    assert re.fullmatch(rb"(?:[\0\t\n\f\r ]|%[^\r\n]*)*", stream[position:])


@given(PIECES)
def test_text_arrays_read_at_once_say_what_they_say_piece_by_piece(stream: bytes) -> None:
    apart = [(kind, token) for kind, token, _ in tokens(stream)]
    joined = [
        piece
        for kind, token, _ in tokens(stream, join_text_arrays=True)
        for piece in ([(kind, token) for kind, token, _ in tokens(token)] if kind == "text_array" else [(kind, token)])
    ]
    assert joined == apart


@pytest.mark.parametrize(
    "stream",
    [b"1 0 0 1 0 0cm", b"1.2.3 w", b"(a Tj", b"{ }", b"<4 Tj", b"BI /W 1 ID ab", b"BI /W 1 ID ab EI \xe9\xe9", b"q )"],
)
def test_what_two_programs_may_read_differently_is_read_leniently_and_refused_of_other_people(stream: bytes) -> None:
    list(operations(stream))
    with pytest.raises(Unsound):
        read_drawing(stream, {})


class CountingPattern:
    """A pattern that counts what it matches."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self.pattern = pattern
        self.matches = 0

    def search(self, stream: bytes, start: int) -> re.Match[bytes] | None:
        self.matches += 1
        return self.pattern.search(stream, start)

    def finditer(self, stream: bytes, start: int) -> Iterator[re.Match[bytes]]:
        for match in self.pattern.finditer(stream, start):
            self.matches += 1
            yield match


IMAGES_IN_ROWS = {
    "no end is certain": b"ID EI \xff\xff ",
    "each end is certain": b"ID ab EI q Q q Q q Q ",
    "one end in three is certain": b"ID EI \xff\xff EI \xff\xff EI q Q q Q q Q ",
}


@pytest.mark.parametrize("kind", IMAGES_IN_ROWS)
def test_the_ends_of_images_that_are_looked_at_grow_with_the_length_of_a_stream(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = CountingPattern(tokens_module._END_OF_IMAGE)
    monkeypatch.setattr(tokens_module, "_END_OF_IMAGE", counting)
    stream = 500 * IMAGES_IN_ROWS[kind] + b"ID EI \xff\xff"
    list(operations(stream))
    assert counting.matches <= 2 * stream.count(b" EI") + 2


def test_an_image_whose_end_is_not_certain_ends_at_the_first_one_wherever_it_comes() -> None:
    doubtful = b"ID EI \xff\xff EI \xff\xff "
    kinds = [(kind, token) for kind, token, _ in tokens(3 * doubtful) if kind.endswith("image")]
    assert kinds == 3 * [("doubtful_image", b" EI")]
