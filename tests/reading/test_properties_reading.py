"""What holds of reading whatever the input is; hypothesis makes up the input, the same one in every run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.model.procedure import Procedure
from consentkit.model.values import fold
from consentkit.problems import Problem, did_you_mean, printable, quoted
from consentkit.reading import characters, yaml_file
from consentkit.reading.validation import validated
from consentkit.reading.yaml_file import Data, DataPath, dotted, parse
from kit.harmless import is_harmless
from kit.small import small_data
from kit.thorough import examples

modest = settings(max_examples=examples(120), derandomize=True, deadline=None)

# Text that YAML might stumble over, rather than text at random.
SINGLE_MARKS = ":-#?&*!|>%@`'\"\\{}[],=~ \t\n\r\u0085\u2028\u202e\x00"
ODD_TEXT = st.lists(
    st.one_of(st.sampled_from(SINGLE_MARKS), st.sampled_from(("<<", "---", "...", ": ", "- ")), st.text(max_size=3)),
    max_size=60,
).map("".join)
PLAIN_TEXT = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp"), exclude_characters="".join(characters._BLANKS))
    | st.sampled_from("\u200c\u200d\u200e\u200f\t\n"),
    max_size=40,
)
KEYS = PLAIN_TEXT.filter(lambda key: bool(key.strip()) and key != "<<")
TREES = st.recursive(
    PLAIN_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(KEYS, TREES, min_size=1, max_size=4)


@modest
@given(ODD_TEXT)
def test_parsing_never_raises_whatever_the_text(text: str) -> None:
    source = parse(text, "f.yaml")
    assert source.data or source.problems or text.strip().startswith(("{", "---", "#"))
    check_harmless(source.problems)


@modest
@given(st.binary(max_size=200))
def test_parsing_never_raises_whatever_bytes_were_decoded(data: bytes) -> None:
    for encoding in ("utf-8", "latin-1", "utf-16-le"):
        check_harmless(parse(data.decode(encoding, errors="replace"), "f.yaml").problems)


@modest
@given(st.text(st.characters(categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), max_size=50), DOCUMENTS)
def test_parsing_never_raises_for_characters_that_are_no_text(odd: str, document: dict[str, Data]) -> None:
    lines = emit(document).text
    source = parse(f"{lines}odd: {odd}\n", "f.yaml")
    refused = len(list(characters.refused(odd.replace("\r\n", "\n").replace("\r", "\n"))))
    assert sum("delete it" in problem.message for problem in source.problems) >= min(refused, yaml_file.MOST_REFUSED)
    check_harmless(source.problems)


def check_harmless(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        assert is_harmless(str(problem))
        assert problem.line is None or problem.line >= 1
        assert problem.column is None or problem.column >= 1


@modest
@given(DOCUMENTS)
def test_every_text_comes_back_as_it_was_written_and_stands_where_it_is_said_to(document: dict[str, Data]) -> None:
    written = emit(document)
    source = parse(written.text, "f.yaml")
    assert source.problems == ()
    assert source.data == document
    assert source.values == written.values
    assert source.keys == written.keys


@modest
@given(DOCUMENTS)
def test_json_is_read_as_it_was_written(document: dict[str, Data]) -> None:
    """An emitter that is not ours. (YAML reads the halves of a character in two JSON escapes as two characters.)"""
    source = parse(json.dumps(document, ensure_ascii=False, indent=1), "f.yaml")
    assert source.problems == ()
    assert source.data == document


@modest
@given(DOCUMENTS, st.sampled_from(["\n", "\r\n", "\r"]))
def test_the_kind_of_line_ends_changes_nothing(document: dict[str, Data], newline: str) -> None:
    text = emit(document).text
    assert parse(text.replace("\n", newline), "f.yaml") == parse(text, "f.yaml")


@modest
@given(DOCUMENTS)
def test_each_position_points_at_its_value_in_the_text(document: dict[str, Data]) -> None:
    source = parse(json.dumps(document, ensure_ascii=False, indent=2), "f.yaml")
    lines = json.dumps(document, ensure_ascii=False, indent=2).split("\n")
    for path, (line, column) in source.values.items():
        value: Any = source.data
        for step in path:
            value = value[step]
        start = lines[line - 1][column - 1 :]
        expected = (
            json.dumps(value, ensure_ascii=False) if isinstance(value, str) else "[" if isinstance(value, list) else "{"
        )
        assert start.startswith(expected)
    for path, (line, column) in source.keys.items():
        assert lines[line - 1][column - 1 :].startswith(json.dumps(path[-1], ensure_ascii=False))


@modest
@given(DOCUMENTS, st.data())
def test_a_key_that_stands_twice_never_vanishes_silently(document: dict[str, Data], data: st.DataObject) -> None:
    mappings = [(path, value) for path, value in walk(document) if isinstance(value, dict) and value]
    path, mapping = data.draw(st.sampled_from(mappings))
    key = data.draw(st.sampled_from(sorted(mapping)))
    written = emit(document, repeat=(*path, key))
    source = parse(written.text, "f.yaml")
    assert source.data == document
    (problem,) = source.problems
    assert problem.field == dotted((*path, key))
    assert "appears a second time" in problem.message
    assert (problem.line, problem.column) == written.repeated


@modest
@given(ODD_TEXT | st.text())
def test_what_is_printable_has_no_control_character_and_keeps_what_is_harmless(text: str) -> None:
    shown = printable(text)
    assert is_harmless(shown)
    assert printable(shown) == shown
    if is_harmless(text):
        assert shown == text


@modest
@given(st.text(), st.lists(st.text(min_size=1)))
def test_a_quotation_is_harmless_and_short(text: str, known: list[str]) -> None:
    assert is_harmless(quoted(text))
    assert len(quoted(text)) <= 60 * len("\\u{10ffff}") + 2
    assert did_you_mean(text, known) == "" or any(f"`{word}`" in did_you_mean(text, known) for word in known)


@modest
@given(st.text(), st.text())
def test_a_problem_is_one_harmless_line_whatever_the_file_holds(name: str, key: str) -> None:
    line = str(Problem(name, 1, 1, dotted((key, 0, key)), f"is {quoted(key)}"))
    assert is_harmless(line)


@modest
@given(ODD_TEXT)
def test_folding_is_done_once_and_for_all(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert "".join(folded.split()) == "".join(text.split())
    for paragraph in folded.split("\n\n"):
        assert paragraph == " ".join(paragraph.split())


FIELDS = sorted(set(small_data()) | {"also_called", "policies", "related", "clauses", "technical_terms"})
JUNK = st.one_of(
    ODD_TEXT, PLAIN_TEXT, st.lists(PLAIN_TEXT, max_size=3), TREES,
    st.sampled_from(["", " ", "\u200d", "\u00a0", "None", "60", "yes", "2026-11-21", "primary"]),
)  # fmt: skip


@modest
@given(st.dictionaries(st.sampled_from(FIELDS), JUNK, min_size=1, max_size=4))
def test_whatever_the_model_accepts_is_folded_text_and_never_empty(changes: dict[str, Any]) -> None:
    data = small_data(**changes)
    written = emit(as_text(data))
    source = parse(written.text, "f.yaml")
    procedure, problems = validated(Procedure, source)
    assert (procedure is None) == bool(problems)
    for problem in problems:
        assert problem.line is not None
        assert is_harmless(str(problem))
    for text in texts(procedure):
        assert text == fold(text)
        assert any(char.isprintable() and not char.isspace() for char in text)


@modest
@given(st.dictionaries(KEYS, JUNK, max_size=4), st.sets(st.sampled_from(FIELDS), max_size=5))
def test_each_unknown_key_and_each_missing_section_is_told(extra: dict[str, Any], dropped: set[str]) -> None:
    data = {name: value for name, value in small_data().items() if name not in dropped}
    extra = {name: value for name, value in extra.items() if name not in Procedure.model_fields}
    source = parse(emit(as_text({**data, **extra})).text, "f.yaml")
    told = {(problem.field, problem.message.split(";")[0]) for problem in validated(Procedure, source)[1]}
    required = {name for name, field in Procedure.model_fields.items() if field.is_required()}
    assert {(name, "is missing") for name in dropped & required} <= told
    assert {(dotted((name,)), "is not a known key here") for name in extra} <= told


def test_a_text_that_only_looks_harmless_is_found_out() -> None:
    """The checks above must be able to fail."""
    assert not is_harmless("a\x1b[2J")
    assert not is_harmless("a\nb")
    assert not is_harmless("\u202e")
    with pytest.raises(AssertionError):
        check_harmless((Problem("f", 0, 1, "", ""),))


def texts(value: object) -> Iterator[str]:
    """Every text in a model."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    else:
        for name in getattr(type(value), "model_fields", {}):
            yield from texts(getattr(value, name))


def as_text(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: as_text(value) for key, value in data.items()}
    return [as_text(item) for item in data] if isinstance(data, list) else str(data)


def walk(data: Data, path: DataPath = ()) -> Iterator[tuple[DataPath, Data]]:
    yield path, data
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in steps:
        yield from walk(value, (*path, step))


class Emitter:
    """Writes plain data as YAML in block style, each text in double quotes, and notes where everything stands."""

    def __init__(self, repeat: DataPath | None) -> None:
        self.text = ""
        self.values: dict[DataPath, tuple[int, int]] = {}
        self.keys: dict[DataPath, tuple[int, int]] = {}
        self.repeat = repeat
        self.repeated: tuple[int, int] | None = None

    def here(self) -> tuple[int, int]:
        return self.text.count("\n") + 1, len(self.text) - (self.text.rfind("\n") + 1) + 1

    def write(self, data: Data, path: DataPath = (), indent: int = 0) -> None:
        """Write a value; the text so far ends where it begins."""
        if isinstance(data, str) or not data:
            self.values[path] = self.here()
            self.text += quoted_yaml(data) if isinstance(data, str) else "{}" if isinstance(data, dict) else "[]"
            self.text += "\n"
        elif isinstance(data, dict):
            self.start_block(path, indent)
            for number, (key, value) in enumerate(data.items()):
                self.text += " " * indent if number else ""
                self.keys[(*path, key)] = self.here()
                self.entry(key, value, (*path, key), indent)
            if self.repeat and self.repeat[:-1] == path:
                self.text += " " * indent
                self.repeated = self.here()
                self.text += f"{quoted_yaml(str(self.repeat[-1]))}: again\n"
        else:
            self.start_block(path, indent)
            for number, item in enumerate(data):
                self.text += (" " * indent if number else "") + "-   "
                self.write(item, (*path, number), indent + 4)

    def start_block(self, path: DataPath, indent: int) -> None:
        self.values[path] = self.here()

    def entry(self, key: str, value: Data, path: DataPath, indent: int) -> None:
        self.text += f"{quoted_yaml(key)}:"
        inline = isinstance(value, str) or not value
        self.text += " " if inline else "\n" + " " * (indent + 2)
        self.write(value, path, indent + 2)


def quoted_yaml(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(char, char if is_harmless(char) else f"\\U{ord(char):08x}") for char in text) + '"'


def emit(document: dict[str, Data], repeat: DataPath | None = None) -> Emitter:
    emitter = Emitter(repeat)
    emitter.write(document)
    return emitter
