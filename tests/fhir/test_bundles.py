"""Bundles of FHIR R4 become visits, or say why not and which field."""

from __future__ import annotations

import contextlib
import copy
import datetime
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.errors import InvalidInput
from consentkit.fhir.visits import read_fhir
from consentkit.packets.other_systems import SystemsReading
from kit.bundles import (
    BASE,
    CPT,
    ROLES,
    TYPES,
    appointment,
    bundle,
    clinician,
    encounter,
    needed,
    only,
    order,
    patient,
    places,
    read,
    text,
)
from kit.small import CODE

MR = {"coding": [{"system": TYPES, "code": "MR"}]}


def actor(reference: str, **more: Any) -> dict[str, Any]:
    return {"actor": {"reference": reference}, "status": "accepted", **more}


def test_an_appointment_becomes_a_visit_with_all_that_the_bundle_says_of_it() -> None:
    entry = only(bundle())
    assert entry.visit is not None
    assert entry.visit.model_dump(mode="json", exclude_defaults=True) == {
        "visit": "V-1",
        "date": "2026-11-23",
        "time": "09:00:00",
        "patient": {"name": "Siobhán O’Keeffe", "born": "1984-07-09", "record": "MR-20417"},
        "procedures": [CODE],
        "clinician": {"name": "Dr. Amara Okonkwo", "credentials": "PhD"},
    }
    assert entry.origin is not None
    assert (entry.origin.patient, entry.origin.appointment) == (f"{BASE}/Patient/p1", f"{BASE}/Appointment/V-1")
    assert entry.label == "bundle.json:5"
    assert not entry.warnings


# When.


@pytest.mark.parametrize(
    ("start", "zone", "day", "time"),
    [
        ("2026-11-24T01:00:00Z", "America/Chicago", "2026-11-23", "19:00"),
        ("2026-07-01T14:00:00.000+00:00", "Europe/London", "2026-07-01", "15:00"),
        ("2026-11-23T09:00:00-06:00", "America/Chicago", "2026-11-23", "09:00"),
        ("2026-11-23T09:00:00-05:00", "America/Chicago", "2026-11-23", "08:00"),
        ("2026-11-01T06:30:00Z", "America/Chicago", "2026-11-01", "01:30"),  # the clocks show it twice
        ("2026-11-01T07:30:00Z", "America/Chicago", "2026-11-01", "01:30"),
        ("2026-03-08T02:30:00-06:00", "America/Chicago", "2026-03-08", "03:30"),
    ],
)
def test_a_time_is_that_of_the_clinic(start: str, zone: str, day: str, time: str) -> None:
    visit = only(bundle(appointment(start=start)), timezone=zone).visit
    assert visit is not None
    assert visit.date.isoformat() == day
    assert f"{visit.time:%H:%M}" == time


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-24T01:00:00Z",
        "2026-11-23T09:00:00-06:00",
        "2026-11-23T09:00:00",
        "2026-11",
        "11/23/2026",
        "2026-13-01T09:00:00-06:00",
        None,
    ],
)
def test_a_time_that_may_be_another_one_at_the_clinic_is_asked_for(start: str | None) -> None:
    entry = only(bundle(appointment(start=start)), timezone=None)
    assert places(entry) == ["start"]
    assert needed(entry) == ["date"]


def test_an_encounter_may_have_a_day_without_a_time() -> None:
    visit = only(bundle(encounter(period={"start": "2026-11-23"}))).visit
    assert visit is not None
    assert (visit.visit, visit.date.isoformat(), visit.time) == ("E-1", "2026-11-23", None)


@pytest.mark.parametrize("status", ["proposed", "cancelled", "noshow", "entered-in-error", "waitlist", "fulfilled"])
def test_what_does_not_take_place_is_left_out_and_counted(status: str) -> None:
    result = read(bundle(appointment(status=status)))
    assert not result.entries
    assert result.notes == (f"left out 1 entry: Appointment that is {status}",)


def test_what_is_over_is_read_where_its_day_is_named() -> None:
    data = bundle(encounter(status="finished"))
    assert not read(data).entries
    assert read(data, datetime.date(2026, 11, 23)).entries[0].visit is not None
    assert read(data, datetime.date(2026, 11, 22)).notes == ("left out 1 entry: it is on another day",)


def test_a_pending_appointment_is_a_visit_with_a_warning() -> None:
    entry = only(bundle(appointment(status="pending")))
    assert entry.visit is not None
    assert [warning.severity for warning in entry.warnings] == ["warning"]


# Who comes.


@pytest.mark.parametrize(
    ("changes", "place", "need"),
    [
        ({"birthDate": "1984"}, "birthDate", "date_of_birth"),
        ({"birthDate": "1984-07"}, "birthDate", "date_of_birth"),
        ({"birthDate": None}, "birthDate", "date_of_birth"),
        ({"name": None}, "name", "patient_name"),
        ({"name": [{"family": "Levin"}]}, "name[0]", "patient_name"),
        ({"name": [{"given": ["Henry"]}]}, "name[0]", "patient_name"),
        ({"name": [{"use": "nickname", "given": ["Bo"], "family": "Dee"}]}, "name", "patient_name"),
        ({"name": [{"use": "anonymous", "text": "Somebody"}]}, "name", "patient_name"),
        (
            {"name": [{"use": "official", "text": "Ann Lee"}, {"use": "official", "text": "Ann Leigh"}]},
            "name",
            "patient_name",
        ),
        ({"identifier": None}, "identifier", "record_number"),
        (
            {"identifier": [{"type": MR, "value": "1"}, {"type": MR, "value": "2"}]},
            "identifier",
            "record_number",
        ),
        (
            {"identifier": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "444-22-2222"}]},
            "identifier",
            "record_number",
        ),
        (
            {"identifier": [{"type": {"coding": [{"system": TYPES, "code": "DL"}]}, "value": "D1"}]},
            "identifier",
            "record_number",
        ),
        ({"identifier": [{"use": "old", "type": MR, "value": "1"}]}, "identifier", "record_number"),
    ],
)
def test_a_particular_that_is_not_certain_is_asked_for(changes: dict[str, Any], place: str, need: str) -> None:
    entry = only(bundle(patient(**changes)))
    assert entry.visit is None
    assert places(entry) == [place]
    assert needed(entry) == [need]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ([{"use": "old", "text": "Ann Old"}, {"use": "usual", "text": "Ann New"}], "Ann New"),
        ([{"text": "Ann Ended", "period": {"end": "2020-01-01"}}, {"text": "Ann Now"}], "Ann Now"),
        ([{"text": "Ann Later", "period": {"start": "2027"}}, {"text": "Ann Now"}], "Ann Now"),
        (
            [{"use": "usual", "text": "Jim C"}, {"use": "official", "family": "Chalmers", "given": ["Peter", "James"]}],
            "Peter James Chalmers",
        ),
        ([{"family": "Duck", "given": ["Donald"], "text": "Duck Donald", "suffix": ["Jr."]}], "Donald Duck Jr."),
        ([{"family": "毛", "given": ["泽东"], "text": "毛泽东"}], "毛泽东"),
        ([{"text": "Sukarno"}], "Sukarno"),
        ([{"family": "Chen", "given": [None, "Li"], "_given": [{"extension": []}, None]}], "Li Chen"),
    ],
)
def test_the_name_in_use_is_printed_as_it_is_written(name: list[dict[str, Any]], written: str) -> None:
    visit = only(bundle(patient(name=name))).visit
    assert visit is not None
    assert visit.patient.name == written


def test_a_name_that_has_ended_is_not_printed_where_the_day_is_not_known() -> None:
    names = [{"use": "official", "text": "Ann Ended", "period": {"end": "2010"}}, {"use": "usual", "text": "Ann Now"}]
    entry = only(bundle(appointment(start=None), patient(name=names)))
    assert isinstance(entry.data, dict)
    assert entry.data["patient"]["name"] == "Ann Now"


def test_a_name_that_is_written_together_needs_its_own_order() -> None:
    assert needed(only(bundle(patient(name=[{"family": "毛", "given": ["泽东"]}])))) == ["patient_name"]


@pytest.mark.parametrize("code", ["JHN", "HC", "SR", "XX", "PI", "PT"])
def test_a_number_of_a_type_that_is_none_of_a_clinic_is_no_record_number(code: str) -> None:
    number = {"type": {"coding": [{"system": TYPES, "code": code}]}, "value": "N1"}
    expected = [] if code in ("PI", "PT") else ["record_number"]
    assert needed(only(bundle(patient(identifier=[number])))) == expected


@pytest.mark.parametrize(
    ("system", "needs"),
    [
        ("https://medica.example.org/patients", []),
        ("https://national.example.org/mrn/", []),
        ("http://hl7.org/fhir/sid/us-medicare/2", ["record_number"]),
        ("https://ehr.example.org/medicaid", ["record_number"]),
        ("urn:oid:2.16.840.1.113883.4.1", ["record_number"]),
    ],
)
def test_the_end_of_a_system_says_whose_number_it_is(system: str, needs: list[str]) -> None:
    assert needed(only(bundle(patient(identifier=[{"system": system, "value": "N1"}])))) == needs


def test_the_record_number_is_that_of_the_system_of_the_clinic() -> None:
    numbers = [{"type": MR, "system": "urn:other", "value": "1"}, {"system": "urn:willow", "value": "2"}]
    visit = only(bundle(patient(identifier=numbers)), record_system="urn:willow").visit
    assert visit is not None
    assert visit.patient.record == "2"
    assert needed(only(bundle(patient(identifier=numbers)), record_system="urn:third")) == ["record_number"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"deceasedBoolean": True}, "deceasedBoolean"),
        ({"deceasedDateTime": "2026-01-01"}, "deceasedDateTime"),
        (
            {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-animal"}]},
            "Bundle.entry[0].resource",
        ),
    ],
)
def test_nobody_but_the_living_gets_papers(changes: dict[str, Any], place: str) -> None:
    entry = only(bundle(patient(**changes)))
    assert entry.visit is None
    assert places(entry) == [place]


def test_a_record_that_is_not_in_use_is_a_warning() -> None:
    entry = only(bundle(patient(active=False)))
    assert entry.visit is not None
    assert [warning.field for warning in entry.warnings] == ["Bundle.entry[0].resource.active"]


@pytest.mark.parametrize("reference", ["#patient", "urn:uuid:00000000-0000-4000-8000-000000000009"])
def test_a_reference_that_shows_no_type_and_leads_nowhere_is_said_to(reference: str) -> None:
    data = appointment()
    data["participant"][0]["actor"] = {"reference": reference}
    entry = only(bundle(data))
    assert places(entry) == ["participant", "participant[0].actor.reference"]
    assert "patient_name" in needed(entry)
    assert entry.problems[1].message.startswith("the reference leads to nothing in the Bundle")


def test_a_merged_record_is_followed_to_the_one_that_replaces_it() -> None:
    old = patient(link=[{"type": "replaced-by", "other": {"reference": "Patient/p2"}}])
    visit = only(bundle(old, patient(id="p2", birthDate="1984-07-10"))).visit
    assert visit is not None
    assert visit.patient.born.isoformat() == "1984-07-10"
    assert places(only(bundle(old))) == ["link[0].other.reference"]
    in_a_circle = patient(id="p2", link=[{"type": "replaced-by", "other": {"reference": "Patient/p1"}}])
    assert only(bundle(old, in_a_circle)).visit is None


@pytest.mark.parametrize(
    ("spoken", "language", "needs"),
    [
        ([("es-MX", None)], "es", []),
        ([("en", None), ("es-419", True)], "es", []),
        ([("en", None), ("es", None)], None, ["language"]),
        ([("nl", None)], None, ["language"]),
        ([], None, []),
    ],
)
def test_the_language_is_the_one_that_is_preferred(
    spoken: list[tuple[str, bool | None]], language: str | None, needs: list[str]
) -> None:
    communication = [
        {
            "language": {"coding": [{"system": "urn:ietf:bcp:47", "code": tag}]},
            **({"preferred": True} if preferred else {}),
        }
        for tag, preferred in spoken
    ]
    entry = only(bundle(patient(communication=communication or None)))
    assert needed(entry) == needs
    assert (entry.visit.language if entry.visit else None) == language


def test_who_may_sign_is_never_read_from_who_is_related() -> None:
    child = patient(
        birthDate="2018-01-01", contact=[{"relationship": [{"text": "mother"}], "name": {"text": "Ann Lee"}}]
    )
    related = {
        "resourceType": "RelatedPerson",
        "id": "r",
        "patient": {"reference": "Patient/p1"},
        "name": [{"text": "A"}],
    }
    visit = only(bundle(child, related)).visit
    assert visit is not None
    assert visit.representative is None


def test_an_interpreter_who_is_needed_or_comes_is_asked_about() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
    assert needed(only(bundle(patient(extension=[{"url": url, "valueBoolean": True}])))) == ["interpreter"]
    role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/participant-type", "code": "translator"}]}
    helped = appointment(
        participant=[actor("Patient/p1"), actor("Practitioner/d1"), actor("Practitioner/t", type=[role])]
    )
    assert needed(only(bundle(helped, clinician(), clinician(id="t")))) == ["interpreter"]


def test_each_patient_of_a_group_has_a_visit_with_a_number_of_its_own() -> None:
    what = [{"coding": [{"system": CPT, "code": CODE}]}]
    group = appointment(
        basedOn=None, serviceType=what, participant=[actor("Patient/p1"), actor("Patient/p2"), actor("Practitioner/d1")]
    )
    other = patient(id="p2", name=[{"text": "Ann Lee"}], identifier=[{"type": MR, "value": "2"}])
    entries = read(bundle(group, patient(), other)).entries
    visits = [entry.visit for entry in entries if entry.visit]
    assert [visit.patient.name for visit in visits] == ["Siobhán O’Keeffe", "Ann Lee"]
    assert len({visit.visit for visit in visits}) == 2
    assert all(visit.visit.startswith("F-") for visit in visits)


def test_each_of_a_group_has_what_was_ordered_for_this_patient() -> None:
    orders = [{"reference": "ServiceRequest/o1"}, {"reference": "ServiceRequest/o2"}]
    group = appointment(
        basedOn=orders, participant=[actor("Patient/p1"), actor("Patient/p2"), actor("Practitioner/d1")]
    )
    other = patient(id="p2", name=[{"text": "Ann Lee"}], identifier=[{"type": MR, "value": "2"}])
    its_own = order(id="o2", subject={"reference": "Patient/p2"})
    entries = read(bundle(group, patient(), other, order(id="o1"), its_own)).entries
    assert [entry.visit.patient.name for entry in entries if entry.visit] == ["Siobhán O’Keeffe", "Ann Lee"]


def test_copies_of_one_appointment_are_one_visit() -> None:
    data = bundle()
    data["entry"] = [*data["entry"], *copy.deepcopy(data["entry"])]
    data["entry"][0]["search"] = {"mode": "include"}
    assert only(data).visit is not None


def test_a_patient_who_is_named_twice_comes_once() -> None:
    twice = appointment(participant=[actor("Patient/p1"), actor(f"{BASE}/Patient/p1"), actor("Practitioner/d1")])
    assert only(bundle(twice)).visit is not None


@pytest.mark.parametrize("reference", [{"display": "Ann Lee"}, {"reference": "Patient/nobody", "display": "Ann Lee"}])
def test_a_patient_who_is_not_in_the_bundle_is_not_guessed_from_a_display_text(reference: dict[str, str]) -> None:
    participants = [{"actor": {"type": "Patient", **reference}}, actor("Practitioner/d1")]
    entry = only(bundle(appointment(participant=participants)))
    assert needed(entry) == ["patient_name", "date_of_birth", "record_number"]
    assert places(entry)[0].startswith("participant[0].actor")


# Which visit.


def test_the_number_is_that_of_the_system_of_the_clinic_or_the_id_or_made() -> None:
    numbered = appointment(identifier=[{"system": "urn:v", "value": "N-7"}])
    assert only(bundle(numbered), visit_system="urn:v").name.visit == "N-7"
    assert only(bundle(numbered)).name.visit == "V-1"
    made = only(bundle(appointment(id="0f3c5a52-6f39-4d1e-8f0f-0d4f6a6d5a11"))).name.visit
    assert made is not None
    assert made.startswith("F-")
    assert made == only(bundle(appointment(id="0f3c5a52-6f39-4d1e-8f0f-0d4f6a6d5a11"))).name.visit


def test_an_id_that_reveals_the_patient_is_no_number() -> None:
    entry = only(bundle(appointment(id="okeeffe-2011")))
    assert entry.visit is not None
    assert entry.visit.visit.startswith("F-")


def test_two_visits_of_one_number_are_both_refused() -> None:
    number = [{"system": "urn:v", "value": "N-7"}]
    data = bundle(appointment(identifier=number), appointment(id="V-2", identifier=number))
    assert [entry.visit for entry in read(data, visit_system="urn:v").entries] == [None, None]


# What for.


@pytest.mark.parametrize(
    ("code", "services", "codes"),
    [
        ({"coding": [{"system": CPT, "code": "90837"}]}, [], ["90837"]),
        ({"coding": [{"code": "52"}]}, [{"code": "52", "procedures": ["90834"]}], ["90834"]),
        ({"coding": [{"code": "52"}]}, [{"system": "urn:x", "code": "52", "procedures": ["90834"]}], None),
        ({"coding": [{"system": "urn:x", "code": "52"}]}, [{"code": "52", "procedures": ["90834"]}], None),
        ({"coding": [{"code": "90837"}]}, [], None),
        ({"text": "Psychotherapy"}, [], None),
        (
            {"coding": [{"system": "http://snomed.info/sct", "code": "1"}, {"system": CPT, "code": "90837"}]},
            [],
            ["90837"],
        ),
        ({"coding": [{"system": CPT, "code": "90834"}, {"system": CPT, "code": "90837"}]}, [], None),
    ],
)
def test_a_code_counts_in_its_own_system_only(code: Any, services: Any, codes: list[str] | None) -> None:
    for data in (bundle(order(code=code)), bundle(appointment(basedOn=None, serviceType=[code]))):
        entry = only(data, services=services)
        assert (list(entry.visit.procedures) if entry.visit else None) == codes
        if codes is None:
            assert needed(entry) == ["procedures"]


def test_a_service_without_a_meaning_beside_one_with_a_meaning_is_asked_for() -> None:
    data = bundle(
        appointment(basedOn=None, serviceType=[{"coding": [{"system": CPT, "code": CODE}]}, {"text": "More"}])
    )
    entry = only(data)
    assert (needed(entry), places(entry)) == (["procedures"], ["serviceType[1]"])


def test_an_order_that_does_not_hold_or_is_for_somebody_else_makes_no_papers() -> None:
    assert only(bundle(order(status="revoked"))).visit is None
    assert only(bundle(order(doNotPerform=True))).visit is None
    somebody = patient(id="p2", birthDate="1990-01-01")
    entry = only(bundle(order(subject={"reference": "Patient/p2"}), patient(), somebody))
    assert places(entry)[0] == "basedOn[0]"


def test_an_encounter_of_somebody_else_than_the_appointment_makes_no_papers() -> None:
    of_other = encounter(appointment=[{"reference": "Appointment/V-1"}], subject={"reference": "Patient/p2"})
    data = bundle(appointment(), of_other, patient(), patient(id="p2", birthDate="1990-01-01"), order(), clinician())
    assert places(only(data)) == ["subject"]


def test_an_encounter_of_an_appointment_and_their_order_are_one_visit() -> None:
    own = encounter(appointment=[{"reference": "Appointment/V-1"}])
    entry = only(bundle(appointment(), own, order(), patient(), clinician()))
    assert entry.name.visit == "V-1"
    assert entry.origin is not None
    assert entry.origin.encounter == f"{BASE}/Encounter/1"


def test_an_order_by_itself_is_a_visit_unless_it_is_only_a_plan() -> None:
    alone = order(occurrenceDateTime="2026-11-23", performer=[{"reference": "Practitioner/d1"}])
    data = bundle(alone, patient(), clinician(), appointment(status="cancelled", basedOn=None))
    assert only(data).visit is not None
    alone["intent"] = "proposal"
    assert not read(bundle(alone, patient(), clinician(), appointment(status="cancelled", basedOn=None))).entries


# Who treats, and where.


def test_who_performs_goes_before_who_attends_and_several_are_asked_about() -> None:
    def role(code: str) -> list[Any]:
        return [{"coding": [{"system": ROLES, "code": code}]}]

    others = clinician(id="d2", name=[{"text": "Dr. Two"}])
    both = [
        actor("Patient/p1"),
        actor("Practitioner/d1", type=role("ATND")),
        actor("Practitioner/d2", type=role("PPRF")),
    ]
    visit = only(bundle(appointment(participant=both), clinician(), others)).visit
    assert visit is not None
    assert visit.clinician.name == "Dr. Two"
    without = [actor("Patient/p1"), actor("Practitioner/d1"), actor("Practitioner/d2")]
    assert needed(only(bundle(appointment(participant=without), clinician(), others))) == ["clinician"]


@pytest.mark.parametrize("code", ["REF", "CALLBCK", "ADM", "ESC", "PART", "SPRF"])
def test_nobody_is_said_to_treat_who_has_another_role(code: str) -> None:
    role = [{"coding": [{"system": ROLES, "code": code}]}]
    people = [actor("Patient/p1"), actor("Practitioner/d1", type=role)]
    expected = [] if code in ("PART", "SPRF") else ["clinician"]
    assert needed(only(bundle(appointment(participant=people)))) == expected


def test_the_text_of_a_role_is_not_the_name_of_who_has_it() -> None:
    role = {"actor": {"reference": "PractitionerRole/r9", "display": "Psychology, Willow"}, "status": "accepted"}
    assert needed(only(bundle(appointment(participant=[actor("Patient/p1"), role])))) == ["clinician"]


def test_a_role_leads_to_the_person_who_has_it_also_where_it_is_contained() -> None:
    contained = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d1"}}
    visit = only(bundle(appointment(contained=[contained], participant=[actor("Patient/p1"), actor("#r")]))).visit
    assert visit is not None
    assert visit.clinician.name == "Dr. Amara Okonkwo"


def test_degrees_come_from_the_qualification_where_the_name_has_no_suffix() -> None:
    code = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0360", "code": "MD"}]}
    visit = only(bundle(clinician(name=[{"text": "Dr. Two"}], qualification=[{"code": code}]))).visit
    assert visit is not None
    assert visit.clinician.credentials == "MD"


@pytest.mark.parametrize(
    ("changes", "settings_of_clinic", "place", "needs"),
    [
        ({"participant": [{"actor": {"display": "Phone Call"}}]}, {}, None, ["place"]),
        (
            {"participant": [{"actor": {"display": "Phone Call"}}]},
            {"places": [{"display": "phone call", "place": "telehealth"}]},
            "telehealth",
            [],
        ),
        (
            {"appointmentType": {"coding": [{"system": "urn:x", "code": "VID"}]}},
            {"places": [{"system": "urn:x", "code": "VID", "place": "telehealth"}]},
            "telehealth",
            [],
        ),
        ({}, {}, "in person", []),
    ],
)
def test_the_place_is_what_the_clinic_says_of_a_code_or_text(
    changes: dict[str, Any], settings_of_clinic: dict[str, Any], place: str | None, needs: list[str]
) -> None:
    usual = [actor("Patient/p1"), actor("Practitioner/d1")]
    changed = {**changes, "participant": [*usual, *changes.get("participant", [])]}
    entry = only(bundle(appointment(**changed)), **settings_of_clinic)
    assert needed(entry) == needs
    assert (entry.visit.place if entry.visit else None) == place


def test_a_virtual_encounter_is_telehealth() -> None:
    virtual = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR"}
    visit = only(bundle(encounter(**{"class": virtual}))).visit
    assert visit is not None
    assert visit.place == "telehealth"


_VIRTUAL = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR"}


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_an_encounter_that_does_not_hold_says_nothing_of_its_appointment(status: str) -> None:
    own = encounter(appointment=[{"reference": "Appointment/V-1"}], status=status, **{"class": _VIRTUAL})
    entry = only(bundle(appointment(), own, order(), patient(), clinician()))
    assert entry.visit is not None
    assert entry.visit.place == "in person"
    assert [warning.field for warning in entry.warnings] == ["Bundle.entry[1].resource.status"]


def test_a_virtual_encounter_in_a_room_of_the_clinic_is_asked_about() -> None:
    room = {"location": {"display": "Room 1"}}
    of_room: dict[str, Any] = {"display": "Room 1", "place": "in person"}
    virtual = bundle(encounter(location=[room], **{"class": _VIRTUAL}))
    assert needed(only(virtual, places=[of_room])) == ["place"]
    stated = {**_VIRTUAL, "place": "in person"}
    assert only(virtual, places=[of_room, stated]).visit is not None


# References.


@pytest.mark.parametrize(
    ("full_url", "reference"),
    [
        ("urn:uuid:6d2a9f26-0a71-4f43-9d0c-1a2c4c5f0a01", "urn:uuid:6d2a9f26-0a71-4f43-9d0c-1a2c4c5f0a01"),
        (f"{BASE}/Patient/p1", f"{BASE}/Patient/p1"),
        (f"{BASE}/Patient/p1", "Patient/p1"),
        (f"{BASE}/Patient/p1", "Patient/p1/_history/3"),
        (None, "Patient/p1"),
    ],
)
def test_a_reference_leads_to_its_resource(full_url: str | None, reference: str) -> None:
    data = bundle(appointment(participant=[actor(reference), actor("Practitioner/d1")]))
    entry = next(one for one in data["entry"] if one["resource"]["resourceType"] == "Patient")
    entry.pop("fullUrl") if full_url is None else entry.update(fullUrl=full_url)
    data["entry"] = [one for one in data["entry"] if one["resource"]["resourceType"] != "ServiceRequest"]
    data["entry"].append({"resource": order(subject=None)})
    assert only(data).visit is not None


def test_a_reference_leads_to_the_server_of_its_owner_and_to_no_other() -> None:
    data = bundle()
    other = {"fullUrl": "https://other.example.org/fhir/Patient/p1", "resource": patient(birthDate="1990-01-01")}
    data["entry"].insert(0, other)
    visit = only(data).visit
    assert visit is not None
    assert visit.patient.born.isoformat() == "1984-07-09"
    for entry in data["entry"]:
        if entry["resource"]["resourceType"] == "Appointment":
            del entry["fullUrl"]
    assert "may mean several" in only(data).problems[0].message


def test_another_version_than_the_one_that_is_meant_is_not_taken() -> None:
    versioned = patient(meta={"versionId": "2"})
    data = bundle(appointment(participant=[actor("Patient/p1/_history/1"), actor("Practitioner/d1")]), versioned)
    assert "another version" in only(data).problems[0].message


def test_a_conditional_reference_leads_to_the_one_resource_with_the_identifier() -> None:
    number = [{"system": "urn:npi", "value": "9"}]
    by_number = appointment(participant=[actor("Patient/p1"), actor("Practitioner?identifier=urn:npi|9")])
    assert only(bundle(by_number, clinician(identifier=number))).visit is not None


# The file as a whole.


@pytest.mark.parametrize("kind", ["searchset", "collection", "batch-response", "document"])
def test_bundles_that_hold_resources_are_read(kind: str) -> None:
    assert only(bundle(type=kind)).visit is not None


@pytest.mark.parametrize("kind", ["transaction", "transaction-response", "batch", "history", "message", "", "Xq7zWv"])
def test_other_bundles_are_refused_by_their_type(kind: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(bundle(type=kind))
    assert refused.value.problems[0].field == "Bundle.type"
    assert "Xq7zWv" not in str(refused.value)


def test_a_batch_response_may_hold_the_pages_of_searches() -> None:
    assert (
        only({"resourceType": "Bundle", "type": "batch-response", "entry": [{"resource": bundle()}]}).visit is not None
    )


def test_what_a_search_only_included_is_no_visit_and_a_further_page_is_told() -> None:
    data = bundle(encounter(), type="searchset", link=[{"relation": "next", "url": "https://x"}])
    data["entry"][0]["search"] = {"mode": "include"}
    result = read(data)
    assert not result.entries
    assert "further pages" in result.notes[0]


def test_an_appointment_that_was_only_included_is_counted_unless_its_encounter_is_there() -> None:
    data = bundle(type="searchset")
    data["entry"][0]["search"] = {"mode": "include"}
    assert read(data).notes == ("left out 1 entry: Appointment that a search only included",)
    data = bundle(encounter(appointment=[{"reference": "Appointment/V-1"}]), appointment(basedOn=None))
    data["entry"][1]["search"] = {"mode": "include"}
    assert not read(data).notes


def test_what_is_missing_in_the_response_to_a_batch_is_told() -> None:
    page = bundle(type="searchset", link=[{"relation": "next", "url": "https://x"}])
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
    page["entry"].append({"resource": outcome, "search": {"mode": "outcome"}})
    entries = [{"resource": page, "response": {"status": "200"}}, {"response": {"status": "404 Not Found"}}]
    result = read({"resourceType": "Bundle", "type": "batch-response", "entry": entries})
    assert [entry.visit is not None for entry in result.entries] == [True]
    assert "further pages" in result.notes[0]
    assert result.notes[1] == "2 entries say that something has failed; visits may be missing"


@pytest.mark.parametrize(
    "resource",
    [
        appointment(virtualService=[]),
        encounter(**{"class": [{"coding": []}]}),
        encounter(actualPeriod={}),
        order(code={"concept": {}}),
        patient(meta={"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Patient"]}),
    ],
)
def test_r5_is_told_by_its_name(resource: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="is FHIR R5"):
        read(bundle(resource))


def test_a_single_resource_and_other_json_are_refused() -> None:
    for data in (patient(), {"visit": "V-1"}):
        with pytest.raises(InvalidInput):
            read(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"resourceType": "Bundle", "resourceType": "Patient"}', "key twice"),
        (b'{"a": NaN}', "number that is none"),
        (b"[" * 100_000, "levels deep"),
        (b'{"a": ' * 21 + b"1" + b"}" * 21, "levels deep"),
        (b'{"a": [' + b"{}," * 500_000 + b"{}]}", "holds too much"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"resourceType": ', "not valid JSON"),
        (b"[]", "no object"),
        (b"{" + b" " * (16 * 1024 * 1024) + b"}", "more than"),
    ],
)
def test_json_that_programs_read_differently_or_that_has_no_end_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_fhir(data, "bundle.json", SystemsReading())


def test_more_entries_than_a_day_can_have_are_refused() -> None:
    with pytest.raises(InvalidInput, match="5,000"):
        read({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient()}] * 5001})


def test_a_value_of_another_type_is_named_by_its_place() -> None:
    assert places(only(bundle(patient(birthDate=19840709))))[0] == "birthDate"
    assert places(only(bundle(patient(name="Ann"))))[0] == "name"
    assert places(only(bundle(appointment(participant={}))))[-1:] != []


# What messages hold.

CANARY = "Xq7zWv"


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [inner for key, item in value.items() for inner in _paths(item, (*path, key))]
    if isinstance(value, list):
        return [inner for number, item in enumerate(value) for inner in _paths(item, (*path, number))]
    return [path]


FULL = bundle(
    appointment(
        identifier=[{"system": "urn:v", "value": "N-7"}],
        serviceType=[{"coding": [{"system": CPT, "code": CODE, "display": "A talk"}]}],
        comment="no",
    ),
    patient(
        communication=[{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}}],
        link=[{"type": "seealso", "other": {"reference": "Patient/p9"}}],
        active=True,
    ),
    encounter(appointment=[{"reference": "Appointment/V-1"}]),
    clinician(),
    order(),
)
PLACES = _paths(FULL)


@settings(max_examples=75, deadline=None)
@given(st.data())
def test_no_message_quotes_a_value_whatever_field_is_spoilt(data: st.DataObject) -> None:
    spoilt = copy.deepcopy(FULL)
    for path in data.draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True)):
        target = spoilt
        for step in path[:-1]:
            target = target[step]
        form = data.draw(
            st.sampled_from([CANARY, f"{CANARY}/1", f"Patient/{CANARY}", [CANARY], {CANARY: CANARY}, 7, None])
        )
        target[path[-1]] = form
    try:
        result = read_fhir(text(spoilt), "bundle.json", SystemsReading())
        said = [str(one) for entry in result.entries for one in (*entry.problems, *entry.warnings)]
        said += [*result.notes, *(str(entry.needs) for entry in result.entries), *map(repr, result.entries)]
    except InvalidInput as refused:
        said = [str(refused)]
    assert not any(CANARY in line for line in said if "visit='" not in line), said


KEYS = st.sampled_from(["entry", "resource", "resourceType", "type", "participant", "actor", "Appointment", "status"])
JSON = st.recursive(
    st.none() | st.booleans() | KEYS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20
)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_any_json_is_read_or_refused(data: Any) -> None:
    whole = {"resourceType": "Bundle", "type": "collection", "entry": data}
    with contextlib.suppress(InvalidInput):
        read_fhir(json.dumps(whole).encode(), "bundle.json", SystemsReading())
