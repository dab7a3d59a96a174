"""The packets of visits, in memory.

Guarantees: a visit that can't be served does not stop the others, and is refused with every reason at once; no reason,
warning or notice holds a patient's particulars; each visit is compared with those before it, and one that comes again
replaces what it was before. Nothing is written or printed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, InvalidInput
from consentkit.library.snapshot import Snapshot
from consentkit.model.visit import Visit
from consentkit.packets.day_file import combine
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.pairing import RecordBook
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.planning import PacketOptions as PacketOptions  # noqa: PLC0414 - how packets are requested
from consentkit.packets.planning import Planner
from consentkit.packets.visit_problems import field_of, named_visit, problems_of, unread_problems
from consentkit.packets.visits import VisitEntry, entry_of
from consentkit.problems import Problem

_AS_USUAL = PacketOptions()


@dataclass(frozen=True)
class MadePacket:
    """The packet of a visit."""

    entry: VisitEntry
    packet: Packet
    notices: tuple[str, ...] = ()
    """What the front desk should know before it hands the papers out, in sentences."""
    warnings: tuple[Problem, ...] = ()
    """What may be wrong with the visit: whoever knows the patient should look."""
    file: Path | None = None
    """The file that it was written into, if it was."""

    @property
    def pdf(self) -> bytes:
        """The papers."""
        return self.packet.pdf

    @property
    def file_name(self) -> str:
        """The name that its file has: day and number of the visit, and nothing about the patient."""
        return self.packet.file_name


@dataclass(frozen=True)
class RefusedVisit:
    """A visit without a packet."""

    entry: VisitEntry
    error: ConsentkitError
    """What was raised; its class says what kind of failure it is."""
    problems: tuple[Problem, ...]
    """Everything that speaks against the visit, with the remedies."""
    warnings: tuple[Problem, ...] = ()
    advice: str = ""
    """What became of an earlier packet of the visit where packets are written, as the rest of a sentence."""


def packets_of(
    workspace: OpenWorkspace, visits: Iterable[Visit | VisitEntry], options: PacketOptions = _AS_USUAL
) -> Iterator[MadePacket | RefusedVisit]:
    """Make the packets of visits, such as those of a day, one after the other, each when it is requested."""
    making = PacketsInTurn(workspace, options)
    for visit in visits:
        yield making.make(visit)


def packet_of(
    workspace: OpenWorkspace,
    visit: Visit | VisitEntry,
    options: PacketOptions = _AS_USUAL,
    *,
    others: Iterable[Visit] = (),
) -> MadePacket:
    """Make the packet of one visit.

    `others` are visits to compare it with, such as all those of its day; what it was before may be among them. Raises
    ConsentkitError where it is refused: InvalidInput has every reason as a problem.
    """
    making = PacketsInTurn(workspace, options)
    number = visit.visit if isinstance(visit, Visit) else visit.name.visit
    for other in others:
        if other.visit != number:
            making.pass_over(other)
    result = making.make(visit)
    if isinstance(result, RefusedVisit):
        raise result.error
    return result


class PacketsInTurn:
    """Makes the packets of one visit after the other.

    It may be kept for as long as one likes; what it holds in memory is bounded but for a few hashes a visit. It is for
    one thread at a time.
    """

    def __init__(
        self, workspace: OpenWorkspace, options: PacketOptions = _AS_USUAL, *, ends_on_even_page: bool = False
    ) -> None:
        """`ends_on_even_page` is for packets that come after one another in one file."""
        parsed = ParsedFiles(workspace)
        self._workspace = workspace
        self._planner = Planner(workspace, options, parsed)
        self._maker = PacketMaker(workspace, options.duplex, ends_on_even_page, parsed)
        self._records = RecordBook()

    def make(self, visit: Visit | VisitEntry) -> MadePacket | RefusedVisit:
        """Make the packet of a visit, or say why it has none."""
        entry = entry_of(visit) if isinstance(visit, Visit) else visit
        if entry.visit is None:
            return refusal(entry, InvalidInput(unread_problems(entry)))
        warnings = tuple(self._record_warnings(entry, entry.visit))
        inputs = self._workspace.inputs(Snapshot())  # each file is read once for a visit, and again for the next one
        try:
            plan = self._planner.plan(entry.visit, entry.file, entry.row, entry.code_places, inputs)
            packet = self._maker.make(plan, inputs)
        except ConsentkitError as error:
            self.forget(entry.visit)
            return refusal(entry, error, warnings)
        return MadePacket(entry, packet, tuple(notices_of(packet)), warnings)

    def pass_over(self, visit: Visit | VisitEntry) -> None:
        """Take note of a visit that gets no packet now, since others of its day may depend on it."""
        entry = entry_of(visit) if isinstance(visit, Visit) else visit
        if entry.visit:
            self._records.earlier(entry.visit, _place(entry, entry.visit))
            self._planner.pass_over(entry.visit)

    def forget(self, visit: Visit) -> None:
        """Let a visit count for no other one, since it is refused, whatever it was before."""
        self._planner.forget(visit)

    def combine(self, packets: Sequence[Packet]) -> bytes:
        """Join packets that were made here into one file. There must be one at least. Raises RenderingFailed."""
        return combine(self._maker, packets)

    def _record_warnings(self, entry: VisitEntry, visit: Visit) -> Iterator[Problem]:
        """Warn where a record number came with another name before: one of the two papers is about somebody else."""
        if earlier := self._records.earlier(visit, _place(entry, visit)):
            message = f"has the record number of {earlier} with another name or date of birth; see whose it is"
            yield Problem(entry.file, entry.row, None, field_of(visit.visit, entry.file), message, "warning")


def refusal(entry: VisitEntry, error: ConsentkitError, warnings: tuple[Problem, ...] = ()) -> RefusedVisit:
    """A visit that has no packet because of an error."""
    return RefusedVisit(entry, error, tuple(problems_of(error, entry)), warnings)


def notices_of(packet: Packet, today: datetime.date | None = None) -> Iterator[str]:
    """What the front desk should know of a packet on a day; on this one if none is named."""
    plan = packet.plan
    for document in plan.documents:
        yield from document.notices(today or datetime.date.today())
    for name in packet.untagged:
        yield f"packets with {name} are not PDF/UA, because that file has no tags that a screen reader needs"
    for name, extra in zip(plan.extra_names, plan.extras, strict=True):
        yield from (f"{name}: {notice}" for notice in extra.notices)
    for conflict in plan.overridden:
        yield f"{named_visit(plan.visit.visit)}: overridden: {conflict.reason}"


def _place(entry: VisitEntry, visit: Visit) -> str:
    """Where a visit is, for those that come later."""
    return f"line {entry.row}" if entry.row else named_visit(visit.visit)
