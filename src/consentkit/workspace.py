"""What a clinic works with: its particulars, its library and its templates, with the shipped ones behind them.

Guarantees: whatever reads, composes or renders does it through a workspace, the command line too.
Opening a workspace reads the clinic's particulars only; each call reads the files that it needs afresh.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from consentkit.approvals import Variant, load_approvals
from consentkit.clinic import ClinicFolder, Paper, find_clinic_folder, load_clinic
from consentkit.document import Document, Layout, Source, compose_page, load_engine, make_document
from consentkit.errors import FileAccess, WrongUse
from consentkit.html import Content, Page
from consentkit.isolation import run_limited
from consentkit.language import LanguagePack, languages, load_language, with_clauses_of
from consentkit.library import Library, check_procedure, load_procedure, load_translation
from consentkit.model import Procedure
from consentkit.problems import Problem, listed, printable, quoted
from consentkit.resources import shipped

CLINIC_VARIABLE = "CONSENTKIT_CLINIC"
ORIGINAL_LANGUAGE = "en"
"""The language in which procedures are written first; others are translations."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Workspace:
    """A clinic folder, or none, together with what consentkit ships."""

    folder: ClinicFolder
    library: Library
    templates: tuple[Path, ...]

    def languages(self) -> list[str]:
        """The languages in which documents can be made."""
        return languages(self.templates)

    def language(self, language: str | None = None) -> LanguagePack:
        """The language pack that is asked for, or that of the clinic, with the clinic's own clauses."""
        pack = load_language(self.templates, language or self.folder.clinic.language)
        return with_clauses_of(pack, self.folder.path) if self.folder.path else pack

    def procedure(self, code_or_path: str | Path, pack: LanguagePack | None = None) -> Procedure:
        """Load a procedure by its code, or by the path of its file. A pack must have every clause that it asks for."""
        return load_procedure(self.locate(code_or_path), known_clauses=pack.clauses if pack else None)

    def locate(self, code_or_path: str | Path) -> Path:
        """The file of a procedure. Text with a slash, or that ends in .yaml, is a path; anything else is a code."""
        if isinstance(code_or_path, Path) or "/" in code_or_path or code_or_path.endswith((".yaml", ".yml")):
            return Path(code_or_path)
        return self.library.path(code_or_path)

    def check(self, path: Path, pack: LanguagePack) -> list[Problem]:
        """All problems of the form of one procedure file; `consentkit.inspection` looks at the content too."""
        return check_procedure(path, known_clauses=pack.clauses)[1]

    def content(
        self, procedure: str | Path | Procedure, *, language: str | None = None, variant: Variant = "consent"
    ) -> Content:
        """What a document is about: a procedure, in a language, as one of the kinds of documents.

        Raises UnknownCode, InvalidInput, FileAccess, or WrongUse where there is no such language, kind or translation.
        """
        if variant not in get_args(Variant):
            raise WrongUse(f"there is no kind of document {quoted(variant)}; there is {listed(get_args(Variant))}")
        pack = self.language(language)
        original = procedure if isinstance(procedure, Procedure) else self.procedure(procedure, pack)
        if pack.language == ORIGINAL_LANGUAGE:
            return Content(original, self.folder.clinic, pack, variant)
        translation = load_translation(self._translation_path(procedure, original.code, pack.language))
        return Content(
            procedure=translation.applied_to(original),
            clinic=self.folder.clinic,
            pack=pack,
            variant=variant,
            translated=True,
            stale=not translation.fits(original),
        )

    def _translation_path(self, procedure: str | Path | Procedure, code: str, language: str) -> Path:
        if isinstance(procedure, Procedure) or self.locate(procedure) == self._library_path(code):
            path = self.library.translations(code).get(language)
        else:
            path = self.locate(procedure).with_suffix(f".{language}.yaml")
        if path is None or not path.is_file():
            raise WrongUse(f"{code} has no translation for {quoted(language)}; write {code}.{language}.yaml beside it")
        return path

    def _library_path(self, code: str) -> Path | None:
        return self.library.path(code) if code in self.library.codes() else None

    def source(self) -> Source:
        """The clinic's particulars, templates and approvals, as of today."""
        return Source(self.folder, self.templates, load_approvals(self.folder.path), datetime.date.today())

    def compose(self, content: Content) -> Page:
        """Write the page of a document without making the PDF: enough to know its hash and its approval."""
        return self._guarded(compose_page, content, self.source())

    def render(
        self,
        procedure: str | Path | Procedure | Content,
        *,
        language: str | None = None,
        paper: Paper | None = None,
        variant: Variant = "consent",
        large_print: bool = False,
        fillable: bool = False,
    ) -> Document:
        """Make the document of a procedure. Language and paper are the clinic's unless they are given.

        Raises UnknownCode, InvalidInput, FileAccess, WrongUse or RenderingFailed: see `consentkit.errors`.
        """
        paper = paper or self.folder.clinic.paper
        if paper not in get_args(Paper):
            raise WrongUse(f"there is no paper size {quoted(paper)}; there is {listed(get_args(Paper))}")
        if not isinstance(procedure, Content):
            procedure = self.content(procedure, language=language, variant=variant)
        return self._guarded(make_document, procedure, Layout(paper, large_print, fillable), self.source())

    def _guarded(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Call a function that runs templates: in a child process under limits where templates are the clinic's own."""
        if self.templates == (shipped("templates"),):
            return function(*arguments)
        load_engine()
        return run_limited(function, *arguments)


def open_workspace(clinic: str | Path | None = None) -> Workspace:
    """Open a clinic's folder: the one given, or that of CONSENTKIT_CLINIC, or the current folder or a parent of it.

    Where none of these holds a clinic.yaml, the shipped library serves, and the paper has blanks for the clinic's
    particulars.
    """
    folder = _clinic_folder(clinic)
    own = [folder] if folder else []
    return Workspace(
        folder=load_clinic(folder),
        library=Library((*(path / "procedures" for path in own), shipped("procedures"))),
        templates=tuple(
            path for path in (*(path / "templates" for path in own), shipped("templates")) if path.is_dir()
        ),
    )


def _clinic_folder(named: str | Path | None) -> Path | None:
    named = named or os.environ.get(CLINIC_VARIABLE)
    if not named:
        return find_clinic_folder(Path.cwd())
    folder = Path(named)
    if not folder.is_dir():
        raise FileAccess(f"{printable(str(folder))}: is not a folder")
    if not (folder / "clinic.yaml").exists():
        raise FileAccess(f"{printable(str(folder))}: holds no clinic.yaml; name the clinic's own folder")
    return folder
