"""The scan of a packet as a DocumentReference of FHIR R4.

Guarantees: of the patient there is nothing but the scan itself, unless whoever makes it knows who it is; the same scan
gives the same resource, whenever it is made; that papers were signed is said only where a person has stated it.
"""

from __future__ import annotations

import base64
import hashlib
import uuid

from consentkit.fhir.records import CLINICAL_NOTE, CONSENT_DOCUMENT, URIS, ResourceData, custodian_of, visit_number
from consentkit.model.clinic import Clinic
from consentkit.scans.record import PacketRecord


def scanned_reference(
    packet: str,
    record: PacketRecord | None,
    pdf: bytes,
    clinic: Clinic,
    *,
    subject: ResourceData | None = None,
    related: ResourceData | None = None,
    is_signed: bool = False,
) -> ResourceData:
    """The DocumentReference of the scanned pages of a packet, with the file in it.

    `record` is None where the clinic keeps none of it. `subject` and `related` are the patient and the appointment, for
    whoever knows them; without, the number of the visit leads there. `is_signed` is what a person has stated.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:consentkit:scan:{packet}:{digest}")
    of_packet = {"system": URIS, "value": f"urn:consentkit:packet:{packet}"}
    resource: ResourceData = {
        "resourceType": "DocumentReference",
        "identifier": [{"system": URIS, "value": f"urn:uuid:{name}"}],
        "status": "current",
        "docStatus": "final" if is_signed else "preliminary",
        "type": CONSENT_DOCUMENT,
        "category": [CLINICAL_NOTE],
    }
    if subject:
        resource["subject"] = subject
    if custodian := custodian_of(clinic):
        resource["custodian"] = custodian
    resource["relatesTo"] = [{"code": "appends", "target": {"type": "DocumentReference", "identifier": of_packet}}]
    resource["content"] = [{"attachment": _attachment(packet, record, pdf)}]
    if context := _context(record, clinic, related):
        resource["context"] = context
    return resource


def _attachment(packet: str, record: PacketRecord | None, pdf: bytes) -> ResourceData:
    """The file itself, with the language of its first paper as far as that is known."""
    attachment: ResourceData = {
        "contentType": "application/pdf",
        "data": base64.b64encode(pdf).decode(),
        "size": len(pdf),
        "hash": base64.b64encode(hashlib.sha1(pdf, usedforsecurity=False).digest()).decode(),
        "title": f"Scanned pages of packet {packet}",
    }
    if record and record.languages:
        attachment["language"] = record.languages[0]
    return attachment


def _context(record: PacketRecord | None, clinic: Clinic, related: ResourceData | None) -> ResourceData:
    """The visit that the papers are for, as far as it is known."""
    context: ResourceData = {}
    if record and record.date:
        context["period"] = {"start": record.date}
    if related:
        context["related"] = [related]
    elif record and record.visit:
        context["related"] = [{"identifier": visit_number(record.visit, clinic)}]
    return context
