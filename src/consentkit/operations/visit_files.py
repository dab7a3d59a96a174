"""The visits of a file of another system, written as a file of ours.

Guarantees: only visits are written that are complete, and read back as what they were; the file is readable for its
owner only; a cell that a spreadsheet would run as a formula is never written.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from consentkit.errors import ConsentkitError, WrongUse
from consentkit.model.visit import Visit
from consentkit.output.write import write_file
from consentkit.packets.cells import COLUMNS, LISTS
from consentkit.packets.needs import needs_text
from consentkit.packets.visit_problems import unread_problems
from consentkit.packets.visits import VisitEntry, visits_in
from consentkit.problems import Problem

_RUNS = ("=", "+", "-", "@", "\t")
"""How a cell begins that a spreadsheet takes for a formula."""


def as_schedule(entries: Sequence[VisitEntry]) -> tuple[bytes, list[VisitEntry]]:
    """A schedule in CSV of the visits that are complete, and each entry again: one that can't be written is refused."""
    checked = [_checked(entry) for entry in entries]
    rows = [_row(entry.visit) for entry in checked if entry.visit]
    columns = [column for column in COLUMNS if any(row.get(column) for row in rows)]
    return _csv(columns, rows), checked


def as_yaml(visit: Visit) -> bytes:
    """A visit in YAML. (JSON is YAML, too, and every text in it is quoted.)"""
    lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in _data(visit).items())
    return ("\n".join(lines) + "\n").encode()


def write_visits(entries: Sequence[VisitEntry], target: Path, *, force: bool) -> list[VisitEntry]:
    """Write the visits that are complete into a schedule, or a single one into a visit in YAML.

    Returns each entry again. Raises WrongUse where the file can't hold them, and FileAccess where it can't be written.
    """
    suffix = target.suffix.casefold()
    if suffix in (".yaml", ".yml"):
        visits = [entry.visit for entry in entries if entry.visit]
        if len(visits) > 1:
            message = "a file in YAML holds one visit, and there are several; name a schedule with `output` day.csv"
            raise WrongUse(message, arguments=["output"])
        if visits:
            write_file(target, as_yaml(visits[0]), force=force)
        return list(entries)
    if suffix != ".csv":
        message = "visits are written as a schedule or as one visit; end the name with .csv or .yaml"
        raise WrongUse(message, arguments=["output"])
    data, checked = as_schedule(entries)
    if any(entry.visit for entry in checked):
        write_file(target, data, force=force)
    return checked


def shown_problems(entry: VisitEntry) -> list[Problem]:
    """What messages say of a visit: its warnings, and what is wrong with it."""
    return [*entry.warnings, *unread_problems(entry)]


def state_of(entry: VisitEntry) -> str:
    """Whether a visit is complete, and what it needs; nothing of the patient."""
    if entry.visit:
        return "complete"
    return needs_text(entry.needs) if entry.needs else "refused"


def _checked(entry: VisitEntry) -> VisitEntry:
    """An entry, refused where its row would not read back as the same visit."""
    if entry.visit is None:
        return entry
    row = _row(entry.visit)
    message = "can't be written as a row of a schedule; write it as a visit in YAML, by itself"
    if not any(cell.startswith(_RUNS) for cell in row.values()):
        try:
            back = [one.visit for one in visits_in(io.BytesIO(_csv(list(row), [row])), "row")]
        except ConsentkitError:
            back = []
        if back == [entry.visit]:
            return entry
    return replace(entry, visit=None, problems=(*entry.problems, Problem(entry.file, entry.row, None, "", message)))


def _row(visit: Visit) -> dict[str, str]:
    """The cells of a visit, by their columns."""
    return dict(_cells(_data(visit)))


def _cells(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for column, path in COLUMNS.items():
        value: Any = data
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if column in LISTS and value:
            yield column, ("; " if column == "extra" else " ").join(value)
        elif isinstance(value, bool):
            yield column, "yes" if value else "no"
        elif value:
            yield column, str(value)


def _data(visit: Visit) -> dict[str, Any]:
    """A visit by the keys of a visit in YAML, without what is left out."""
    data = visit.model_dump(mode="json", exclude_defaults=True)
    if visit.time:
        data["time"] = f"{visit.time:%H:%M}"
    return data


def _csv(columns: Sequence[str], rows: Sequence[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
