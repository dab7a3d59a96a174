"""`consentkit init` and `consentkit guide`: a clinic's folder to begin with, and the pages that explain it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from consentkit.cli.commands import consentkit as commands
from consentkit.model.schema import MODELS, schema_file
from consentkit.operations import new_clinic
from consentkit.operations.guide import page, pages
from consentkit.reading import yaml_file
from kit.folders import as_written
from kit.running import PROJECT, Outcome, as_nobody

Call = Callable[..., Outcome]
NAMED = ("--name", "Müller & Söhne: East #2", "--phone", "217-555-0142")


def test_a_new_clinic_checks_without_a_problem_and_lists_what_can_be_made(call: Call, tmp_path: Path) -> None:
    done = call("init", "my-clinic", *NAMED)
    assert done.code == 0, done.stderr
    written = {path.relative_to("my-clinic") for path in map(Path, done.lines)}
    folder = tmp_path / "my-clinic"
    assert written == {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    assert {path.name for path in written if path.parent.name == "schemas"} == set(map(schema_file, MODELS))
    particulars = yaml_file.parse((folder / "clinic.yaml").read_text(encoding="utf-8"), "clinic.yaml").data
    assert (particulars["name"], particulars["phone"]) == (NAMED[1], NAMED[3])
    checked = call("check", "--clinic", "my-clinic", "--strict")
    assert (checked.code, checked.lines) == (0, [])
    checked = call("check", "my-clinic", "my-clinic/schedule.csv", "--clinic", "my-clinic", "--strict")
    assert (checked.code, checked.lines) == (0, [])


@pytest.mark.parametrize("name", ['The "Willow" Clinic \\ East', "Yes", "- x", "{a: b}", "90837"])
def test_a_name_is_read_back_as_it_was_given(name: str, call: Call, tmp_path: Path) -> None:
    assert call("init", "my-clinic", "--name", name).code == 0
    text = (tmp_path / "my-clinic/clinic.yaml").read_text(encoding="utf-8")
    assert yaml_file.parse(text, "clinic.yaml").data["name"] == name


def test_a_new_clinic_packs_its_visit(call: Call, tmp_path: Path) -> None:
    assert call("init", "my-clinic", "--quiet").code == 0
    done = call("packet", "my-clinic/visit.yaml", "--clinic", "my-clinic", "--allow-drafts")
    assert (done.code, [path.suffix for path in tmp_path.glob("*.pdf")]) == (0, [".pdf"]), done.stderr


def test_every_file_of_a_new_clinic_names_a_schema_that_is_there(call: Call, tmp_path: Path) -> None:
    call("init", "my-clinic")
    files = [*(tmp_path / "my-clinic").glob("*.yaml")]
    assert len(files) == 3
    for path in files:
        assert (path.parent / path.read_text().splitlines()[0].split("$schema=")[1]).is_file()


def test_a_clinic_without_a_name_is_reminded_of_it(call: Call) -> None:
    call("init", "my-clinic")
    checked = call("check", "--clinic", "my-clinic")
    assert (checked.code, sorted(re.findall(r"\[([\w-]+)\]", checked.stdout.decode()))) == (
        0,
        ["clinic-name", "clinic-phone"],
    )


@pytest.mark.parametrize("kind", ["file", "full folder", "dangling link", "below a file"])
def test_what_is_in_the_way_is_not_touched(kind: str, call: Call, tmp_path: Path) -> None:
    target = tmp_path / "my-clinic"
    if kind == "full folder":
        target.mkdir()
        (target / ".hidden").write_text("precious")
    elif kind == "dangling link":
        target.symlink_to("nowhere")
    else:
        target.write_text("precious")
    before = as_written(tmp_path)
    done = call("init", "my-clinic/inner" if kind == "below a file" else "my-clinic")
    assert (done.code, "name a new folder, or an empty one" in done.stderr) == (5, True), done.stderr
    assert as_written(tmp_path) == before


def test_an_empty_folder_is_filled_also_where_it_is_the_current_one(call: Call, tmp_path: Path) -> None:
    assert call("init", ".").code == 0
    assert (tmp_path / "clinic.yaml").is_file()


def test_where_nobody_may_write_no_folder_is_left(call: Call, tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with as_nobody():
        done = call("init", "deep/my-clinic")
    tmp_path.chmod(0o755)
    assert (done.code, "permission denied" in done.stderr) == (5, True), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_whole_leaves_nothing(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_clinic, "SERVICES", "missing/services.yaml")  # neither a sample nor a folder of this name
    samples = tmp_path / "ship"
    shutil.copytree(PROJECT / "samples", samples)
    (samples / "missing").mkdir()
    (samples / "missing/services.yaml").write_text("services: []")
    monkeypatch.setattr(new_clinic, "shipped", lambda name: samples)
    done = call("init", "a/b/my-clinic")
    assert done.code == 5, done.stderr
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("name", ["  ", "Two\nlines", "\x1b[31mred"])
def test_a_name_that_is_no_line_of_text_makes_no_folder(name: str, call: Call, tmp_path: Path) -> None:
    done = call("init", "my-clinic", "--name", name)
    assert (done.code, list(tmp_path.iterdir())) == (2, []), done.stderr


def test_the_samples_are_written_as_they_are_shipped(call: Call, tmp_path: Path) -> None:
    done = call("init", "--samples", "samples")
    assert done.code == 0
    shipped = {path.relative_to(PROJECT / "samples") for path in (PROJECT / "samples").rglob("*") if path.is_file()}
    assert {path.relative_to("samples") for path in map(Path, done.lines)} == shipped
    checked = call("check", "samples/services.yaml", "samples/visit.yaml", "--clinic", "samples/clinic")
    assert (checked.code, checked.lines) == (0, [])
    assert call("init", "--samples", "other", "--name", "X").code == 2


def texts_of_help(command: click.Command) -> Iterator[str]:
    """All that the help of a command and of those under it says."""
    yield command.help or ""
    yield from (parameter.help or "" for parameter in command.params if isinstance(parameter, click.Option))
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        yield from texts_of_help(inner)


def test_no_help_text_points_to_files_that_only_a_checkout_has() -> None:
    text = "\n".join(texts_of_help(commands))
    assert re.findall(r"\b(?:docs|samples|templates)/\S*", text) == []


def test_each_guide_that_the_program_names_is_there(call: Call) -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "src").rglob("*.py"))
    named = set(re.findall(r"`consentkit guide\s+([a-z-]+)`", source))
    assert len(named) >= 5
    assert named <= set(pages())


def test_a_guide_is_printed_without_pictures_and_says_where_the_samples_are(call: Call) -> None:
    listed = call("guide")
    assert [line.split()[0] for line in listed.lines] == sorted(pages())
    desk = call("guide", "desk").stdout.decode()
    assert desk.startswith("# The front desk\n")
    assert "![" not in desk
    assert "consentkit init --samples samples" in call("guide", "docs/visits.md").stdout.decode()
    wrong = call("guide", "dsek")
    assert (wrong.code, "did you mean `desk`?" in wrong.stderr) == (2, True)


def test_what_a_guide_leads_to_is_there(call: Call) -> None:
    assert {"clerk", "author", "it", "auditor", "developer", "preview", "layouts"} <= set(pages())
    for name in pages():
        text = page(name)
        left = re.findall(r"\]\((?!https://)\S*", text)
        commands_named = set(re.findall(r"`consentkit guide ([a-z-]+)`", text))
        assert (name, left, commands_named - set(pages())) == (name, [], set())
    author = call("guide", "author").stdout.decode()
    assert "the clinic folder (`consentkit guide clinic-folder`)" in author  # a page
    assert "copy it into your clinic's folder: change a text |" in author  # a place on the same page
    assert "the changelog |" in call("guide", "developer").stdout.decode()  # a file that is not installed
    assert "`consentkit guide layouts` lists" in call("guide", "schedules").stdout.decode()  # a page by its file's name
