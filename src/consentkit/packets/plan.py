"""A packet before it is put together: what is in it, the number that it bears, and how its pages and files are known.

Guarantees: nothing of a patient goes into a packet's number; data and messages call an extra file by its name only
where that does not reveal who the patient is.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from consentkit._version import __version__
from consentkit.documents.document import Document
from consentkit.documents.form_request import Form, Situation
from consentkit.errors import WrongUse
from consentkit.model.identity import Layout
from consentkit.model.visit import Visit, particular_in, title_of_file
from consentkit.model.words import LanguagePack
from consentkit.packets.packet_number import packet_number
from consentkit.packets.pairing import Conflict
from consentkit.packets.visit_problems import named_visit
from consentkit.packets.wording import VisitWording

if TYPE_CHECKING:
    from consentkit.pdf.foreign.intake import ForeignPdf


@dataclass(frozen=True)
class PacketOptions:
    """How packets are made."""

    duplex: bool = False
    """Whether each paper starts on a fresh sheet when both sides are printed."""
    fillable: bool = False
    """Whether the papers have form fields."""
    allow_drafts: bool = False
    """Whether documents may be used that nobody has approved."""
    override: str | None = None
    """Why conflicts that may be overridden are; recorded as it is, so it must say something."""

    def __post_init__(self) -> None:
        """Raise WrongUse for a reason of blanks, marks or invisible characters: it would be a record of nothing."""
        if self.override is not None and not any(map(str.isalnum, self.override)):
            message = '`override` needs a reason, such as "state law lets minors decide on this"'
            raise WrongUse(message, arguments=["override"])


class PrintSerial(NamedTuple):
    """What distinguishes a set of papers from those that were printed of the same visit before."""

    number: int
    """Which set of the visit it is, counted from 1."""
    time: datetime.time
    """When it was printed."""


@dataclass(frozen=True)
class PacketPlan:
    """A packet before it is put together."""

    visit: Visit
    pack: LanguagePack
    """The words of the patient's language."""
    form: Form | None
    """What is signed; None where nothing is left to sign, or the visit requests no form."""
    documents: tuple[Document, ...]
    """What else there is, in the order in which it is handed out."""
    situation: Situation
    """What the visit calls for beyond patient and clinician."""
    extras: tuple[ForeignPdf, ...]
    overridden: tuple[Conflict, ...]
    layout: Layout
    wording: VisitWording
    """What it says in words, in each of its languages."""
    duplex: bool = False
    """Whether each paper starts on a fresh sheet when both sides are printed."""
    serial: PrintSerial | None = None
    """Which set it is, where sets are counted. It is no part of the packet's number."""
    numbered: str | None = field(default=None, compare=False, repr=False)
    """What its number is made from beside the visit, as `papers_in_number` says it, where that is known already."""

    def __repr__(self) -> str:
        return f"<PacketPlan of {named_visit(self.visit.visit)}>"

    @property
    def serial_number(self) -> int | None:
        """Which set of the visit it is, where sets are counted."""
        return self.serial.number if self.serial else None

    @property
    def extra_names(self) -> tuple[str, ...]:
        """What messages call each extra file: by its name, unless that reveals who the patient is."""
        return tuple(self._instead_of_name(number) or extra.name for number, extra in enumerate(self.extras))

    @property
    def extra_titles(self) -> tuple[str, ...]:
        """What data call each extra file: by its title, unless that reveals who the patient is."""
        return tuple(
            self._instead_of_name(number) or title_of_file(extra.name) for number, extra in enumerate(self.extras)
        )

    def _instead_of_name(self, number: int) -> str | None:
        """What an extra file is called whose name reveals who the patient is: unlike any file of another visit."""
        if not particular_in(self.visit, Path(self.extras[number].name).name):
            return None
        return f"extra file {which_extra(self.visit, number)} of {named_visit(self.visit.visit)}"

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses of the form that this visit calls for beyond those of its procedures."""
        return tuple(_clauses_called_for(self.situation, self.pack)) if self.form else ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Each text that is in the packet: code, language, kind and hash of the content.

        A form is a part of the same text as the information, so it is named only where it is alone.
        """
        read = [(one.code, one.language, one.variant, one.content_hash) for one in self.documents]
        signed = [(one.code, one.language, "form", one.content_hash) for one in (self.form.texts if self.form else ())]
        informed = {(code, language) for code, language, variant, _ in read if variant == "information"}
        return tuple(" ".join(text) for text in (*(one for one in signed if one[:2] not in informed), *read))

    @property
    def mark(self) -> str:
        """What is printed at the head of the pages around the documents: the mark of what is not approved, if any."""
        marks = [paper.mark for paper in (self.form, *self.documents) if paper and not paper.is_approved]
        draft = self.pack.page.draft
        return draft if draft in marks else next(iter(marks), "")

    @cached_property
    def packet(self) -> str:
        """The identifier of the packet: ten letters and digits, made from the visit's number and date and its papers.

        The same papers in the same layout have the same one. Nothing of the patient or of anybody else goes into it, so
        a packet that is made again with a corrected name keeps its number. Approvals, the particulars of the clinic and
        the words around the documents don't count either.
        """
        visit, papers = self.visit, self.numbered or papers_in_number(self)
        return packet_number(visit.visit, visit.date.isoformat(), self.pack.language, papers)


def papers_in_number(plan: PacketPlan) -> str:
    """What the number of a packet is made from beside the visit's number and date: an object in JSON."""
    layout = plan.layout
    parts = {
        "documents": [f"{document.variant} {document.content_hash}" for document in plan.documents],
        "extras": [hashlib.sha256(extra.pdf).hexdigest() for extra in plan.extras],
        "form": _form_in_number(plan),
        "layout": [layout.paper, layout.large_print, layout.fillable, plan.duplex],
    }
    return json.dumps(parts, sort_keys=True)


def _form_in_number(plan: PacketPlan) -> list[object]:
    if plan.form is None:
        return []
    texts = [[text.code, text.language, text.content_hash] for text in plan.form.texts]
    return [texts, list(plan.form.languages), asdict(plan.situation), list(plan.visit.on_file)]


def _clauses_called_for(situation: Situation, pack: LanguagePack) -> list[str]:
    called = {"telehealth": situation.telehealth, "trainee": situation.trainee}
    return [name for name, clause in pack.clauses.items() if clause.visit and called[clause.visit]]


def which_extra(visit: Visit, number: int) -> str:
    """Which of the extra files of a visit one is, for messages that may not quote its name."""
    return f"number {number + 1} of {len(visit.extra)}"


def tool() -> str:
    """What made a packet, with its version."""
    return f"consentkit {__version__}"
