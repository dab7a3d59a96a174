"""Whether the papers that a visit or a procedure requests by name are there.

Guarantees: each name that no paper has is reported at once, with where it is written and what may have been meant; one
that is a particular of the patient is not quoted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from consentkit.errors import UnknownCode
from consentkit.model.identity import kind_of_name
from consentkit.model.procedure import Procedure
from consentkit.model.visit import Visit, particular_in
from consentkit.packets.visit_problems import VisitProblems
from consentkit.problems import did_you_mean, quoted


def require_known_papers(
    visit: Visit, procedures: Sequence[Procedure], known: Collection[str], problems: VisitProblems
) -> None:
    """Report each name of a paper that nobody has. Codes are looked for elsewhere."""
    for key, names in (("papers", visit.papers), ("on_file", visit.on_file)):
        for number, name in enumerate(names, 1):
            if kind_of_name(name) == "paper" and name not in known:
                problems.try_to(_refuse_of_visit, visit, key, number, known)
    for procedure in procedures:
        for name in procedure.papers:
            if name not in known:
                problems.try_to(_refuse_of_procedure, procedure, name, known)


def _refuse_of_visit(visit: Visit, key: str, number: int, known: Collection[str]) -> None:
    names = getattr(visit, key)
    name = names[number - 1]
    is_revealing = particular_in(visit, name)
    what = "a name" if is_revealing else quoted(name)
    near = "" if is_revealing else did_you_mean(name, known)
    raise UnknownCode(
        f"`{key}` contains {what}, number {number} of {len(names)}, that no paper has"
        f"{near or '; `consentkit list` shows all papers'}"
    )


def _refuse_of_procedure(procedure: Procedure, name: str, known: Collection[str]) -> None:
    raise UnknownCode(
        f"`papers` in the file of {procedure.code} contains {quoted(name)}, that no paper has"
        f"{did_you_mean(name, known)}; correct it there, or add the paper"
    )
