"""Packets as resources of FHIR: what is filed, and that it is valid by a library which knows the standard."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.consent import Consent
from fhir.resources.R4B.documentreference import DocumentReference

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse
from consentkit.fhir.records import Signature, consents_of, document_reference, transaction
from consentkit.model.clinic import Clinic
from consentkit.model.visit import Representative
from consentkit.packets.origin import Origin
from consentkit.packets.packet import Packet
from kit.packets import CHILD, MOTHER, packet, visit
from kit.small import make_clinic

AT = datetime.datetime(2026, 11, 23, 9, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=-6)))
CLINIC = Clinic.model_validate(
    {"name": "Alder Clinic", "fhir": {"timezone": "America/Chicago", "record_system": "urn:willow"}}
)
ORIGIN = Origin("https://ehr.example.org/fhir/Patient/p1", "https://ehr.example.org/fhir/Appointment/V-1", None)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> OpenWorkspace:
    from consentkit.operations.opening import open_clinic

    return open_clinic(make_clinic(tmp_path_factory.mktemp("clinic")))


@pytest.fixture(scope="module")
def made(workspace: OpenWorkspace) -> Packet:
    return packet(workspace, visit())


def agreed(**changes: Any) -> Signature:
    return Signature(**{"decision": "agreed", "at": AT, "scan": "DocumentReference/scan-1", **changes})


def test_a_document_reference_is_valid_and_says_what_the_file_is(made: Packet) -> None:
    resource = document_reference(made, made.pdf, CLINIC, ORIGIN)
    DocumentReference.model_validate(resource)
    attachment = resource["content"][0]["attachment"]
    assert base64.b64decode(attachment["data"]) == made.pdf
    assert attachment["size"] == len(made.pdf)
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(made.pdf).digest()
    assert resource["masterIdentifier"]["value"] == f"urn:consentkit:packet:{made.plan.packet}"
    assert (resource["status"], resource["docStatus"]) == ("current", "preliminary")
    assert resource["type"]["coding"][0]["code"] == "59284-0"
    assert resource["subject"] == {"reference": ORIGIN.patient}
    assert resource["context"]["related"] == [{"reference": ORIGIN.appointment}]
    assert resource["date"] == "2026-11-23T08:00:00-06:00"
    assert resource["custodian"] == {"type": "Organization", "display": "Alder Clinic"}


def test_without_a_reference_the_patient_goes_by_the_record_number_and_by_nothing_else(made: Packet) -> None:
    resource = document_reference(made, made.pdf, CLINIC)
    DocumentReference.model_validate(resource)
    assert resource["subject"]["identifier"]["value"] == "MR-20417"
    assert resource["subject"]["identifier"]["system"] == "urn:willow"
    plain = json.dumps(resource | {"content": []}, ensure_ascii=False)
    assert "Keeffe" not in plain
    assert "1984" not in plain


def test_without_a_time_zone_there_is_a_day_and_no_moment(made: Packet) -> None:
    resource = document_reference(made, made.pdf, Clinic())
    DocumentReference.model_validate(resource)
    assert "date" not in resource
    assert "custodian" not in resource
    assert resource["context"]["period"] == {"start": "2026-11-23"}


@pytest.mark.parametrize(("day", "time"), [("2026-11-01", "01:30"), ("2026-03-08", "02:30")])
def test_an_hour_that_clocks_show_twice_or_skip_is_no_moment(workspace: OpenWorkspace, day: str, time: str) -> None:
    made = packet(workspace, visit(date=day, time=time))
    resource = document_reference(made, made.pdf, CLINIC, ORIGIN)
    DocumentReference.model_validate(resource)
    assert "date" not in resource
    assert resource["context"]["period"] == {"start": day}


def test_the_same_packet_gives_the_same_transaction_and_a_corrected_name_another_identity(
    workspace: OpenWorkspace, made: Packet
) -> None:
    first = transaction([document_reference(made, made.pdf, CLINIC, ORIGIN)])
    assert first == transaction([document_reference(packet(workspace, visit()), made.pdf, CLINIC, ORIGIN)])
    Bundle.model_validate_json(first)
    corrected = packet(workspace, visit(patient={"name": "Siobhan Lee", "born": "1984-07-09", "record": "MR-20417"}))
    other = document_reference(corrected, corrected.pdf, CLINIC, ORIGIN)
    assert other["masterIdentifier"] == json.loads(first)["entry"][0]["resource"]["masterIdentifier"]
    assert other["identifier"][0] != json.loads(first)["entry"][0]["resource"]["identifier"][0]


def test_a_transaction_of_nothing_is_valid() -> None:
    Bundle.model_validate_json(transaction([]))


def test_a_signed_form_is_an_active_consent_to_each_text(made: Packet) -> None:
    (consent,) = consents_of(made, agreed(is_verified=True), CLINIC, ORIGIN)
    Consent.model_validate(consent)
    assert consent["status"] == "active"
    assert consent["scope"]["coding"][0]["code"] == "treatment"
    assert consent["sourceReference"] == {"reference": "DocumentReference/scan-1"}
    assert consent["dateTime"] == "2026-11-23T09:12:00-06:00"
    assert consent["policy"][0]["uri"].startswith("urn:consentkit:SMALL-1:en:consent:draft:")
    assert consent["performer"] == [{"reference": ORIGIN.patient}]
    assert consents_of(made, agreed(is_verified=True), CLINIC, ORIGIN) == [consent]


def test_a_refusal_is_a_rejected_consent(made: Packet) -> None:
    (consent,) = consents_of(made, agreed(decision="refused"), CLINIC)
    Consent.model_validate(consent)
    assert consent["status"] == "rejected"
    assert "verification" not in consent


def test_who_signs_for_a_child_is_the_one_who_performs(workspace: OpenWorkspace) -> None:
    of_child = packet(workspace, visit(patient=CHILD, representative=MOTHER))
    (consent,) = consents_of(of_child, agreed(by_representative=Representative(**MOTHER)), CLINIC, ORIGIN)
    Consent.model_validate(consent)
    assert consent["performer"] == [{"reference": "#representative"}]
    assert consent["contained"][0]["relationship"] == [{"text": "mother"}]
    assert CHILD["name"] not in json.dumps(consent, ensure_ascii=False)


def test_a_signature_needs_a_moment_and_a_form(workspace: OpenWorkspace) -> None:
    with pytest.raises(WrongUse, match="offset from UTC"):
        agreed(at=datetime.datetime(2026, 11, 23, 9, 12))
    only_to_read = packet(workspace, visit(documents=["information"]))
    with pytest.raises(WrongUse, match="nothing in this packet"):
        consents_of(only_to_read, agreed(), CLINIC)


def test_a_paper_of_a_refusal_is_what_is_signed(workspace: OpenWorkspace) -> None:
    refusing = packet(workspace, visit(documents=["refusal"]))
    (consent,) = consents_of(refusing, agreed(decision="refused"), CLINIC)
    assert consent["policy"][0]["uri"].startswith("urn:consentkit:SMALL-1:en:refusal:draft:")
