"""The papers of a packet: which there are, in which order, and on which pages.

Guarantees: the page numbers on the cover are those of the finished packet, however many pages the cover itself takes;
nothing of a patient is in any paper.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from consentkit.documents.document import Document
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import RenderingFailed
from consentkit.library.keys import Inputs
from consentkit.model.visit import title_of_file
from consentkit.model.words import LanguagePack
from consentkit.packets.items import PacketItem, PlacedItem, SameObjects
from consentkit.packets.lettering import lines_of_name
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.plan import PacketPlan
from consentkit.packets.sheets import SheetSpec, sheet, sheet_key
from consentkit.packets.slots import cover_rows
from consentkit.packets.work_order import work_order
from consentkit.pdf.part import AGREED_BY, Part
from consentkit.recent import Recent

_MOST_SHEETS = 1024
"""Sheets that are kept for the next visits of a run: most visits need one that an earlier visit had. Bytes decide."""
_MOST_PACKS = 16
"""Language packs whose words are kept as one text."""
_MOST_BYTES = 16 * 1024 * 1024
"""Bytes of the files of the sheets, of the covers with their papers, and of the papers of lists. Most of these are the
same ones."""
_MOST_COVER_PAGES = 8


class _KnownCover(NamedTuple):
    """A cover, with the papers that its key keeps."""

    part: Part
    papers: tuple[PlacedItem, ...]


def _size(_: object, cover: _KnownCover) -> int:
    return len(cover.part.pdf) + _size_of(cover.papers)


def _size_of(papers: Sequence[PlacedItem]) -> int:
    return sum(len(one.paper.part.pdf) for one in papers)


@dataclass
class PaperMaker:
    """Makes the papers of packets. What many visits share is made once."""

    workspace: OpenWorkspace
    duplex: bool
    """Whether each paper starts on a fresh sheet when both sides are printed."""
    ends_on_even_page: bool
    """Whether the next packet starts on a fresh sheet then, too."""
    parsed: ParsedFiles
    _sheets: Recent[str, Part] = field(
        default_factory=lambda: Recent(_MOST_SHEETS, _MOST_BYTES, lambda _, part: len(part.pdf))
    )
    _covers: Recent[Hashable, _KnownCover] = field(default_factory=lambda: Recent(_MOST_SHEETS, _MOST_BYTES, _size))
    _known: Recent[Hashable, tuple[PlacedItem, ...]] = field(
        default_factory=lambda: Recent(_MOST_SHEETS, _MOST_BYTES, lambda _, papers: _size_of(papers))
    )
    _words: Recent[SameObjects, str] = field(default_factory=lambda: Recent(_MOST_PACKS))

    def papers(self, plan: PacketPlan, inputs: Inputs) -> tuple[PlacedItem, ...]:
        """All papers of a packet with their pages, the cover first, as the clinic's files are in `inputs`."""
        if plan.extras:  # which are read again for each visit
            return tuple(self._placed(plan, inputs))
        of = SameObjects(plan.pack, plan.form, *plan.documents)
        lines = tuple(cover_rows(plan.visit)), lines_of_name(plan.visit.patient.name)
        key = (self.parsed.words(inputs), of, plan.layout, plan.situation, lines)
        return self._known.get(key, lambda: tuple(self._placed(plan, inputs)))

    def _placed(self, plan: PacketPlan, inputs: Inputs) -> list[PlacedItem]:
        behind = self._behind_cover(plan, inputs)
        for cover_pages in range(1, _MOST_COVER_PAGES + 1):
            placed = _placed(behind, cover_pages, self._blank(plan, inputs) if self.duplex else None)
            cover = self._cover(plan, placed, inputs)
            if cover.part.pages <= cover_pages:  # fewer, where the numbers of later pages happen to take more room
                spare = [
                    PlacedItem(self._blank(plan, inputs), page, page)
                    for page in range(cover.part.pages + 1, cover_pages + 1)
                ]
                if self.ends_on_even_page and self.duplex and placed[-1].last % 2:
                    placed.append(PlacedItem(self._blank(plan, inputs), placed[-1].last + 1, placed[-1].last + 1))
                return [PlacedItem(cover, 1, cover.part.pages), *spare, *placed]
        raise RenderingFailed(f"the cover takes more than {_MOST_COVER_PAGES} pages; split this visit in two")

    def _behind_cover(self, plan: PacketPlan, inputs: Inputs) -> list[PacketItem]:
        papers = []
        if plan.form:
            title = plan.pack.document.kinds.form
            papers.append(PacketItem(title, "form", "sign", plan.pack, plan.form.part, form=plan.form))
        for document in plan.documents:
            papers += self._document_papers(plan, document, inputs)
        for extra in plan.extras:
            part = Part(extra.pdf, extra.pages)
            papers.append(PacketItem(title_of_file(extra.name), "extra", "read", plan.pack, part, is_foreign=True))
        return papers

    def _document_papers(self, plan: PacketPlan, document: Document, inputs: Inputs) -> Iterator[PacketItem]:
        """The paper of a document; of a plan that is filled in together, one for the patient and one for the clinic."""
        unsigned = "read" if plan.form and document.variant == "information" else "keep"
        group = "sign" if _is_signed(document.part) else unsigned
        pack = self._pack(plan, document.language, inputs)
        paper = PacketItem(document.title, document.variant, group, pack, document.part, document)
        yield paper
        if document.variant == "plan":
            yield replace(paper, is_copy=True)

    def _pack(self, plan: PacketPlan, language: str, inputs: Inputs) -> LanguagePack:
        return plan.pack if plan.pack.language == language else self.parsed.pack(language, inputs)

    def _blank(self, plan: PacketPlan, inputs: Inputs) -> PacketItem:
        part = self._sheet(plan, inputs, "blank", plan.pack.packet.blank_page, {})
        return PacketItem("", "blank", "", plan.pack, part)

    def _cover(self, plan: PacketPlan, placed: Sequence[PlacedItem], inputs: Inputs) -> PacketItem:
        """The cover of some papers: most visits have those of an earlier one, with the same lines to fill in."""
        rows, name_lines = tuple(cover_rows(plan.visit)), lines_of_name(plan.visit.patient.name)
        papers = tuple(
            (SameObjects(one.paper.document, one.paper.form), one.paper.title, one.paper.is_copy, one.paper.part.digest)
            for one in placed
        )
        of_plan = SameObjects(plan.pack), plan.mark, plan.layout, plan.situation, rows, name_lines
        key = (self.parsed.words(inputs), *of_plan, placed[0].first if placed else 0, papers)

        def make() -> _KnownCover:
            values = {
                "rows": list(rows),
                "name_lines": name_lines,
                "telehealth": plan.situation.telehealth,
                **work_order(placed, plan.situation, plan.pack),
                "language_help": list(self._language_help(inputs)),
            }
            title = plan.pack.packet.cover.heading
            return _KnownCover(self._sheet(plan, inputs, "cover", title, values), tuple(placed))

        part = self._covers.get(key, make).part
        return PacketItem(plan.pack.packet.cover.heading, "cover", "", plan.pack, part)

    def _language_help(self, inputs: Inputs) -> Iterator[dict[str, str]]:
        for language in self.parsed.languages(inputs):
            pack = self.parsed.pack(language, inputs)
            yield {"language": language, "direction": pack.direction, "text": pack.packet.cover.language_help}

    def _sheet(self, plan: PacketPlan, inputs: Inputs, template: str, title: str, values: dict[str, Any]) -> Part:
        spec = SheetSpec(template, title, plan.mark, plan.pack, plan.layout, self.words_of(plan.pack), values)
        key = sheet_key(spec, inputs)
        return self._sheets.get(key, lambda: sheet(self.workspace, spec, key, inputs.snapshot))

    def words_of(self, pack: LanguagePack) -> str:
        """All words of a pack."""
        return self._words.get(SameObjects(pack), pack.model_dump_json)


def _is_signed(part: Part) -> bool:
    """Whether somebody signs a paper, or puts initials to it."""
    return any(slot.kind in AGREED_BY for slot in part.slots)


def _placed(papers: Sequence[PacketItem], cover_pages: int, blank: PacketItem | None) -> list[PlacedItem]:
    """Papers one after the other; with blank pages so that each begins on an odd one, if there is a blank one."""
    placed: list[PlacedItem] = []
    done = cover_pages
    for paper in papers:
        if blank and done % 2:
            placed.append(PlacedItem(blank, done + 1, done + 1))
            done += 1
        placed.append(PlacedItem(paper, done + 1, done + paper.part.pages))
        done += paper.part.pages
    return placed
