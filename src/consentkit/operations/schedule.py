"""The visits of a file or of a stream, and which of them get a packet.

Guarantees: a number that no visit has is refused before the first packet is made; what might be a name is never
repeated. Of a whole schedule one visit is read after the other; where numbers are named, visits are read up to the last
of them, since each is compared with those before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import BinaryIO

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import InvalidInput, WrongUse
from consentkit.model.visit import is_visit_number
from consentkit.operations.other_systems import SystemsReading, open_source
from consentkit.packets.mapping.recognising import ScheduleReading as ScheduleReading  # noqa: PLC0414 - how files are read
from consentkit.packets.needs import needs_text as needs_text  # noqa: PLC0414 - what a visit lacks, in words
from consentkit.packets.visits import VisitEntry as VisitEntry  # noqa: PLC0414 - what is handed out
from consentkit.packets.visits import read_visits as read_visits  # noqa: PLC0414 - all visits of a file
from consentkit.packets.visits import visits_in as visits_in  # noqa: PLC0414 - all visits of an upload
from consentkit.problems import Problem, did_you_mean, listed, printable, quoted

_MOST_LISTED = 10
"""Numbers, and rows, that a message lists."""


@dataclass(frozen=True)
class RequestedVisits:
    """The visits of a source, in their order."""

    source: str
    """The file that they are in; `-` for standard input."""
    entries: Iterator[VisitEntry]
    numbers: frozenset[str]
    """The numbers of the visits that get a packet; all of them do where no number is named."""
    is_schedule: bool
    is_alone: bool
    """Whether one visit only gets a packet."""
    notes: tuple[str, ...] = ()
    """What was left out of the source, and why; nothing of a patient."""
    skipped: list[int] = field(default_factory=list)
    """The lines of rows that are no visits, as clinic.yaml states: those that have been read so far."""

    def has(self, entry: VisitEntry) -> bool:
        """Whether a visit gets a packet. The others are there to be compared with."""
        return not self.numbers or entry.name.visit in self.numbers


def reading_of(workspace: OpenWorkspace, format_name: str | None = None) -> ScheduleReading:
    """How schedules are read at a clinic, in the format of a name where one is chosen."""
    return ScheduleReading(workspace.folder.clinic.mapping, format_name)


def read_requested(
    source: str,
    stdin: BinaryIO | None = None,
    numbers: Sequence[str] = (),
    reading: ScheduleReading | None = None,
    systems: SystemsReading | None = None,
) -> RequestedVisits:
    """Read the visits of a file, or of `stdin` where the source is `-`.

    `reading` is how the clinic's schedules are written, and `systems` what must be known for files of other systems.
    `numbers` names those that get a packet. Raises WrongUse for a number that no visit has, and InvalidInput or
    FileAccess for a source that can't be read as a whole; what is wrong with one visit is in its entry.
    """
    skipped: list[int] = []
    schedules = replace(reading or ScheduleReading(), note_skipped=skipped.append)
    opened = open_source(source, stdin, systems or SystemsReading(), schedules)
    entries = opened.entries
    if numbers:
        entries = _up_to_the_last(list(entries), source, numbers)
    begin = list(islice(entries, 2))
    if not begin:
        left_out = [note.removeprefix(f"{printable(source)}: ") for note in opened.notes]
        why = "".join(f"; {note}" for note in [*left_out, *([skipped_rows(skipped)] if skipped else [])])
        raise InvalidInput([Problem(source, None, None, "", f"contains no visit{why}")])
    return RequestedVisits(
        source=source,
        entries=chain(begin, entries),
        numbers=frozenset(numbers),
        is_schedule=begin[0].row is not None and not (opened.is_of_another_system and len(begin) == 1),
        is_alone=len(numbers or begin) == 1,
        notes=opened.notes,
        skipped=skipped,
    )


def skipped_rows(lines: Sequence[int]) -> str:
    """How many rows were skipped, in words, with the first lines of them."""
    shown = ", ".join(map(str, lines[:_MOST_LISTED])) + (", ..." if len(lines) > _MOST_LISTED else "")
    rows, are = ("row", "is") if len(lines) == 1 else ("rows", "are")
    return f"{len(lines):,} {rows} {are} skipped, as `skip` in clinic.yaml states: line {shown}"


def _up_to_the_last(entries: list[VisitEntry], source: str, numbers: Sequence[str]) -> Iterator[VisitEntry]:
    """The visits that are named, with those before them, which they are compared with."""
    known = {entry.name.visit: place for place, entry in enumerate(entries, 1) if entry.name.visit}
    for number in numbers:
        if number not in known:
            raise _unknown(number, entries, source)
    return iter(entries[: max(known[number] for number in numbers)])


def _unknown(number: str, entries: Sequence[VisitEntry], source: str) -> WrongUse:
    """What is said of a number that no visit has."""
    if not is_visit_number(number):  # it might be a name, so it is not repeated
        message = "what `visits` names can't be the number of a visit; write it as the schedule does: V-1002"
        return WrongUse(message, arguments=["visits"])
    numbers = list(dict.fromkeys(entry.number for entry in entries if entry.number))
    near = did_you_mean(number, numbers) or f"; it contains {listed(numbers[:_MOST_LISTED])}"
    unread = [str(entry.row) for entry in entries if entry.row and not entry.name.visit][:_MOST_LISTED]
    hint = f"; no number can be read in line {', '.join(unread)}" if unread else ""
    return WrongUse(f"{printable(source)} contains no visit {quoted(number)}{near}{hint}")
