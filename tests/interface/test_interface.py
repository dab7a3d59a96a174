"""The Python interface as README.md and docs/python.md show it."""

from __future__ import annotations

import dataclasses
import pickle
import re
import shutil
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pydantic
import pytest

import consentkit
from consentkit.documents.opening import open_workspace
from kit.composing import page_of
from kit.packets import write_schedule
from kit.running import PROJECT, SAMPLE_CLINIC, environment
from kit.small import CODE, make_clinic, small_procedure, write_procedure

HEAVY = {"weasyprint", "pydyf", "pydantic", "yaml", "jinja2", "pypdf", "PIL", "fontTools", "click"}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> consentkit.Workspace:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONSENTKIT_CLINIC", raising=False)
    return consentkit.open_workspace()


def example_of(page: str, section: str) -> str:
    """All indented blocks of a section of the documentation, as one program."""
    text = (PROJECT / page).read_text(encoding="utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    return "\n".join(textwrap.dedent(block) for block in re.findall(r"(?:^    .*\n|^\n)+", text, re.MULTILINE))


def run_example(example: str, folder: Path) -> str:
    """What a program prints that runs in a folder."""
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_example_of_the_readme_runs_as_it_stands(tmp_path: Path) -> None:
    write_schedule(tmp_path / "schedule.csv", {"visit": "V-1", "procedures": "90837"})
    printed = run_example(example_of("README.md", "As a library"), tmp_path)
    assert "Long talk therapy" in printed
    assert "the consent of 90837 in en is not approved" in printed
    assert (tmp_path / "90837.pdf").read_bytes().startswith(b"%PDF")


def test_the_worked_example_runs_as_it_stands(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE_CLINIC, tmp_path / "my-clinic")
    rows = (PROJECT / "samples/schedule.csv").read_text(encoding="utf-8").splitlines()[:3]
    (tmp_path / "schedule.csv").write_text("\n".join(rows), encoding="utf-8")
    printed = run_example(example_of("docs/python.md", "A worked example"), tmp_path)
    assert "Long talk therapy, about an hour 6 False" in printed
    assert "90837 (en, consent) approved" in printed
    assert "schedule.csv:2 V-1001\nschedule.csv:3 V-1002\n" in printed
    assert re.search(rf"{re.escape(str(tmp_path))}/out/2026-11-23-V-1001\.pdf [0-9]+\n", printed)
    assert "schedule.csv:3: visit V-1002: the consent of 90791 in es is not approved" in printed
    assert printed.endswith("\nout/2026-11-23-V-1001.pdf current\ncurrent\n")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["2026-11-23-V-1001.pdf"]
    assert "O’Keeffe" not in printed


def test_importing_consentkit_loads_nothing_heavy(tmp_path: Path) -> None:
    script = "import consentkit, sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert HEAVY.isdisjoint(done.stdout.split())


def test_every_name_that_is_promised_is_there() -> None:
    for name in consentkit.__all__:
        assert getattr(consentkit, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        consentkit.nonsense  # noqa: B018


def test_dir_shows_the_public_names_and_no_other() -> None:
    assert {name for name in dir(consentkit) if not name.startswith("__")} == set(consentkit.__all__) - {"__version__"}
    assert "__version__" in dir(consentkit)


def test_the_documentation_names_everything_that_is_promised() -> None:
    page = (PROJECT / "docs/python.md").read_text(encoding="utf-8")
    assert [name for name in consentkit.__all__ if name not in page and not name.startswith("__")] == []
    methods = {name for name in vars(consentkit.Workspace) if not name.startswith("_")}
    assert [name for name in methods if f".{name}" not in page] == []


def test_a_document_says_what_it_is_and_cannot_be_changed(workspace: consentkit.Workspace) -> None:
    document = workspace.render("90837", paper="a4")
    assert isinstance(document, consentkit.Document)
    assert (document.code, document.language, document.layout.paper) == ("90837", "en", "a4")
    assert document.title == workspace.procedure("90837").title
    assert re.fullmatch(r"[0-9a-f]{64}", document.content_hash)
    assert document.pdf.startswith(b"%PDF-")
    with pytest.raises(dataclasses.FrozenInstanceError):
        document.title = "x"  # type: ignore[misc]


def test_code_path_text_and_model_all_give_the_same_document(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    path = write_procedure(tmp_path)
    documents = [workspace.render(given) for given in (path, str(path), small_procedure())]
    assert documents[0] == documents[1] == documents[2]
    clinic = consentkit.open_workspace(make_clinic(tmp_path / "clinic", "phone: 1\n"))
    assert clinic.render("SMALL-1").content_hash != documents[0].content_hash


def test_the_paper_size_does_not_change_the_content_hash(workspace: consentkit.Workspace) -> None:
    letter, a4 = (workspace.render(small_procedure(), paper=paper) for paper in ("letter", "a4"))  # type: ignore[arg-type]
    assert letter.content_hash == a4.content_hash
    assert letter.pdf != a4.pdf


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another title"},
        {"purpose": "To feel well."},
        {"sources": [{"title": "A book", "publisher": "A house", "year": 2020}]},
        {"review": {"issued": "2026-01-16", "next": "2099-01-15"}},
    ],
)
def test_everything_that_a_patient_reads_changes_the_content_hash(
    change: dict[str, object], workspace: consentkit.Workspace
) -> None:
    shipped = open_workspace()
    clinic, pack = shipped.folder.clinic, workspace.language()
    pages = [page_of(small_procedure(**given), clinic, pack, shipped.templates) for given in ({}, change)]
    assert pages[0].content_hash != pages[1].content_hash


def test_a_model_with_an_unknown_clause_makes_no_document(workspace: consentkit.Workspace) -> None:
    with pytest.raises(consentkit.RenderingFailed, match="crisis_plann"):
        workspace.render(small_procedure(clauses=["crisis_plann"]))


def test_failures_are_exceptions_with_the_exit_code_of_the_command_line(
    workspace: consentkit.Workspace, tmp_path: Path
) -> None:
    bad = write_procedure(tmp_path, title="")
    foreign = write_procedure(tmp_path, code="FOREIGN", purpose="ก")
    cases = [
        (lambda: workspace.render("90873"), consentkit.UnknownCode, 4),
        (lambda: workspace.render(bad), consentkit.InvalidInput, 3),
        (lambda: workspace.render("90837", language="tlh"), consentkit.WrongUse, 2),
        (lambda: workspace.render(tmp_path / "missing.yaml"), consentkit.FileAccess, 5),
        (lambda: workspace.render(foreign), consentkit.RenderingFailed, 6),
        (lambda: consentkit.open_workspace(tmp_path / "missing"), consentkit.FileAccess, 5),
    ]
    for act, kind, exit_code in cases:
        with pytest.raises(kind) as caught:
            act()
        assert isinstance(caught.value, consentkit.ConsentkitError)
        assert caught.value.exit_code == exit_code
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_paper_that_does_not_exist_is_wrong_use(workspace: consentkit.Workspace) -> None:
    with pytest.raises(consentkit.WrongUse, match="a5"):
        workspace.render("90837", paper="a5")  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["../../secret", "en/../en", "EN", "", "en.yaml"])
def test_a_language_is_a_name_and_never_a_path(language: str, workspace: consentkit.Workspace) -> None:
    if language == "":
        assert workspace.language(language).language == "en"
        return
    with pytest.raises(consentkit.WrongUse):
        workspace.language(language)


def test_problems_are_data(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    path = write_procedure(tmp_path, title="", purpse="x")
    problems = workspace.check(path).problems
    assert {problem.field for problem in problems} == {"title", "purpse"}
    assert all(problem.file == str(path) and problem.line and problem.column for problem in problems)
    with pytest.raises(consentkit.InvalidInput) as caught:
        workspace.procedure(path)
    assert [problem.message for problem in caught.value.problems] == [problem.message for problem in problems]


def test_a_procedure_cannot_be_changed(workspace: consentkit.Workspace) -> None:
    procedure = workspace.procedure("90837")
    assert isinstance(procedure, consentkit.Procedure)
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        procedure.title = "x"  # type: ignore[misc]


def test_nothing_is_remembered_between_calls(workspace: consentkit.Workspace, tmp_path: Path) -> None:
    path = write_procedure(tmp_path)
    assert workspace.procedure(path).title == "A small procedure"
    write_procedure(tmp_path, title="Changed")
    assert workspace.procedure(path).title == "Changed"


def test_nothing_is_printed_and_nothing_written(
    workspace: consentkit.Workspace, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    workspace.render(small_procedure(review={"issued": "2019-01-01", "next": "2020-01-01"}))
    with pytest.raises(consentkit.RenderingFailed):
        workspace.render(small_procedure(purpose="ก"))
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_several_threads_make_the_same_documents_as_one(workspace: consentkit.Workspace) -> None:
    procedures = [small_procedure(title=f"Title {number}") for number in range(2)]
    one_by_one = [workspace.render(procedure) for procedure in procedures]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(workspace.render, procedures)) == one_by_one


def test_a_clinic_gives_paper_language_and_particulars(tmp_path: Path) -> None:
    workspace = consentkit.open_workspace(make_clinic(tmp_path, "name: Alder Clinic\npaper: a4\n"))
    assert workspace.render("SMALL-1").layout.paper == "a4"
    assert workspace.render("SMALL-1", paper="letter").layout.paper == "letter"
    assert "SMALL-1" in workspace.library.codes()
    assert workspace.content("SMALL-1").clinic.name == "Alder Clinic"


def test_an_edition_is_traced_made_again_and_copied_for_reviewers(tmp_path: Path) -> None:
    workspace = consentkit.open_workspace(make_clinic(tmp_path / "clinic"))
    approval = workspace.approve(CODE, by="Ann Ray")
    traced = workspace.trace(approval.content[:12])
    assert [(text.approval, text.state) for text in traced.texts] == [(approval, "current")]
    assert workspace.remake(CODE, 1).content_hash == approval.content
    copy = workspace.review(CODE, tmp_path / "copy.html")
    assert copy.lines and copy.title in (tmp_path / "copy.html").read_text(encoding="utf-8")
    with pytest.raises(consentkit.FileAccess):
        workspace.trace_scan(tmp_path / "missing.pdf")
    with pytest.raises(consentkit.WrongUse):
        workspace.remake(CODE, 2)


def test_trace_takes_the_path_of_a_picture_and_leads_from_a_pdf_to_the_call_for_it(tmp_path: Path) -> None:
    workspace = consentkit.open_workspace(make_clinic(tmp_path / "clinic"))
    (tmp_path / "page.png").write_text("no picture", encoding="utf-8")
    with pytest.raises(consentkit.InvalidInput, match="no PNG or JPEG picture"):
        workspace.trace(tmp_path / "page.png")
    with pytest.raises(consentkit.WrongUse, match="its pages are looked up by `trace_scan`"):
        workspace.trace(tmp_path / "scan.pdf")
