"""What a visit writes into a packet: the objects that differ between packets with the same papers.

Guarantees: each of these knows its number and its place among the objects that stay the same, and nothing of any visit
until it is filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from consentkit.pdf.file.syntax import Ref, Value, text_string, write
from consentkit.pdf.file.writer import FileSection
from consentkit.pdf.link.order import Insert, Stamp


class Gap(Protocol):
    """An object that is written for each visit."""

    def fill(self, file: FileSection, insert: Insert) -> None:
        """Write it into a file."""
        ...


@dataclass(frozen=True)
class StampedContent:
    """The content stream of a page behind its own ones: all of its stamps."""

    number: Ref
    page: int
    """The page of the part, counted from 0."""
    marks: Sequence[bytes]
    """The operator that opens each stamp."""

    def fill(self, file: FileSection, insert: Insert) -> None:
        """Write it into a file."""
        content = [b"Q"]
        for mark, stamp in zip(self.marks, insert.stamps[self.page], strict=True):
            content += [mark, drawn(stamp), b"EMC"]
        file.put_data(self.number, {}, b"\n".join(content))


@dataclass(frozen=True)
class SpokenStamp:
    """The structure element of a stamp, which says what is read out."""

    number: Ref
    page: int
    stamp: int
    """Which stamp of the page it is."""
    entries: bytes
    """Its dictionary without the text and the bracket at its end."""

    def fill(self, file: FileSection, insert: Insert) -> None:
        """Write it into a file."""
        spoken = insert.stamps[self.page][self.stamp].spoken or ""
        file.put(self.number, b"%b/ActualText %b>>" % (self.entries, text_string(spoken)))


@dataclass(frozen=True)
class FilledWidget:
    """What a form field that is filled in looks like."""

    number: Ref
    value: int
    """Which value of the insert it shows."""
    place: int
    """The number of the widget in the part."""
    corner: tuple[float, float]
    """Its lower left corner on the page."""
    box: Sequence[Value]

    def fill(self, file: FileSection, insert: Insert) -> None:
        """Write it into a file."""
        left, bottom = self.corner
        stamps = insert.values[self.value].stamps[self.place]
        moved = [Stamp(stamp.drawing, stamp.left - left, stamp.bottom - bottom, stamp.scale) for stamp in stamps]
        resources: Value = {"XObject": {name_of(stamp): stamp.drawing for stamp in stamps}}
        entries: Mapping[str, Value] = {
            "Type": b"/XObject",
            "Subtype": b"/Form",
            "BBox": list(self.box),
            "Resources": resources,
        }
        file.put_data(self.number, entries, b"\n".join([b"/Tx BMC", *map(drawn, moved), b"EMC"]))


@dataclass(frozen=True)
class FilledField:
    """A form field that is filled in."""

    number: Ref
    value: int
    """Which value of the insert it has."""
    entries: Mapping[str, Value]

    def fill(self, file: FileSection, insert: Insert) -> None:
        """Write it into a file."""
        file.put(self.number, write({**self.entries, "V": text_string(insert.values[self.value].text)}))


def name_of(stamp: Stamp) -> str:
    """What a page calls the drawing of a stamp."""
    return drawing_name(stamp.drawing)


def drawing_name(drawing: Ref) -> str:
    """What a page calls a drawing."""
    return f"Stamp{int(drawing)}"


def drawn(stamp: Stamp) -> bytes:
    """The operators that draw a stamp."""
    scale = b"%g" % round(stamp.scale, 4)
    place = b"%g %g" % (round(stamp.left, 2), round(stamp.bottom, 2))
    return b"q %b 0 0 %b %b cm /%b Do Q" % (scale, scale, place, name_of(stamp).encode())
