"""The papers of one visit, joined into one file.

Guarantees: nothing is laid out again because a patient changed: parts without patient data are made ahead and kept, and
what is a patient's is drawn onto them here, and written nowhere else; the finished file has been read back, and bears
this patient's particulars on every page and nobody else's; titles, bookmarks and metadata hold none of them.

In memory, the texts that were read back stay until enough further ones have been, and a packet holds its visit for as
long as its caller keeps it. What is kept of parts and papers for the next visits is bounded in bytes, too.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from consentkit.documents.particulars import particulars_hash
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import RenderingFailed
from consentkit.library.keys import Inputs
from consentkit.model.placeholders import fill
from consentkit.model.visit import packet_file_name
from consentkit.model.words import LanguagePack
from consentkit.packets.items import COPY_PLACE, PacketItem, PlacedItem
from consentkit.packets.lettering import EDGE, Texts, draw_code, field_values
from consentkit.packets.page_numbers import AT_END, PageNumbers
from consentkit.packets.papers import PaperMaker
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.plan import PacketPlan, identifier, payload, tool
from consentkit.packets.printed import PrintedPart, printed_part
from consentkit.packets.read_back import FileMarks, PageMarks, own_texts, require_identity, required_texts
from consentkit.packets.read_before import ReadBefore
from consentkit.packets.scripts import LANGUAGES
from consentkit.packets.slots import in_pieces, labelled, particulars
from consentkit.packets.visit_problems import named_visit
from consentkit.packets.wording import Piece, joined
from consentkit.packets.work_order import is_filed
from consentkit.pdf.file.xmp import TYPE_OF_PROPERTIES, PacketInfo
from consentkit.pdf.lines.shaping import ShapedBefore
from consentkit.pdf.link.compile import CompiledPart, compile_part
from consentkit.pdf.link.frame import LinkedBefore
from consentkit.pdf.link.link import Linker
from consentkit.pdf.link.order import Insert, Stamp
from consentkit.pdf.part import Part
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
_FLUSH_END = (*AT_END, COPY_PLACE)
"""The places whose text ends where the lines of the page end."""
_WhoseValues = tuple[tuple[str, ...], bool]
"""Whose places are filled in alike: papers of some languages, and the clinic's copies of them."""
_MOST_PARTS = 1024
"""Parts that are kept compiled for the next visits of a run: far more than a clinic has on one day. Bytes decide."""
_MOST_FRAMES = 512
"""Lists of papers of which it is kept what their packets have in common: as far more as it has lists."""
_MOST_BYTES = 64 * 1024 * 1024
"""Bytes of each kind of what is kept for the next visits: some extra files have 20 MB, and a visit may have several."""
_MOST_OF_PRINTED = 2 * _MOST_BYTES
"""The same of what is printed on parts: about half a MB for each, and a day of 28 lists of papers has 94 of them."""


@dataclass(frozen=True)
class Packet:
    """A finished packet."""

    plan: PacketPlan
    papers: tuple[PlacedItem, ...]
    pdf: bytes = field(repr=False)

    def __repr__(self) -> str:
        return f"<Packet of {named_visit(self.plan.visit.visit)}, {self.pages} pages>"

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return self.papers[-1].last

    @property
    def sets(self) -> list[tuple[int, int]]:
        """The pages of each paper, counted from 1, to be stapled by itself. Blank pages go with the paper before."""
        starts = [placed.first for placed in self.papers if placed.paper.kind != "blank"]
        return [(start, end - 1) for start, end in zip(starts, [*starts[1:], self.pages + 1], strict=True)]

    @property
    def untagged(self) -> tuple[str, ...]:
        """The names of extra files because of which the packet is not PDF/UA."""
        named = zip(self.plan.extra_names, self.plan.extras, strict=True)
        return tuple(name for name, extra in named if not extra.claims_accessibility)

    @property
    def is_archivable(self) -> bool:
        """Whether each extra file keeps to PDF/A, too."""
        return all(extra.claims_archive for extra in self.plan.extras)

    @property
    def file_name(self) -> str:
        """The name of its file: date and visit, and nothing about the patient."""
        return packet_file_name(self.plan.visit.visit, self.plan.visit.date)


@dataclass
class PacketMaker:
    """Makes the packets of a run. What many visits share is compiled once."""

    workspace: OpenWorkspace
    duplex: bool = False
    """Whether each paper starts on a fresh sheet when both sides are printed."""
    ends_on_even_page: bool = False
    """Whether the next packet starts on a fresh sheet then, too."""
    parsed: ParsedFiles | None = None
    """What has been parsed for the plans of the run, if that is shared."""
    _compiled: Recent[bytes, CompiledPart] = field(
        default_factory=lambda: Recent(_MOST_PARTS, _MOST_BYTES, lambda _, part: part.size)
    )
    _printed: Recent[bytes, PrintedPart] = field(
        default_factory=lambda: Recent(_MOST_PARTS, _MOST_OF_PRINTED, lambda _, part: part.size)
    )
    _linked: LinkedBefore = field(default_factory=lambda: LinkedBefore(_MOST_FRAMES, _MOST_BYTES))
    _read: ReadBefore = field(default_factory=lambda: ReadBefore(_MOST_FRAMES, _MOST_BYTES))
    _said: Recent[tuple[bytes, ...], frozenset[bytes]] = field(default_factory=lambda: Recent(_MOST_FRAMES))
    _shaped: ShapedBefore = field(default_factory=ShapedBefore)
    _papers: PaperMaker = field(init=False)

    def __post_init__(self) -> None:
        parsed = self.parsed or ParsedFiles(self.workspace)
        self._papers = PaperMaker(self.workspace, self.duplex, self.ends_on_even_page, parsed)

    def papers(self, plan: PacketPlan, inputs: Inputs) -> tuple[PlacedItem, ...]:
        """The papers of a packet, which are kept for the next ones. Raises RenderingFailed."""
        return self._papers.papers(plan, inputs)

    def make(self, plan: PacketPlan, inputs: Inputs | None = None) -> Packet:
        """Make a packet, of the files that it was planned with. Raises RenderingFailed where it is not fit for use."""
        try:
            return self._made(plan, inputs or self._papers.parsed.inputs())
        except ValueError as error:
            raise RenderingFailed("the papers of this visit can't be joined: one of the files is damaged") from error

    def _made(self, plan: PacketPlan, inputs: Inputs) -> Packet:
        papers = self._papers.papers(plan, inputs)
        out = io.BytesIO()
        linker = Linker(out, plan.pack.packet.cover.heading, plan.pack.language, self._linked)
        self.link(linker, plan, papers)
        linker.label_pages(0)
        packet = Packet(plan, tuple(papers), b"")
        linker.finish(packet_info(packet, self.workspace), tool(), identifier([plan]))
        pdf = out.getvalue()
        self._read.expect(linker.beginning)
        self.require_identity(pdf, [packet])
        return replace(packet, pdf=pdf)

    def require_identity(self, pdf: bytes, packets: Iterable[Packet], *, is_one_of_many: bool = False) -> None:
        """Raise RenderingFailed unless each page of a file bears the particulars of its patient, and nobody else's."""
        done = list(packets)
        pages = [mark for packet in done for mark in self._marks(packet, is_one_of_many=is_one_of_many)]
        require_identity(pdf, pages, self._file_marks(done, pages, is_one_of_many=is_one_of_many), self._read)

    def link(self, linker: Linker, plan: PacketPlan, papers: Sequence[PlacedItem]) -> None:
        """Add the papers of a visit to a file."""
        parts = [self.compiled(placed.paper.part) for placed in papers]
        first = linker.expect_parts(parts)
        values = {_whose_values(placed.paper): values_in(plan, placed.paper) for placed in papers}
        numbers = PageNumbers(plan, papers[-1].last)
        texts = _texts(plan, papers, values, numbers, self._shaped)
        texts.put_into(linker)
        listed = [placed for placed in papers[1:] if placed.paper.group]
        targets = {f"target-{number}".encode(): first + placed.first - 1 for number, placed in enumerate(listed, 1)}
        for number, (placed, compiled) in enumerate(zip(papers, parts, strict=True)):
            writer = _PaperWriter(linker, plan, placed, numbers, texts, values[_whose_values(placed.paper)])
            linker.add(writer.insert(compiled, f"paper_{number + 1}", targets if number == 0 else {}))

    def compiled(self, part: Part) -> CompiledPart:
        """A part, ready to be linked."""
        written_on = [slot.element for slot in part.slots if slot.element is not None]
        return self._compiled.get(part.digest, lambda: compile_part(part.pdf, written_on))

    def _marks(self, packet: Packet, *, is_one_of_many: bool) -> Iterator[PageMarks]:
        """What must be on the pages of a packet."""
        plan, numbers = packet.plan, PageNumbers(packet.plan, packet.pages)
        texts: dict[tuple[int, bool], tuple[Sequence[str], Sequence[str]]] = {}
        for placed in packet.papers:
            paper = placed.paper
            key = id(paper.pack), paper.is_foreign  # the packet keeps it for as long
            if key not in texts:
                own = () if paper.is_foreign else tuple(own_texts(plan.visit, paper.pack, plan.wording))
                texts[key] = required_texts(plan.visit, paper.pack, with_labels=paper.is_foreign), own
            required, allowed = texts[key]
            called = f"{_called(paper)}, {plan.visit.visit}" if is_one_of_many else _called(paper)
            for page, printed in enumerate(self._printed_on(paper).pages):
                alone = [text for name, text in paper.own_texts.items() if name in paper.part.names_on(page)]
                yield PageMarks(required, allowed, printed, called, [*alone, *numbers.foot(placed, page)])

    def _file_marks(self, packets: Sequence[Packet], pages: Iterable[PageMarks], *, is_one_of_many: bool) -> FileMarks:
        """What a file of packets may say beside particulars."""
        plans = [packet.plan for packet in packets]
        papers = [placed.paper for packet in packets for placed in packet.papers]
        fields = ((field.label, page.called) for page in pages for field in page.printed.annotations if field.name)
        documents = (text for plan in plans for text in plan.texts)
        texts = {f"{label} – {called}" for label, called in fields}
        texts |= {
            *LANGUAGES,
            TYPE_OF_PROPERTIES,
            tool(),
            self.workspace.folder.clinic.name or "",
            particulars_hash(self.workspace.folder.clinic),
            *PacketInfo.MEANINGS,
            *PacketInfo.MEANINGS.values(),
        }
        texts |= {text for plan in plans for text in (plan.pack.packet.cover.heading, plan.pack.language)}
        texts |= {text for paper in papers for text in (_called(paper), *_languages(paper))}
        texts |= {plan.wording.own for plan in plans if plan.wording.own}
        texts |= {" ".join(plan.packet for plan in plans), "; ".join(dict.fromkeys(documents))}
        texts |= {f"paper_{number}" for number in range(1, max(len(packet.papers) for packet in packets) + 1)}
        if is_one_of_many:
            texts |= set(self._names_of_visits(packets))
        return FileMarks(plans[0].pack.packet.cover.heading, frozenset(texts), self._said_by(papers))

    def _said_by(self, papers: Sequence[PacketItem]) -> frozenset[bytes]:
        """Every string of some papers: the same set for the same ones."""
        key = tuple(paper.part.digest for paper in papers)
        return self._said.get(key, lambda: frozenset().union(*(self._printed_on(paper).said for paper in papers)))

    def _names_of_visits(self, packets: Sequence[Packet]) -> Iterator[str]:
        """What the visits of a day are called in a file of all."""
        words = self.workspace.language(self.workspace.folder.clinic.language)
        yield from (words.language, words.packet.cover.heading)
        for number, packet in enumerate(packets, 1):
            visit = packet.plan.visit.visit
            yield from (f"{words.packet.cover.visit} {visit}", f"visit_{number}", f"{visit}: ")

    def _printed_on(self, paper: PacketItem) -> PrintedPart:
        """The pages of a part, and all that it says, before anything is written on it."""
        part, is_ours = paper.part, not paper.is_foreign
        return self._printed.get(part.digest, lambda: printed_part(part.pdf, is_ours=is_ours))


def _called(paper: PacketItem) -> str:
    """What a paper is called in bookmarks and behind the labels of its fields: stated here again, for the check."""
    pack, words = paper.pack, paper.pack.packet.cover
    if paper.form and not paper.form.texts:
        return paper.form.title
    if paper.form:
        separator = f"{pack.document.comma} "
        return f"{pack.document.kinds.form} ({separator.join(dict.fromkeys(text.code for text in paper.form.texts))})"
    if paper.document is None:
        return paper.title or pack.packet.blank_page
    if paper.document.variant == "paper":
        return paper.document.title
    called = fill(words.kind_of, title=paper.document.title, code=paper.document.code, kind=paper.kind_in_words)
    return fill(words.copy_for_clinic, title=called) if paper.is_copy else called


@dataclass
class _PaperWriter:
    """Says what is written on the pages of one paper."""

    linker: Linker
    plan: PacketPlan
    placed: PlacedItem
    numbers: PageNumbers
    texts: Texts
    values: dict[str, str]

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
            drawing, side = draw_code(self.linker, payload(self.plan, number))
            yield Stamp(drawing, size[0] - EDGE - side, EDGE)


def packet_info(packet: Packet, workspace: OpenWorkspace) -> PacketInfo:
    """What a packet says about itself."""
    plan = packet.plan
    return PacketInfo(
        plan.pack.packet.cover.heading,
        plan.pack.language,
        packet=plan.packet,
        documents=plan.texts,
        particulars=particulars_hash(workspace.folder.clinic),
        publisher=workspace.folder.clinic.name or "",
        tool=tool(),
        is_accessible=not packet.untagged,
        is_archivable=packet.is_archivable,
    )


def _labels(plan: PacketPlan, pack: LanguagePack) -> tuple[str, str, str]:
    """The particulars at the head of the pages of extra files."""
    return labelled(plan.visit, pack)


def _texts(
    plan: PacketPlan,
    papers: Sequence[PlacedItem],
    values: dict[_WhoseValues, dict[str, str]],
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
        in_slots += (text for name, text in values[_whose_values(paper)].items() if name in names)
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
        pieces=_pieces(plan, papers),
        before=before,
    )


def _languages(paper: PacketItem) -> tuple[str, ...]:
    """The languages of a paper: those of a form may be two."""
    return paper.form.languages if paper.form else (paper.pack.language,)


def _whose_values(paper: PacketItem) -> _WhoseValues:
    return _languages(paper), paper.is_copy


def values_in(plan: PacketPlan, paper: PacketItem) -> dict[str, str]:
    """What is written into the slots of a paper."""
    return {
        **particulars(plan.visit, paper.pack),
        **{name: joined(said) for name, said in _in_pieces(plan, paper).items()},
        **paper.own_texts,
    }


def _in_pieces(plan: PacketPlan, paper: PacketItem) -> dict[str, tuple[Piece, ...]]:
    """What the visit says in words, as a paper has it."""
    return in_pieces(plan.visit, paper.pack, plan.wording, *_languages(paper)[1:])


def _pieces(plan: PacketPlan, papers: Iterable[PlacedItem]) -> dict[str, tuple[Piece, ...]]:
    """The texts that are not of one language, in pieces."""
    every = (_in_pieces(plan, placed.paper) for placed in papers)
    return {joined(pieces): pieces for texts in every for pieces in texts.values()}
