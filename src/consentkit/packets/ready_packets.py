"""Packets of visits of a kind of which all is known: made in the time that it takes to write them and read them back.

Guarantees: a packet is byte for byte the one that the ordinary way makes of the same visit, and has been read back,
from its finished bytes, as that of this visit; or there is none. What is kept of a kind holds nothing of any visit, and
what comes back is what was kept, or nothing. Little is loaded: neither the model nor a font.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from consentkit.packets.compared_texts import OwnTexts
from consentkit.packets.learned_bytes import LearnedPackets, pack_learned, unpack_learned
from consentkit.packets.packet_number import identifier, payload
from consentkit.packets.visit_recipe import VisitRecipe, all_different, unpacked_recipe, worded_all
from consentkit.pdf.file.packed_tables import TableReader, TableWriter
from consentkit.pdf.lines.common_line import know_pairs
from consentkit.pdf.lines.pair_table import PairTable, unpacked_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from consentkit.packets.plain_visits import PlainVisit
    from consentkit.packets.reading_plan import PageKind

_FORM = b"packets of a kind 1\n"


class ReadyKind(NamedTuple):
    """What is known of a kind of visits."""

    recipe: VisitRecipe
    """How their texts follow from their fields."""
    learned: LearnedPackets
    """What these are filled into, and how that is read back."""
    pairs: PairTable
    """How the letters of a text are set."""

    def packed(self) -> bytes:
        """As bytes that can be kept. Raises ValueError where there is a number that is too large."""
        tables = TableWriter(_FORM)
        tables.strings([self.recipe.packed(), self.pairs.packed(), pack_learned(self.learned)])
        return tables.data

    def made(self, visit: PlainVisit) -> MadeReady | None:
        """The packet of a visit of this kind, read back; None where it is not certain that it is right.

        From here on, lines are set by the pairs of letters that are known here.
        """
        know_pairs(self.pairs)
        try:
            fields = self.recipe.fields(visit)
            texts = worded_all(self.recipe.texts, fields)
            if not all_different(texts):
                return None
            number = fields["packet"]
            pdf = self.learned.stencil.fill(number, identifier([number]), lambda page: payload(number, page), texts)
        except LookupError:
            return None
        return MadeReady(pdf, fields) if pdf and self.is_right(pdf, fields) else None

    def is_right(self, pdf: bytes, fields: Mapping[str, str]) -> bool:
        """Whether the bytes of a packet are certain to be those of a visit with these fields."""

        def of_page(kind: PageKind) -> Sequence[str]:
            return worded_all(self.recipe.feet[kind.paper, kind.page], fields)

        own = [OwnTexts(worded_all(one.required, fields), worded_all(one.allowed, fields)) for one in self.recipe.own]
        return self.learned.plan.is_right(pdf, fields["packet"], own, of_page)


class MadeReady(NamedTuple):
    """A packet that was made of what is known of its kind."""

    pdf: bytes
    fields: Mapping[str, str]
    """The fields of its visit, as its texts have them."""


def unpacked_kind(data: bytes) -> ReadyKind | None:
    """Read what `packed` wrote; None for anything else."""
    try:
        tables = TableReader(_FORM, data)
        of_recipe, of_pairs, of_papers = tables.strings()
        tables.end()
    except ValueError:
        return None
    recipe, pairs, learned = unpacked_recipe(of_recipe), unpacked_pairs(of_pairs), unpack_learned(of_papers)
    return ReadyKind(recipe, learned, pairs) if recipe and pairs and learned else None
