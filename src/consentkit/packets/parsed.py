"""Procedures and words as the visits of a run need them: parsed once, for as long as their files stay the same.

Guarantees: what is given for a visit is what the files of its snapshot say, however long ago they were parsed; memory
is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from consentkit.documents.workspace import OpenWorkspace
from consentkit.library.definitions import load_procedure
from consentkit.library.keys import Inputs
from consentkit.model.procedure import Procedure
from consentkit.model.words import LanguagePack
from consentkit.packets.recent import Recent

_MOST_PROCEDURES = 128
_MOST_PACKS = 16


@dataclass
class ParsedFiles:
    """Procedures and language packs of a workspace."""

    workspace: OpenWorkspace
    _procedures: Recent[tuple[str, str, str], Procedure] = field(default_factory=lambda: Recent(_MOST_PROCEDURES))
    _packs: Recent[tuple[str, str, str], LanguagePack] = field(default_factory=lambda: Recent(_MOST_PACKS))

    def procedure(self, code: str, inputs: Inputs) -> Procedure:
        """The procedure of a code. Raises UnknownCode, InvalidInput or FileAccess."""
        path = self.workspace.locate(code)
        files = self.workspace.library.risk_files(path)
        key = str(path), inputs.snapshot.digest(path), inputs.risks(files)
        return self._procedures.get(key, lambda: load_procedure(path, snapshot=inputs.snapshot, risk_files=files))

    def pack(self, language: str, inputs: Inputs) -> LanguagePack:
        """The words of a language, with the clinic's own clauses. Raises WrongUse, InvalidInput or FileAccess."""
        key = language, inputs.surroundings(), inputs.clauses(language)
        return self._packs.get(key, lambda: self.workspace.language(language, inputs.snapshot))
