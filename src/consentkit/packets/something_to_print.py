"""Whether anything is left to print of what a visit requests.

Guarantees: what a visit itself requests and no procedure has is refused, and so is a packet of nothing but a cover; a
visit that requests nothing by itself, and has everything on file, is no such mistake, and raises EverythingOnFile.
"""

from __future__ import annotations

from collections.abc import Sequence

from consentkit.errors import EverythingOnFile
from consentkit.model.procedure import Procedure
from consentkit.model.visit import Visit
from consentkit.packets.requested import RequestedPapers
from consentkit.packets.visit_problems import VisitProblems
from consentkit.problems import listed


def require_papers(
    visit: Visit, requested: RequestedPapers, procedures: Sequence[Procedure], problems: VisitProblems
) -> None:
    """Report what a visit itself requests in `documents` and no procedure has, and a packet of nothing but a cover."""
    codes = listed([procedure.code for procedure in procedures])
    whose = "`documents`" if visit.documents else "the clinic's `packet:`"
    if "plan" in (visit.documents or ()) and not any(procedure.plan for procedure in procedures):
        problems.add(
            f"`documents` requests a plan, and no procedure of this visit has one ({codes}); take `plan` out of "
            "`documents`, or write `plan: crisis` in the file of a procedure",
            "no-plan",
        )
    elif _is_empty(visit, requested) and not _is_on_file(visit, requested, procedures):
        on_file = [code for code in visit.on_file if any(one.code == code for one in procedures)]
        if on_file:
            why = f"the consent to {listed(on_file)} is on file; take a code out of `on_file`"
        else:
            why = f"no procedure of this visit has such a paper ({codes}); add `consent`"
        also = "add `information` to `documents`" if on_file else "`information` to `documents`"
        problems.add(
            f"nothing of what {whose} requests is left for this visit: {why}, or {also}, or print no packet for it",
            "no-papers",
        )


def require_anything(visit: Visit, requested: RequestedPapers, procedures: Sequence[Procedure]) -> None:
    """Raise EverythingOnFile for a visit that requests nothing by itself, and needs nothing more to be signed."""
    if _is_empty(visit, requested) and _is_on_file(visit, requested, procedures):
        raise EverythingOnFile(requested.codes_on_file)


def _is_empty(visit: Visit, requested: RequestedPapers) -> bool:
    """Whether there would be nothing in the packet but its cover."""
    return not (requested.codes_to_sign or requested.has_only_lines or requested.documents or visit.extra)


def _is_on_file(visit: Visit, requested: RequestedPapers, procedures: Sequence[Procedure]) -> bool:
    """Whether a visit that requests nothing by itself has the consent to all that it is for on file."""
    covered = (one for one in procedures if one.is_covered_beside(visit.procedures))
    to_consent = {one.code for one in procedures} - {one.code for one in covered}
    return not visit.documents and bool(to_consent) and to_consent == set(requested.codes_on_file)
