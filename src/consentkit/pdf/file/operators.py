"""The operators of a content stream, with their operands (ISO 32000-1, 7.8.2).

Guarantees: every byte string is accepted; what makes no sense is passed over, as viewers do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_SPACE = rb"[\0\s]+|%[^\r\n]*"
_HEX = rb"<[0-9A-Fa-f\0\s]*>"
_NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)"
_TOKEN = re.compile(
    rb"(?:%b)*+(?:" % _SPACE
    + rb"(?P<shown>\[(?:%b|%b|[\0\s]+)*+\])" % (_HEX, _NUMBER)  # what a line of text is drawn with, read at once
    + rb"|(?P<hex>%b)|(?P<number>%b)" % (_HEX, _NUMBER)
    + rb"|(?P<name>/[^\0\s()<>[\]{}/%]*)"
    + rb"|(?P<word>[^\0\s()<>[\]{}/%]+)"
    + rb"|(?P<opening><<|\[)"
    + rb"|(?P<closing>>>|\])"
    + rb"|(?P<string>\()"
    + rb"|(?P<other>.))",
    re.DOTALL,
)
_SHOWN = re.compile(rb"<([^>]*)>|(%b)" % _NUMBER)
_LONGEST_NUMBER = 64
_SPACES = b"\0\t\n\v\f\r "
_PARENTHESIS = re.compile(rb"[()]|\\.?", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\r\n": b"", b"\r": b"", b"\n": b""}
_END_OF_IMAGE = re.compile(rb"[\0\s]EI(?=[\0\s]|$)")
_CONSTANTS = {b"true": True, b"false": False, b"null": None}


class Operation(NamedTuple):
    """An operator and its operands: strings as bytes, names as str with their slash, numbers, lists, dictionaries."""

    operator: str
    operands: list[Any]


def operations(stream: bytes) -> Iterator[Operation]:
    """Read a content stream from start to end."""
    operands: list[Any] = []
    open_lists = [operands]
    position = 0
    while match := _TOKEN.match(stream, position):
        position = match.end()
        kind = match.lastgroup
        token = match[kind or 0]
        match kind:
            case "shown":
                found = _SHOWN.findall(token)
                open_lists[-1].append([_number(number) if number else _from_hex(digits) for digits, number in found])
            case "number":
                open_lists[-1].append(_number(token))
            case "hex":
                open_lists[-1].append(_from_hex(token[1:-1]))
            case "name":
                open_lists[-1].append(token.decode("latin-1"))
            case "string":
                text, position = _literal_string(stream, position)
                open_lists[-1].append(text)
            case "opening":
                open_lists.append([])
            case "closing" if len(open_lists) > 1:
                closed = open_lists.pop()
                open_lists[-1].append(closed if token == b"]" else _dictionary(closed))
            case "word" if token in _CONSTANTS:
                open_lists[-1].append(_CONSTANTS[token])
            case "word":
                yield Operation(token.decode("latin-1"), operands)
                operands = []
                open_lists = [operands]
                if token == b"ID":
                    position = _after_image(stream, position)
            case _:
                pass


def _dictionary(items: list[Any]) -> dict[str, Any]:
    """Keys and values by turns; what is no key, which is a name, is passed over with its value."""
    return {key: value for key, value in zip(items[::2], items[1::2], strict=False) if isinstance(key, str)}


def _number(token: bytes) -> float:
    """A number; one with more digits than any file needs is infinite, since Python refuses to read thousands."""
    if len(token) > _LONGEST_NUMBER:
        return math.inf
    return float(token) if b"." in token else int(token)


def _from_hex(digits: bytes) -> bytes:
    digits = digits.translate(None, _SPACES)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _literal_string(stream: bytes, start: int) -> tuple[bytes, int]:
    """The string whose opening parenthesis ends at `start`, and where it ends."""
    depth = 1
    for match in _PARENTHESIS.finditer(stream, start):
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if depth == 0:
            return _ESCAPE.sub(_unescaped, stream[start : match.start()]), match.end()
    return b"", len(stream)


def _unescaped(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    if escaped.isdigit():
        return bytes([int(escaped, 8) & 0xFF])
    return _ESCAPED.get(escaped, escaped)


def _after_image(stream: bytes, start: int) -> int:
    """Where the data of an inline image ends."""
    end = _END_OF_IMAGE.search(stream, start)
    return end.end() if end else len(stream)
