"""A translation beside its original: what one has and the other has not.

Guarantees: the two are compared all the way down, whatever they are made of: which texts there are, how many entries
each list has (sections, options, rows, blanks), which cells are filled in, and what is no text, such as clauses, lines
and initials. Whether the meaning is the same, only a person can say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import BaseModel

from consentkit.model.paper import PaperSection, PaperText
from consentkit.model.procedure import ProcedureText
from consentkit.model.risks import Benefit, Risk
from consentkit.model.tables import Table
from consentkit.model.values import TextPath
from consentkit.problems import quoted

REMEDY = "add what is missing, or remove what the original does not have"

_NOT_COMPARED = {"code", "name", "also_called", "policies"}
"""The code or name is that of both; people have a different number of names for a thing in each language."""
_TEXTS_OF_STATEMENT = ("text", "short")
"""The figure of a risk or benefit is compared by a rule of its own, and its source is not translated."""
_CLAUSE, _PICTURE = "clause", "file"
"""The clause of a section is compared by its name; each language may show another picture."""


@dataclass(frozen=True)
class DifferentShape:
    """One way in which a translation differs from its original."""

    path: TextPath
    """Where it is in the data of the translation."""
    message: str
    """What is different, without the remedy."""
    is_value: bool = False
    """Whether the value there is wrong, and not what is under the key or missing there."""


@dataclass
class _Shape:
    """What a definition is made of, without its words."""

    parts: dict[TextPath, int] = field(default_factory=dict)
    """How many entries each list has, and 1 for each text or group of texts outside of lists."""
    facts: dict[TextPath, str] = field(default_factory=dict)
    """What is no text, as a message has it."""


def differences(translation: ProcedureText | PaperText, original: ProcedureText | PaperText) -> list[DifferentShape]:
    """Where the shape of a translation is not that of the original. A part that is different is reported once."""
    here, there = _shape_of(translation), _shape_of(original)
    return list(_different_parts(here, there)) or list(_different_facts(here, there))


def _different_parts(here: _Shape, there: _Shape) -> Iterator[DifferentShape]:
    reported: list[TextPath] = []
    for path in sorted(here.parts | there.parts, key=len):
        number, expected = here.parts.get(path, 0), there.parts.get(path, 0)
        if number == expected or any(path[: len(outer)] == outer for outer in reported):
            continue
        reported.append(path)
        yield DifferentShape(path, _difference(path, number, expected))


def _different_facts(here: _Shape, there: _Shape) -> Iterator[DifferentShape]:
    """Compare what is no text. All lists are equally long, so each has its counterpart."""
    for path, fact in here.facts.items():
        if fact != there.facts[path]:
            yield DifferentShape(path, f"{fact}, but the original {there.facts[path]}", is_value=path[-1] != _CLAUSE)


def _difference(path: TextPath, number: int, expected: int) -> str:
    if number and expected:
        return f"has {_entries(number)}, but the original has {_entries(expected)}"
    name = quoted(str(path[-1]))
    return f"lacks {name}, which the original has" if expected else f"has {name}, which the original does not have"


def _entries(number: int) -> str:
    return "one entry" if number == 1 else f"{number} entries"


def _shape_of(definition: ProcedureText | PaperText) -> _Shape:
    text = PaperText if isinstance(definition, PaperText) else ProcedureText
    shape = _Shape()
    for name in text.model_fields:
        if name not in _NOT_COMPARED:
            _add(shape, getattr(definition, name), (name,))
    return shape


def _add(shape: _Shape, value: object, path: TextPath) -> None:
    """Add a value of a definition, and all that is in it, to a shape."""
    if isinstance(value, bool | int):
        shape.facts[path] = f"has {str(value).lower()}"
    elif isinstance(value, str):
        shape.parts[path] = 1
    elif isinstance(value, tuple):
        shape.parts[path] = len(value)
        for index, entry in enumerate(value):
            _add_entry(shape, entry, (*path, index))
    elif isinstance(value, BaseModel):
        shape.parts[path] = 1
        for name in _names_of_parts(value):
            _add(shape, getattr(value, name), (*path, name))
        _add_facts(shape, value, path)


def _add_entry(shape: _Shape, entry: object, path: TextPath) -> None:
    """Add an entry of a list. A text there is counted by the list already."""
    if not isinstance(entry, str):
        _add(shape, entry, path)


def _names_of_parts(record: BaseModel) -> tuple[str, ...]:
    if isinstance(record, Risk | Benefit):
        return tuple(name for name in _TEXTS_OF_STATEMENT if hasattr(record, name))
    return tuple(name for name in type(record).model_fields if name not in (_CLAUSE, _PICTURE))


def _add_facts(shape: _Shape, record: BaseModel, path: TextPath) -> None:
    """Add what only some records have: the clause of a section, the cells of a table."""
    if isinstance(record, PaperSection):
        shape.facts[*path, _CLAUSE] = f"has the clause {quoted(record.clause)}" if record.clause else "has no clause"
    if isinstance(record, Table):
        for row, cells in enumerate(record.rows):
            for column, cell in enumerate(cells):
                shape.facts[*path, "rows", row, column] = "has a text" if cell else "has room to fill in"
