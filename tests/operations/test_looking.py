"""Checking, listing and looking whether everything is there, as a program meets it that is no command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentkit.errors import FileAccess, InvalidInput, UnknownCode, WrongUse
from consentkit.operations.check import check, explain, explain_all, grades
from consentkit.operations.doctor import examine
from consentkit.operations.listing import list_procedures
from consentkit.operations.opening import (
    open_cache,
    open_cache_to_look_after,
    open_clinic,
    open_despite_faults,
    open_for_a_run,
)
from consentkit.operations.render import RenderRequest, render
from consentkit.operations.verify import verify
from kit.small import CODE, make_clinic, write_procedure


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return make_clinic(tmp_path / "clinic", "name: A Clinic\nphone: 617-321-7000\n")


def test_every_name_is_checked_and_each_failure_is_handed_back(clinic: Path) -> None:
    folder = clinic / "procedures"
    bad = write_procedure(folder, code="BAD-1", title="")
    (clinic / "empty").mkdir()
    result = check(open_despite_faults(clinic), ["NONE-1", str(bad), "", str(clinic / "empty"), CODE, "./gone.yaml"])
    assert [type(failure) for failure in result.failures] == [UnknownCode, FileAccess, FileAccess, FileAccess]
    assert result.paths == (bad, folder / f"{CODE}.yaml")
    assert [(problem.file, problem.field) for problem in result.problems if not problem.rule] == [(str(bad), "title")]
    assert not result.is_passed()


def test_a_folder_means_the_yaml_files_in_it(clinic: Path) -> None:
    other = write_procedure(clinic / "procedures", code="MORE-1").rename(clinic / "procedures" / "MORE-1.yml")
    (clinic / "procedures" / "notes.txt").write_text("no procedure", encoding="utf-8")
    result = check(open_despite_faults(clinic), [str(clinic / "procedures")])
    assert result.paths == (other, clinic / "procedures" / f"{CODE}.yaml")


def test_notices_are_counted_and_only_warnings_decide_with_strict(clinic: Path) -> None:
    result = check(open_despite_faults(clinic), [CODE])
    assert result.counts["error"] == 0
    assert result.counts["warning"] > 0
    assert result.counts["notice"] > 0
    assert (result.is_passed(), result.is_passed(strict=True)) == (True, False)


def test_faulty_particulars_are_problems_of_a_check_and_make_no_table(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic", "accent: red\n")
    result = check(open_despite_faults(clinic), [CODE])
    assert [problem.field for problem in result.problems if problem.file == str(clinic / "clinic.yaml")] == ["accent"]
    with pytest.raises(InvalidInput, match="accent"):
        grades(open_despite_faults(clinic))
    with pytest.raises(InvalidInput, match="accent"):
        open_clinic(clinic)


def test_a_rule_is_explained_by_its_id() -> None:
    assert explain("long-sentence").startswith("long-sentence: ")
    assert "| `long-sentence` |" in explain_all()
    with pytest.raises(WrongUse, match="did you mean `long-sentence`"):
        explain("long-sentense")


def test_a_broken_file_hides_no_procedure_of_the_library(clinic: Path, tmp_path: Path) -> None:
    write_procedure(clinic / "procedures", code="BAD-1", title="")
    listing = list_procedures(open_for_a_run(clinic, open_cache(tmp_path / "cache")))
    codes = [entry["code"] for entry in listing.procedures]
    assert codes == sorted(codes)
    assert {CODE, "90837"} <= set(codes)
    (broken,) = listing.broken
    assert isinstance(broken, InvalidInput)
    assert broken.problems[0].field == "title"


def test_the_library_is_looked_at_before_a_document_is_made(clinic: Path) -> None:
    write_procedure(clinic / "procedures", code="BAD-1", title="")
    examined = {}
    for finding in examine(open_clinic(clinic)):  # ends before the document, since it hands over each finding at once
        examined[finding.subject] = finding
        if finding.subject == "library":
            break
    assert examined["clinic folder"].message == str(clinic)
    assert not examined["library"].good
    assert "BAD-1.yaml" in examined["library"].message


def test_a_cache_without_a_place_is_no_cache_and_can_not_be_looked_after(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONSENTKIT_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "nowhere")
    cache = open_cache()
    assert (cache.folder, cache.put("0" * 64, b"a part")) == (None, False)
    assert "no home folder" in (cache.trouble or "")
    with pytest.raises(FileAccess, match="no home folder"):
        open_cache_to_look_after()
    assert open_cache(is_used=False).trouble is None


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_path_that_no_file_can_have_is_refused_by_each_errand_that_is_given_one(name: str, clinic: Path) -> None:
    assert open_cache(Path(name)).put("0" * 64, b"a part") is False
    assert "no folder has such a name" in (open_cache(Path(name)).trouble or "")
    with pytest.raises(FileAccess, match="is not a folder"):
        open_clinic(Path(name))
    with pytest.raises(InvalidInput, match="is not the name of a file"):
        verify(open_clinic(clinic), Path(name))
    with pytest.raises(FileAccess, match="is not the name of a file"):
        list(render(open_clinic(clinic), RenderRequest((CODE,), f"{name}/")))
    result = check(open_despite_faults(clinic), [f"./{name}.yaml"])
    assert [problem.message for problem in result.problems] == ["is not the name of a file; correct it"]
