"""What a visit calls for: which documents, in which languages, which further pages; or why there can be no packet.

Guarantees: everything that is wrong with a visit is told at once, with the remedy and without the name of anybody;
there is no plan as long as anything speaks against it, and a visit without a plan does not count for later visits.
Documents are made only where codes, people, names and extra files are in order, and, unless drafts are allowed, each
document is approved as it is: that takes its text, but no PDF.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consentkit.documents.making import Document, Layout
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import UnknownCode, WrongUse
from consentkit.library.approvals import Variant
from consentkit.model.identity import PaperSize
from consentkit.model.procedure import Procedure
from consentkit.model.visit import ASSENT_AGE, Visit, tells_who, title_of_file
from consentkit.model.words import LanguagePack
from consentkit.packets.pairing import Conflict, DayBook, conflicts
from consentkit.packets.recent import Recent
from consentkit.packets.visit_problems import UnknownCodeOfVisit, VisitProblems, named_visit
from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.fonts.font_files import CJK_REMEDY
from consentkit.pdf.fonts.substitutes import described, instead
from consentkit.problems import Problem, listed, quoted

if TYPE_CHECKING:
    from consentkit.packets.extras import Extras
    from consentkit.pdf.foreign.intake import ForeignPdf

Wanted = tuple[str, str, Variant]
"""A document that a visit calls for: code, language and kind."""

_MOST_DOCUMENTS = 128
"""Documents that are kept for the next visits of a run."""
_MOST_CHARACTERS = 5
"""Characters of a name that a message lists."""


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
            raise WrongUse('--override needs a reason, such as --override "state law lets minors decide on this"')


@dataclass(frozen=True)
class PacketPlan:
    """A packet before it is put together."""

    visit: Visit
    pack: LanguagePack
    """The words of the patient's language."""
    documents: tuple[Document, ...]
    clauses: tuple[str, ...]
    """The clauses that this visit calls for beyond those of the documents."""
    assent: bool
    """Whether the patient is asked, though somebody else decides."""
    extras: tuple[ForeignPdf, ...]
    overridden: tuple[Conflict, ...]
    layout: Layout
    duplex: bool = False
    """Whether each paper starts on a fresh sheet when both sides are printed."""

    @property
    def extra_names(self) -> tuple[str, ...]:
        """What messages call each extra file: by its name, unless that tells who the patient is."""
        return tuple(self._instead_of_name(number) or extra.name for number, extra in enumerate(self.extras))

    @property
    def extra_titles(self) -> tuple[str, ...]:
        """What data call each extra file: by its title, unless that tells who the patient is."""
        return tuple(
            self._instead_of_name(number) or title_of_file(extra.name) for number, extra in enumerate(self.extras)
        )

    def _instead_of_name(self, number: int) -> str | None:
        """What an extra file is called whose name tells who the patient is: no file of another visit is called that."""
        if not tells_who(self.visit, Path(self.extras[number].name).name):
            return None
        return f"extra file {_which(self.visit, number)} of {named_visit(self.visit.visit)}"

    @property
    def packet(self) -> str:
        """The identifier of the packet: ten letters and digits, made from the visit's number and date and its papers.

        The same papers in the same layout have the same one. Nothing of the patient or of anybody else goes into it, so
        a packet that is made again with a corrected name keeps its number. Approvals, the particulars of the clinic and
        the words around the documents don't count either.
        """
        visit, layout = self.visit, self.layout
        parts = {
            "visit": [visit.visit, visit.date.isoformat(), self.pack.language],
            "documents": [document.content_hash for document in self.documents],
            "pages": [*self.clauses, self.assent],
            "extras": [hashlib.sha256(extra.pdf).hexdigest() for extra in self.extras],
            "layout": [layout.paper, layout.large_print, layout.fillable, self.duplex],
        }
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()
        return base64.b32encode(digest)[:10].decode()


@dataclass
class Planner:
    """Plans the packets of a run. Procedures and extra files are read once."""

    workspace: OpenWorkspace
    options: PacketOptions
    today: datetime.date = field(default_factory=datetime.date.today)
    _packs: dict[str, LanguagePack] = field(default_factory=dict)
    _procedures: dict[str, Procedure] = field(default_factory=dict)
    _documents: Recent[tuple[Any, ...], Document] = field(default_factory=lambda: Recent(_MOST_DOCUMENTS))
    _approved: Recent[tuple[Any, ...], bool] = field(default_factory=lambda: Recent(_MOST_DOCUMENTS))
    _extras: Extras | None = None
    _days: DayBook = field(default_factory=DayBook)

    def plan(
        self, visit: Visit, file: str, row: int | None = None, places: Sequence[tuple[int | None, int | None]] = ()
    ) -> PacketPlan:
        """Plan a packet. Raises InvalidInput with everything that speaks against it, or what a document raises.

        `places` are the line and the column of each of its codes, where they are known.
        """
        problems = VisitProblems(file, row, visit.visit)
        clinic = self.workspace.folder.clinic
        languages = dict.fromkeys([visit.language or clinic.language, *visit.also_in])
        packs = [pack for language in languages if (pack := problems.try_to(self._pack_for, visit, language))]
        codes = {code: number for number, code in reversed(list(enumerate(visit.procedures)))}
        procedures = [
            procedure
            for number in sorted(codes.values())
            if (procedure := problems.try_to(self._procedure, visit, number, problems, places))
        ]
        overridden = self._judge(visit, procedures, problems)
        self._require_letters(visit, problems)
        extras = [
            extra
            for number in range(len(visit.extra))
            if (extra := problems.try_to(self._extra, visit, number, clinic.paper, problems))
        ]
        problems.require_none()
        layout = Layout(clinic.paper, visit.large_print, self.options.fillable)
        kinds = visit.documents or clinic.packet.documents
        wanted = [(procedure.code, pack.language, kind) for procedure in procedures for kind in kinds for pack in packs]
        if not self.options.allow_drafts:
            for one in wanted:  # before the first one is made, which takes a hundred times as long
                problems.try_to(self._require_approved, one, layout, problems)
            problems.require_none()
        documents = [document for one in wanted if (document := problems.try_to(self._document, one, layout, problems))]
        problems.require_none()
        self._days.remember(visit, procedures)
        return PacketPlan(
            visit=visit,
            pack=packs[0],
            documents=tuple(documents),
            clauses=tuple(_clauses_called_for(visit, packs[0])),
            assent=visit.representative is not None and visit.age >= ASSENT_AGE,
            extras=tuple(extras),
            overridden=overridden,
            layout=layout,
            duplex=self.options.duplex,
        )

    def pass_over(self, visit: Visit) -> None:
        """Let a visit that gets no packet now count for later ones of its day, unless something speaks against it."""
        problems = VisitProblems("", None, visit.visit)
        procedures = [
            procedure
            for number in range(len(visit.procedures))
            if (procedure := problems.try_to(self._procedure, visit, number, problems, ()))
        ]
        self._judge(visit, procedures, problems)
        if not problems.problems and not problems.failures:
            self._days.remember(visit, procedures)

    def pack(self, language: str) -> LanguagePack:
        """The words of a language."""
        if language not in self._packs:
            self._packs[language] = self.workspace.language(language)
        return self._packs[language]

    def _pack_for(self, visit: Visit, language: str) -> LanguagePack:
        try:
            return self.pack(language)
        except WrongUse as error:
            told: object = error
            if tells_who(visit, language):
                told = f"there is no pack for a language of this visit; there is {listed(self.workspace.languages())}"
            raise WrongUse(f"{told}; choose one of these, and let an interpreter help with it") from error

    def _procedure(
        self, visit: Visit, number: int, problems: VisitProblems, places: Sequence[tuple[int | None, int | None]]
    ) -> Procedure:
        code = visit.procedures[number]
        if code not in self._procedures:
            try:
                self._procedures[code] = self.workspace.procedure(code)
            except UnknownCode:
                line, column = places[number] if number < len(places) else (problems.row, None)
                what = "a code" if tells_who(visit, code) else f"the code `{code}`"
                raise UnknownCodeOfVisit(
                    Problem(
                        problems.file,
                        line,
                        column,
                        problems.field,
                        f"`procedures` holds {what}, number {number + 1} of {len(visit.procedures)}, that no procedure "
                        "has; `consentkit list` shows those there are",
                    )
                ) from None
        return self._procedures[code]

    def _require_approved(self, one: Wanted, layout: Layout, problems: VisitProblems) -> None:
        """Report a document that is a draft."""
        code, language, kind = one
        if not self._approved.get(
            (*one, layout), lambda: self.workspace.is_approved(code, layout, language=language, variant=kind)
        ):
            self._report_draft(one, problems)

    def _document(self, one: Wanted, layout: Layout, problems: VisitProblems) -> Document:
        def make() -> Document:
            code, language, kind = one
            return self.workspace.render(
                code,
                language=language,
                variant=kind,
                paper=layout.paper,
                large_print=layout.large_print,
                fillable=layout.fillable,
            )

        document = self._documents.get((*one, layout), make)
        if not document.is_approved and not self.options.allow_drafts:  # edited after it was asked
            self._report_draft(one, problems)
        return document

    def _extra(self, visit: Visit, number: int, paper: PaperSize, problems: VisitProblems) -> ForeignPdf:
        from consentkit.packets.extras import Extras  # which most visits need not wait for

        self._extras = self._extras or Extras(self.workspace, paper)
        name, which = visit.extra[number], _which(visit, number)
        is_telling = tells_who(visit, name) is not None
        found = self._extras.get(name, which, is_telling=is_telling)
        if lost := unprintable(title_of_file(name)):  # the cover and the bookmarks call the file by it
            shown = "" if is_telling else f": {', '.join(map(described, lost[:_MOST_CHARACTERS]))}"
            problems.add(
                f"the name of the extra file {which if is_telling else quoted(name)} has characters that no font here "
                f"can print{shown}; rename the file, and write its new name here",
                "unprintable",
            )
        return found

    def _judge(self, visit: Visit, procedures: Sequence[Procedure], problems: VisitProblems) -> tuple[Conflict, ...]:
        """Report the conflicts of a visit. Returns those that were overridden."""
        found = [*conflicts(visit, procedures), *self._days.conflicts_with_earlier(visit, procedures)]
        overridden = [conflict for conflict in found if conflict.can_be_overridden and self.options.override]
        for conflict in found:
            if conflict not in overridden:
                hint = ' (to go on all the same: --override "the reason")' if conflict.can_be_overridden else ""
                problems.add(f"{conflict}{hint}", conflict.rule)
        if overridden and (told := tells_who(visit, self.options.override or "")):
            problems.add(
                f"the reason of --override holds {told}, and it is recorded where no patient data may be; "
                "write it without, and without any word that is also one of the name",
                "override",
            )
        return tuple(overridden)

    def _require_letters(self, visit: Visit, problems: VisitProblems) -> None:
        """Report names that no font can print: a box in place of a letter could hide whose paper it is."""
        for field_name, text in _printed(visit):
            if lost := unprintable(text):
                needs_font = any(instead(char) == CJK_REMEDY for char in lost)
                remedy = CJK_REMEDY if needs_font else "write it in Latin letters"
                problems.add(f"{field_name} has letters that no font here can print; {remedy}", "unprintable")

    def _report_draft(self, one: Wanted, problems: VisitProblems) -> None:
        code, language, kind = one
        problems.add(
            f"the {kind} of {code} in {language} is not approved; let a clinician run "
            f"`{self._approving(one)}`, or add --allow-drafts to print it as a draft",
            "draft",
        )

    def _approving(self, one: Wanted) -> str:
        """The command that approves a document."""
        code, language, kind = one
        spoken = "" if language == self.workspace.folder.clinic.language else f" --lang {language}"
        variant = "" if kind == "consent" else f" --variant {kind}"
        return f"consentkit approve {code}{spoken}{variant} --by NAME"


def _which(visit: Visit, number: int) -> str:
    """Which of the extra files of a visit one is, for messages that may not quote its name."""
    return f"number {number + 1} of {len(visit.extra)}"


def _clauses_called_for(visit: Visit, pack: LanguagePack) -> list[str]:
    called = {"telehealth": visit.place == "telehealth", "trainee": visit.trainee is not None}
    return [name for name, clause in pack.clauses.items() if clause.visit and called[clause.visit]]


def _printed(visit: Visit) -> list[tuple[str, str]]:
    """Every text that the visit prints, with what to call it without quoting it."""
    representative, interpreter = visit.representative, visit.interpreter
    texts = [
        ("the patient's name", visit.patient.name),
        ("the clinician's name", visit.clinician.signed),
        ("the trainee's name", visit.trainee.signed if visit.trainee else None),
        ("the supervisor's name", visit.supervisor.signed if visit.supervisor else None),
        ("the representative's name", representative.name if representative else None),
        ("the relationship", representative.relationship if representative else None),
        ("the interpreter's name", interpreter.name if interpreter else None),
        ("the interpreter's language", interpreter.language if interpreter else None),
        ("the interpreter's number", interpreter.number if interpreter else None),
        ("the witness's name", visit.witness),
    ]
    return [(name, text) for name, text in texts if text]
