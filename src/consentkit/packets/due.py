"""Which papers a packet has that are not about one procedure.

Guarantees: a paper is there where its own file, the visit or a procedure says so, once, and nowhere else; what is on
file is left out; those that are signed come before those that are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from consentkit.documents.form_request import OnPaper
from consentkit.library.overview import ListedDefinition
from consentkit.model.clauses import Clause
from consentkit.model.procedure import Procedure
from consentkit.model.visit import FULL_AGE, Visit
from consentkit.model.words import LanguagePack


class PapersOfVisit(NamedTuple):
    """The papers of a visit, by name."""

    to_sign: tuple[str, ...] = ()
    to_keep: tuple[str, ...] = ()
    clauses: tuple[tuple[str, OnPaper], ...] = ()
    """The clauses that a signed paper has, of the visit or on file."""
    has_lines: bool = False
    """Whether one that is on file has lines to fill in at each visit."""


def papers_of(
    visit: Visit,
    procedures: Sequence[Procedure],
    listed: Mapping[str, ListedDefinition],
    *,
    with_due: bool,
    never_due: Sequence[str] = (),
    pack: LanguagePack,
) -> PapersOfVisit:
    """The papers of a visit. `listed` has those of the library; whatever else is requested counts as one to keep.

    `with_due` says whether those that are due are there, too, besides those that the visit names; `never_due` are
    papers that the clinic uses only where they are requested by name. `pack` has the words of
    the language in which papers are signed: what they leave out there is on the form, in whatever language has it.
    """
    by_procedures = [name for procedure in procedures for name in procedure.papers]
    due = [name for name, facts in listed.items() if name not in never_due and _is_due(facts["due"], visit)]
    asked = [*visit.papers, *(_first_papers_first([*due, *by_procedures], listed) if with_due else ())]
    names = [name for name in dict.fromkeys(asked) if name not in visit.on_file]
    signed = [name for name in names if name in listed and listed[name]["signers"]]
    kept = tuple(name for name in names if name not in signed)
    said = _clauses(listed, visit.on_file, signed)
    clauses = tuple((name, where) for name, where in said.items() if name not in pack.dropped)
    has_lines = any(where == "file" and _has_lines(pack.clauses.get(name), visit) for name, where in clauses)
    return PapersOfVisit(tuple(signed), kept, clauses, has_lines)


def _has_lines(clause: Clause | None, visit: Visit) -> bool:
    """Whether a clause has lines to fill in at a visit, even if it is signed already. Names are known beforehand."""
    by_video = visit.place == "telehealth"
    called = {"telehealth": by_video, "trainee": visit.trainee is not None}
    return bool(clause and clause.visit and called[clause.visit] and clause.has_lines)


def _clauses(
    listed: Mapping[str, ListedDefinition], on_file: Sequence[str], signed: Sequence[str]
) -> dict[str, OnPaper]:
    """The clauses that signed papers have, each with where its paper is: one of the visit counts first."""
    where: dict[str, OnPaper] = {}
    for name in on_file:
        if name in listed and listed[name]["signers"]:
            where |= dict.fromkeys(listed[name]["clauses"], "file")
    for name in signed:
        where |= dict.fromkeys(listed[name]["clauses"], "visit")
    return where


def _first_papers_first(names: Sequence[str], listed: Mapping[str, ListedDefinition]) -> list[str]:
    """Those of a first visit before the others, since these build on them."""
    return sorted(names, key=lambda name: not (name in listed and (listed[name]["due"] or {}).get("first_visit")))


def _is_due(due: Mapping[str, Any] | None, visit: Visit) -> bool:
    """Whether any condition of a paper holds at a visit."""
    if due is None:
        return False
    holds = {
        "first_visit": visit.first_visit,
        "yearly": visit.yearly_papers,
        "telehealth": visit.place == "telehealth",
        "minor": visit.age < FULL_AGE,
    }
    return any(due[name] and holds[name] for name in holds) or not set(due["codes"]).isdisjoint(visit.procedures)
