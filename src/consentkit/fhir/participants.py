"""Who and what takes part in a visit of FHIR: who treats, where, and who interprets.

Guarantees: of several who might treat none is chosen without a mark, nor anybody who has another role; a place that is
known by its text only is asked about, unless clinic.yaml names it; nobody interprets who is not said to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from consentkit.fhir.bundle import Bundle, Resource
from consentkit.fhir.element import has_code
from consentkit.fhir.people import name_in_use, needs_interpreter, written_name
from consentkit.fhir.requests import Participant, Request
from consentkit.fhir.services import codes_of
from consentkit.model.systems import FhirSettings
from consentkit.packets.incoming import IncomingVisit, Unreadable
from consentkit.packets.other_systems import Coded, place_of

_ROLES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_OTHER_ROLES = "http://terminology.hl7.org/CodeSystem/participant-type"
_ACTS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_PHYSICAL_TYPES = "http://terminology.hl7.org/CodeSystem/location-physical-type"
_DEGREES = ("http://terminology.hl7.org/CodeSystem/v2-0360", "http://terminology.hl7.org/CodeSystem/v2-2.7-0360")
_NOT_AT_THE_CLINIC = ("FLD", "HH")
_PEOPLE = ("Practitioner", "PractitionerRole")


@dataclass
class ParticipantMapper:
    """Fills in who and what takes part in a request."""

    bundle: Bundle
    request: Request
    settings: FhirSettings

    def put_clinician(self, visit: IncomingVisit) -> None:
        """Fill in who treats, or ask."""
        people = [
            one for one in self.request.participants if kind_of(self.bundle, one) in _PEOPLE and not _interprets(one)
        ]
        leading = [one for one in people if any(has_code(role, _ROLES, "PPRF", "ATND") for role in one.roles)]
        if len(leading) > 1:  # the one who does it, before the one who is responsible
            leading = [one for one in leading if any(has_code(role, _ROLES, "PPRF") for role in one.roles)] or leading
        chosen, resource = leading or list(filter(_may_treat, people)), self.request.resource
        if len(chosen) != 1:
            message = "names several who may treat; mark one as PPRF" if chosen else "names nobody who treats"
            if people and not chosen:
                message = "names nobody in a role of those who treat; mark who does as PPRF"
            place = resource.at("performer" if resource.type == "ServiceRequest" else "participant")
            visit.ask("clinician", place, message, "unclear" if people else "empty")
            return
        reference = chosen[0].reference
        try:
            person = self._person(self.bundle.resolve(reference, chosen[0].owner))
        except Unreadable as unreadable:
            is_person = kind_of(self.bundle, chosen[0]) == "Practitioner"  # a role shows what it is, and of whom
            if is_person and (display := reference.text("display")):
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

    def put_place(self, visit: IncomingVisit) -> None:
        """Fill in where it is, or ask."""
        request = self.request
        codes = [code for concept in [*request.kinds, *request.services] for code in codes_of(concept)]
        codes += [Coded(one.text("system"), one.text("code"), one.place) for one in request.classes]
        displays, unknown = [], None
        for one in request.participants:
            kind = kind_of(self.bundle, one)
            if kind == "Location":
                codes += self._codes_of_location(one)
                displays.append(one.reference.text("display"))
            elif not kind:
                displays.append(one.reference.text("display"))
                known = place_of([], displays[-1:], self.settings.places)
                unknown = unknown or (None if known else one)
        meant = place_of(codes, displays, self.settings.places)
        virtual = [one for one in codes if (one.system, one.code) in ((_ACTS, "VR"), (_PHYSICAL_TYPES, "vi"))]
        if any(not place_of([one], [], self.settings.places) for one in virtual):
            meant |= {"telehealth"}
        if len(meant) > 1:
            visit.ask(
                "place", request.resource.place, "says that the patient comes, and that it is telehealth", "conflict"
            )
        elif meant:
            visit.put("place", meant.pop(), request.resource.place)
        elif unknown is not None:
            visit.ask("place", *self._why_unknown(unknown), "unknown", unknown.reference.text("display"))
        elif away := next((one for one in codes if one.system == _ACTS and one.code in _NOT_AT_THE_CLINIC), None):
            visit.warn(away.place, "is a visit outside the clinic; the papers call it in person")

    def _why_unknown(self, participant: Participant) -> tuple[str, str]:
        """Where something that takes part is named, and why it is not known what it is."""
        reference = participant.reference
        if reference.text("reference"):
            try:
                self.bundle.resolve(reference, participant.owner)
            except Unreadable as unreadable:
                return unreadable.place, f"the reference {unreadable.message}"
        how = "is known by its display text only; name it in `fhir.places` of clinic.yaml, with the place of care"
        return reference.place, how

    def _codes_of_location(self, participant: Participant) -> Iterator[Coded]:
        try:
            location = self.bundle.resolve(participant.reference, participant.owner)
        except Unreadable:
            return
        for concept in [*location.concepts("physicalType"), *location.concepts("type")]:
            yield from codes_of(concept)

    def put_interpreter(self, visit: IncomingVisit, patient: Resource | None) -> None:
        """Ask who interprets, where somebody should."""
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


def kind_of(bundle: Bundle, participant: Participant) -> str:
    """The type of what takes part; empty where that is not known."""
    reference = participant.reference
    try:
        return bundle.resolve(reference, participant.owner).type
    except Unreadable:
        if participant.kind:
            return participant.kind
        match = re.search(r"(?:^|/)([A-Z][A-Za-z]+)(?:/[A-Za-z0-9.-]+|\?)", str(reference.value.get("reference", "")))
        return match.group(1) if match else str(reference.value.get("type", ""))


def _interprets(participant: Participant) -> bool:
    return any(has_code(role, _OTHER_ROLES, "translator") for role in participant.roles)


def _may_treat(participant: Participant) -> bool:
    """Whether somebody who is marked as nobody who leads may be who treats: not who refers, admits or is called."""
    return not participant.roles or any(has_code(role, _ROLES, "PART", "SPRF") for role in participant.roles)


def _degrees(person: Resource) -> list[str]:
    """The degrees of a person whose name has no suffix."""
    return [
        coding.text("code")
        for qualification in person.elements("qualification")
        for coding in qualification.codings("code")
        if coding.text("system") in _DEGREES
    ]
