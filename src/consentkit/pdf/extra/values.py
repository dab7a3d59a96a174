"""What stands in a foreign PDF file, asked for by kind.

Guarantees: references are followed wherever they stand, and never in a circle; a value of another kind than it must be
is Unsound, not a surprise later on.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject, PdfObject

from consentkit.pdf.extra.drawing import Unsound

Key: TypeAlias = tuple[int, int]
"""The number and generation of an object."""
Box: TypeAlias = tuple[float, float, float, float]

_LONGEST_CHAIN = 100


def resolved(value: Any) -> PdfObject:
    """What a value stands for, through any number of references; null where there is none. Raises Unsound."""
    for _ in range(_LONGEST_CHAIN):
        if value is None:
            return NullObject()
        if not isinstance(value, IndirectObject):
            return value  # type: ignore[no-any-return]
        value = value.pdf.get_object(value)
    raise Unsound("a reference that leads nowhere")


def dictionary(value: Any) -> DictionaryObject:
    """A value that must be a dictionary. Raises Unsound."""
    found = resolved(value)
    if not isinstance(found, DictionaryObject):
        raise Unsound("a part of the wrong kind")
    return found


def name_of(thing: DictionaryObject, key: str) -> str:
    """The name that an entry holds, with its slash; empty where it holds none."""
    found = resolved(thing.get(key))
    return str(found) if isinstance(found, NameObject) else ""


def key_of(value: Any) -> Key | None:
    """The number and generation that a reference names."""
    return (value.idnum, value.generation) if isinstance(value, IndirectObject) else None


def numbers_of(value: Any, count: int) -> list[float]:
    """The numbers of a list that must have so many. Raises Unsound."""
    found = resolved(value)
    numbers = [resolved(item) for item in found] if isinstance(found, ArrayObject) else []
    if len(numbers) != count or not all(isinstance(item, int | float) and math.isfinite(item) for item in numbers):
        raise Unsound("numbers that are missing or wrong")
    return [float(item) for item in numbers]  # type: ignore[arg-type]
