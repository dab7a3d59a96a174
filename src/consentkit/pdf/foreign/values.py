"""Values in a foreign PDF file, with checks of their kind.

Guarantees: a value of the wrong kind raises Unsound at once, not a surprise later on. References are followed by qpdf;
one that leads to nothing is null (ISO 32000-1, 7.3.10), and an entry that is null counts as absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from pikepdf import Array, Dictionary, Name, Object, Stream

from consentkit.pdf.foreign.drawing import Unsound

ObjectKey: TypeAlias = tuple[int, int]
"""The number and generation of an object."""
ForeignBox: TypeAlias = tuple[float, float, float, float]


def has_entries(value: Any) -> bool:
    """Whether a value is a dictionary or a stream, whose entries are accessed in the same way."""
    return isinstance(value, Dictionary | Stream)


def dictionary(value: Any) -> Any:
    """A value that must be a dictionary or a stream. Raises Unsound."""
    if not has_entries(value):
        raise Unsound("a part of the wrong kind")
    return value


def optional_dictionary(value: Any) -> Any:
    """A value that must be a dictionary if it exists; otherwise an empty one. Raises Unsound."""
    return Dictionary() if value is None else dictionary(value)


def array(value: Any) -> list[Any]:
    """The items of a value that must be an array if it exists; otherwise none. Raises Unsound."""
    if value is None:
        return []
    if not isinstance(value, Array):
        raise Unsound("a part of the wrong kind")
    return list(value)


def listed(value: Any) -> list[Any]:
    """The items of an array; a single value counts as an array of one, nothing as an empty one."""
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def entries_of(thing: Any) -> list[tuple[str, Any]]:
    """The entries of a dictionary or a stream, sorted by key."""
    return sorted(thing.items(), key=lambda entry: entry[0])


def text_of_name(value: Any) -> str:
    """A name with its slash; empty for anything else. Bytes that are not UTF-8 remain as they are written."""
    if not isinstance(value, Name):
        return ""
    try:
        return str(value)
    except UnicodeDecodeError:
        return value.unparse().decode("latin-1")


def plain_value(value: Any) -> Any:
    """A name, a string or a number, even if it is an indirect object, for use in another file."""
    if isinstance(value, Object) and value.is_indirect:
        return Object.parse(value.unparse(resolved=True))
    return value


def put(holder: Any, entries: Mapping[str, Any]) -> None:
    """Give a dictionary or a stream its entries, except for those that are null."""
    for key, value in entries.items():
        if value is not None:
            holder[key] = value


def name_of(thing: Any, key: str) -> str:
    """The name in an entry, with its slash; empty if there is none."""
    return text_of_name(thing.get(key))


def object_key(value: Any) -> ObjectKey | None:
    """The number and generation of an object that has them."""
    return value.objgen if isinstance(value, Object) and value.is_indirect else None


def whole_number(value: Any) -> int | None:
    """An integer; None for anything else."""
    return value if type(value) is int else None


def numbers_of(value: Any, count: int) -> list[float]:
    """The numbers of an array that must have `count` of them. Raises Unsound."""
    items = list(value) if isinstance(value, Array) else []
    if len(items) != count or not all(is_number(item) for item in items):
        raise Unsound("numbers that are missing or wrong")
    return [float(item) for item in items]


def is_number(value: Any) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def names_in(thing: Any) -> Iterator[str]:
    """The keys of a dictionary whose author chose them. Raises Unsound if programs may read them differently."""
    for key, _ in entries_of(thing):
        if not key.isascii():
            raise Unsound("names that programs read in different ways")
        yield key
