"""A packet as resources of FHIR R4: a DocumentReference, and a Consent for each text that somebody has signed.

Guarantees: of the patient there is what FHIR needs to file the papers, and no more: a reference, or the record number
where there is none; the same packet gives the same resources, whenever they are made; nothing says that a form was
signed but the call that states who did.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

from consentkit.errors import WrongUse
from consentkit.fhir.people import IDENTIFIER_TYPE
from consentkit.model.clinic import Clinic
from consentkit.model.identity import printed_fingerprint
from consentkit.model.visit import Representative, Visit
from consentkit.packets.clinic_time import is_one_moment
from consentkit.packets.origin import Origin
from consentkit.packets.packet import Packet

URIS = "urn:ietf:rfc:3986"
"""The system of identifiers that are themselves addresses."""
_LOINC = "http://loinc.org"
CONSENT_DOCUMENT = {"coding": [{"system": _LOINC, "code": "59284-0", "display": "Consent Document"}]}
CLINICAL_NOTE = {
    "coding": [
        {
            "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
            "code": "clinical-note",
            "display": "Clinical Note",
        }
    ]
}
_TREATMENT = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment"}]}
_NO_ORIGIN = Origin()

ResourceData = dict[str, Any]
"""A resource, or a part of one, as it is in JSON."""


@dataclass(frozen=True)
class Signature:
    """What a person states about a form that was signed on paper."""

    decision: Literal["agreed", "refused"]
    """What the signer has decided."""
    at: datetime.datetime
    """When, with its offset from UTC."""
    scan: str
    """The reference of the DocumentReference with the signed form; within one transaction, the name of its entry."""
    by_representative: Representative | None = field(default=None, repr=False)
    """Who signed, where the patient did not."""
    is_verified: bool = False
    """Whether somebody has made sure that the signer understood and meant it."""

    def __post_init__(self) -> None:
        """Raise WrongUse for a time that may be another one elsewhere."""
        if self.at.tzinfo is None:
            raise WrongUse(
                "`at` has no offset from UTC; give the time of the signature with its time zone", arguments=["at"]
            )


def document_reference(packet: Packet, pdf: bytes, clinic: Clinic, origin: Origin | None = None) -> ResourceData:
    """The DocumentReference of a packet that nobody has signed yet, with the file in it."""
    visit, plan, settings = packet.plan.visit, packet.plan, clinic.fhir
    origin = origin or _NO_ORIGIN
    start = _start(visit, settings.timezone)
    resource: ResourceData = {
        "resourceType": "DocumentReference",
        "masterIdentifier": {"system": URIS, "value": f"urn:consentkit:packet:{plan.packet}"},
        "identifier": [{"system": URIS, "value": f"urn:uuid:{_identity(packet, pdf)}"}]
        + [{"system": URIS, "value": f"urn:consentkit:text:{':'.join(text.split())}"} for text in plan.texts],
        "status": "current",
        "docStatus": "preliminary",
        "type": CONSENT_DOCUMENT,
        "category": [CLINICAL_NOTE],
        "subject": subject_of(visit, clinic, origin),
    }
    if "T" in start:
        resource["date"] = start
    if custodian := custodian_of(clinic):
        resource["custodian"] = custodian
    resource["content"] = [
        {
            "attachment": {
                "contentType": "application/pdf",
                "language": plan.pack.language,
                "data": base64.b64encode(pdf).decode(),
                "size": len(pdf),
                "hash": base64.b64encode(hashlib.sha1(pdf, usedforsecurity=False).digest()).decode(),
                "title": f"Packet {plan.packet}",
            }
        }
    ]
    resource["context"] = _context(visit, clinic, origin, start)
    return resource


def transaction(documents: Iterable[ResourceData]) -> bytes:
    """A Bundle that files resources on a server in one step. One that is there already is not filed again."""
    entries = []
    for document in documents:
        name = document["identifier"][0]["value"]
        request = {"method": "POST", "url": document["resourceType"], "ifNoneExist": f"identifier={URIS}|{name}"}
        entries.append({"fullUrl": name, "resource": document, "request": request})
    bundle: ResourceData = {"resourceType": "Bundle", "type": "transaction"}
    if entries:  # an empty list is nothing in FHIR
        bundle["entry"] = entries
    return (json.dumps(bundle, ensure_ascii=False, indent=2) + "\n").encode()


def consents_of(
    packet: Packet, signature: Signature, clinic: Clinic, origin: Origin | None = None
) -> list[ResourceData]:
    """A Consent for each procedure of the form of a packet, in the patient's language, as a person says it was signed.

    A refusal is a Consent that is rejected. Raises WrongUse where the packet has no form that could be signed.
    """
    policies = list(dict.fromkeys(_policies(packet)))
    if not policies:
        raise WrongUse("nothing in this packet is there to be signed")
    return [_consent(packet, policy, signature, clinic, origin or _NO_ORIGIN) for policy in policies]


def _policies(packet: Packet) -> Iterator[str]:
    """What was signed: code, language, kind, edition and fingerprint of each text, as they are on the paper."""
    language = packet.plan.pack.language
    for item in (placed.paper for placed in packet.papers if placed.paper.group == "sign"):
        for text in item.form.texts if item.form else ():
            if text.language == language:
                yield _policy(text.code, language, "consent", text.approved_edition, text.content_hash)
        if (document := item.document) is not None and document.language == language:
            edition = document.approved_edition
            yield _policy(document.code, language, document.variant, edition, document.content_hash)


def _policy(code: str, language: str, variant: str, edition: int | None, content_hash: str) -> str:
    fingerprint = printed_fingerprint(content_hash).replace(" ", "")
    return f"urn:consentkit:{code}:{language}:{variant}:{edition or 'draft'}:{fingerprint}"


def _consent(packet: Packet, policy: str, signature: Signature, clinic: Clinic, origin: Origin) -> ResourceData:
    visit = packet.plan.visit
    subject = subject_of(visit, clinic, origin)
    signer: ResourceData = subject
    moment = signature.at.isoformat(timespec="seconds")
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{packet.plan.packet} {policy} {moment} {signature.scan}")
    resource: ResourceData = {"resourceType": "Consent"}
    if (person := signature.by_representative) is not None:
        signer = {"reference": "#representative"}
        contained = {
            "resourceType": "RelatedPerson",
            "id": "representative",
            "patient": subject,
            "relationship": [{"text": person.relationship}],
            "name": [{"text": person.name}],
        }
        resource["contained"] = [contained]
    resource |= {
        "identifier": [{"system": URIS, "value": f"urn:uuid:{identity}"}],
        "status": "active" if signature.decision == "agreed" else "rejected",
        "scope": _TREATMENT,
        "category": [CONSENT_DOCUMENT],
        "patient": subject,
        "dateTime": moment,
        "performer": [signer],
        "sourceReference": {"reference": signature.scan},
        "policy": [{"uri": policy}],
    }
    if custodian := custodian_of(clinic):
        resource["organization"] = [custodian]
    if signature.is_verified:
        resource["verification"] = [{"verified": True, "verifiedWith": signer, "verificationDate": moment}]
    return resource


def subject_of(visit: Visit, clinic: Clinic, origin: Origin) -> ResourceData:
    """How FHIR names the patient: by the reference that the visit came with, else by the record number."""
    if origin.patient:
        return {"reference": origin.patient}
    identifier: ResourceData = {"type": {"coding": [{"system": IDENTIFIER_TYPE, "code": "MR"}]}}
    if clinic.fhir.record_system:
        identifier["system"] = clinic.fhir.record_system
    return {"type": "Patient", "identifier": {**identifier, "value": visit.patient.record}}


def _context(visit: Visit, clinic: Clinic, origin: Origin, start: str) -> ResourceData:
    """The visit that the papers are for."""
    context: ResourceData = {}
    if origin.encounter:
        context["encounter"] = [{"reference": origin.encounter}]
    context["period"] = {"start": start}
    context["related"] = [related_to(visit, clinic, origin)]
    return context


def related_to(visit: Visit, clinic: Clinic, origin: Origin) -> ResourceData:
    """How FHIR names the appointment: by the reference that the visit came with, else by its number."""
    if origin.appointment:
        return {"reference": origin.appointment}
    return {"identifier": visit_number(visit.visit, clinic)}


def visit_number(visit: str, clinic: Clinic) -> ResourceData:
    """The number of a visit with the system that gave it."""
    return {"system": clinic.fhir.visit_system or "urn:consentkit:visit", "value": visit}


def custodian_of(clinic: Clinic) -> ResourceData | None:
    """Who keeps the papers; None where the clinic does not say who it is."""
    if clinic.fhir.custodian:
        return {"reference": clinic.fhir.custodian}
    return {"type": "Organization", "display": clinic.name} if clinic.name else None


def _start(visit: Visit, zone: str | None) -> str:
    """When a visit begins: its day, or, where the time of the clinic is known, the moment."""
    if visit.time is None or zone is None:
        return visit.date.isoformat()
    shown = datetime.datetime.combine(visit.date, visit.time)
    if not is_one_moment(shown, zone):  # clocks are put forward or back then
        return visit.date.isoformat()
    return shown.replace(tzinfo=ZoneInfo(zone)).isoformat()


def _identity(packet: Packet, pdf: bytes) -> uuid.UUID:
    """What is different for any two packets, also for those with one number and different names in them."""
    return uuid.uuid5(
        uuid.NAMESPACE_URL, f"urn:consentkit:packet:{packet.plan.packet}:{hashlib.sha256(pdf).hexdigest()}"
    )
