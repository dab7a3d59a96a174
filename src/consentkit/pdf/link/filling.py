"""What a visit writes into a packet: the objects that differ between packets with the same papers.

Guarantees: each of these knows its number and its place among the objects that stay the same, and nothing of any visit
until it is filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from consentkit.pdf.file.syntax import Ref, Value, write
from consentkit.pdf.link.order import Insert


class Gap(Protocol):
    """An object that is written for each visit: a dictionary, of which the last entry is a text."""

    @property
    def number(self) -> Ref:
        """Its number."""
        ...

    @property
    def opening(self) -> bytes:
        """All of it before the text."""
        ...

    def text_in(self, insert: Insert) -> str:
        """The text."""
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

    @property
    def opening(self) -> bytes:
        """All of it before the text."""
        return self.entries + b"/ActualText "

    def text_in(self, insert: Insert) -> str:
        """What is read out."""
        return insert.stamps[self.page][self.stamp].spoken or ""


@dataclass(frozen=True)
class FilledField:
    """A form field that is filled in."""

    number: Ref
    value: int
    """Which value of the insert it has."""
    entries: Mapping[str, Value]

    @cached_property
    def opening(self) -> bytes:
        """All of it before the text."""
        others = {name: entry for name, entry in self.entries.items() if name != "V"}
        return write(others).removesuffix(b">>") + b"/V "

    def text_in(self, insert: Insert) -> str:
        """The value."""
        return insert.values[self.value].text
