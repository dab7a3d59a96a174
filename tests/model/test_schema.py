"""The JSON Schemas for editors: up to date, found by every shipped file, and of one mind with the reader."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from consentkit.model.risks import RiskTable
from consentkit.model.schema import MODELS, REPORTS, schema_file, schema_text
from consentkit.model.visit import Visit
from consentkit.reading import yaml_file
from consentkit.reading.validation import validated
from kit.running import PROJECT
from kit.small import small_data

GOOD = sorted((PROJECT / "tests" / "examples" / "good").glob("*.yaml"))
BAD = PROJECT / "tests" / "examples" / "bad"
SHIPPED = sorted(
    path for folder in ("procedures", "papers", "templates", "samples") for path in (PROJECT / folder).rglob("*.yaml")
)
MODE_LINE = re.compile(r"\A# yaml-language-server: \$schema=(\S+)\n")

Errors = Callable[[Path, Any], list[str]]


@pytest.mark.parametrize("kind", [*MODELS, *REPORTS])
def test_the_committed_schema_is_the_one_that_the_models_make(kind: str) -> None:
    """To write it anew: consentkit schema KIND > docs/KIND.schema.json."""
    committed = PROJECT / "docs" / schema_file(kind)
    assert committed.read_text(encoding="utf-8") == schema_text(kind)


def test_there_is_no_schema_without_a_model() -> None:
    committed = {path.name for path in (PROJECT / "docs").glob("*.schema.json")}
    assert committed == {schema_file(kind) for kind in (*MODELS, *REPORTS)}


def test_every_schema_is_in_the_package() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    included = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    schemas = {source: target for source, target in included.items() if source.endswith(".schema.json")}
    files = [f"docs/{schema_file(kind)}" for kind in (*MODELS, *REPORTS)]
    assert schemas == {file: f"consentkit/_shipped/{file}" for file in files}


@pytest.mark.parametrize("kind", [*MODELS, *REPORTS])
def test_every_key_of_a_schema_is_explained_or_plain(kind: str) -> None:
    """A file for an editor: no key of a procedure or a clinic is without an explanation."""
    schema = json.loads(schema_text(kind))
    assert schema["description"]
    assert schema["additionalProperties"] is False
    if kind != "language":  # most words of a language pack explain themselves
        silent = [name for name, entry in schema["properties"].items() if "description" not in entry]
        assert silent == []


def test_there_are_shipped_files_of_every_folder() -> None:
    folders = {path.relative_to(PROJECT).parts[0] for path in SHIPPED}
    assert {"procedures", "templates"} <= folders


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_file_names_its_schema_in_the_first_line_and_it_is_there(path: Path) -> None:
    assert schema_of(path).is_file()
    assert schema_of(path).parent == PROJECT / "docs"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_an_editor_finds_no_fault_with_a_shipped_file(path: Path, errors_for_an_editor: Errors) -> None:
    assert errors_for_an_editor(schema_of(path), as_an_editor_reads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_example_fits_the_schema(path: Path, errors_for_texts: Errors) -> None:
    source = yaml_file.parse(path.read_text(encoding="utf-8-sig"), path.name)
    assert errors_for_texts(PROJECT / "docs" / "procedure.schema.json", source.data) == []


# What the schema is able to see of the mistakes in the bad examples; the reader sees the rest.
SEEN_BY_EDITORS = (
    *("unknown-key", "misspelt-keys-everywhere", "unknown-keys-at-depth", "missing-sections", "keys-in-capitals"),
    *("text-where-a-list-belongs", "list-where-text-belongs", "keys-where-text-belongs", "keys-where-a-list-belongs"),
    *("text-or-list-where-keys-belong", "list-in-a-list", "empty-lists", "too-long-texts", "minutes-as-one-number"),
    *("code-in-small-letters", "code-that-is-a-path", "code-too-long", "bad-codes-in-lists", "unknown-role"),
    *(
        "number-a-number-with-its-unit",
        "number-in-a-list",
        "neither-true-nor-false",
        "year-about",
        "clause-with-capitals",
    ),
)


@pytest.mark.parametrize("name", SEEN_BY_EDITORS)
def test_an_editor_sees_the_mistake_of_a_bad_example(name: str, errors_for_texts: Errors) -> None:
    source = yaml_file.parse((BAD / name / "90837.yaml").read_text(encoding="utf-8"), name)
    assert errors_for_texts(PROJECT / "docs" / "procedure.schema.json", source.data)


def test_the_schema_knows_every_key_that_the_reader_knows(errors_for_texts: Errors) -> None:
    """Put an unknown key at every place of a procedure: the schema refuses it there."""
    schema = PROJECT / "docs" / "procedure.schema.json"
    words, steps = [{"term": "A", "meaning": "B"}], {"steps": [{"name": "A", "text": "B"}]}
    long = small_data(purpose={"intro": "A."}, description=steps, technical_terms=words)
    assert errors_for_texts(schema, long) == []
    tried = 0
    for path in mappings(long):
        data = copy.deepcopy(long)
        target = data
        for step in path:
            target = target[step]
        target["unheard_of"] = "x"
        assert errors_for_texts(schema, data), path
        tried += 1
    assert tried >= 10


def mappings(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all mappings in plain data."""
    if isinstance(data, dict):
        yield path
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in steps:
        yield from mappings(value, (*path, step))


def schema_of(path: Path) -> Path:
    """The schema that a file names in its first line."""
    named = MODE_LINE.match(path.read_text(encoding="utf-8"))
    assert named, f"{path} does not begin with # yaml-language-server: $schema=..."
    return (path.parent / named[1]).resolve()


class Core(yaml.SafeLoader):
    """YAML as editors read it: by the core schema of YAML 1.2, in which 12:30 and `no` are text."""


Core.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def as_an_editor_reads(text: str) -> Any:
    return yaml.load(text, Loader=Core)


def test_the_editors_reading_tells_numbers_from_text() -> None:
    text = "[60, 00100, 12:30, no, true, 1.5, ~, 2026-11-21, '60', 0x1F]"
    assert as_an_editor_reads(text) == [60, 64, "12:30", "no", True, 1.5, None, "2026-11-21", "60", 31]


@pytest.fixture(scope="module")
def errors_for_an_editor() -> Errors:
    """Validate data as an editor does. Returns the messages."""
    return validating(jsonschema.Draft202012Validator)


@pytest.fixture(scope="module")
def errors_for_texts() -> Errors:
    """Validate data of which every value is still text: that of a number counts as a number. Returns the messages."""
    plain = jsonschema.Draft202012Validator
    types = plain.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: isinstance(value, str) and re.fullmatch(r"[0-9]+", value) is not None,
            "boolean": lambda _, value: isinstance(value, str) and value.lower() in {"true", "false", "yes", "no"},
            "null": lambda _, value: False,
        }
    )
    validator = jsonschema.validators.extend(plain, type_checker=types)
    return validating(validator)


def validating(validator: Any) -> Errors:
    @cache
    def prepared(schema: Path) -> Any:
        content = json.loads(schema.read_text(encoding="utf-8"))
        validator.check_schema(content)
        return validator(content)

    def messages(schema: Path, data: Any) -> list[str]:
        return [f"{error.json_path}: {error.message[:200]}" for error in prepared(schema).iter_errors(data)]

    return messages


VISIT = """\
visit: {visit}
date: 2026-11-23
time: 08:00
patient: {{name: {name}, born: {born}, record: {record}}}
procedures: [{code}]
clinician: {{name: Dr. A}}
place: in person
large_print: {truth}
"""
_PLAIN = {"visit": "V-1", "name": "Ann", "born": "1984-07-09", "record": "M-1", "code": "90834", "truth": "true"}


@pytest.mark.parametrize(
    ("changes", "is_accepted"),
    [
        ({}, True),
        ({"visit": "1001", "record": "20431", "code": '"90834"', "name": "24"}, True),
        ({"truth": "yes"}, True),
        ({"truth": "No"}, True),
        ({"truth": "maybe"}, False),
        ({"born": '"1984-07-09"'}, True),
        ({"born": "1984"}, False),
        ({"born": ""}, False),
        ({"record": ""}, False),
        ({"name": "~"}, False),
        ({"code": "[x]"}, False),
    ],
    ids=str,
)
def test_an_editor_and_the_reader_are_of_one_mind_about_a_visit(
    changes: dict[str, str], is_accepted: bool, errors_for_an_editor: Errors
) -> None:
    text = VISIT.format(**_PLAIN | changes)
    instance, problems = validated(Visit, yaml_file.parse(text, "visit.yaml"))
    assert (instance is not None) is is_accepted, problems
    errors = errors_for_an_editor(PROJECT / "docs" / "visit.schema.json", as_an_editor_reads(text))
    assert (errors == []) is is_accepted, errors


@pytest.mark.parametrize("written", ["60", '"60"', "sixty", ""])
@pytest.mark.parametrize("key", ["number", "title"])
def test_an_editor_and_the_reader_are_of_one_mind_about_numbers_and_texts(
    key: str, written: str, errors_for_an_editor: Errors
) -> None:
    values = {"number": "60", "title": "A risk"} | {key: written}
    text = (
        f"risks:\n  sad:\n    group: common\n    figure: {{number: {values['number']}, out_of: 100}}\n"
        f"    source: {{title: {values['title']}, publisher: Us, year: 2020}}\n    wording: {{en: You may feel sad.}}\n"
    )
    is_accepted = validated(RiskTable, yaml_file.parse(text, "risks.yaml"))[0] is not None
    errors = errors_for_an_editor(PROJECT / "docs" / "risks.schema.json", as_an_editor_reads(text))
    assert (errors == []) is is_accepted, errors
