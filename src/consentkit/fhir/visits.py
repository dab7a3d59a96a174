"""The visits of a FHIR Bundle: appointments, encounters and service requests with the people that they refer to.

Guarantees: each becomes a visit, or is an entry that says what is missing or contradicts, by its place in the Bundle;
who may sign for a patient is never read from the fact that somebody is related; one that can't be read stops no other.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from consentkit.fhir.bundle import Bundle, Resource, read_bundle
from consentkit.fhir.participants import ParticipantMapper, kind_of
from consentkit.fhir.people import (
    current_patient,
    put_language,
    put_patient,
)
from consentkit.fhir.requests import LeftOut, Participant, Request, requests_of
from consentkit.fhir.services import ServiceMapper, is_of
from consentkit.model.systems import FhirSettings
from consentkit.model.visit import is_visit_number, mentions
from consentkit.packets.incoming import IncomingVisit, Unreadable
from consentkit.packets.origin import Origin
from consentkit.packets.other_systems import (
    SystemsReading,
    VisitsRead,
    counted,
    made_number,
    without_repeats,
)

_PREFIXES = {"Appointment": "", "Encounter": "E-", "ServiceRequest": "R-"}
"""What makes numbers of visits different whose resources have the same id, and different types."""
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


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
    if bundle.failed:
        what = "1 entry says" if bundle.failed == 1 else f"{bundle.failed} entries say"
        notes.append(f"{what} that something has failed; visits may be missing")
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
        if request.ignored:
            place = request.ignored.at("status")
            visit.warn(place, "is that of an encounter which does not hold; nothing of it counts for its appointment")
        patient = self._patient(visit, participant)
        encounter = request.encounter
        if encounter and encounter is not resource and not is_of(self.bundle, encounter, patient):
            visit.refuse(
                encounter.at("subject"), "is another patient than that of the appointment; correct one of them"
            )
        if patient is not None:
            put_patient(visit, patient, self.settings.record_system)
            put_language(visit, patient, self.reading.languages)
        self._put_number(visit, patient if is_group else None)
        ServiceMapper(self.bundle, request, self.settings).put_procedures(
            visit, patient, self._places_of_others(patient)
        )
        participants = ParticipantMapper(self.bundle, request, self.settings)
        participants.put_clinician(visit)
        participants.put_place(visit)
        participants.put_interpreter(visit, patient)
        visit.origin = Origin(
            patient.reference if patient else None,
            resource.reference if resource.type == "Appointment" else None,
            request.encounter.reference if request.encounter else None,
        )

    # Who comes.

    def _patients(self) -> list[Participant]:
        """Those who come, each once."""
        named = [one for one in self.request.participants if kind_of(self.bundle, one) == "Patient"]
        return list({self._identity(one): one for one in reversed(named)}.values())[::-1]

    def _identity(self, participant: Participant) -> str:
        """The place of a resource; where it can't be known, that of the reference."""
        try:
            return self.bundle.resolve(participant.reference, participant.owner).place
        except Unreadable:
            return participant.reference.place

    def _places_of_others(self, patient: Resource | None) -> set[str]:
        """The places of the records of the others of a group."""
        places = set()
        for one in self._patients():
            with suppress(Unreadable):
                places.add(current_patient(self.bundle, self.bundle.resolve(one.reference, one.owner)).place)
        return places - {patient.place} if patient else set()

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
        if not parts.group(3):
            message = "has a time without a time zone, which FHIR requires; export it again"
            visit.ask("date", place, message, "unclear", text)
            return
        visit.put_moment(moment, self.settings.timezone, place, text, "fhir.timezone")

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
