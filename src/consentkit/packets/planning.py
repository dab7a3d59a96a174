"""What a visit calls for: one form to sign, which documents, in which languages; or why there can be no packet.

Guarantees: everything that is wrong with a visit is reported at once, with the remedy and without the name of anybody;
there is no plan as long as anything speaks against it, and a visit without a plan does not count for later visits.
Documents are made only where codes, people, names and extra files are in order, and, unless drafts are allowed, each
document is approved as it is: that takes its text, but no PDF.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from consentkit.documents.document import Document
from consentkit.documents.form import Situation, form_key, get_or_make_form
from consentkit.documents.form_request import Form, FormRequest
from consentkit.documents.kept import get_or_make, key
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import UnknownCode, WrongUse
from consentkit.library.keys import Inputs
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import Sought
from consentkit.model.identity import Identity, Layout, Variant
from consentkit.model.procedure import Procedure
from consentkit.model.visit import ASSENT_AGE, Visit, particular_in, title_of_file
from consentkit.model.words import LanguagePack
from consentkit.packets.pairing import Conflict, DayBook, conflicts
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.recent import Recent
from consentkit.packets.visit_problems import UnknownCodeOfVisit, VisitProblems, named_visit
from consentkit.packets.wording import Wording, wording_of
from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.fonts.font_files import CJK_REMEDY
from consentkit.pdf.fonts.substitutes import described, remedy_for
from consentkit.problems import Problem, listed, quoted

if TYPE_CHECKING:
    from consentkit.packets.extras import Extras
    from consentkit.pdf.foreign.intake import ForeignPdf

Place: TypeAlias = tuple[int | None, int | None]
"""A line and a column, as far as they are known."""

_MOST_DOCUMENTS = 128
"""Documents that are kept for the next visits of a run."""
_MOST_FORMS = 64
"""Forms that are kept for the next visits of a run."""
_MOST_CHARACTERS = 5
"""Characters of a name that a message lists."""
_LANGUAGES_OF_FORM = 2
"""Languages in which a form is printed at most; information papers are there in each language of a visit."""


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
    wording: Wording
    """What it says in words, in each of its languages."""
    duplex: bool = False
    """Whether each paper starts on a fresh sheet when both sides are printed."""

    def __repr__(self) -> str:
        return f"<PacketPlan of {named_visit(self.visit.visit)}>"

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
        return f"extra file {_which(self.visit, number)} of {named_visit(self.visit.visit)}"

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
            "documents": [f"{document.variant} {document.content_hash}" for document in self.documents],
            "form": self._form_parts(),
            "extras": [hashlib.sha256(extra.pdf).hexdigest() for extra in self.extras],
            "layout": [layout.paper, layout.large_print, layout.fillable, self.duplex],
        }
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()
        return base64.b32encode(digest)[:10].decode()

    def _form_parts(self) -> list[object]:
        if self.form is None:
            return []
        texts = [[text.code, text.language, text.content_hash] for text in self.form.texts]
        return [texts, list(self.form.languages), asdict(self.situation), list(self.visit.on_file)]


@dataclass(frozen=True)
class _VisitInPlanning:
    """One visit while it is planned, with the clinic's files as they are then."""

    visit: Visit
    problems: VisitProblems
    inputs: Inputs
    places: Sequence[Place] = ()
    """The line and the column of each of its codes, where they are known."""


@dataclass(frozen=True)
class _Requested:
    """Which papers a visit requests: what is to sign, and the documents beside it."""

    languages: tuple[str, ...]
    codes_to_sign: tuple[str, ...]
    """The procedures of the form; none where there is nothing to sign."""
    codes_on_file: tuple[str, ...]
    """Those that are not on it, since their consent is on file."""
    documents: tuple[Identity, ...]

    @staticmethod
    def of(
        visit: Visit, kinds: Sequence[Variant], procedures: Sequence[Procedure], languages: Sequence[str]
    ) -> _Requested:
        """What a visit requests by its kinds of documents. `languages` has the patient's first."""
        has_form = not {"consent", "form"}.isdisjoint(kinds)
        offered = [one for one in procedures if not one.is_covered_beside(visit.procedures)]
        every = [one.code for one in offered]
        to_sign = tuple(code for code in every if code not in visit.on_file) if has_form else ()
        on_file = tuple(code for code in every if code in visit.on_file)
        to_read = every if "information" in kinds else to_sign if "consent" in kinds else ()
        to_refuse = every if "refusal" in kinds else ()
        to_plan = [one.code for one in offered if one.plan][:1] if has_form or "plan" in kinds else ()
        in_order: list[tuple[Variant, Sequence[str], Sequence[str]]] = [
            ("refusal", to_refuse, languages),
            ("plan", to_plan, languages[:1]),
            ("information", to_read, languages),
        ]
        documents = [
            Identity(code, language, variant)
            for variant, codes, languages_of_kind in in_order
            for code in codes
            for language in languages_of_kind
        ]
        return _Requested(tuple(languages), to_sign, on_file, tuple(documents))

    @property
    def to_approve(self) -> list[Identity]:
        """The documents whose approvals count, each once."""
        of_form = (
            Identity(code, language, "consent") for code in self.codes_to_sign for language in self.languages_of_form
        )
        return list(dict.fromkeys((*of_form, *(identity.approved_as for identity in self.documents))))

    @property
    def languages_of_form(self) -> tuple[str, ...]:
        """The languages in which the form is printed."""
        return self.languages[:_LANGUAGES_OF_FORM]


@dataclass
class Planner:
    """Plans the packets of a run. Every file is read once for each visit, and parsed again only if it has changed."""

    workspace: OpenWorkspace
    options: PacketOptions
    parsed: ParsedFiles | None = None
    """What has been parsed for other steps of the run, if that is shared."""
    _documents: Recent[str, Document] = field(default_factory=lambda: Recent(_MOST_DOCUMENTS))
    _forms: Recent[str, Form] = field(default_factory=lambda: Recent(_MOST_FORMS))
    _approved: Recent[str, bool] = field(default_factory=lambda: Recent(_MOST_DOCUMENTS))
    _extras: Extras | None = None
    _days: DayBook = field(default_factory=DayBook)
    _parsed: ParsedFiles = field(init=False)

    def __post_init__(self) -> None:
        self._parsed = self.parsed or ParsedFiles(self.workspace)

    def plan(
        self,
        visit: Visit,
        file: str,
        row: int | None = None,
        places: Sequence[Place] = (),
        inputs: Inputs | None = None,
    ) -> PacketPlan:
        """Plan a packet. Raises InvalidInput with everything that speaks against it, or what a document raises.

        `file`, `row` and `places`, the line and the column of each code, are for messages. `inputs` has the clinic's
        files as they are to be used.
        """
        problems = VisitProblems(file, row, visit.visit)
        one = _VisitInPlanning(visit, problems, inputs or self.workspace.inputs(Snapshot()), places)
        clinic = self.workspace.folder.clinic
        languages = dict.fromkeys([visit.language or clinic.language, *visit.also_in])
        packs = [pack for language in languages if (pack := problems.try_to(self._pack, one, language))]
        procedures = self._procedures(one)
        overridden = self._judge(one, procedures)
        _require_letters(one)
        extras = [extra for number in range(len(visit.extra)) if (extra := problems.try_to(self._extra, one, number))]
        problems.require_none()
        layout = Layout(clinic.paper, visit.large_print, self.options.fillable)
        situation = _situation(visit)
        requested = _Requested.of(
            visit, visit.documents or clinic.packet.documents, procedures, [one.language for one in packs]
        )
        if not self.options.allow_drafts:
            for identity in requested.to_approve:  # before the first one is made, which takes a hundred times as long
                problems.try_to(self._require_approved, one, identity, layout)
            problems.require_none()
        form = problems.try_to(self._form, one, requested, situation, layout) if requested.codes_to_sign else None
        documents = [
            document
            for identity in requested.documents
            if (document := problems.try_to(self._document, one, identity, layout))
        ]
        problems.require_none()
        self._days.remember(visit, procedures)
        return PacketPlan(
            visit=visit,
            pack=packs[0],
            form=form,
            documents=tuple(documents),
            situation=situation,
            extras=tuple(extras),
            overridden=overridden,
            layout=layout,
            wording=wording_of(visit, self._parsed.pack(clinic.language, one.inputs), packs),
            duplex=self.options.duplex,
        )

    def pass_over(self, visit: Visit) -> None:
        """Let a visit that gets no packet now count for later ones of its day, unless something speaks against it."""
        problems = VisitProblems("", None, visit.visit)
        one = _VisitInPlanning(visit, problems, self.workspace.inputs(Snapshot()))
        procedures = self._procedures(one)
        self._judge(one, procedures)
        if problems.problems or problems.failures:
            self._days.forget(visit)
        else:
            self._days.remember(visit, procedures)

    def forget(self, visit: Visit) -> None:
        """Let a visit count for no other one, since it is refused, whatever it was before."""
        self._days.forget(visit)

    def _pack(self, one: _VisitInPlanning, language: str) -> LanguagePack:
        try:
            return self._parsed.pack(language, one.inputs)
        except WrongUse as error:
            message: object = error
            if particular_in(one.visit, language):
                there_is = listed(self.workspace.languages())
                message = f"there is no language pack for a language of this visit; there is {there_is}"
            raise WrongUse(f"{message}; choose one of these, and let an interpreter help with it") from error

    def _procedures(self, one: _VisitInPlanning) -> list[Procedure]:
        """The procedures of a visit, each once, in the order of their codes there."""
        numbers = {code: number for number, code in reversed(list(enumerate(one.visit.procedures)))}
        return [
            procedure
            for number in sorted(numbers.values())
            if (procedure := one.problems.try_to(self._procedure, one, number))
        ]

    def _procedure(self, one: _VisitInPlanning, number: int) -> Procedure:
        visit, problems = one.visit, one.problems
        code = visit.procedures[number]
        try:
            return self._parsed.procedure(code, one.inputs)
        except UnknownCode:
            line, column = one.places[number] if number < len(one.places) else (problems.row, None)
            what = "a code" if particular_in(visit, code) else f"the code `{code}`"
            message = (
                f"`procedures` contains {what}, number {number + 1} of {len(visit.procedures)}, that no procedure has; "
                "`consentkit list` shows all codes"
            )
            raise UnknownCodeOfVisit(Problem(problems.file, line, column, problems.field, message)) from None

    def _require_approved(self, one: _VisitInPlanning, identity: Identity, layout: Layout) -> None:
        """Report a document that is a draft."""

        def is_approved() -> bool:
            code, language, variant = identity.code, identity.language, identity.variant
            return self.workspace.is_approved(code, layout, language=language, variant=variant, inputs=one.inputs)

        if not self._approved.get(key(self._find(identity, layout), one.inputs), is_approved):
            self._report_draft(one, identity)

    def _document(self, one: _VisitInPlanning, identity: Identity, layout: Layout) -> Document:
        sought = self._find(identity, layout)
        own_key = key(sought, one.inputs)
        document = self._documents.find(own_key)
        if document is None:
            made = get_or_make(self.workspace, sought, one.inputs)
            document = made.document
            if made.digests:  # else a file was edited meanwhile, and it is not certain what it was made from
                self._documents.put(own_key, document)
        if not document.is_approved and not self.options.allow_drafts:  # edited after it was asked
            self._report_draft(one, identity)
        return document

    def _form(self, one: _VisitInPlanning, requested: _Requested, situation: Situation, layout: Layout) -> Form:
        request = FormRequest(
            requested.codes_to_sign, requested.languages_of_form, situation, layout, requested.codes_on_file
        )
        own_key = form_key(self.workspace, request, one.inputs)
        form = self._forms.find(own_key)
        if form is None:
            form = get_or_make_form(self.workspace, request, one.inputs)
            if self.workspace.is_current(one.inputs):
                self._forms.put(own_key, form)
        if not self.options.allow_drafts:  # edited after it was asked
            for text in form.texts:
                if text.approved_edition is None:
                    self._report_draft(one, Identity(text.code, text.language, "consent"))
        return form

    def _find(self, identity: Identity, layout: Layout) -> Sought:
        return self.workspace.find(identity.code, layout, language=identity.language, variant=identity.variant)

    def _extra(self, one: _VisitInPlanning, number: int) -> ForeignPdf:
        from consentkit.packets.extras import Extras  # which most visits need not wait for

        visit = one.visit
        self._extras = self._extras or Extras(self.workspace, self.workspace.folder.clinic.paper)
        name, which = visit.extra[number], _which(visit, number)
        is_revealing = particular_in(visit, name) is not None
        extra = self._extras.get(name, which, is_revealing=is_revealing)
        if lost := unprintable(title_of_file(name)):  # the cover and the bookmarks call the file by it
            shown = "" if is_revealing else f": {', '.join(map(described, lost[:_MOST_CHARACTERS]))}"
            one.problems.add(
                f"the name of the extra file {which if is_revealing else quoted(name)} has characters that no font "
                f"here can print{shown}; rename the file, and write its new name here",
                "unprintable",
            )
        return extra

    def _judge(self, one: _VisitInPlanning, procedures: Sequence[Procedure]) -> tuple[Conflict, ...]:
        """Report the conflicts of a visit. Returns those that were overridden."""
        visit, problems = one.visit, one.problems
        all_conflicts = [*conflicts(visit, procedures), *self._days.conflicts_with_earlier(visit, procedures)]
        overridden = [conflict for conflict in all_conflicts if conflict.can_be_overridden and self.options.override]
        for conflict in all_conflicts:
            if conflict not in overridden:
                hint = ' (to continue anyway: --override "the reason")' if conflict.can_be_overridden else ""
                problems.add(f"{conflict}{hint}", conflict.rule)
        if overridden and (particular := particular_in(visit, self.options.override or "")):
            problems.add(
                f"the reason of --override contains {particular}, and it is recorded where no patient data may be; "
                "write it without, and without any word that is also one of the name",
                "override",
            )
        return tuple(overridden)

    def _report_draft(self, one: _VisitInPlanning, identity: Identity) -> None:
        approved_as = identity.approved_as
        code, language, variant = approved_as.code, approved_as.language, approved_as.variant
        options = "" if language == self.workspace.folder.clinic.language else f" --lang {language}"
        options += "" if variant == "consent" else f" --variant {variant}"
        one.problems.add(
            f"the {variant} of {code} in {language} is not approved; let a clinician run "
            f"`consentkit approve {code}{options} --by NAME`, or add --allow-drafts to print it as a draft",
            "draft",
        )


def _require_letters(one: _VisitInPlanning) -> None:
    """Report names that no font can print: a box instead of a letter could hide whose paper it is."""
    for field_name, text in _printed_texts(one.visit):
        if lost := unprintable(text):
            needs_font = any(remedy_for(char) == CJK_REMEDY for char in lost)
            remedy = CJK_REMEDY if needs_font else "write it in Latin letters"
            one.problems.add(f"{field_name} has letters that no font here can print; {remedy}", "unprintable")


def _which(visit: Visit, number: int) -> str:
    """Which of the extra files of a visit one is, for messages that may not quote its name."""
    return f"number {number + 1} of {len(visit.extra)}"


def _situation(visit: Visit) -> Situation:
    """What a visit calls for beyond patient and clinician."""
    return Situation(
        telehealth=visit.place == "telehealth",
        trainee=visit.trainee is not None,
        represented=visit.representative is not None,
        assent=visit.representative is not None and visit.age >= ASSENT_AGE,
        interpreter=visit.interpreter is not None,
        witness=visit.witness is not None,
    )


def _clauses_called_for(situation: Situation, pack: LanguagePack) -> list[str]:
    called = {"telehealth": situation.telehealth, "trainee": situation.trainee}
    return [name for name, clause in pack.clauses.items() if clause.visit and called[clause.visit]]


def _printed_texts(visit: Visit) -> list[tuple[str, str]]:
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
