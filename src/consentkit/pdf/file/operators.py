"""The operators of a content stream, with their operands (ISO 32000-1, 7.8.2).

Guarantees: every byte string is accepted; what makes no sense is skipped, as viewers do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from consentkit.pdf.file.syntax import string_bytes
from consentkit.pdf.file.tokens import NUMBER, tokens

_PART_OF_TEXT_ARRAY = re.compile(rb"(<[^>]*>)|(%b)" % NUMBER)
_LONGEST_NUMBER = 64
_CONSTANTS = {b"true": True, b"false": False, b"null": None}


class Operation(NamedTuple):
    """An operator and its operands: strings as bytes, names as str with their slash, numbers, lists, dictionaries."""

    operator: str
    operands: list[Any]


def operations(stream: bytes) -> Iterator[Operation]:
    """Read a content stream from start to end."""
    operands: list[Any] = []
    open_lists = [operands]
    for kind, token, _ in tokens(stream, join_text_arrays=True):
        match kind:
            case "text_array":
                parts = _PART_OF_TEXT_ARRAY.findall(token)
                open_lists[-1].append([_number(number) if number else string_bytes(text) for text, number in parts])
            case "number":
                open_lists[-1].append(_number(token))
            case "name":
                open_lists[-1].append(token.decode("latin-1"))
            case "hex" | "string":
                open_lists[-1].append(string_bytes(token))
            case "open_string":
                open_lists[-1].append(b"")
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
            case _:
                pass


def _dictionary(items: list[Any]) -> dict[str, Any]:
    """A dictionary from alternating keys and values; a key that is not a name is skipped together with its value."""
    return {key: value for key, value in zip(items[::2], items[1::2], strict=False) if isinstance(key, str)}


def _number(token: bytes) -> float:
    """A number; one with absurdly many digits counts as infinite, since Python refuses to parse thousands of them."""
    if len(token) > _LONGEST_NUMBER:
        return math.inf
    return float(token) if b"." in token else int(token)
