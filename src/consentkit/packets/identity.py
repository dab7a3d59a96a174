"""What must be on the pages of a packet, and what its file may say: the question that is put to the finished file.

Guarantees: this is worked out from the visit and its papers, and from nothing that was written; what a file is asked
for follows from no other file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from consentkit.documents.particulars import particulars_hash
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.placeholders import fill
from consentkit.packets.items import PacketItem, PlacedItem
from consentkit.packets.page_numbers import PageNumbers
from consentkit.packets.plan import PacketPlan, tool
from consentkit.packets.printed import PrintedPart, printed_part
from consentkit.packets.read_back import FileMarks, PageMarks, own_texts, require_identity, required_texts
from consentkit.packets.read_before import ReadBefore
from consentkit.packets.scripts import LANGUAGES
from consentkit.pdf.file.xmp import TYPE_OF_PROPERTIES, PacketInfo
from consentkit.recent import Recent

_MOST_PARTS = 64
"""Parts of which it is kept what they say and draw."""
_MOST_LISTS = 32
"""Lists of papers of which it is kept what they say together."""
_MOST_BYTES = 64 * 1024 * 1024
"""Bytes of what is kept of parts."""


class JoinedPapers(Protocol):
    """The papers of a visit, as they are joined in a packet."""

    @property
    def plan(self) -> PacketPlan:
        """What the packet was planned as."""
        ...

    @property
    def papers(self) -> Sequence[PlacedItem]:
        """Its papers, with their pages."""
        ...

    @property
    def pages(self) -> int:
        """How many pages it has."""
        ...


class IdentityCheck:
    """Checks whose papers the finished packets of a run are."""

    def __init__(self, workspace: OpenWorkspace, before: ReadBefore) -> None:
        """`before` is what is kept of packets that were read back."""
        self._workspace, self._before = workspace, before
        self._printed: Recent[bytes, PrintedPart] = Recent(_MOST_PARTS, _MOST_BYTES, lambda _, part: part.size)
        self._said: Recent[tuple[bytes, ...], frozenset[bytes]] = Recent(_MOST_LISTS)

    def require(self, pdf: bytes, packets: Sequence[JoinedPapers], *, is_one_of_many: bool = False) -> None:
        """Raise RenderingFailed unless each page of a file bears the particulars of its patient, and nobody else's."""
        pages = [mark for packet in packets for mark in self._marks(packet, is_one_of_many=is_one_of_many)]
        marks = self._file_marks(packets, pages, is_one_of_many=is_one_of_many)
        require_identity(pdf, pages, marks, self._before)

    def _marks(self, packet: JoinedPapers, *, is_one_of_many: bool) -> Iterator[PageMarks]:
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

    def _file_marks(
        self, packets: Sequence[JoinedPapers], pages: Iterable[PageMarks], *, is_one_of_many: bool
    ) -> FileMarks:
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
            self._workspace.folder.clinic.name or "",
            particulars_hash(self._workspace.folder.clinic),
            *PacketInfo.MEANINGS,
            *PacketInfo.MEANINGS.values(),
        }
        texts |= {text for plan in plans for text in (plan.pack.packet.cover.heading, plan.pack.language)}
        texts |= {text for paper in papers for text in (_called(paper), *paper.languages)}
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

    def _names_of_visits(self, packets: Sequence[JoinedPapers]) -> Iterator[str]:
        """What the visits of a day are called in a file of all."""
        words = self._workspace.language(self._workspace.folder.clinic.language)
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
