"""A visit that needs no papers, since everything is on file, is a result and no failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import consentkit
from consentkit.errors import EverythingOnFile
from kit.packets import visit_data, write_schedule
from kit.running import Outcome
from kit.small import CODE, make_clinic

Call = Callable[..., Outcome]
ON_FILE = {"on_file": CODE}


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return make_clinic(tmp_path / "clinic")


def test_a_day_with_such_a_visit_has_no_failure(call: Call, clinic: Path, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {}, ON_FILE)
    done = call("packet", day, "--clinic", clinic, "--allow-drafts", "-o", f"{tmp_path}/out/", "--json")
    assert done.code == 0
    result = json.loads(done.stdout)
    assert [packet["visit"] for packet in result["packets"]] == ["V-1"]
    assert result["refused"] == []
    (nothing,) = result["nothing_to_print"]
    assert nothing == {"row": 3, "visit": "V-2", "on_file": [CODE], "removed": None, "left": None}
    assert f"{day}:3: visit V-2: nothing to print: everything is on file ({CODE})" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["2026-11-23-V-1.pdf"]


@pytest.mark.parametrize("target", [("-o", "one.pdf"), ("--combined", "all.pdf")])
def test_where_no_visit_needs_papers_there_is_no_file(
    call: Call, clinic: Path, tmp_path: Path, target: tuple[str, str]
) -> None:
    day = write_schedule(tmp_path / "day.csv", ON_FILE)
    done = call("packet", day, "--clinic", clinic, target[0], tmp_path / target[1])
    assert (done.code, done.stdout) == (0, b"")
    assert "nothing to print" in done.stderr
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_packet_that_was_made_for_it_before_is_removed(call: Call, clinic: Path, tmp_path: Path) -> None:
    arguments = ("--clinic", clinic, "--allow-drafts", "-o", f"{tmp_path}/out/", "--json")
    call("packet", write_schedule(tmp_path / "day.csv", {}), *arguments)
    (file,) = (tmp_path / "out").iterdir()
    done = call("packet", write_schedule(tmp_path / "day.csv", ON_FILE), *arguments)
    assert json.loads(done.stdout)["nothing_to_print"][0]["removed"] == str(file)
    assert not file.exists()


def test_papers_that_it_requests_itself_are_still_refused(call: Call, clinic: Path, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", ON_FILE | {"documents": "form"})
    done = call("packet", day, "--clinic", clinic, "--allow-drafts", "-o", f"{tmp_path}/out/", "--json")
    assert done.code == 7
    (problem,) = json.loads(done.stdout)["refused"][0]["problems"]
    assert "add `information` to `documents`" in problem


def test_what_no_procedure_has_as_its_code_is_warned_of_and_not_quoted(
    call: Call, clinic: Path, tmp_path: Path
) -> None:
    day = write_schedule(tmp_path / "day.csv", {"on_file": f"MR-20417 {CODE}"}, {"on_file": CODE})
    done = call("packet", day, "--clinic", clinic, "-o", f"{tmp_path}/out/", "--json")
    (warning,) = [line for line in done.stderr.splitlines() if "no procedure has as its code" in line]
    assert warning.startswith(f"{day}:2: warning: visit V-1: `on_file` contains entry 1 of 2")
    assert "20417" not in done.stderr + done.stdout.decode()


def test_a_program_gets_a_result_of_a_day_and_an_exception_of_one_visit(clinic: Path) -> None:
    workspace = consentkit.open_workspace(clinic, cache=False)
    returning = visit_data(on_file=[CODE])
    (nothing,) = workspace.packets([returning])
    assert isinstance(nothing, consentkit.NothingToPrint)
    assert nothing.codes == (CODE,)
    with pytest.raises(EverythingOnFile, match=CODE):
        workspace.packet(returning)
