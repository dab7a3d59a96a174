"""The consents of a visit whose papers were signed, for the system that files them.

Guarantees: that papers were signed, by whom, when, and what was decided is what a person states, and nothing of it is
concluded; a consent is to the very texts that are on the papers, of the patient whose number is stated, or there is
none. Where the scan is a file, it goes along with the consents, and there are none unless all of it came back.
"""

from __future__ import annotations

import datetime
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse
from consentkit.fhir.records import ResourceData, Signature, consents_of, transaction
from consentkit.model.visit import Representative
from consentkit.operations.filing.signed_scan import signed_document, signed_scan
from consentkit.operations.packets import MadePacket, PacketOptions, packet_of
from consentkit.operations.schedule import RequestedVisits
from consentkit.output.write import require_replaceable, write_file
from consentkit.packets.visits import VisitEntry


@dataclass(frozen=True)
class SigningStatement:
    """What a person states of papers that were signed."""

    packet: str
    """The number on the papers."""
    decision: Literal["agreed", "refused"]
    at: str
    """When they were signed, with the offset from UTC."""
    by: Literal["patient", "representative"]
    scan: str
    """The reference of the scan, where it is filed; or a file with it."""
    record: str = field(repr=False)
    """The record number on the papers."""
    is_looked_at: bool = False
    """Whether somebody has looked at what could not be judged on the scan."""


def write_consents(
    workspace: OpenWorkspace,
    visits: RequestedVisits,
    statement: SigningStatement,
    options: PacketOptions,
    target: Path,
    *,
    force: bool,
) -> int:
    """Write a Consent for each text that was signed. Returns how many there are.

    Raises WrongUse where the papers of the visit are not those that were signed, or the statement can't be.
    """
    require_replaceable(target, force=force)
    entries = list(visits.entries)
    chosen = [entry for entry in entries if visits.has(entry)]
    if len(chosen) != 1:
        raise WrongUse(
            "several visits are in this file; name the one that was signed with `visits`", arguments=["visits"]
        )
    signature = _signature(statement, chosen[0].visit.representative if chosen[0].visit else None)
    _require_the_patient(chosen[0], statement)
    made = packet_of(workspace, chosen[0], options, others=[one for one in entries if one is not chosen[0]])
    _require_the_same(made, statement)
    documents = [] if _is_reference(statement.scan) else [_scanned(workspace, made, statement)]
    for document in documents:
        signature = replace(signature, scan=document["identifier"][0]["value"])
    consents = consents_of(made.packet, signature, workspace.folder.clinic, made.entry.origin)
    write_file(target, transaction([*documents, *consents]), force=force)
    return len(consents)


def _is_reference(scan: str) -> bool:
    return re.fullmatch(r"(https?://\S+/)?DocumentReference/[A-Za-z0-9.-]{1,64}", scan) is not None


def _scanned(workspace: OpenWorkspace, made: MadePacket, statement: SigningStatement) -> ResourceData:
    """The DocumentReference of a scan that is a file. Raises WrongUse where it is not all of the signed papers."""
    scan = signed_scan(
        workspace,
        Path(statement.scan),
        made.packet.plan.packet,
        made.packet.plan.visit,
        is_looked_at=statement.is_looked_at,
        places_may_be_empty=statement.decision == "refused",
    )
    return signed_document(workspace, made, scan.record, scan.pdf)


def _signature(statement: SigningStatement, representative: Representative | None) -> Signature:
    try:
        at = datetime.datetime.fromisoformat(statement.at)
    except ValueError:
        message = "`at` is not a time; write it as 2026-11-23T09:12:00-06:00"
        raise WrongUse(message, arguments=["at"]) from None
    if statement.by == "representative" and representative is None:
        message = "`by` says that a representative has signed, and the visit names none"
        raise WrongUse(message, arguments=["by"])
    if not _is_reference(statement.scan) and not os.path.lexists(statement.scan):
        message = "`scan` is neither a file nor a reference of a scan; write that as DocumentReference/123"
        raise WrongUse(message, arguments=["scan"])
    return Signature(
        statement.decision, at, statement.scan, representative if statement.by == "representative" else None
    )


def _require_the_patient(entry: VisitEntry, statement: SigningStatement) -> None:
    """The number of a packet holds nothing of the patient, and a visit may have been given another number since."""
    if entry.visit and entry.visit.patient.record.casefold() != statement.record.strip().casefold():
        message = (
            "the visit is of another patient than the papers that were signed: its record number is not the one that "
            "is stated; name the visit of this patient with `visits`"
        )
        raise WrongUse(message, arguments=["record", "visits"])


def _require_the_same(made: MadePacket, statement: SigningStatement) -> None:
    if made.packet.plan.packet != statement.packet.strip().upper():
        message = (
            "the papers of this visit have another number now than those that were signed: a text, a setting or the "
            "visit has changed since; state `packet` as it is on the paper, and make the consent of what was signed"
        )
        raise WrongUse(message, arguments=["packet"])
