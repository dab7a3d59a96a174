"""The notation of PDF objects: what is written means what was read, and nonsense is refused at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentkit.pdf.file.syntax import (
    Ref,
    Value,
    _Parser,
    form_of,
    integer,
    number,
    parse,
    string_bytes,
    string_text,
    text_string,
    write,
)

REGULAR = "".join(chr(code) for code in range(33, 127) if chr(code) not in "()<>[]{}/%")
LITERALS = st.recursive(
    st.one_of(
        st.text("ab %d\\n[]<>{}/\r\n\0\x80").map(lambda text: text.encode("latin-1").replace(b"\\", b"\\\\")),
        st.sampled_from([b"\\(", b"\\)", b"\\053", b"\\7", b"\\\r\n", b"%", b"%d", b"%%", b"% no comment\n"]),
    ),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: b"(" + b"".join(parts) + b")"),
    max_leaves=8,
).map(lambda body: b"(" + body + b")")
HEX = st.text("0123456789abcdefABCDEF \t\n", max_size=20).map(lambda digits: b"<" + digits.encode() + b">")
NAMES = st.text(REGULAR, max_size=8)
WORDS = st.sampled_from([b"true", b"false", b"null", b"0", b"-1", b"+17.5", b"-.002", b"4.", b"99999999999"])
REFERENCES = st.integers(1, 999999).map(Ref)
VALUES: st.SearchStrategy[Value] = st.recursive(
    st.one_of(LITERALS, HEX, NAMES.map(lambda name: b"/" + name.encode()), WORDS, REFERENCES),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=30,
)
SPACES = st.lists(st.sampled_from([b" ", b"\n", b"\r", b"\0", b"\t\f", b"%\n", b"% ) ] >> % R\r", b"%d\n"])).map(
    b"".join
)


@given(VALUES, st.binary(max_size=4))
def test_what_is_written_is_read_again_and_reading_ends_behind_it(value: Value, behind: bytes) -> None:
    text = write(value)
    assert parse(text + b" " + behind, 0) == (value, len(text))


@given(st.lists(VALUES, max_size=4), SPACES)
def test_spaces_and_comments_between_objects_mean_nothing(values: list[Value], space: bytes) -> None:
    text = b"[" + b"".join(space + b" " + write(value) for value in values) + space + b"]"
    assert parse(text) == (values, len(text))


@given(VALUES, st.integers(0, 5000))
def test_references_get_other_numbers_and_nothing_else_changes(value: Value, step: int) -> None:
    def moved(item: Value) -> Value:
        if isinstance(item, Ref):
            return Ref(item + step)
        if isinstance(item, list):
            return [moved(kid) for kid in item]
        return {name: moved(kid) for name, kid in item.items()} if isinstance(item, dict) else item

    form = form_of(value)
    assert form.text % form.references == write(value)
    assert parse(form.text % tuple(Ref(old + step) for old in form.references))[0] == moved(value)


@given(
    st.one_of(st.binary(max_size=60), st.text("<>[]()/%\\ 10Rab\n", max_size=60).map(str.encode)), st.integers(0, 70)
)
def test_any_bytes_are_an_object_or_a_value_error(data: bytes, start: int) -> None:
    try:
        value, end = parse(data, start)
    except ValueError:
        return
    assert start < end <= len(data)
    assert parse(write(value))[0] == value


@pytest.mark.parametrize("opening", [b"[", b"<<", b"<</A", b"(", b"[[<</A", b"/A<<"])
def test_endless_nesting_is_refused(opening: bytes) -> None:
    with pytest.raises(ValueError, match=r"nest|cut off|not a name|end"):
        parse(b"[" + opening * 20_000)


@pytest.mark.parametrize("filling", [b" ", b"%", b"\r\n", b"% \n", b" %"])
def test_long_gaps_in_front_of_nonsense_are_refused_at_once(filling: bytes) -> None:
    # A pattern that tries all ways to divide the gap would not come back from this at all.
    with pytest.raises(ValueError, match="missing"):
        parse(filling * 20_000 + b"\n)")


@pytest.mark.parametrize("data", [b"% a comment", b"%a", b" %1 0 R", b"[1 %2 ]"])
def test_a_comment_is_never_an_object(data: bytes) -> None:
    with pytest.raises(ValueError, match="missing"):
        parse(data)


@pytest.mark.parametrize("data", [b"]", b">>", b"<<1 2>>", b"<</A>>", b"(a", b"(a\\", b"<4", b"<xy>", b"3 1 R", b"{}"])
def test_what_is_broken_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(data)


def test_numbers_in_a_row_are_references_only_where_they_end_in_r() -> None:
    assert parse(b"[1 0 R 2 0 3\n0\nR 4 0 RG 5 0R]")[0] == [
        *(Ref(1), b"2", b"0", Ref(3), b"4", b"0", b"RG", b"5", b"0R"),
    ]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_written_as_a_string_and_read_again(text: str) -> None:
    token = text_string(text)
    assert string_text(token) == text
    assert parse(token) == (token, len(token))


@given(st.binary())
def test_a_string_in_hexadecimal_digits_stands_for_all_of_its_bytes(data: bytes) -> None:
    spread = " ".join(data.hex()).encode()
    assert string_bytes(b"<" + data.hex().encode() + b">") == string_bytes(b"<" + spread + b">") == data


def test_a_last_digit_that_is_left_out_is_a_zero() -> None:
    assert string_bytes(b"<901FA>") == b"\x90\x1f\xa0"


@pytest.mark.parametrize(
    ("token", "data"),
    [
        (rb"(a\(b\)c)", b"a(b)c"),
        (rb"(a(b)c)", b"a(b)c"),
        (rb"(\n\r\t\b\f\\)", b"\n\r\t\b\f\\"),
        (rb"(\053\53\0531\7)", b"+++1\x07"),
        (b"(one\\\ntwo\\\r\nthree\\\rfour)", b"onetwothreefour"),
        (rb"(\q)", b"q"),
        (b"()", b""),
    ],
)
def test_escapes_in_a_string_are_undone(token: bytes, data: bytes) -> None:
    assert string_bytes(token) == data


@pytest.mark.parametrize("value", [b"/Name", b"12", [b"(a)"], {}, Ref(3)])
def test_only_strings_have_bytes(value: Value) -> None:
    with pytest.raises(ValueError, match="not a string"):
        string_bytes(value)


def test_numbers_are_read_and_what_is_none_is_refused() -> None:
    assert (number(b"-.5"), number(None, 3), integer(b"17"), integer(None)) == (-0.5, 3, 17, 0)
    for value in (b"/Name", b"(1)", b"inf", b"nan", b"1e999", Ref(4), [b"1"]):
        with pytest.raises(ValueError, match=r"."):
            integer(value)


_PIECES = st.sampled_from(
    [
        b"<<",
        b">>",
        b"/A",
        b"/B",
        b"/Length",
        b" ",
        b"  ",
        b"12",
        b"0",
        b" 0 R",
        b"R",
        b"-1.5",
        b"[",
        b"]",
        b"%x\n",
        b"(s)",
    ]
)


@given(st.lists(_PIECES, max_size=14))
@example([b"<<", b"/A", b" ", b"12", b" 0 R", b"/B", b" ", b"[", b"0", b" ", b"-1.5", b"]", b">>"])
@example([b"<<", b"/A", b" ", b"12", b" 0 R", b"R", b">>"])
def test_a_dictionary_that_is_read_at_once_is_the_one_that_its_tokens_give(pieces: list[bytes]) -> None:
    data = b"<<" + b"".join(pieces) + b">>"

    def read(reader: Callable[[bytes, int], tuple[Value, int]]) -> object:
        try:
            return reader(data, 0)
        except ValueError:
            return None

    assert read(parse) == read(lambda given, start: _Parser(given).value(start, 0))
