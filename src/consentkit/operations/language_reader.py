"""The language packs of a check, with the clinic's own clauses.

Guarantees: each language is read once, whatever needs it; what is wrong with its files is reported once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from consentkit import checks
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.definitions import names_of_clauses
from consentkit.library.languages import load_language, pack_file, with_clauses_of
from consentkit.library.snapshot import Snapshot
from consentkit.model.clauses import Clause
from consentkit.model.identity import ORIGINAL_LANGUAGE, DefinitionKind, clause_file, kind_of_name
from consentkit.model.words import LanguagePack
from consentkit.operations.replaced_texts import is_fixed
from consentkit.problems import Problem, quoted

CLAUSES_UNREAD = (
    "can't be read, so the names under `clauses` of procedures were not checked; correct this file, then check again"
)


@dataclass
class LanguageReader:
    """Reads language packs, and compares the clauses that texts name with those that there are."""

    workspace: OpenWorkspace
    snapshot: Snapshot
    problems: list[Problem]
    """Where problems are added."""
    keep_failure: Callable[[FileAccess], None]
    """What is called where a file can't be read."""
    _packs: dict[str, LanguagePack | None] = field(default_factory=dict)
    _dropped: dict[str, set[str]] = field(default_factory=dict)
    """The clauses that the clinic drops, by language."""

    def pack(self, language: str) -> LanguagePack | None:
        """A language pack, with the clinic's own clauses; None where there is none, or its files can't be read."""
        if language not in self._packs:
            self._packs[language] = self._load(language) if language in self.workspace.languages() else None
        return self._packs[language]

    def _load(self, language: str) -> LanguagePack | None:
        templates, folder = self.workspace.templates, self.workspace.folder.path
        path = pack_file(templates, language)
        is_needed = language == ORIGINAL_LANGUAGE  # what else is said of clauses is said of the original
        try:
            pack = load_language(templates, language, self.snapshot)
            if folder:
                path = clause_file(folder, language)
                shipped_clauses = {*pack.clauses}
                pack = with_clauses_of(pack, folder, self.snapshot)
                self._dropped[language] = shipped_clauses - {*pack.clauses}
            return pack
        except InvalidInput as error:
            self.problems += [*error.problems, *([after(error, "clauses", CLAUSES_UNREAD)] if is_needed else [])]
        except FileAccess as failure:
            self.keep_failure(failure)
            if is_needed:
                self.problems.append(Problem(str(path), None, None, "clauses", CLAUSES_UNREAD, "warning"))
        return None

    def known_clauses(self, path: Path, kind: DefinitionKind) -> Mapping[str, Clause | None] | None:
        """The clauses that a definition may name; a shipped one may name those, too, that the clinic drops."""
        pack = self.pack(ORIGINAL_LANGUAGE)
        if pack is None:
            return None
        dropped = self._dropped.get(ORIGINAL_LANGUAGE, set()) if is_fixed(self.workspace, path) else set()
        return {**dict.fromkeys(dropped), **pack.clauses_for(kind)}

    def clauses_without_words(
        self, original: checks.ProcedureFile | checks.PaperFile, language: str
    ) -> Iterator[Problem]:
        """The clauses that an original names and that its translation can't have, since they are in English only."""
        english, pack = self.pack(ORIGINAL_LANGUAGE), self.pack(language)
        if not english or not pack or is_fixed(self.workspace, Path(original.source.name)):
            return
        kind = kind_of_name(original.code)
        lacking = {*english.clauses_for(kind)} - {*pack.clauses_for(kind)}
        for place, key, name in names_of_clauses(original.source.yaml.data):
            if name in lacking:
                message = (
                    f"is {quoted(str(name))}, which has no words in {quoted(language)}, where no document can be made"
                )
                remedy = f"write the clause in {clause_file(Path(), language).name}, too"
                yield Problem(original.source.name, *original.source.at_value(place), key, message, remedy=remedy)


def after(fault: InvalidInput, name: str, message: str) -> Problem:
    """What else follows from a fault, to be reported after it."""
    last = max(fault.problems, key=Problem.place)
    return Problem(last.file, last.line, last.column, name, message, "warning")
