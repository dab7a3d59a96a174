"""What a clinic works with: its particulars, its library and its templates, with the shipped ones behind them.

Guarantees: this is the whole of the Python interface, and the command line does nothing that it does not offer.
Opening a workspace reads the clinic's particulars only; each call reads the files that it needs afresh.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from consentkit.clinic import ClinicFolder, Paper, find_clinic_folder, load_clinic
from consentkit.document import Document, load_engine, make_document
from consentkit.errors import FileAccess, WrongUse
from consentkit.isolation import run_limited
from consentkit.language import LanguagePack, languages, load_language
from consentkit.library import Library, check_procedure, load_procedure
from consentkit.model import Procedure
from consentkit.problems import Problem, listed, printable, quoted
from consentkit.resources import shipped

CLINIC_VARIABLE = "CONSENTKIT_CLINIC"


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
        """The language pack that is asked for, or that of the clinic."""
        return load_language(self.templates, language or self.folder.clinic.language)

    def procedure(self, code_or_path: str | Path, pack: LanguagePack | None = None) -> Procedure:
        """Load a procedure by its code, or by the path of its file. A pack must have every clause that it asks for."""
        return load_procedure(self.locate(code_or_path), known_clauses=pack.clauses if pack else None)

    def locate(self, code_or_path: str | Path) -> Path:
        """The file of a procedure. Text with a slash, or that ends in .yaml, is a path; anything else is a code."""
        if isinstance(code_or_path, Path) or "/" in code_or_path or code_or_path.endswith((".yaml", ".yml")):
            return Path(code_or_path)
        return self.library.path(code_or_path)

    def check(self, path: Path, pack: LanguagePack) -> list[Problem]:
        """All problems of one procedure file."""
        return check_procedure(path, known_clauses=pack.clauses)[1]

    def render(
        self, procedure: str | Path | Procedure, *, language: str | None = None, paper: Paper | None = None
    ) -> Document:
        """Make the document of a procedure. Language and paper are the clinic's unless they are given.

        Raises UnknownCode, InvalidInput, FileAccess, WrongUse or RenderingFailed: see `consentkit.errors`.
        """
        paper = paper or self.folder.clinic.paper
        if paper not in get_args(Paper):
            raise WrongUse(f"there is no paper size {quoted(paper)}; there is {listed(get_args(Paper))}")
        pack = self.language(language)
        if not isinstance(procedure, Procedure):
            procedure = self.procedure(procedure, pack)
        arguments = (procedure, self.folder, pack, paper, self.templates)
        if self.templates == (shipped("templates"),):
            return make_document(*arguments)
        load_engine()
        return run_limited(make_document, *arguments)  # the clinic's templates may come from anywhere


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
