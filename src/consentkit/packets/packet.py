"""The papers of one visit, joined into one file.

Guarantees: nothing is laid out again because a patient changed: parts without patient data are made ahead and kept, and
what is a patient's is drawn onto them (`writing`), and written nowhere else; the finished file has been read back, and
bears this patient's particulars on every page and nobody else's; titles, bookmarks and metadata hold none of them.

In memory, the texts that were read back stay until enough further ones have been, and a packet holds its visit for as
long as its caller keeps it. What a maker keeps of parts and papers for the next visits takes 350 MB at most, unless one
visit alone needs more, as with large extra files. Each kind of it is bounded by itself, by about what it takes in
memory; a day of 30 lists of papers with 100 parts fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from consentkit.documents.particulars import particulars_hash
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import RenderingFailed
from consentkit.library.keys import Inputs
from consentkit.model.visit import packet_file_name
from consentkit.packets.identity import IdentityCheck
from consentkit.packets.items import PacketItem, PlacedItem
from consentkit.packets.kept_packets import KeptPackets
from consentkit.packets.kept_readings import kept_compiled
from consentkit.packets.learned_bytes import LearnedPackets
from consentkit.packets.papers import PaperMaker
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.plan import PacketPlan, tool
from consentkit.packets.read_before import ReadBefore
from consentkit.packets.visit_problems import named_visit
from consentkit.packets.writing import PacketWriter
from consentkit.pdf.file.xmp import PacketInfo
from consentkit.pdf.link.compile import CompiledPart
from consentkit.pdf.link.link import Linker
from consentkit.recent import Recent

_MOST_PARTS = 1024
"""Parts that are kept compiled for the next visits of a run: far more than a clinic has on one day. Bytes decide."""
_MOST_BYTES_OF_PARTS = 80 * 1024 * 1024
"""Bytes of these parts: up to about half a MB each."""
_MOST_FRAMES = 512
"""Lists of papers of which it is kept what their packets have in common: as far more as it has lists."""
_MOST_BYTES_READ = 80 * 1024 * 1024
"""Bytes of what their beginnings hold, as they are read back: about a MB for each with seven pages."""
_MOST_BYTES_WRITTEN = 24 * 1024 * 1024
"""Bytes of the frames that they are written into, and of the stencils: about a quarter of a MB for each of these."""


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
        default_factory=lambda: Recent(_MOST_PARTS, _MOST_BYTES_OF_PARTS, lambda _, part: part.size)
    )
    _read: ReadBefore = field(default_factory=lambda: ReadBefore(_MOST_FRAMES, _MOST_BYTES_READ))
    _papers: PaperMaker = field(init=False)
    _writer: PacketWriter = field(init=False)
    _identity: IdentityCheck = field(init=False)
    _kept: KeptPackets = field(init=False)

    def __post_init__(self) -> None:
        parsed = self.parsed or ParsedFiles(self.workspace)
        self._papers = PaperMaker(self.workspace, self.duplex, self.ends_on_even_page, parsed)
        self._kept = KeptPackets(self.workspace, self._papers.words_of)
        self._writer = PacketWriter(self.compiled, _MOST_FRAMES, _MOST_BYTES_WRITTEN, self._kept)
        self._identity = IdentityCheck(self.workspace, self._read)

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
        packet = Packet(plan, tuple(papers), b"")
        written = self._writer.write(plan, papers, lambda: packet_info(packet, self.workspace))
        for known in written.known:
            self._identity.know(packet, known)
        self._read.expect(written.beginning.data, written.beginning.objects)
        reading = self._identity.require(written.pdf, [packet])
        if reading and written.stencil:
            learned = LearnedPackets(written.stencil, reading)
            self._kept.keep(plan, papers, written.pattern, learned, written.variant)
        return replace(packet, pdf=written.pdf)

    def require_identity(self, pdf: bytes, packets: Sequence[Packet], *, is_one_of_many: bool = False) -> None:
        """Raise RenderingFailed unless each page of a file bears the particulars of its patient, and nobody else's."""
        self._identity.require(pdf, packets, is_one_of_many=is_one_of_many)

    def link(self, linker: Linker, plan: PacketPlan, papers: Sequence[PlacedItem]) -> None:
        """Add the papers of a visit to a file."""
        self._writer.link(linker, plan, papers)

    def compiled(self, paper: PacketItem) -> CompiledPart:
        """The part of a paper, ready to be linked."""
        return self._compiled.get(paper.part.digest, lambda: kept_compiled(self.workspace.store, paper))


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
