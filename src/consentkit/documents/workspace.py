"""What a clinic works with: its particulars, its library and its templates, with the shipped ones behind them.

Guarantees: whatever reads, composes or renders does it through a workspace, the command line too.
Opening a workspace reads the clinic's particulars only; each call reads the files that it needs afresh, unless the
workspace is that of one run (`for_one_run`), in which each file is read once.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from consentkit.cache.store import Store, no_store
from consentkit.documents.document import Document
from consentkit.documents.kept import get_or_make, kept, key
from consentkit.documents.translated import require_translation, translated
from consentkit.errors import UnprintableText, WrongUse
from consentkit.library.defaults import ClinicDefaults
from consentkit.library.definitions import check_definition, load_definition, load_procedure
from consentkit.library.keys import Inputs
from consentkit.library.procedures import Library
from consentkit.library.shipped_files import is_shipped
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import Sought, find, kind_of, locate, translation_of, variant_of
from consentkit.model.identity import (
    APPROVALS,
    DEFINITION_FOLDERS,
    ORIGINAL_LANGUAGE,
    PAPER_SIZES,
    PARTICULARS,
    VARIANTS,
    DefinitionKind,
    Layout,
    PaperSize,
    Variant,
    clause_file,
    complaint_of_former_variant,
)
from consentkit.problems import Problem, listed, quoted
from consentkit.reading.paths import is_there
from consentkit.resources import shipped

if TYPE_CHECKING:  # a document that is kept is found without all of these
    from consentkit.documents.making import DocumentSource
    from consentkit.documents.onlooker import Onlooker
    from consentkit.documents.page import Content, Page
    from consentkit.library.clinic import ClinicFolder
    from consentkit.model.procedure import Procedure
    from consentkit.model.translation import Definition
    from consentkit.model.words import LanguagePack

Result = TypeVar("Result")


@dataclass(frozen=True)
class OpenWorkspace:
    """A clinic folder, or none, together with what consentkit ships."""

    opened: ClinicFolder | ClinicDefaults
    """The clinic's folder, or only its defaults, where these are known from an earlier run."""
    library: Library
    templates: tuple[Path, ...]
    store: Store = field(default_factory=no_store)
    """Where finished documents are kept."""

    particulars: str = ""
    """The digest of the particulars when they were read, where they have been."""
    snapshot: Snapshot | None = None
    """The files of the one run that it is for; without one, each call reads what it needs afresh."""
    onlooker: Onlooker | None = None
    """Sees each document that is made before it is finished; none that is made with a clinic's own templates."""

    def for_one_run(self, snapshot: Snapshot | None = None) -> OpenWorkspace:
        """The same for one run, call or visit: each file that it needs is read once, as it is then.

        The particulars are those of this workspace, where it has read them.
        """
        return replace(self, snapshot=snapshot or Snapshot())

    @cached_property
    def folder(self) -> ClinicFolder:
        """The clinic's folder with its particulars."""
        return self._loaded[0]

    @cached_property
    def _loaded(self) -> tuple[ClinicFolder, str]:
        """The particulars, and their digest from just before they were read."""
        if not isinstance(self.opened, ClinicDefaults):
            return self.opened, self.particulars
        from consentkit.library.clinic import load_clinic

        snapshot = self._files()
        digest = self.inputs(snapshot).particulars_digest()
        return load_clinic(self.opened.path, snapshot, self.store), digest

    def is_current(self, inputs: Inputs) -> bool:
        """Whether the particulars that documents are made with are still those of the file.

        A workspace reads them once. What is made after they were edited must not be kept under the key of the new ones.
        """
        return self._loaded[1] == inputs.particulars_digest()

    @property
    def default_language(self) -> str:
        """The language that is used unless another is requested."""
        return self.opened.language if isinstance(self.opened, ClinicDefaults) else self.opened.clinic.language

    @property
    def default_paper(self) -> PaperSize:
        """The paper size that is used unless another is requested."""
        return self.opened.paper if isinstance(self.opened, ClinicDefaults) else self.opened.clinic.paper

    @property
    def keeps_journal(self) -> bool:
        """Whether the clinic keeps a journal."""
        opened = self.opened
        return opened.keeps_journal if isinstance(opened, ClinicDefaults) else opened.clinic.journal is not None

    def languages(self) -> list[str]:
        """The languages in which documents can be made."""
        from consentkit.library.languages import languages

        return languages(self.templates)

    def language(self, language: str | None = None, snapshot: Snapshot | None = None) -> LanguagePack:
        """The language pack that is requested, or that of the clinic, with the clinic's own clauses."""
        from consentkit.library.languages import load_language, with_clauses_of

        files, folder = self._files(snapshot), self.opened.path
        pack = load_language(self.templates, language or self.default_language, files)
        return with_clauses_of(pack, folder, files) if folder else pack

    def procedure(
        self, code_or_path: str | Path, pack: LanguagePack | None = None, snapshot: Snapshot | None = None
    ) -> Procedure:
        """Load a procedure by its code, or by the path of its file. A pack must have every clause that it names."""
        known = pack.clauses if pack else None
        path, files = self.locate(code_or_path), self._files(snapshot)
        return load_procedure(path, known_clauses=known, snapshot=files, risk_files=self.library.risk_files(path))

    def definition(self, code_or_path: str | Path, pack: LanguagePack, snapshot: Snapshot | None = None) -> Definition:
        """Load a procedure or paper, as `procedure` does. The pack must have every clause that a procedure names."""
        path, files = self.locate(code_or_path), self._files(snapshot)
        kind, risk_files = kind_of(self.library, path, files), self.library.risk_files(path)
        return load_definition(path, kind, known_clauses=pack.clauses_for(kind), snapshot=files, risk_files=risk_files)

    def locate(self, code_or_path: str | Path) -> Path:
        """The file of a definition. Text with a slash, or that ends in .yaml, is a path; else it is a code or name."""
        return locate(self.library, code_or_path)

    def check(self, path: Path, pack: LanguagePack) -> list[Problem]:
        """All problems of the form of one file; `consentkit.operations.check` looks at the content too."""
        kind, risk_files = kind_of(self.library, path, self._files()), self.library.risk_files(path)
        return check_definition(path, kind, known_clauses=pack.clauses_for(kind), risk_files=risk_files)[1]

    def content(
        self,
        definition: str | Path | Definition,
        *,
        language: str | None = None,
        variant: Variant = "consent",
        snapshot: Snapshot | None = None,
    ) -> Content:
        """What a document is about: a procedure, in a language, as one of the kinds of documents; or a paper.

        Raises UnknownCode, InvalidInput, FileAccess, or WrongUse where there is no such language, kind or translation.
        """
        _require_variant(variant)
        files = self._files(snapshot)
        pack = self.language(language, files)
        original = self.definition(definition, pack, files) if isinstance(definition, str | Path) else definition
        path = None if pack.language == ORIGINAL_LANGUAGE else self._find_translation(definition, pack.language)
        return self._content_in(original, self._file_of(definition), path, pack, variant, files)

    def content_of(self, sought: Sought, snapshot: Snapshot) -> Content:
        """What a document is about, from the files that were resolved, whatever has come or gone since.

        Raises InvalidInput, FileAccess, or WrongUse where there is no such language or translation.
        """
        identity = sought.identity
        _require_variant(identity.variant)
        pack = self.language(identity.language, snapshot)
        original = self.definition(sought.original, pack, snapshot)
        content = self._content_in(original, sought.original, sought.translation, pack, identity.variant, snapshot)
        return replace(content, signers=sought.signers)

    def _file_of(self, definition: str | Path | Definition) -> Path:
        """The file of a definition, to which its pictures belong."""
        if isinstance(definition, str | Path):
            return self.locate(definition)
        folder = DEFINITION_FOLDERS["procedure"]
        return (self.opened.path or Path()) / folder / f"{definition.code}.yaml"

    def _content_in(
        self,
        original: Definition,
        file: Path,
        path: Path | None,
        pack: LanguagePack,
        variant: Variant,
        files: Snapshot,
    ) -> Content:
        """What a document of a definition is about in a language. `file` is where it is, `path` its translation."""
        from consentkit.documents.page import Content
        from consentkit.library.pictures import pictures_of
        from consentkit.model.procedure import Procedure

        kind: DefinitionKind = "procedure" if isinstance(original, Procedure) else "paper"
        variant = variant_of(kind, original.code, variant)
        if variant == "plan" and isinstance(original, Procedure) and original.plan is None:
            raise WrongUse(
                f"{original.code} has no plan for a crisis; its file requests one with the line `plan: crisis`, as "
                "90839 does"
            )
        if pack.language == ORIGINAL_LANGUAGE:
            original = _without_dropped(original, pack)
            return Content(
                original, self.folder.clinic, pack, variant, pictures=pictures_of(original, file.parent, files)
            )
        path = require_translation(path, original.code, pack.language, files)
        risk_files = self.library.risk_files(path)
        text = translated(original, path, kind=kind, risk_files=risk_files, files=files)
        return Content(
            definition=_without_dropped(text.definition, pack),
            clinic=self.folder.clinic,
            pack=pack,
            variant=variant,
            translated=True,
            stale=not text.fits,
            lost=text.lost,
            pictures=pictures_of(text.definition, path.parent, files),
        )

    def _find_translation(self, definition: str | Path | Definition, language: str) -> Path | None:
        """Where the translation of a definition is: in the library, or beside a file from elsewhere."""
        if not isinstance(definition, str | Path):
            return self.library.translation(definition.code, language)
        return translation_of(self.library, self.locate(definition), language)

    def find(
        self, procedure: str | Path, layout: Layout, *, language: str | None = None, variant: Variant = "consent"
    ) -> Sought:
        """Resolve which document is requested. Raises UnknownCode."""
        language = language or self.default_language
        return find(self.library, procedure, language, variant, layout, self._files())

    @property
    def has_own_templates(self) -> bool:
        """Whether templates of the clinic are used: these run in a child process under limits."""
        return self.templates != (shipped("templates"),)

    def is_own(self, sought: Sought) -> bool:
        """Whether the clinic itself wrote something of what a document says: its text, its clauses or its templates."""
        texts = [path for path in (sought.original, sought.translation) if path]
        folder = self.opened.path
        return (
            not all(map(is_shipped, texts))
            or self.has_own_templates
            or bool(folder and is_there(clause_file(folder, sought.identity.language)))
        )

    def source(self, snapshot: Snapshot | None = None) -> DocumentSource:
        """The clinic's particulars, templates and approvals, as of today."""
        from consentkit.documents.making import DocumentSource
        from consentkit.library.approvals import load_approvals

        files = self._files(snapshot)
        approvals = load_approvals(self.folder.path, files)
        onlooker = None if self.has_own_templates else self.onlooker  # a child process could show nobody
        return DocumentSource(self.folder, self.templates, approvals, datetime.date.today(), files, onlooker)

    def compose(self, content: Content, snapshot: Snapshot | None = None) -> Page:
        """Write the page of a document without making the PDF: enough to know its hash and its approval."""
        from consentkit.documents.making import compose_page

        return self._guarded(compose_page, content, self.source(snapshot))

    def is_approved(
        self, code: str, layout: Layout, *, language: str, variant: Variant, inputs: Inputs | None = None
    ) -> bool:
        """Whether a document may be used as it is today. No PDF is made, and where one is kept, no page either.

        Raises what `content` raises, and RenderingFailed where a template is faulty.
        """
        inputs = inputs or self.inputs()
        if document := kept(self, key(self.find(code, layout, language=language, variant=variant), inputs)):
            return document.is_approved
        content = self.content(code, language=language, variant=variant, snapshot=inputs.snapshot)
        approval = self.compose(content, inputs.snapshot).approval
        return approval is not None and not approval.is_overdue(datetime.date.today())

    def render(
        self,
        procedure: str | Path | Definition | Content,
        *,
        language: str | None = None,
        paper: PaperSize | None = None,
        variant: Variant = "consent",
        large_print: bool = False,
        fillable: bool = False,
    ) -> Document:
        """Make the document of a procedure. Language and paper are the clinic's unless they are given.

        Raises UnknownCode, InvalidInput, FileAccess, WrongUse or RenderingFailed: see `consentkit.errors`.
        """
        paper = paper or self.default_paper
        if paper not in PAPER_SIZES:
            raise WrongUse(f"there is no paper size {quoted(paper)}; there is {listed(tuple(PAPER_SIZES))}")
        layout = Layout(paper, large_print, fillable)
        if not isinstance(procedure, str | Path):
            return self.make(self._content(procedure, language, variant), layout)
        return get_or_make(self, self.find(procedure, layout, language=language, variant=variant)).document

    @contextmanager
    def naming_files(
        self, language: str | None = None, procedure: str | Path | None = None, snapshot: Snapshot | None = None
    ) -> Iterator[None]:
        """Let what is raised for characters that can't be printed say in which files they are."""
        try:
            yield
        except UnprintableText as error:
            from consentkit.documents.unprintable import with_places

            paths = self._texts_of_page(language or self.default_language, procedure)
            raise with_places(error, paths, self._files(snapshot)) from error

    def _texts_of_page(self, language: str, procedure: str | Path | None) -> Iterator[Path]:
        """The files whose texts are on a page, those that are most likely at fault first."""
        from consentkit.library.languages import pack_files

        if procedure is not None:
            if language != ORIGINAL_LANGUAGE and (translation := self._find_translation(procedure, language)):
                yield translation
            path = self.locate(procedure)
            yield path
            yield from self.library.risk_files(path)
        if folder := self.opened.path:
            yield from (folder / PARTICULARS, clause_file(folder, language), folder / APPROVALS)
        yield from pack_files(self.templates, language)

    def _content(self, procedure: Definition | Content, language: str | None, variant: Variant) -> Content:
        from consentkit.documents.page import Content

        return (
            procedure if isinstance(procedure, Content) else self.content(procedure, language=language, variant=variant)
        )

    def make(self, content: Content, layout: Layout, snapshot: Snapshot | None = None) -> Document:
        """Make a document, and keep it nowhere."""
        from consentkit.documents.making import make_document

        return self.guarded(make_document, content, layout, self.source(snapshot))

    def inputs(self, snapshot: Snapshot | None = None) -> Inputs:
        """What documents are made from, as a snapshot has it: the one given, or that of the run, or else a new one."""
        return Inputs(self.opened.path, self.templates, self.store, snapshot=self._files(snapshot))

    def _files(self, snapshot: Snapshot | None = None) -> Snapshot:
        return snapshot or self.snapshot or Snapshot()

    def guarded(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Call a function that runs templates: in a child process under limits where templates are the clinic's own."""
        if self.has_own_templates:
            from consentkit.documents.printing import load_engine
            from consentkit.documents.style_sheets import shipped_styles

            engine = load_engine()  # the child has it then, and the style sheets
            engine.read_styles(shipped_styles(self.folder.clinic, self.templates, self._files()))
        return self._guarded(function, *arguments)

    def _guarded(self, function: Callable[..., Result], *arguments: Any) -> Result:
        if not self.has_own_templates:
            return function(*arguments)
        from consentkit.documents.template_places import own_files, place_of
        from consentkit.processes.limits import run_limited

        return run_limited(function, *arguments, find_place=lambda: place_of(own_files(self.templates)))


def _without_dropped(definition: Definition, pack: LanguagePack) -> Definition:
    """A definition without what it says in clauses that the clinic drops. Only papers have such parts."""
    from consentkit.model.paper import Paper

    return definition.without_clauses(pack.dropped) if isinstance(definition, Paper) else definition


def _require_variant(variant: Variant) -> None:
    if variant not in (*VARIANTS, "paper"):
        unknown = f"there is no kind of document {quoted(variant)}; there is {listed(VARIANTS)}"
        raise WrongUse(complaint_of_former_variant(variant) or unknown)
