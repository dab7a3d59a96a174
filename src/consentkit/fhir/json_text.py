"""JSON that another system wrote.

Guarantees: size and depth are bounded before anything is parsed; a key that appears twice in one object, a number that
is none, and a byte that is not UTF-8 are refused, since no two programs read them alike; nothing of the file is quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consentkit.errors import InvalidInput
from consentkit.problems import Problem
from consentkit.reading.files import decoded

LARGEST_JSON = 16 * 1024 * 1024
"""Bytes that a file may have."""
MOST_IN_JSON = 500_000
"""Objects and lists that a file may hold."""
DEEPEST_JSON = 20
"""Objects and lists that may be within each other."""

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*+)"|[\[\]{}\n]', re.DOTALL)


@dataclass(frozen=True)
class Number:
    """A number, which no particular of a visit may be: it may have lost its zeros."""


@dataclass(frozen=True)
class JsonFile:
    """What a file holds."""

    data: Mapping[str, Any]
    entry_lines: tuple[int, ...]
    """The line on which each item of the list `entry` begins."""


def read_json(data: bytes, name: str) -> JsonFile:
    """Read an object in JSON. Raises InvalidInput for what is wrong with the file."""
    if len(data) > LARGEST_JSON:
        raise fault(name, f"has more than {LARGEST_JSON:,} bytes; export fewer days at a time")
    text = decoded(data, name)
    lines = _survey(text, name)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_no_number
        )
    except _AmbiguousJson as refused:
        raise fault(name, str(refused)) from None
    except json.JSONDecodeError as error:
        message = "is not valid JSON here; export the file again"
        raise fault(name, message, line=error.lineno, column=error.colno) from None
    if not isinstance(value, dict):
        raise fault(name, "is no object in JSON; name a Bundle of FHIR R4")
    return JsonFile(value, tuple(lines))


def fault(
    name: str, message: str, place: str = "", *, line: int | None = None, column: int | None = None
) -> InvalidInput:
    """A fault of the file as a whole."""
    return InvalidInput([Problem(name, line, column, place, message)])


class _AmbiguousJson(Exception):
    """What JSON allows, and programs read differently."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _AmbiguousJson("has a key twice in one object, so programs read it differently; export the file again")
    return value


_NUMBER = Number()


def _number(_: str) -> Number:
    return _NUMBER


def _no_number(_: str) -> Number:
    raise _AmbiguousJson("has a number that is none, such as NaN; export the file again")


def _survey(text: str, name: str) -> list[int]:
    """Bound the depth of a text, and how much is in it.

    Returns the lines on which the items of the outermost list `entry` begin.
    """
    depth, line, key, entry_depth = 0, 1, "", False
    if text.count("{") + text.count("[") > MOST_IN_JSON:
        raise fault(name, "holds too much; export fewer days at a time")
    lines: list[int] = []
    for token in _TOKEN.finditer(text):
        match token.group()[0]:
            case '"':
                key = token.group(1) if depth == 1 else key
                line += token.group().count("\n")
            case "\n":
                line += 1
            case "{" | "[" as opening:
                depth += 1
                if depth > DEEPEST_JSON:
                    raise fault(name, f"is nested more than {DEEPEST_JSON} levels deep", line=line)
                if depth == 2:
                    entry_depth = opening == "[" and key == "entry"
                elif depth == 3 and entry_depth and opening == "{":
                    lines.append(line)
            case _:
                depth -= 1
    return lines
