"""The guards of packets, each with the fault that it is there for: on what the papers say, and whose they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import consentkit.operations.packets
from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.packets import extras
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.slots import particulars
from kit.guarded import (
    FEATURES,
    LONG_PAST,
    Feature,
    approve,
    claims,
    codes_for_filing,
    filled,
    identifier,
    make_guarded_clinic,
)
from kit.packets import OTHER, page_texts, plan, visit, write_schedule, write_visit
from kit.running import Outcome

Call = Callable[..., Outcome]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_guarded_clinic(tmp_path_factory.mktemp("clinic"))


@pytest.fixture(scope="module")
def workspace(clinic: Path) -> OpenWorkspace:
    return open_workspace(clinic, open_store())


@pytest.fixture(scope="module")
def make(workspace: OpenWorkspace) -> Callable[[str], Packet]:
    """Make the packet of a feature, once."""
    made: dict[str, Packet] = {}

    def make_one(name: str) -> Packet:
        if name not in made:
            feature = FEATURES[name]
            planned = plan(workspace, visit(**feature.changes), **feature.options)
            made[name] = PacketMaker(workspace, duplex=feature.options.get("duplex", False)).make(planned)
        return made[name]

    return make_one


@pytest.fixture
def pack(call: Call, clinic: Path) -> Call:
    """Run `consentkit packet` for the clinic, with drafts."""
    return lambda *arguments: call("packet", "--clinic", clinic, "--allow-drafts", *arguments)


# --- one feature each ---

by_feature = pytest.mark.parametrize(("name", "feature"), FEATURES.items(), ids=FEATURES)


@by_feature
def test_each_feature_brings_its_papers_and_no_other(
    name: str, feature: Feature, make: Callable[[str], Packet]
) -> None:
    made = make(name)
    assert tuple(placed.paper.kind for placed in made.papers) == feature.papers
    assert made.plan.clauses == feature.clauses


@by_feature
def test_each_feature_writes_its_texts_where_they_belong(
    name: str, feature: Feature, make: Callable[[str], Packet]
) -> None:
    assert filled(make(name)) == feature.expected()


def form_of(made: Packet) -> str:
    """The words of the form of a packet."""
    (placed,) = [placed for placed in made.papers if placed.paper.kind == "form"]
    return " ".join(" ".join(page_texts(made.pdf)[placed.first - 1 : placed.last]).split())


@pytest.mark.parametrize(("name", "clause"), [("plain", ""), ("telehealth", "telehealth"), ("trainee", "trainee")])
def test_the_form_of_a_visit_prints_the_clause_that_it_calls_for_and_no_other(
    name: str, clause: str, make: Callable[[str], Packet]
) -> None:
    made = make(name)
    read = form_of(made)
    for heading, is_there in ((made.plan.pack.clauses[other].heading, other == clause) for other in OTHERS):
        assert (heading in read) == is_there
    assert made.plan.pack.form.agreement in read


OTHERS = ("telehealth", "trainee")
"""The clauses that a visit calls for."""

ROLES = {
    "plain": {"patient", "clinician"},
    "small child": {"representative", "clinician"},
    "older child": {"representative", "assent", "clinician"},
    "interpreter": {"patient", "interpreter", "clinician"},
    "witness": {"patient", "witness", "clinician"},
}
"""Who signs the form of a visit."""


@pytest.mark.parametrize(("name", "roles"), ROLES.items())
def test_the_form_has_a_place_for_whoever_signs_at_this_visit_and_for_nobody_else(
    name: str, roles: set[str], make: Callable[[str], Packet]
) -> None:
    made = make(name)
    (placed,) = [placed for placed in made.papers if placed.paper.kind == "form"]
    slots = {slot.name for slot in placed.paper.part.slots}
    assert {slot.removesuffix("_signature") for slot in slots if slot.endswith("_signature")} == roles


@pytest.mark.parametrize(("name", "is_seen_there"), [("plain", False), ("telehealth", True)])
def test_the_cover_says_where_the_visit_takes_place(
    name: str, is_seen_there: bool, make: Callable[[str], Packet]
) -> None:
    made = make(name)
    cover, words = " ".join(page_texts(made.pdf)[0].split()), made.plan.pack.packet.cover
    assert (words.telehealth in cover) == is_seen_there
    assert (words.in_person in cover) != is_seen_there


# --- whose papers these are ---


def of_somebody_else(planned: Any, pack: Any) -> dict[str, str]:
    """The particulars of another patient, whoever comes."""
    return particulars(visit(visit="V-2", patient=OTHER), pack)


def test_a_packet_that_bears_the_particulars_of_another_patient_is_not_written(
    pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentkit.packets.writing.particulars", of_somebody_else)
    made = pack(write_visit(tmp_path / "visit.yaml"))
    assert made.code == 6
    assert "page 1 of the packet does not bear this patient's particulars" in made.stderr
    assert list(tmp_path.glob("*.pdf")) == []


def test_the_one_file_of_a_day_that_bears_the_particulars_of_another_patient_is_not_written(
    pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {"patient_name": "Marcus Whitfield"})
    honest = consentkit.operations.packets.combine

    def mixed_up(*given: Any) -> bytes:
        with monkeypatch.context() as context:  # each packet by itself was right
            context.setattr("consentkit.packets.writing.particulars", of_somebody_else)
            return honest(*given)

    monkeypatch.setattr(consentkit.operations.packets, "combine", mixed_up)
    made = pack(day, "--combined", "all.pdf", "--json")
    assert made.code == 6
    assert "page 1 of the packet does not bear this patient's particulars" in made.stderr
    assert json.loads(made.stdout)["packets"] == []
    assert list(tmp_path.glob("*.pdf")) == []


def test_neither_the_name_of_a_file_nor_what_is_told_of_it_holds_anything_of_the_patient(
    pack: Call, tmp_path: Path
) -> None:
    made = pack(write_visit(tmp_path / "visit.yaml"), "--json")
    assert made.code == 0
    told = " ".join((made.stdout.decode(), made.stderr, *(path.name for path in tmp_path.iterdir())))
    assert "2026-11-23-V-1.pdf" in told
    for secret in ("Siobh", "Keeffe", "20417", "1984"):
        assert secret not in told


# --- what a file says of itself ---


@pytest.mark.parametrize(
    ("extra", "expected"),
    [((), {"PDF/UA", "PDF/A"}), (("tagged.pdf",), {"PDF/UA", "PDF/A"}), (("made-for-the-web.pdf",), set())],
)
def test_a_packet_claims_what_its_weakest_paper_bears_out(
    extra: tuple[str, ...], expected: set[str], pack: Call, tmp_path: Path
) -> None:
    made = pack(write_visit(tmp_path / "visit.yaml", extra=extra), "-o", "out.pdf", "--json")
    assert made.code == 0
    assert claims((tmp_path / "out.pdf").read_bytes()) == expected
    (entry,) = json.loads(made.stdout)["packets"]
    assert entry["accessible"] == ("PDF/UA" in expected)


@pytest.mark.parametrize(("extra", "expected"), [("tagged.pdf", {"PDF/UA", "PDF/A"}), ("made-for-the-web.pdf", set())])
def test_the_one_file_of_a_day_claims_what_its_weakest_packet_bears_out(
    extra: str, expected: set[str], pack: Call, tmp_path: Path
) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {"extra": extra}, {})
    assert pack(day, "--combined", "all.pdf").code == 0
    assert claims((tmp_path / "all.pdf").read_bytes()) == expected


def test_a_tagged_file_that_does_not_keep_to_pdf_a_takes_that_claim_alone_away(
    pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_claim(monkeypatch)
    assert pack(write_visit(tmp_path / "visit.yaml", extra=["tagged.pdf"]), "-o", "out.pdf").code == 0
    assert claims((tmp_path / "out.pdf").read_bytes()) == {"PDF/UA"}


def test_the_one_file_of_a_day_does_not_claim_pdf_a_where_one_packet_does_not(
    pack: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_claim(monkeypatch)
    day = write_schedule(tmp_path / "day.csv", {}, {"extra": "tagged.pdf"}, {})
    assert pack(day, "--combined", "all.pdf").code == 0
    assert claims((tmp_path / "all.pdf").read_bytes()) == {"PDF/UA"}


def without_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a tagged file be one that says nothing of PDF/A."""
    data_of = extras.read_bytes

    def unsaid(path: Path, limit: int) -> bytes:
        data = data_of(path, limit)
        return data.replace(b"pdfaid:part", b"pdfaid:trap") if path.suffix == ".pdf" else data

    monkeypatch.setattr(extras, "read_bytes", unsaid)


def test_every_file_of_a_day_has_an_identifier_of_its_own(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {}, {})
    assert pack(day, "-o", "out").code == 0
    assert pack(day, "--combined", "all.pdf").code == 0
    files = [*sorted((tmp_path / "out").glob("*.pdf")), tmp_path / "all.pdf"]
    assert len(files) == 4
    assert len({identifier(path.read_bytes()) for path in files}) == 4
    before = identifier(files[0].read_bytes())
    assert pack(day, "-o", "out").code == 0
    assert identifier(files[0].read_bytes()) == before


# --- the code for filing ---


@pytest.mark.parametrize(("until", "edition"), [(None, 7), (LONG_PAST, None)], ids=["approved", "run out"])
def test_a_text_whose_approval_has_run_out_is_no_approved_one(
    until: Any, edition: int | None, clinic: Path, tmp_path: Path, call: Call
) -> None:
    folder = shutil.copytree(clinic, tmp_path / "clinic")
    approve(folder, edition=7, until=until)
    visit_file = write_visit(tmp_path / "visit.yaml")
    made = call("packet", "--clinic", folder, "--allow-drafts", visit_file, "-o", "out.pdf", "--json")
    assert made.code == 0, made.stderr
    (entry,) = json.loads(made.stdout)["packets"]
    _, form, information = entry["papers"]
    assert form["texts"][0]["edition"] == information["edition"] == edition
    assert form["approved"] == information["approved"] == (edition is not None)


def test_the_code_for_filing_names_packet_and_page(pack: Call, tmp_path: Path) -> None:
    made = pack(write_visit(tmp_path / "visit.yaml"), "-o", "out.pdf", "--json")
    assert made.code == 0, made.stderr
    (entry,) = json.loads(made.stdout)["packets"]
    read = codes_for_filing((tmp_path / "out.pdf").read_bytes())
    assert read == {2: f"CK2/{entry['packet']}/2"}  # the form
