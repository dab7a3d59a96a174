"""Kinds of visits: those that get the same papers, which are planned once for all of them.

Guarantees: two visits are of one kind only where everything agrees that decides on their papers; what differs is what
people are called, numbers, the time, and days that decide on nothing. What is kept of a kind counts for as long as none
of the files that it was made from has changed, and nothing is kept before a change of any of them would be noticed
(`unchanged`). It is bounded in bytes; nothing of a patient is in it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from consentkit.documents.document import Document
from consentkit.documents.form_request import Form, Situation
from consentkit.library.keys import Inputs
from consentkit.model.identity import Layout
from consentkit.model.procedure import Procedure
from consentkit.model.visit import ASSENT_AGE, FULL_AGE, Visit
from consentkit.model.words import LanguagePack
from consentkit.packets.pairing import Conflict
from consentkit.packets.plan import PacketOptions, PacketPlan
from consentkit.packets.wording import wording_of
from consentkit.recent import Recent

if TYPE_CHECKING:
    from consentkit.pdf.foreign.intake import ForeignPdf

AS_THEY_ARE = (
    *("language", "also_in", "procedures", "documents", "papers", "first_visit", "yearly_papers", "on_file"),
    *("large_print", "medical_visit", "place", "extra"),
)
"""What a visit says that decides on its papers, whatever it is."""
ONLY_WHETHER = ("trainee", "supervisor", "representative", "witness")
"""Those of whom it counts whether they take part."""
_as_they_are = attrgetter(*AS_THEY_ARE)
_only_whether = attrgetter(*ONLY_WHETHER)

_MOST_KINDS = 1024
_MOST_BYTES = 64 * 1024 * 1024


def kind_of(visit: Visit) -> Hashable:
    """What decides on the papers of a visit, but for the clinic's files. Codes are retired at the end of a year."""
    age, interpreter = visit.age, visit.interpreter
    return (
        *_as_they_are(visit),
        visit.date.year,
        age < FULL_AGE,
        age < ASSENT_AGE,
        interpreter and interpreter.is_a,
        *(one is not None for one in _only_whether(visit)),
    )


class PapersOfKind(NamedTuple):
    """What the visits of a kind get."""

    own: LanguagePack
    """The words of the clinic's language."""
    packs: Sequence[LanguagePack]
    """The words of each language of the visit, the patient's first."""
    procedures: Sequence[Procedure]
    form: Form | None
    documents: tuple[Document, ...]
    situation: Situation
    layout: Layout
    numbered: str | None = None
    """What the numbers of their packets are made from beside the visit."""

    def plan(
        self,
        visit: Visit,
        options: PacketOptions,
        extras: Sequence[ForeignPdf] = (),
        overridden: Sequence[Conflict] = (),
    ) -> PacketPlan:
        """The plan of a visit of this kind."""
        return PacketPlan(
            visit=visit,
            pack=self.packs[0],
            form=self.form,
            documents=self.documents,
            situation=self.situation,
            extras=tuple(extras),
            overridden=tuple(overridden),
            layout=self.layout,
            wording=wording_of(visit, self.own, self.packs),
            duplex=options.duplex,
            numbered=self.numbered,
        )

    @property
    def size(self) -> int:
        """How many bytes its papers have."""
        parts = [document.part for document in self.documents] + ([self.form.part] if self.form else [])
        return sum(len(part.pdf) for part in parts)


class KnownKind(NamedTuple):
    """What is known of a kind of visits."""

    papers: PapersOfKind
    since: object
    """The files with which they get these papers: it counts while `Derived.since` is this object."""


class KnownKinds:
    """The kinds of visits against which nothing spoke that follows from their kind."""

    def __init__(self) -> None:
        self._known: Recent[Hashable, KnownKind] = Recent(_MOST_KINDS, _MOST_BYTES, lambda _, known: known.papers.size)

    def of(self, kind: Hashable, options: PacketOptions) -> KnownKind | None:
        """What the visits of a kind got with the files of then, if it is known."""
        return self._known.find((kind, options))

    def keep(self, kind: Hashable, options: PacketOptions, inputs: Inputs, papers: PapersOfKind) -> None:
        """Keep what the visits of a kind get with these files, all of which have been read, if a change is noticed."""
        if inputs.derived.since is not None:
            self._known.put((kind, options), KnownKind(papers, inputs.derived.since))
