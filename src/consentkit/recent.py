"""A few values that were used recently, for runs of thousands of visits.

Guarantees: never more than a given number are kept, nor more bytes than are given, unless the latest value alone has
more; the one unused for longest is dropped first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from math import inf
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Values by their keys."""

    def __init__(self, most: int, most_bytes: float = inf, size_of: Callable[[Key, Value], int] = lambda *_: 0) -> None:
        """`size_of` says how many bytes a value takes, together with its key."""
        self._most, self._most_bytes, self._size_of = most, most_bytes, size_of
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        """Each value with its size."""
        self._size = 0

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made if it is not there. What `make` raises goes through, and nothing is kept then."""
        if key not in self._values:
            value = make()
            self.put(key, value)
            return value
        self._values.move_to_end(key)
        return self._values[key][0]

    def find(self, key: Key) -> Value | None:
        """The value of a key, if it is there."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def put(self, key: Key, value: Value) -> None:
        """Keep a value, instead of another one with its key."""
        self._size -= self._values.pop(key, (value, 0))[1]
        size = self._size_of(key, value)
        self._values[key] = value, size
        self._size += size
        while len(self._values) > self._most or (len(self._values) > 1 and self._size > self._most_bytes):
            self._size -= self._values.popitem(last=False)[1][1]

    def latest(self) -> Iterator[Value]:
        """Every value, the one that was used last first."""
        return (value for value, _ in reversed(self._values.values()))
