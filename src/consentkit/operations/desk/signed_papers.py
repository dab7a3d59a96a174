"""The signed papers of a visit of the day, for the system that files them: the scan, and the consents that are stated.

Guarantees: that somebody has signed is what a person at the desk states, and never concluded from ink; it can be stated
only where the scan is complete, or was decided to be, and the papers of the visit are still those that were printed;
who has stated it is in the journal first, where the clinic keeps one.
"""

from __future__ import annotations

import datetime
from typing import Literal

from consentkit.documents.workspace import OpenWorkspace
from consentkit.fhir.records import Signature, consents_of, transaction
from consentkit.fhir.scanned import scanned_reference
from consentkit.operations.desk.day import DeskRefusal
from consentkit.operations.desk.printing import DeskPrinter
from consentkit.operations.desk.rows import DeskRow
from consentkit.operations.desk.scans import DeskScans
from consentkit.operations.filing.packets import ReturnedPacket
from consentkit.operations.filing.signed_scan import signed_document
from consentkit.operations.journal import JournalEntry, Who
from consentkit.operations.packets import MadePacket

Signer = Literal["patient", "representative"]
"""Who has signed, as a person states it."""


def scan_as_resource(workspace: OpenWorkspace, scans: DeskScans, packet: ReturnedPacket) -> bytes:
    """The DocumentReference of what came back of a packet, whatever is on it. Raises what `DeskScans.file` raises."""
    pdf = scans.file(packet)
    return transaction([scanned_reference(packet.packet, packet.record, pdf, workspace.folder.clinic)])


def signer_of(packet: ReturnedPacket, rows: list[DeskRow]) -> Signer | None:
    """Who should have signed what came back of a packet; None where something is missing or has to be looked at."""
    row = _row_of(packet, rows)
    if row is None or row.entry.visit is None:
        return None
    return "representative" if row.entry.visit.representative else "patient"


def stated_consents(
    printer: DeskPrinter, scans: DeskScans, packet: ReturnedPacket, signer: Signer, who: Who, at: datetime.datetime
) -> bytes:
    """The scan of a packet and the consents to its texts, as somebody states at a time that they were signed.

    The scan is the one that is judged here: what comes back meanwhile is not in it. Raises DeskRefusal where it is not
    complete, or the papers of the visit are not those that were printed, and what the journal raises.
    """
    made = _signed_papers(printer, packet, signer)
    workspace = printer.day.maker.workspace
    document = signed_document(workspace, made, packet.record, scans.file(packet))
    person = made.packet.plan.visit.representative if signer == "representative" else None
    signature = Signature("agreed", at, document["identifier"][0]["value"], person)
    consents = consents_of(made.packet, signature, workspace.folder.clinic, made.entry.origin)
    if printer.journal is not None:
        visit = packet.record.visit if packet.record else None
        printer.journal.record(JournalEntry("signed-stated", who, visit=visit, packet=packet.packet))
    return transaction([document, *consents])


def _signed_papers(printer: DeskPrinter, packet: ReturnedPacket, signer: Signer) -> MadePacket:
    """The papers of the visit of a packet. Raises DeskRefusal where these are not what that person has signed."""
    rows = printer.day.rows()
    row = _row_of(packet, rows)
    if row is None or signer != signer_of(packet, rows):
        raise DeskRefusal("not-signed")
    try:
        made = printer.as_shown(row)
    except DeskRefusal as error:  # said of a consent, not of a print
        raise DeskRefusal("not-signed") from error
    if made.packet.plan.packet != packet.packet:
        raise DeskRefusal("not-signed")
    return made


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
