"""What follows from the files of a clinic is worked out again as soon as anything that it depends on has changed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.errors import ConsentkitError
from consentkit.library import known_files
from consentkit.library.known_files import KnownFiles
from consentkit.library.snapshot import Snapshot
from consentkit.library.unchanged import UnchangedFiles
from consentkit.model.identity import Layout
from consentkit.packets.parsed import ParsedFiles
from consentkit.resources import shipped
from kit.packets import visit
from kit.small import CODE, make_clinic, write_procedure, write_translation

LAYOUT = Layout("letter")
TEMPLATES = ("large.css", "languages/en.yaml")
"""Some that this clinic has its own of."""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ParsedFiles:
    """The files of a small clinic, which all were changed long ago."""
    now = time.time_ns
    monkeypatch.setattr(known_files.time, "time_ns", lambda: now() + 60 * 10**9)
    clinic = make_clinic(tmp_path / "clinic")
    (clinic / "papers").mkdir(exist_ok=True)
    (clinic / "templates" / "languages").mkdir(parents=True)
    for name in TEMPLATES:
        shutil.copy(shipped("templates") / name, clinic / "templates" / name)
    return ParsedFiles(open_workspace(clinic, open_store(tmp_path / "store")))


def is_kept(files: ParsedFiles) -> bool:
    """Whether what an earlier visit worked out is still there for the next one, which looks at the same files."""
    inputs = files.inputs()
    with files.recalled(visit(), inputs):
        worked_out: list[str] = []
        inputs.once("a test", lambda: worked_out.append("anew"))
        files.procedure(CODE, inputs)
        files.papers(inputs)
        files.pack("en", inputs)
        inputs.pictures(files.workspace.locate(CODE))
        files.workspace.is_approved(CODE, LAYOUT, language="en", variant="consent", inputs=inputs)
    return not worked_out


def _append(name: str) -> Callable[[Path], None]:
    def change(clinic: Path) -> None:
        with (clinic / name).open("a", encoding="utf-8") as file:
            file.write("# a remark\n")

    return change


CHANGES: dict[str, Callable[[Path], None]] = {
    "an edit of the text": lambda clinic: write_procedure(clinic / "procedures", purpose="To sleep better."),
    "a text that is gone": lambda clinic: (clinic / "procedures" / f"{CODE}.yaml").unlink(),
    "a new translation": lambda clinic: write_translation(clinic / "procedures", "es"),
    "a new table of risks": _append("procedures/risks.yaml"),
    "new clauses": _append("clauses.en.yaml"),
    "other particulars": _append("clinic.yaml"),
    "a new record of approvals": _append("approvals.yaml"),
    "a new paper": _append("papers/a-paper.yaml"),
    "a new template": lambda clinic: (clinic / "templates" / "regular.css").touch(),
    "an edit of a template": lambda clinic: (clinic / "templates" / "large.css").write_text("p { color: black }"),
    "a template that is gone": lambda clinic: (clinic / "templates" / "large.css").unlink(),
    "an edit of a language pack": _append("templates/languages/en.yaml"),
}


def test_what_follows_from_unchanged_files_is_worked_out_once(files: ParsedFiles) -> None:
    assert [is_kept(files) for _ in range(3)] == [False, True, True]


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_noticed(change: str, files: ParsedFiles) -> None:
    assert [is_kept(files) for _ in range(2)] == [False, True]
    folder = files.workspace.folder.path
    assert folder
    CHANGES[change](folder)
    with suppress(ConsentkitError):
        assert not is_kept(files)


def test_whoever_has_patience_is_served_with_what_was_so_shortly_before(files: ParsedFiles) -> None:
    folder, clock = files.workspace.folder.path, [100.0]
    assert folder
    patient = UnchangedFiles(KnownFiles(), lambda: clock[0])

    def since(patience: float, known: object = None) -> object:
        inputs = files.workspace.inputs(Snapshot(known=patient.known))
        with patient.recalled("a kind", inputs, [folder, folder / "procedures"], patience, known):
            inputs.surroundings()
            inputs.snapshot.digest(folder / "procedures" / f"{CODE}.yaml")
        return inputs.derived.since

    before = since(5)
    write_procedure(folder / "procedures", purpose="To sleep better.")
    clock[0] += 4.9
    assert since(5, before) is before
    clock[0] += 0.2
    after = since(5, before)
    assert after is not before
    assert since(0) is after
    write_procedure(folder / "procedures", purpose="To feel better.")
    assert since(0, after) is not after
    assert since(5, after) is not after, "who knows what followed from earlier files may read some of these"


def test_what_was_worked_out_after_its_visit_was_planned_is_not_kept(files: ParsedFiles) -> None:
    """It may follow from files of which nobody would notice a change."""
    inputs = files.inputs()
    with files.recalled(visit(), inputs):
        files.procedure(CODE, inputs)
    inputs.once("later", lambda: "one")
    inputs = files.inputs()
    with files.recalled(visit(), inputs):
        assert inputs.once("later", lambda: "two") == "two"


def test_what_was_worked_out_for_a_visit_that_failed_is_not_kept(files: ParsedFiles) -> None:
    assert [is_kept(files) for _ in range(2)] == [False, True]
    inputs = files.inputs()
    with suppress(ZeroDivisionError), files.recalled(visit(), inputs):
        inputs.once("failed", lambda: "one")
        raise ZeroDivisionError
    inputs = files.inputs()
    with files.recalled(visit(), inputs):
        assert inputs.once("failed", lambda: "two") == "two"


def test_what_was_changed_a_moment_ago_is_looked_at_each_time(
    files: ParsedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert [is_kept(files) for _ in range(2)] == [False, False]


def test_nothing_stands_for_files_of_which_one_was_changed_a_moment_ago(files: ParsedFiles) -> None:
    """Not even what stood for those that an earlier visit of the kind had."""
    folder = files.workspace.folder.path
    assert folder

    def since(*names: str) -> object:
        inputs = files.inputs()
        with files.recalled(visit(), inputs):
            inputs.surroundings()
            for name in names:
                inputs.snapshot.digest(folder / name)
        return inputs.derived.since

    path = folder / "clauses.es.yaml"
    path.write_text("# none\n", encoding="utf-8")
    before = since("clinic.yaml")
    later = time.time_ns()
    os.utime(path, ns=(later, later))
    assert since("clinic.yaml", path.name) is None
    assert since("clinic.yaml") is before is not None
    os.utime(path, ns=(0, 0))
    assert since("clinic.yaml", path.name) is before
    path.write_text("# other\n", encoding="utf-8")
    assert since("clinic.yaml") is not before


def test_templates_in_a_folder_that_was_changed_a_moment_ago_are_looked_for_each_time(files: ParsedFiles) -> None:
    folder = files.workspace.folder.path
    assert folder
    later = time.time_ns() + 10**12
    os.utime(folder / "templates", ns=(later, later))
    assert [is_kept(files) for _ in range(2)] == [False, False]
