"""What speaks against a visit that an edit may help against, found out without making any paper.

Guarantees: the same visit is judged the same; each reason has a name of its own, so that two lists of reasons show
what an edit has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.model.identity import ORIGINAL_LANGUAGE, kind_of_name
from consentkit.model.procedure import Procedure
from consentkit.model.visit import Visit
from consentkit.operations.visits import single_entry_of
from consentkit.packets.pairing import conflicts

if TYPE_CHECKING:
    from consentkit.packets.extras import Extras


@dataclass
class VisitJudge:
    """Judges the data of visits in a clinic."""

    workspace: OpenWorkspace
    _extras: Extras | None = None

    def reasons_against(self, data: Mapping[str, Any]) -> Collection[str]:
        """What speaks against the data of a visit: mistakes in its fields, or, where there are none, the rest."""
        entry = single_entry_of(data)
        if entry.visit is None:
            return [f"{problem.field}: {problem.message}" for problem in entry.problems]
        return list(self._reasons(entry.visit))

    def procedures(self, codes: Collection[str]) -> Iterator[Procedure]:
        """The procedures of codes, as far as they are there and can be read."""
        for code in dict.fromkeys(codes):
            with suppress(ConsentkitError):
                yield self.workspace.procedure(code)

    def _reasons(self, visit: Visit) -> Iterator[str]:
        procedures = list(self.procedures(visit.procedures))
        readable = [procedure.code for procedure in procedures]
        yield from (f"no text of {code}" for code in dict.fromkeys(visit.procedures) if code not in readable)
        yield from self._languages(visit, readable)
        yield from (f"{one.rule} {one.codes}" for one in conflicts(visit, procedures))
        known = self.workspace.library.papers()
        names = dict.fromkeys((*visit.papers, *visit.on_file))
        yield from (f"no paper {name}" for name in names if kind_of_name(name) == "paper" and name not in known)
        if "plan" in (visit.documents or ()) and not any(procedure.plan for procedure in procedures):
            yield "no plan"
        yield from (f"no use of file {name}" for name in visit.extra if not self._is_fit(name))

    def _languages(self, visit: Visit, codes: Collection[str]) -> Iterator[str]:
        default = self.workspace.folder.clinic.language
        for tag in dict.fromkeys([visit.language or default, *visit.also_in]):
            if tag not in self.workspace.languages():
                yield f"no papers in {tag}"
            elif tag != ORIGINAL_LANGUAGE:
                lacking = (code for code in codes if self.workspace.library.translation(code, tag) is None)
                yield from (f"{code} is not translated into {tag}" for code in lacking)

    def _is_fit(self, name: str) -> bool:
        from consentkit.packets.extras import Extras  # which most visits need not wait for

        self._extras = self._extras or Extras(self.workspace, self.workspace.folder.clinic.paper)
        try:
            self._extras.get(name, "")
        except ConsentkitError:
            return False
        return True
