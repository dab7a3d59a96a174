"""Visits that a program hands over more than once: what becomes of the packet that was made before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import consentkit
from consentkit.errors import InvalidInput
from kit.guarded import MARKED, make_guarded_clinic
from kit.packets import OTHER, visit_data, write_schedule, write_visit

BAD = {"procedures": ["99999"]}
UNREAD = {"patient": {"name": "Nora Nye"}}
TUESDAY = {"date": "2026-11-24"}
MONDAYS_FILE, TUESDAYS_FILE = "2026-11-23-V-1.pdf", "2026-11-24-V-1.pdf"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> consentkit.Workspace:
    return consentkit.open_workspace(make_guarded_clinic(tmp_path_factory.mktemp("clinic")))


Results = list[consentkit.MadePacket | consentkit.RefusedVisit]


def make(workspace: consentkit.Workspace, folder: Path, *visits: Any) -> Results:
    """Make the packets of visits in a folder."""
    return list(workspace.packets(visits, folder, allow_drafts=True))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def last_refused(results: Results) -> consentkit.RefusedVisit:
    *_, last = results
    assert isinstance(last, consentkit.RefusedVisit)
    return last


@pytest.mark.parametrize(
    "again",
    [BAD, UNREAD, {"visit": "v-1", **BAD}, {**BAD, **TUESDAY}, {**UNREAD, "date": "soon"}],
    ids=["refused", "unread", "other case", "other day", "no day"],
)
def test_no_packet_of_this_run_is_left_of_a_visit_that_is_refused_later(
    again: dict[str, Any], workspace: consentkit.Workspace, tmp_path: Path
) -> None:
    refused = last_refused(make(workspace, tmp_path, visit_data(), visit_data(**again)))
    assert names(tmp_path) == []
    place = str(tmp_path / MONDAYS_FILE) if refused.entry.number else "the file under its name"
    assert f"{place}, which was made for it before, has been removed" in refused.advice
    assert refused.earlier.fate == "removed"
    assert refused.earlier.advice == refused.advice


def test_a_packet_that_was_changed_since_it_was_made_is_left_and_the_advice_names_it(
    workspace: consentkit.Workspace, tmp_path: Path
) -> None:
    results = workspace.packets([visit_data(), visit_data(**BAD)], tmp_path, allow_drafts=True)
    made = next(results)
    assert isinstance(made, consentkit.MadePacket)
    (tmp_path / MONDAYS_FILE).write_bytes(made.pdf.replace(b"%PDF-1.7", b"%PDF-1.6"))
    refused = last_refused(list(results))
    assert (refused.earlier.fate, names(tmp_path)) == ("left", [MONDAYS_FILE])
    assert "do not hand it out" in refused.advice


def test_a_number_that_a_schedule_repeats_leaves_the_first_packet_alone(
    workspace: consentkit.Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    day = write_schedule(tmp_path / "day.csv", {"visit": "V-1"}, {"visit": "V-1", "patient_name": MARKED})
    refused = last_refused(list(workspace.packets(day, out, allow_drafts=True)))
    assert (refused.advice, names(out)) == ("", [MONDAYS_FILE])
    bad = write_schedule(tmp_path / "bad.csv", {"visit": "V-1", "procedures": "99999"})
    make(workspace, out, day, bad)
    assert names(out) == [], "another file is another state of the visit"
    with day.open("rb") as first, bad.open("rb") as second:
        make(workspace, out, first, second)
    assert names(out) == []


def test_a_visit_that_is_moved_to_another_day_leaves_no_packet_on_the_first(
    workspace: consentkit.Workspace, tmp_path: Path
) -> None:
    made, moved = make(workspace, tmp_path, visit_data(), visit_data(**TUESDAY))
    assert isinstance(made, consentkit.MadePacket)
    assert isinstance(moved, consentkit.MadePacket)
    assert names(tmp_path) == [TUESDAYS_FILE]
    assert (made.earlier.fate, moved.earlier.fate) == ("absent", "removed")
    assert moved.earlier.place == str(tmp_path / MONDAYS_FILE)
    make(workspace, tmp_path, visit_data(visit="V-2"), visit_data(visit="v-2"))
    assert names(tmp_path) == ["2026-11-23-v-2.pdf", TUESDAYS_FILE]


def test_a_second_patient_under_the_number_of_a_visit_is_refused_and_the_first_packet_stays(
    workspace: consentkit.Workspace, tmp_path: Path
) -> None:
    other = {"name": MARKED, "born": "1958-11-24", "record": "MR-99"}
    for change in ({}, {"visit": "v-1"}, TUESDAY, BAD):
        results = make(workspace, tmp_path, visit_data(), visit_data(**{"patient": other, **change}))
        (problem,) = last_refused(results).problems
        assert "is also that of another patient's visit" in str(problem)
        assert MARKED not in f"{problem} {last_refused(results)}"
        assert "20417" not in str(problem)
        assert last_refused(results).advice == ""
        assert names(tmp_path) == [MONDAYS_FILE]
        assert isinstance(results[0], consentkit.MadePacket)
        assert (tmp_path / MONDAYS_FILE).read_bytes() == results[0].pdf


def test_a_corrected_name_or_record_number_is_the_same_patient(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    patient = visit_data()["patient"]
    corrections = [{**patient, "name": "Nora Nye"}, {**patient, "record": "MR-1"}]
    for correction in corrections:
        results = make(workspace, tmp_path, visit_data(), visit_data(patient=correction))
        assert [type(result) for result in results] == [consentkit.MadePacket] * 2


def test_a_number_is_free_again_when_its_visit_has_no_packet(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    results = make(workspace, tmp_path, visit_data(), visit_data(**BAD), visit_data(patient=OTHER))
    assert isinstance(results[-1], consentkit.MadePacket)
    results = make(workspace, tmp_path, visit_data(**BAD), visit_data(patient=OTHER))
    assert isinstance(results[-1], consentkit.MadePacket)


def test_one_visit_may_not_have_the_number_of_another_patients_visit_among_the_others(
    workspace: consentkit.Workspace, tmp_path: Path
) -> None:
    for others in ([visit_data(patient=OTHER)], write_visit(tmp_path / "other.yaml", patient=OTHER)):
        with pytest.raises(InvalidInput, match="also that of another patient's visit"):
            workspace.packet(visit_data(), others=others, allow_drafts=True)
    assert workspace.packet(visit_data(), others=[visit_data()], allow_drafts=True)
