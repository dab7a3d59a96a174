"""What is handed back while the packets of visits are written and printed.

Guarantee: no event but the packets themselves holds a patient's particulars.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from consentkit.errors import ConsentkitError
from consentkit.operations.earlier_files import EarlierFile
from consentkit.operations.packets import MadePacket, NothingToPrint, RefusedVisit
from consentkit.packets.visits import VisitEntry
from consentkit.problems import Problem


class VisitPassedOver(NamedTuple):
    """A visit was read, but gets no packet: the others are compared with it."""

    entry: VisitEntry


class VisitWarned(NamedTuple):
    """Something may be wrong with a visit."""

    entry: VisitEntry
    warning: Problem


class PacketWritten(NamedTuple):
    """The packet of a visit is where it was meant to go."""

    made: MadePacket
    file: str | None
    """Its own file, or `-` for standard output; None where it has none."""
    jobs: tuple[str, ...]
    """The print system's numbers of the jobs."""


class PacketNotPrinted(NamedTuple):
    """The printer refused the packet of a visit; the packet follows if it is in a file of its own."""

    entry: VisitEntry
    error: ConsentkitError
    problems: tuple[Problem, ...]


class PrintUnrecorded(NamedTuple):
    """What the printer has accepted could not be recorded in the journal."""

    message: str


class VisitRefused(NamedTuple):
    """A visit has no packet."""

    refused: RefusedVisit


class VisitNeedsNothing(NamedTuple):
    """A visit has no packet, since everything is on file."""

    nothing: NothingToPrint


class DayFileWritten(NamedTuple):
    """The one file of all packets is where it was meant to go."""

    file: str
    packets: int
    jobs: tuple[str, ...]


class DayFileNotPrinted(NamedTuple):
    """The printer refused the one file of all packets, which was written."""

    error: ConsentkitError
    message: str


class DayFileRefused(NamedTuple):
    """The one file of all packets could not be made or written, so none of them is anywhere."""

    error: ConsentkitError
    message: str
    earlier: EarlierFile


class DayFileLeftOut(NamedTuple):
    """There is no file of all packets, since no visit has one."""

    earlier: EarlierFile


PacketEvent: TypeAlias = (
    VisitPassedOver
    | VisitWarned
    | PacketWritten
    | PacketNotPrinted
    | PrintUnrecorded
    | VisitRefused
    | VisitNeedsNothing
    | DayFileWritten
    | DayFileNotPrinted
    | DayFileRefused
    | DayFileLeftOut
)
