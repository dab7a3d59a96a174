"""How packets with the same papers are read back in one go, once one of them has been read completely.

Guarantees: a file that is read like this would be read completely with the same result. All that does not differ from
the first file is the same byte by byte; each of its drawings is of the same kind and keeps to its room, so that it is
seen where the first one was; and each text is where the first file has one, to be judged like that. A plan
holds no text of a visit. Whatever is not like this is left to those who read all (`read_back`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from consentkit.packets.compared_texts import ComparedTexts, DrawnText, OwnTexts, fault_of_page, is_read_out
from consentkit.packets.plain_drawings import LEAST_SIZE, LineFont, StampDrawing, is_in, read_plain
from consentkit.packets.room_for_drawings import Room
from consentkit.pdf.file.geometry import Box
from consentkit.pdf.file.known_ends import KnownEnd, OwnObjects, OwnStream
from consentkit.pdf.file.syntax import Ref, string_text

_NUMBER = rb"(-?[0-9]{1,5}(?:\.[0-9]{1,6})?)"
_DRAWING = re.compile(
    rb"<</Type /XObject/Subtype /Form/BBox \[%(n)b %(n)b %(n)b %(n)b\]"
    rb"/Resources (?:([0-9]+) 0 R|<<>>)" % {b"n": _NUMBER}
)


class DrawingPlan(NamedTuple):
    """What a drawing must be."""

    number: int
    has_text: bool
    resources: Ref | None
    fonts: Mapping[str, LineFont]
    room: Room

    def read(self, stream: OwnStream) -> StampDrawing | None:
        """The drawing of one file; None where it is not certain that it is seen like the first one."""
        entries = _DRAWING.fullmatch(stream.entries)
        if entries is None or self.resources != (Ref(entries[5]) if entries[5] else None):
            return None
        left, bottom, right, top = map(float, entries.group(1, 2, 3, 4))
        area, room = Box(left, bottom, right, top), self.room
        drawing = read_plain(stream.data, area, self.fonts, LEAST_SIZE) if left <= right and bottom <= top else None
        if drawing is None or (drawing.text is not None) != self.has_text:
            return None
        is_seen = is_in(drawing.box, room.room) and is_in(drawing.core, room.window)
        return drawing if is_seen and drawing.height * room.least_scale >= LEAST_SIZE else None


class PageKind(NamedTuple):
    """Pages on which the same is drawn, but for what they have in every packet."""

    whose: int
    """Which texts may be on them."""
    drawings: tuple[int, ...]
    paper: int
    page: int
    """One of them: which page of which paper."""


class Spoken(NamedTuple):
    """What is read out for a drawing, and whose pages these are on."""

    element: int
    drawing: int
    whose: int


class ReadingPlan(NamedTuple):
    """What was learned from one packet about all with the same papers."""

    end: KnownEnd
    drawings: Sequence[DrawingPlan]
    metadata: int
    metadata_entries: bytes
    metadata_pieces: Sequence[bytes]
    """What comes before and behind the number of the packet."""
    pages: Sequence[PageKind]
    spoken: Sequence[Spoken]
    values: Sequence[tuple[int, int]]
    """Objects that hold what a field is filled with, and whose pages these are on."""

    def is_right(
        self, pdf: bytes, packet: str, own: Sequence[OwnTexts], numbers: Callable[[PageKind], Sequence[str]]
    ) -> bool:
        """Whether a file with this beginning is certain to be the packet of a visit.

        `own` are the texts of the visit; `numbers` gives those that all pages of a kind bear beside their own number.
        """
        try:
            return self._is_right(pdf, packet, own, numbers)
        except (ValueError, LookupError, ArithmeticError, zlib.error):
            return False

    def _is_right(
        self, pdf: bytes, packet: str, own: Sequence[OwnTexts], numbers: Callable[[PageKind], Sequence[str]]
    ) -> bool:
        objects = self.end.read(pdf)
        if objects is None or not self._says_what_it_is(objects, packet):
            return False
        says: dict[int, str] = {}
        for plan in self.drawings:
            drawing = plan.read(objects.streams[plan.number])
            if drawing is None:
                return False
            says[plan.number] = drawing.text or ""
        return _TextJudge(self, objects, says, own).is_right(numbers)

    def _says_what_it_is(self, objects: OwnObjects, packet: str) -> bool:
        entries, data = objects.streams[self.metadata]
        return entries == self.metadata_entries and data.split(packet.encode()) == self.metadata_pieces


class _TextJudge:
    """Compares what a packet says with what it must say."""

    def __init__(
        self, plan: ReadingPlan, objects: OwnObjects, says: Mapping[int, str], own: Sequence[OwnTexts]
    ) -> None:
        self._plan, self._objects, self._says, self._own = plan, objects, says, own
        self._known = [{*texts.required, *texts.allowed} for texts in own]

    @cached_property
    def _texts(self) -> ComparedTexts:
        """For what has to be compared in more than one way: most packets have nothing of that kind."""
        return ComparedTexts()

    def is_right(self, numbers: Callable[[PageKind], Sequence[str]]) -> bool:
        return (
            all(self._is_page_right(page, numbers(page)) for page in self._plan.pages)
            and self._is_read_out()
            and all(self._text(number) in self._known[whose] for number, whose in self._plan.values)
        )

    def _is_page_right(self, page: PageKind, numbers: Sequence[str]) -> bool:
        drawn = {self._says[number] for number in page.drawings}
        required = {*self._own[page.whose].required, *numbers}
        if required <= drawn and drawn - required <= self._known[page.whose]:
            return True
        read = [DrawnText(text, None) for text in drawn]
        return fault_of_page(read, (), self._own[page.whose], numbers, self._texts) is None

    def _is_read_out(self) -> bool:
        said = {raw: string_text(raw) for raw in {self._objects.texts[one.element] for one in self._plan.spoken}}
        if len(set(said.values())) < len(said):  # a text that is written in two ways is not counted as one
            return False
        every = {(self._says[one.drawing], self._objects.texts[one.element], one.whose) for one in self._plan.spoken}
        return all(self._is_said(text, said[raw], whose) for text, raw, whose in every)

    def _is_said(self, text: str, said: str, whose: int) -> bool:
        if text in self._known[whose] and said.strip() == text:
            return True
        own = self._own[whose]
        return is_read_out(text, said, self._texts.lines([*own.required, *own.allowed]), self._texts.fold)

    def _text(self, number: int) -> str:
        return string_text(self._objects.texts[number])
