"""The signed papers of a visit of the day, for the system that files them: the scan, and the consents that are stated.

Guarantees: that somebody has agreed or refused is what a person at the desk states, and never concluded from ink. That
care was agreed to can be stated only where the scan is complete, or was decided to be; that it was refused, where all
pages came back and no paper but the record of the refusal is signed. The papers of the visit are still those that were
printed, and who has stated it is in the journal first, where the clinic keeps one; then it is on the page, too.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from consentkit.documents.workspace import OpenWorkspace
from consentkit.fhir.records import Signature, consents_of, transaction
from consentkit.fhir.scanned import scanned_reference
from consentkit.operations.desk.day import DeskRefusal
from consentkit.operations.desk.printing import DeskPrinter
from consentkit.operations.desk.rows import DeskRow
from consentkit.operations.desk.scans import DeskScans, NotedStatement
from consentkit.operations.filing.packets import ReturnedPacket
from consentkit.operations.filing.signed_scan import signed_document
from consentkit.operations.journal import JournalAction, JournalEntry, Who
from consentkit.operations.packets import MadePacket
from consentkit.scans.record import PacketRecord, RecordedPaper

Signer = Literal["patient", "representative"]
"""Who has decided, as a person states it."""
Decision = Literal["agreed", "refused"]
_REFUSAL = "refusal"
"""The kind of a paper that records that care was offered and refused."""
_PATIENT_AMONG_OTHERS = "participant_1"
"""The role of the patient on a paper that several people sign together."""
_STATED: Mapping[Decision, JournalAction] = {"agreed": "signed-stated", "refused": "refusal-stated"}


@dataclass(frozen=True)
class DeskStatement:
    """What somebody at the desk states of the papers of a visit."""

    decision: Decision
    by: Signer


def scan_as_resource(workspace: OpenWorkspace, scans: DeskScans, packet: ReturnedPacket) -> bytes:
    """The DocumentReference of what came back of a packet, whatever is on it. Raises what `DeskScans.file` raises."""
    pdf = scans.file(packet)
    return transaction([scanned_reference(packet.packet, packet.record, pdf, workspace.folder.clinic)])


def statement_of(packet: ReturnedPacket, rows: list[DeskRow]) -> DeskStatement | None:
    """What can be stated of what came back of a packet: one decision, which its papers do not contradict.

    None where something is missing or has to be looked at, where a refusal is signed and another paper, too, and where
    the papers of the visit are not those that were printed.
    """
    row = _row_of(packet, rows)
    if row is None or row.entry.visit is None or packet.record is None:
        return None
    signer: Signer = "representative" if row.entry.visit.representative else "patient"
    decision = _decision(packet, packet.record, signer)
    return DeskStatement(decision, signer) if decision else None


def _decision(packet: ReturnedPacket, record: PacketRecord, signer: Signer) -> Decision | None:
    papers = [(paper.kind, is_signed) for paper in record.papers for is_signed in _is_signed(packet, paper, signer)]
    is_refusal_signed = any(is_signed for kind, is_signed in papers if kind == _REFUSAL)
    if packet.state == "complete" and not is_refusal_signed:
        return "agreed"
    is_another_signed = any(is_signed for kind, is_signed in papers if kind != _REFUSAL)
    return "refused" if papers and not is_another_signed and _has_all_pages(packet) else None


def _has_all_pages(packet: ReturnedPacket) -> bool:
    """Whether nothing but ink is missing: whoever refuses may leave places empty."""
    doubtful = packet.unsure or packet.unchecked or packet.prints
    return not (packet.missing or packet.both_marked or doubtful)


def _is_signed(packet: ReturnedPacket, paper: RecordedPaper, signer: Signer) -> Iterator[bool]:
    """Whether the signer's places on a paper have ink; nothing of a paper without such places."""
    empty = {(place.page, place.name) for place in packet.without_ink}
    places = [
        (page.number, place.name)
        for page in paper.pages
        for place in page.places
        if place.kind == "signature" and place.expected and place.role in (signer, _PATIENT_AMONG_OTHERS)
    ]
    if places:
        yield not empty.issuperset(places)


def stated_consents(
    printer: DeskPrinter,
    scans: DeskScans,
    packet: ReturnedPacket,
    statement: DeskStatement,
    who: Who,
    at: datetime.datetime,
) -> bytes:
    """The scan of a packet and the consents to its texts, as somebody states at a time what was decided.

    A refusal is a consent that is rejected. The scan is the one that is judged here: what comes back meanwhile is not
    in it. Raises DeskRefusal where that can't be stated of it, or the papers of the visit are not those that were
    printed, and what the journal raises.
    """
    made = _signed_papers(printer, packet, statement)
    workspace = printer.day.maker.workspace
    document = signed_document(workspace, made, packet.record, scans.file(packet))
    person = made.packet.plan.visit.representative if statement.by == "representative" else None
    signature = Signature(statement.decision, at, document["identifier"][0]["value"], person)
    consents = consents_of(made.packet, signature, workspace.folder.clinic, made.entry.origin)
    if printer.journal is not None:
        visit = packet.record.visit if packet.record else None
        printer.journal.record(JournalEntry(_STATED[statement.decision], who, visit=visit, packet=packet.packet))
    resources = transaction([document, *consents])
    scans.note_statement(packet, NotedStatement(statement.decision, statement.by, at))
    return resources


def _signed_papers(printer: DeskPrinter, packet: ReturnedPacket, statement: DeskStatement) -> MadePacket:
    """The papers of the visit of a packet. Raises DeskRefusal where that can't be stated of these."""
    rows = printer.day.rows()
    row = _row_of(packet, rows)
    if row is None or statement != statement_of(packet, rows):
        raise DeskRefusal("not-signed")
    try:
        made = printer.as_shown(row)
    except DeskRefusal as error:  # said of a consent, not of a print
        raise DeskRefusal("not-signed") from error
    if made.packet.plan.packet != packet.packet:
        raise DeskRefusal("not-signed")
    return made


def _row_of(packet: ReturnedPacket, rows: list[DeskRow]) -> DeskRow | None:
    """The visit of a packet, as long as its papers are those of the last set that was printed."""
    record = packet.record
    if record is None:
        return None
    same = [row for row in rows if row.entry.visit and row.entry.visit.visit == record.visit]
    day = [row for row in same if row.entry.visit and row.entry.visit.date.isoformat() == record.date]
    if len(day) != 1:
        return None
    (row,) = day
    printed = row.valid_set
    return row if printed and row.check and printed.digest == row.check.digest else None
