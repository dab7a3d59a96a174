"""What is learned of packets with the same papers, kept for the next process.

Guarantees: what is kept is found again only for the same files in the same order, on the same pages, with the same
places for texts, with the same words of their languages, the same clinic, and by the same editions of the program and
of all that it reads with; what has another form is as good as nothing. It stays on this machine, and nothing of a visit
is in it: neither a text of one, nor anything of the files that it brings.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import TypeVar

from consentkit.cache.store import key_of
from consentkit.cache.versions import versions
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.clinic import Clinic
from consentkit.model.words import LanguagePack
from consentkit.packets.items import PlacedItem, SameObjects
from consentkit.packets.learned_bytes import LearnedPackets, pack_learned, unpack_learned
from consentkit.packets.plan import PacketPlan
from consentkit.pdf.fonts.font_files import BODY_FAMILY, FACES, data_of
from consentkit.pdf.lines.common_line import are_pairs_known, know_pairs
from consentkit.pdf.lines.pair_table import unpacked_pairs
from consentkit.recent import Recent

_Said = TypeVar("_Said")

MOST_VARIANTS = 4
"""Kinds of packets with the same papers: those in which a text is smaller in one of its places are of another kind."""

_MOST = 64
"""Language packs and clinics whose digests are known."""


class KeptPackets:
    """What is kept of the packets of a clinic."""

    def __init__(self, workspace: OpenWorkspace, words_of: Callable[[LanguagePack], str]) -> None:
        """`words_of` gives all words of a language."""
        self._workspace, self._words_of = workspace, words_of
        self._words: Recent[SameObjects, str] = Recent(_MOST)

    def find(
        self, plan: PacketPlan, papers: Sequence[PlacedItem], pattern: Hashable, variant: int = 0
    ) -> LearnedPackets | None:
        """What is kept of packets with these papers, whose texts have this pattern: of several kinds, one by its
        number.
        """
        if not self._may_have(papers, variant):
            return None
        learned = unpack_learned(self._workspace.store.near.get(self.key(plan, papers, pattern, variant)))
        if learned:
            self._know_pairs()
        return learned

    def keep(
        self,
        plan: PacketPlan,
        papers: Sequence[PlacedItem],
        pattern: Hashable,
        learned: LearnedPackets,
        variant: int = 0,
    ) -> None:
        """Keep what was learned of them."""
        if not self._may_have(papers, variant):
            return
        with suppress(ValueError):  # it has a number that is too large to be kept
            self._workspace.store.near.put(self.key(plan, papers, pattern, variant), pack_learned(learned))
        self._know_pairs()

    def key(self, plan: PacketPlan, papers: Sequence[PlacedItem], pattern: Hashable, variant: int = 0) -> str:
        """The key of what is kept of packets with these papers, whose texts have this pattern."""
        clinic = self._workspace.folder.clinic
        packs = {id(pack): pack for pack in (plan.pack, *(placed.paper.pack for placed in papers))}
        about = (variant, pattern, plan.layout.large_print, plan.texts, plan.wording.own, plan.serial is None)
        return key_of(
            "packets of papers",
            *versions(),
            repr(about),
            self._digest(clinic, Clinic.model_dump_json),
            *(self._digest(pack, self._words_of) for pack in packs.values()),
            *(repr(tuple(_about(placed))) for placed in papers),
        )

    @property
    def _is_used(self) -> bool:
        return self._workspace.store.near.folder is not None

    def _may_have(self, papers: Iterable[PlacedItem], variant: int) -> bool:
        """Whether anything is kept of such packets: not of those with files of others, which may be about a patient."""
        has_others = any(placed.paper.is_foreign for placed in papers)
        return self._is_used and variant < MOST_VARIANTS and not has_others

    def _digest(self, one: _Said, text_of: Callable[[_Said], str]) -> str:
        return self._words.get(SameObjects(one), lambda: sha256(text_of(one).encode()).hexdigest())

    # --- pairs of letters ---

    def _know_pairs(self) -> None:
        """Set lines by the pairs of letters that are kept, or keep them, which is worth it where packets are, too."""
        if are_pairs_known():
            return
        near, key = self._workspace.store.near, _key_of_pairs()
        pairs = unpacked_pairs(near.get(key))
        if pairs is None:
            from consentkit.pdf.lines.pairs import pair_table  # which loads fonts

            pairs = pair_table()
            if pairs:
                near.put(key, pairs.packed())
        if pairs:
            know_pairs(pairs)


def _about(placed: PlacedItem) -> Iterator[object]:
    """What packets depend on of a paper, but for the words of its language."""
    paper = placed.paper
    yield from (placed.first, placed.last, paper.title, paper.kind, paper.group, paper.is_copy, paper.languages)
    yield from (paper.bookmark, paper.pack.language, paper.document and paper.document.code)
    yield paper.form and [text.code for text in paper.form.texts]
    yield paper.part.digest_with_places


def _key_of_pairs() -> str:
    regular = next(face for face in FACES if face.family == BODY_FAMILY and face.weight == "400")
    return key_of("pairs of letters", *versions(), data_of(regular))
