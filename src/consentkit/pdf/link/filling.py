"""What a visit writes into a packet: the objects that differ between packets with the same papers.

Guarantees: each of these knows its number and its place among the objects that stay the same, and nothing of any visit
until it is filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from consentkit.pdf.file.syntax import Ref, Value, text_string, write
from consentkit.pdf.file.writer import FileSection
from consentkit.pdf.link.order import Insert


class Gap(Protocol):
    """An object that is written for each visit."""

    def fill(self, file: FileSection, insert: Insert) -> None:
        """Write it into a file."""
        ...


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
class FilledField:
    """A form field that is filled in."""

    number: Ref
    value: int
    """Which value of the insert it has."""
    entries: Mapping[str, Value]

    def fill(self, file: FileSection, insert: Insert) -> None:
        """Write it into a file."""
        file.put(self.number, write({**self.entries, "V": text_string(insert.values[self.value].text)}))
