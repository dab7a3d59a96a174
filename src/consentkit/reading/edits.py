"""Changing one value in a file that somebody wrote.

Guarantees: everything else stays as it is, to the byte: comments, white space, line ends, a mark at the start.
"""

from __future__ import annotations

import re

from consentkit.reading.yaml_file import DataPath, YamlFile

_LINE_END = re.compile(r"\r\n|\r|\n")
_SHORT_VALUE = re.compile(r'"[^"\\\r\n]*"|\'[^\'\r\n]*\'|[A-Za-z0-9][A-Za-z0-9._-]*')
"""A code, a hash or a day on one line, with or without quotation marks."""


def with_value(text: str, parsed: YamlFile, path: DataPath, value: str) -> str | None:
    """The text of a file with another value at a place; None where the value there is no short one on one line.

    `value` is a code, a hash or a day, which needs no quotation marks; it has those that are there.
    """
    if path not in parsed.values:
        return None
    line, column = parsed.values[path]
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    start = starts[line - 1] + column - 1
    there = _SHORT_VALUE.match(text, start)
    if there is None or there[0].strip("\"'") != _value_at(parsed, path):
        return None
    mark = there[0][0] if there[0][0] in "\"'" else ""
    return f"{text[:start]}{mark}{value}{mark}{text[there.end() :]}"


def _value_at(parsed: YamlFile, path: DataPath) -> object:
    data: object = parsed.data
    for step in path:
        data = data[step]  # type: ignore[index]
    return data
