"""What is kept of packets for the day on which their signed pages are scanned: places, and nothing of a patient."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.errors import FileAccess
from consentkit.packets.packet import Packet
from consentkit.packets.packet_number import payload
from consentkit.packets.plan import PrintSerial
from consentkit.packets.record import record_of
from consentkit.records.folder import RecordFolder
from consentkit.scans.record import PacketRecord
from kit.desk import Clerk, Clock, Printer, new_small_desk, set_up_printer
from kit.filed import records_of_visit
from kit.packets import CHILD, MOTHER, codes, packet, visit, write_schedule, write_visit
from kit.running import Outcome, as_nobody
from kit.small import CODE, NO_PAPERS_DUE, make_clinic, small_procedure

Call = Callable[..., Outcome]
WITH_RECORDS = f"name: Alder Clinic\n{NO_PAPERS_DUE}records:\n  keep_years: 6\n"
FROZEN = Path(__file__).parent / "format-1"
EVERYBODY: dict[str, Any] = {
    "patient": CHILD,
    "representative": MOTHER,
    "interpreter": {"name": "Marisol Quintana", "is_a": "professional", "language": "Spanish", "number": "4471"},
    "witness": "Tomasz Lis",
    "trainee": {"name": "Jonah Feldman", "credentials": "MSW intern"},
    "supervisor": {"name": "Dr. Amara Okonkwo", "credentials": "PhD"},
}


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Packet:
    """The packet of a visit in which many people take part."""
    workspace = open_workspace(make_clinic(tmp_path_factory.mktemp("clinic")), open_store())
    return packet(workspace, visit(**EVERYBODY))


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return make_clinic(tmp_path / "clinic", WITH_RECORDS)


@pytest.fixture
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Printer:
    return set_up_printer(tmp_path, monkeypatch)


def kept(clinic: Path) -> list[PacketRecord]:
    """The records in a clinic's folder."""
    files = sorted((clinic / "records").glob("????-??-??/*.json"))
    return [PacketRecord.model_validate_json(path.read_bytes()) for path in files]


NAMES = st.text(st.characters(categories=["Lu", "Ll"]), min_size=3, max_size=12).map(lambda name: f"Zq{name} Canary")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.tuples(*[NAMES] * 7), record=st.from_regex(r"ZQ-[0-9]{5}", fullmatch=True), born=st.dates(
    datetime.date(2011, 1, 1), datetime.date(2018, 1, 1)))  # fmt: skip
def test_no_name_number_or_birthday_of_anybody_is_in_a_record(
    everybody: Packet, names: tuple[str, ...], record: str, born: datetime.date
) -> None:
    patient, mother, relationship, interpreter, witness, trainee, clinician = names
    changed = visit(
        patient={"name": patient, "born": born.isoformat(), "record": record},
        representative={"name": mother, "relationship": relationship},
        interpreter={**EVERYBODY["interpreter"], "name": interpreter},
        witness=witness,
        trainee={"name": trainee},
        supervisor={"name": clinician},
        clinician={"name": clinician},
    )
    of_other = replace(everybody, plan=replace(everybody.plan, visit=changed))
    assert record_of(of_other) == record_of(everybody)


def test_the_parts_that_are_kept_have_nothing_of_the_visit(everybody: Packet) -> None:
    record, parts = record_of(everybody)
    assert {paper.part for paper in record.papers} == set(parts)
    for digest, pdf in parts.items():
        assert hashlib.sha256(pdf).hexdigest() == digest
        assert b"Reyes" not in pdf and CHILD["record"].encode() not in pdf


def test_a_record_has_each_page_with_a_code_and_where_people_write_on_it(everybody: Packet) -> None:
    record, _ = record_of(everybody)
    pages = [page for paper in record.papers for page in paper.pages]
    assert {page.number: payload(everybody.plan.packet, page.number) for page in pages} == codes(everybody.pdf)
    places = {place.name: place for page in pages for place in page.places}
    expected = {name for name, place in places.items() if place.expected}
    roles = ("representative", "clinician", "assent", "interpreter", "witness")
    assert {f"{role}_{what}" for role in roles for what in ("signature", "signed_on")} <= expected
    assert all(name.endswith(("_signature", "_signed_on", "_initials", "_yes", "_no")) for name in expected)
    assert {places[f"{role}_signed_at"].kind for role in roles} == {"time"}
    printed = {name for name, place in places.items() if place.printed}
    assert {"patient_name", "packet_page", "representative_printed_name", "interpreter_blank"} <= printed
    assert not printed & expected
    assert (record.visit, record.date, record.pages) == ("V-1", "2026-11-23", everybody.pages)


def test_of_yes_and_no_one_is_marked(tmp_path: Path) -> None:
    folder = make_clinic(tmp_path / "clinic")
    clause = {"heading": "Calls", "text": "We may call you.", "yes_or_no": True, "source": "A law"}
    (folder / "clauses.en.yaml").write_text(json.dumps({"clauses": {"calls": clause}}), encoding="utf-8")
    data = small_procedure(clauses=["calls"]).model_dump(mode="json", exclude_unset=True)
    (folder / "procedures" / f"{CODE}.yaml").write_text(json.dumps(data), encoding="utf-8")
    record, _ = record_of(packet(open_workspace(folder, open_store()), visit()))
    boxes = [place for paper in record.papers for page in paper.pages for place in page.places if place.one_of]
    assert [(place.name, place.one_of, place.expected) for place in boxes] == [
        ("calls_yes", "calls", True),
        ("calls_no", "calls", True),
    ]


@pytest.mark.usefixtures("few_texts")
def test_it_is_kept_before_a_packet_is_given_out_and_only_its_owner_can_read_it(call: Call, clinic: Path) -> None:
    made = call("packet", write_visit(Path("visit.yaml")), "--allow-drafts", "--clinic", clinic, "--no-cache")
    assert made.code == 0, made.stderr
    (record,) = kept(clinic)
    assert Path("2026-11-23-V-1.pdf").exists()
    for path in (clinic / "records").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert stat.S_IMODE((clinic / "records").stat().st_mode) == 0o700
    folder = RecordFolder(clinic / "records")
    assert folder.find(record.packet) == (record,)
    assert all((folder.part(paper.part) or b"").startswith(b"%PDF-") for paper in record.papers)
    assert folder.find("AAAAAAAAAA") == () and folder.part("0" * 64) is None


@pytest.mark.usefixtures("few_texts")
def test_it_is_kept_of_what_only_goes_to_a_printer_and_of_a_file_of_all(
    call: Call, clinic: Path, printer: Printer
) -> None:
    printed = call("packet", write_visit(Path("v.yaml")), "--allow-drafts", "--clinic", clinic, "--print", "front-desk")
    assert printed.code == 0, printed.stderr
    assert len(printer.sets) == 1 and [record.visit for record in kept(clinic)] == ["V-1"]
    day = write_schedule(Path("day.csv"), {"visit": "V-2"}, {"visit": "V-3"})
    combined = call("packet", day, "--allow-drafts", "--clinic", clinic, "--combined", "all.pdf")
    assert combined.code == 0, combined.stderr
    assert {record.visit for record in kept(clinic)} == {"V-1", "V-2", "V-3"}


@pytest.mark.usefixtures("few_texts")
def test_where_it_cannot_be_kept_nothing_is_given_out(call: Call, clinic: Path, printer: Printer) -> None:
    (clinic / "records").write_text("in the way")
    words = [
        "packet",
        write_visit(Path("v.yaml")),
        "--allow-drafts",
        "--clinic",
        clinic,
        "-o",
        "out/",
        "--print",
        "front-desk",
    ]
    made = call(*words)
    assert made.code == 5 and "records" in made.stderr
    assert not list(Path("out").glob("*")) and not printer.sets


@pytest.mark.usefixtures("few_texts")
def test_without_the_setting_nothing_is_kept(call: Call, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    assert call("packet", write_visit(Path("v.yaml")), "--allow-drafts", "--clinic", clinic).code == 0
    assert not (clinic / "records").exists()


def test_the_desk_keeps_it_too_and_its_codes_say_which_print_it_is(tmp_path: Path, printer: Printer) -> None:
    clinic = make_clinic(tmp_path / "clinic", WITH_RECORDS)
    clerk = Clerk.at(new_small_desk(clinic, Clock()))
    clerk.load({"patient_name": "Zyxwvuta Canarybird", "record_number": "MR-77123"})
    clerk.print("V-1")
    assert [record.visit for record in kept(clinic)] == ["V-1"]
    (record,) = kept(clinic)
    files = b"".join(path.read_bytes() for path in (clinic / "records").rglob("*") if path.is_file())
    assert b"Canary" not in files and b"77123" not in files
    (first, *_) = codes(printer.sets[0]).values()
    assert first == f"CK2/{record.packet}/2/1"


def test_a_print_number_that_makes_the_code_larger_is_left_out(everybody: Packet) -> None:
    def counted(number: int, page: int) -> str:
        serial = PrintSerial(number, datetime.time(9, 5))
        return payload(everybody.plan.packet, page, serial.number).removeprefix(f"CK2/{everybody.plan.packet}/")

    assert [counted(2, 3), counted(12, 34), counted(12, 345)] == ["3/2", "34/12", "345"]


def test_a_record_of_the_first_format_can_still_be_read() -> None:
    """The files in the folder are as version 0.1 wrote them; they are never to be written again."""
    folder = RecordFolder(FROZEN)
    (record,) = records_of_visit(FROZEN, "V-1")
    assert folder.find(record.packet) == (record,)
    (paper,) = record.papers
    assert (paper.kind, paper.code, [page.number for page in paper.pages]) == ("form", CODE, [2, 3])
    places = {place.name: place for page in paper.pages for place in page.places}
    assert places["patient_signature"].expected and places["patient_signature"].kind == "signature"
    assert places["patient_printed_name"].printed
    assert folder.part(paper.part) is not None


def test_what_was_altered_or_comes_from_a_later_format_counts_as_none(everybody: Packet, tmp_path: Path) -> None:
    record, parts = record_of(everybody)
    folder = RecordFolder(tmp_path / "records")
    folder.keep(record, parts)
    (file,) = (tmp_path / "records" / record.date).iterdir()
    file.write_text(record.model_copy(update={"format": 2}).model_dump_json())
    assert RecordFolder(tmp_path / "records").find(record.packet) == ()
    file.write_text(record.model_dump_json().replace("{", '{"of_a_later_version": 1, ', 1))
    assert RecordFolder(tmp_path / "records").find(record.packet) == (record,)
    file.write_text(record.model_dump_json().replace('"visit":"V-1"', '"visit":"../../V-1"'))  # the name of a file
    assert RecordFolder(tmp_path / "records").find(record.packet) == ()
    digest = record.papers[0].part
    with (tmp_path / "records" / "parts" / f"{digest}.pdf").open("ab") as part:
        part.write(b"altered")
    assert folder.part(digest) is None


def test_the_same_packet_of_other_parts_has_two_records_and_of_the_same_parts_one(
    everybody: Packet, tmp_path: Path
) -> None:
    record, parts = record_of(everybody)
    folder = RecordFolder(tmp_path / "records")
    folder.keep(record, parts)
    folder.keep(record.model_copy(update={"version": "9.9"}), parts)
    (paper,) = record.papers
    other = record.model_copy(update={"papers": (paper.model_copy(update={"part": "0" * 64}),)})
    folder.keep(other, parts)
    (file,) = (path for path in (tmp_path / "records" / record.date).iterdir() if "0" * 64 in path.read_text())
    os.utime(file, (2e9, 2e9))
    assert RecordFolder(tmp_path / "records").find(record.packet) == (other, record)


def test_what_is_older_than_it_is_kept_goes_with_the_parts_that_nothing_else_names(
    call: Call, everybody: Packet, clinic: Path
) -> None:
    record, parts = record_of(everybody)
    folder = RecordFolder(clinic / "records")
    today = datetime.date.today()
    folder.keep(record.model_copy(update={"date": today.replace(day=1, year=today.year - 7).isoformat()}), parts)
    folder.keep(record.model_copy(update={"date": today.isoformat()}), parts)
    unnamed = clinic / "records" / "parts" / f"{'0' * 64}.pdf"
    new = unnamed.with_name(f"{'1' * 64}.pdf")
    for path in (unnamed, new):
        path.write_bytes(b"%PDF-")
    os.utime(unnamed, (0, 0))
    pruned = call("records", "prune", "--json", "--clinic", clinic)
    assert json.loads(pruned.stdout) == {"removed": 1, "parts": 1}
    assert [one.date for one in kept(clinic)] == [today.isoformat()]
    assert not unnamed.exists() and new.exists()  # which a packet may need that is being made
    assert folder.part(record.papers[0].part) is not None
    assert len([path for path in (clinic / "records").iterdir() if path.name != "parts"]) == 1


def test_a_record_that_cannot_be_read_keeps_the_parts_and_no_older_record(everybody: Packet, tmp_path: Path) -> None:
    record, parts = record_of(everybody)
    folder = RecordFolder(tmp_path / "records")
    for day in ("2026-11-23", "2026-11-24"):
        folder.keep(record.model_copy(update={"date": day}), parts)
    (file,) = (tmp_path / "records/2026-11-24").iterdir()
    file.write_text("{")
    os.utime(file, (2e9, 2e9))  # it is looked at first
    pruned = RecordFolder(tmp_path / "records").prune(datetime.date(2026, 11, 24))
    assert (pruned.records, pruned.parts) == (1, 0)
    folder.keep(record.model_copy(update={"date": "2026-11-24"}), parts)
    assert len(RecordFolder(tmp_path / "records").find(record.packet)) == 1  # which is whole again


def test_where_nothing_was_kept_yet_nothing_is_removed(call: Call, clinic: Path) -> None:
    pruned = call("records", "prune", "--clinic", clinic)
    assert pruned.code == 0 and "no records and no parts removed" in pruned.stderr


def test_pruning_needs_the_setting(call: Call, tmp_path: Path) -> None:
    refused = call("records", "prune", "--clinic", make_clinic(tmp_path / "clinic"))
    assert refused.code == 2 and "keep_years" in refused.stderr


def test_a_folder_that_cannot_be_written_to_is_named(everybody: Packet, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    record, parts = record_of(everybody)
    with as_nobody(), pytest.raises(FileAccess, match="record"):
        RecordFolder(tmp_path / "records").keep(record, parts)
