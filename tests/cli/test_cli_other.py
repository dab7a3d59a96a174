"""The other commands, the help, and the completion."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from consentkit import __version__
from consentkit.cli.commands import consentkit as commands
from consentkit.model.schema import MODELS, REPORTS, schema_text
from consentkit.reading import yaml_file
from kit.running import SAMPLE_CLINIC, Outcome, command, environment, run_consentkit
from kit.small import make_clinic, write_procedure

Call = Callable[..., Outcome]

HEAVY = ("weasyprint", "pydyf", "pydantic", "yaml", "jinja2", "pypdf", "PIL", "fontTools")

# --- list ---


CODES, PAPERS = 18, 19
"""How many procedures and papers are shipped."""


def test_list_has_a_line_for_each_shipped_code_and_then_for_each_paper(tmp_path: Path) -> None:
    done = run_consentkit("list", folder=tmp_path)
    assert (done.code, done.stderr) == (0, f"{CODES} procedures, {PAPERS} papers\n")
    names = [line.split()[0] for line in done.lines]
    codes, papers = names[:CODES], names[CODES:]
    assert (codes, papers) == (sorted(codes), sorted(papers))
    assert len(papers) == PAPERS
    assert re.fullmatch(r"telehealth +paper to sign  Care by video or telephone", done.lines[-1])
    assert re.fullmatch(r"90837  60 min  primary  Long talk therapy, about an hour", done.lines[codes.index("90837")])
    assert re.fullmatch(r"90806 .* retired  \S.*", done.lines[codes.index("90806")])
    assert max(map(len, done.lines)) <= 120


def test_list_as_json_tells_what_a_program_wants_to_know(call: Call) -> None:
    procedures = {entry["code"]: entry for entry in json.loads(call("list", "--json").stdout)["procedures"]}
    assert len(procedures) == 18
    assert procedures["90806"]["role"] == "retired"
    assert procedures["90806"]["replaced_by"]
    assert procedures["90837"]["minutes"]["usual"] == 60
    assert procedures["90837"]["next_review"] > procedures["90837"]["issued"]


def test_list_shows_the_clinics_own_procedures_among_the_shipped_ones(tmp_path: Path, call: Call) -> None:
    done = call("list", "--clinic", make_clinic(tmp_path / "clinic"))
    assert done.stderr == f"{CODES + 1} procedures, {PAPERS} papers\n"
    assert done.lines[CODES].split()[0] == "SMALL-1"


def test_a_broken_file_does_not_hide_the_others_from_the_list(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", code="BAD", title="")
    done = call("list", "--clinic", clinic)
    assert (done.code, len(done.lines)) == (3, CODES + 1 + PAPERS)
    assert "title: is empty" in done.stderr
    assert f"{CODES + 1} procedures, {PAPERS} papers, 1 broken file" in done.stderr


def test_quiet_leaves_the_list_itself(call: Call) -> None:
    done = call("list", "-q")
    assert (done.code, len(done.lines), done.stderr) == (0, CODES + PAPERS, "")


def test_titles_come_through_where_the_machine_claims_to_know_only_ascii(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", title="Größe – é")
    ascii_only = environment(PYTHONIOENCODING="ascii")
    done = run_consentkit("list", "--clinic", clinic, folder=tmp_path, env=ascii_only)
    assert done.code == 0
    assert done.lines[CODES].endswith("Größe – é")


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of all files that are parsed from now on."""
    names: list[str] = []
    parse = yaml_file.parse

    def noting(text: str, name: str, **options: Any) -> yaml_file.YamlFile:
        names.append(Path(name).name)
        return parse(text, name, **options)

    monkeypatch.setattr(yaml_file, "parse", noting)
    return names


def test_a_list_parses_each_procedure_once_and_then_only_what_has_changed(
    tmp_path: Path, call: Call, parsed: list[str]
) -> None:
    clinic, cache = make_clinic(tmp_path / "clinic"), tmp_path / "cache"
    codes = [f"MANY-{number}" for number in range(100)]
    for code in codes:
        write_procedure(clinic / "procedures", code=code)
    first = call("list", "--clinic", clinic, "--cache", cache)
    assert {name: parsed.count(f"{name}.yaml") for name in codes} == dict.fromkeys(codes, 1)
    parsed.clear()
    assert call("list", "--clinic", clinic, "--cache", cache) == first
    assert [name for name in parsed if name != "clinic.yaml"] == []
    write_procedure(clinic / "procedures", code="MANY-7", title="Edited")
    edited = call("list", "--clinic", clinic, "--cache", cache)
    assert [line.split()[-1] for line in edited.lines if line.startswith("MANY-7 ")] == ["Edited"]
    assert "MANY-7.yaml" in parsed
    assert len(parsed) < 50  # its group, and no other


def test_a_kept_translation_is_found_without_listing_the_library(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = ("render", "90837", "--lang", "es", "-q", "-o", tmp_path / "out.pdf")
    assert call(*render).code == 0
    listed, listing = [], os.listdir
    monkeypatch.setattr(os, "listdir", lambda *path: listed.append(Path(*path).name) or listing(*path))
    assert call(*render).code == 0
    assert "procedures" not in listed


def test_a_broken_file_is_told_each_time_with_its_own_path(tmp_path: Path, call: Call) -> None:
    clinic, cache = make_clinic(tmp_path / "clinic"), tmp_path / "cache"
    write_procedure(clinic / "procedures", code="BAD", title="")
    first, second = (call("list", "--clinic", clinic, "--cache", cache) for _ in range(2))
    assert first == second
    clinic.rename(tmp_path / "moved")
    moved = call("list", "--clinic", tmp_path / "moved", "--cache", cache)
    assert moved.stderr == first.stderr.replace(str(clinic), str(tmp_path / "moved"))


# --- new ---


def test_new_writes_a_file_to_fill_in_with_the_schema_beside_it(tmp_path: Path) -> None:
    done = run_consentkit("new", "90899", folder=tmp_path)
    assert (done.code, done.lines) == (0, ["90899.yaml", "procedure.schema.json"])
    assert "consentkit check" in done.stderr
    text = (tmp_path / "90899.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=procedure.schema.json\n")
    assert 'code: "90899"' in text
    assert (tmp_path / "procedure.schema.json").read_text(encoding="utf-8") == schema_text("procedure")


def test_a_new_file_that_nobody_has_filled_in_does_not_pass_and_makes_no_document(call: Call, tmp_path: Path) -> None:
    call("new", "90899")
    assert call("check", "90899.yaml").code == 3
    assert call("render", "90899.yaml").code == 3
    assert not (tmp_path / "90899.pdf").exists()


def test_new_from_a_code_starts_with_its_text(call: Call, tmp_path: Path) -> None:
    assert call("new", "90899", "--from", "90837").code == 0
    assert call("check", "90899.yaml").lines == []
    text = (tmp_path / "90899.yaml").read_text(encoding="utf-8")
    assert "Long talk therapy, about an hour" in text
    assert "schema=procedure.schema.json" in text.splitlines()[0]


def test_new_goes_into_the_clinics_folder_of_procedures(call: Call, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    assert call("new", "90899", "--clinic", clinic).lines[0] == str(clinic / "procedures/90899.yaml")


def test_new_touches_no_file_that_is_there(call: Call, tmp_path: Path) -> None:
    (tmp_path / "90899.yaml").write_text("weeks of work")
    done = call("new", "90899")
    assert (done.code, done.stdout) == (5, b"")
    assert "already exists" in done.stderr
    assert (tmp_path / "90899.yaml").read_text() == "weeks of work"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["90899.yaml"]


@pytest.mark.parametrize("code", ["../x", "a b", "low_er", "Lower", "", "A" * 17, "Ａ"])
def test_new_refuses_what_is_not_a_code(code: str, call: Call, tmp_path: Path) -> None:
    done = call("new", code)
    assert (done.code, done.stdout) == (2, b"")
    assert "is not a code" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_new_from_an_unknown_code_writes_nothing(call: Call, tmp_path: Path) -> None:
    assert call("new", "90899", "--from", "90873").code == 4
    assert list(tmp_path.iterdir()) == []


# --- schema ---


@pytest.mark.parametrize("kind", ["procedure", "language", "clinic"])
def test_schema_prints_a_valid_json_schema(kind: str, call: Call) -> None:
    done = call("schema", kind)
    assert (done.code, done.stderr) == (0, "")
    jsonschema.Draft202012Validator.check_schema(json.loads(done.stdout))


def test_schema_is_that_of_procedures_unless_another_is_asked_for(call: Call) -> None:
    assert call("schema").stdout == call("schema", "procedure").stdout
    assert call("schema", "clinics").code == 2


# --- doctor ---


def test_doctor_finds_everything_and_makes_a_document(tmp_path: Path, call: Call) -> None:
    done = call("doctor", "--clinic", SAMPLE_CLINIC)
    assert done.code == 0, done.stdout.decode() + done.stderr
    subjects = [line.split(":")[0] for line in done.lines]
    assert all(subject.startswith("ok  ") for subject in subjects)
    assert {"ok   consentkit", "ok   library", "ok   page engine", "ok   fonts", "ok   a document"} <= set(subjects)
    assert list(tmp_path.iterdir()) == []


def test_doctor_says_what_is_bad_and_quiet_leaves_only_that(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", code="BAD", title="")
    done = call("doctor", "-q", "--clinic", clinic)
    assert done.code == 6
    (line,) = done.lines
    assert line.startswith("BAD  library: ")
    assert "title: is empty" in line


def test_doctor_as_json_is_one_document(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic", templates={"consent.html": "{{ missing }}"})
    done = call("doctor", "--json", "--clinic", clinic)
    assert done.code == 6
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert findings["library"]["good"]
    assert not findings["a document"]["good"]
    assert "missing" in findings["a document"]["message"]


# --- help ---


OF_GROUPS = [
    f"{name} {inner}"
    for name, group in commands.commands.items()
    if isinstance(group, click.Group)
    for inner in group.commands
]


@pytest.mark.parametrize("name", ["", *commands.commands, *OF_GROUPS])
def test_help_explains_each_command_within_the_columns_of_a_terminal_and_100_at_most(
    name: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns, most in {"200": 100, "80": 80}.items():
        monkeypatch.setenv("COLUMNS", columns)
        done = call(*name.split(), "--help")
        assert (done.code, done.stderr) == (0, "")
        assert done.lines[0].startswith("Usage: consentkit")
        assert len(done.lines) >= 6
        assert [line for line in done.lines if len(line) > most] == []


def test_the_help_of_schema_names_every_kind(call: Call) -> None:
    words = re.findall(r"[a-z-]+", call("schema", "--help").stdout.decode())
    assert {*MODELS, *REPORTS} <= set(words)


def test_help_names_every_command_with_what_it_does(call: Call) -> None:
    text = call("-h").stdout.decode()
    for name in commands.commands:
        assert re.search(rf"^  {name} +[A-Z].*\.$", text, re.MULTILINE), name


def test_consentkit_alone_shows_the_help_and_is_wrong_use(call: Call) -> None:
    done = call()
    assert done.code == 2
    assert "Commands:" in done.stderr + done.stdout.decode()


def test_version_is_told(call: Call) -> None:
    assert __version__ in call("--version").stdout.decode()


def test_help_loads_neither_the_engine_nor_the_model(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "consentkit", "--help"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "click" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize("arguments", [["list"], ["check", "90837"], ["schema"]])
def test_commands_that_make_no_document_do_not_load_the_engine(arguments: list[str], tmp_path: Path) -> None:
    script = (
        f"import sys, consentkit.cli as c; c.run({arguments!r}); print('weasyprint' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "False"


# --- completion ---


def completions(words: str, folder: Path) -> list[str]:
    """What bash would be offered after these words."""
    env = environment(_CONSENTKIT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1))
    done = subprocess.run(command(), cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return [line.split(",", 1)[1] for line in done.stdout.splitlines() if line.startswith("plain,")]


def test_the_shell_completes_commands_codes_and_options(tmp_path: Path) -> None:
    assert completions("consentkit ren", tmp_path) == ["render"]
    assert completions("consentkit render 9083", tmp_path) == [f"9083{digit}" for digit in "2346789"]
    assert completions("consentkit render 90837 --pa", tmp_path) == ["--paper"]
    assert completions("consentkit render 90837 --paper ", tmp_path) == ["letter", "a4"]


def test_the_shell_completes_the_folder_of_a_cache(tmp_path: Path) -> None:
    env = environment(_CONSENTKIT_COMPLETE="bash_complete", COMP_WORDS="consentkit render --cache fol", COMP_CWORD="3")
    done = subprocess.run(command(), cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("dir,fol\n", "")


def test_the_shell_completes_the_codes_of_the_clinic(tmp_path: Path) -> None:
    make_clinic(tmp_path)
    assert completions("consentkit check SM", tmp_path) == ["SMALL-1"]


def test_the_script_for_bash_is_one_that_bash_understands(tmp_path: Path) -> None:
    env = environment(_CONSENTKIT_COMPLETE="bash_source")
    script = subprocess.run(command(), cwd=tmp_path, env=env, capture_output=True, check=False).stdout
    assert b"_CONSENTKIT_COMPLETE=bash_complete" in script
    subprocess.run(["bash", "-n"], input=script, check=True, env={"PATH": os.environ["PATH"]})
