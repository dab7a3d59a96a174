"""Reading everything that a check looks at, so that the checks themselves read nothing.

Guarantees: every file is read once and reported once; a file that has a wrong form or can't be opened keeps no other
file from being checked, and neither do the clinic's particulars, language packs and record of approvals; what is valid
is passed to the content checks, all of it together, since facts may contradict across files; where a setting or a list
that a check needs could not be read, that is reported.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from consentkit import checks
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.approvals import Approval, Approvals, approvals_in, source_of_record
from consentkit.library.clinic import read_clinic
from consentkit.library.definitions import check_definition, check_translation_file, kind_of_file
from consentkit.library.languages import pack_file
from consentkit.library.own_templates import unused_templates
from consentkit.library.procedures import entries_of, passed_over
from consentkit.library.snapshot import Snapshot
from consentkit.model.clauses import ClauseChanges
from consentkit.model.identity import (
    APPROVALS,
    CLAUSES_NAME,
    DEFINITION_FOLDERS,
    DEFINITION_NAMES,
    LARGEST_LIST,
    PARTICULARS,
    RISKS,
    SERVICES,
    TRANSLATION_NAMES,
    DefinitionKind,
    clause_file,
    kind_of_name,
)
from consentkit.model.paper import Paper
from consentkit.model.risks import RiskTable
from consentkit.model.services import MOST_NODES_OF_LIST, ServiceList
from consentkit.model.translation import AnyTranslation, Definition, text_hash
from consentkit.model.words import LanguagePack
from consentkit.operations.language_reader import LanguageReader, after
from consentkit.operations.replaced_texts import days_of_issue, is_fixed, lost_languages, replaced
from consentkit.problems import Problem
from consentkit.reading.files import LARGEST_TEXT
from consentkit.reading.paths import is_there, resolved
from consentkit.reading.places import source_of
from consentkit.reading.validation import ModelType, validated
from consentkit.resources import shipped

_CHECKS_UNREAD = (
    "can't be read, so the standard rules were used, without the clinic's own levels and exceptions; "
    "correct this file, then check again"
)
_NO_LANGUAGE = "has a name that is not read; name it clauses.LANGUAGE.yaml, such as clauses.es.yaml"
_KEYS_OF_LIST = {"services", "groups"}
_KEYS_OF_DEFINITION = {"code", "name", "title"}
_ONLY_IN_TRANSLATIONS = {"language", "translates"}


_Original = checks.ProcedureFile | checks.PaperFile


def _original(source: checks.SourceText, definition: Definition) -> _Original:
    """A definition as it is checked."""
    if isinstance(definition, Paper):
        return checks.PaperFile(source, definition)
    return checks.ProcedureFile(source, definition)


def _beside_original(
    source: checks.SourceText, translation: AnyTranslation, original: _Original
) -> checks.TranslationFile | checks.PaperTranslationFile:
    """A translation as it is checked."""
    both = translation.applied_to(original.definition)
    said = translation.language, translation.translates, text_hash(original.definition)
    if isinstance(both, Paper):
        return checks.PaperTranslationFile(source, both, *said)
    return checks.TranslationFile(source, both, *said)


def _overdue(approvals: Approvals, shown: str, today: datetime.date) -> Iterator[Problem]:
    """Approvals that have run out."""
    latest = {entry.identity: entry for entry in approvals.approvals}
    for identity, approval in latest.items():
        if isinstance(approval, Approval) and approval.is_overdue(today):
            message = f"the approval ran out on {approval.until}; review the document and approve it again"
            yield Problem(shown, None, None, str(identity), message, "warning")


def all_files(workspace: OpenWorkspace) -> Iterator[Path]:
    """Every file that documents are made from, each once."""
    index = workspace.library.index()
    for code, path in index.definitions.items():
        yield path
        yield from index.translations[code].values()
    yield from filter(is_there, workspace.library.risk_files())
    for language in workspace.languages():
        yield pack_file(workspace.templates, language)
    if workspace.folder.path:
        yield from (path for name in (PARTICULARS, SERVICES) if is_there(path := workspace.folder.path / name))
        clauses = (clause_file(workspace.folder.path, language) for language in workspace.languages())
        yield from filter(is_there, clauses)


@dataclass
class LibraryReader:
    """Reads files by what they are."""

    workspace: OpenWorkspace
    snapshot: Snapshot
    paths: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    failures: dict[str, FileAccess] = field(default_factory=dict)
    """Why files could not be read, by message."""
    originals: dict[str, _Original] = field(default_factory=dict)
    """The procedures by their codes, and the papers by their names."""
    _translations: list[tuple[Path, checks.SourceText, AnyTranslation]] = field(default_factory=list)
    _packs: list[checks.PackFile] = field(default_factory=list)
    _clinic: checks.ClinicFile | None = None
    _services: list[checks.ServiceFile] = field(default_factory=list)
    _risks: list[checks.RiskFile] = field(default_factory=list)
    _printed: list[checks.PrintedFile] = field(default_factory=list)
    _clauses: list[checks.ClauseFile] = field(default_factory=list)
    _tried: set[str] = field(default_factory=set)
    """The names of all files, without the ending, whether they could be read or not."""

    def __post_init__(self) -> None:
        self._languages = LanguageReader(self.workspace, self.snapshot, self.problems, self._keep)

    def read_each(self, paths: Iterable[Path]) -> None:
        """Read files; why one could not be read is kept among the failures."""
        for path in paths:
            with self._collecting():
                self.read(path)

    @contextmanager
    def _collecting(self) -> Iterator[None]:
        """Keep what is wrong with a file, so that the others are checked, too."""
        try:
            yield
        except InvalidInput as error:
            self.problems += error.problems
        except FileAccess as failure:
            self._keep(failure)

    def _keep(self, failure: FileAccess) -> None:
        """Keep why a file could not be read, once: several may need it."""
        self.failures.setdefault(str(failure), failure)

    def read(self, path: Path) -> None:
        """Read a file; what is wrong with its form becomes problems. Raises FileAccess."""
        self._tried.add(path.stem)
        if path.name == PARTICULARS:
            self._read_clinic(path)
        elif path.name == SERVICES:
            self._read_services(path)
        elif path.name == APPROVALS:
            self.read_approvals(datetime.date.today(), path)
        elif path.name == RISKS:
            self._read_risks(path)
        elif path.parent.name == "languages":
            self._read_pack(path)
        elif CLAUSES_NAME.fullmatch(path.name):
            self._read_clauses(path)
        elif path.name.startswith("clauses."):
            self.problems.append(Problem(str(path), None, None, "", _NO_LANGUAGE))
        elif self._is_service_list(path):
            self._read_services(path)
        elif self._is_translation(path):
            self._read_translation(path)
        else:
            self._read_original(path)
        self.paths.append(path)

    def _is_translation(self, path: Path) -> bool:
        """Whether a file is a translation by its name, or by its keys where it is named like nothing that is read."""
        if any(names.fullmatch(path.name) for names in TRANSLATION_NAMES.values()):
            return True
        if DEFINITION_NAMES["procedure"].fullmatch(path.name):
            return False
        with suppress(InvalidInput):  # which reading it as a procedure will report
            return bool(_ONLY_IN_TRANSLATIONS & self.snapshot.parsed(path).data.keys())
        return False

    def _is_service_list(self, path: Path) -> bool:
        """Whether a file with any other name is a list of services, by its keys: `batch` takes one of any name."""
        with suppress(InvalidInput):
            keys = self.snapshot.parsed(path, LARGEST_LIST, MOST_NODES_OF_LIST).data.keys()
            return bool(_KEYS_OF_LIST & keys) and not keys & _KEYS_OF_DEFINITION
        return False

    def read_approvals(self, today: datetime.date, path: Path | None = None) -> None:
        """Read the record of approvals, the clinic's own unless one is named.

        That is its form, what has run out, and the names in it, which are on the papers.
        """
        folder = self.workspace.folder.path
        path = path or (folder / APPROVALS if folder else None)
        if path is None:
            return
        with self._collecting():
            if not is_there(path):
                return
            source = source_of_record(path, self.snapshot)
            if not source.text.isascii():  # which is looked at whatever is wrong with the form
                self._printed.append(checks.PrintedFile(source))
            self.problems += _overdue(approvals_in(source), str(path), today)

    def read_templates(self) -> None:
        """Look for templates of the clinic's own that no page is made with: their words are on no paper."""
        for own in self.workspace.templates:
            with self._collecting():
                if own != shipped("templates"):
                    unused = unused_templates(own, shipped("templates"))
                    self.problems += (Problem(str(one.path), None, None, "", str(one), "warning") for one in unused)

    def library(self) -> checks.LibraryFiles:
        """Everything that was read and valid."""
        translations = [
            _beside_original(source, translation, original)
            for path, source, translation in self._translations
            if (original := self.original_of(path, translation.code))
        ]
        originals = self.originals.values()
        own = replaced((code, Path(file.source.name)) for code, file in self.originals.items())
        names = [file.source.name for file in (*originals, *translations)]
        return checks.LibraryFiles(
            procedures=tuple(file for file in originals if isinstance(file, checks.ProcedureFile)),
            papers=tuple(file for file in originals if isinstance(file, checks.PaperFile)),
            translations=tuple(translations),
            packs=tuple(self._packs),
            clauses=tuple(self._clauses),
            clinic=self._clinic,
            services=tuple(self._services),
            risks=tuple(self._risks),
            printed=tuple(self._printed),
            orphans=tuple(
                checks.OrphanFile(source, translation.code, translation.language)
                for path, source, translation in self._translations
                if not self._has_original(path, translation.code)
            ),
            unread=frozenset(self._tried - self._names_of_what_was_read()),
            fixed=frozenset(name for name in names if is_fixed(self.workspace, Path(name))),
            lost=lost_languages(self.workspace, own),
            shipped=days_of_issue(self.workspace, own, self.snapshot),
        )

    def _names_of_what_was_read(self) -> set[str]:
        translations = {f"{one.code}.{one.language}" for _, _, one in self._translations}
        return {*self.originals, *translations, *(pack.language for pack in self._packs)}

    def original_of(self, translation: Path, code: str) -> _Original | None:
        """The definition that a file translates: one that was read, or the one beside it, or that of the library."""
        if code in self.originals:
            return self.originals[code]
        path = self.path_of_original(translation, code)
        if path is None:
            return None
        definition, _ = check_definition(
            path, kind_of_name(code), snapshot=self.snapshot, risk_files=self._risk_files(path)
        )
        return _original(self._source(path), definition) if definition else None

    def path_of_original(self, translation: Path, code: str) -> Path | None:
        """The file that a file translates: the one beside it, or that of the library; None where there is none."""
        path = _beside(translation, code)
        if not is_there(path) and self.workspace.library.has(code):
            path = self.workspace.library.path(code)
        return path if is_there(path) else None

    def _has_original(self, translation: Path, code: str) -> bool:
        """Whether there is a definition that a file translates, even if it has mistakes."""
        return code in self.originals or is_there(_beside(translation, code)) or self.workspace.library.has(code)

    def _read_original(self, path: Path) -> None:
        kind = kind_of_file(path, self.snapshot)
        definition, problems = check_definition(
            path,
            kind,
            known_clauses=self._languages.known_clauses(path, kind),
            snapshot=self.snapshot,
            risk_files=self._risk_files(path),
        )
        self.problems += problems
        if definition:
            self.originals[definition.code] = _original(self._source(path), definition)

    def _read_translation(self, path: Path) -> None:
        translation, problems = check_translation_file(
            path, self.snapshot, kind=kind_of_file(path, self.snapshot), risk_files=self._risk_files(path)
        )
        self.problems += problems
        if translation:
            self._translations.append((path, self._source(path), translation))
            if original := self.original_of(path, translation.code):
                self.problems += self._languages.clauses_without_words(original, translation.language)

    def _read_pack(self, path: Path) -> None:
        pack = self._validated(LanguagePack, path)
        if pack:
            self._packs.append(checks.PackFile(self._source(path), pack))

    def _read_clinic(self, path: Path) -> None:
        names = tuple(name for kind in DEFINITION_FOLDERS for name in self._not_read(path.parent, kind))
        own = self.workspace.folder
        is_own = own.path is not None and resolved(own.path) == resolved(path.parent)
        opened = own if is_own else read_clinic(path.parent)
        if opened.fault is None:
            self._clinic = checks.ClinicFile(self._source(path), opened.clinic, names)
        elif isinstance(opened.fault, FileAccess):
            raise opened.fault
        else:
            self.problems += opened.fault.problems
            if not opened.has_all_checks:
                self.problems.append(after(opened.fault, "checks", _CHECKS_UNREAD))

    def _not_read(self, clinic: Path, kind: DefinitionKind) -> list[str]:
        """The files in the clinic's folder of a kind of definition that are not read, by folder and name."""
        folder = clinic / DEFINITION_FOLDERS[kind]
        ignored = sorted([*passed_over(folder, kind), *self._orphans(folder, kind)])
        return [f"{folder.name}/{path.name}" for path in ignored]

    def _orphans(self, folder: Path, kind: DefinitionKind) -> list[Path]:
        """The translations of a folder that translate nothing."""
        translations = ((path, TRANSLATION_NAMES[kind].fullmatch(path.name)) for path in entries_of(folder))
        return [path for path, match in translations if match and not self._has_original(path, match["code"])]

    def _risk_files(self, path: Path) -> tuple[Path, ...]:
        return self.workspace.library.risk_files(path)

    def _read_risks(self, path: Path) -> None:
        table = self._validated(RiskTable, path)
        if table:
            self._risks.append(checks.RiskFile(self._source(path), table))

    def _read_services(self, path: Path) -> None:
        services = self._validated(ServiceList, path, LARGEST_LIST, MOST_NODES_OF_LIST)
        if services:
            source = self._source(path)
            self._services.append(checks.ServiceFile(source, services))

    def _read_clauses(self, path: Path) -> None:
        if changes := self._validated(ClauseChanges, path):
            source, language = self._source(path), path.name.split(".")[1]
            self._printed.append(checks.PrintedFile(source, language=language))
            self._clauses.append(checks.ClauseFile(source, changes, language))
            folder = self.workspace.folder.path
            if folder and resolved(folder) == resolved(path.parent):
                self._languages.pack(language)  # which reports names that the pack does not have

    def _validated(
        self, model: type[ModelType], path: Path, limit: int = LARGEST_TEXT, most_nodes: int | None = None
    ) -> ModelType | None:
        try:
            instance, problems = validated(model, self.snapshot.parsed(path, limit, most_nodes))
        except InvalidInput as error:
            instance, problems = None, list(error.problems)
        self.problems += problems
        return instance

    def _source(self, path: Path) -> checks.SourceText:
        return source_of(self.snapshot.text(path), self.snapshot.parsed(path))


def _beside(translation: Path, code: str) -> Path:
    return translation.with_name(f"{code}.yaml")
