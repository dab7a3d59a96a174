"""`consentkit init` and `consentkit guide`: a clinic's folder to begin with, and the pages that explain it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from consentkit import resources
from consentkit.cli.commands import consentkit as commands
from consentkit.model.schema import MODELS, schema_file
from consentkit.operations import new_clinic
from consentkit.operations.guide import page, pages
from consentkit.output import new_files
from consentkit.reading import yaml_file
from kit.folders import as_written
from kit.running import PROJECT, Outcome, as_mere_owner
from kit.shown_commands import commands_of, ship_small_texts
from kit.skipping import needs
from kit.small import write_procedure

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


@pytest.mark.parametrize("name", ['The "Willow" Clinic \\ East', "Yes", "'A': B #2", "*Star & Söhne", "90837"])
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
    with as_mere_owner():
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


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--name", "  ", "write it in letters on one line"),
        ("--name", "Two\nlines", "write it in letters on one line"),
        ("--name", "\x1b[31mred", "write it in letters on one line"),
        ("--name", "W" * 81, "the clinic's name has 81 characters; at most 80 fit"),
        ("--name", "Willow \U0001f333", "the clinic's name contains"),
        ("--name", "{a: b}", "the clinic's name contains `{a: b}`; "),
        ("--phone", "2" * 41, "the clinic's phone has 41 characters; at most 40 fit"),
    ],
)
def test_a_name_that_no_paper_can_have_makes_no_folder(
    option: str, value: str, message: str, call: Call, tmp_path: Path
) -> None:
    done = call("init", "my-clinic", option, value)
    assert (done.code, message in done.stderr, list(tmp_path.iterdir())) == (2, True, []), done.stderr


@pytest.mark.parametrize("file", ["clinic.yaml", "notes.txt", "procedures/90837.yaml"])
def test_what_somebody_saves_in_the_folder_meanwhile_is_not_removed(
    file: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = new_files.write_file

    def saved_meanwhile(target: Path, data: bytes, **access: bool) -> None:
        written(target, data, **access)
        if target.name == "services.yaml":
            (tmp_path / "my-clinic" / file).write_text("precious")
            if file != "clinic.yaml":
                raise KeyboardInterrupt

    monkeypatch.setattr(new_files, "write_file", saved_meanwhile)
    done = call("init", "my-clinic")
    assert done.code == (5 if file == "clinic.yaml" else 130), done.stderr
    assert "--force" not in done.stderr
    left = [path.relative_to(tmp_path / "my-clinic") for path in (tmp_path / "my-clinic").rglob("*") if path.is_file()]
    assert left == [Path(file)]
    assert (tmp_path / "my-clinic" / file).read_text() == "precious"


IN_A_REPOSITORY = (
    "clinic.yaml services.yaml approvals.yaml clauses.es.yaml .gitignore .gitattributes README.md logo.png "
    "extra/map.pdf schemas/visit.schema.json procedures/90837.yaml papers/visit-fees.yaml papers/visit-fees.es.yaml "
    "pictures/a.png templates/print.css templates/languages/fr.yaml approved/visit-fees.en.paper.0123456789ab.yaml "
    "approved/files/0123"
)
"""What a clinic writes itself, or could not make again."""
ABOUT_PEOPLE = (
    "visit.yaml visit-2.yml Visit3.YAML visits/ann.yaml schedule.csv export.CSV export.tsv export.txt "
    "appointments.xlsx old.xls adt.hl7 bundle.json out/bundle.json 2026-11-23-V-1001.pdf out/packets.PDF "
    "users.yaml journal/journal.db "
    "visit.yaml~ .visit.yaml.swp monday/visit-7.yaml .consentkit-0123456789abcdef.tmp"
)


@needs("git")
def test_patients_stay_out_of_a_repository_and_the_work_of_the_clinic_does_not(call: Call, tmp_path: Path) -> None:
    assert call("init", ".").code == 0
    for name in (*IN_A_REPOSITORY.split(), *ABOUT_PEOPLE.split()):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    subprocess.run(["git", "init", "--quiet"], check=True)
    seen = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert set(IN_A_REPOSITORY.split()) <= set(seen)
    assert set(ABOUT_PEOPLE.split()) & set(seen) == set()
    attributes = subprocess.run(
        ["git", "check-attr", "text", "approved/files/0123", "approvals.yaml", "clinic.yaml"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert [line.rpartition(" ")[2] for line in attributes] == ["unset", "unset", "unspecified"]


def test_each_command_of_the_page_in_a_new_clinic_works_there(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    package = tmp_path_factory.mktemp("package")
    ship_small_texts(package / "_shipped")
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert call("init", ".").code == 0
    (tmp_path / "services.yaml").write_text('services: ["90837"]\n')
    schedule = tmp_path / "schedule.csv"
    schedule.write_text(schedule.read_text().replace("medicine-antidepressants", ""))
    shown = list(commands_of(PROJECT / "samples/new-clinic/README.md"))
    assert len(shown) >= 8
    for one in shown:
        is_asked = one.words[1] == "approve"  # at a terminal
        done = call(*one.words[1:], *(["--yes"] if is_asked else []))
        assert done.code == 0, f"{one}: {done.stderr}"
        if one.words[1:] == ["new", "90899"]:  # which is to be filled in before it is translated
            write_procedure(tmp_path / "procedures", code="90899", title="A text of our own")


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
