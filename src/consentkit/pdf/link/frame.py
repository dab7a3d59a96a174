"""What packets with the same papers have in common: the numbers of their objects, and all that no visit changes.

Guarantees: a frame is found again only for the same parts in the same order, with stamps at the same elements by the
same drawings; it holds nothing of what these draw, and no part. How many frames are kept is bounded, and so are their
bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from consentkit.pdf.file.syntax import Ref
from consentkit.pdf.file.writer import Beginning
from consentkit.pdf.link.compile import CompiledPart
from consentkit.pdf.link.filling import Gap
from consentkit.recent import Recent

_HELD = 3
"""How many times the bytes of its beginning a frame takes, with its key: two and a half times as many (measured)."""
_BYTES_OF_A_NUMBER = 100
"""What a number takes in memory that is reserved for an object (measured)."""


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

    @property
    def size(self) -> int:
        """About how many bytes it takes, with where its objects are and with its gaps."""
        return _HELD * len(self.beginning.data)


class LinkedBefore:
    """What is kept of packets that were linked before."""

    def __init__(self, most: int, most_bytes: float = inf) -> None:
        """Keep at most that many frames, with at most that many bytes unless the latest one alone has more."""
        self._frames: Recent[Hashable, Frame] = Recent(most, most_bytes, lambda _, frame: frame.size)
        self._reserved: Recent[Hashable, Reserved] = Recent(
            most, most_bytes, lambda _, reserved: _BYTES_OF_A_NUMBER * reserved.count
        )

    def frame(self, key: Hashable, make: Callable[[], Frame]) -> Frame:
        """The frame of a key, made if it is not there."""
        return self._frames.get(key, make)

    def reserved(self, parts: Sequence[CompiledPart], make: Callable[[], Reserved]) -> Reserved:
        """The numbers for a packet of these parts, made if they are not there."""
        return self._reserved.get(tuple([part.identity for part in parts]), make)
