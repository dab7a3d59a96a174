"""The fields of a form for a visit: those of a schedule, each with its place in the data of a visit.

Guarantees: what is typed stays as it is, right or wrong, until the visit is judged; a field that is left empty is left
out of the data.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from consentkit.packets.cells import CHOICES, COLUMNS, LISTS, REQUIRED, items

FIELDS = tuple(COLUMNS)
"""The names of the fields."""
YES_OR_NO = ("large_print", "medical_visit", "first_visit", "yearly_papers")
"""Fields that are boxes to tick."""
NEEDED = REQUIRED
"""Fields without which there are no papers."""
LISTED = LISTS
"""Fields that hold several entries."""

_STEPS = {name: tuple(map(str, path)) for name, path in COLUMNS.items()}
_FIELD_OF = {".".join(steps): name for name, steps in _STEPS.items()}


def value_of(data: Mapping[str, Any], name: str) -> str:
    """What a field holds, as text; entries of a list with a space between."""
    value: Any = data
    for step in _STEPS[name]:
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, list):
        return ("; " if name == "extra" else " ").join(map(str, value))
    return "" if value is None else str(value)


def fields_beside(name: str) -> tuple[str, ...]:
    """The fields of the same person, that one among them; where it is about nobody, that one alone."""
    return tuple(one for one in FIELDS if _STEPS[one][0] == _STEPS[name][0])


def with_value(data: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The data of a visit with another value in a field; None takes it out, and with a name its whole role."""
    after = copy.deepcopy(dict(data))
    *parents, last = _STEPS[name]
    if value is None and last == "name" and parents != ["patient"]:
        after.pop(parents[0], None)
        return after
    target = after
    for parent in parents:
        below = target.get(parent)
        target[parent] = target = below if isinstance(below, dict) else {}
    if value is None:
        target.pop(last, None)
    else:
        target[last] = value
    return after


def data_of(values: Mapping[str, str]) -> dict[str, Any]:
    """The data of a visit from the fields of a form. Fields that no visit has are passed over."""
    data: dict[str, Any] = {"patient": {}, "clinician": {}}
    for name in FIELDS:
        text = " ".join(values.get(name, "").split())
        if not text:
            continue
        *parents, last = _STEPS[name]
        target = data
        for parent in parents:
            target = target.setdefault(parent, {})
        text = text.casefold() if name in CHOICES else text
        target[last] = items(name, text) if name in LISTS else text
    return data


def field_of_problem(field: str) -> str:
    """The field that a problem is about; empty where it is about none, or about the whole visit."""
    bare = re.sub(r"\[[0-9]+\]", "", field.rpartition(": ")[2])
    return _FIELD_OF.get(bare, bare if bare in COLUMNS else "")
