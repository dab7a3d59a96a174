"""`consentkit new`: a procedure file to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from pydantic import BaseModel

from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, WrongUse
from consentkit.library.definitions import check_definition, check_procedure, load_paper, load_procedure
from consentkit.model.descriptions import descriptions_of
from consentkit.model.paper import Paper
from consentkit.model.procedure import Procedure
from consentkit.model.schema import schema_text
from consentkit.operations.scaffold import blank, write_new_definition
from consentkit.reading import yaml_file
from consentkit.reading.validation import models_in
from kit.folders import as_written
from kit.small import make_clinic

MODE_LINE = "# yaml-language-server: $schema=procedure.schema.json"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenWorkspace:
    """No clinic folder; the current folder is empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONSENTKIT_CLINIC", raising=False)
    return open_workspace()


def models(model: type[BaseModel]) -> set[type[BaseModel]]:
    """A model and all models that it is made of."""
    inner = {found for field in model.model_fields.values() for found in models_in(field.annotation)}
    return {model}.union(*(models(found) for found in inner))


def test_the_keys_stand_in_the_order_of_the_model() -> None:
    keys = dict.fromkeys(re.findall(r"^(?:# )?([a-z_]+):", blank("90837"), re.MULTILINE))
    assert [key for key in keys if key in Procedure.model_fields] == list(Procedure.model_fields)


@pytest.mark.parametrize(
    "entry",
    ["lines: 1", "initials: true", 'rows:\n- ["", ""]', "empty_rows: 1", "participants: 1", "minor: false"],
)
def test_a_key_of_a_new_paper_has_a_value_of_its_kind(entry: str) -> None:
    """Deleting the # is all that it takes to use such a key."""
    plain = re.sub(r"^[ #]+", "", blank("my-rules"), flags=re.MULTILINE)
    assert f"{entry}\n" in plain


AS_PLAIN_TEXT = {"Benefit", "Risk", "Figure", "DatedSource"}
"""What is written as plain text in a new file: few statements have a figure."""


@pytest.mark.parametrize("model", sorted(models(Procedure), key=lambda model: model.__name__))
def test_every_key_stands_there_with_its_description(model: type[BaseModel]) -> None:
    if {"intro", "items", "note"} == set(model.model_fields):
        return  # the plain form of a text or a list stands in its place
    if model.__name__ in AS_PLAIN_TEXT:
        return
    text = blank("90837")
    words = " ".join(re.sub(r"\n[ #]*", " ", text).split())
    for name in model.model_fields:
        assert re.search(rf"^[ #-]*{name}:", text, re.MULTILINE), f"{model.__name__}.{name}"
        assert " ".join(descriptions_of(model)[name].split()) in words, f"{model.__name__}.{name}"


@pytest.mark.parametrize("name", [name for name, field in Procedure.model_fields.items() if field.is_required()])
def test_no_key_that_must_be_filled_hides_behind_a_number_sign(name: str) -> None:
    assert re.search(rf"^{name}:", blank("90837"), re.MULTILINE)


def test_a_blank_file_is_right_as_yaml_and_lacks_nothing_but_texts(tmp_path: Path) -> None:
    path = tmp_path / "90837.yaml"
    path.write_text(blank("90837"), encoding="utf-8")
    assert yaml_file.parse(blank("90837"), "f").problems == ()
    told = [problem.message for problem in check_procedure(path)[1]]
    assert [message for message in told if "is empty" not in message] == [
        "is not a date; write year-month-day, such as 2026-11-21"
    ] * 2


def test_a_file_that_has_not_been_filled_in_fails_the_check_in_every_section(tmp_path: Path) -> None:
    path = tmp_path / "90837.yaml"
    path.write_text(blank("90837"), encoding="utf-8")
    procedure, problems = check_procedure(path)
    assert procedure is None
    told = {re.split(r"[.\[]", problem.field)[0] for problem in problems}
    assert told == {name for name, field in Procedure.model_fields.items() if field.is_required()} - {"code"}


def test_every_key_behind_a_number_sign_can_be_used_by_deleting_the_sign() -> None:
    source = yaml_file.parse(uncommented(blank("90837"), Procedure.model_fields), "f")
    assert source.problems == ()
    assert source.data.keys() == Procedure.model_fields.keys()


def uncommented(text: str, keys: Iterable[str]) -> str:
    """Delete the number sign before keys, and before the lines that belong to them."""
    lines: list[str] = []
    inside = None
    for line in text.split("\n"):
        indent, sign, rest = line.partition("# ")
        if sign and indent.isspace() | (not indent) and rest.partition(":")[0] in keys:
            inside = indent
        elif not (sign and indent == inside and rest.startswith("  ")):
            inside = None
        lines.append(line if inside is None else indent + rest)
    return "\n".join(lines)


def test_a_blank_file_can_be_filled_in_to_a_valid_one(tmp_path: Path) -> None:
    text = uncommented(blank("90837"), ["common"])
    for key, value in {"role": "primary", "issued": "2026-11-21", "next": "2027-11-21"}.items():
        text = text.replace(f'{key}: ""', f"{key}: {value}")
    text = text.replace('""', "Some words")
    path = tmp_path / "90837.yaml"
    path.write_text(text, encoding="utf-8")
    assert [str(problem) for problem in check_procedure(path)[1]] == []


def test_the_file_and_its_schema_are_written_into_the_current_folder(workspace: OpenWorkspace, tmp_path: Path) -> None:
    written = write_new_definition(workspace, "00100", None)
    assert written == [Path("00100.yaml"), Path("procedure.schema.json")]
    assert (tmp_path / "procedure.schema.json").read_text(encoding="utf-8") == schema_text("procedure")
    text = (tmp_path / "00100.yaml").read_text(encoding="utf-8")
    assert text.startswith(MODE_LINE + "\n")
    assert yaml_file.parse(text, "f").data["code"] == "00100"


def test_a_schema_that_is_there_already_is_left_alone(workspace: OpenWorkspace, tmp_path: Path) -> None:
    (tmp_path / "procedure.schema.json").write_text("{}")
    assert write_new_definition(workspace, "00100", None) == [Path("00100.yaml")]
    assert (tmp_path / "procedure.schema.json").read_text() == "{}"


def test_in_a_clinic_the_file_goes_to_the_clinics_procedures(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    written = write_new_definition(open_workspace(clinic), "00100", None)
    assert written[0] == clinic / "procedures" / "00100.yaml"
    assert all(path.is_file() for path in written)


@pytest.mark.parametrize("kind", ["file", "empty file", "folder", "link", "dangling link"])
def test_nothing_that_exists_is_touched(kind: str, workspace: OpenWorkspace, tmp_path: Path) -> None:
    target = tmp_path / "00100.yaml"
    (tmp_path / "other").write_text("precious")
    if kind == "folder":
        target.mkdir()
    elif kind == "link":
        target.symlink_to("other")
    elif kind == "dangling link":
        target.symlink_to("elsewhere")
    else:
        target.write_text("precious" if kind == "file" else "")
    before = as_written(tmp_path)
    with pytest.raises(FileAccess, match=r"^00100\.yaml: already exists; edit it, or delete it first$"):
        write_new_definition(workspace, "00100", None)
    assert as_written(tmp_path) == before


@pytest.mark.parametrize("code", ["", "a_b", "90837.yaml", "../90837", "90837\n", "A" * 17, "-A", "Ａ", "/etc/passwd"])
def test_what_is_not_a_code_becomes_no_file(code: str, workspace: OpenWorkspace, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="is not a code: write 1 to 16 capital letters, digits and hyphens"):
        write_new_definition(workspace, code, None)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_differs_from_its_source_in_the_code_and_the_schema_line_only(workspace: OpenWorkspace) -> None:
    write_new_definition(workspace, "MY-90837", "90837")
    copy = load_procedure(Path("MY-90837.yaml"))
    source = workspace.procedure("90837")
    assert copy == source.model_copy(update={"code": "MY-90837"})
    lines = Path("MY-90837.yaml").read_text(encoding="utf-8").splitlines()
    original = workspace.library.path("90837").read_text(encoding="utf-8").splitlines()
    assert [pair for pair in zip(lines, original, strict=True) if pair[0] != pair[1]] == [
        (MODE_LINE, "# yaml-language-server: $schema=../docs/procedure.schema.json"),
        ('code: "MY-90837"', 'code: "90837"'),
    ]


def test_a_copy_of_a_file_that_cannot_be_read_leaves_nothing_behind(workspace: OpenWorkspace, tmp_path: Path) -> None:
    with pytest.raises(FileAccess):
        write_new_definition(workspace, "00100", "./missing.yaml")
    assert list(tmp_path.iterdir()) == []


def test_a_blank_paper_has_every_key_and_fails_the_check(workspace: OpenWorkspace, tmp_path: Path) -> None:
    written = write_new_definition(workspace, "my-rules", None)
    assert [path.name for path in written] == ["my-rules.yaml", "paper.schema.json"]
    text = written[0].read_text(encoding="utf-8")
    keys = dict.fromkeys(re.findall(r"^(?:# )?([a-z_]+):", text, re.MULTILINE))
    assert [key for key in keys if key in Paper.model_fields] == list(Paper.model_fields)
    assert load_or_problems(written[0]) == {"title", "sections[1].heading", "sections[1].text", *SOURCE_AND_REVIEW}


SOURCE_AND_REVIEW = {"sources[1].title", "sources[1].publisher", "review.issued", "review.next"}


def load_or_problems(path: Path) -> set[str]:
    """Where the problems of the file of a paper are."""
    return {problem.field for problem in check_definition(path, "paper")[1]}


def test_a_paper_begins_as_a_copy_of_another_paper_and_of_no_procedure(workspace: OpenWorkspace) -> None:
    path = write_new_definition(workspace, "my-rules", "telehealth")[0]
    assert load_paper(path).title == "Care by video or telephone"
    with pytest.raises(WrongUse, match="would be a paper, but `90837` is none"):
        write_new_definition(workspace, "other-rules", "90837")
