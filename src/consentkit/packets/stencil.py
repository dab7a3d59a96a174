"""A packet with gaps for what a visit says: what is written for the next visit with the same papers fills these in.

Guarantees: a file that is made from a stencil is byte for byte the one that `writing` makes without it, or there is
none; a stencil holds no text of any visit. It serves visits whose texts go where those of the first one went, each on
one line, in full size, in the font that all packets have.
"""

from __future__ import annotations

import io
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from consentkit.packets.items import PlacedItem
from consentkit.packets.lettering import BOX_OF_CODE, Texts, drawn_code
from consentkit.packets.line_fit import LineFit, LineRoom
from consentkit.packets.page_numbers import PageNumbers
from consentkit.packets.plan import PacketPlan, identifier, payload, tool
from consentkit.packets.visit_lines import DrawnLine, drawn_line
from consentkit.pdf.file.syntax import Ref, text_string
from consentkit.pdf.file.writer import FileWriter
from consentkit.pdf.file.xmp import Info, packet
from consentkit.pdf.lines.shaping import ShapedLine, common_line
from consentkit.pdf.link.filling import Gap, SpokenStamp, filled
from consentkit.pdf.link.frame import ENTRIES_OF_METADATA, Frame
from consentkit.pdf.link.link import Linker, put_drawing

_HELD = 2
"""How many times the bytes of their files the papers take, with their places, at most (measured), unless others keep
them, too."""


class VisitTexts(NamedTuple):
    """The texts of a visit, each once."""

    every: tuple[str, ...]
    pattern: Hashable
    """For what each of them is, and which of these are alike; nothing of what they say."""


class DrawnCode(NamedTuple):
    """A code that is drawn in a packet."""

    number: Ref
    """The number of its drawing."""
    page: int
    """Its page, counted from 1."""


class _StencilLine(NamedTuple):
    number: Ref
    resources: Ref
    text: int
    """Which of the texts it is."""
    rooms: tuple[LineRoom, ...]
    """The kinds of room that it has."""


class _FilledText(NamedTuple):
    text: int
    """Which of the texts it is."""
    is_spoken: bool
    """Whether it is read out behind its label, rather than the value of a field."""


class _FilledGap(NamedTuple):
    number: Ref
    opening: bytes
    said: _FilledText


def texts_of(papers: Iterable[PlacedItem], values: Iterable[Mapping[str, str]], numbers: PageNumbers) -> VisitTexts:
    """The texts of a visit: the values of its papers, and what their feet say of the packet."""
    places: dict[str, int] = {}
    pattern: list[Hashable] = []
    for own in values:
        pattern += [tuple(own), tuple([places.setdefault(text, len(places)) for text in own.values()])]
    packs = {id(placed.paper.pack): placed.paper.pack for placed in papers}
    for pack in packs.values():
        pattern += [places.setdefault(text, len(places)) for text in numbers.of_packet(pack)]
    return VisitTexts(tuple(places), tuple(pattern))


@dataclass(frozen=True)
class Stencil:
    """A packet with gaps."""

    papers: tuple[PlacedItem, ...]
    """Those that it was made with."""
    frame: Frame
    drawings: tuple[_StencilLine | DrawnCode, ...]
    """What is drawn for each visit, in the order of the file."""
    gaps: tuple[_FilledGap, ...]
    strings: frozenset[_FilledText]
    """What is filled in."""
    metadata: tuple[bytes, bytes]
    """What is before the number of the packet, and what is behind it."""
    drawn: tuple[int, ...]
    """The texts that are drawn."""
    varying: tuple[int, ...]
    """The texts that differ from visit to visit, drawn or not."""
    heavy: frozenset[str]
    """The lines in heavy type, which all visits with these papers have."""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return self.frame.size + _HELD * sum(len(placed.paper.part.pdf) for placed in self.papers)

    def fill(self, plan: PacketPlan, texts: Sequence[str], unwritten: Iterable[str]) -> bytes | None:
        """The packet of a visit with the same papers, and texts of the same pattern. None where one goes elsewhere.

        `unwritten` are pieces of its texts that need the same font.
        """
        if not self.heavy.isdisjoint([texts[place] for place in self.varying]):
            return None
        lines = ((place, common_line(texts[place])) for place in self.drawn)
        shaped = {place: line for place, line in lines if line}
        if len(shaped) < len(self.drawn) or not all(map(common_line, unwritten)):
            return None
        return self._filled(plan, texts, shaped)

    def _filled(self, plan: PacketPlan, texts: Sequence[str], shaped: Mapping[int, ShapedLine]) -> bytes | None:
        frame, file = self.frame, FileWriter(io.BytesIO())
        file.count = frame.count
        before: set[tuple[int, LineFit]] = set()
        for one in self.drawings:
            if isinstance(one, _StencilLine):
                line = shaped[one.text]
                fit, *others = {room.fit_of_one(line.width) for room in one.rooms}
                if fit is None or others or (one.text, fit) in before:
                    return None
                before.add((one.text, fit))
                put_drawing(file, one.number, *drawn_line(line.content, line.width, fit), one.resources)
            else:
                put_drawing(file, one.number, drawn_code(payload(plan, one.page)), BOX_OF_CODE)
        strings = {
            one: text_string(f" {texts[one.text]}" if one.is_spoken else texts[one.text]) for one in self.strings
        }
        for gap in self.gaps:
            file.put(gap.number, filled(gap.opening, strings[gap.said]))
        file.put_data(frame.metadata, ENTRIES_OF_METADATA, plan.packet.encode().join(self.metadata), compress=False)
        end = file.end(frame.root, frame.info, identifier([plan]), frame.beginning)
        return b"".join((frame.beginning.data, end))


def stencil_of(
    linker: Linker,
    plan: PacketPlan,
    papers: Sequence[PlacedItem],
    written: Texts,
    codes: Sequence[DrawnCode],
    texts: Sequence[str],
    info: Info,
) -> Stencil | None:
    """The stencil of a packet that has just been written. None where something in it is not a visit's text as it is."""
    places = {text: place for place, text in enumerate(texts)}
    constant = {text for placed in papers for text in placed.paper.own_texts.values()}
    varying = tuple(place for text, place in places.items() if text not in constant)
    heavy = frozenset(written.heavy)
    metadata = packet(info, tool()).split(plan.packet.encode())
    lines = [_line(drawn, places, written) for drawn in written.drawn()]
    gaps = [_gap(gap, text, places) for gap, text in linker.filled_in()]
    if linker.frame is None or len(metadata) != 2 or not heavy.isdisjoint(texts[place] for place in varying):
        return None
    if None in lines or None in gaps or any(placed.paper.is_foreign for placed in papers):
        return None
    if any(text != text.strip() for text in texts):  # two of them might be drawn alike
        return None
    return Stencil(
        tuple(papers),
        linker.frame,
        tuple(sorted([*(line for line in lines if line), *codes], key=lambda one: one.number)),
        tuple(gap for gap in gaps if gap),
        frozenset(gap.said for gap in gaps if gap),
        (metadata[0], metadata[1]),
        tuple({line.text for line in lines if line}),
        varying,
        heavy,
    )


def _line(drawn: DrawnLine, places: Mapping[str, int], written: Texts) -> _StencilLine | None:
    """A line of a stencil. None for one that is not a whole text in the font of all packets."""
    rooms = tuple(written.rooms.get(drawn.number, ()))
    fits = {room.fit_of_one(written.width(drawn.line)) for room in rooms}
    if not drawn.is_common or drawn.line not in places or fits != {drawn.fit}:
        return None
    return _StencilLine(drawn.number, drawn.resources, places[drawn.line], rooms)


def _gap(gap: Gap, text: str, places: Mapping[str, int]) -> _FilledGap | None:
    is_spoken = isinstance(gap, SpokenStamp)
    own = text.removeprefix(" ") if is_spoken else text
    return _FilledGap(gap.number, gap.opening, _FilledText(places[own], is_spoken)) if own in places else None
