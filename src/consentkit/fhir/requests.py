"""What a Bundle says of visits: its Appointments, Encounters and ServiceRequests in one form.

Guarantees: what is one visit is one here, also where an Encounter belongs to an Appointment, or both to a
ServiceRequest; what has been cancelled, is over or is no more than a wish is left out, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from consentkit.fhir.bundle import Bundle, Resource
from consentkit.fhir.element import FhirElement
from consentkit.packets.incoming import Unreadable

_CURRENT = {
    "Appointment": ("booked", "arrived", "checked-in", "pending"),
    "Encounter": ("planned", "arrived", "triaged", "in-progress"),
    "ServiceRequest": ("active",),
}
"""The states of what is still to come, or has begun."""
_OVER = {"Appointment": ("fulfilled",), "Encounter": ("onleave", "finished"), "ServiceRequest": ("completed",)}
"""The states of what is over: papers are made for it again only where its day is named."""
_NEITHER = {
    "Appointment": ("proposed", "cancelled", "noshow", "entered-in-error", "waitlist"),
    "Encounter": ("cancelled", "entered-in-error", "unknown"),
    "ServiceRequest": ("draft", "on-hold", "revoked", "entered-in-error", "unknown"),
}
_NO_PLANS = ("proposal", "plan", "option", "directive")
"""The intents of requests that nobody has ordered yet."""


@dataclass(frozen=True)
class Participant:
    """Somebody or something that takes part in a visit."""

    reference: FhirElement
    """Who it is."""
    owner: Resource
    """The resource that says so."""
    roles: tuple[FhirElement, ...] = ()
    """As what: CodeableConcepts."""
    kind: str = ""
    """The type that it has by its place in the resource; empty where it may have several."""


@dataclass
class Request:
    """A visit as FHIR has it."""

    resource: Resource
    start: FhirElement | None
    """The element that has the time of beginning."""
    start_key: str = "start"
    participants: list[Participant] = field(default_factory=list)
    orders: list[tuple[FhirElement, Resource]] = field(default_factory=list)
    """References to what was ordered, with the resources that have them."""
    services: list[FhirElement] = field(default_factory=list)
    """CodeableConcepts of what is done."""
    kinds: list[FhirElement] = field(default_factory=list)
    """CodeableConcepts that may also say where the patient is seen."""
    classes: list[FhirElement] = field(default_factory=list)
    """Codings of the class of an encounter."""
    encounter: Resource | None = None
    """The encounter that an appointment has already."""
    ignored: Resource | None = None
    """An encounter of an appointment that does not hold."""


@dataclass(frozen=True)
class LeftOut:
    """A resource that no papers are made for."""

    resource: Resource
    reason: str | Unreadable
    """Why; Unreadable where it may be a visit, and can't be read."""


def requests_of(bundle: Bundle, *, also_over: bool) -> Iterator[Request | LeftOut]:
    """The visits of a Bundle, each once; what is left out comes with the reason."""
    encounters: dict[str, list[Resource]] = {}
    met = set()  # the appointments that encounters are for which are there for themselves
    for appointment, encounter in _appointments_of_encounters(bundle):
        if appointment.type == "Appointment" and appointment.is_match:
            encounters.setdefault(appointment.place, []).append(encounter)
        if encounter.is_match:
            met.add(appointment.place)
    covered = {one.place for pairs in encounters.values() for one in pairs}
    ordered = _ordered(bundle)
    for resource in bundle.of_type(*_CURRENT):
        if resource.place in covered:
            continue
        if not resource.is_match:
            if resource.type == "Appointment" and resource.place not in met:
                yield LeftOut(resource, "Appointment that a search only included")
            continue
        if resource.type == "ServiceRequest" and resource.place in ordered:
            continue
        try:
            reason = _left_out(resource, also_over=also_over)
            if reason:
                yield LeftOut(resource, reason)
                continue
            of_visit = encounters.get(resource.place, [])
            holding = [one for one in of_visit if one.text("status") not in _NEITHER["Encounter"]]
            request = _request(resource, holding[0] if len(holding) == 1 else None)
            request.ignored = next((one for one in of_visit if one not in holding), None)
            yield request
        except Unreadable as unreadable:
            yield LeftOut(resource, unreadable)


def _left_out(resource: Resource, *, also_over: bool) -> str | None:
    """Why there are no papers for a resource. Raises Unreadable for a status that FHIR does not know."""
    kind, status = resource.type, resource.text("status")
    if kind == "ServiceRequest" and resource.text("intent") in _NO_PLANS:
        return "ServiceRequest that is no order yet"
    if kind == "ServiceRequest" and resource.flag("doNotPerform"):
        return "ServiceRequest not to do something"
    if status in _CURRENT[kind]:
        return None
    if status in _OVER[kind]:
        return None if also_over else f"{kind} that is {status}"
    if status in _NEITHER[kind]:
        return f"{kind} that is {status}"
    return f"{kind} without a status of FHIR R4"


def _resolved(bundle: Bundle, reference: FhirElement, owner: Resource) -> Resource | None:
    try:
        return bundle.resolve(reference, owner)
    except Unreadable:
        return None


def _references(resource: Resource, key: str) -> list[FhirElement]:
    """The references of a list; none where it can't be read, which is reported where the resource itself is read."""
    try:
        return resource.elements(key)
    except Unreadable:
        return []


def _appointments_of_encounters(bundle: Bundle) -> list[tuple[Resource, Resource]]:
    """Each encounter with each appointment that it is for, the latter first."""
    return [
        (appointment, encounter)
        for encounter in bundle.of_type("Encounter")
        for reference in _references(encounter, "appointment")
        if (appointment := _resolved(bundle, reference, encounter))
    ]


def _ordered(bundle: Bundle) -> set[str]:
    """The places of the ServiceRequests that an appointment or an encounter is for."""
    return {
        order.place
        for resource in bundle.of_type("Appointment", "Encounter")
        for reference in _references(resource, "basedOn")
        if (order := _resolved(bundle, reference, resource))
    }


def _request(resource: Resource, encounter: Resource | None) -> Request:
    match resource.type:
        case "Appointment":
            request = _of_appointment(resource)
            if encounter:
                request.encounter = encounter
                request.classes += _classes(encounter)
            return request
        case "Encounter":
            return _of_encounter(resource)
        case _:
            return _of_order(resource)


def _of_appointment(resource: Resource) -> Request:
    participants = [
        Participant(actor, resource, tuple(one.concepts("type")))
        for one in resource.elements("participant")
        if (actor := one.element("actor")) and one.text("status") != "declined"
    ]
    return Request(
        resource,
        resource,
        "start",
        participants,
        [(reference, resource) for reference in resource.elements("basedOn")],
        [*resource.concepts("serviceType"), *resource.concepts("reasonCode")],
        resource.concepts("appointmentType"),
    )


def _of_encounter(resource: Resource) -> Request:
    people = [
        Participant(individual, resource, tuple(one.concepts("type")))
        for one in resource.elements("participant")
        if (individual := one.element("individual"))
    ]
    places = [
        Participant(location, resource, kind="Location")
        for one in resource.elements("location")
        if (location := one.element("location"))
    ]
    subject = resource.element("subject")
    return Request(
        resource,
        resource.element("period"),
        "start",
        [*([Participant(subject, resource)] if subject else []), *people, *places],
        [(reference, resource) for reference in resource.elements("basedOn")],
        [*resource.concepts("serviceType"), *resource.concepts("type"), *resource.concepts("reasonCode")],
        [],
        _classes(resource),
        resource,
    )


def _of_order(resource: Resource) -> Request:
    subject = resource.element("subject")
    people = [*([subject] if subject else []), *resource.elements("performer"), *resource.elements("locationReference")]
    period = resource.element("occurrencePeriod")
    return Request(
        resource,
        period or resource,
        "start" if period else "occurrenceDateTime",
        [Participant(one, resource) for one in people],
        [],
        resource.concepts("code"),
        resource.concepts("locationCode"),
    )


def _classes(encounter: Resource) -> list[FhirElement]:
    kind = encounter.element("class")
    return [kind] if kind else []
