"""The visits that a program hands over, in whichever form it has them.

Guarantees: a visit is judged alike in every form; one that can't be read stops no other, and is an entry with its
problems; no message quotes what a visit holds, nor a text that may be the content of a visit instead of a path.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, TypeGuard

from consentkit.errors import ConsentkitError, InvalidInput, WrongUse
from consentkit.model.visit import Visit, VisitName
from consentkit.packets.mapping.recognising import ScheduleReading
from consentkit.packets.visit_data import entry_of_data
from consentkit.packets.visits import STDIN, SUFFIXES, VisitEntry, entry_of, read_visits, visits_in
from consentkit.problems import Problem, printable

VisitFile: TypeAlias = str | Path | BinaryIO
"""The path of a visit in YAML or of a schedule in CSV, or an open file of bytes with the content of one."""
GivenVisit: TypeAlias = Visit | VisitEntry | Mapping[str, Any] | VisitFile
"""A visit, one as it was read, its data with the keys of a visit in YAML, or the file that it is in."""

_AS_USUAL = ScheduleReading()
_CONTENT_ONLY = re.compile(r"[\x00-\x1f\x85\u2028\u2029]|: |^\s*[\[{\"'#]")
"""What a visit in YAML or CSV has, and hardly any path."""


def read_file(source: VisitFile, name: str = "visits", reading: ScheduleReading = _AS_USUAL) -> Iterator[VisitEntry]:
    """Read the visits of a file, one by one. An open file is read from its beginning, where it can be rewound.

    `reading` is how the clinic's schedules are written. `name` is what messages call an open file. Raises WrongUse for
    what is no file, and, before the first visit, InvalidInput for what is wrong with the file as a whole, and
    FileAccess where it can't be read.
    """
    if isinstance(source, io.TextIOBase):
        raise WrongUse("the file of visits is open as text; open it as bytes")
    if isinstance(source, str | Path):
        _require_path(source)
        return read_visits(str(source) if str(source) != STDIN else f"./{STDIN}", reading=reading)
    if not hasattr(source, "read"):
        raise _no_visit(source)
    if source.seekable():
        source.seek(0)
    return visits_in(source, name, reading)


def entries_of(visits: VisitFile | Iterable[GivenVisit], reading: ScheduleReading = _AS_USUAL) -> Iterator[VisitEntry]:
    """The visits of a file, or those that are given: what is no visit, or can't be read, is an entry with the reason.

    Raises WrongUse for what is neither a file nor several visits, and what `read_file` raises.
    """
    if _is_file(visits):
        return read_file(visits, reading=reading)
    return (entry for place, visit in enumerate(_several(visits), 1) for entry in _entries_at(place, visit, reading))


def others_of(visits: VisitFile | Iterable[GivenVisit], reading: ScheduleReading = _AS_USUAL) -> Iterator[VisitEntry]:
    """What `entries_of` gives. But a file that can't be read, or what is no visit, raises the reason."""
    for entry in entries_of(visits, reading):
        if entry.failure:
            raise entry.failure
        yield entry


def _several(visits: object) -> Iterable[object]:
    if isinstance(visits, Visit | VisitEntry | Mapping) or not isinstance(visits, Iterable):
        raise WrongUse("pass a list or a file of visits; for a single visit use `packet`")
    return visits


def _entries_at(place: int, visit: object, reading: ScheduleReading) -> Iterator[VisitEntry]:
    """The visits at a place of a list. One that can't be read stops none of those after it."""
    name = f"visit at place {place}"
    try:
        if not _is_file(visit):
            yield _entry_of(visit, name)
            return
        if isinstance(visit, str | Path):
            _require_path(visit)
            name = printable(str(visit))
        elif hasattr(visit, "read"):
            name = f"visits at place {place}"
        yield from read_file(visit, name, reading)
    except ConsentkitError as error:
        yield VisitEntry(None, name, None, _problems_of(error, name), VisitName(), failure=error)


def _problems_of(error: ConsentkitError, name: str) -> tuple[Problem, ...]:
    if isinstance(error, InvalidInput):
        return error.problems
    return (Problem(name, None, None, "", str(error).removeprefix(f"{name}: ")),)


def single_entry_of(visit: GivenVisit, reading: ScheduleReading = _AS_USUAL) -> VisitEntry:
    """The one visit of a file, or the one that is given. Raises what `entries_of` raises."""
    if not _is_file(visit):
        return _entry_of(visit, "visit")
    entries = list(islice(read_file(visit, reading=reading), 2))
    if len(entries) != 1:
        named = f"{printable(str(visit))} holds" if isinstance(visit, str | Path) else "these are"
        raise WrongUse(f"{named} several visits; use `packets` for all of them, or pass just one")
    return entries[0]


def _is_file(given: object) -> TypeGuard[VisitFile]:
    """Whether something is a file, or meant as one."""
    return isinstance(given, str | Path | bytes | bytearray | memoryview) or hasattr(given, "read")


def _require_path(path: str | Path) -> None:
    """Raise WrongUse for what may be the content of a visit. A file that is there may have any name."""
    text = str(path)
    is_path = Path(text).suffix.casefold() in SUFFIXES and not _CONTENT_ONLY.search(text)
    if not is_path and not os.path.lexists(text):
        raise _content()


def _content() -> WrongUse:
    return WrongUse(
        "this is the content of a visit, or no path of a file of visits, which ends in "
        f"{' or '.join(SUFFIXES)}; give a dictionary or open bytes"
    )


def _no_visit(given: object) -> WrongUse:
    if isinstance(given, bytes | bytearray | memoryview):
        return _content()
    kind = type(given).__name__
    named = "None" if given is None else f"{'an' if kind[0] in 'aeioAEIO' else 'a'} {kind}"
    return WrongUse(f"{named} is no visit; give a Visit, a dictionary with the keys of a visit, or the path of a file")


def _entry_of(visit: object, place: str) -> VisitEntry:
    match visit:
        case VisitEntry():
            return visit
        case Visit():
            return entry_of(visit)
        case Mapping():
            return entry_of_data(visit, place)
        case _:
            raise _no_visit(visit)
