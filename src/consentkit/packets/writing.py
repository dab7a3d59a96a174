"""What a visit writes onto its papers, and these joined into one file.

Guarantees: nothing is laid out again because a patient changed: parts without patient data were made ahead, and what is
a patient's is drawn onto them here. What is kept for the next visits is bounded in number and bytes, and holds nothing
of any visit.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from consentkit.model.words import LanguagePack
from consentkit.packets.code_drawing import SIDE_OF_CODE
from consentkit.packets.items import COPY_PLACE, PacketItem, PlacedItem, SameObjects
from consentkit.packets.kept_packets import MOST_VARIANTS, KeptPackets
from consentkit.packets.learned_bytes import LearnedPackets
from consentkit.packets.learned_stencil import stencil_of, texts_of
from consentkit.packets.lettering import EDGE, Texts, draw_code, field_values
from consentkit.packets.packet_number import identifier, payload
from consentkit.packets.page_numbers import AT_END, PageNumbers
from consentkit.packets.plan import PacketPlan, tool
from consentkit.packets.slots import in_pieces, labelled, particulars
from consentkit.packets.stencil import DrawnCode, Stencil
from consentkit.packets.wording import Piece, joined
from consentkit.packets.work_order import is_filed
from consentkit.pdf.file.writer import Beginning
from consentkit.pdf.file.xmp import PacketInfo
from consentkit.pdf.lines.shaping import ShapedBefore
from consentkit.pdf.link.compile import CompiledPart
from consentkit.pdf.link.frame import LinkedBefore
from consentkit.pdf.link.link import Linker
from consentkit.pdf.link.order import Insert, Stamp
from consentkit.recent import Recent

_MARGIN = 56.7
"""Points of the side margins (20 mm)."""
_FOOT = EDGE
"""Points from the bottom of a page to the line with its number, where the paper has no places for it."""
_HEAD = 26.0
"""Points from the top of a page of an extra file to the line with the patient's name."""
_HEAD_STEP = 12.0
"""Points from there to the line with the other particulars."""
_HEAD_GAP = 6.0
_HELD = 2
"""How many times the bytes of their files the papers take, with their places, at most (measured), unless others keep
them, too."""
_FLUSH_END = (*AT_END, COPY_PLACE)
"""The places whose text ends where the lines of the page end."""
_WhoseValues = tuple[tuple[str, ...], bool]
"""Whose places are filled in alike: papers of some languages, and the clinic's copies of them."""


class _SaidOnPapers(NamedTuple):
    """What a visit says on its papers."""

    values: Mapping[_WhoseValues, dict[str, str]]
    """What is written into the slots of papers."""
    pieces: Mapping[str, tuple[Piece, ...]]
    """The texts that are not of one language, in pieces."""


class WrittenPacket(NamedTuple):
    """The file of a packet."""

    pdf: bytes
    beginning: Beginning
    """What it begins with, as does each file with the same papers."""
    pattern: Hashable
    """The pattern of its texts."""
    stencil: Stencil | None
    """The stencil that it was filled into, or that was made of it."""
    variant: int
    """Which of the stencils for these papers that is."""
    known: Sequence[LearnedPackets] = ()
    """What earlier processes have learned of such packets, and this one has not known so far."""


@dataclass
class _KnownStencils:
    """The stencils for some papers, which their key keeps. A text that fits one of its places alone has another one."""

    size_of_key: int
    """About how many bytes the papers take."""
    every: list[Stencil] = field(default_factory=list)
    is_asked: bool = False
    """Whether all has been looked for that earlier processes have learned."""

    @property
    def size(self) -> int:
        """About how many bytes all of it takes."""
        return self.size_of_key + sum(stencil.size for stencil in self.every)

    def add(self, stencil: Stencil) -> int:
        """Add a stencil, or take it instead of the latest one, should there be many. Returns which of them it is."""
        del self.every[MOST_VARIANTS:]
        self.every.append(stencil)
        return len(self.every) - 1


@dataclass
class PacketWriter:
    """Writes the packets of a run."""

    compiled: Callable[[PacketItem], CompiledPart]
    """Prepares the part of a paper for being linked, or hands out what was prepared for an earlier visit."""
    most: int
    """Kinds of packets of which it is kept what the next ones have in common with them."""
    most_bytes: float
    """Bytes of that, and of the stencils, unless the latest one alone has more."""
    kept: KeptPackets | None = None
    """What earlier processes have learned of packets with the same papers."""
    _shaped: ShapedBefore = field(default_factory=ShapedBefore)
    _linked: LinkedBefore = field(init=False)
    _stencils: Recent[Hashable, _KnownStencils] = field(init=False)

    def __post_init__(self) -> None:
        self._linked = LinkedBefore(self.most, self.most_bytes)
        self._stencils = Recent(self.most, self.most_bytes, lambda _, known: known.size)

    def write(self, plan: PacketPlan, papers: Sequence[PlacedItem], info: Callable[[], PacketInfo]) -> WrittenPacket:
        """Write a packet. `info` is what it says about itself: the same for all packets with these papers, but for
        their numbers.
        """
        written, numbers = _written(plan, papers), PageNumbers(plan, papers[-1].last)
        texts = texts_of(papers, written.values.values(), numbers)
        key = plan.layout.large_print, papers[-1].last, texts.pattern, SameObjects(plan.pack), _identities(papers)
        pieces = [piece for said in written.pieces.values() for piece in said]
        is_plain = not any(language for _, language in pieces)
        known = self._stencils.get(key, lambda: _KnownStencils(_size_of_key(papers)))
        learned: list[LearnedPackets] = []
        for variant, stencil in enumerate(self._ways(known, plan, papers, texts.pattern, learned) if is_plain else ()):
            pdf = _filled(stencil, plan, texts.every, [text for text, _ in pieces])
            if pdf:
                self._stencils.put(key, known)
                return WrittenPacket(pdf, stencil.beginning, texts.pattern, stencil, variant, learned)
        out = io.BytesIO()
        linker = Linker(out, plan.pack.packet.cover.heading, plan.pack.language, self._linked)
        drawn, codes = self._link(linker, plan, papers, written, numbers)
        linker.label_pages(0)
        said = info()
        frame = linker.finish(said, tool(), identifier([plan.packet]))
        new = stencil_of(linker, plan, papers, drawn, codes, texts.every, said)
        variant = known.add(new) if new else 0
        self._stencils.put(key, known)
        return WrittenPacket(out.getvalue(), frame.beginning, texts.pattern, new, variant, learned)

    def _ways(
        self,
        known: _KnownStencils,
        plan: PacketPlan,
        papers: Sequence[PlacedItem],
        pattern: Hashable,
        learned: list[LearnedPackets],
    ) -> Iterator[Stencil]:
        """The stencils for a packet. What an earlier process has learned is added to those, and to what was learned."""
        yield from known.every
        while self.kept and not known.is_asked:
            one = self.kept.find(plan, papers, pattern, len(known.every))
            known.is_asked = one is None
            if one:
                learned.append(one)
                known.add(one.stencil)
                yield one.stencil

    def link(self, linker: Linker, plan: PacketPlan, papers: Sequence[PlacedItem]) -> None:
        """Add the papers of a visit to a file."""
        self._link(linker, plan, papers, _written(plan, papers), PageNumbers(plan, papers[-1].last))

    def _link(
        self,
        linker: Linker,
        plan: PacketPlan,
        papers: Sequence[PlacedItem],
        written: _SaidOnPapers,
        numbers: PageNumbers,
    ) -> tuple[Texts, list[DrawnCode]]:
        """Add the papers. Returns what is drawn on them for this visit."""
        codes: list[DrawnCode] = []
        parts = [self.compiled(placed.paper) for placed in papers]
        first = linker.expect_parts(parts)
        texts = _texts(plan, papers, written, numbers, self._shaped)
        texts.put_into(linker)
        listed = [placed for placed in papers[1:] if placed.paper.group]
        targets = {f"target-{number}".encode(): first + placed.first - 1 for number, placed in enumerate(listed, 1)}
        for number, (placed, compiled) in enumerate(zip(papers, parts, strict=True)):
            values = written.values[_whose_values(placed.paper)]
            writer = _PaperWriter(linker, plan, placed, numbers, texts, values, codes)
            linker.add(writer.insert(compiled, f"paper_{number + 1}", targets if number == 0 else {}))
        return texts, codes


@dataclass
class _PaperWriter:
    """Says what is written on the pages of one paper."""

    linker: Linker
    plan: PacketPlan
    placed: PlacedItem
    numbers: PageNumbers
    texts: Texts
    values: dict[str, str]
    codes: list[DrawnCode]
    """The codes of the packet, to which those of this paper are added."""

    def insert(self, compiled: CompiledPart, name: str, targets: dict[bytes, int]) -> Insert:
        paper = self.placed.paper
        flush_right = paper.pack.direction == "rtl"
        slots = paper.part.slots
        stamps: dict[int, list[Stamp]] = {page: [] for page in range(paper.part.pages)}
        numbers = [self.numbers.in_places(self.placed, page) for page in range(paper.part.pages)]
        for slot in slots:
            text = (numbers[slot.page] if slot.name in AT_END else self.values).get(slot.name)
            if slot.widget is None and text:
                at_end = slot.name in _FLUSH_END
                stamps[slot.page] += self.texts.in_slot(text, slot, flush_right=flush_right != at_end)
        for page, entries in stamps.items():
            size = compiled.sizes[page]
            entries.extend(self._foot(page, size))
            if paper.is_foreign:
                entries.extend(self._head(size))
        return Insert(
            part=compiled,
            title=paper.bookmark,
            name=name,
            called=f"{paper.bookmark}, {self.plan.visit.visit}" if self.linker.is_nested else paper.bookmark,
            stamps=stamps,
            values=field_values(self.texts, slots, self.values, flush_right=flush_right),
            targets=targets,
        )

    def _head(self, size: tuple[float, float]) -> Iterator[Stamp]:
        """The name, and below it the two others side by side: each by itself, so that each is read back whole."""
        name, born, record = _labels(self.plan, self.placed.paper.pack)
        room, top = size[0] - 2 * _MARGIN, size[1] - _HEAD
        yield self.texts.at(name, _MARGIN, top, room)
        yield self.texts.at(born, _MARGIN, top - _HEAD_STEP, room / 2 - _HEAD_GAP)
        yield self.texts.at(record, _MARGIN + room / 2, top - _HEAD_STEP, room / 2)

    def _foot(self, page: int, size: tuple[float, float]) -> Iterator[Stamp]:
        number, paper = self.placed.first + page, self.placed.paper
        if not self.numbers.in_places(self.placed, page):
            (line,) = self.numbers.foot(self.placed, page)
            yield self.texts.at(line, _MARGIN, _FOOT, size[0] - 2 * _MARGIN)
        if is_filed(paper, page):
            drawing = draw_code(self.linker, payload(self.plan.packet, number, self.plan.serial_number))
            self.codes.append(DrawnCode(drawing, number))
            yield Stamp(drawing, size[0] - EDGE - SIDE_OF_CODE, EDGE)


def _size_of_key(papers: Iterable[PlacedItem]) -> int:
    return _HELD * sum(len(placed.paper.part.pdf) for placed in papers)


def _filled(stencil: Stencil, plan: PacketPlan, texts: Sequence[str], unwritten: Iterable[str]) -> bytes | None:
    """The packet of a visit, filled into a stencil. None where something goes elsewhere."""
    number, serial = plan.packet, plan.serial_number
    return stencil.fill(number, identifier([number]), lambda page: payload(number, page, serial), texts, unwritten)


def _labels(plan: PacketPlan, pack: LanguagePack) -> tuple[str, str, str]:
    """The particulars at the head of the pages of extra files."""
    return labelled(plan.visit, pack)


def _texts(
    plan: PacketPlan,
    papers: Sequence[PlacedItem],
    written: _SaidOnPapers,
    numbers: PageNumbers,
    before: ShapedBefore,
) -> Texts:
    """Every text that will be drawn."""
    in_slots: list[str] = []
    on_one_line: list[str] = []
    for placed in papers:
        paper = placed.paper
        for page in range(paper.part.pages):
            on_one_line += numbers.foot(placed, page)
        if paper.is_foreign:
            on_one_line += _labels(plan, paper.pack)
        names = {slot.name for slot in paper.part.slots}
        in_slots += (text for name, text in written.values[_whose_values(paper)].items() if name in names)
    pages = {
        numbers.of_page(placed.paper.pack, number)["packet_page"]
        for placed in papers
        for number in range(placed.first, placed.last + 1)
    }
    return Texts(
        in_slots,
        on_one_line=on_one_line,
        bold=pages.union(*(placed.paper.own_texts.values() for placed in papers)),
        large_print=plan.layout.large_print,
        pieces=written.pieces,
        before=before,
    )


def _identities(papers: Iterable[PlacedItem]) -> Hashable:
    return tuple([placed.identity for placed in papers])


def _written(plan: PacketPlan, papers: Sequence[PlacedItem]) -> _SaidOnPapers:
    """What a visit says on its papers: worked out once for those that say the same."""
    every = [_whose_values(placed.paper) for placed in papers]
    whose = {key: placed.paper for key, placed in zip(every, papers, strict=True)}
    said = {key: _in_pieces(plan, paper) for key, paper in whose.items()}
    values = {key: _values_in(plan, paper, said[key]) for key, paper in whose.items()}
    return _SaidOnPapers(values, {joined(pieces): pieces for key in every for pieces in said[key].values()})


def _whose_values(paper: PacketItem) -> _WhoseValues:
    return paper.languages, paper.is_copy


def values_in(plan: PacketPlan, paper: PacketItem) -> dict[str, str]:
    """What is written into the slots of a paper."""
    return _values_in(plan, paper, _in_pieces(plan, paper))


def _values_in(plan: PacketPlan, paper: PacketItem, said: Mapping[str, tuple[Piece, ...]]) -> dict[str, str]:
    return {
        **particulars(plan.visit, paper.pack),
        **{name: joined(pieces) for name, pieces in said.items()},
        **paper.own_texts,
    }


def _in_pieces(plan: PacketPlan, paper: PacketItem) -> dict[str, tuple[Piece, ...]]:
    """What the visit says in words, as a paper has it."""
    return in_pieces(plan.visit, paper.pack, plan.wording, *paper.languages[1:])
