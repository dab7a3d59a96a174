"""What must be on the pages of a packet, and what its file may say: the question that is put to the finished file.

Guarantees: this is worked out from the visit and its papers, and from nothing that was written; what a file is asked
for follows from no other file.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Protocol
from weakref import WeakKeyDictionary

from consentkit.documents.particulars import particulars_hash
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.placeholders import fill
from consentkit.model.words import LanguagePack
from consentkit.packets.compared_texts import OwnTexts
from consentkit.packets.items import PacketItem, PlacedItem, SameObjects, packs_of
from consentkit.packets.kept_readings import kept_printed
from consentkit.packets.learned_bytes import LearnedPackets
from consentkit.packets.page_numbers import PageNumbers
from consentkit.packets.plan import PacketPlan, tool
from consentkit.packets.planned_reading import KnownPlan, PacketRead, PagePlace, plan_of
from consentkit.packets.printed import PrintedPart, size_of_strings
from consentkit.packets.read_back import FileMarks, PageMarks, own_texts, require_identity, required_texts
from consentkit.packets.read_before import ReadBefore
from consentkit.packets.reading_plan import PageKind, ReadingPlan
from consentkit.packets.scripts import LANGUAGES
from consentkit.pdf.file.beginnings import KnownBeginning
from consentkit.pdf.file.reader import read_file
from consentkit.pdf.file.xmp import TYPE_OF_PROPERTIES, PacketInfo
from consentkit.recent import Recent

_MOST_PARTS = 1024
"""Parts of which it is kept what they say and draw: far more than a clinic has on one day. Bytes decide."""
_MOST_LISTS = 512
"""Lists of papers of which it is kept what they say together: as far more as it has lists."""
_MOST_TRIES = 3
"""How often a plan of reading is learned: one visit may have something that no plan covers, or no other visit has."""
_MOST_BYTES = 64 * 1024 * 1024
"""Bytes of what is kept of parts: half a MB for a long one, and a day of 28 lists of papers has 94 of them."""
_MOST_BYTES_SAID = 4 * 1024 * 1024
"""Bytes of what lists of papers say."""


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
        self._plans: WeakKeyDictionary[KnownBeginning, KnownPlan] = WeakKeyDictionary()
        """How packets are read back that begin like this."""
        self._said: Recent[tuple[bytes, ...], frozenset[bytes]] = Recent(
            _MOST_LISTS, _MOST_BYTES_SAID, lambda _, said: size_of_strings(said)
        )

    def know(self, packet: JoinedPapers, learned: LearnedPackets) -> None:
        """Read packets with the papers of this one as an earlier process has learned it, if they begin like that."""
        first = learned.stencil.beginning
        self._plans[self._before.expect(first.data, first.objects)] = KnownPlan(self._key(packet), learned.plan)

    def require(
        self, pdf: bytes, packets: Sequence[JoinedPapers], *, is_one_of_many: bool = False
    ) -> ReadingPlan | None:
        """Raise RenderingFailed unless each page of a file bears the particulars of its patient, and nobody else's.

        Returns how packets like it are read back, where that was learned now.
        """
        planned = None if is_one_of_many else self._planned(pdf, packets)
        if planned and planned.plan and self._is_right(pdf, packets[0], planned.plan):
            return None
        pages = [mark for packet in packets for mark in self._marks(packet, is_one_of_many=is_one_of_many)]
        marks = self._file_marks(packets, pages, is_one_of_many=is_one_of_many)
        require_identity(pdf, pages, marks, self._before)
        if planned is None or planned.tries == _MOST_TRIES:
            return None
        planned.tries += 1
        learned = self._plan_of(pdf, packets[0], pages, marks)
        planned.plan = learned or planned.plan
        return learned

    def reading_plan(self, pdf: bytes) -> ReadingPlan | None:
        """How packets that begin like this one are read back in one go, if it is known."""
        beginning = self._before.beginnings.of(pdf)
        known = self._plans.get(beginning) if beginning else None
        return known.plan if known else None

    # --- packets like one that was read before ---

    def _planned(self, pdf: bytes, packets: Sequence[JoinedPapers]) -> KnownPlan | None:
        """How a packet is read back of which others with the same papers, and the same beginning, have been read."""
        beginning = self._before.beginnings.of(pdf) if len(packets) == 1 else None
        if beginning is None or any(placed.paper.is_foreign for placed in packets[0].papers):
            return None
        key, plans = self._key(packets[0]), self._plans
        if beginning not in plans or plans[beginning].key != key:
            plans[beginning] = KnownPlan(key)
        return plans[beginning]

    def _key(self, packet: JoinedPapers) -> Hashable:
        """What the marks of a packet follow from, but for its visit."""
        plan = packet.plan
        papers = tuple([placed.identity for placed in packet.papers])
        others = SameObjects(plan.pack, self._workspace.folder.clinic)
        return papers, others, plan.wording.own, plan.serial is None

    def _is_right(self, pdf: bytes, packet: JoinedPapers, plan: ReadingPlan) -> bool:
        """Whether a packet is certain to be right, read like the one before it."""
        numbers, papers = PageNumbers(packet.plan, packet.pages), packet.papers

        def of_page(kind: PageKind) -> Sequence[str]:
            return numbers.foot(papers[kind.paper], kind.page)[1:]

        own = [self._own_texts(packet.plan, pack) for pack in packs_of(packet.papers)]
        return plan.is_right(pdf, packet.plan.packet, own, of_page)

    def _plan_of(
        self, pdf: bytes, packet: JoinedPapers, pages: Sequence[PageMarks], marks: FileMarks
    ) -> ReadingPlan | None:
        """How others like a packet are read back, which was read completely."""
        file = read_file(pdf, self._before.beginnings)
        same = self._before.same_pages(file)
        places = list(self._places(packet))
        read = PacketRead(pdf, file, same, pages, places, marks, packet.plan.packet) if same and places else None
        return plan_of(read) if read else None

    def _places(self, packet: JoinedPapers) -> Iterator[PagePlace]:
        """Where each page of a packet comes from; nothing where a page has its numbers on one line."""
        numbers = PageNumbers(packet.plan, packet.pages)
        whose = {id(pack): place for place, pack in enumerate(packs_of(packet.papers))}
        every = [
            (number, page) for number, placed in enumerate(packet.papers) for page in range(placed.paper.part.pages)
        ]
        if not all(numbers.in_places(packet.papers[number], page) for number, page in every):
            return
        for number, page in every:
            placed = packet.papers[number]
            own, *others = numbers.foot(placed, page)
            yield PagePlace(
                whose[id(placed.paper.pack)], number, page, (*_alone(placed.paper, page), own), tuple(others)
            )

    @staticmethod
    def _own_texts(plan: PacketPlan, pack: LanguagePack) -> OwnTexts:
        """What a visit has on its papers in a language."""
        required = required_texts(plan.visit, pack, with_labels=False)
        return OwnTexts(required, tuple(own_texts(plan.visit, pack, plan.wording)))

    # --- packets that are read completely ---

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
                alone = _alone(paper, page)
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
        return self._printed.get(paper.part.digest, lambda: kept_printed(self._workspace.store, paper))


def _alone(paper: PacketItem, page: int) -> list[str]:
    """What a paper alone says on one of its pages."""
    return [text for name, text in paper.own_texts.items() if name in paper.part.names_on(page)]


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
