"""`consentkit visits`, and `consentkit packet` of files of FHIR and HL7 v2."""

from __future__ import annotations

import io
import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from fhir.resources.R4B.bundle import Bundle

from consentkit import open_workspace
from kit.bundles import appointment, bundle, patient, write
from kit.packets import page_texts, write_visit
from kit.running import PROJECT, SAMPLE_CLINIC, Outcome, leftovers
from kit.siu import message
from kit.small import make_clinic

Call = Callable[..., Outcome]
PARTICULARS = ("Siobhán", "Keeffe", "1984", "20417")


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clinic(tmp_path_factory.mktemp("clinic"), "name: Alder Clinic\nfhir:\n  timezone: America/Chicago\n")


@pytest.fixture
def visits(call: Call, clinic: Path) -> Call:
    return lambda *arguments: call("visits", "--clinic", clinic, *arguments)


@pytest.fixture
def pack(call: Call, clinic: Path) -> Call:
    return lambda *arguments: call("packet", "--clinic", clinic, "--allow-drafts", *arguments)


def test_the_list_of_visits_says_what_is_complete_and_nothing_of_a_patient(visits: Call, tmp_path: Path) -> None:
    lacking = bundle(appointment(), appointment(id="V-2", start=None), patient(name=[{"text": "Siobhán O’Keeffe"}]))
    file = write(tmp_path / "day.json", lacking)
    listed = visits(file)
    assert listed.code == 7
    assert [line.split() for line in listed.lines[1:]] == [
        ["V-1", "2026-11-23", "09:00", "complete"],
        ["V-2", "-", "-", "needs:", "date"],
    ]
    ids = [number for number, line in enumerate(file.read_text().splitlines(), 1) if '"id": "V-2"' in line]
    begin = ids[0] - 4  # fullUrl, resource, resourceType and id are on lines of their own
    assert f"day.json:{begin}: visit V-2: Bundle.entry[1].resource.start: has no beginning" in listed.stderr
    assert not any(word in listed.stdout.decode() + listed.stderr for word in PARTICULARS)


@pytest.mark.parametrize("name", ["day.json", "day.hl7"])
def test_complete_visits_are_written_as_a_schedule_that_makes_the_same_packets(
    visits: Call, pack: Call, tmp_path: Path, name: str
) -> None:
    source = tmp_path / name
    if name == "day.json":
        write(source, bundle())
    else:
        source.write_text(message(), encoding="utf-8", newline="")
    written = visits(source, "-o", "day.csv")
    assert written.code == 0
    assert stat.S_IMODE((tmp_path / "day.csv").stat().st_mode) == 0o600
    assert pack("day.csv", "-o", "one/").code == 0
    assert pack(source, "-o", "two/").code == 0
    assert (tmp_path / "one/2026-11-23-V-1.pdf").read_bytes() == (tmp_path / "two/2026-11-23-V-1.pdf").read_bytes()
    assert visits(source, "-o", "day.csv").code == 5
    assert visits(source, "-o", "day.csv", "--force").code == 0


def test_one_visit_is_written_in_yaml_and_several_are_not(visits: Call, pack: Call, tmp_path: Path) -> None:
    assert visits(write(tmp_path / "day.json", bundle()), "-o", "visit.yaml").code == 0
    assert pack("visit.yaml").lines == ["2026-11-23-V-1.pdf"]
    two = bundle(appointment(), appointment(id="V-2"))
    assert visits(write(tmp_path / "two.json", two), "-o", "two.yaml").code == 2
    assert visits(write(tmp_path / "two.json", two), "-o", "two.txt").code == 2
    assert leftovers(tmp_path) == []


def test_a_cell_that_a_spreadsheet_would_run_is_not_written(visits: Call, tmp_path: Path) -> None:
    data = bundle(patient(name=[{"text": "=cmd|' /C calc'!A0"}]))
    written = visits(write(tmp_path / "day.json", data), "-o", "day.csv")
    assert written.code == 7
    assert not (tmp_path / "day.csv").exists()
    assert "calc" not in written.stderr


def test_the_visits_of_one_day_are_listed_and_those_that_are_over_too(visits: Call, tmp_path: Path) -> None:
    file = write(tmp_path / "day.json", bundle(appointment(status="fulfilled")))
    assert "left out 1 entry: Appointment that is fulfilled" in visits(file).stderr
    assert len(visits(file, "--on", "2026-11-23").lines) == 2
    assert len(visits(file, "--on", "2026-11-24").lines) == 1
    assert visits(file, "--on", "11/23/2026").code == 2


def test_json_of_the_visits_has_what_each_needs(visits: Call, tmp_path: Path) -> None:
    listed = json.loads(visits(write(tmp_path / "day.json", bundle(patient(birthDate="1984"))), "--json").stdout)
    assert listed["visits"][0]["needs"] == [{"field": "date_of_birth", "reason": "unclear", "column": None}]
    assert not any(word in json.dumps(listed) for word in PARTICULARS)


def test_a_packet_is_made_of_a_bundle_that_comes_in_any_way(
    pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "day.json", bundle(appointment(), appointment(id="V-2", start=None)))
    made = pack(file, "--visit", "V-1", "-o", "out/")
    assert made.lines == ["out/2026-11-23-V-1.pdf"]
    assert "Siobhán O’Keeffe" in page_texts((tmp_path / made.lines[0]).read_bytes())[0]
    assert pack(file, "-o", "out/").code == 7
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(file.read_bytes())))
    assert pack("-", "--visit", "V-1", "-o", "in/").code == 0
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(message().encode())))
    assert pack("-").lines == ["2026-11-23-V-1.pdf"]


def test_a_bundle_without_visits_says_why(pack: Call, tmp_path: Path) -> None:
    made = pack(write(tmp_path / "day.json", bundle(appointment(status="cancelled"))))
    assert made.code == 3
    assert "contains no visit; left out 1 entry: Appointment that is cancelled" in made.stderr


def test_packets_are_filed_with_fhir(pack: Call, tmp_path: Path) -> None:
    two = bundle(appointment(), appointment(id="V-2", start=None))
    made = pack(write(tmp_path / "day.json", two), "-o", "out/", "--fhir", "file.json")
    assert made.code == 7
    file = tmp_path / "file.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    Bundle.model_validate_json(file.read_bytes())
    (entry,) = json.loads(file.read_bytes())["entry"]
    assert entry["resource"]["subject"] == {"reference": "https://ehr.example.org/fhir/Patient/p1"}
    assert not any(word in made.stdout.decode() + made.stderr for word in PARTICULARS)
    assert pack("day.json", "-o", "out/", "--fhir", "file.json").code == 5


def test_a_run_that_makes_no_packet_leaves_none_to_be_filed(pack: Call, tmp_path: Path) -> None:
    visit = write_visit(tmp_path / "visit.yaml")
    assert pack(visit, "--fhir", "file.json").code == 0
    assert (tmp_path / "file.json").exists()
    wrong = write_visit(tmp_path / "wrong.yaml", procedures=["NONE-1"])
    assert pack(wrong, "--fhir", "file.json", "--force").code == 4
    assert "entry" not in json.loads((tmp_path / "file.json").read_bytes())


def test_a_time_zone_that_there_is_not_is_told_with_its_place(call: Call, tmp_path: Path) -> None:
    folder = make_clinic(tmp_path / "clinic", "fhir:\n  timezone: Chicago\n")
    checked = call("list", "--clinic", folder)
    assert "clinic.yaml:2:13: fhir.timezone: is not a time zone" in checked.stdout.decode() + checked.stderr


def test_a_program_reads_the_same_visits_from_a_path_and_from_an_open_file(clinic: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "day.json", bundle())
    workspace = open_workspace(clinic)
    (of_path,) = workspace.visits(file)
    (of_stream,) = workspace.visits(io.BytesIO(file.read_bytes()))
    (of_message,) = workspace.visits(io.BytesIO(message().encode()))
    assert of_path.visit is not None
    assert of_path.visit == of_stream.visit
    assert of_message.visit is not None
    assert of_path.origin is not None


@pytest.mark.parametrize("name", ["bundle.json", "messages.hl7"])
def test_the_samples_are_visits_that_are_complete(call: Call, name: str) -> None:
    listed = call("visits", "--clinic", SAMPLE_CLINIC, PROJECT / "samples" / name)
    assert listed.code == 0
    assert [line.split()[0] for line in listed.lines[1:]] == ["V-1001", "V-1002"]


def test_without_the_library_messages_say_how_to_install_it(
    visits: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "day.hl7").write_text(message(), encoding="utf-8", newline="")
    monkeypatch.setitem(sys.modules, "hl7", None)
    read = visits("day.hl7")
    assert read.code == 5
    assert "pip install 'consentkit[hl7]'" in read.stderr


def test_papers_that_somebody_states_to_be_signed_become_consents_to_their_texts(
    pack: Call, call: Call, clinic: Path, tmp_path: Path
) -> None:
    source = write(tmp_path / "day.json", bundle())
    (made,) = json.loads(pack(source, "-o", "papers.pdf", "--json").stdout)["packets"]
    stated = ["--decision", "agreed", "--by", "patient", "--at", "2026-11-23T09:12:00-06:00"]
    stated += ["--scan", "DocumentReference/7", "--clinic", clinic, "--allow-drafts"]
    (tmp_path / "number.txt").write_text("mr-20417\n")
    stated += ["--record", "number.txt"]
    done = call("signed", source, "--packet", made["packet"], *stated, "-o", "consents.json")
    assert (done.code, done.lines) == (0, ["consents.json"])
    Bundle.model_validate_json((tmp_path / "consents.json").read_bytes())
    (entry,) = json.loads((tmp_path / "consents.json").read_text())["entry"]
    assert entry["request"]["url"] == "Consent"
    assert entry["resource"]["patient"] == {"reference": "https://ehr.example.org/fhir/Patient/p1"}
    assert stat.S_IMODE((tmp_path / "consents.json").stat().st_mode) == 0o600

    other = call("signed", source, "--packet", "ZZZZZZZZZZ", *stated, "-o", "other.json")
    assert other.code == 2 and "have another number now" in other.stderr
    nobody = [one if one != "patient" else "representative" for one in stated]
    refused = call("signed", source, "--packet", made["packet"], *nobody, "-o", "other.json")
    assert refused.code == 2 and "the visit names none" in refused.stderr
    assert not (tmp_path / "other.json").exists()


def test_papers_of_one_patient_never_become_consents_of_another_whose_visit_has_the_same_number(
    pack: Call, call: Call, clinic: Path, tmp_path: Path
) -> None:
    source = write(tmp_path / "day.json", bundle())
    (made,) = json.loads(pack(source, "-o", "papers.pdf", "--json").stdout)["packets"]
    (tmp_path / "number.txt").write_text("MR-99999")
    stated = ["--decision", "agreed", "--by", "patient", "--at", "2026-11-23T09:12:00-06:00"]
    stated += ["--scan", "DocumentReference/7", "--clinic", clinic, "--allow-drafts", "--record", "number.txt"]
    refused = call("signed", source, "--packet", made["packet"], *stated, "-o", "other.json")
    assert refused.code == 2 and "is of another patient" in refused.stderr
    assert not any(number in refused.stderr for number in ("20417", "99999"))
    assert not (tmp_path / "other.json").exists()
