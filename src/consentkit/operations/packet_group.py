"""Packets that are written one after the other, and get their names together.

Guarantees: a file has its name only when the system has the whole of it on disk, its record is kept and the journal has
its entry; of a packet that could not be written, neither a file nor a record is there. Where a file that was written
can't take its name, or the journal takes no entry, the records that have theirs by then stay: another packet of the
visit may share them, and they do no harm; so may parts of papers, which have nothing of a patient. One call to the
system makes all files of a group safe, since to do that for each takes ten times as long as to make it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.operations.journal import is_for_group
from consentkit.operations.packets import MadePacket
from consentkit.operations.recording import PacketRecorder
from consentkit.operations.records import keep_record
from consentkit.output.new_files import WaitingFiles
from consentkit.packets.visits import VisitEntry
from consentkit.processes.interruption import uninterrupted


@dataclass(frozen=True)
class PacketInGroup:
    """A packet that waits for its name."""

    made: MadePacket
    target: str
    seal: str | None
    """The digest of its file, for the journal."""

    @property
    def visit(self) -> str:
        """The number of its visit, in one case, since not every file system separates V-1 from v-1."""
        return self.made.packet.plan.visit.visit.casefold()

    @property
    def record(self) -> str:
        """The record number of its patient, as visits of one day are compared."""
        return self.made.packet.plan.visit.patient.record.casefold()


class PacketGroup:
    """Packets that wait for one another. It is for `with`: those that have no name by the end are removed."""

    def __init__(
        self,
        workspace: OpenWorkspace,
        recorder: PacketRecorder,
        *,
        force: bool,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds` are how long the first one may wait: with none, each gets its name by itself."""
        self._workspace, self._recorder, self._force = workspace, recorder, force
        self._seconds, self._clock = seconds, clock
        self._since = 0.0
        self._waiting: list[PacketInGroup] = []
        self._visits: set[str] = set()
        """Their numbers, and below, those of their patients."""
        self._patients: set[str] = set()
        self._records, self._files = WaitingFiles(), WaitingFiles()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()
        self._records.close()

    @property
    def is_due(self) -> bool:
        """Whether the group has waited long enough."""
        return not self._waiting or self._clock() - self._since >= self._seconds

    def decides_on(self, entry: VisitEntry) -> bool:
        """Whether a packet waits on which it depends what becomes of a visit: one of its number, or of its patient."""
        number = (entry.name.visit or "").casefold()
        is_theirs = entry.visit is not None and entry.visit.patient.record.casefold() in self._patients
        return is_theirs or number in self._visits

    def add(self, made: MadePacket, target: str) -> PacketInGroup:
        """Write a packet, and its record where the clinic keeps them. Raises ConsentkitError: then it is not in here.

        Where it waits for others, its bytes are in its file only, so that a group takes little memory.
        """
        packet = made.packet
        seal = self._recorder.seal(packet.pdf)
        self._files.write(Path(target), packet.pdf, force=self._force, for_group=is_for_group(self._workspace))
        try:
            keep_record(self._workspace, packet, self._records)
        except ConsentkitError:
            self._files.drop(Path(target))
            raise
        if not self._waiting:
            self._since = self._clock()
        kept = replace(packet, pdf=b"") if self._seconds else packet
        one = PacketInGroup(replace(made, packet=kept, file=Path(target)), target, seal)
        self._waiting.append(one)
        self._visits.add(one.visit)
        self._patients.add(one.record)
        return one

    def finish(self) -> dict[str, ConsentkitError]:
        """Give all of them their names. Returns why some have none, by the numbers of their visits, in one case."""
        waiting, self._waiting = self._waiting, []
        self._visits.clear()
        self._patients.clear()
        try:
            self._records.sync()
            self._files.sync()
            with uninterrupted():
                self._records.name_all()
                return self._named(waiting)
        except ConsentkitError as error:
            self._files.close()
            self._records.close()
            return {one.visit: error for one in waiting}

    def _named(self, waiting: list[PacketInGroup]) -> dict[str, ConsentkitError]:
        """Record the packets, and give them their names. Raises ConsentkitError where they can't be recorded."""
        rows = self._recorder.made([(one.made.packet, one.seal) for one in waiting])
        failed: dict[int, ConsentkitError] = {}
        for index, one in enumerate(waiting):
            try:
                self._files.name(Path(one.target))
            except ConsentkitError as error:
                failed[index] = error
        self._files.sync_names()
        self._recorder.not_made([rows[index] for index in failed if rows])
        return {waiting[index].visit: error for index, error in failed.items()}
