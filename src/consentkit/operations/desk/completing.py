"""A visit whose data were edited at the desk, with what is still to be said of it.

Guarantees: what a schedule left open stays open until somebody has answered it, also where a visit could do without;
what nobody can help by an answer stays, too; a visit that a person has completed is known to the system that it comes
from as before, unless it has the record number of another patient now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from consentkit.operations.desk.fields import FIELDS, NEEDED, field_of_problem, value_of
from consentkit.operations.visits import single_entry_of
from consentkit.packets.needs import Need, in_order, needs_of
from consentkit.packets.visits import VisitEntry
from consentkit.problems import Problem

_STILL_OPEN = {
    "empty": "is empty; fill it in",
    "unknown": "was a text that nobody has translated; choose what it means",
    "unclear": "may mean several things; say which",
    "conflict": "is said in two ways; say which of them is right",
}


def questions_of(entry: VisitEntry) -> tuple[Need, ...]:
    """What a person must say of a visit: what it lacks, and what of it could not be read."""
    data = entry.data if isinstance(entry.data, Mapping) else {}
    if entry.visit is not None or not data:
        return ()
    known = {need.field for need in entry.needs}
    unread = [
        Need(name, "unclear", message=problem.message)
        for problem in entry.problems
        if problem not in entry.refusals
        and (name := field_of_problem(problem.field)) in FIELDS
        and name not in known
        and not value_of(data, name)
    ]
    return in_order([*unread, *entry.needs])


def edited_entry(before: VisitEntry, data: Mapping[str, Any], without: Collection[str] = ()) -> VisitEntry:
    """A visit with other data. `without` names the fields of which somebody has said that there is nothing."""
    entry = single_entry_of(data)
    still_open = [
        need
        for need in questions_of(before)
        if need.field not in (*NEEDED, *without) and not value_of(data, need.field)
    ]
    problems = [
        *before.refusals,
        *(Problem(entry.file, None, None, need.field, _STILL_OPEN[need.reason]) for need in still_open),
        *entry.problems,
    ]
    return replace(
        entry,
        visit=None if problems else entry.visit,
        problems=tuple(problems),
        needs=in_order([*needs_of(entry.data), *still_open]) if problems else (),
        refusals=before.refusals,
        warnings=before.warnings,
        origin=None if _is_of_another(before, data) else before.origin,
    )


def completed_data(data: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, str]:
    """The fields of a visit, with answers in those that were empty."""
    return {name: value_of(data, name) or answers.get(name, "") for name in FIELDS}


def _is_of_another(before: VisitEntry, data: Mapping[str, Any]) -> bool:
    record = value_of(before.data, "record_number") if isinstance(before.data, Mapping) else ""
    return bool(record) and record.casefold() != value_of(data, "record_number").casefold()
