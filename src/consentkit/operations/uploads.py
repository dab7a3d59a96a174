"""A file of visits that somebody hands over at the front desk, in whichever format it is.

Guarantees: it is read in memory and forgotten; what of it is no visit is counted, and nothing of it is quoted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import BinaryIO

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import InvalidInput
from consentkit.operations.other_systems import source_in, systems_of
from consentkit.operations.schedule import reading_of
from consentkit.packets.visits import VisitEntry
from consentkit.problems import Problem


@dataclass(frozen=True)
class UploadRead:
    """The visits of a file."""

    entries: tuple[VisitEntry, ...] = field(repr=False)
    skipped: int = 0
    """How many rows are no visits, as clinic.yaml states."""
    notes: tuple[str, ...] = ()
    """What else was left out, and why; nothing of a patient."""


def formats_to_choose(workspace: OpenWorkspace) -> tuple[str, ...]:
    """The clinic's formats that no file is recognised to be in, such as those without names of columns."""
    return tuple(name for name, one in workspace.folder.clinic.mapping.formats.items() if not one.recognize)


def read_upload(workspace: OpenWorkspace, stream: BinaryIO, name: str, format_name: str | None = None) -> UploadRead:
    """Read a file as the clinic has stated that its files are written. `name` is what messages call it.

    `format_name` is the format that somebody has chosen; else it is recognised. Raises InvalidInput where it can't be
    read as a whole, or holds no visit, and WrongUse for a format that the clinic lacks.
    """
    skipped: list[int] = []
    schedules = replace(reading_of(workspace, format_name), note_skipped=skipped.append)
    opened = source_in(stream, name, systems_of(workspace), schedules)
    entries = tuple(opened.entries)
    notes = tuple(note.removeprefix(f"{name}: ") for note in opened.notes)
    if not entries and not skipped:
        why = "".join(f"; {note}" for note in notes)
        raise InvalidInput([Problem(name, None, None, "", f"contains no visit{why}")])
    _require_schedule(entries, name)
    return UploadRead(entries, len(skipped), notes)


def _require_schedule(entries: tuple[VisitEntry, ...], name: str) -> None:
    """Raise InvalidInput for a file in which no field of a visit can be read, such as a letter: it is no visit."""
    if len(entries) == 1 and entries[0].row is None and entries[0].data == {} and not entries[0].origin:
        message = "is no schedule, since its first line names no columns; save the schedule as CSV or Excel workbook"
        raise InvalidInput([Problem(name, None, None, "", message), *entries[0].problems])
