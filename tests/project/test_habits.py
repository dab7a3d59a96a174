"""Hooks, editor settings, coverage and the README of a package index agree with the rest of the project."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

from consentkit._version import __version__
from consentkit.model.identity import CLAUSES_NAME, LANGUAGE_PATTERN
from kit.coverage_of_rooms import Measured, by_room, table
from kit.running import PROJECT, SAMPLE_CLINIC, Outcome
from kit.small import make_clinic, write_procedure

Call = Callable[..., Outcome]
LOCK = (PROJECT / "requirements/dev.txt").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def of_yaml(name: str) -> object:
    return yaml.safe_load((PROJECT / name).read_text(encoding="utf-8"))


# --- pre-commit ---


def test_the_tools_before_a_commit_are_those_of_the_lock() -> None:
    config = of_yaml(".pre-commit-config.yaml")
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]  # type: ignore[index]
    assert {"ruff-format", "ruff-check", "mypy"} <= {hook["id"] for hook in hooks}
    pins = [pin for hook in hooks for pin in hook["additional_dependencies"]]
    locked = set(re.findall(r"^([\w.-]+==[\w.]+) ", LOCK, re.MULTILINE))
    assert locked
    assert set(pins) - locked == set(), "copy the versions of requirements/dev.txt"


(HOOK,) = of_yaml(".pre-commit-hooks.yaml")  # type: ignore[misc]


def changed(folder: Path) -> list[str]:
    """The files below a folder that the hook would be given."""
    names = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return [name for name in names if re.search(HOOK["files"], name)]


def run_hook(call: Call, *arguments: str) -> Outcome:
    program, *entry = shlex.split(HOOK["entry"])
    assert program in PYPROJECT["project"]["scripts"]
    return call(*entry, *arguments)


def test_the_hook_for_clinics_passes_a_good_folder_and_fails_a_bad_file(tmp_path: Path, call: Call) -> None:
    assert (HOOK["id"], HOOK["language"]) == ("consentkit-check", "python")
    make_clinic(tmp_path, "name: Elm Street\nphone: 217-555-0142\n")
    assert changed(tmp_path) == ["clinic.yaml", "procedures/SMALL-1.yaml"]
    assert run_hook(call, *changed(tmp_path)).code == 0
    write_procedure(tmp_path / "procedures", title="")
    done = run_hook(call, *changed(tmp_path))
    assert (done.code, "title: is empty" in done.stdout.decode()) == (3, True)


def test_the_hook_for_clinics_can_be_told_where_the_clinic_is(tmp_path: Path, call: Call) -> None:
    make_clinic(tmp_path / "clinic", "checks:\n  rules: {clinic-name: error}\n")
    assert changed(tmp_path) == ["clinic/clinic.yaml", "clinic/procedures/SMALL-1.yaml"]
    assert run_hook(call, "--clinic", "clinic", *changed(tmp_path)).code == 3


@pytest.mark.parametrize(
    ("name", "is_given"),
    [
        ("clinic.yaml", True),
        ("services.yaml", True),
        ("procedures/90837.es.yaml", True),
        ("procedures/90837.yml", True),
        ("elm-street/services.yaml", True),
        ("elm-street/templates/languages/en.yaml", True),
        ("approvals.yaml", False),
        ("visit.yaml", False),
        ("my-clinic.yaml", False),
        (".pre-commit-config.yaml", False),
        (".github/workflows/check.yaml", False),
        ("procedures/notes.txt", False),
    ],
)
def test_the_hook_is_given_what_a_clinic_writes_and_nothing_else(name: str, is_given: bool) -> None:
    assert bool(re.search(HOOK["files"], name)) == is_given


@pytest.mark.parametrize(
    "name",
    [
        "clauses.es.yaml", "clauses.es-MX.yaml", "clauses.zh-Hant.yaml", "clauses.zh-Hant-TW.yaml", "clauses.yaml",
        "clauses.es_old.yaml", "clauses.ES.yaml", "clauses.es.old.yaml", "clauses.es.yml", "clauses..yaml",
    ],
)  # fmt: skip
def test_the_hook_knows_the_same_files_of_clauses_as_the_program(name: str) -> None:
    assert bool(re.search(HOOK["files"], name)) == bool(CLAUSES_NAME.fullmatch(name))
    assert f"clauses\\.{LANGUAGE_PATTERN[1:-1]}\\.yaml" in HOOK["files"]


def test_the_hook_reports_what_two_files_say_against_each_other(tmp_path: Path, call: Call) -> None:
    make_clinic(tmp_path, "name: Elm Street\nphone: 217-555-0142\n")
    (tmp_path / "services.yaml").write_text("services: [SMALL-2]\n", encoding="utf-8")
    done = run_hook(call, "services.yaml")
    assert (done.code, "[service-unknown]" in done.stdout.decode()) == (3, True)


# --- releases ---


def steps_of_a_release() -> str:
    return (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("\n## Releases\n")[1].split("\n## ")[0]


def test_the_steps_of_a_release_name_the_file_in_which_the_version_is() -> None:
    (path,) = re.findall(r"the version in `([^`]+)`", steps_of_a_release())
    assert path == PYPROJECT["tool"]["hatch"]["version"]["path"]
    assert f'__version__ = "{__version__}"' in (PROJECT / path).read_text(encoding="utf-8")


def test_the_steps_of_a_release_name_files_and_targets_that_are_there() -> None:
    steps = steps_of_a_release()
    assert [name for name in re.findall(r"`([\w./-]+/[\w./-]+)`", steps) if not (PROJECT / name).exists()] == []
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"`make ([\w-]+)`", steps)
    assert targets and [name for name in targets if not re.search(rf"(?m)^{name}:", makefile)] == []


# --- editors ---


def editor_settings() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read_string("[DEFAULT]\n" + (PROJECT / ".editorconfig").read_text(encoding="utf-8"))
    return parser


def test_editors_are_told_what_ruff_demands() -> None:
    settings = editor_settings()
    assert settings.getint("*.py", "max_line_length") == PYPROJECT["tool"]["ruff"]["line-length"]
    assert settings["*.py"]["indent_size"] == "4"
    assert settings["*"]["end_of_line"] == "lf"
    assert settings["Makefile"]["indent_style"] == "tab"


def test_the_files_that_people_edit_are_as_editors_are_told() -> None:
    step = editor_settings().getint("*.{yaml,html,css}", "indent_size")
    files = [
        *PROJECT.glob("*.*"),
        *(path for folder in ("docs", "procedures", "templates", "tools") for path in (PROJECT / folder).rglob("*.*")),
        *SAMPLE_CLINIC.glob("*.yaml"),
    ]
    texts = [path for path in files if path.suffix in {".yaml", ".html", ".css", ".md", ".toml", ".sh", ".json", ".py"}]
    assert len(texts) > 80
    wrong = []
    for path in texts:
        text = path.read_bytes().decode("utf-8")
        indents = re.findall(r"^( *)[\w\"-]", text, re.MULTILINE) if path.suffix == ".yaml" else []
        is_good = text.endswith("\n") and "\r" not in text and not re.search(r"[ \t]$", text, re.MULTILINE)
        wrong += [] if is_good and all(len(indent) % step == 0 for indent in indents) else [path.name]
    assert wrong == []


# --- the package index ---


def test_the_readme_of_the_package_index_refers_to_nothing_beside_it() -> None:
    metadata = ProjectMetadata(str(PROJECT), PluginManager())
    readme = metadata.core.readme
    assert metadata.core.readme_content_type == "text/markdown"
    assert re.findall(r"\]\((?!https?:|#)[^)]*\)", (PROJECT / "README.md").read_text(encoding="utf-8"))
    assert re.findall(r"\]\((?!https?:|#)[^)]*\)", readme) == []
    assert "docs/command-line.md" in readme


# --- coverage ---


def test_coverage_adds_up_the_files_of_each_room() -> None:
    summary = {"num_statements": 10, "covered_lines": 8, "num_branches": 4, "covered_branches": 3}
    files = ("src/consentkit/pdf/tags/write.py", "src/consentkit/pdf/render.py", "src/consentkit/errors.py")
    rooms = by_room({"files": {file: {"summary": summary} for file in files}})
    assert rooms == {"errors": Measured(10, 8, 4, 3), "pdf": Measured(20, 16, 8, 6)}
    assert [line.split()[0] for line in table(rooms)] == ["room", "errors", "pdf", "all"]
    assert list(table(rooms))[-1].split() == ["all", "30", "6", "12", "3", "78.6%"]


def test_the_measurement_is_of_the_package() -> None:
    assert PYPROJECT["tool"]["coverage"]["run"]["source"] == ["src/consentkit"]
    assert (PROJECT / "src/consentkit").is_dir()


# --- the changelog ---

CATEGORIES = ["Texts and templates changed: approvals void", "Added", "Changed", "Fixed"]


def test_each_version_of_the_changelog_has_a_date_and_known_headings_in_their_order() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *versions = re.split(r"^## ", text, flags=re.MULTILINE)
    assert re.findall(r"^- \*\*(.+)\*\* – ", first, re.MULTILINE) == CATEGORIES
    titles = [version.splitlines()[0] for version in versions]
    assert titles[0] == "Unreleased" or re.fullmatch(r"\d+\.\d+\.\d+ – \d{4}-\d\d-\d\d", titles[0])
    assert [title for title in titles[1:] if not re.fullmatch(r"\d+\.\d+\.\d+ – \d{4}-\d\d-\d\d", title)] == []
    for version in versions:
        headings = re.findall(r"^### (.+)$", version, re.MULTILINE)
        assert headings == [name for name in CATEGORIES if name in headings]


# --- tests ---


def test_no_test_takes_the_day_when_its_file_is_imported() -> None:
    """A run that begins before midnight would compare with yesterday: the fixture `today` is of the test itself."""
    texts = {path.relative_to(PROJECT): path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("*.py")}
    taken = re.compile(r"^[A-Z_]+\b.*\b(?:today|now)\(", re.MULTILINE)
    assert taken.search("TODAY = datetime.date.today()")
    assert [str(path) for path, text in texts.items() if taken.search(text)] == []
