"""The visits of a FHIR Bundle: appointments, encounters and service requests with the people that they refer to.

Guarantees: each becomes a visit, or is an entry that says what is missing or contradicts, by its place in the Bundle;
who may sign for a patient is never read from the fact that somebody is related; one that can't be read stops no other.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from consentkit.fhir.bundle import Bundle, Resource, read_bundle
from consentkit.fhir.element import FhirElement, has_code
from consentkit.fhir.people import (
    current_patient,
    name_in_use,
    needs_interpreter,
    put_language,
    put_patient,
    written_name,
)
from consentkit.fhir.requests import LeftOut, Participant, Request, requests_of
from consentkit.model.systems import FhirSettings
from consentkit.model.visit import is_visit_number, mentions
from consentkit.packets.incoming import IncomingVisit, Unreadable
from consentkit.packets.origin import Origin
from consentkit.packets.other_systems import (
    Coded,
    SystemsReading,
    VisitsRead,
    counted,
    local_time,
    made_number,
    place_of,
    service_of,
    without_repeats,
)

CPT = "http://www.ama-assn.org/go/cpt"
"""The system of CPT codes."""
_ROLES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_OTHER_ROLES = "http://terminology.hl7.org/CodeSystem/participant-type"
_ACTS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_PHYSICAL_TYPES = "http://terminology.hl7.org/CodeSystem/location-physical-type"
_DEGREES = ("http://terminology.hl7.org/CodeSystem/v2-0360", "http://terminology.hl7.org/CodeSystem/v2-2.7-0360")
_NOT_AT_THE_CLINIC = ("FLD", "HH")
_PREFIXES = {"Appointment": "", "Encounter": "E-", "ServiceRequest": "R-"}
"""What makes numbers of visits different whose resources have the same id, and different types."""
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_PEOPLE = ("Practitioner", "PractitionerRole")


def read_fhir(data: bytes, name: str, reading: SystemsReading) -> VisitsRead:
    """Read the visits of a Bundle. Raises InvalidInput for what is wrong with the file as a whole."""
    bundle = read_bundle(data, name)
    left_out: Counter[str] = Counter()
    entries = []
    for request in requests_of(bundle, also_over=reading.day is not None):
        if isinstance(request, LeftOut):
            if isinstance(request.reason, str):
                left_out[request.reason] += 1
            else:
                entries.append(_unread(request.resource, request.reason, name).entry())
            continue
        for visit in _RequestMapper(bundle, request, name, reading).visits():
            entry = visit.entry()
            if reading.day and entry.name.date and entry.name.date != reading.day:
                left_out["it is on another day"] += 1
            else:
                entries.append(entry)
    notes = list(counted(left_out, "entry", "entries"))
    if bundle.has_more_pages:
        notes.append("the Bundle is one page of a search; visits on its further pages are not here")
    return VisitsRead(tuple(without_repeats(entries)), tuple(notes))


def _unread(resource: Resource, reason: Unreadable, name: str) -> IncomingVisit:
    visit = IncomingVisit(name, resource.line, resource.place)
    visit.abandon(reason)
    return visit


@dataclass
class _RequestMapper:
    """Makes the visits of one request: one for each patient."""

    bundle: Bundle
    request: Request
    file: str
    reading: SystemsReading

    @property
    def settings(self) -> FhirSettings:
        return self.reading.fhir

    def visits(self) -> Iterator[IncomingVisit]:
        """The visits."""
        resource = self.request.resource
        patients = self._patients()
        each: list[Participant | None] = [*patients] or [None]
        for patient in each:
            visit = IncomingVisit(self.file, resource.line, resource.place)
            try:
                self._fill(visit, patient, is_group=len(patients) > 1)
            except Unreadable as unreadable:
                visit.abandon(unreadable)
            yield visit

    def _fill(self, visit: IncomingVisit, participant: Participant | None, *, is_group: bool) -> None:
        request, resource = self.request, self.request.resource
        self._put_time(visit)
        if resource.text("status") == "pending":
            visit.warn(resource.at("status"), "is pending: not everybody has agreed to come")
        patient = self._patient(visit, participant)
        encounter = request.encounter
        if encounter and encounter is not resource and not self._is_of(encounter, patient):
            visit.refuse(
                encounter.at("subject"), "is another patient than that of the appointment; correct one of them"
            )
        if patient is not None:
            put_patient(visit, patient, self.settings.record_system)
            put_language(visit, patient, self.reading.languages)
        self._put_number(visit, patient if is_group else None)
        self._put_procedures(visit, patient)
        self._put_clinician(visit)
        self._put_place(visit)
        self._put_interpreter(visit, patient)
        visit.origin = Origin(
            patient.reference if patient else None,
            resource.reference if resource.type == "Appointment" else None,
            request.encounter.reference if request.encounter else None,
        )

    # Who comes.

    def _patients(self) -> list[Participant]:
        """Those who come, each once."""
        named = [one for one in self.request.participants if self._kind(one) == "Patient"]
        return list({self._identity(one): one for one in reversed(named)}.values())[::-1]

    def _identity(self, participant: Participant) -> str:
        """The place of a resource; where it can't be known, that of the reference."""
        try:
            return self.bundle.resolve(participant.reference, participant.owner).place
        except Unreadable:
            return participant.reference.place

    def _kind(self, participant: Participant) -> str:
        """The type of what takes part; empty where that is not known."""
        reference = participant.reference
        try:
            return self.bundle.resolve(reference, participant.owner).type
        except Unreadable:
            if participant.kind:
                return participant.kind
            match = re.search(
                r"(?:^|/)([A-Z][A-Za-z]+)(?:/[A-Za-z0-9.-]+|\?)", str(reference.value.get("reference", ""))
            )
            return match.group(1) if match else str(reference.value.get("type", ""))

    def _patient(self, visit: IncomingVisit, participant: Participant | None) -> Resource | None:
        resource = self.request.resource
        if participant is None:
            key = "participant" if resource.type == "Appointment" else "subject"
            visit.ask("patient_name", resource.at(key), "names no patient who comes")
            return None
        try:
            return current_patient(self.bundle, self.bundle.resolve(participant.reference, participant.owner))
        except Unreadable as unreadable:
            visit.ask("patient_name", unreadable.place, f"the reference to the patient {unreadable.message}")
            return None

    # When, and which visit it is.

    def _put_time(self, visit: IncomingVisit) -> None:
        request, start = self.request, self.request.start
        if start is None or not start.has(request.start_key):
            place = start.at(request.start_key) if start else request.resource.at("period")
            visit.ask("date", place, "has no beginning, so the day of the visit is not known")
            return
        place, text = start.at(request.start_key), start.text(request.start_key)
        parts = _INSTANT.fullmatch(text)
        try:
            moment = datetime.datetime.fromisoformat(text) if parts else None
        except ValueError:
            moment = None
        if parts is None or moment is None:
            visit.ask("date", place, "is not a whole date of FHIR, so the day is not known", "unclear", text)
            return
        if parts.group(2) is None:
            visit.put("date", parts.group(1), place)
            return
        local = local_time(moment, self.settings.timezone) if parts.group(3) else None
        if local is None:
            message = (
                "is in UTC, so the day at the clinic is not known; name the time zone as `fhir.timezone` in clinic.yaml"
            )
            if not parts.group(3):
                message = "has a time without a time zone, which FHIR requires; export it again"
            visit.ask("date", place, message, "unclear", text)
            return
        visit.put("date", local.date().isoformat(), place)
        visit.put("time", f"{local:%H:%M}", place)

    def _put_number(self, visit: IncomingVisit, patient: Resource | None) -> None:
        """The number of the visit: the clinic's own, else the id, else one that is made from the reference."""
        resource, system = self.request.resource, self.settings.visit_system
        if system and patient is None:
            numbers = [one for one in resource.elements("identifier") if one.text("system") == system]
            values = {one.text("value") for one in numbers if one.text("value")}
            if len(values) == 1:
                visit.put("visit", values.pop(), numbers[0].at("value"))
                return
            if values:
                place = resource.at("identifier")
                visit.ask("visit", place, "has several numbers of the system `fhir.visit_system`", "unclear")
                return
        name = f"{_PREFIXES[resource.type]}{resource.text('id')}"
        particulars = visit.data.get("patient", {}).values()
        is_id = resource.has("id") and patient is None and is_visit_number(name)
        if is_id and not any(mentions(str(one), name) for one in particulars):
            visit.put("visit", name, resource.at("id"))
            return
        texts = [
            resource.full_url or f"{resource.type}/{resource.text('id')}",
            *([patient.full_url, patient.text("id")] if patient else []),
        ]
        if not resource.full_url and not resource.has("id"):
            visit.ask(
                "visit", resource.at("id"), "has no id, no address and no number, so its papers would have no name"
            )
            return
        visit.shown = made_number(*texts)
        visit.put("visit", visit.shown, resource.at("id"))

    # What for.

    def _put_procedures(self, visit: IncomingVisit, patient: Resource | None) -> None:
        ordered: list[str] = []
        for reference, owner in self.request.orders:
            try:
                order = self.bundle.resolve(reference, owner)
            except Unreadable as unreadable:
                visit.ask(
                    "procedures", unreadable.place, f"the reference to what was ordered {unreadable.message}", "unknown"
                )
                return
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

    def _is_of(self, resource: Resource, patient: Resource | None) -> bool:
        """Whether a resource is about a patient, as far as that can be seen."""
        subject = resource.element("subject")
        if patient is None or subject is None:
            return True
        try:
            return current_patient(self.bundle, self.bundle.resolve(subject, resource)).place == patient.place
        except Unreadable:
            return True

    def _against_order(self, order: Resource, patient: Resource | None) -> str | None:
        """Why an order can't be one for this visit."""
        if order.type != "ServiceRequest":
            return None
        if order.text("status") in ("revoked", "entered-in-error", "draft", "on-hold") or order.flag("doNotPerform"):
            return "leads to an order that does not hold; correct it"
        return None if self._is_of(order, patient) else "leads to an order for another patient; correct it"

    def _service(self, concept: FhirElement) -> tuple[str, ...] | None:
        return service_of(list(_codes(concept)), self.settings.services, CPT)

    # Who treats.

    def _put_clinician(self, visit: IncomingVisit) -> None:
        people = [one for one in self.request.participants if self._kind(one) in _PEOPLE and not _interprets(one)]
        leading = [one for one in people if any(has_code(role, _ROLES, "PPRF", "ATND") for role in one.roles)]
        if len(leading) > 1:  # the one who does it, before the one who is responsible
            leading = [one for one in leading if any(has_code(role, _ROLES, "PPRF") for role in one.roles)] or leading
        chosen, resource = leading or people, self.request.resource
        if len(chosen) != 1:
            message = "names several who may treat; mark one as PPRF" if chosen else "names nobody who treats"
            place = resource.at("performer" if resource.type == "ServiceRequest" else "participant")
            visit.ask("clinician", place, message, "unclear" if chosen else "empty")
            return
        reference = chosen[0].reference
        try:
            person = self._person(self.bundle.resolve(reference, chosen[0].owner))
        except Unreadable as unreadable:
            if display := reference.text("display"):
                visit.put("clinician", display, reference.at("display"))
            else:
                visit.ask("clinician", unreadable.place, f"the reference to who treats {unreadable.message}")
            return
        name = name_in_use(person, str(visit.data.get("date", "")))
        text = written_name(name, with_suffix=False) if name else ""
        if name is None or not text:
            visit.ask("clinician", person.at("name"), "is not one whole name", "unclear")
            return
        visit.put("clinician", text, name.place)
        if credentials := ", ".join(name.texts("suffix") or _degrees(person)):
            visit.put("clinician_credentials", credentials, name.at("suffix"))

    def _person(self, resource: Resource) -> Resource:
        """The person who has a role."""
        if resource.type != "PractitionerRole":
            return resource
        reference = resource.element("practitioner")
        if reference is None:
            raise Unreadable(resource.at("practitioner"), "is a role that nobody is named for")
        return self.bundle.resolve(reference, resource)

    # Where, and with whose help.

    def _put_place(self, visit: IncomingVisit) -> None:
        request = self.request
        codes = [code for concept in [*request.kinds, *request.services] for code in _codes(concept)]
        codes += [Coded(one.text("system"), one.text("code"), one.place) for one in request.classes]
        displays, unknown = [], None
        for one in request.participants:
            kind = self._kind(one)
            if kind == "Location":
                codes += self._codes_of_location(one)
                displays.append(one.reference.text("display"))
            elif not kind:
                displays.append(one.reference.text("display"))
                known = place_of([], displays[-1:], self.settings.places)
                unknown = unknown or (None if known else one.reference)
        meant = place_of(codes, displays, self.settings.places)
        if not meant and any((one.system, one.code) in ((_ACTS, "VR"), (_PHYSICAL_TYPES, "vi")) for one in codes):
            meant = {"telehealth"}
        if len(meant) > 1:
            visit.ask(
                "place", request.resource.place, "says that the patient comes, and that it is telehealth", "conflict"
            )
        elif meant:
            visit.put("place", meant.pop(), request.resource.place)
        elif unknown is not None:
            message = (
                "is known by its display text only; name it in `fhir.places` of clinic.yaml, with the place of care"
            )
            visit.ask("place", unknown.place, message, "unknown", unknown.text("display"))
        elif away := next((one for one in codes if one.system == _ACTS and one.code in _NOT_AT_THE_CLINIC), None):
            visit.warn(away.place, "is a visit outside the clinic; the papers call it in person")

    def _codes_of_location(self, participant: Participant) -> Iterator[Coded]:
        try:
            location = self.bundle.resolve(participant.reference, participant.owner)
        except Unreadable:
            return
        for concept in [*location.concepts("physicalType"), *location.concepts("type")]:
            yield from _codes(concept)

    def _put_interpreter(self, visit: IncomingVisit, patient: Resource | None) -> None:
        helping = [one for one in self.request.participants if _interprets(one)]
        if not helping:
            needed = needs_interpreter(patient) if patient else None
            if needed is not None:
                visit.ask(
                    "interpreter", needed.place, "says that the patient needs an interpreter; name who interprets"
                )
            return
        message = "interprets, and whether as a professional, staff or a relative is not said"
        given = helping[0].reference.text("display")
        visit.ask("interpreter", helping[0].reference.place, message, "unclear", given)


_UNKNOWN_SERVICE = (
    "has no CPT code, and no code that `fhir.services` of clinic.yaml names with its system (or without one, where it "
    "has none), so the papers are not known"
)


def _codes(concept: FhirElement) -> Iterator[Coded]:
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


def _interprets(participant: Participant) -> bool:
    return any(has_code(role, _OTHER_ROLES, "translator") for role in participant.roles)


def _degrees(person: Resource) -> list[str]:
    """The degrees of a person whose name has no suffix."""
    return [
        coding.text("code")
        for qualification in person.elements("qualification")
        for coding in qualification.codings("code")
        if coding.text("system") in _DEGREES
    ]
