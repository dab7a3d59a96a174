"""Procedure files, good and bad, as clinicians write them: drop a file into tests/examples and it becomes a case.

tests/examples/good/CODE.yaml     a valid procedure; CODE.json beside it holds what must be read from it
tests/examples/bad/NAME/FILE      a file with mistakes; expected.txt beside it holds what `consentkit check` must print

Expectations are never written by hand. UPDATE_EXPECTED=1 writes them anew, and the tests that did so count as skipped:

    UPDATE_EXPECTED=1 PYTHONPATH=src:tests pytest tests/cli/test_examples.py

Then read the difference as the person would who has to mend the file: is the place right, is it clear what to do?
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from consentkit.cli import run
from consentkit.library.definitions import check_procedure, load_procedure
from consentkit.library.languages import load_language
from consentkit.reading import validation, yaml_advice, yaml_file
from consentkit.reading.files import LARGEST_TEXT
from consentkit.resources import shipped
from kit.examples import EXPECTED, compare, the_file_of

EXAMPLES = Path(__file__).parents[1] / "examples"
GOOD = sorted((EXAMPLES / "good").glob("*.yaml"))
BAD = sorted(path for path in (EXAMPLES / "bad").iterdir() if path.is_dir())


def test_each_folder_of_examples_holds_cases() -> None:
    assert len(GOOD) >= 8
    assert len(BAD) >= 50


def test_nothing_in_the_folders_of_examples_is_left_out() -> None:
    stray = [path for path in (EXAMPLES / "bad").iterdir() if not path.is_dir()]
    stray += [path for path in (EXAMPLES / "good").iterdir() if path.with_suffix(".yaml") not in GOOD]
    assert stray == []


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_example_is_read_as_it_was_written(path: Path) -> None:
    procedure = load_procedure(path)
    read = procedure.model_dump(mode="json", exclude_defaults=True)
    compare(path.with_suffix(".json"), json.dumps(read, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_example_has_no_problem_of_form(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    assert problems_of(path.name) == []


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_each_problem_of_a_bad_example_is_told_with_its_place_and_a_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    lines = problems_of(the_file_of(folder))
    assert lines
    compare(folder / EXPECTED, "".join(line + "\n" for line in lines))


def test_consentkit_check_prints_these_very_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CONSENTKIT_CLINIC", raising=False)
    for folder in BAD[::20]:
        monkeypatch.chdir(folder)
        assert run(["check", the_file_of(folder)]) == 3
        assert capsys.readouterr().out == (folder / EXPECTED).read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_the_problems_of_a_bad_example_stand_in_the_order_of_its_lines(folder: Path) -> None:
    places = [place_of(line) for line in (folder / EXPECTED).read_text(encoding="utf-8").splitlines()]
    assert places == sorted(places)


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_no_problem_of_a_bad_example_is_told_twice(folder: Path) -> None:
    lines = (folder / EXPECTED).read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines))


def test_every_advice_about_yaml_is_met_by_an_example() -> None:
    advice = {*yaml_advice._WHERE_IT_BEGINS.values(), *yaml_advice._WHERE_IT_ENDS.values()}
    advice |= {yaml_advice._TOO_DEEP, yaml_advice._GOES_ON}
    told = everything_expected()
    assert [words for words in sorted(advice) if words not in told] == []


def test_every_pattern_that_a_procedure_must_match_is_met_by_an_example() -> None:
    told = everything_expected()
    assert validation._PATTERNS["[A-Z0-9-]"] in told
    assert validation._PATTERNS["[a-z0-9_]"] in told


def test_no_problem_is_told_in_the_words_of_a_library() -> None:
    """What pydantic says by itself begins with one of these; the YAML parser's own words stand in parentheses."""
    starts = (": input should", ": value error", ": field required", ": is not valid YAML", ": string should")
    assert [start for start in starts if start in everything_expected()] == []


# Three kinds of file are too big to be kept: they are made here.

TOO_BIG = "#" * (LARGEST_TEXT + 1)
TOO_DEEP = "purpose: " + "[" * (yaml_file.DEEPEST + 1) + "]" * (yaml_file.DEEPEST + 1) + "\n"
TOO_MANY = "purpose:\n" + "  - x\n" * yaml_file.MOST_NODES


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param(TOO_BIG, "90837.yaml: has 262,145 bytes; at most 262,144 are read", id="oversized"),
        pytest.param(TOO_DEEP, "90837.yaml:1:30: is nested more than 20 levels deep; make it flatter", id="too deep"),
        pytest.param(TOO_MANY, "90837.yaml:4999:5: contains more than 5,000 entries; split it up", id="many entries"),
        pytest.param("[" * LARGEST_TEXT, "90837.yaml:1:1: must consist of keys and values", id="brackets only"),
        pytest.param("a: " + "{a: " * 50_000, "is nested more than 20 levels deep", id="braces without end"),
        pytest.param("a: &a [*a]\n" + "b: *a\n" * 2000, "uses the alias `*a`", id="aliases"),
        pytest.param("\x01" * 200_000, "contains 199,990 more such characters", id="control characters only"),
    ],
)
def test_a_file_that_would_cost_too_much_is_refused(
    text: str, first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "90837.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    lines = problems_of("90837.yaml")
    assert any(first in line for line in lines), lines[:3]
    assert len(lines) <= yaml_file.MOST_NODES


def test_files_at_the_very_limits_are_read(tmp_path: Path) -> None:
    path = tmp_path / "90837.yaml"
    text = GOOD_TEXT.replace("SHORT-FORMS", "90837")
    path.write_bytes((text + "#" * (LARGEST_TEXT - len(text.encode()))).encode())
    assert problems_of(path) == []
    policies = "policies:\n" + "  - Ask the payer.\n" * (yaml_file.MOST_NODES - nodes(text) - 2)
    path.write_text(text + policies, encoding="utf-8")
    assert problems_of(path) == []
    path.write_text(text + policies + "  - One more.\n", encoding="utf-8")
    assert ["contains more than 5,000 entries" in line for line in problems_of(path)] == [True]


GOOD_TEXT = (EXAMPLES / "good" / "SHORT-FORMS.yaml").read_text(encoding="utf-8")


def nodes(text: str) -> int:
    """The mappings, lists, keys and texts of a YAML text."""
    return sum(1 for node in walk(yaml_file.parse(text, "x").data))


def walk(data: yaml_file.Data) -> Iterator[None]:
    yield None
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for value in inner:
        if isinstance(data, dict):
            yield None  # its key
        yield from walk(value)


@cache
def clauses() -> frozenset[str]:
    return frozenset(load_language((shipped("templates"),), "en").clauses)


def problems_of(name: str | Path) -> list[str]:
    """The problems of a file's form, as `consentkit check` prints them."""
    return [str(problem) for problem in check_procedure(Path(name), known_clauses=clauses())[1]]


def place_of(line: str) -> tuple[int, ...]:
    """Line and column of a problem, or nothing where the whole file is meant."""
    parts = line.split(":")[1:3]
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()


def everything_expected() -> str:
    return "\n".join((folder / EXPECTED).read_text(encoding="utf-8") for folder in BAD)
