"""Packets of a long schedule that a second process makes, while this one makes, writes and records the others.

Guarantees: what that process makes only saves time: every visit is judged, planned, written and recorded here, in the
order of the schedule, and a packet from there is taken only where it is of this plan and these papers; where there is
none, for whatever reason, it is made here. It passes through memory only, and the process ends with this one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Hashable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from consentkit.errors import ConsentkitError
from consentkit.operations.packets import PacketAhead, PacketsInTurn
from consentkit.packets.visit_kinds import kind_of
from consentkit.packets.visits import VisitEntry

if TYPE_CHECKING:
    from consentkit.processes.aside import Aside

_MOST = 2500
"""Visits that are read before the first of them is served, which bounds the memory that they take: 5 kB for each. For
those behind them, another process is forked, which has to learn again what their papers share."""
_FIRST = 8
"""Visits that are served before a process is forked, so that it has what their packets need."""
_LEAST = 48
"""Visits for which it takes less time to fork a process than it saves."""
_SECONDS = 15.0
"""The longest time for a packet of that process, until it has been taken."""
_REST = 0.6
"""How much of the time that a packet takes is spent on what is done here for each: it is planned, taken and written."""

_FromAside = tuple[int, PacketAhead | None]


def one_by_one(entries: Iterator[VisitEntry]) -> Iterator[Sequence[VisitEntry]]:
    """The visits of a schedule, each read when those before it have been served."""
    return ([entry] for entry in entries)


def in_parts(entries: Iterator[VisitEntry]) -> Iterator[Sequence[VisitEntry]]:
    """The visits of a schedule, thousands at a time. What reading raises is raised after the visits before it."""
    yield from one_by_one(islice(entries, _FIRST))
    is_read = False
    while not is_read:
        part: list[VisitEntry] = []
        failure: ConsentkitError | None = None
        try:
            part.extend(islice(entries, _MOST))
        except ConsentkitError as error:
            failure = error
        yield part
        if failure:
            raise failure
        is_read = len(part) < _MOST


class MadeAhead:
    """What a second process makes of some visits."""

    def __init__(self, aside: Aside[_FromAside] | None = None, places: Sequence[int] = ()) -> None:
        self._aside, self._waiting = aside, list(reversed(places))
        self._results = aside.results() if aside else iter(())

    def packet(self, place: int) -> PacketAhead | None:
        """The packet of the visit at a place, if it was made there. Call it for each place once, in their order."""
        if not self._waiting or self._waiting[-1] != place:
            return None
        self._waiting.pop()
        number, packet = next(self._results, (place, None))
        return packet if number == place else None

    def end(self) -> None:
        """End that process."""
        if self._aside:
            self._aside.end()


@contextmanager
def made_ahead(making: PacketsInTurn, entries: Sequence[VisitEntry | None]) -> Generator[MadeAhead, None, None]:
    """Let a second process make a share of the packets of visits, if there are enough of them, and a processor for it.

    None is for a visit that gets no packet.
    """
    places = _share(entries) if len(entries) >= _LEAST and _processors() > 1 else []
    ahead = MadeAhead()
    if places:
        from consentkit.processes.aside import begin_aside  # which loads what few runs need

        try:
            ahead = MadeAhead(begin_aside(_SECONDS, _made, making.apart(), entries, places), places)
        except OSError:  # there are no resources for it
            ahead = MadeAhead()
    try:
        yield ahead
    finally:
        ahead.end()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _made(making: PacketsInTurn, entries: Sequence[VisitEntry | None], places: Sequence[int]) -> Iterator[_FromAside]:
    """The packets of the visits at some places."""
    for place in places:
        entry = entries[place]
        yield place, making.made_ahead(entry) if entry else None


def _share(entries: Sequence[VisitEntry | None]) -> list[int]:
    """The places of visits that the second process takes: of most kinds all or none, since it has what they share."""
    # A file of others may have to be judged in a process of its own, which the second process can't begin.
    kinds = [kind_of(entry.visit) if entry and entry.visit and not entry.visit.extra else None for entry in entries]
    counts = Counter(kind for kind in kinds if kind is not None)
    own, other = _REST * counts.total(), 0.0
    taken: set[Hashable] = set()
    shared = {kind for kind, count in counts.items() if count > counts.total() / 4}
    for kind, count in counts.most_common():
        if kind in shared:
            own, other = own + count / 2, other + count / 2
        elif other < own:
            taken.add(kind)
            other += count
        else:
            own += count
    return [
        place
        for place, kind in enumerate(kinds)
        if kind is not None and (kind in taken or (kind in shared and place % 2))
    ]
