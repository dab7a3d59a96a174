"""The signed papers of a visit of the day, for the system that files them: the scan, and the consents that are stated.

Guarantees: that somebody has signed is what a person at the desk states, and never concluded from ink; it can be stated
only where the scan is complete, or was decided to be, and the papers of the visit are still those that were printed.
"""

from __future__ import annotations

import datetime
from typing import Literal

from consentkit.documents.workspace import OpenWorkspace
from consentkit.fhir.records import ResourceData, Signature, consents_of, related_to, subject_of, transaction
from consentkit.fhir.scanned import scanned_reference
from consentkit.operations.desk.day import DeskRefusal
from consentkit.operations.desk.printing import DeskPrinter
from consentkit.operations.desk.rows import DeskRow
from consentkit.operations.desk.scans import DeskScans
from consentkit.operations.filing.packets import ReturnedPacket
from consentkit.operations.packets import MadePacket
from consentkit.packets.origin import Origin

Signer = Literal["patient", "representative"]
"""Who has signed, as a person states it."""


def scan_as_resource(workspace: OpenWorkspace, scans: DeskScans, number: str) -> bytes:
    """The DocumentReference of what came back of a packet, whatever is on it. Raises what `DeskScans.file` raises."""
    packet = scans.packet(number)
    return transaction([scanned_reference(number, packet.record, scans.file(number), workspace.folder.clinic)])


def signer_of(packet: ReturnedPacket, rows: list[DeskRow]) -> Signer | None:
    """Who should have signed what came back of a packet; None where something is missing or has to be looked at."""
    row = _row_of(packet, rows)
    if row is None or row.entry.visit is None:
        return None
    return "representative" if row.entry.visit.representative else "patient"


def stated_consents(
    printer: DeskPrinter, scans: DeskScans, number: str, signer: Signer, at: datetime.datetime
) -> bytes:
    """The scan of a packet and the consents to its texts, as somebody states at a time that they were signed.

    Raises DeskRefusal where the scan is not complete, or the papers of the visit are not those that were printed.
    """
    packet, rows = scans.packet(number), printer.day.rows()
    row = _row_of(packet, rows)
    if row is None or signer != signer_of(packet, rows):
        raise DeskRefusal("not-signed")
    made = printer.as_shown(row)
    if made.packet.plan.packet != number:
        raise DeskRefusal("papers-changed")
    workspace = printer.day.maker.workspace
    document = _document(workspace, packet, made, scans.file(number))
    person = made.packet.plan.visit.representative if signer == "representative" else None
    signature = Signature("agreed", at, document["identifier"][0]["value"], person)
    consents = consents_of(made.packet, signature, workspace.folder.clinic, made.entry.origin)
    return transaction([document, *consents])


def _row_of(packet: ReturnedPacket, rows: list[DeskRow]) -> DeskRow | None:
    """The visit of a packet that is complete, as long as its papers are those of the last set that was printed."""
    record = packet.record
    if record is None or packet.state != "complete":
        return None
    same = [row for row in rows if row.entry.visit and row.entry.visit.visit == record.visit]
    day = [row for row in same if row.entry.visit and row.entry.visit.date.isoformat() == record.date]
    if len(day) != 1:
        return None
    (row,) = day
    printed = row.valid_set
    return row if printed and row.check and printed.digest == row.check.digest else None


def _document(workspace: OpenWorkspace, packet: ReturnedPacket, made: MadePacket, pdf: bytes) -> ResourceData:
    visit, clinic, origin = made.packet.plan.visit, workspace.folder.clinic, made.entry.origin or Origin()
    return scanned_reference(
        packet.packet,
        packet.record,
        pdf,
        clinic,
        subject=subject_of(visit, clinic, origin),
        related=related_to(visit, clinic, origin),
        is_signed=True,
    )
