"""Bundles of FHIR R4 for tests: one appointment of one patient, whole and complete, to be varied."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from consentkit.fhir.visits import read_fhir
from consentkit.model.systems import FhirSettings
from consentkit.packets.other_systems import SystemsReading, VisitsRead
from consentkit.packets.visits import VisitEntry
from kit.small import CODE

BASE = "https://ehr.example.org/fhir"
CPT = "http://www.ama-assn.org/go/cpt"
TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
ROLES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"

Data = dict[str, Any]

_PATIENT: Data = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"type": {"coding": [{"system": TYPES, "code": "MR"}]}, "value": "MR-20417"}],
    "name": [{"use": "official", "family": "O’Keeffe", "given": ["Siobhán"]}],
    "birthDate": "1984-07-09",
}
_CLINICIAN: Data = {
    "resourceType": "Practitioner",
    "id": "d1",
    "name": [{"family": "Okonkwo", "given": ["Amara"], "prefix": ["Dr."], "suffix": ["PhD"]}],
}
_ORDER: Data = {
    "resourceType": "ServiceRequest",
    "id": "s1",
    "status": "active",
    "intent": "order",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": CPT, "code": CODE}]},
}
_APPOINTMENT: Data = {
    "resourceType": "Appointment",
    "id": "V-1",
    "status": "booked",
    "start": "2026-11-23T09:00:00-06:00",
    "basedOn": [{"reference": "ServiceRequest/s1"}],
    "participant": [
        {"actor": {"reference": "Patient/p1"}, "status": "accepted"},
        {"actor": {"reference": "Practitioner/d1"}, "status": "accepted"},
    ],
}
_ENCOUNTER: Data = {
    "resourceType": "Encounter",
    "id": "1",
    "status": "planned",
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
    "type": [{"coding": [{"system": CPT, "code": CODE}]}],
    "subject": {"reference": "Patient/p1"},
    "participant": [{"individual": {"reference": "Practitioner/d1"}}],
    "period": {"start": "2026-11-23T09:00:00-06:00"},
}


def patient(**changes: Any) -> Data:
    """A patient; None as a change leaves a key out."""
    return _changed(_PATIENT, changes)


def clinician(**changes: Any) -> Data:
    """Somebody who treats."""
    return _changed(_CLINICIAN, changes)


def order(**changes: Any) -> Data:
    """An order of the small procedure."""
    return _changed(_ORDER, changes)


def appointment(**changes: Any) -> Data:
    """An appointment."""
    return _changed(_APPOINTMENT, changes)


def encounter(**changes: Any) -> Data:
    """An encounter."""
    return _changed(_ENCOUNTER, changes)


def _changed(resource: Data, changes: Data) -> Data:
    changed = {**copy.deepcopy(resource), **changes}
    return {key: value for key, value in changed.items() if value is not None}


def bundle(*resources: Data, **changes: Any) -> Data:
    """A Bundle: the first resource, which is varied, and of the others what is not named."""
    given = {one["resourceType"] for one in resources}
    others = [one for one in (_APPOINTMENT, _PATIENT, _CLINICIAN, _ORDER) if one["resourceType"] not in given]
    if "Encounter" in given:
        others = [one for one in others if one["resourceType"] not in ("Appointment", "ServiceRequest")]
    if "Appointment" in given and not any("basedOn" in one for one in resources):
        others = [one for one in others if one["resourceType"] != "ServiceRequest"]
    entries = [
        {"fullUrl": f"{BASE}/{one['resourceType']}/{one['id']}", "resource": one} for one in [*resources, *others]
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": copy.deepcopy(entries), **changes}


def text(data: Data) -> bytes:
    """A Bundle as a server writes it."""
    return json.dumps(data, ensure_ascii=False, indent=2).encode()


def write(path: Path, data: Data) -> Path:
    """Write a Bundle."""
    path.write_bytes(text(data))
    return path


def read(data: Data, day: Any = None, **settings: Any) -> VisitsRead:
    """The visits of a Bundle; `settings` are those of the clinic."""
    reading = SystemsReading(fhir=FhirSettings.model_validate(settings), languages=("en", "es"), day=day)
    return read_fhir(text(data), "bundle.json", reading)


def only(data: Data, **settings: Any) -> VisitEntry:
    """The one visit of a Bundle."""
    (entry,) = read(data, **settings).entries
    return entry


def places(entry: VisitEntry) -> list[str]:
    """The places of what is wrong with a visit, without that of its resource."""
    return [problem.field.rsplit("resource.", 1)[-1] for problem in entry.problems]


def needed(entry: VisitEntry) -> list[str]:
    """What a visit needs."""
    return [need.field for need in entry.needs]
