"""Each file is opened once in a run, and again only to see whether it was edited meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from consentkit.resources import shipped
from kit.opened import opened_files
from kit.packets import write_visit
from kit.running import Outcome
from kit.small import CODE, make_clinic, write_procedure, write_translation

Call = Callable[..., Outcome]

PARTICULARS = "name: Alder Clinic\nlogo: logo.png\n"
CLAUSES = "clauses:\n  fees:\n    heading: Fees\n    always: true\n    source: Our own\n    text: Ask us.\n"
LANGUAGES = {"en": {f"procedures/{CODE}.yaml"}, "es": {f"procedures/{CODE}.yaml", f"procedures/{CODE}.es.yaml"}}


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A clinic with everything that a document may be made from."""
    folder = make_clinic(tmp_path / "clinic", PARTICULARS)
    write_translation(folder / "procedures", "es")
    write_procedure(folder / "procedures", code="SMALL-2")
    Image.new("RGB", (8, 8)).save(folder / "logo.png")
    for language in LANGUAGES:
        (folder / f"clauses.{language}.yaml").write_text(CLAUSES, encoding="utf-8")
    (folder / "approvals.yaml").write_text("approvals: []\n", encoding="utf-8")
    (folder / "services.yaml").write_text(f'services:\n  - "{CODE}"\n', encoding="utf-8")
    return folder


def opened_in(clinic: Path, call: Call, *arguments: str | Path, code: int = 0) -> dict[str, int]:
    """How often each file of the clinic, and each template and language pack, was opened in a run."""
    templates = shipped("templates").absolute()
    with opened_files(clinic, templates) as opened:
        done = call(*arguments, "--clinic", clinic)
    assert done.code == code, done.stderr
    return {str(path.relative_to(clinic if clinic in path.parents else templates)): n for path, n in opened.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_is_made_from_files_that_are_read_once_and_looked_at_once_more(
    language: str, clinic: Path, call: Call
) -> None:
    opened = opened_in(clinic, call, "render", CODE, "--lang", language, "--no-cache")
    assert {path: count for path, count in opened.items() if count != 2} == {}
    parts = {"clinic.yaml", "logo.png", "approvals.yaml", f"clauses.{language}.yaml", f"languages/{language}.yaml"}
    assert opened.keys() >= parts | LANGUAGES[language] | {"consent.html", "print.css", "paper-letter.css"}


def test_a_document_that_is_kept_takes_one_reading_of_each_file(clinic: Path, call: Call) -> None:
    call("render", CODE, "--clinic", clinic, "-o", "first.pdf")
    opened = opened_in(clinic, call, "render", CODE, "-o", "second.pdf")
    assert set(opened.values()) == {1}
    assert f"procedures/{CODE}.yaml" in opened


def test_documents_of_one_run_share_what_they_read(clinic: Path, call: Call) -> None:
    """Each of the two is looked over for edits when it has been made."""
    opened = opened_in(clinic, call, "render", CODE, "SMALL-2", "-o", "out/", "--no-cache")
    own = {f"procedures/{CODE}.yaml", "procedures/SMALL-2.yaml"}
    assert {path: count for path, count in opened.items() if count != (2 if path in own else 3)} == {}


@pytest.mark.parametrize("way", [[], ["--json"]])
def test_a_list_reads_each_procedure_once(way: list[str], clinic: Path, call: Call) -> None:
    opened = opened_in(clinic, call, "list", "--no-cache", *way)
    assert set(opened.values()) == {1}
    assert opened.keys() >= {f"procedures/{CODE}.yaml", "procedures/SMALL-2.yaml"}


def test_a_plan_of_a_batch_reads_each_file_once(clinic: Path, call: Call) -> None:
    opened = opened_in(clinic, call, "batch", "-o", "out/", "--dry-run")
    assert set(opened.values()) == {1}
    assert "services.yaml" in opened


@pytest.mark.parametrize(
    ("names", "code"),
    [([], 3), ([f"procedures/{CODE}.yaml"], 3), (["clinic.yaml"], 0), (["services.yaml", "clinic.yaml"], 0)],
)
def test_a_check_reads_each_file_once(names: list[str], code: int, clinic: Path, call: Call) -> None:
    opened = opened_in(clinic, call, "check", *(clinic / name for name in names), code=code)
    assert {path: count for path, count in opened.items() if count != 1} == {}
    assert opened.keys() >= {*names, "clinic.yaml", "logo.png"}


def test_a_visit_whose_papers_are_kept_reads_each_file_once(clinic: Path, call: Call) -> None:
    """The particulars are read when the folder is opened, and again to see whether they are the same at the visit."""
    for number in ("V-1", "V-2"):
        write_visit(clinic.parent / f"{number}.yaml", visit=number)
    arguments = ("--allow-drafts", "--cache", clinic.parent / "cache")
    call("packet", "V-1.yaml", "--clinic", clinic, *arguments)
    opened = opened_in(clinic, call, "packet", "V-2.yaml", *arguments)
    assert {path: count for path, count in opened.items() if count != 1} == {"clinic.yaml": 2, "logo.png": 2}
    assert opened.keys() >= {f"procedures/{CODE}.yaml", "languages/en.yaml", "cover.html"}
