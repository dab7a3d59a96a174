"""What a linker is asked for: a part, and what is written onto its pages and into its form fields.

Guarantees: plain values. What is written onto a page (`Stamp`) is either an artifact, like a running head, or becomes
part of the structure element that holds its label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consentkit.pdf.file.syntax import Ref
from consentkit.pdf.link.compile import CompiledPart


@dataclass(frozen=True)
class Stamp:
    """A drawing, and where it goes on a page."""

    drawing: Ref
    """The form XObject, in the packet."""
    left: float
    """Where the origin of the drawing goes, in points from the lower left corner of the page."""
    bottom: float
    scale: float = 1.0
    element: int | None = None
    """The structure element of the part that it belongs to; None for an artifact."""
    spoken: str | None = None
    """What is read out for it, where it belongs to an element: glyphs may say it in another order."""
    language: str | None = None
    """The language in which it is read out, where that is another one than the part's."""


@dataclass(frozen=True)
class FieldValue:
    """What form fields of one name are filled with."""

    text: str
    stamps: Mapping[int, Sequence[Stamp]]
    """What each widget shows, by the widget's number in the part."""


@dataclass(frozen=True)
class Insert:
    """A part, and what is done with it in this packet."""

    part: CompiledPart
    title: str
    """What bookmarks and the structure tree call it. No patient data."""
    name: str
    """What its form fields are gathered under: letters, digits and _."""
    stamps: Mapping[int, Sequence[Stamp]] = field(default_factory=dict)
    """What is written on its pages, which are counted from 0."""
    values: Sequence[FieldValue] = ()
    targets: Mapping[bytes, int] = field(default_factory=dict)
    """For links that lead out of the part: the page of the packet, counted from 0, by the name of the target."""
    called: str = ""
    """What is said behind the label of each form field, so that no two fields of a packet are called the same."""
