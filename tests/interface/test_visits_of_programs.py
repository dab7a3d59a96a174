"""Packets for a program: the forms in which it has visits, and what it gets."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pydantic
import pytest

import consentkit
from kit.guarded import MARKED, make_guarded_clinic
from kit.packets import OTHER, visit, visit_data, write_schedule, write_visit
from kit.small import CODE

DAILY = {"procedures": ["DAY-1"]}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> consentkit.Workspace:
    return consentkit.open_workspace(make_guarded_clinic(tmp_path_factory.mktemp("clinic")))


def outcomes(workspace: consentkit.Workspace, visits: Any, *arguments: Any, **options: Any) -> list[str]:
    """What became of each visit: the name of its file, or its problems."""
    results = workspace.packets(visits, *arguments, allow_drafts=True, **options)
    return [
        result.file_name if isinstance(result, consentkit.MadePacket) else "\n".join(map(str, result.problems))
        for result in results
    ]


def test_a_visit_gives_the_same_packet_in_every_form(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    path = write_visit(tmp_path / "visit.yaml")
    (entry,) = workspace.visits(path)
    with path.open("rb") as file:
        given = [visit(), visit_data(), path, str(path), entry, file]
        packets = [workspace.packet(each, allow_drafts=True) for each in given]  # type: ignore[arg-type]
    assert {made.pdf for made in packets} == {packets[0].pdf}
    assert {made.file_name for made in packets} == {"2026-11-23-V-1.pdf"}


def test_a_schedule_is_read_from_a_path_or_from_bytes(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    path = write_schedule(tmp_path / "schedule.csv", {"visit": "A-1"}, {"visit": "A-2", "procedures": "90873"})
    upload = io.BytesIO(path.read_bytes())
    by_path, by_bytes = outcomes(workspace, str(path)), outcomes(workspace, upload)
    assert by_path[0] == by_bytes[0] == "2026-11-23-A-1.pdf"
    assert by_path[1].startswith(f"{path}:3:")
    assert by_bytes[1] == by_path[1].replace(str(path), "visits")


def test_files_in_a_list_are_read_one_after_the_other_and_one_that_is_missing_stops_no_other(
    workspace: consentkit.Workspace, tmp_path: Path
) -> None:
    one, day = write_visit(tmp_path / "one.yaml"), write_schedule(tmp_path / "day.csv", {"visit": "D-1"})
    (tmp_path / "bad.csv").write_text("", encoding="utf-8")
    missing, bad, first, second, third = outcomes(
        workspace, [tmp_path / "missing.yaml", str(tmp_path / "bad.csv"), one, day, visit_data(visit="V-3")]
    )
    assert (first, second, third) == tuple(f"2026-11-23-{number}.pdf" for number in ("V-1", "D-1", "V-3"))
    assert missing.count("missing.yaml") == 1
    assert "bad.csv: is empty" in bad


def test_neither_the_text_of_a_visit_nor_a_mistake_in_it_shows_particulars(workspace: consentkit.Workspace) -> None:
    patient, clinician = {"name": MARKED, "born": "1984-07-09", "record": MARKED}, {"name": f"A. {MARKED}"}
    guardian = {"name": f"B. {MARKED}", "relationship": MARKED}
    data = visit_data(patient=patient, clinician=clinician, representative=guardian, witness=f"C. {MARKED}")
    made = workspace.packet(data, allow_drafts=True)
    for thing in (made, made.packet, made.entry, made.entry.visit, made.entry.visit and made.entry.visit.patient):
        assert MARKED not in f"{thing!r} {thing}"
    assert repr(made.entry.visit) == "Visit(visit='V-1')"
    with pytest.raises(pydantic.ValidationError) as caught:
        consentkit.Visit.model_validate({**data, "patient": {"name": MARKED, "born": MARKED, "record": MARKED}})
    assert MARKED not in str(caught.value)


def test_a_refused_visit_stops_no_other_and_is_told_of_as_data(workspace: consentkit.Workspace) -> None:
    bad = visit_data(visit="V-2", patient={"name": MARKED, "born": MARKED, "record": "MR-1"})
    first, second, third = workspace.packets([visit(), bad, visit(visit="V-3")])
    assert isinstance(second, consentkit.RefusedVisit)
    (problem,) = second.problems
    assert str(problem).startswith("visit V-2: patient.born: is not a date")
    assert MARKED not in f"{second.problems} {second.error} {second.warnings}"
    for draft in (first, third):
        assert isinstance(draft, consentkit.RefusedVisit)
        assert "is not approved" in str(draft.problems[0])


def test_the_packet_of_one_visit_raises_what_speaks_against_it(workspace: consentkit.Workspace) -> None:
    with pytest.raises(consentkit.InvalidInput) as caught:
        workspace.packet(visit_data(patient=MARKED))
    assert MARKED not in str(caught.value)
    with pytest.raises(consentkit.InvalidInput, match="not approved"):
        workspace.packet(visit())
    with pytest.raises(consentkit.WrongUse, match="needs a reason"):
        workspace.packet(visit(), override=" ")
    with pytest.raises(consentkit.WrongUse, match="needs a reason"):
        workspace.packets([visit()], override=" ")


def test_a_visit_is_compared_with_the_others_of_its_day(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    earlier, later = visit_data(**DAILY), visit_data(visit="V-2", **DAILY)
    workspace.packet(later, others=[], allow_drafts=True)
    with pytest.raises(consentkit.InvalidInput, match="once a day"):
        workspace.packet(later, others=[earlier], allow_drafts=True)
    day = write_schedule(
        tmp_path / "day.csv",
        {"visit": "V-1", "procedures": "DAY-1", "record_number": "MR-20417"},
        {"visit": "V-2", "procedures": "DAY-1", "record_number": "MR-20417"},
    )
    with pytest.raises(consentkit.InvalidInput, match="once a day"):
        workspace.packet(later, others=day, allow_drafts=True)


def test_a_visit_that_comes_again_takes_the_place_of_what_it_was(workspace: consentkit.Workspace) -> None:
    daily = visit_data(**DAILY)
    assert workspace.packet(daily, others=[daily], allow_drafts=True)
    assert outcomes(workspace, [daily, daily]) == ["2026-11-23-V-1.pdf"] * 2
    assert [workspace.packet(daily, allow_drafts=True).file_name for _ in range(2)] == ["2026-11-23-V-1.pdf"] * 2
    moved = [daily, visit_data(), visit_data(visit="V-2", **DAILY)]
    assert outcomes(workspace, moved) == ["2026-11-23-V-1.pdf", "2026-11-23-V-1.pdf", "2026-11-23-V-2.pdf"]


def test_packets_are_made_as_they_are_asked_for(workspace: consentkit.Workspace) -> None:
    taken = []

    def visits() -> Any:
        for number in (1, 2, 3):
            taken.append(number)
            yield visit_data(visit=f"V-{number}")

    results = workspace.packets(visits(), allow_drafts=True)
    assert taken == []
    assert isinstance(next(results), consentkit.MadePacket)
    assert taken == [1]


def test_packets_in_a_folder_are_for_their_owner_and_none_is_left_of_a_visit_that_is_refused(
    workspace: consentkit.Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    two = [visit_data(), visit_data(visit="V-2", patient=OTHER)]
    made = list(workspace.packets(two, out, allow_drafts=True))
    assert [result.file for result in made if isinstance(result, consentkit.MadePacket)] == [
        out / "2026-11-23-V-1.pdf",
        out / "2026-11-23-V-2.pdf",
    ]
    for result in made:
        assert isinstance(result, consentkit.MadePacket)
        assert result.file is not None
        assert result.file.read_bytes() == result.pdf
        assert stat.S_IMODE(result.file.stat().st_mode) == 0o600
    _, refused = workspace.packets([two[0], two[1] | {"procedures": ["90873"]}], out, allow_drafts=True)
    assert isinstance(refused, consentkit.RefusedVisit)
    assert refused.advice == f"{out / '2026-11-23-V-2.pdf'}, which was made for it before, has been removed"
    assert [path.name for path in out.iterdir()] == ["2026-11-23-V-1.pdf"]


def test_what_consentkit_did_not_make_is_overwritten_only_on_demand(
    workspace: consentkit.Workspace, tmp_path: Path
) -> None:
    (tmp_path / "2026-11-23-V-1.pdf").write_text("a note", encoding="utf-8")
    (told,) = outcomes(workspace, [visit()], tmp_path)
    assert "consentkit did not make it" in told
    assert outcomes(workspace, [visit()], str(tmp_path), force=True) == ["2026-11-23-V-1.pdf"]
    (tmp_path / "file").write_text("a note", encoding="utf-8")
    with pytest.raises(consentkit.FileAccess, match="is a file"):
        workspace.packets([visit()], tmp_path / "file")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "a list of visits, or a file of them"),
        (visit(), "a list of visits, or a file of them"),
        (visit_data(), "a list of visits, or a file of them"),
        ([None], "a NoneType is no visit"),
        ([["V-1"]], "a list is no visit"),
        (io.StringIO(json.dumps(visit_data())), "open it as bytes"),
    ],
)
def test_what_is_no_visit_is_wrong_use(given: Any, told: str, workspace: consentkit.Workspace) -> None:
    with pytest.raises(consentkit.WrongUse, match=told):
        list(workspace.packets(given))


def test_a_file_of_several_visits_is_no_visit(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    path = write_schedule(tmp_path / "schedule.csv", {}, {})
    with pytest.raises(consentkit.WrongUse, match="holds several visits"):
        workspace.packet(path)
    with pytest.raises(consentkit.FileAccess, match=r"missing\.yaml"):
        workspace.packet(tmp_path / "missing.yaml")
    with pytest.raises(consentkit.FileAccess, match=r"missing\.csv"):
        list(workspace.packets(tmp_path / "missing.csv"))


def test_errands_give_data(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    assert {entry["code"] for entry in workspace.procedures().procedures} >= {CODE, "90837"}
    made = workspace.packet(visit(), allow_drafts=True)
    verdict = workspace.verify(made.pdf)
    assert isinstance(verdict, consentkit.PacketVerdict)
    assert (verdict.state, verdict.packet) == ("current", made.packet.plan.packet)
    (tmp_path / "packet.pdf").write_bytes(made.pdf.replace(b"%PDF-1.7", b"%PDF-1.6"))
    assert workspace.verify(str(tmp_path / "packet.pdf")).state == "altered"
    assert isinstance(workspace.verify(b"%PDF-"), consentkit.DocumentVerdict)
    assert not workspace.check(CODE).counts["error"]
    with pytest.raises(consentkit.WrongUse, match="never been approved"):
        workspace.diff(CODE)
