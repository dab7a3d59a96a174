"""The operators of a content stream, with their operands (ISO 32000-1, 7.8.2).

Guarantees: every byte string is accepted; what makes no sense is passed over, as viewers do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_TOKEN = re.compile(
    rb"""
      (?P<space>   (?: [\0\s]+ | %[^\r\n]* )+ )
    | (?P<hex>     <[0-9A-Fa-f\s]*> )
    | (?P<number>  [-+]?(?:\d+\.?\d*|\.\d+) )
    | (?P<name>    /[^\0\s()<>[\]{}/%]* )
    | (?P<word>    [^\0\s()<>[\]{}/%]+ )
    | (?P<opening> << | \[ )
    | (?P<closing> >> | \] )
    | (?P<string>  \( )
    | (?P<other>   . )
    """,
    re.VERBOSE | re.DOTALL,
)
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
        token = match[0]
        match match.lastgroup:
            case "hex":
                open_lists[-1].append(_from_hex(token[1:-1]))
            case "number":
                open_lists[-1].append(float(token) if b"." in token else int(token))
            case "name":
                open_lists[-1].append(token.decode("latin-1"))
            case "string":
                text, position = _literal_string(stream, position)
                open_lists[-1].append(text)
            case "opening":
                open_lists.append([])
            case "closing" if len(open_lists) > 1:
                closed = open_lists.pop()
                open_lists[-1].append(closed if token == b"]" else dict(zip(closed[::2], closed[1::2], strict=False)))
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


def _from_hex(digits: bytes) -> bytes:
    digits = b"".join(digits.split())
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
