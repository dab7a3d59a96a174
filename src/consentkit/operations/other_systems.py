"""The visits of a file, in whichever format it is: ours, a Bundle of FHIR R4, or messages of HL7 v2.

Guarantees: what a file is, its ending says, or for a stream its first bytes; a file of another system is read as a
whole, with a limit, and nothing of it is fetched from elsewhere.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import InvalidInput, WrongUse
from consentkit.operations.visits import VisitFile, read_file
from consentkit.packets.mapping.recognising import ScheduleReading
from consentkit.packets.other_systems import SystemsReading as SystemsReading  # noqa: PLC0414 - what must be known to read them
from consentkit.packets.other_systems import VisitsRead
from consentkit.packets.visits import STDIN, VisitEntry, read_visits, visits_in
from consentkit.problems import Problem, printable
from consentkit.reading.files import explained, read_bytes

LARGEST = 16 * 1024 * 1024
"""Bytes that a file of another system may have."""
_HEAD = 4096
_AS_USUAL = ScheduleReading()
_SHOWN_STDIN = "stdin"


class OpenedVisits(NamedTuple):
    """The visits of a file, with what was left out of it."""

    entries: Iterator[VisitEntry]
    notes: tuple[str, ...] = ()
    is_of_another_system: bool = False


def systems_of(workspace: OpenWorkspace, day: date | None = None) -> SystemsReading:
    """What a clinic says of the systems that its visits come from. `day` is the one whose visits are read."""
    clinic = workspace.folder.clinic
    return SystemsReading(clinic.fhir, clinic.hl7, tuple(workspace.languages()), day)


def open_source(
    name: str, stdin: BinaryIO | None, reading: SystemsReading, schedules: ScheduleReading = _AS_USUAL
) -> OpenedVisits:
    """Read the visits of a file, or of `stdin` where the name is `-`. Raises what `read_visits` raises.

    `schedules` is how the clinic's schedules are written.
    """
    if name == STDIN:
        if stdin is None:
            raise WrongUse("`-` means standard input, but there is none; name a file")
        return source_in(stdin, _SHOWN_STDIN, reading, schedules)
    reader = _READERS.get(Path(name).suffix.casefold())
    if reader is None:
        return OpenedVisits(read_visits(name, reading=schedules))
    with explained(name):
        return _source(reader(read_bytes(Path(name), LARGEST), name, reading), name)


def read_any(
    workspace: OpenWorkspace, source: VisitFile, name: str, schedules: ScheduleReading = _AS_USUAL
) -> Iterator[VisitEntry]:
    """Read the visits of a path, or of an open file of bytes, which messages call by `name`.

    Raises what `read_file` raises.
    """
    if isinstance(source, str | Path):
        if Path(source).suffix.casefold() in _READERS:
            return open_source(str(source), None, systems_of(workspace), schedules).entries
    elif isinstance(source, io.BufferedIOBase) and source.seekable():
        source.seek(0)
        if _reader_of(source.read(_HEAD)):
            source.seek(0)
            return source_in(cast(BinaryIO, source), name, systems_of(workspace), schedules).entries
    return read_file(source, name, schedules)


def source_in(
    stream: BinaryIO, name: str, reading: SystemsReading, schedules: ScheduleReading = _AS_USUAL
) -> OpenedVisits:
    """Read the visits that come through a stream, such as an upload. `name` is what messages call it."""
    with explained(name):
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise InvalidInput([Problem(name, None, None, "", f"is too large; at most {LARGEST:,} bytes are read")])
    reader = _reader_of(data[:_HEAD])
    if reader is None:
        return OpenedVisits(visits_in(io.BytesIO(data), name, schedules))
    return _source(reader(data, name, reading), name)


def _source(read: VisitsRead, name: str) -> OpenedVisits:
    notes = tuple(f"{printable(name)}: {note}" for note in read.notes)
    return OpenedVisits(iter(read.entries), notes, is_of_another_system=True)


def _reader_of(head: bytes) -> _Reader | None:
    """What reads a file that begins so; None for the formats of ours. A visit in YAML may be written as JSON, too."""
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x0b \t\r\n")
    if begin.startswith((b"MSH", b"FHS", b"BHS")) and not begin[3:4].isalnum():
        return _read_hl7
    return _read_fhir if begin.startswith(b"{") and b'"resourceType"' in head else None


def _read_fhir(data: bytes, name: str, reading: SystemsReading) -> VisitsRead:
    from consentkit.fhir.visits import read_fhir

    return read_fhir(data, name, reading)


def _read_hl7(data: bytes, name: str, reading: SystemsReading) -> VisitsRead:
    from consentkit.hl7v2.visits import read_hl7

    return read_hl7(data, name, reading)


_Reader = Callable[[bytes, str, SystemsReading], VisitsRead]
_READERS: dict[str, _Reader] = {".json": _read_fhir, ".hl7": _read_hl7}
"""What reads a file with this ending."""


def require_day(text: str | None) -> date | None:
    """The day that is named. Raises WrongUse for what is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongUse("`on` is not a day; write year-month-day, such as 2026-11-23", arguments=["on"]) from None
