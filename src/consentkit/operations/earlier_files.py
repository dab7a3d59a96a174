"""What becomes of the file of a packet whose visit is refused or replaced later, in the same run or in another one.

Guarantees: a visit has one packet at most among the files of a run: when its number comes again, on whichever day, the
file that was written for it before is replaced, or removed, or the result says that it is still there. Only where a
schedule repeats a number does the packet stay that was made first, since the reader of schedules refuses the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from consentkit.operations.targets import STDOUT, PacketTargets
from consentkit.packets.earlier import Fate, remove_packet_of
from consentkit.packets.visits import VisitEntry
from consentkit.problems import printable


@dataclass(frozen=True)
class EarlierFile:
    """What became of the file of a packet that was made earlier, and is not that of the visit now."""

    fate: Fate | Literal["unknown"] = "absent"
    place: str = ""
    """The file, as messages may name it."""
    advice: str = ""
    """What to say of it, as the rest of a sentence; empty where there was none."""


class _Written(NamedTuple):
    """A file of this run."""

    place: Path
    visit: str
    """The number of the visit, as its cover has it."""
    source: str
    row: int | None
    """The line of the schedule that the visit is on."""


class EarlierFiles:
    """The files that a run has written, and those of earlier runs that it comes upon."""

    def __init__(self, targets: PacketTargets) -> None:
        self._targets = targets
        self._written: dict[str, _Written] = {}
        """By the number of the visit, in one case, since not every file system separates V-1 from v-1."""

    def replaced_by(self, entry: VisitEntry, visit: str, file: str | None) -> EarlierFile:
        """Take note of the file of a visit, and remove the one that this run has written for it at another place."""
        if file is None or file == STDOUT:
            return EarlierFile()
        before, place = self._written.get(visit.casefold()), Path(file)
        self._written[visit.casefold()] = _Written(place, visit, entry.file, entry.row)
        if before is None or _is_same_file(before.place, place):
            return EarlierFile()
        return _removed(before.place, {before.visit}, printable(str(before.place)))

    def of_refused(self, entry: VisitEntry, *, is_of_another_patient: bool = False) -> EarlierFile:
        """Remove what was made for a visit before, unless it is the packet of another one with the same number."""
        visit = entry.name.visit
        written = self._written.get(visit.casefold()) if visit else None
        kept = written if written and (is_of_another_patient or _is_repeated(entry, written)) else None
        if visit and written and not kept:
            del self._written[visit.casefold()]
        ends = [self._removed_for(entry, place, written) for place in self._places(entry, written, kept)]
        if self._targets.are_in_a_folder and self._targets.place_of(entry.name) is None:
            unread = "day" if visit else "number"
            advice = f"its {unread} can't be read, so check whether one from an earlier run is still there"
            ends.append(EarlierFile("unknown", advice=advice))
        return _in_one(ends)

    def of_day(self, target: str, visits: Collection[str]) -> EarlierFile:
        """Remove the one file of all packets: none of these visits is in it, so none may be left there from before."""
        return EarlierFile() if target == STDOUT else _removed(Path(target), visits, printable(target))

    def _places(self, entry: VisitEntry, written: _Written | None, kept: _Written | None) -> Iterator[Path]:
        """Where a packet of a refused visit may be, each place once."""
        if written and not kept:
            yield written.place
        place = self._targets.place_of(entry.name)
        if place and not (written and str(written.place).casefold() == str(place).casefold()):
            yield place

    def _removed_for(self, entry: VisitEntry, place: Path, written: _Written | None) -> EarlierFile:
        # A number that reveals who comes is part of the file's name, too, so neither is repeated.
        is_tellable = entry.number or not self._targets.are_in_a_folder
        visits = {visit for visit in (entry.name.visit, written.visit if written else None) if visit}
        return _removed(place, visits, printable(str(place)) if is_tellable else "the file under its name")


def _is_repeated(entry: VisitEntry, written: _Written) -> bool:
    """Whether a visit is on a later line of the schedule that the packet was made from."""
    if entry.row is None or written.row is None:
        return False
    return entry.file == written.source and entry.row > written.row


def _is_same_file(one: Path, other: Path) -> bool:
    """Whether two names mean one file, as in a folder that ignores case. Both may be missing."""
    try:
        return one == other or one.samefile(other)
    except OSError:
        return False


def _removed(place: Path, visits: Collection[str], shown: str) -> EarlierFile:
    """Remove the packet of any of these visits from a place."""
    fate = remove_packet_of(place, visits)
    return EarlierFile(fate, shown, _ADVICE[fate].format(place=shown))


def _in_one(ends: list[EarlierFile]) -> EarlierFile:
    """What became of several files: the place is that of the one that matters most."""
    if not ends:
        return EarlierFile()
    first = min(ends, key=lambda end: _MOST_IMPORTANT.index(end.fate))
    return EarlierFile(first.fate, first.place, "; ".join(end.advice for end in ends if end.advice))


_MOST_IMPORTANT = ("left", "removed", "unknown", "absent")

_ADVICE = {
    "absent": "",
    "removed": "{place}, which was made for it before, has been removed",
    "left": "{place} is still there from before, since it is not this visit's packet as consentkit made it: it may be "
    "filled in, altered or something else; do not hand it out for this visit",
}
"""What is said of an earlier file."""
