"""The packets of a run as a transaction of FHIR R4, for the system that files them.

Guarantees: what is in the file was given out: a packet that was refused, or not printed, is not in it; the file is
there whole or not at all, and readable for its owner only.
"""

from __future__ import annotations

from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse
from consentkit.fhir.records import ResourceData, document_reference, transaction
from consentkit.operations.packet_events import (
    DayFileRefused,
    PacketEvent,
    PacketWritten,
    VisitNeedsNothing,
    VisitRefused,
)
from consentkit.operations.packets import MadePacket
from consentkit.operations.targets import STDOUT
from consentkit.output.write import require_replaceable, write_file


class FhirFile:
    """Collects the packets of a run."""

    def __init__(self, workspace: OpenWorkspace, target: Path, *, force: bool) -> None:
        """Raises FileAccess where the file could not be written, and WrongUse for standard output."""
        if str(target) == STDOUT:
            raise WrongUse("`fhir` names a file; standard output is for one PDF, or for messages", arguments=["fhir"])
        require_replaceable(target, force=force)
        self._workspace, self._target, self._force = workspace, target, force
        self._documents: dict[str, ResourceData] = {}

    def take(self, event: PacketEvent) -> None:
        """Take note of what was done."""
        if isinstance(event, PacketWritten):
            self._documents[event.made.packet.plan.visit.visit] = document_of(self._workspace, event.made)
        elif isinstance(event, DayFileRefused):
            self._documents.clear()  # they would have been in that file
        elif isinstance(event, VisitRefused) and event.refused.earlier.fate == "removed":
            self._documents.pop(event.refused.entry.name.visit or "", None)
        elif isinstance(event, VisitNeedsNothing):
            self._documents.pop(event.nothing.entry.name.visit or "", None)

    def write(self) -> int:
        """Write the file, also where there is nothing to file, so that no earlier one is taken for it.

        Returns how many packets are in it.
        """
        write_file(self._target, transaction(self._documents.values()), force=self._force)
        return len(self._documents)


def document_of(workspace: OpenWorkspace, made: MadePacket) -> ResourceData:
    """The DocumentReference of a packet."""
    return document_reference(made.packet, made.pdf, workspace.folder.clinic, made.entry.origin)
