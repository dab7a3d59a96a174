"""Definitions and words as the visits of a run need them: parsed once, for as long as their files stay the same.

Guarantees: what is given for a visit is what the files of its snapshot say, however long ago they were parsed; memory
is bounded.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from consentkit.cache.store import key_of
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.definitions import load_procedure
from consentkit.library.keys import Inputs
from consentkit.library.known_files import KnownFiles
from consentkit.library.overview import ListedDefinition, overview
from consentkit.library.snapshot import Snapshot
from consentkit.library.unchanged import UnchangedFiles
from consentkit.model.procedure import Procedure
from consentkit.model.visit import Visit
from consentkit.model.words import LanguagePack
from consentkit.recent import Recent

_MOST_PROCEDURES = 512
_MOST_PACKS = 32
_MOST_LISTS = 4


@dataclass(eq=False, repr=False)
class ParsedFiles:
    """Procedures, papers and language packs of a workspace."""

    workspace: OpenWorkspace
    patience: float = 0
    """For how many seconds files count as they were when they were looked at, where all that follows is known."""
    _procedures: Recent[tuple[str, str, str], Procedure] = field(default_factory=lambda: Recent(_MOST_PROCEDURES))
    _packs: Recent[tuple[str, str, str], LanguagePack] = field(default_factory=lambda: Recent(_MOST_PACKS))
    _files: KnownFiles = field(default_factory=KnownFiles)
    _papers: Recent[str, dict[str, ListedDefinition]] = field(default_factory=lambda: Recent(_MOST_LISTS))
    _unchanged: UnchangedFiles = field(init=False)

    def __post_init__(self) -> None:
        self._unchanged = UnchangedFiles(self._files)

    def inputs(self, snapshot: Snapshot | None = None) -> Inputs:
        """The clinic's files as they are now, for one visit: what has not changed since the last one is not read again.

        A snapshot that is given is one of its own, which reads all that is requested of it.
        """
        return self.workspace.inputs(snapshot or Snapshot(known=self._files))

    def papers(self, inputs: Inputs) -> dict[str, ListedDefinition]:
        """What is to be known of each paper of the library. Raises InvalidInput or FileAccess where one is faulty.

        Which visit a faulty one is due at, nobody knows: a packet without it could lack what has to be signed.
        """
        key = inputs.once("papers", lambda: self._key_of_papers(inputs))
        return self._papers.get(key, lambda: self._listed(inputs))

    def _key_of_papers(self, inputs: Inputs) -> str:
        known = inputs.snapshot.known or KnownFiles()
        library = self.workspace.library
        paths = known.listed("library", (*library.folders, *library.paper_folders), library.index).papers

        def digest(digests: list[str]) -> str:
            names = (f"{name} {path}" for name, path in paths.items())
            return key_of(*(f"{name} {digest}" for name, digest in zip(names, digests, strict=True)))

        return known.group("papers", list(paths.values()), inputs.snapshot, digest)

    def _listed(self, inputs: Inputs) -> dict[str, ListedDefinition]:
        listed = overview(self.workspace.library.index().papers, (), self.workspace.store, inputs.snapshot)
        for entry in listed.values():
            if isinstance(entry, InvalidInput | FileAccess):
                raise entry
        return {name: entry for name, entry in listed.items() if isinstance(entry, dict)}

    def procedure(self, code: str, inputs: Inputs) -> Procedure:
        """The procedure of a code. Raises UnknownCode, InvalidInput or FileAccess."""
        path, files, key = inputs.once(("procedure", code), lambda: self._definition(code, inputs))
        return self._procedures.get(key, lambda: load_procedure(path, snapshot=inputs.snapshot, risk_files=files))

    def pack(self, language: str, inputs: Inputs) -> LanguagePack:
        """The words of a language, with the clinic's own clauses. Raises WrongUse, InvalidInput or FileAccess."""
        key = language, inputs.surroundings(), inputs.clauses(language)
        return self._packs.get(key, lambda: self.workspace.language(language, inputs.snapshot))

    def words(self, inputs: Inputs) -> tuple[str, ...]:
        """What changes with any of the words, in every language: each cover says in all of them where there is help."""
        languages = self.languages(inputs)
        return inputs.once("words", lambda: (inputs.surroundings(), *map(inputs.clauses, languages)))

    def languages(self, inputs: Inputs) -> list[str]:
        """Every language in which documents can be made."""
        return inputs.once("languages", self.workspace.languages)

    def _definition(self, code: str, inputs: Inputs) -> tuple[Path, tuple[Path, ...], tuple[str, str, str]]:
        """Where the definition of a code and its tables of risks are, and what these say."""
        path = self.workspace.locate(code)
        files = self.workspace.library.risk_files(path)
        return path, files, (str(path), inputs.snapshot.digest(path), inputs.risks(files))

    def recalled(self, visit: Visit, inputs: Inputs, since: object | None = None) -> AbstractContextManager[None]:
        """Work out what follows from the clinic's files for a visit, without what an earlier one of its kind has.

        `since` is that of the files with which nothing is left to work out, if there are any.
        """
        library, clinic = self.workspace.library, self.workspace.folder.path
        folders = [*library.folders, *library.paper_folders, *([clinic] if clinic else [])]
        return self._unchanged.recalled(
            (*visit.procedures, visit.language, *visit.also_in), inputs, folders, self.patience, since
        )
