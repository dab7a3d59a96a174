"""The tokens of a content stream (ISO 32000-1, 7.2 and 7.8.2).

Guarantees: every byte string is accepted, in time proportional to its length; each byte is in one token, in white space
or in a comment. What two programs may read differently has its own kind of token, so that a caller can refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from consentkit.pdf.file.syntax import end_of_string

_SPACE = rb"\0\t\n\f\r "
_DELIMITER = rb"()<>\[\]{}/%"
_HEX = rb"<[0-9A-Fa-f" + _SPACE + rb"]*>"
NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)"
"""A number, as a pattern."""

_SKIPPED = rb"(?:[" + _SPACE + rb"]+|%[^\r\n]*)*+"
_KINDS = (
    rb"(?P<hex>" + _HEX + rb")"
    rb"|(?P<number>" + NUMBER + rb")"
    rb"|(?P<name>/[^" + _SPACE + _DELIMITER + rb"]*)"
    rb"|(?P<word>[^" + _SPACE + _DELIMITER + rb"]+)"
    rb"|(?P<opening><<|\[)"
    rb"|(?P<closing>>>|\])"
    rb"|(?P<string>\()"
    rb"|(?P<stray>.)"
)
_TEXT_ARRAY = rb"(?P<text_array>\[(?:" + _HEX + rb"|" + NUMBER + rb"|[" + _SPACE + rb"]+)*+\])"
_TOKEN = re.compile(_SKIPPED + rb"(?:" + _KINDS + rb")", re.DOTALL)
_TOKEN_OR_TEXT_ARRAY = re.compile(_SKIPPED + rb"(?:" + _TEXT_ARRAY + rb"|" + _KINDS + rb")", re.DOTALL)

_END_OF_IMAGE = re.compile(rb"[" + _SPACE + rb"]EI(?=[" + _SPACE + rb"]|\Z)")
_AFTER_AN_IMAGE = re.compile(rb"[\t\n\f\r -~]*\Z")
_EXAMINED_AFTER_AN_IMAGE = 12


TokenKind: TypeAlias = str
"""What a token is.

`number`, `name`, `opening`, `closing`; `hex`, a string of hexadecimal digits; `string`, one in parentheses, and
`open_string`, one that does not end; `word`, an operator, a constant, or something that looks like a number but is not
one, such as `--5`; `image`, the data of an inline image with its `EI`, and `doubtful_image`, the same where its end is
uncertain; `text_array`, an array of hexadecimal strings and numbers; `stray`, a character that belongs nowhere.
"""

Token: TypeAlias = tuple[TokenKind, bytes, int]
"""What a token is, its bytes, and where it starts. A plain tuple: a page has thousands."""


def tokens(stream: bytes, *, join_text_arrays: bool = False) -> Iterator[Token]:
    """Divide a content stream into its tokens.

    A number ends at the first character that can't belong to it: `0cm` is a number and a word, as in most viewers. Text
    arrays are single tokens on request: most of a page consists of them, and one match is much quicker than hundreds.
    """
    match_token = (_TOKEN_OR_TEXT_ARRAY if join_text_arrays else _TOKEN).match
    position = 0
    has_certain_end = True  # whether an inline image may still have one; where none lies ahead, none is sought again
    while match := match_token(stream, position):
        kind, group = match.lastgroup or "", match.lastindex or 0
        position = match.end()
        if kind == "string":
            start = position - 1
            end = end_of_string(stream, start)
            kind, position = ("open_string", len(stream)) if end is None else (kind, end)
            yield kind, stream[start:position], start
            continue
        token = match[group]
        yield kind, token, position - len(token)
        if token == b"ID":
            image = (_image if has_certain_end else _doubtful_image)(stream, position)
            has_certain_end = image[0] == "image"
            yield image
            position += len(image[1])


def _image(stream: bytes, start: int) -> Token:
    """The data of an inline image, which does not state its length: what follows must look like operators."""
    first: int | None = None
    for match in _END_OF_IMAGE.finditer(stream, start):
        if _AFTER_AN_IMAGE.match(stream[match.end() : match.end() + _EXAMINED_AFTER_AN_IMAGE]):
            return "image", stream[start : match.end()], start
        first = first or match.end()
    return "doubtful_image", stream[start : first or len(stream)], start


def _doubtful_image(stream: bytes, start: int) -> Token:
    """The data of an inline image that ends nowhere for certain: up to the first `EI`."""
    end = _END_OF_IMAGE.search(stream, start)
    return "doubtful_image", stream[start : end.end() if end else len(stream)], start
