"""`consentkit check` as somebody who writes procedure files meets it."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.reading import files, yaml_file
from kit.running import SAMPLE_CLINIC, Outcome, as_mere_owner, run_consentkit
from kit.small import make_clinic, write_procedure, write_translation

Call = Callable[..., Outcome]


def test_the_shipped_library_has_no_mistakes(tmp_path: Path) -> None:
    done = run_consentkit("check", folder=tmp_path)
    assert (done.code, done.stdout) == (0, b"")
    assert done.stderr == "77 files, no problems, 74 notices (--notices shows them)\n"


def test_shipped_codes_can_be_checked_by_name(call: Call) -> None:
    done = call("check", "90837", "90853")
    assert (done.code, done.stdout) == (0, b"")
    assert done.stderr == "2 files, no problems, 2 notices (--notices shows them)\n"


def test_every_mistake_of_every_file_of_a_folder_is_a_line_on_stdout(tmp_path: Path, call: Call) -> None:
    folder = tmp_path / "procedures"
    write_procedure(folder)
    write_procedure(folder, code="BAD-1", title="", setting="")
    write_procedure(folder, code="BAD-2", colour="red")
    (folder / "BAD-3.yaml").write_text("code: BAD-3\ncode: BAD-3\ntitle: [\n", encoding="utf-8")
    (folder / "notes.txt").write_text("not a procedure", encoding="utf-8")
    done = call("check", "procedures/")
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


def test_the_particulars_of_another_folder_are_judged_by_what_they_say_themselves(tmp_path: Path, call: Call) -> None:
    make_clinic(tmp_path / "good", "name: Elm Street\nphone: 217-555-0142\n")
    make_clinic(tmp_path / "bad", "acent: red\n")
    assert call("check", "good/clinic.yaml").code == 0
    assert call("check", "good/clinic.yaml").lines == []
    for clinic in ((), ("--clinic", "good")):
        done = call("check", *clinic, "bad/clinic.yaml")
        assert (done.code, done.lines[0].split(": ")[:2]) == (3, ["bad/clinic.yaml:1:1", "acent"])


def test_files_that_cannot_be_read_do_not_hide_the_mistakes_of_the_others(tmp_path: Path, call: Call) -> None:
    bad = write_procedure(tmp_path, code="BAD", title="")
    done = call("check", "missing.yaml", "90873", bad, "./also-missing.yaml")
    assert done.code in (4, 5)
    assert [": title: is empty" in line for line in done.lines] == [True]
    for name in ("missing.yaml", "90873", "also-missing.yaml"):
        assert name in done.stderr


def test_json_is_one_document_with_every_mistake_as_data(tmp_path: Path, call: Call) -> None:
    good, bad = write_procedure(tmp_path), write_procedure(tmp_path, code="BAD", purpse="x")
    done = call("check", good.name, bad.name, "--json")
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
        "message": "is not a known key here; did you mean `purpose`?",
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
    assert done.stderr.startswith("78 files, ")
    of_form = [line for line in done.lines if not line.endswith("]")]
    assert [line.split(":")[0] for line in of_form] == [str(clinic / "procedures/90837.yaml")]
    of_content = {line.split(":")[0] for line in done.lines if line.endswith("]")}
    assert str(clinic / "procedures/SMALL-1.yaml") in of_content


def test_a_folder_without_procedure_files_is_told_instead_of_passed(tmp_path: Path, call: Call) -> None:
    (tmp_path / "empty").mkdir()
    done = call("check", "empty")
    assert done.code == 5
    assert "empty: contains no .yaml file" in done.stderr


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
        ("", "an empty name is not a file", 5),
        (".", ".: contains no .yaml file", 5),
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


# --- files that say how the others are checked ---

WITHOUT_SETTINGS = "checks: can't be read, so the standard rules were used"
SWITCHED_OFF = "checks: { rules: { review-interval: off } }\n"
FAULTY_PARTICULARS = {
    "unknown key": ("acent: red\n" + SWITCHED_OFF, "clinic.yaml:1:1: acent: ", False),
    "colour": ("accent: red\n" + SWITCHED_OFF, "clinic.yaml:1:9: accent: ", False),
    "logo": ("logo: none.png\n" + SWITCHED_OFF, "clinic.yaml:1:7: logo: ", False),
    "no settings": ("accent: red\n", "clinic.yaml:1:9: accent: ", False),
    "faulty settings": (SWITCHED_OFF.replace("review-", "reveiw-"), "clinic.yaml:1:", True),
    "misspelt settings": ("c" + SWITCHED_OFF, "clinic.yaml:1:1: cchecks: ", True),
    "settings twice": (SWITCHED_OFF * 2, "clinic.yaml:2:1: checks: ", True),
    "no YAML": (SWITCHED_OFF + "name: [\n", "clinic.yaml:", True),
    "list": ("- name: x\n", "clinic.yaml:1:1: ", True),
    "empty": ("", "clinic.yaml:", True),
    "not UTF-8": ("name: \udcff\n", "clinic.yaml:", True),
}


def write_faulty(folder: Path, particulars: str) -> Path:
    clinic = make_clinic(folder, particulars="")
    (clinic / "clinic.yaml").write_bytes(particulars.encode(errors="surrogateescape"))
    return clinic


@pytest.mark.parametrize("case", FAULTY_PARTICULARS)
def test_faulty_particulars_keep_no_file_from_being_checked(case: str, tmp_path: Path, call: Call) -> None:
    particulars, expected, is_without_settings = FAULTY_PARTICULARS[case]
    clinic = write_faulty(tmp_path / "clinic", particulars)
    bad = write_procedure(clinic / "procedures", title="")
    done = call("check", bad, "--clinic", clinic)
    assert done.code == 3
    assert f"{clinic}/{expected}" in done.stdout.decode()
    assert [": title: is empty" in line for line in done.lines if line.startswith(str(bad))] == [True]
    assert (WITHOUT_SETTINGS in done.stdout.decode()) is is_without_settings
    assert done.stderr.startswith("2 files, ")


def test_settings_hold_whatever_else_is_wrong_with_the_particulars(tmp_path: Path, call: Call) -> None:
    for settings, is_told in ((SWITCHED_OFF, False), ("", True)):
        clinic = write_faulty(tmp_path / "clinic", "accent: red\n" + settings)
        done = call("check", "SMALL-1", "--clinic", clinic)
        assert done.lines[0].startswith(f"{clinic}/clinic.yaml:1:9: accent: ")
        assert ("[review-interval]" in done.stdout.decode()) is is_told


def test_faulty_particulars_that_are_named_are_reported_once(tmp_path: Path, call: Call) -> None:
    clinic = write_faulty(tmp_path / "clinic", "accent: red\n")
    for name in ("clinic/clinic.yaml", clinic / "clinic.yaml"):
        done = call("check", name, "--clinic", clinic, "--json")
        assert [problem["field"] for problem in json.loads(done.stdout)["problems"]] == ["accent"]


@pytest.mark.usefixtures("few_texts")
def test_faulty_particulars_keep_no_file_of_the_library_from_being_checked(tmp_path: Path, call: Call) -> None:
    clinic = write_faulty(tmp_path / "clinic", "accent: red\n")
    write_procedure(clinic / "procedures", title="")
    (clinic / "services.yaml").mkdir()
    done = call("check", "--clinic", clinic)
    assert done.code == 3
    for expected in ("clinic.yaml:1:9: accent: ", "procedures/SMALL-1.yaml:3:12: title: is empty", "services.yaml: is"):
        assert f"{clinic}/{expected}" in done.stdout.decode()


def test_particulars_that_cannot_be_read_keep_no_file_from_being_checked(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", title="")
    (clinic / "clinic.yaml").chmod(0)
    tmp_path.chmod(0o755)
    with as_mere_owner():
        done = call("check", "clinic/procedures/SMALL-1.yaml", "--clinic", "clinic")
    assert done.code == 5
    assert "Error: clinic/clinic.yaml: can't be read: permission denied" in done.stderr
    assert done.lines[0].startswith("clinic/procedures/SMALL-1.yaml:3:12: title: is empty")


@pytest.mark.usefixtures("few_texts")
@pytest.mark.parametrize("name", ["clauses.en.yaml", "templates/languages/en.yaml"])
def test_a_faulty_language_pack_keeps_no_procedure_from_being_checked(name: str, tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    bad = write_procedure(clinic / "procedures", title="", clauses=["nowhere"])
    (clinic / name).parent.mkdir(parents=True, exist_ok=True)
    (clinic / name).write_text("drop: none\n", encoding="utf-8")
    for names in ((bad,), ()):
        done = call("check", *names, "--clinic", clinic)
        told = done.stdout.decode()
        assert done.code == 3
        assert len(done.lines) == len(set(done.lines))
        assert f"{clinic / name}:1:" in told
        assert "the names under `clauses` of procedures were not checked" in told
        assert [": title: is empty" in line for line in done.lines if line.startswith(str(bad))] == [True]


def test_nothing_but_the_check_goes_on_with_faulty_particulars(tmp_path: Path, call: Call) -> None:
    clinic = write_faulty(tmp_path / "clinic", "accent: red\n")
    for arguments in (("render", "SMALL-1"), ("list",), ("check", "--grades")):
        done = call(*arguments, "--clinic", clinic)
        assert (done.code, done.stdout) == (3, b"")
        assert done.stderr.startswith(f"{clinic}/clinic.yaml:1:9: accent: ")


# --- each file once ---


@pytest.mark.usefixtures("few_texts")
def test_a_check_opens_and_parses_each_file_once(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    for number in range(70):  # more than a run keeps in memory where it need not
        write_procedure(clinic / "procedures", code=f"MANY-{number}", clauses=["house_rules"])
    clause = {"heading": "Rules", "text": ["Please do not smoke – anywhere."], "source": "Policy of 2026"}
    for language in ("en", "es"):
        clauses = json.dumps({"clauses": {"house_rules": clause}}, ensure_ascii=False)
        (clinic / f"clauses.{language}.yaml").write_text(clauses)
    (clinic / "services.yaml").write_text("services: [SMALL-1]\n")
    write_approvals(clinic, by=["René Ray"])
    opened: Counter[str] = Counter()
    parsed: Counter[str] = Counter()
    open_regular, parse = files.open_regular, yaml_file.parse
    monkeypatch.setattr(files, "open_regular", lambda path: opened.update([str(path)]) or open_regular(path))
    monkeypatch.setattr(
        yaml_file, "parse", lambda text, name, **options: parsed.update([name]) or parse(text, name, **options)
    )
    done = call("check", "--clinic", clinic, "--format", "json")
    assert not [problem for problem in json.loads(done.stdout)["problems"] if "clauses" in problem["field"]]
    texts = {path: times for path, times in opened.items() if path.endswith(".yaml")}
    assert texts.keys() >= set(json.loads(done.stdout)["files"])
    assert {path: times for path, times in texts.items() if times > 1} == {}
    assert {name: times for name, times in parsed.items() if times > 1} == {}


def write_approvals(clinic: Path, by: list[str]) -> None:
    """Write a record of approvals, one by each of these people."""
    common = {"code": "SMALL-1", "language": "en", "variant": "consent", "content": 64 * "0", "on": "2026-01-15"}
    entries = [{**common, "edition": number, "by": name} for number, name in enumerate(by, 1)]
    (clinic / "approvals.yaml").write_text(json.dumps({"approvals": entries}, ensure_ascii=False), encoding="utf-8")


@pytest.mark.usefixtures("few_texts")
def test_a_long_record_of_approvals_is_checked_to_its_end(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_approvals(clinic, by=[*["Ann Ray"] * 400, "Ann \U00013080 Ray"])
    done = call("check", "--clinic", clinic)
    assert [line.split(": ")[1] for line in done.lines if "approvals.yaml" in line] == ["approvals[401].by"]


@pytest.mark.usefixtures("few_texts")
def test_a_long_service_list_is_checked_as_a_batch_reads_it(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    codes = [f"MANY-{number}" for number in range(6_000)]
    (clinic / "services.yaml").write_text(json.dumps({"services": ["SMALL-1", *codes]}), encoding="utf-8")
    done = call("check", "--clinic", clinic, "--format", "json")
    told = json.loads(done.stdout)
    (problem, *_) = [problem for problem in told["problems"] if problem["file"].endswith("services.yaml")]
    assert problem["rule"] == "service-unknown"


@pytest.mark.parametrize("name", ["SMALL-1.ES.yaml", "SMALL-1.spanish.yaml", "small.es.yaml", "SMALL-1_es.yaml"])
def test_a_translation_under_a_wrong_name_is_told_the_right_one(name: str, tmp_path: Path, call: Call) -> None:
    write_translation(tmp_path, "es").rename(tmp_path / name)
    done = call("check", tmp_path / name)
    assert (done.code, len(done.lines)) == (3, 1)
    assert "does not match the file's name; name it `SMALL-1.es.yaml`" in done.lines[0]


def test_a_kept_document_takes_one_reading_of_the_particulars(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = make_clinic(tmp_path / "clinic", "name: A Clinic\nlogo: logo.png\n")
    shutil.copy(SAMPLE_CLINIC / "logo.png", clinic)
    render = ("render", "SMALL-1", "--clinic", clinic, "--cache", tmp_path / "cache", "-o", tmp_path / "out.pdf")
    opened: Counter[Path] = Counter()
    open_regular = files.open_regular
    monkeypatch.setattr(files, "open_regular", lambda path: opened.update([Path(path)]) or open_regular(path))
    assert call(*render).code == 0
    read = [opened[clinic / name] for name in ("clinic.yaml", "procedures/SMALL-1.yaml")]
    assert read == [2, 2]  # once more to see that nobody has edited it
    opened.clear()
    assert call(*render).code == 0
    assert {name: times for name, times in opened.items() if times > 1} == {}


@pytest.mark.usefixtures("few_texts")
@pytest.mark.parametrize("name", ["clauses.en.yaml", "templates/languages/en.yaml"])
def test_a_language_pack_that_cannot_be_opened_keeps_no_procedure_from_being_checked(
    name: str, tmp_path: Path, call: Call
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    bad = [f"clinic/procedures/{code}.yaml" for code in ("SMALL-1", "SMALL-2")]
    for path in bad:
        write_procedure(clinic / "procedures", code=Path(path).stem, title="")
    (clinic / name).parent.mkdir(parents=True, exist_ok=True)
    (clinic / name).write_text("drop: [none]\n", encoding="utf-8")
    (clinic / name).chmod(0)
    tmp_path.chmod(0o755)
    for names in (bad, ()):
        with as_mere_owner():
            done = call("check", *names, "--clinic", "clinic")
        assert done.code == 5
        assert done.stderr.count(f"Error: clinic/{name}: can't be read: permission denied") == 1
        warnings = [line for line in done.lines if "the names under `clauses` of procedures were not checked" in line]
        assert [line.partition(": ")[0] for line in warnings] == [f"clinic/{name}"]
        empty = [line.partition(":")[0] for line in done.lines if ": title: is empty" in line]
        assert empty == bad


FAULTY_RECORDS: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "a folder": (Path.mkdir, 3, "approvals.yaml: is not a regular file"),
    "not UTF-8": (lambda path: path.write_bytes(b"approvals: [\xff]\n"), 3, "approvals.yaml:1:13: "),
    "no YAML": (lambda path: path.write_text("approvals: [é\n", encoding="utf-8"), 3, "approvals.yaml:"),
    "another form": (lambda path: path.write_text("approvals: é\n", encoding="utf-8"), 3, "approvals.yaml:1:"),
    "closed": (lambda path: (path.touch(), path.chmod(0)), 5, "approvals.yaml: can't be read: permission denied"),
}
"""What may be wrong with a record of approvals: how it comes about, the exit code, and what is said."""


@pytest.mark.usefixtures("few_texts")
@pytest.mark.parametrize("case", FAULTY_RECORDS)
def test_a_faulty_record_of_approvals_keeps_no_file_from_being_checked(case: str, tmp_path: Path, call: Call) -> None:
    spoil, code, expected = FAULTY_RECORDS[case]
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", title="")
    spoil(clinic / "approvals.yaml")
    tmp_path.chmod(0o755)
    with as_mere_owner():
        done = call("check", "--clinic", "clinic")
    told = [*done.lines, *done.stderr.splitlines()]
    assert done.code == code
    assert len([line for line in told if "approvals.yaml" in line]) == 1
    assert [line for line in told if f"clinic/{expected}" in line]
    assert [line for line in done.lines if "SMALL-1.yaml:3:12: title: is empty" in line]
