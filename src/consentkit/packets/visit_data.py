"""A visit that a program hands over as plain data, with the keys of a visit in YAML.

Guarantees: it is judged as strictly as one that is read from a file, and in the same words; nothing is guessed, so a
number instead of a text is a mistake, since it may have lost its zeros; no message quotes a value.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from consentkit.model.visit import Visit, name_of
from consentkit.packets.needs import needs_of
from consentkit.packets.shown_numbers import shown_number
from consentkit.packets.visits import VisitEntry
from consentkit.problems import Problem
from consentkit.reading import characters
from consentkit.reading.validation import validated
from consentkit.reading.yaml_file import DEEPEST, MOST_NODES, Data, DataPath, Position, YamlFile, dotted


def entry_of_data(data: Mapping[str, Any], place: str = "a visit") -> VisitEntry:
    """Validate the data of a visit. `place` is what messages call it where they may not hold its number.

    Days and times of day may be text, or `datetime.date` and `datetime.time`; what is None counts as left out.
    """
    reader = _DataReader()
    plain = reader.read(data, ())
    assert isinstance(plain, dict)  # as every mapping becomes
    number = shown_number(plain)
    name = f"visit {number}" if number else place
    mistakes = tuple(Problem(name, 1, 1, dotted(path, discreet=True), text) for path, text in reader.mistakes.items())
    source = YamlFile(name, plain, reader.values, {}, frozenset(reader.mistakes), mistakes, discreet=True)
    visit, problems = validated(Visit, source)
    return VisitEntry(
        row=None,
        label=name,
        visit=visit,
        problems=tuple(replace(problem, line=None, column=None) for problem in problems),
        name=name_of(plain),
        number=visit.visit if visit else number,
        data=plain,
        needs=() if visit else needs_of(plain),
    )


@dataclass(eq=False, repr=False)
class _DataReader:
    """Turns data into what the reader of YAML would make of it: mappings, lists and text."""

    values: dict[DataPath, Position] = field(default_factory=dict)
    mistakes: dict[DataPath, str] = field(default_factory=dict)

    def read(self, value: Any, path: DataPath) -> Data:
        """A value as text, list or mapping; empty text for what is none of these, which is then a mistake."""
        self.values[path] = 1, 1
        if len(path) > DEEPEST or len(self.values) > MOST_NODES:
            return self._refuse(path, f"is nested more than {DEEPEST} levels deep, or holds more than any visit does")
        match value:
            case Mapping():
                return self._mapping(value, path)
            case list() | tuple():
                return [self.read(item, (*path, index)) for index, item in enumerate(value)]
            case str():
                refused = next(characters.refused(value), None)
                return self._refuse(path, f"holds {refused[1]}; delete it") if refused else value
            case _:
                return self._text(value, path)

    def _text(self, value: Any, path: DataPath) -> Data:
        """What a program may hold for a choice, a day or a time of day, as a file has it."""
        match value:
            case bool():
                return str(value).lower()
            case int() | float():
                return self._refuse(path, "must be text, but is a number, which may have lost zeros")
            case datetime.datetime():
                return self._refuse(path, "is a day and a time of day in one; give each by itself")
            case datetime.date() | datetime.time():
                return _written(value)
            case _:
                return self._refuse(path, "must be text, a list, or keys and values")

    def _mapping(self, value: Mapping[Any, Any], path: DataPath) -> Data:
        if not all(isinstance(key, str) for key in value):
            return self._refuse(path, "has a key that is no text; write the keys of a visit")
        return {key: self.read(item, (*path, key)) for key, item in value.items() if item is not None}

    def _refuse(self, path: DataPath, message: str) -> Data:
        self.mistakes[path] = message
        return ""


def _written(value: datetime.date | datetime.time) -> str:
    """A day as 2026-11-21, a time of day as 14:00; what a visit can't have, such as seconds, stays to be refused."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return f"{value:%H:%M}" if value == datetime.time(value.hour, value.minute) else value.isoformat()
