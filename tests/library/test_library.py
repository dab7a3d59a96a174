"""Finding and loading procedures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import FileAccess, InvalidInput, UnknownCode
from consentkit.library.definitions import check_procedure, load_procedure
from consentkit.library.procedures import Library
from kit.small import small_procedure, write_procedure


def test_the_codes_of_all_folders_are_listed_once_and_sorted(tmp_path: Path) -> None:
    for folder, codes in (("own", ["B", "A"]), ("shipped", ["C", "B", "00100"])):
        for code in codes:
            write_procedure(tmp_path / folder, code=code)
    assert Library((tmp_path / "own", tmp_path / "shipped")).codes() == ["00100", "A", "B", "C"]


def test_a_clinics_own_file_comes_before_the_shipped_one(tmp_path: Path) -> None:
    write_procedure(tmp_path / "own", code="A", title="Own")
    write_procedure(tmp_path / "shipped", code="A", title="Shipped")
    library = Library((tmp_path / "own", tmp_path / "shipped"))
    assert library.path("A") == tmp_path / "own" / "A.yaml"
    assert library.procedure("A").title == "Own"


def test_a_broken_file_of_the_clinic_is_told_and_never_replaced_by_the_shipped_one(tmp_path: Path) -> None:
    write_procedure(tmp_path / "own", code="A", title="")
    write_procedure(tmp_path / "shipped", code="A")
    with pytest.raises(InvalidInput, match=r"own/A\.yaml:\d+:\d+: title: is empty"):
        Library((tmp_path / "own", tmp_path / "shipped")).procedure("A")


def test_a_link_in_the_clinics_folder_is_told_and_never_replaced_by_the_shipped_one(tmp_path: Path) -> None:
    target = write_procedure(tmp_path / "elsewhere", code="A")
    write_procedure(tmp_path / "shipped", code="A")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "A.yaml").symlink_to(target)
    with pytest.raises(InvalidInput, match="symbolic link"):
        Library((tmp_path / "own", tmp_path / "shipped")).procedure("A")


@pytest.mark.parametrize(
    "name",
    ["a.yaml", "A.yml", "A.es.yaml", "A .yaml", "-A.yaml", "A_1.yaml", "é.yaml", ".yaml", "A.yaml~", "README.md"],
)
def test_other_files_of_a_folder_are_passed_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("not a procedure")
    write_procedure(tmp_path, code="B")
    assert Library((tmp_path,)).codes() == ["B"]


def test_a_folder_that_is_not_there_holds_no_codes(tmp_path: Path) -> None:
    assert Library((tmp_path / "missing",)).codes() == []


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "procedures").touch()
    with pytest.raises(FileAccess, match=r"procedures: can't be read: not a directory$"):
        Library((tmp_path / "procedures",)).codes()


def test_nothing_is_remembered_between_calls(tmp_path: Path) -> None:
    library = Library((tmp_path,))
    assert library.codes() == []
    write_procedure(tmp_path, code="A", title="First")
    assert library.procedure("A").title == "First"
    write_procedure(tmp_path, code="A", title="Second")
    assert library.procedure("A").title == "Second"


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("90834", "no procedure has the code `90834`; did you mean `90837`?"),
        ("9083", "no procedure has the code `9083`; did you mean `90837`?"),
        ("TALK", "no procedure has the code `TALK`; `TALK-1` and `TALK-2` begin with that"),
        ("talk-1", "no paper has the name `talk-1`; did you mean `TALK-1`?"),
        ("xyz", "no paper has the name `xyz`; `consentkit list` shows all of them"),
        ("../90837", "no procedure has the code `../90837`; did you mean `90837`?"),
        ("\x1b[2J", "no procedure has the code `\\u{1b}[2J`; `consentkit list` shows all of them"),
    ],
)
def test_an_unknown_code_is_answered_with_the_nearest_one(asked: str, answer: str, tmp_path: Path) -> None:
    write_procedure(tmp_path, code="90837")
    write_procedure(tmp_path, code="TALK-1")
    write_procedure(tmp_path, code="TALK-2")
    with pytest.raises(UnknownCode) as caught:
        Library((tmp_path,)).path(asked)
    assert str(caught.value) == answer


def test_a_procedure_is_loaded_as_the_file_has_it(tmp_path: Path) -> None:
    assert load_procedure(write_procedure(tmp_path)) == small_procedure()


def test_loading_raises_with_every_problem_of_the_file(tmp_path: Path) -> None:
    path = write_procedure(tmp_path, title="", setting=[], colour="red", clauses=["telepathy"])
    with pytest.raises(InvalidInput) as caught:
        load_procedure(path, known_clauses=["rights"])
    fields = [problem.field for problem in caught.value.problems]
    assert sorted(fields) == ["clauses[1]", "colour", "setting", "title"]
    assert str(caught.value).count("\n") == 3


def test_checking_returns_the_procedure_or_its_problems_but_never_both(tmp_path: Path) -> None:
    assert check_procedure(write_procedure(tmp_path)) == (small_procedure(), [])
    procedure, problems = check_procedure(write_procedure(tmp_path, title=""))
    assert procedure is None
    assert len(problems) == 1


def test_a_file_whose_only_fault_is_its_name_is_not_loaded(tmp_path: Path) -> None:
    path = write_procedure(tmp_path, code="A").rename(tmp_path / "B.yaml")
    procedure, problems = check_procedure(path)
    assert procedure is None
    assert [problem.field for problem in problems] == ["code"]


def test_clauses_are_compared_with_the_pack_only_where_one_is_given(tmp_path: Path) -> None:
    path = write_procedure(tmp_path, clauses=["telepathy"])
    assert check_procedure(path)[1] == []
    assert check_procedure(path, known_clauses=["telepathy"])[1] == []
    (problem,) = check_procedure(path, known_clauses=["rights", "telepath"])[1]
    assert problem.message == "is `telepathy`, which the language pack has no clause for; did you mean `telepath`?"


def test_an_unknown_clause_is_told_together_with_other_problems(tmp_path: Path) -> None:
    path = write_procedure(tmp_path, title="", clauses=["telepathy", 5, ["x"]])
    fields = [problem.field for problem in check_procedure(path, known_clauses=["rights"])[1]]
    assert fields == ["title", "clauses[1]", "clauses[2]", "clauses[3]"]


def test_a_missing_file_is_not_a_problem_of_its_text(tmp_path: Path) -> None:
    with pytest.raises(FileAccess):
        check_procedure(tmp_path / "A.yaml")


def test_a_hostile_file_name_is_shown_harmlessly(tmp_path: Path) -> None:
    path = write_procedure(tmp_path, code="A").rename(tmp_path / "A\x1b[2J\u202e.yaml")
    (problem,) = check_procedure(path)[1]
    assert str(problem).isprintable()
    assert os.fspath(path) == problem.file


def test_a_problem_names_the_path_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_procedure(tmp_path / "mine", code="A", title="")
    monkeypatch.chdir(tmp_path)
    (problem,) = check_procedure(Path("mine/A.yaml"))[1]
    assert str(problem).startswith("mine/A.yaml:")


# --- translations ---


def test_a_translation_is_that_beside_the_procedure_and_a_clinics_own_comes_first(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    write_procedure(own, code="MINE")
    for code in ("MINE", "THEIRS", "BOTH"):
        write_procedure(shipped, code=code)
    for path in (shipped / "MINE.es.yaml", shipped / "BOTH.es.yaml", own / "BOTH.es.yaml", shipped / "THEIRS.es.yaml"):
        path.touch()
    library = Library((own, shipped))
    assert library.translation("MINE", "es") is None  # the shipped one translates another text
    assert library.translation("BOTH", "es") == own / "BOTH.es.yaml"
    assert library.translation("THEIRS", "es") == shipped / "THEIRS.es.yaml"


@pytest.mark.parametrize("language", ["ES", "spanish", "es_MX", "", "../es", "es/../es", "\x1b[2J"])
def test_what_is_no_language_has_no_translation(language: str, tmp_path: Path) -> None:
    write_procedure(tmp_path, code="A")
    for name in ("A.ES.yaml", "A.spanish.yaml", "A.es_MX.yaml", "A..yaml"):
        (tmp_path / name).touch()
    library = Library((tmp_path,))
    assert library.translation("A", language) is None
    assert library.index().translations == {"A": {}}


_NAMES = st.sets(st.sampled_from(["A.yaml", "B.yaml", "A.es.yaml", "A.fr.yaml", "B.es.yaml", "B.ES.yaml", "C.es.yaml"]))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, ...]]:
    yield tuple(tmp_path_factory.mktemp(name) for name in ("own", "region", "shipped"))


@given(held=st.tuples(_NAMES, _NAMES, _NAMES))
def test_looking_for_one_file_finds_what_the_index_of_all_holds(
    held: tuple[set[str], ...], folders: tuple[Path, ...]
) -> None:
    for folder, names in zip(folders, held, strict=True):
        for path in folder.iterdir():
            path.unlink()
        for name in names:
            (folder / name).touch()
    library = Library(folders)
    index = library.index()
    assert library.codes() == list(index.procedures) == sorted(code for code in "ABC" if library.has(code))
    for code, path in index.procedures.items():
        assert library.path(code) == path
        found = {language: library.translation(code, language) for language in ("es", "fr", "ES")}
        assert {language: path for language, path in found.items() if path} == index.translations[code]


def test_no_folder_is_listed_to_find_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_procedure(tmp_path, code="A")
    (tmp_path / "A.es.yaml").touch()
    library = Library((tmp_path,))
    for name in ("listdir", "scandir"):
        monkeypatch.setattr(os, name, lambda *_: pytest.fail("a folder was listed"))
    assert library.path("A") == tmp_path / "A.yaml"
    assert library.translation("A", "es") == tmp_path / "A.es.yaml"


def test_the_index_lists_each_folder_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("own", "shipped"):
        write_procedure(tmp_path / folder, code="A")
    listed = []
    listing = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: listed.append(str(path)) or listing(path))
    Library((tmp_path / "own", tmp_path / "shipped")).index()
    assert listed == [str(tmp_path / "own"), str(tmp_path / "shipped")]


def test_a_folder_that_can_not_be_looked_into_is_told_and_never_passed_over(tmp_path: Path) -> None:
    (tmp_path / "own").touch()
    write_procedure(tmp_path / "shipped", code="A")
    with pytest.raises(FileAccess, match=r"own: can't be read: not a directory$"):
        Library((tmp_path / "own", tmp_path / "shipped")).path("A")
