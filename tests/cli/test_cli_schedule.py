"""The commands that read schedules of other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import consentkit
from consentkit.errors import WrongUse
from consentkit.operations.schedule_formats import guess_mapping
from kit.small import CODE, make_clinic
from kit.tables import COLUMNS_OF, FORMAT, ROW, problems_in, row, table


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A clinic whose export has visits for the small procedure."""
    columns = {**COLUMNS_OF, "procedures": {"from": "Type", "translate": {"Talk": ["SMALL-1"]}, "modifiers": ["Mod"]}}
    mapping = {"formats": {"one": {**FORMAT, "columns": columns, "skip": {"Note": "x"}}}}
    return make_clinic(tmp_path / "clinic", json.dumps({"name": "Alder Clinic", "mapping": mapping}))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_bytes(table(ROW, row(Appt_ID="5002", MRN="", Type="Music"), row(Appt_ID="5003", Note="x")))
    return path


def test_packets_are_made_of_an_export_and_what_the_others_need_is_said(
    call: Any, clinic: Path, export: Path, tmp_path: Path
) -> None:
    made = call("packet", "--clinic", clinic, "--allow-drafts", export, "-o", f"{tmp_path}/out/", "--json")
    assert made.code == 7
    result = json.loads(made.stdout)
    assert [packet["visit"] for packet in result["packets"]] == ["5001"]
    (refused,) = result["refused"]
    assert refused["needs"] == [
        {"field": "record_number", "reason": "empty", "column": 6},
        {"field": "procedures", "reason": "unknown", "column": 7},
    ]
    assert result["skipped"] == [4]
    assert "export.csv:3: this visit has no packet; needs: record number, procedures" in made.stderr
    assert "export.csv: 1 row is skipped, as `skip` in clinic.yaml states: line 4" in made.stderr
    assert "Music" not in made.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["2026-11-24-5001.pdf"]


def test_a_schedule_is_checked_before_any_papers_are_made(call: Any, clinic: Path, export: Path) -> None:
    checked = call("schedule", "check", "--clinic", clinic, export)
    assert checked.code == 3
    assert [line.rpartition("/")[2] for line in checked.lines] == [
        "export.csv:2: visit 5001: ready",
        "export.csv:3: needs: record number, procedures",
    ]
    assert "2 visits, 1 ready, 1 incomplete, 1 row is skipped" in checked.stderr
    data = json.loads(call("schedule", "check", "--clinic", clinic, export, "--json").stdout)
    assert [visit["ready"] for visit in data["visits"]] == [True, False]
    assert data["skipped"] == [4]
    by_check = call("check", "--clinic", clinic, export)
    assert by_check.code == 3
    assert len(by_check.lines) == 2


def test_a_code_that_no_procedure_has_is_found_by_the_check(call: Any, clinic: Path, export: Path) -> None:
    export.write_bytes(table(row(Type="90999")))
    checked = call("schedule", "check", "--clinic", clinic, export)
    assert "export.csv:2:7: visit 5001: procedures: contains the code `90999`, number 1 of 1, that no" in checked.stderr
    assert checked.lines[0].endswith("visit 5001: must be corrected")


def test_a_format_can_be_chosen_on_the_command_line(call: Any, clinic: Path, export: Path) -> None:
    assert call("schedule", "check", "--clinic", clinic, export, "--format", "one").code == 3
    wrong = call("packet", "--clinic", clinic, export, "--format", "two")
    assert wrong.code == 2
    assert "clinic.yaml has no format `two` under `mapping`; it has `one`" in wrong.stderr


def test_a_mapping_is_proposed_without_showing_a_cell(call: Any, export: Path, tmp_path: Path) -> None:
    guessed = call("schedule", "guess", export, "--name", "ours")
    assert guessed.code == 0
    text = guessed.stdout.decode()
    assert problems_in(text) == []
    assert "    ours:\n" in text
    assert "dates: MM/DD/YYYY" in text
    assert "times: 12-hour" in text
    assert 'patient_name: {from: Patient, form: "Last, First Middle"}' in text
    assert [cell for cell in ROW if len(cell) > 3 and cell in text + guessed.stderr] == []
    target = tmp_path / "mapping.yaml"
    assert call("schedule", "guess", export, "--name", "ours", "-o", target).code == 0
    assert target.read_text() == text
    assert call("schedule", "guess", export, "-o", target).code == 5
    assert call("schedule", "guess", export, "-o", tmp_path / "clinic.yaml").code == 2
    assert call("schedule", "guess", export, "--name", "Bo Li").code == 2


def test_codes_before_words_are_seen_by_their_shape(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(table(row(Type="90837: Talk, one hour"), row(Type="90834: Talk")))
    text = guess_mapping(path).text
    assert "# each cell in the file begins with a code" in text
    assert "procedures: {from: Type, form: code first, modifiers: [Mod]}" in text


def test_the_order_of_day_and_month_is_left_to_a_person_where_the_file_does_not_show_it(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(table(row(Appt_Date="04/05/2026", DOB="01/02/1990", Appt_Time="9:00")))
    text = guess_mapping(path).text
    assert "# dates: each day can be read as MM/DD/YYYY or DD/MM/YYYY; nothing here says which, so state it" in text
    assert "      dates:" not in text.replace("# dates:", "")
    assert "# times: no time shows whether hours go to 12 or to 24" in text


def test_a_file_without_names_of_columns_gets_no_proposal(tmp_path: Path, call: Any) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(table(header=ROW))
    guessed = call("schedule", "guess", path)
    assert guessed.code == 3
    assert "has no line that names columns such as Date, Patient, DOB and Provider" in guessed.stderr
    assert "Quillfeather" not in guessed.stderr


LAYOUTS = sorted(
    folder
    for folder in (Path(__file__).parents[1] / "examples" / "schedules").iterdir()
    if "header:" not in (folder / "clinic.yaml").read_text(encoding="utf-8")  # whose file names no columns
)


@pytest.mark.parametrize("folder", LAYOUTS, ids=lambda path: path.name)
def test_a_mapping_is_proposed_for_each_layout_and_can_be_used(folder: Path) -> None:
    (path,) = folder.glob("export.*")
    guessed = guess_mapping(path)
    assert problems_in(guessed.text) == []
    assert guessed.fault == ""
    assert guessed.visits
    told = guessed.text.casefold()
    assert [name for name in ("quillfeather", "thistle", "umbersley", "77123", "1984") if name in told] == []


def test_programs_read_exports_as_the_clinic_states(clinic: Path, export: Path) -> None:
    workspace = consentkit.open_workspace(clinic)
    ready, incomplete = workspace.visits(export)
    assert ready.visit
    assert [need.field for need in incomplete.needs] == ["record_number", "procedures"]
    assert [entry.visit is not None for entry in workspace.visits(export, format_name="one")] == [True, False]
    with pytest.raises(WrongUse, match="has no format `two`"):
        list(workspace.visits(export, format_name="two"))


def test_a_mapping_voids_no_approval(call: Any, tmp_path: Path) -> None:
    plain = make_clinic(tmp_path / "plain")
    mapped = make_clinic(tmp_path / "mapped", "name: Alder Clinic\nmapping: {dates: MM/DD/YYYY}\n")
    target = tmp_path / "a.pdf"
    made = [call("render", CODE, "--clinic", folder, "-o", target, "--json") for folder in (plain, mapped)]
    one, other = (json.loads(outcome.stdout)["documents"][0]["content_hash"] for outcome in made)
    assert one == other
