"""`consentkit check` as somebody who writes procedure files meets it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from running import Outcome, run_consentkit
from small import make_clinic, write_procedure

Call = Callable[..., Outcome]


def test_the_shipped_library_has_no_mistakes(tmp_path: Path) -> None:
    done = run_consentkit("check", folder=tmp_path)
    assert (done.code, done.stdout) == (0, b"")
    assert done.stderr == "38 files, no problems, 36 notices (--notices shows them)\n"


def test_shipped_codes_can_be_checked_by_name(call: Call) -> None:
    done = call("check", "90837", "90853")
    assert (done.code, done.stdout) == (0, b"")
    assert done.stderr == "2 files, no problems, 2 notices (--notices shows them)\n"


def test_every_mistake_of_every_file_of_a_folder_is_a_line_on_stdout(tmp_path: Path) -> None:
    folder = tmp_path / "procedures"
    write_procedure(folder)
    write_procedure(folder, code="BAD-1", title="", setting="")
    write_procedure(folder, code="BAD-2", colour="red")
    (folder / "BAD-3.yaml").write_text("code: BAD-3\ncode: BAD-3\ntitle: [\n", encoding="utf-8")
    (folder / "notes.txt").write_text("not a procedure", encoding="utf-8")
    done = run_consentkit("check", "procedures/", folder=tmp_path)
    assert done.code == 3
    files = [line.split(":")[0] for line in done.lines if not line.endswith("]")]  # those of content name their rule
    assert set(files) == {f"procedures/BAD-{number}.yaml" for number in (1, 2, 3)}
    assert files.count("procedures/BAD-1.yaml") == 2
    assert files == sorted(files)
    assert done.stderr.startswith("4 files, ")
    assert "problems" in done.stderr


def test_every_mistake_names_line_and_column_and_field(tmp_path: Path, call: Call) -> None:
    source = write_procedure(tmp_path, title="")
    (line,) = call("check", source.name).lines
    number = next(index for index, text in enumerate(source.read_text().splitlines(), 1) if '"title"' in text)
    assert line.startswith(f"SMALL-1.yaml:{number}:12: title: is empty")


def test_files_that_cannot_be_read_do_not_hide_the_mistakes_of_the_others(tmp_path: Path, call: Call) -> None:
    bad = write_procedure(tmp_path, code="BAD", title="")
    done = call("check", "missing.yaml", "90873", bad, "./also-missing.yaml")
    assert done.code in (4, 5)
    assert [": title: is empty" in line for line in done.lines] == [True]
    for name in ("missing.yaml", "90873", "also-missing.yaml"):
        assert name in done.stderr


def test_json_is_one_document_with_every_mistake_as_data(tmp_path: Path) -> None:
    good, bad = write_procedure(tmp_path), write_procedure(tmp_path, code="BAD", purpse="x")
    done = run_consentkit("check", good.name, bad.name, "--json", folder=tmp_path)
    assert done.code == 3
    told = json.loads(done.stdout)
    assert told["files"] == ["SMALL-1.yaml", "BAD.yaml"]
    (problem,) = [entry for entry in told["problems"] if entry["rule"] == "form"]
    assert problem == {
        "file": "BAD.yaml",
        "line": problem["line"],
        "column": 3,
        "field": "purpse",
        "severity": "error",
        "rule": "form",
        "message": "is not a key that is known here; did you mean `purpose`?",
        "remedy": "",
    }
    assert problem["line"] > 10


def test_json_of_a_clean_run_is_one_document_too(call: Call) -> None:
    told = json.loads(call("check", "90837", "--json").stdout)
    assert told["problems"] == []
    assert [Path(name).name for name in told["files"]] == ["90837.yaml"]


def test_quiet_leaves_the_mistakes_and_drops_the_count(tmp_path: Path, call: Call) -> None:
    done = call("check", "-q", write_procedure(tmp_path, title=""))
    assert (done.code, len(done.lines), done.stderr) == (3, 1, "")


def test_the_clinics_own_files_are_checked_with_the_shipped_ones(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", code="90837", title="")
    done = call("check", "--clinic", clinic)
    assert done.code == 3
    assert done.stderr.startswith("39 files, ")
    of_form = [line for line in done.lines if not line.endswith("]")]
    assert [line.split(":")[0] for line in of_form] == [str(clinic / "procedures/90837.yaml")]
    of_content = {line.split(":")[0] for line in done.lines if line.endswith("]")}
    assert str(clinic / "procedures/SMALL-1.yaml") in of_content


def test_a_folder_without_procedure_files_is_told_instead_of_passed(tmp_path: Path, call: Call) -> None:
    (tmp_path / "empty").mkdir()
    done = call("check", "empty")
    assert done.code == 5
    assert "empty: holds no .yaml file" in done.stderr


def test_nothing_in_a_hostile_file_can_steer_the_terminal(tmp_path: Path, call: Call) -> None:
    hostile = tmp_path / "BAD.yaml"
    hostile.write_text('code: BAD\n"\\e]0;owned\\a\\u202e": x\n"k\x1b[2Jx": y\n', encoding="utf-8")
    done = call("check", hostile.name)
    assert done.code == 3
    told = done.stdout.decode() + done.stderr
    assert not [char for char in told if char != "\n" and (char < " " or char in "\x7f\u202e")]


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/stdin", "pipe.yaml", "folder.yaml"])
def test_what_is_no_file_is_refused_at_once_instead_of_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    done = run_consentkit("check", name, folder=tmp_path)
    assert done.code in (3, 5)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "reason", "code"),
    [
        ("missing.yaml", "missing.yaml: can't be read: no such file or directory", 5),
        ("*.yaml", "*.yaml: can't be read: no such file or directory", 5),
        ("missing/", "missing: can't be read: no such file or directory", 5),
        ("", "an empty name stands for no file", 5),
        (".", ".: holds no .yaml file", 5),
        ("NONE-1", "no procedure has the code", 4),
    ],
)
def test_nothing_good_is_said_of_what_was_not_checked(name: str, reason: str, code: int, call: Call) -> None:
    done = call("check", name)
    assert (done.code, done.stdout) == (code, b"")
    assert reason in done.stderr
    assert "no problems" not in done.stderr
    beside = call("check", "90837", name, "--json")
    assert beside.code == code
    assert [Path(file).name for file in json.loads(beside.stdout)["files"]] == ["90837.yaml"]
    assert beside.stderr.splitlines()[-1].endswith("1 name could not be checked; see above")
