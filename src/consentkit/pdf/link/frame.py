"""What packets with the same papers have in common: the numbers of their objects, and all that no visit changes.

Guarantees: a frame is found again only for the same parts in the same order, with stamps at the same elements by the
same drawings; it holds nothing of what these draw. What is kept is bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from consentkit.pdf.file.syntax import Ref
from consentkit.pdf.file.writer import Beginning
from consentkit.pdf.link.compile import CompiledPart
from consentkit.pdf.link.filling import Gap


class PartNumbers(NamedTuple):
    """The numbers of a part in a packet."""

    numbers: Mapping[int, Ref]
    holders: Sequence[Ref]
    """Those of the streams that its plain objects are packed into."""


@dataclass(frozen=True)
class Reserved:
    """Numbers that were reserved for parts before anything else of a packet was written."""

    pages: tuple[Ref, ...]
    parts: tuple[PartNumbers, ...]
    streams: Mapping[bytes, Ref]
    """The number of each stream that several parts may share, by its digest."""
    count: int
    """How many numbers have been given away then."""


@dataclass(frozen=True)
class Frame:
    """A packet without what differs from visit to visit."""

    beginning: Beginning
    gaps: tuple[Sequence[Gap], ...]
    """For each insert, the objects that are to be written for each visit."""
    count: int
    """How many numbers have been given away."""
    root: Ref
    info: Ref
    metadata: Ref


Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept")


class LinkedBefore:
    """What is kept of packets that were linked before."""

    def __init__(self, most: int) -> None:
        """Keep at most that many frames."""
        self._most = most
        self._frames: OrderedDict[Hashable, Frame] = OrderedDict()
        self._reserved: OrderedDict[tuple[CompiledPart, ...], Reserved] = OrderedDict()

    def frame(self, key: Hashable, make: Callable[[], Frame]) -> Frame:
        """The frame of a key, made if it is not there."""
        return self._of(self._frames, key, make)

    def reserved(self, parts: tuple[CompiledPart, ...], make: Callable[[], Reserved]) -> Reserved:
        """The numbers for a packet of these parts, made if they are not there."""
        return self._of(self._reserved, parts, make)

    def _of(self, kept: OrderedDict[Key, Kept], key: Key, make: Callable[[], Kept]) -> Kept:
        value = kept.get(key)
        if value is None:
            value = kept[key] = make()
            while len(kept) > self._most:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return value
