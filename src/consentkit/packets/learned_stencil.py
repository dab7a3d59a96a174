"""Makes a stencil of a packet that has just been written (`stencil`).

Guarantees: a stencil is made only where all that differs from visit to visit is a visit's text as it is, on one line, a
code, or the number of the packet; it holds no text of the visit.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from consentkit.packets.items import PlacedItem, packs_of
from consentkit.packets.lettering import Texts
from consentkit.packets.page_numbers import PageNumbers
from consentkit.packets.plan import PacketPlan, tool
from consentkit.packets.stencil import DrawnCode, FilledGap, FilledText, Stencil, StencilLine
from consentkit.packets.visit_lines import DrawnLine
from consentkit.pdf.file.xmp import Info, packet
from consentkit.pdf.link.filling import Gap, SpokenStamp
from consentkit.pdf.link.link import Linker


class VisitTexts(NamedTuple):
    """The texts of a visit, each once."""

    every: tuple[str, ...]
    pattern: Hashable
    """For what each of them is, and which of these are alike; nothing of what they say."""


def texts_of(papers: Iterable[PlacedItem], values: Iterable[Mapping[str, str]], numbers: PageNumbers) -> VisitTexts:
    """The texts of a visit: the values of its papers, and what their feet say of the packet."""
    places: dict[str, int] = {}
    pattern: list[Hashable] = []
    for own in values:
        pattern += [tuple(own), tuple([places.setdefault(text, len(places)) for text in own.values()])]
    for pack in packs_of(papers):
        pattern += [places.setdefault(text, len(places)) for text in numbers.of_packet(pack)]
    return VisitTexts(tuple(places), tuple(pattern))


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
    said: dict[FilledText, int] = {}
    gaps = [_gap(gap, text, places, said) for gap, text in linker.filled_in()]
    frame = linker.frame
    if frame is None or len(metadata) != 2 or not heavy.isdisjoint(texts[place] for place in varying):
        return None
    if None in lines or None in gaps or any(placed.paper.is_foreign for placed in papers):
        return None
    if any(text != text.strip() for text in texts):  # two of them might be drawn alike
        return None
    return Stencil(
        beginning=frame.beginning,
        numbers=frame.count,
        root=frame.root,
        info=frame.info,
        metadata=frame.metadata,
        metadata_pieces=(metadata[0], metadata[1]),
        drawings=tuple(sorted([*(line for line in lines if line), *codes], key=lambda one: one.number)),
        gaps=tuple(gap for gap in gaps if gap),
        said=tuple(said),
        texts=len(texts),
        drawn=tuple({line.text: None for line in lines if line}),
        varying=varying,
        heavy=heavy,
    )


def _line(drawn: DrawnLine, places: Mapping[str, int], written: Texts) -> StencilLine | None:
    """A line of a stencil. None for one that is not a whole text in the font of all packets."""
    rooms = tuple(written.rooms.get(drawn.number, ()))
    fits = {room.fit_of_one(written.width(drawn.line)) for room in rooms}
    if not drawn.is_common or drawn.line not in places or fits != {drawn.fit}:
        return None
    return StencilLine(drawn.number, drawn.resources, places[drawn.line], rooms)


def _gap(gap: Gap, text: str, places: Mapping[str, int], said: dict[FilledText, int]) -> FilledGap | None:
    """A gap of a stencil. None for one that is not filled in with a whole text. What is said is noted."""
    is_spoken = isinstance(gap, SpokenStamp)
    own = text.removeprefix(" ") if is_spoken else text
    if own not in places:
        return None
    return FilledGap(gap.number, gap.opening, said.setdefault(FilledText(places[own], is_spoken), len(said)))
