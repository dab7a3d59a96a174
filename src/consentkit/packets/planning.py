"""Plans the packet of a visit: everything that it calls for is made or found, or a report says why it can't be.

Guarantees: everything that is wrong with a visit is reported at once, with the remedy and without the name of anybody;
there is no plan as long as anything speaks against it, and a visit without a plan does not count for later visits.
Documents are made only where codes, people, names and extra files are in order, and, unless drafts are allowed, each
document is approved as it is: that takes its text, but no PDF.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from consentkit.documents.document import Document
from consentkit.documents.form import form_key, get_or_make_form
from consentkit.documents.form_request import Form, FormRequest, Situation
from consentkit.documents.kept import get_or_make, key
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, UnknownCode, WrongUse
from consentkit.library.keys import Inputs
from consentkit.library.sought import Sought
from consentkit.model.identity import Identity, Layout, Variant, kind_of_name
from consentkit.model.procedure import Procedure
from consentkit.model.visit import Visit, particular_in
from consentkit.model.words import LanguagePack
from consentkit.packets.due import PapersOfVisit, papers_of
from consentkit.packets.known_papers import require_known_papers
from consentkit.packets.pairing import Conflict, DayBook, conflicts, has_one_in_two_roles
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.plan import PacketOptions, PacketPlan, papers_in_number
from consentkit.packets.printable_names import has_all_letters, require_letters
from consentkit.packets.requested import JudgedVisit, RequestedPapers, requests_form, situation_of
from consentkit.packets.something_to_print import require_anything, require_papers
from consentkit.packets.visit_kinds import KnownKinds, PapersOfKind, kind_of
from consentkit.packets.visit_problems import UnknownCodeOfVisit, VisitProblems
from consentkit.problems import Problem, listed
from consentkit.recent import Recent

if TYPE_CHECKING:
    from consentkit.packets.extras import Extras
    from consentkit.pdf.foreign.intake import ForeignPdf

Place: TypeAlias = tuple[int | None, int | None]
"""A line and a column, as far as they are known."""

_MOST_DOCUMENTS = 1024
"""Documents that are kept for the next visits of a run: far more than a clinic has on one day. Bytes decide."""
_MOST_FORMS = 1024
"""Forms that are kept for them."""
_MOST_BYTES = 64 * 1024 * 1024
"""Bytes of the documents, and of the forms, that are kept for them."""
OVERRIDE_HINT = ' (to continue anyway: --override "the reason")'
"""The end of a message about a conflict that may be overridden."""


@dataclass(frozen=True, eq=False)
class _VisitInPlanning:
    """One visit while it is planned, with the clinic's files as they are then."""

    visit: Visit
    problems: VisitProblems
    inputs: Inputs
    options: PacketOptions
    places: Sequence[Place] = ()
    """The line and the column of each of its codes, where they are known."""
    is_for_papers: bool = True
    """Whether papers are made for it; else everything that may be overridden counts as if it was."""
    overridden: list[Conflict] = field(default_factory=list)
    """What speaks against it, but was overridden."""


@dataclass(eq=False, repr=False)
class Planner:
    """Plans the packets of a run. A file is read and parsed again for a visit only if it has changed."""

    workspace: OpenWorkspace
    options: PacketOptions
    parsed: ParsedFiles | None = None
    """What has been parsed for other steps of the run, if that is shared."""
    _documents: Recent[str, Document] = field(
        default_factory=lambda: Recent(_MOST_DOCUMENTS, _MOST_BYTES, lambda _, document: len(document.part.pdf))
    )
    _forms: Recent[str, Form] = field(
        default_factory=lambda: Recent(_MOST_FORMS, _MOST_BYTES, lambda _, form: len(form.part.pdf))
    )
    _approved: Recent[str, bool] = field(default_factory=lambda: Recent(_MOST_DOCUMENTS))
    _readable: Recent[str, bool] = field(default_factory=lambda: Recent(_MOST_DOCUMENTS))
    _known: KnownKinds = field(default_factory=KnownKinds)
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
        one = self._begin(visit, file, row, places, inputs, options or self.options)
        kind = kind_of(visit)
        known = self._known.of(kind, one.options)
        if known and not self._is_clear(one, known.papers):
            known = None
        with self._parsed.recalled(visit, one.inputs, known.since if known else None):
            if known and known.since is one.inputs.derived.since:
                self._days.remember(visit, known.papers.procedures)
                return known.papers.plan(visit, one.options)
            plan, papers = self._plan(one)
        if papers:  # only now is it known whether a change of the files would be noticed
            self._known.keep(kind, one.options, one.inputs, papers)
        return plan

    def _is_clear(self, one: _VisitInPlanning, known: PapersOfKind) -> bool:
        """Whether nothing speaks against a visit, by whose kind nothing does: by names, and other visits of the day."""
        visit = one.visit
        is_clear = has_all_letters(visit) and not has_one_in_two_roles(visit)
        return is_clear and not self._days.conflicts_with_earlier(visit, known.procedures)

    def _plan(self, one: _VisitInPlanning) -> tuple[PacketPlan, PapersOfKind | None]:
        """The plan of a visit, and what others of its kind get, if they get the same."""
        visit, problems, clinic = one.visit, one.problems, self.workspace.folder.clinic
        asked = self._judged(one)
        layout = Layout(clinic.paper, visit.large_print, one.options.fillable)
        situation = situation_of(visit)
        form, documents = self._made(one, asked.requested, situation, layout)
        problems.require_none()
        self._days.remember(visit, asked.procedures)
        require_anything(visit, asked.requested, asked.procedures)
        own = self._parsed.pack(clinic.language, one.inputs)
        papers = PapersOfKind(own, asked.packs, asked.procedures, form, tuple(documents), situation, layout)
        plan = papers.plan(visit, one.options, asked.extras, one.overridden)
        if one.overridden or asked.extras or not all(map(self._is_known, visit.on_file)):
            return plan, None
        self._parsed.words(one.inputs)
        return plan, papers._replace(numbered=papers_in_number(plan))

    def _is_known(self, name: str) -> bool:
        """Whether something is on file that there is: anything else may be a record number in the wrong cell."""
        return kind_of_name(name) == "paper" or self.workspace.library.has(name)

    def objections(
        self, visit: Visit, file: str, row: int | None, places: Sequence[Place], inputs: Inputs
    ) -> list[Problem]:
        """What `plan` would refuse a visit for, and as warnings what may be overridden. No document is made.

        That a text is still a draft is not among it. The visit counts for later ones as if it had been planned.
        """
        one = replace(self._begin(visit, file, row, places, inputs, self.options), is_for_papers=False)
        problems = one.problems
        with suppress(ConsentkitError):  # each is among the problems
            asked = self._judged(one)
            for identity in asked.requested.to_approve:
                problems.try_to(self._require_text, one, identity)
            problems.require_none()
            self._days.remember(visit, asked.procedures)
        refused = problems.every_problem()
        if refused:
            self._days.forget(visit)
        return [*refused, *(problems.problem_of(conflict, conflict.rule, "warning") for conflict in one.overridden)]

    def _begin(
        self,
        visit: Visit,
        file: str,
        row: int | None,
        places: Sequence[Place],
        inputs: Inputs | None,
        options: PacketOptions,
    ) -> _VisitInPlanning:
        problems = VisitProblems(file, row, visit.visit)
        return _VisitInPlanning(visit, problems, inputs or self._parsed.inputs(), options, places)

    def _judged(self, one: _VisitInPlanning) -> JudgedVisit:
        """What a visit calls for. Raises InvalidInput, or the one failure, with what speaks against it."""
        visit, problems = one.visit, one.problems
        packs = self._packs(one)
        procedures = self._procedures(one)
        one.overridden.extend(self._judge(one, procedures))
        require_letters(visit, problems)
        extras = [extra for number in range(len(visit.extra)) if (extra := problems.try_to(self._extra, one, number))]
        papers = problems.try_to(self._papers, one, procedures, packs[0]) if packs else None
        problems.require_none()
        requested = RequestedPapers.of(
            visit, self._kinds(visit), procedures, [pack.language for pack in packs], papers or PapersOfVisit()
        )
        require_papers(visit, requested, procedures, problems)
        problems.require_none()
        return JudgedVisit(packs, procedures, extras, requested)

    def _made(
        self, one: _VisitInPlanning, requested: RequestedPapers, situation: Situation, layout: Layout
    ) -> tuple[Form | None, list[Document]]:
        """The form, if there is one, and the documents, each of them approved unless drafts are allowed."""
        problems = one.problems
        if not one.options.allow_drafts:
            for identity in requested.to_approve:  # before the first one is made, which takes a hundred times as long
                problems.try_to(self._require_approved, one, identity, layout)
            problems.require_none()
        has_form = requested.codes_to_sign or requested.has_only_lines
        form = problems.try_to(self._form, one, requested, situation, layout) if has_form else None
        made = (
            problems.try_to(self._document, one, identity, layout, requested.signers_of(identity, situation))
            for identity in requested.documents
        )
        return form, [document for document in made if document]

    def pass_over(self, visit: Visit) -> None:
        """Let a visit that gets no packet now count for later ones of its day, unless something speaks against it."""
        problems = VisitProblems("", None, visit.visit)
        one = _VisitInPlanning(visit, problems, self._parsed.inputs(), self.options)
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

    def _require_text(self, one: _VisitInPlanning, identity: Identity) -> None:
        """Raise what keeps a text from being a document: it has mistakes, or there is none in the language."""
        visit, code, language, variant = one.visit, identity.code, identity.language, identity.variant

        def is_readable() -> bool:
            self.workspace.content(code, language=language, variant=variant, snapshot=one.inputs.snapshot)
            return True

        own_key = key(self._find(one, identity, Layout(self.workspace.folder.clinic.paper)), one.inputs)
        try:
            self._readable.get(own_key, is_readable)
        except WrongUse as error:
            if particular_in(visit, language):
                raise WrongUse(f"{code} has no translation into a language of this visit") from error
            raise

    def _require_approved(self, one: _VisitInPlanning, identity: Identity, layout: Layout) -> None:
        """Report a document that is a draft."""

        def is_approved() -> bool:
            code, language, variant = identity.code, identity.language, identity.variant
            return self.workspace.is_approved(code, layout, language=language, variant=variant, inputs=one.inputs)

        if not self._approved.get(key(self._find(one, identity, layout), one.inputs), is_approved):
            self._report_draft(one, identity)

    def _document(
        self, one: _VisitInPlanning, identity: Identity, layout: Layout, signers: tuple[str, ...] | None
    ) -> Document:
        sought = self._find(one, identity, layout)._replace(signers=signers)
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

    def _find(self, one: _VisitInPlanning, identity: Identity, layout: Layout) -> Sought:
        code, language, variant = identity.code, identity.language, identity.variant
        return one.inputs.once(
            (identity, layout), lambda: self.workspace.find(code, layout, language=language, variant=variant)
        )

    def _extra(self, one: _VisitInPlanning, number: int) -> ForeignPdf:
        from consentkit.packets.extras import Extras  # which most visits need not wait for

        self._extras = self._extras or Extras(self.workspace, self.workspace.folder.clinic.paper)
        return self._extras.of_visit(one.visit, number, one.problems)

    def _judge(self, one: _VisitInPlanning, procedures: Sequence[Procedure]) -> tuple[Conflict, ...]:
        """Report the conflicts of a visit. Returns those that were overridden."""
        visit, problems = one.visit, one.problems
        all_conflicts = [*conflicts(visit, procedures), *self._days.conflicts_with_earlier(visit, procedures)]
        may_override = one.options.override or not one.is_for_papers
        overridden = [conflict for conflict in all_conflicts if conflict.can_be_overridden and may_override]
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
