"""Orders to the linker: a part, and what is written onto its pages and into its form fields.

Guarantees: these are plain values. What is written onto a page (`Stamp`) is either an artifact, like a running head, or
becomes part of the structure element that holds its label.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from consentkit.pdf.file.syntax import Ref, Value, WrittenValue
from consentkit.pdf.link.compile import CompiledPart, CompiledStream


@dataclass(frozen=True)
class DrawingResources:
    """What drawings use, fonts above all: objects under numbers of their own."""

    entries: Mapping[str, Value]
    """The resources (ISO 32000-1, 7.8.3); their references are numbers of the objects."""
    plain: Mapping[int, WrittenValue]
    streams: Mapping[int, CompiledStream]


@dataclass(frozen=True, eq=False)
class CommonResources:
    """What drawings of many packets use: one object for all packets in which it is the same."""

    every: Sequence[DrawingResources]


class PlannedDrawing(NamedTuple):
    """A drawing that many packets have, before it is in one."""

    content: bytes
    box: tuple[float, float, float, float]
    """Its edges in points: left, bottom, right and top."""
    resources: Ref
    """What it draws with, in the packet."""


class StampShape(NamedTuple):
    """What the pages of a packet depend on of a stamp: all but what it says."""

    drawing: Ref
    """The form XObject, in the packet."""
    left: float
    """Where the origin of the drawing goes, in points from the lower left corner of the page."""
    bottom: float
    scale: float
    element: int | None
    """The structure element of the part to which it belongs; None for an artifact."""
    language: str | None
    """The language in which it is read out, if that differs from the part's."""


@dataclass(frozen=True)
class Stamp:
    """A drawing, where it belongs on a page, and what is read out for it. See `StampShape`."""

    drawing: Ref
    left: float
    bottom: float
    scale: float = 1.0
    element: int | None = None
    spoken: str | None = None
    """What is read out for it, if it belongs to an element: its glyphs may be in another order."""
    language: str | None = None

    @cached_property
    def shape(self) -> StampShape:
        """What of it does not depend on what it says."""
        return StampShape(self.drawing, self.left, self.bottom, self.scale, self.element, self.language)


@dataclass(frozen=True)
class FieldValue:
    """The value of the form fields of one name."""

    text: str
    stamps: Mapping[int, Sequence[Stamp]]
    """What each widget displays, by the widget's number in the part."""


class InsertShape(NamedTuple):
    """What is the same of an insert for every visit with the same papers, whatever it writes on them."""

    part: CompiledPart
    title: str
    name: str
    called: str
    targets: tuple[tuple[bytes, int], ...]
    stamps: tuple[tuple[int, tuple[StampShape, ...]], ...]
    """For each page that is written on, its stamps."""
    widgets: tuple[tuple[tuple[int, tuple[StampShape, ...]], ...], ...]
    """For each value, the widgets that it is filled into, and what each displays."""


@dataclass(frozen=True)
class Insert:
    """A part, and what is done with it in this packet."""

    part: CompiledPart
    title: str
    """Its name in the bookmarks and the structure tree. No patient data."""
    name: str
    """The name of the parent of its form fields: letters, digits and _."""
    stamps: Mapping[int, Sequence[Stamp]] = field(default_factory=dict)
    """What is written on its pages, which are counted from 0."""
    values: Sequence[FieldValue] = ()
    targets: Mapping[bytes, int] = field(default_factory=dict)
    """For links that lead out of the part: the page of the packet, counted from 0, by the name of the target."""
    called: str = ""
    """What is added to the label of each form field, so that no two fields of a packet have the same label."""

    @property
    def shape(self) -> InsertShape:
        """What of it does not depend on what is written."""
        stamps = ((page, _shapes(some)) for page, some in self.stamps.items() if some)
        widgets = tuple(
            tuple((widget, _shapes(some)) for widget, some in value.stamps.items()) for value in self.values
        )
        targets = tuple(self.targets.items())
        return InsertShape(self.part, self.title, self.name, self.called, targets, tuple(stamps), widgets)


def _shapes(stamps: Iterable[Stamp]) -> tuple[StampShape, ...]:
    return tuple([stamp.shape for stamp in stamps])
