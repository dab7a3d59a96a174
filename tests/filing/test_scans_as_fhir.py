"""Scans as resources of FHIR: a DocumentReference for each packet, and a Consent only where a person states it."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.consent import Consent
from fhir.resources.R4B.documentreference import DocumentReference
from PIL import Image, ImageDraw

from kit.filed import DPI, Papers, as_pdf
from kit.packets import OTHER, visit_data
from kit.running import Outcome
from kit.small import make_clinic

Call = Callable[..., Outcome]
pytestmark = pytest.mark.xdist_group("filing")  # its papers are made once


def resources(path: Path) -> list[dict[str, Any]]:
    """The resources of a transaction, each of which a library that knows the standard takes."""
    Bundle.model_validate_json(path.read_bytes())
    entries = json.loads(path.read_text(encoding="utf-8"))["entry"]
    for entry in entries:
        kind = {"DocumentReference": DocumentReference, "Consent": Consent}[entry["resource"]["resourceType"]]
        kind.model_validate(entry["resource"])
        assert entry["fullUrl"] == entry["resource"]["identifier"][0]["value"]
    return [entry["resource"] for entry in entries]


def test_each_filed_packet_has_a_document_reference_that_leads_to_its_visit(file: Call, papers: Papers) -> None:
    first, second = papers.first, papers.second
    done = file([*first.pages(), second.page(2)], "--fhir", "--json")
    packets = json.loads(done.stdout)["packets"]
    assert [packet["visit"] for packet in packets] == ["V-1", "V-2"]
    for packet in packets:
        path, pdf = Path(packet["fhir"]), Path(packet["file"]).read_bytes()
        assert path == Path(packet["file"]).with_suffix(".json") and stat.S_IMODE(path.stat().st_mode) == 0o600
        (document,) = resources(path)
        attachment = document["content"][0]["attachment"]
        assert base64.b64decode(attachment["data"]) == pdf and attachment["size"] == len(pdf)
        assert base64.b64decode(attachment["hash"]) == hashlib.sha1(pdf).digest()
        assert document["docStatus"] == "preliminary"  # whatever ink there is: nobody has stated anything
        assert document["context"]["related"] == [
            {"identifier": {"system": "urn:consentkit:visit", "value": packet["visit"]}}
        ]
        assert document["context"]["period"] == {"start": "2026-11-23"}
        (target,) = document["relatesTo"]
        assert target["target"]["identifier"]["value"] == f"urn:consentkit:packet:{packet['packet']}"
        plain = json.dumps(document | {"content": []})
        assert "subject" not in document and "Keeffe" not in plain and "20417" not in plain
    text = Path(packets[0]["fhir"]).read_bytes()
    assert file([*first.pages(), second.page(2)], "--fhir", "--force").code == 7
    assert Path(packets[0]["fhir"]).read_bytes() == text


def test_without_a_record_the_packet_alone_is_known(call: Call, papers: Papers, tmp_path: Path) -> None:
    (tmp_path / "stack.pdf").write_bytes(as_pdf([papers.first.page(2)]))
    done = call("file", "stack.pdf", "-o", "filed", "--fhir", "--clinic", make_clinic(tmp_path / "other"))
    assert done.code == 7
    (document,) = resources(Path("filed") / f"{papers.first.record.packet}.json")
    assert "context" not in document and document["relatesTo"][0]["code"] == "appends"


@pytest.fixture
def signed(call: Call, papers: Papers, tmp_path: Path) -> Callable[..., Outcome]:
    """State that papers of the first visit were signed, with a scan of pictures."""

    def stated(
        pages: list[Image.Image], *options: str, visit: Mapping[str, Any] | None = None, **changes: str
    ) -> Outcome:
        (tmp_path / "visit.yaml").write_text(yaml.safe_dump(visit or visit_data()), encoding="utf-8")
        (tmp_path / "number.txt").write_text("MR-20417")
        (tmp_path / "scan.pdf").write_bytes(as_pdf(pages))
        stated = {
            "packet": papers.first.record.packet, "record": "number.txt", "decision": "agreed", "by": "patient",
            "at": "2026-11-23T09:12:00-06:00", "scan": "scan.pdf", **changes,
        }  # fmt: skip
        named = [part for key, value in stated.items() for part in (f"--{key}", value)]
        return call(
            "signed", "visit.yaml", *named, "-o", "out.json", "--allow-drafts", "--clinic", papers.clinic, *options
        )

    return stated


def test_a_consent_goes_with_the_scan_that_a_person_states_to_be_signed(
    signed: Callable[..., Outcome], papers: Papers
) -> None:
    done = signed(papers.first.pages())
    assert done.code == 0, done.stderr
    document, *consents = resources(Path("out.json"))
    assert [consent["resourceType"] for consent in consents] == ["Consent"]
    assert consents[0]["sourceReference"] == {"reference": document["identifier"][0]["value"]}
    assert (document["docStatus"], consents[0]["status"]) == ("final", "active")
    assert document["subject"] == consents[0]["patient"]
    assert document["subject"]["identifier"]["value"] == "MR-20417"
    assert base64.b64decode(document["content"][0]["attachment"]["data"]).startswith(b"%PDF-")
    assert stat.S_IMODE(Path("out.json").stat().st_mode) == 0o600


def test_there_is_no_consent_where_something_is_missing_from_the_scan_whatever_is_stated(
    signed: Callable[..., Outcome], papers: Papers
) -> None:
    for pages, message in (
        ([papers.first.page(2)], "page 3 is missing"),
        (papers.first.pages(without=["patient_signature"]), "no ink is seen for signature of the patient on page 2"),
        ([*papers.first.pages(), papers.second.page(2)], "or others, too"),
        (papers.second.pages(), "has not the pages of packet"),
        ([*papers.first.pages(), papers.first.pictures[0]], "page 3 of scan.pdf is no page of this packet"),
    ):
        for options in ([], ["--looked-at"]):
            done = signed(pages, *options)
            assert done.code == 2 and message in done.stderr, done.stderr
    assert not Path("out.json").exists()


def test_what_cannot_be_judged_a_person_must_have_looked_at(signed: Callable[..., Outcome], papers: Papers) -> None:
    page = papers.first.page(2, without=["patient_signed_on"])
    left, bottom, *_ = (edge * DPI / 72 for edge in papers.first.place("patient_signed_on")[1].corners)
    x, y = left + 30, page.height - bottom - 20
    ImageDraw.Draw(page).line([(x, y), (x + 12, y - 6)], fill=60, width=4)
    scan = [page, papers.first.page(3)]
    done = signed(scan)
    assert done.code == 2 and "date of the patient on page 2; then state that with --looked-at" in done.stderr
    assert not Path("out.json").exists()
    assert signed(scan, "--looked-at").code == 0
    assert len(resources(Path("out.json"))) == 2


def test_a_refusal_may_leave_places_empty(signed: Callable[..., Outcome], papers: Papers) -> None:
    done = signed(papers.first.pages(without=["patient_signature"]), decision="refused")
    assert done.code == 0, done.stderr
    document, consent = resources(Path("out.json"))
    assert (document["docStatus"], consent["status"]) == ("final", "rejected")


def test_a_refusal_too_comes_with_all_of_its_pages(signed: Callable[..., Outcome], papers: Papers) -> None:
    for options in ([], ["--looked-at"]):
        done = signed([papers.first.page(2, without=["patient_signature"])], *options, decision="refused")
        assert done.code == 2 and "page 3 is missing" in done.stderr and "no ink" not in done.stderr, done.stderr
    assert not Path("out.json").exists()


def test_of_a_page_that_was_not_read_the_reason_is_said(signed: Callable[..., Outcome], papers: Papers) -> None:
    done = signed([*papers.first.pages(), Image.new("L", (300, 400), 250)])
    assert done.code == 2 and "page 3 of scan.pdf was not read: " in done.stderr, done.stderr
    assert "no page of this packet" not in done.stderr


def test_the_scan_of_one_patient_is_never_filed_for_another(signed: Callable[..., Outcome], papers: Papers) -> None:
    other = signed(papers.first.pages(), visit=visit_data(patient=OTHER))
    assert other.code == 2 and "another patient" in other.stderr
    for visit in (visit_data(visit="V-9"), visit_data(date="2026-11-24")):
        done = signed(papers.first.pages(), visit=visit)
        assert done.code == 2 and "20417" not in done.stderr, done.stderr
    none = signed(papers.first.pages(), scan="nowhere.pdf")
    assert none.code == 2 and "neither a file nor a reference" in none.stderr
    assert not Path("out.json").exists()
