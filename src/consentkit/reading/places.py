"""Where in a file a piece of text is.

Guarantees: a place is a line and column of the file as people see it. Where a sentence is looked for, it is the
sentence's own place, also inside a text that YAML folds; where it can't be found, it is where the text begins.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from consentkit.reading import yaml_file
from consentkit.reading.yaml_file import Data, DataPath, Position, YamlFile

_WRITTEN = {"'": "'{1,2}", '"': r'\\?"'}
"""How a sign may be written inside YAML's quotation marks."""


@dataclass(frozen=True)
class SourceText:
    """A file as it was read: its raw text, and what YAML made of it."""

    text: str
    yaml: YamlFile

    @property
    def name(self) -> str:
        """The file as it is named in messages."""
        return self.yaml.name

    def written(self, path: DataPath) -> DataPath:
        """The longest part of a path that is in the file. Steps left out by a short form are skipped."""
        written: DataPath = ()
        for step in path:
            if (*written, step) in self.yaml.values:
                written = (*written, step)
        return written

    def at_key(self, path: DataPath) -> Position:
        """The place of a key, or of the value where there is no key."""
        written = self.written(path)
        return self.yaml.keys.get(written) or self.at_value(written)

    def at_value(self, path: DataPath, fragment: str = "", occurrence: int = 0) -> Position:
        """The place of a value, or of a fragment in it: the first, or a later occurrence, counted from 0."""
        position = self.yaml.values.get(self.written(path), (1, 1))
        if not fragment:
            return position
        start = self._offset(position)
        matches = re.compile(_pattern(fragment)).finditer(self.text, start, self._end(position))
        offset = next((match.start() for index, match in enumerate(matches) if index == occurrence), start)
        return self._position(offset)

    def texts(self) -> Iterator[tuple[DataPath, str]]:
        """Every text of the file with its path."""
        return _texts(self.yaml.data, ())

    @cached_property
    def _lines(self) -> list[int]:
        """The offset at which each line begins."""
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    @cached_property
    def _marks(self) -> list[Position]:
        return sorted({*self.yaml.values.values(), *self.yaml.keys.values()})

    def _end(self, position: Position) -> int:
        """The offset at which the next key or value begins."""
        index = bisect_right(self._marks, position)
        return self._offset(self._marks[index]) if index < len(self._marks) else len(self.text)

    def _offset(self, position: Position) -> int:
        line, column = position
        return self._lines[line - 1] + column - 1

    def _position(self, offset: int) -> Position:
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1


def read_source(text: str, name: str) -> SourceText:
    """Parse a file's text. What is wrong with it as YAML is in `yaml.problems`."""
    return source_of(text, yaml_file.parse(text, name))


def source_of(text: str, parsed: YamlFile) -> SourceText:
    """A file that has been parsed already, with its text."""
    return SourceText(text.replace("\r\n", "\n").replace("\r", "\n"), parsed)


def _texts(data: Data, path: DataPath) -> Iterator[tuple[DataPath, str]]:
    if isinstance(data, str):
        yield path, data
        return
    for step, inner in data.items() if isinstance(data, dict) else enumerate(data):
        yield from _texts(inner, (*path, step))


def _pattern(fragment: str) -> str:
    """The fragment as it may be written: broken into lines anywhere, quotation marks doubled or escaped."""
    words = ("".join(_WRITTEN.get(sign) or re.escape(sign) for sign in word) for word in fragment.split())
    return r"(?:\s|\\\n)+".join(words)
