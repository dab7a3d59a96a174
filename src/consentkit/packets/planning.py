"""Plans the packet of a visit: everything that it calls for is made or found, or a report says why it can't be.

Guarantees: everything that is wrong with a visit is reported at once, with the remedy and without the name of anybody;
there is no plan as long as anything speaks against it, and a visit without a plan does not count for later visits.
Documents are made only where codes, people, names and extra files are in order, and, unless drafts are allowed, each
document is approved as it is: that takes its text, but no PDF.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from consentkit.documents.document import Document
from consentkit.documents.form import form_key, get_or_make_form
from consentkit.documents.form_request import Form, FormRequest, Situation
from consentkit.documents.kept import get_or_make, key
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import EverythingOnFile, UnknownCode, WrongUse
from consentkit.library.keys import Inputs
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import Sought
from consentkit.model.identity import Identity, Layout, Variant
from consentkit.model.procedure import Procedure
from consentkit.model.visit import Visit, particular_in, title_of_file
from consentkit.model.words import LanguagePack
from consentkit.packets.due import PapersOfVisit, papers_of
from consentkit.packets.known_papers import require_known_papers
from consentkit.packets.pairing import Conflict, DayBook, conflicts
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.plan import PacketOptions, PacketPlan, which_extra
from consentkit.packets.recent import Recent
from consentkit.packets.requested import RequestedPapers, requests_form, situation_of
from consentkit.packets.visit_problems import UnknownCodeOfVisit, VisitProblems
from consentkit.packets.wording import wording_of
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
OVERRIDE_HINT = ' (to continue anyway: --override "the reason")'
"""The end of a message about a conflict that may be overridden."""
_MOST_CHARACTERS = 5
"""Characters of a name that a message lists."""


@dataclass(frozen=True)
class _VisitInPlanning:
    """One visit while it is planned, with the clinic's files as they are then."""

    visit: Visit
    problems: VisitProblems
    inputs: Inputs
    options: PacketOptions
    places: Sequence[Place] = ()
    """The line and the column of each of its codes, where they are known."""


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

    def apart(self) -> Planner:
        """Another planner, which knows what this one has made and read, and nothing of its visits."""
        other = copy.copy(self)
        other._days = DayBook()
        return other

    def plan(
        self,
        visit: Visit,
        file: str,
        row: int | None = None,
        places: Sequence[Place] = (),
        inputs: Inputs | None = None,
        options: PacketOptions | None = None,
    ) -> PacketPlan:
        """Plan a packet. Raises InvalidInput with everything that speaks against it, or what a document raises.

        Raises EverythingOnFile for a visit without a packet that counts for later ones all the same.

        `file`, `row` and `places`, the line and the column of each code, are for messages. `inputs` has the clinic's
        files as they are to be used, `options` how this packet is made, where that differs from the others of the run.
        """
        problems = VisitProblems(file, row, visit.visit)
        options = options or self.options
        one = _VisitInPlanning(visit, problems, inputs or self.workspace.inputs(Snapshot()), options, places)
        clinic = self.workspace.folder.clinic
        packs = self._packs(one)
        procedures = self._procedures(one)
        overridden = self._judge(one, procedures)
        _require_letters(one)
        extras = [extra for number in range(len(visit.extra)) if (extra := problems.try_to(self._extra, one, number))]
        problems.require_none()
        layout = Layout(clinic.paper, visit.large_print, options.fillable)
        situation = situation_of(visit)
        papers = problems.try_to(self._papers, one, procedures, packs[0])
        problems.require_none()
        requested = RequestedPapers.of(
            visit, self._kinds(visit), procedures, [one.language for one in packs], papers or PapersOfVisit()
        )
        _require_papers(one, requested, procedures)
        form, documents = self._made(one, requested, situation, layout)
        problems.require_none()
        self._days.remember(visit, procedures)
        _require_anything(one, requested, procedures)
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
            duplex=options.duplex,
        )

    def _made(
        self, one: _VisitInPlanning, requested: RequestedPapers, situation: Situation, layout: Layout
    ) -> tuple[Form | None, list[Document]]:
        """The form, if there is one, and the documents, each of them approved unless drafts are allowed."""
        problems = one.problems
        problems.require_none()
        if not one.options.allow_drafts:
            for identity in requested.to_approve:  # before the first one is made, which takes a hundred times as long
                problems.try_to(self._require_approved, one, identity, layout)
            problems.require_none()
        has_form = requested.codes_to_sign or requested.has_only_lines
        form = problems.try_to(self._form, one, requested, situation, layout) if has_form else None
        made = (
            problems.try_to(self._document, one, identity, layout, _signers_of(identity, requested, situation))
            for identity in requested.documents
        )
        return form, [document for document in made if document]

    def pass_over(self, visit: Visit) -> None:
        """Let a visit that gets no packet now count for later ones of its day, unless something speaks against it."""
        problems = VisitProblems("", None, visit.visit)
        one = _VisitInPlanning(visit, problems, self.workspace.inputs(Snapshot()), self.options)
        procedures = self._procedures(one)
        self._judge(one, procedures)
        if problems.problems or problems.failures:
            self._days.forget(visit)
        else:
            self._days.remember(visit, procedures)

    def forget(self, visit: Visit) -> None:
        """Let a visit count for no other one, since it is refused, whatever it was before."""
        self._days.forget(visit)

    def _packs(self, one: _VisitInPlanning) -> list[LanguagePack]:
        """The words of each language of a visit, the patient's first."""
        languages = dict.fromkeys([one.visit.language or self.workspace.folder.clinic.language, *one.visit.also_in])
        return [pack for language in languages if (pack := one.problems.try_to(self._pack, one, language))]

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

    def _kinds(self, visit: Visit) -> Sequence[Variant]:
        return visit.documents or self.workspace.folder.clinic.packet.documents

    def _papers(self, one: _VisitInPlanning, procedures: Sequence[Procedure], pack: LanguagePack) -> PapersOfVisit:
        """The papers of a visit that are not about one procedure. One that nobody has is reported."""
        visit, listed = one.visit, self._parsed.papers(one.inputs)
        with_due = requests_form(self._kinds(visit))
        require_known_papers(visit, procedures if with_due else (), listed, one.problems)
        never_due = self.workspace.folder.clinic.packet.without_papers
        return papers_of(visit, procedures, listed, with_due=with_due, never_due=never_due, pack=pack)

    def _require_approved(self, one: _VisitInPlanning, identity: Identity, layout: Layout) -> None:
        """Report a document that is a draft."""

        def is_approved() -> bool:
            code, language, variant = identity.code, identity.language, identity.variant
            return self.workspace.is_approved(code, layout, language=language, variant=variant, inputs=one.inputs)

        if not self._approved.get(key(self._find(identity, layout), one.inputs), is_approved):
            self._report_draft(one, identity)

    def _document(
        self, one: _VisitInPlanning, identity: Identity, layout: Layout, signers: tuple[str, ...] | None
    ) -> Document:
        sought = replace(self._find(identity, layout), signers=signers)
        own_key = key(sought, one.inputs)
        document = self._documents.find(own_key)
        if document is None:
            made = get_or_make(self.workspace, sought, one.inputs)
            document = made.document
            if made.digests:  # else a file was edited meanwhile, and it is not certain what it was made from
                self._documents.put(own_key, document)
        if not document.is_approved and not one.options.allow_drafts:  # edited after it was asked
            self._report_draft(one, identity)
        return document

    def _form(self, one: _VisitInPlanning, requested: RequestedPapers, situation: Situation, layout: Layout) -> Form:
        request = FormRequest(
            requested.codes_on_file if requested.has_only_lines else requested.codes_to_sign,
            requested.languages_of_form,
            situation,
            layout,
            on_file=requested.codes_on_file,
            covered=requested.codes_covered,
            on_papers=requested.papers.clauses,
            only_lines=requested.has_only_lines,
        )
        own_key = form_key(self.workspace, request, one.inputs)
        form = self._forms.find(own_key)
        if form is None:
            form = get_or_make_form(self.workspace, request, one.inputs)
            if self.workspace.is_current(one.inputs):
                self._forms.put(own_key, form)
        if not one.options.allow_drafts:  # edited after it was asked
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
        name, which = visit.extra[number], which_extra(visit, number)
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
        overridden = [conflict for conflict in all_conflicts if conflict.can_be_overridden and one.options.override]
        for conflict in all_conflicts:
            if conflict not in overridden:
                hint = OVERRIDE_HINT if conflict.can_be_overridden else ""
                problems.add(f"{conflict}{hint}", conflict.rule)
        if overridden and (particular := particular_in(visit, one.options.override or "")):
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
        options += "" if variant in ("consent", "paper") else f" --variant {variant}"
        what = f"the paper {code}" if variant == "paper" else f"the {variant} of {code}"
        one.problems.add(
            f"{what} in {language} is not approved; let a clinician run "
            f"`consentkit approve {code}{options} --by NAME`, or add --allow-drafts to print it as a draft",
            "draft",
        )


def _signers_of(identity: Identity, requested: RequestedPapers, situation: Situation) -> tuple[str, ...] | None:
    """Who signs a document in a packet: a paper that is signed has a place for each who signs at the visit.

    In other languages than the patient's it has none, since nobody signs two texts. None for all that is no such paper.
    """
    if identity.variant != "paper" or identity.code not in requested.papers.to_sign:
        return None
    return situation.signers if identity.language == requested.languages[0] else ()


def _require_papers(one: _VisitInPlanning, requested: RequestedPapers, procedures: Sequence[Procedure]) -> None:
    """Report what a visit itself requests in `documents` and no procedure has, and a packet of nothing but a cover."""
    visit = one.visit
    codes = listed([procedure.code for procedure in procedures])
    whose = "`documents`" if visit.documents else "the clinic's `packet:`"
    if "plan" in (visit.documents or ()) and not any(procedure.plan for procedure in procedures):
        one.problems.add(
            f"`documents` requests a plan, and no procedure of this visit has one ({codes}); take `plan` out of "
            "`documents`, or write `plan: crisis` in the file of a procedure",
            "no-plan",
        )
    elif _is_empty(visit, requested) and not _is_on_file(visit, requested, procedures):
        on_file = [code for code in visit.on_file if any(one.code == code for one in procedures)]
        if on_file:
            why = f"the consent to {listed(on_file)} is on file; take a code out of `on_file`"
        else:
            why = f"no procedure of this visit has such a paper ({codes}); add `consent`"
        also = "add `information` to `documents`" if on_file else "`information` to `documents`"
        one.problems.add(
            f"nothing of what {whose} requests is left for this visit: {why}, or {also}, or print no packet for it",
            "no-papers",
        )


def _require_anything(one: _VisitInPlanning, requested: RequestedPapers, procedures: Sequence[Procedure]) -> None:
    """Raise EverythingOnFile for a visit that requests nothing by itself, and needs nothing more to be signed."""
    if _is_empty(one.visit, requested) and _is_on_file(one.visit, requested, procedures):
        raise EverythingOnFile(requested.codes_on_file)


def _is_empty(visit: Visit, requested: RequestedPapers) -> bool:
    """Whether there would be nothing in the packet but its cover."""
    return not (requested.codes_to_sign or requested.has_only_lines or requested.documents or visit.extra)


def _is_on_file(visit: Visit, requested: RequestedPapers, procedures: Sequence[Procedure]) -> bool:
    """Whether a visit that requests nothing by itself has the consent to all that it is for on file."""
    covered = (one for one in procedures if one.is_covered_beside(visit.procedures))
    to_consent = {one.code for one in procedures} - {one.code for one in covered}
    return not visit.documents and bool(to_consent) and to_consent == set(requested.codes_on_file)


def _require_letters(one: _VisitInPlanning) -> None:
    """Report names that no font can print: a box instead of a letter could hide whose paper it is."""
    for field_name, text in _printed_texts(one.visit):
        if lost := unprintable(text):
            needs_font = any(remedy_for(char) == CJK_REMEDY for char in lost)
            remedy = CJK_REMEDY if needs_font else "write it in Latin letters"
            one.problems.add(f"{field_name} has letters that no font here can print; {remedy}", "unprintable")


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
