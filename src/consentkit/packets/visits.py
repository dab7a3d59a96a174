"""The visits of a file: one in YAML, or a day's schedule in CSV.

Guarantees: a visit that can't be read never stops the others; what is wrong with a file as a whole is reported before
the first visit. A file is read visit by visit, and of those that were handed on only numbers are kept, as marks of a
few bytes; what comes through a pipe is held as a whole, which is why it has the same limit as a file. No message quotes
what a cell or a field holds, since these are a patient's particulars; unknown keys are quoted only where they look like
keys.
"""

from __future__ import annotations

import codecs
import io
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from consentkit.errors import ConsentkitError, InvalidInput, WrongUse
from consentkit.model.visit import Visit, VisitName, name_of
from consentkit.packets.mapping.recognising import ScheduleReading, needs_reading
from consentkit.packets.needs import Need, needs_of
from consentkit.packets.origin import Origin
from consentkit.packets.schedule import LARGEST_SCHEDULE, decoded_utf8, looks_like_a_schedule, read_schedule
from consentkit.packets.schedule_rows import ScheduleRow
from consentkit.packets.shown_numbers import shown_number
from consentkit.problems import Problem, printable
from consentkit.reading import yaml_file
from consentkit.reading.files import LARGEST_TEXT, explained, open_regular, read_bytes
from consentkit.reading.tables import MARKS_OF_UTF_16, WORKBOOK
from consentkit.reading.validation import validated
from consentkit.reading.yaml_file import Data

STDIN = "-"
"""The name that means standard input."""

SUFFIXES = {".yaml": False, ".yml": False, ".csv": True, ".tsv": True, ".txt": True, ".xlsx": True}
"""How the names of files of visits end, and whether these are schedules."""

_OF_WORKBOOK = ".xlsx"
_SHOWN_STDIN = "stdin"
_HEAD = 4096
_PIECE = 64 * 1024
_SAVE_AS = "open it in the spreadsheet program and save it as CSV UTF-8"
_UTF_16 = f"is written in UTF-16; save it as UTF-8 (a schedule: {_SAVE_AS}, or state `encoding: utf-16` in clinic.yaml)"
_EMPTY = "is empty; write a visit in YAML, or a schedule in CSV"
_AS_USUAL = ScheduleReading()
_NOT_TEXT = {
    WORKBOOK: f"is a spreadsheet or an archive, not text; {_SAVE_AS}",
    b"\xd0\xcf\x11\xe0": f"is a spreadsheet in an old format, not text; {_SAVE_AS}",
    b"%PDF": "is a PDF; name a visit in YAML or a schedule in CSV",
    codecs.BOM_UTF16_LE: _UTF_16,
    codecs.BOM_UTF16_BE: _UTF_16,
}
"""How a file that is no text begins, and what to do about it."""


@dataclass(frozen=True)
class VisitEntry:
    """One visit as it was read: the visit, or what is wrong with it."""

    row: int | None
    """The line of a schedule that it is on; None for YAML, which holds one visit."""
    label: str
    """What messages call it: `schedule.csv:3` or `visit.yaml`."""
    visit: Visit | None
    """The visit; None where there are problems."""
    problems: tuple[Problem, ...]
    """All that is wrong with it, from the top, or from the left."""
    name: VisitName
    """Its number and its day, as far as these can be read; known where there are problems, too."""
    number: str | None = None
    """Its number as messages may name it; None where it can't be read, or reveals who the patient is."""
    code_places: tuple[tuple[int | None, int | None], ...] = ()
    """The line and the column of each code; in a schedule the column is counted in cells."""
    failure: ConsentkitError | None = field(default=None, compare=False)
    """Why there is no visit at all, where that is not among the mistakes of one."""
    data: Data | None = field(default=None, compare=False, repr=False)
    """What was read, by the keys of a visit, right or wrong; None where it can't be separated."""
    needs: tuple[Need, ...] = field(default=(), compare=False)
    """What it lacks that a person can supply, in the order of a schedule's columns; there is no visit then."""
    refusals: tuple[Problem, ...] = field(default=(), compare=False)
    """Those of its problems that nobody can help by supplying something, such as that the patient has died."""
    warnings: tuple[Problem, ...] = ()
    """What may be wrong with it, and does not stop it."""
    origin: Origin | None = field(default=None, compare=False, repr=False)
    """What the system that it comes from calls it."""

    @property
    def file(self) -> str:
        """The file that it is in, as messages name it: a label has the row, too."""
        return self.label.rsplit(":", 1)[0] if self.row else self.label


def is_table(name: str) -> bool:
    """Whether the name of a file says that it holds a schedule."""
    return SUFFIXES.get(Path(name).suffix.lower(), False)


_OF_VISIT = frozenset({"visit", "patient"})
_OF_TEXT = frozenset({"code", "title", "sections", "words", "clauses"})
_KEY_OF_TEXT = re.compile(r"^[\"']?(?:code|title|sections|words|clauses)[\"']?[ \t]*:", re.MULTILINE)
_TOP_KEY_OF_VISIT = re.compile(r"""^(["']?)(?:visit|patient)\1[ \t]*:""", re.MULTILINE | re.IGNORECASE)
_KEY_OF_VISIT = re.compile(
    r"""^[ \t-]*\{?[ \t]*(["']?)(?:visit|patient)\1\s*:|[{,]\s*(["'])(?:visit|patient)\2\s*:""",
    re.MULTILINE | re.IGNORECASE,
)
"""One of its keys, also in JSON, indented, or as an entry of a list."""


def holds_visit(text: str, name: str, *, before: bool = False) -> bool:
    """Whether a file in YAML holds a visit, by its keys. `before` is what counts where its mistakes leave that open."""
    is_likely = bool(_KEY_OF_VISIT.search(text))
    if not is_likely and not before:
        return False  # most files, and nothing has to be parsed
    parsed = yaml_file.parse(text, name, discreet=True)
    keys = {str(key).casefold() for key in parsed.data}
    if _OF_VISIT & keys:
        return not _OF_TEXT & keys
    if parsed.data and not parsed.problems:
        return False  # a text may have such a key further in
    if before or _TOP_KEY_OF_VISIT.search(text):
        return True  # no text has one there: a file with mistakes may be about a patient
    return is_likely and not _KEY_OF_TEXT.search(text)


def is_visit_file(
    path: Path, data_of: Callable[[Path, int], bytes] = read_bytes, *, before: bool = False, unread: bool = False
) -> bool:
    """Whether a YAML file holds a visit, whatever it is encoded in. What can't be read counts as `unread` says.

    `data_of` reads a file of at most that many bytes, such as the snapshot of a run. `before` is what counts where its
    mistakes leave that open.
    """
    try:
        data = data_of(path, LARGEST_TEXT)
    except ConsentkitError:
        return unread
    encoding = "utf-16" if data.startswith(MARKS_OF_UTF_16) else "utf-8-sig"
    return holds_visit(data.decode(encoding, errors="replace"), str(path), before=before)


def entry_of(visit: Visit) -> VisitEntry:
    """A visit that comes from no file. Messages call it by its number."""
    return VisitEntry(None, f"visit {visit.visit}", visit, (), VisitName(visit.visit, visit.date), visit.visit)


def read_visits(name: str, stdin: BinaryIO | None = None, reading: ScheduleReading = _AS_USUAL) -> Iterator[VisitEntry]:
    """Read the visits of a file, or of `stdin` where the name is `-`.

    The ending of a path says what it holds; the first line, what comes through stdin. `reading` is how the clinic's
    schedules are written. Raises InvalidInput for what
    is wrong with the file as a whole, FileAccess where it can't be read, and WrongUse where there is no stdin, each
    before the first visit.
    """
    if name != STDIN:
        is_schedule = _by_suffix(name)
        with explained(name), os.fdopen(open_regular(name)[0], "rb") as file:
            yield from _visits(file, name, reading, is_schedule=is_schedule)
    elif stdin is None:
        raise WrongUse("`-` means standard input, but there is none; name a file")
    else:
        yield from visits_in(stdin, _SHOWN_STDIN, reading)


def visits_in(stream: BinaryIO, name: str, reading: ScheduleReading = _AS_USUAL) -> Iterator[VisitEntry]:
    """Read the visits that come through a stream, such as an upload. `name` is what messages call it.

    Its first line says whether it is a schedule. Raises what `read_visits` raises.
    """
    with explained(name):
        source = stream if stream.seekable() else io.BytesIO(_all_of(stream))
        yield from _visits(source, name, reading, is_schedule=None)


def _visits(stream: BinaryIO, name: str, reading: ScheduleReading, *, is_schedule: bool | None) -> Iterator[VisitEntry]:
    """The visits of a stream that can be read twice, so that faults of the whole are known before the first visit."""
    head = _head(stream)
    if Path(name).suffix.lower() == _OF_WORKBOOK and is_schedule and not head.startswith(WORKBOOK):
        raise _refused(name, f"is named {_OF_WORKBOOK}, but is none; {_SAVE_AS}")
    if is_schedule is not False and needs_reading(head, reading):
        # Which schedules in our form do without.
        from consentkit.packets.mapping.reading import is_table as is_read_whole
        from consentkit.packets.mapping.reading import rows_of

        if is_schedule or is_read_whole(stream, name, reading):
            _require_no_other_file(head, name)
            yield from map(partial(_entry_of_row, name), rows_of(stream, name, reading))
            return
    _require_text(head, name)
    if is_schedule is None:
        is_schedule = looks_like_a_schedule(head.decode(errors="replace"))
    if not is_schedule:
        yield _read_one(stream, name)
        return
    yield from map(partial(_entry_of_row, name), read_schedule(stream, name, reading.settings))


def _entry_of_row(name: str, row: ScheduleRow) -> VisitEntry:
    return VisitEntry(
        row=row.line,
        label=f"{printable(name)}:{row.line}",
        visit=row.visit,
        problems=row.problems,
        name=row.name,
        number=row.number,
        code_places=((row.line, row.code_column),) * (len(row.visit.procedures) if row.visit else 0),
        data=row.data,
        needs=row.needs,
        warnings=row.warnings,
    )


def _by_suffix(name: str) -> bool:
    """Whether a path names a schedule."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise _refused(
            name,
            "is neither .yaml nor .csv, .xlsx, .json (FHIR) or .hl7; write a visit in YAML; of a schedule: "
            f"{_SAVE_AS}; of another system: export FHIR as JSON, or messages of HL7 v2",
        )
    return SUFFIXES[suffix]


def _all_of(stream: BinaryIO) -> bytes:
    """All that comes through a pipe, which can't be read twice: at most one byte more than is read of a file."""
    data = bytearray()
    while len(data) <= LARGEST_SCHEDULE and (piece := stream.read(min(_PIECE, LARGEST_SCHEDULE + 1 - len(data)))):
        data += piece
    return bytes(data)


def _head(stream: BinaryIO) -> bytes:
    """How a stream begins; it is at its beginning again afterwards."""
    start = stream.tell()
    head = stream.read(_HEAD)
    stream.seek(start)
    return head


def _require_no_other_file(head: bytes, shown: str) -> None:
    """Raise InvalidInput for what is neither text, in whichever encoding, nor a workbook."""
    for beginning, message in _NOT_TEXT.items():
        if beginning not in {WORKBOOK, *MARKS_OF_UTF_16} and head.startswith(beginning):
            raise _refused(shown, message)
    _require_no_page(head, shown)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise _refused(shown, _EMPTY)


def _require_text(head: bytes, shown: str) -> None:
    for beginning, message in _NOT_TEXT.items():
        if head.startswith(beginning):
            raise _refused(shown, message)
    _require_no_page(head, shown)
    if head.count(0) > len(head) / 4:
        raise _refused(shown, _UTF_16)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise _refused(shown, _EMPTY)


def _require_no_page(head: bytes, shown: str) -> None:
    """Raise InvalidInput for HTML or XML, which programs write for spreadsheets to open, under any name."""
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<[!?A-Za-z]", head):
        raise _refused(shown, f"is HTML or XML, which only opens as a spreadsheet; {_SAVE_AS}")


def _read_one(stream: BinaryIO, shown: str) -> VisitEntry:
    """Read a visit in YAML."""
    data = stream.read(LARGEST_TEXT + 1)
    if len(data) > LARGEST_TEXT:
        raise _refused(shown, f"is too large; at most {LARGEST_TEXT:,} bytes of YAML are read")
    text = decoded_utf8(data.removeprefix(codecs.BOM_UTF8), shown)
    source = yaml_file.parse(text, shown, discreet=True)
    visit, problems = validated(Visit, source)
    count = len(visit.procedures) if visit else 0
    places = tuple(source.values.get(("procedures", index), (None, None)) for index in range(count))
    name, number = name_of(source.data), visit.visit if visit else shown_number(source.data)
    needs = () if visit else needs_of(source.data)
    label = printable(shown)
    return VisitEntry(None, label, visit, tuple(problems), name, number, places, data=source.data, needs=needs)


def _refused(name: str, message: str) -> InvalidInput:
    return InvalidInput([Problem(name, None, None, "", message)])
