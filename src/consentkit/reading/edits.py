"""Changing one value in a file that somebody wrote, or leaving keys out of it.

Guarantees: everything else stays as it is, to the byte: comments, white space, line ends, a mark at the start. Only a
comment on the line of a key that is left out goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import groupby

import yaml

from consentkit.reading.yaml_file import Data, DataPath, YamlFile, parse

_LINE_END = re.compile(r"\r\n|\r|\n")
_SHORT_VALUE = re.compile(r'"[^"\\\r\n]*"|\'[^\'\r\n]*\'|[A-Za-z0-9][A-Za-z0-9._-]*')
"""A code, a hash or a day on one line, with or without quotation marks."""


def in_quotation_marks(text: str) -> str:
    """A text of one line as YAML reads it back, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


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


def without_keys(text: str, parsed: YamlFile, mapping: str, names: Collection[str]) -> str | None:
    """The text of a file without some keys of one of its mappings, in whichever style that is written.

    None where it is written so that they can't be taken out alone.
    """
    there = parsed.data.get(mapping)
    if not isinstance(there, dict) or there.keys().isdisjoint(names):
        return text
    rest: Data = {name: value for name, value in there.items() if name not in names}
    for start, end in sorted(_places(text, mapping, names), reverse=True):
        text = text[:start] + text[end:]
    read_back = parse(text, parsed.name)
    return text if not read_back.problems and read_back.data == {**parsed.data, mapping: rest} else None


def _places(text: str, mapping: str, names: Collection[str]) -> Iterator[tuple[int, int]]:
    """From where to where the entries of a mapping are that are to be left out."""
    root = yaml.compose(text, yaml.SafeLoader)
    node = next(value for key, value in root.value if key.value == mapping)
    entries = [(key.value in names, key.start_mark.index, value.end_mark.index) for key, value in node.value]
    if not node.flow_style:
        for is_left_out, start, end in entries:
            if is_left_out:
                yield _line_start(text, start), end if text[end - 1] in "\r\n" else _line_end(text, end)
        return
    number = 0
    for is_left_out, group in groupby(entries, key=lambda entry: entry[0]):
        run = list(group)
        first, number = number, number + len(run)
        if is_left_out and number < len(entries):
            yield run[0][1], entries[number][1]
        elif is_left_out:  # the last ones go with the comma before them
            yield entries[first - 1][2] if first else run[0][1], run[-1][2]


def _line_start(text: str, index: int) -> int:
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def _line_end(text: str, index: int) -> int:
    """Where the line after the one with a place begins."""
    match = _LINE_END.search(text, index)
    return match.end() if match else len(text)
