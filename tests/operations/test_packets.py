"""Packets of visits without a command line and without files, as a program or a web page makes them."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import InvalidInput, RenderingFailed, UnknownCode
from consentkit.library import snapshot
from consentkit.operations.opening import open_for_a_run
from consentkit.operations.packets import (
    MadePacket,
    PacketOptions,
    PacketsInTurn,
    RefusedVisit,
    notices_of,
    packet_of,
    packets_of,
)
from consentkit.operations.schedule import visits_in
from consentkit.resources import shipped
from kit.packets import CHILD, OTHER, page_texts, visit, visit_data, write_schedule
from kit.small import CODE, make_clinic, write_procedure

DRAFTS = PacketOptions(allow_drafts=True)
DAILY = "DAY-1"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_procedure(folder / "procedures", code=DAILY, billing={"role": "primary", "once_a_day": True})
    return folder


@pytest.fixture(scope="module")
def workspace(clinic: Path, tmp_path_factory: pytest.TempPathFactory) -> OpenWorkspace:
    return open_workspace(clinic, open_store(tmp_path_factory.mktemp("store")))


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The current folder, in which nothing may be written."""
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    yield
    assert [path for path in tmp_path.iterdir() if path.suffix == ".pdf"] == before


def made(result: MadePacket | RefusedVisit) -> MadePacket:
    assert isinstance(result, MadePacket), result
    return result


def refused(result: MadePacket | RefusedVisit) -> RefusedVisit:
    assert isinstance(result, RefusedVisit)
    return result


def test_visits_become_packets_one_after_the_other(workspace: OpenWorkspace) -> None:
    asked: list[str] = []

    def visits() -> Iterator[Any]:
        for number in ("V-1", "V-2"):
            asked.append(number)
            yield visit(visit=number)

    results = packets_of(workspace, visits(), DRAFTS)
    first = made(next(results))
    assert asked == ["V-1"]
    assert "MR-20417" in page_texts(first.packet.pdf)[0]
    assert made(next(results)).packet.file_name == "2026-11-23-V-2.pdf"


def test_a_visit_that_is_refused_stops_no_other_and_says_why_as_data(workspace: OpenWorkspace) -> None:
    visits = [visit(visit="V-1", patient=CHILD), visit(visit="V-2", procedures=["NONE-1"]), visit(visit="V-3")]
    child, unknown, good = packets_of(workspace, visits, DRAFTS)
    (problem,) = refused(child).problems
    assert problem.rule == "minor-alone"
    assert str(problem).startswith("visit V-1: the patient is under 18")
    assert isinstance(refused(unknown).error, UnknownCode)
    assert [problem.file for problem in refused(unknown).problems] == ["visit V-2"]
    assert made(good).entry.number == "V-3"


def test_nothing_but_the_packet_itself_tells_who_comes(workspace: OpenWorkspace) -> None:
    result = refused(next(packets_of(workspace, [visit(visit="V-1", patient=CHILD)], DRAFTS)))
    shown = " ".join((str(result.error), *map(str, result.problems), result.entry.label))
    for secret in ("Angelo", "20427", "2017"):
        assert secret not in shown


def test_a_day_may_come_as_an_upload(workspace: OpenWorkspace, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, {"date_of_birth": "soon"}).read_bytes()
    good, bad = packets_of(workspace, visits_in(io.BytesIO(day), "upload.csv"), DRAFTS)
    assert made(good).entry.row == 2
    (problem,) = refused(bad).problems
    assert (problem.file, problem.line, problem.field) == ("upload.csv", 3, "visit V-2: date_of_birth")


def test_one_visit_may_come_as_an_upload(workspace: OpenWorkspace) -> None:
    (entry,) = visits_in(io.BytesIO(json.dumps(visit_data()).encode()), "form")
    assert packet_of(workspace, entry, DRAFTS).packet.plan.visit.visit == "V-1"


def test_one_visit_that_is_refused_raises_what_speaks_against_it(workspace: OpenWorkspace) -> None:
    with pytest.raises(InvalidInput, match="under 18"):
        packet_of(workspace, visit(patient=CHILD), DRAFTS)


def test_one_visit_is_compared_with_the_others_of_its_day(workspace: OpenWorkspace) -> None:
    others = [visit(visit="V-1", procedures=[DAILY]), visit(visit="V-2", patient=OTHER, procedures=[DAILY])]
    again = visit(visit="V-3", procedures=[DAILY])
    with pytest.raises(InvalidInput, match="DAY-1 may be used once a day"):
        packet_of(workspace, again, DRAFTS, others=others)
    assert packet_of(workspace, again, DRAFTS, others=others[1:])


def test_what_a_visit_was_before_is_no_other_visit(workspace: OpenWorkspace) -> None:
    before = visit(visit="v-1", procedures=[DAILY], patient={**OTHER, "record": "MR-20417"})
    assert packet_of(workspace, visit(procedures=[DAILY]), DRAFTS, others=[before]).warnings == ()


def test_a_visit_that_comes_again_replaces_what_it_was(workspace: OpenWorkspace) -> None:
    making = PacketsInTurn(workspace, DRAFTS)
    for place in ("in person", "telehealth", "telehealth"):
        result = made(making.make(visit(procedures=[DAILY], place=place)))
        assert result.packet.plan.visit.place == place
    assert isinstance(making.make(visit(visit="V-2", procedures=[DAILY])), RefusedVisit)
    assert made(making.make(visit(procedures=[CODE])))
    assert made(making.make(visit(visit="V-2", procedures=[DAILY]))), "V-1 has that code no more"


def test_what_a_refused_visit_was_before_counts_no_more(workspace: OpenWorkspace) -> None:
    making = PacketsInTurn(workspace, DRAFTS)
    assert made(making.make(visit(procedures=[DAILY])))
    assert refused(making.make(visit(procedures=[DAILY, "NONE-1"])))
    assert made(making.make(visit(visit="V-2", procedures=[DAILY])))


def test_a_visit_whose_packet_could_not_be_made_counts_for_no_other(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    making = PacketsInTurn(workspace, DRAFTS)
    with monkeypatch.context() as context:
        context.setattr("consentkit.packets.writing.particulars", lambda *_: {"patient_record": "MR-99"})
        assert isinstance(refused(making.make(visit(procedures=[DAILY]))).error, RenderingFailed)
    assert made(making.make(visit(visit="V-2", procedures=[DAILY])))


def test_a_record_number_with_another_name_is_a_warning_that_names_the_other_visit(workspace: OpenWorkspace) -> None:
    other = visit(visit="V-2", patient={**OTHER, "record": "MR-20417"})
    first, second = packets_of(workspace, [visit(), other], DRAFTS)
    assert first.warnings == ()
    assert [str(warning) for warning in made(second).warnings] == [
        "visit V-2: warning: has the record number of visit V-1 with another name or date of birth; see whose it is"
    ]


def test_a_corrected_name_is_not_another_patient(workspace: OpenWorkspace) -> None:
    making = PacketsInTurn(workspace, DRAFTS)
    misspelt = {"name": "Siobhan Okeefe", "born": "1984-07-09", "record": "MR-20417"}
    assert made(making.make(visit(patient=misspelt))).warnings == ()
    assert made(making.make(visit())).warnings == ()
    assert made(making.make(visit(visit="V-2"))).warnings == ()


def test_a_refused_visit_has_its_warnings_too(workspace: OpenWorkspace) -> None:
    other = visit(visit="V-2", patient={**OTHER, "record": "MR-20417"}, procedures=["NONE-1"])
    _, second = packets_of(workspace, [visit(), other], DRAFTS)
    assert len(refused(second).warnings) == 1


def test_what_the_front_desk_should_know_comes_with_the_packet(workspace: OpenWorkspace) -> None:
    options = PacketOptions(allow_drafts=True, override="State law lets minors of 15 decide.")
    result = packet_of(workspace, visit(patient={**CHILD, "born": "2010-01-01"}), options)
    assert result.notices == tuple(notices_of(result.packet))
    (notice,) = result.notices
    assert notice.text.startswith("visit V-1: overridden: the patient is under 18")


@pytest.fixture
def edited(tmp_path: Path) -> tuple[Path, PacketsInTurn]:
    """A clinic for which a packet has been made, and what may go on to make more."""
    clinic = make_clinic(tmp_path / "clinic")
    making = PacketsInTurn(open_for_a_run(clinic, open_store(tmp_path / "store")), DRAFTS)
    assert "To feel better." in " ".join(page_texts(made(making.make(visit(place="telehealth"))).packet.pdf))
    return clinic, making


def test_an_edit_of_a_procedure_counts_for_the_next_visit(edited: tuple[Path, PacketsInTurn]) -> None:
    clinic, making = edited
    write_procedure(clinic / "procedures", purpose="To sleep better.", title="Sleep")
    packet = made(making.make(visit())).packet
    assert "To sleep better." in " ".join(page_texts(packet.pdf))
    write_procedure(clinic / "procedures", billing={"role": "retired", "retired_in": 2020, "replaced_by": ["90837"]})
    assert [problem.rule for problem in refused(making.make(visit())).problems] == ["retired-code"]


def test_an_edit_of_the_words_counts_for_the_next_visit(edited: tuple[Path, PacketsInTurn]) -> None:
    clinic, making = edited
    clause = "{heading: By video, text: We talk by video., visit: telehealth, source: A law}"
    (clinic / "clauses.en.yaml").write_text(f"clauses: {{telehealth: {clause}}}\n", encoding="utf-8")
    packet = made(making.make(visit(place="telehealth"))).packet
    assert "We talk by video." in " ".join(page_texts(packet.pdf))


def test_a_packet_is_called_as_the_words_have_it_when_it_is_made(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    words = clinic / "templates" / "languages" / "en.yaml"
    words.parent.mkdir(parents=True)
    shutil.copy(shipped("templates") / "languages" / "en.yaml", words)
    making = PacketsInTurn(open_for_a_run(clinic, open_store(tmp_path / "store")), DRAFTS)
    made(making.make(visit()))
    words.write_text(words.read_text("utf-8").replace("Papers for your visit", "Your papers"), "utf-8")
    with pikepdf.open(io.BytesIO(made(making.make(visit())).packet.pdf)) as opened:
        assert str(opened.docinfo["/Title"]) == "Your papers"


def test_each_file_is_read_once_for_a_visit_whose_papers_are_kept(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    making = PacketsInTurn(workspace, DRAFTS)
    made(making.make(visit(procedures=[CODE, DAILY])))
    read: list[Path] = []
    honest = snapshot.read_bytes
    monkeypatch.setattr(snapshot, "read_bytes", lambda path, limit: (read.append(Path(path)), honest(path, limit))[1])
    assert made(making.make(visit(visit="V-2", patient=OTHER, procedures=[CODE, DAILY])))
    assert len(read) == len(set(read))


def test_a_maker_apart_compares_with_no_visit_of_the_other_one(workspace: OpenWorkspace) -> None:
    making = PacketsInTurn(workspace, DRAFTS)
    made(making.make(visit(visit="V-1", procedures=[DAILY])))
    apart = making.apart()
    elsewhere = visit(visit="V-2", procedures=[DAILY])
    assert not made(apart.make(elsewhere)).warnings
    refused = making.make(elsewhere)
    assert isinstance(refused, RefusedVisit) and refused.problems[0].rule == "once-a-day"
    assert made(apart.make(visit(visit="V-1", patient=OTHER, procedures=[DAILY])))
