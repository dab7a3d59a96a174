"""What a request of FHIR is for: the procedures that were ordered, and those that its services stand for.

Guarantees: a code counts only in its own system; an order for somebody else, or one that does not hold, is never taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from consentkit.fhir.bundle import Bundle, Resource
from consentkit.fhir.element import FhirElement
from consentkit.fhir.people import current_patient
from consentkit.fhir.requests import Request
from consentkit.model.systems import FhirSettings
from consentkit.packets.incoming import IncomingVisit, Unreadable
from consentkit.packets.other_systems import Coded, service_of

CPT = "http://www.ama-assn.org/go/cpt"
"""The system of CPT codes."""
_UNKNOWN_SERVICE = (
    "has no CPT code, and no code that `fhir.services` of clinic.yaml names with its system (or without one, where it "
    "has none), so the papers are not known"
)


@dataclass
class ServiceMapper:
    """Fills in the procedures of a request."""

    bundle: Bundle
    request: Request
    settings: FhirSettings

    def put_procedures(self, visit: IncomingVisit, patient: Resource | None, others: Collection[str] = ()) -> None:
        """Fill in what is done for a patient, or say what is not clear about it.

        `others` are the places of those who come with the patient, whose orders are not for this one.
        """
        ordered: list[str] = []
        for reference, owner in self.request.orders:
            try:
                order = self.bundle.resolve(reference, owner)
            except Unreadable as unreadable:
                visit.ask(
                    "procedures", unreadable.place, f"the reference to what was ordered {unreadable.message}", "unknown"
                )
                return
            if _patient_of(self.bundle, order) in others:
                continue
            if message := self._against_order(order, patient):
                visit.refuse(reference.place, message)
                return
            for concept in order.concepts("code"):
                meant = self._service(concept)
                if meant is None:
                    visit.ask("procedures", concept.place, _UNKNOWN_SERVICE, "unknown", _shown_text(concept))
                    return
                ordered += meant
        self._put_codes(visit, ordered)

    def _put_codes(self, visit: IncomingVisit, ordered: list[str]) -> None:
        """Fill in what was ordered, and what the services of the visit stand for: one of both contains the other."""
        resource = self.request.resource
        served: list[str] = []
        unclear: FhirElement | None = None
        for concepts in _by_key([*self.request.services, *self.request.kinds]):
            meanings = [(concept, self._service(concept)) for concept in concepts]
            unknown = [concept for concept, meant in meanings if meant is None]
            served += [code for _, meant in meanings for code in meant or ()]
            unclear = unclear or next(iter(unknown), None)
            if unknown and len(unknown) < len(concepts):
                visit.ask("procedures", unknown[0].place, _UNKNOWN_SERVICE, "unknown", _shown_text(unknown[0]))
                return
        codes = list(dict.fromkeys(ordered)) if set(served) <= set(ordered) else list(dict.fromkeys(served))
        if not set(ordered) <= set(codes):
            message = "means other procedures than those that were ordered; correct one of them"
            visit.ask("procedures", resource.place, message, "conflict")
        elif codes:
            visit.put("procedures", codes, resource.place)
        elif unclear is not None:
            visit.ask("procedures", unclear.place, _UNKNOWN_SERVICE, "unknown", _shown_text(unclear))
        else:
            key = {"Appointment": "serviceType", "Encounter": "type"}.get(resource.type, "code")
            visit.ask("procedures", resource.at(key), "says nothing of what is done, so the papers are not known")

    def _against_order(self, order: Resource, patient: Resource | None) -> str | None:
        """Why an order can't be one for this visit."""
        if order.type != "ServiceRequest":
            return None
        if order.text("status") in ("revoked", "entered-in-error", "draft", "on-hold") or order.flag("doNotPerform"):
            return "leads to an order that does not hold; correct it"
        return None if is_of(self.bundle, order, patient) else "leads to an order for another patient; correct it"

    def _service(self, concept: FhirElement) -> tuple[str, ...] | None:
        return service_of(list(codes_of(concept)), self.settings.services, CPT)


def is_of(bundle: Bundle, resource: Resource, patient: Resource | None) -> bool:
    """Whether a resource is about a patient, as far as that can be seen."""
    place = _patient_of(bundle, resource)
    return patient is None or place is None or place == patient.place


def _patient_of(bundle: Bundle, resource: Resource) -> str | None:
    """The place of the patient whom a resource is about; None where that can't be seen."""
    subject = resource.element("subject")
    if subject is None:
        return None
    try:
        return current_patient(bundle, bundle.resolve(subject, resource)).place
    except Unreadable:
        return None


def codes_of(concept: FhirElement) -> Iterator[Coded]:
    """The codes of a concept."""
    for one in concept.elements("coding"):
        yield Coded(one.text("system"), one.text("code"), one.place)


def _by_key(concepts: list[FhirElement]) -> Iterator[list[FhirElement]]:
    """Concepts in groups: those of one element that may be repeated are in one."""
    groups = groupby(concepts, key=lambda concept: re.sub(r"\[[0-9]+\]$", "", concept.place))
    return (list(group) for _, group in groups)


def _shown_text(concept: FhirElement) -> str:
    """What people read of a concept."""
    texts = [concept.text("text"), *(one.text("display") or one.text("code") for one in concept.elements("coding"))]
    return next(filter(None, texts), "")
