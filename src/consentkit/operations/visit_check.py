"""What speaks against a visit, as far as it is known before its papers are made.

Guarantees: nothing is made for it; no message quotes a particular of the patient.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.library.sought import translation_of
from consentkit.model.identity import ORIGINAL_LANGUAGE
from consentkit.model.procedure import Procedure
from consentkit.model.visit import Visit, particular_in
from consentkit.packets.known_papers import require_known_papers
from consentkit.packets.pairing import conflicts
from consentkit.packets.visit_problems import VisitProblems
from consentkit.packets.visits import VisitEntry
from consentkit.problems import Problem, quoted
from consentkit.reading.paths import is_file


@dataclass
class VisitChecker:
    """Checks the visits of a run; each procedure is read once."""

    workspace: OpenWorkspace
    _procedures: dict[str, Procedure | None] = field(default_factory=dict)

    def problems(self, entry: VisitEntry) -> Iterator[Problem]:
        """What `consentkit packet` would refuse of a visit that could be read, but for codes that nobody has."""
        visit = entry.visit
        if visit is None:
            return
        collected = VisitProblems(entry.file, entry.row, visit.visit)
        procedures = [one for code in dict.fromkeys(visit.procedures) if (one := self._procedure(code))]
        require_known_papers(visit, procedures, self.workspace.library.papers(), collected)
        yield from (self._problem(collected, str(failure)) for failure in collected.failures)
        for conflict in conflicts(visit, procedures):
            problem = replace(self._problem(collected, str(conflict)), rule=conflict.rule)
            yield replace(problem, severity="warning") if conflict.can_be_overridden else problem
        yield from (self._problem(collected, message) for message in self._of_languages(visit, procedures))

    def _problem(self, collected: VisitProblems, message: str) -> Problem:
        return Problem(collected.file, collected.row, None, collected.field, message)

    def _procedure(self, code: str) -> Procedure | None:
        """The procedure of a code; None where it is unknown or has mistakes, which is reported elsewhere."""
        if code not in self._procedures:
            try:
                self._procedures[code] = self.workspace.procedure(code)
            except ConsentkitError:
                self._procedures[code] = None
        return self._procedures[code]

    def _of_languages(self, visit: Visit, procedures: list[Procedure]) -> Iterator[str]:
        """What can't be made in a language of the visit."""
        known = self.workspace.languages()
        for language in dict.fromkeys([visit.language or self.workspace.default_language, *visit.also_in]):
            shown = "a language of this visit" if particular_in(visit, language) else quoted(language)
            if language not in known:
                yield f"there is no language pack for {shown}; choose another, and let an interpreter help with it"
            elif language != ORIGINAL_LANGUAGE:
                lacking = [one.code for one in procedures if not self._is_translated(one.code, language)]
                for code in lacking:
                    command = f"consentkit new {code} --lang {language}"
                    yield f"{code} has no translation into {shown}; `{command}` begins one"

    def _is_translated(self, code: str, language: str) -> bool:
        library = self.workspace.library
        path: Path | None = translation_of(library, library.path(code), language)
        return path is not None and is_file(path)
