"""One paper of a packet, and its pages there.

Guarantees: these are plain values; nothing of a patient is in any of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property

from consentkit.documents.document import Document
from consentkit.documents.form_request import Form
from consentkit.model.placeholders import fill
from consentkit.model.words import LanguagePack
from consentkit.pdf.part import Part

COPY_PLACE = "clinic_copy"
"""The place at the head of a page that says that it is the clinic's copy."""


@dataclass(frozen=True)
class PacketItem:
    """One paper of a packet: the form, a document, or one of the pages around them."""

    title: str
    kind: str
    """`cover`, `form`, `paper`, `refusal`, `plan`, `information`, `blank` or `extra`."""
    group: str
    """What is done with it: `sign`, `read` or `keep`; empty for pages that are not in the list."""
    pack: LanguagePack
    part: Part
    document: Document | None = None
    form: Form | None = None
    is_foreign: bool = False
    is_copy: bool = False
    """Whether it is the clinic's copy of a paper that the patient keeps."""

    @cached_property
    def bookmark(self) -> str:
        """What bookmarks, the structure and the cover call it."""
        if self.form and not self.form.texts:  # it is for no procedure
            return self.form.title
        if self.form:
            codes = f"{self.pack.document.comma} ".join(dict.fromkeys(text.code for text in self.form.texts))
            return f"{self.title} ({codes})"
        if self.document is None:
            return self.title or self.pack.packet.blank_page
        if self.kind == "paper":  # its name is for the desk
            return self.title
        words = self.pack.packet.cover
        named = fill(words.kind_of, title=self.title, code=self.document.code, kind=self.kind_in_words)
        return fill(words.copy_for_clinic, title=named) if self.is_copy else named

    @property
    def languages(self) -> tuple[str, ...]:
        """Its languages: those of a form may be two."""
        return self.form.languages if self.form else (self.pack.language,)

    @property
    def kind_in_words(self) -> str:
        """The kind of a document in the words of its language; empty for other pages."""
        return str(getattr(self.pack.document.kinds, self.kind)) if self.document else ""

    @property
    def own_texts(self) -> dict[str, str]:
        """What is written into places of this paper alone: that it is the clinic's copy, if it is."""
        return {COPY_PLACE: self.pack.packet.clinic_copy} if self.is_copy else {}

    @property
    def comes_back(self) -> bool:
        """Whether the clinic files it."""
        return self.group == "sign" or self.is_copy


class SameObjects:
    """Objects by which something is known again: equal only for the very same ones.

    It keeps them, so that no others can come to have their identity for as long as it is itself kept, as in a key.
    """

    def __init__(self, *objects: object) -> None:
        self._objects, self._identities = objects, tuple(map(id, objects))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameObjects) and self._identities == other._identities

    def __hash__(self) -> int:
        return hash(self._identities)


@dataclass(frozen=True)
class PlacedItem:
    """A paper and its pages in the packet, counted from 1."""

    paper: PacketItem
    first: int
    last: int

    @cached_property
    def identity(self) -> Hashable:
        """What distinguishes it from any other paper in any place."""
        one = self.paper
        made_of = SameObjects(one.part, one.pack, one.document, one.form)
        return self.first, one.title, one.kind, one.group, one.is_foreign, one.is_copy, made_of


def packs_of(papers: Iterable[PlacedItem]) -> list[LanguagePack]:
    """The words of some papers, each once."""
    return list({id(placed.paper.pack): placed.paper.pack for placed in papers}.values())
