"""A finished file without patient data, and the places in it for the particulars of a visit: names, dates, signatures.

Guarantees: a slot has everything that is needed to write into the file without laying it out again, and holds no
personal data.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Corners(NamedTuple):
    """The edges of a rectangle in points, from the lower left corner of its page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return round(self.right - self.left, 3), round(self.top - self.bottom, 3)

    def is_within(self, width: float, height: float) -> bool:
        """Whether it lies on a page of that size, but for a rounding error."""
        return min(self.left, self.bottom) > -0.01 and self.right < width + 0.01 and self.top < height + 0.01


AGREED_BY = ("signature", "initials")
"""Kinds of places in which somebody agrees to a statement."""


@dataclass(frozen=True)
class Slot:
    """One place to write on."""

    name: str
    """What belongs there, such as `patient_name`. The same name on several pages means the same value."""
    kind: str
    """What it is for: `text`, `lines`, `check`, `signature` or `initials`."""
    page: int
    """Its page, counted from 0."""
    corners: Corners
    """The rectangle that may be filled."""
    element: int | None = None
    """The number of the structure element that holds its label; None at the head and foot of a page."""
    widget: int | None = None
    """The number of its widget, in a document with form fields."""


@dataclass(frozen=True)
class Flaw:
    """One way in which pages break badly."""

    kind: str
    """`sparse`, a page nearly empty; `few_lines`; `heading`, at the foot of a page; `table`, torn; or `statement`, not
    above its place to sign."""
    page: int
    """Its page, counted from 1."""
    about: str
    """How many lines there are; the heading; the beginning of the table; or the name of the place."""


@dataclass(frozen=True)
class Part:
    """A finished PDF file."""

    pdf: bytes
    pages: int
    slots: tuple[Slot, ...] = ()
    """The places that are still to be filled in."""
    flaws: tuple[Flaw, ...] = ()
    """How its pages break badly."""

    @cached_property
    def digest(self) -> bytes:
        """The digest of the file."""
        return hashlib.sha256(self.pdf).digest()

    @cached_property
    def digest_with_places(self) -> str:
        """The digest of the file and of the places in it."""
        places = [(slot.name, slot.kind, slot.page, *slot.corners, slot.element, slot.widget) for slot in self.slots]
        return hashlib.sha256(self.digest + repr((self.pages, places)).encode()).hexdigest()

    def names_on(self, page: int) -> frozenset[str]:
        """What the slots of a page are called."""
        return self._names.get(page, frozenset())

    def slots_on(self, page: int) -> tuple[Slot, ...]:
        """The slots of a page."""
        return self._slots.get(page, ())

    @cached_property
    def _names(self) -> dict[int, frozenset[str]]:
        return {page: frozenset(slot.name for slot in slots) for page, slots in self._slots.items()}

    @cached_property
    def _slots(self) -> dict[int, tuple[Slot, ...]]:
        pages = {slot.page for slot in self.slots}
        return {page: tuple(slot for slot in self.slots if slot.page == page) for page in pages}
