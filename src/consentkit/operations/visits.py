"""The visits that a program hands over, in whichever form it has them.

Guarantees: a visit is judged alike in every form; one that can't be read stops no other, and is an entry with its
problems; no message quotes what a visit holds.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, TypeGuard

from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.model.visit import Visit, VisitName
from consentkit.packets.visit_data import entry_of_data
from consentkit.packets.visits import STDIN, VisitEntry, entry_of, read_visits, visits_in
from consentkit.problems import Problem, printable

VisitFile: TypeAlias = str | Path | BinaryIO
"""The path of a visit in YAML or of a schedule in CSV, or an open file of bytes with the content of one."""
GivenVisit: TypeAlias = Visit | VisitEntry | Mapping[str, Any] | VisitFile
"""A visit, one as it was read, its data with the keys of a visit in YAML, or the file that it is in."""


def read_file(source: VisitFile) -> Iterator[VisitEntry]:
    """Read the visits of a file, one by one.

    Before the first one, raises InvalidInput for what is wrong with the file as a whole, and FileAccess where it can't
    be read.
    """
    if isinstance(source, io.TextIOBase):
        raise WrongUse("the file of visits is open as text; open it as bytes")
    if isinstance(source, str | Path):
        return read_visits(str(source) if str(source) != STDIN else f"./{STDIN}")
    return visits_in(source, "visits")


def entries_of(visits: VisitFile | Iterable[GivenVisit]) -> Iterator[VisitEntry]:
    """The visits of a file, or those that are given.

    Raises WrongUse for what is no visit, and what `read_file` raises.
    """
    if _is_file(visits):
        return read_file(visits)
    if isinstance(visits, Visit | VisitEntry | Mapping) or not isinstance(visits, Iterable):
        raise WrongUse("a list of visits, or a file of them, is needed here; for one visit there is `packet`")
    return (entry for place, visit in enumerate(visits, 1) for entry in _entries_at(place, visit))


def _entries_at(place: int, visit: object) -> Iterator[VisitEntry]:
    """The visits at a place of a list. A file that can't be read stops none of those after it."""
    if not _is_file(visit):
        yield _entry_of(visit, f"visit at place {place}")
        return
    try:
        yield from read_file(visit)
    except (InvalidInput, FileAccess) as error:
        name = printable(str(visit)) if isinstance(visit, str | Path) else f"visits at place {place}"
        yield VisitEntry(None, name, None, _problems_of(error, name), VisitName())


def _problems_of(error: InvalidInput | FileAccess, name: str) -> tuple[Problem, ...]:
    if isinstance(error, InvalidInput):
        return error.problems
    return (Problem(name, None, None, "", str(error).removeprefix(f"{name}: ")),)


def single_entry_of(visit: GivenVisit) -> VisitEntry:
    """The one visit of a file, or the one that is given. Raises what `entries_of` raises."""
    if not _is_file(visit):
        return _entry_of(visit, "visit")
    entries = list(islice(read_file(visit), 2))
    if len(entries) != 1:
        named = f"{printable(str(visit))} holds" if isinstance(visit, str | Path) else "these are"
        raise WrongUse(f"{named} several visits, and a packet is for one; take `packets` for all, or name the one")
    return entries[0]


def _is_file(given: object) -> TypeGuard[VisitFile]:
    return isinstance(given, str | Path) or hasattr(given, "read")


def _entry_of(visit: object, place: str) -> VisitEntry:
    match visit:
        case VisitEntry():
            return visit
        case Visit():
            return entry_of(visit)
        case Mapping():
            return entry_of_data(visit, place)
        case _:
            raise WrongUse(
                f"a {type(visit).__name__} is no visit; give a Visit, a dictionary with the keys of a visit, "
                "or the path of a file"
            )
