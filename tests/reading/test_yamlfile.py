"""YAML is read as text with positions. tests/examples holds whole files; here stands what a file alone can't show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from consentkit.problems import Problem
from consentkit.reading import characters, yaml_file
from consentkit.reading.yaml_file import YamlFile, dotted, parse


def told(text: str) -> list[str]:
    return [str(problem) for problem in parse(text, "f.yaml").problems]


@pytest.mark.parametrize(
    "value", ["00100", "no", "12:30", "1e3", "0x1F", "2026-11-21", "1_000", "true", ".inf", "=", "010"]
)
def test_nothing_is_taken_for_a_number_a_date_or_a_yes(value: str) -> None:
    assert parse(f"key: {value}\n", "f.yaml").data == {"key": value}


def test_keys_are_text_as_well() -> None:
    assert parse("1: a\nyes: b\n2026-11-21: c\n", "f.yaml").data == {"1": "a", "yes": "b", "2026-11-21": "c"}


TREE = """\
# a comment
first: one
"second":
  - two
  - {third: three, "fourth": [four, 'five']}
sixth: |
  six
seventh:
eighth: >-
  a
  b
"""


def test_each_value_and_each_key_has_its_position() -> None:
    source = parse(TREE, "f.yaml")
    assert source.problems == ()
    assert source.values == {
        (): (2, 1),
        ("first",): (2, 8),
        ("second",): (4, 3),
        ("second", 0): (4, 5),
        ("second", 1): (5, 5),
        ("second", 1, "third"): (5, 13),
        ("second", 1, "fourth"): (5, 30),
        ("second", 1, "fourth", 0): (5, 31),
        ("second", 1, "fourth", 1): (5, 37),
        ("sixth",): (6, 8),
        ("seventh",): (8, 9),
        ("eighth",): (9, 9),
    }
    assert source.keys == {
        ("first",): (2, 1),
        ("second",): (3, 1),
        ("second", 1, "third"): (5, 6),
        ("second", 1, "fourth"): (5, 20),
        ("sixth",): (6, 1),
        ("seventh",): (8, 1),
        ("eighth",): (9, 1),
    }


def test_columns_count_characters_whatever_their_bytes() -> None:
    source = parse("ключ: [👩🏽, é, x]\n", "f.yaml")
    assert source.values[("ключ", 1)] == (1, 12)
    assert source.values[("ключ", 2)] == (1, 15)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_counts_as_one_line(newline: str) -> None:
    source = parse(TREE.replace("\n", newline), "f.yaml")
    assert source == parse(TREE, "f.yaml")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (">-\n  one\n  line\n\n  another\n", "one line\n\nanother"),
        ("one\n  line\n\n  another\n", "one line\n\nanother"),
        ("'one\n  line\n\n  another'\n", "one line\n\nanother"),
        ('"one\n  line\n\n  another"\n', "one line\n\nanother"),
        ("|-\n  one\n  line\n\n  another\n", "one\nline\n\nanother"),
        (">-\n  one\n    deeper\n    still\n  line\n", "one\n  deeper\n  still\nline"),
        ('"one\\nline"\n', "one\nline"),
    ],
)
def test_an_empty_line_parts_paragraphs_in_every_style(written: str, read: str) -> None:
    assert parse(f"key: {written}", "f.yaml").data == {"key": read}


def test_a_key_that_stands_twice_keeps_its_first_value_and_position() -> None:
    source = parse("a: {b: 1}\nc: 2\na: {b: 3, d: 4}\n", "f.yaml")
    assert source.data == {"a": {"b": "1"}, "c": "2"}
    assert source.values[("a", "b")] == (1, 8)
    assert ("a", "d") not in source.values
    assert [str(problem) for problem in source.problems] == [
        "f.yaml:3:1: a: appears a second time, first on line 1; keep one"
    ]


def test_problems_inside_a_repeated_key_are_told_too() -> None:
    assert told("a: 1\na: {b: &x 2, b: 3}\n") == [
        "f.yaml:2:1: a: appears a second time, first on line 1; keep one",
        "f.yaml:2:8: a.b: sets the anchor `&x`; delete it",
        "f.yaml:2:14: a.b: appears a second time, first on line 2; keep one",
    ]


def test_a_value_that_was_refused_is_marked_as_unread() -> None:
    source = parse("a: *x\nb: null\nc: {d: ~, e: f}\ng: 'null'\n", "f.yaml")
    assert source.unread == {("a",), ("b",), ("c", "d")}
    assert source.data["g"] == "null"


@pytest.mark.parametrize("key", ["&a k", "!t k", '"k\\u200b"', "*a ", '""', '"  "', "<<", "[k]", "{k: l}", "? &a k\n"])
def test_a_key_may_be_nothing_but_text(key: str) -> None:
    (problem, *_) = parse(f"x: y\n{key}: z\n", "f.yaml").problems
    assert problem.line == 2


def test_an_odd_key_is_shown_harmlessly_and_cut_short() -> None:
    assert dotted(("a" * 100, 2, "b\x1b")) == "a" * 59 + "…[3].b\x1b"
    problem = Problem("f.yaml", 1, 1, dotted(("b\x1b",)), "is odd")
    assert str(problem) == "f.yaml:1:1: b\\u{1b}: is odd"


def test_the_entries_that_count_against_the_limit_are_those_inside_refused_values_too() -> None:
    text = "a: 1\n" + "a: [x, y, z]\n" * 1300
    assert any("contains more than 5,000 entries" in line for line in told(text))


def test_nesting_is_allowed_to_the_limit_and_no_deeper() -> None:
    def nested(levels: int) -> str:
        return "a: " + "[" * levels + "]" * levels + "\n"

    assert told(nested(yaml_file.DEEPEST)) == []
    assert told(nested(yaml_file.DEEPEST + 1)) == ["f.yaml:1:24: is nested more than 20 levels deep; make it flatter"]


def test_no_alias_is_ever_expanded() -> None:
    """Nine levels of nine: a billion texts for a reader that expands them."""
    bomb = "a0: &a0 lol\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
    )
    source = parse(bomb, "f.yaml")
    assert source.data["a9"] == [""] * 9
    assert sum("uses the alias" in problem.message for problem in source.problems) == 81


ALLOWED = "\t\n\u200c\u200d\u200e\u200fé–“”’…½µ👩‍⚕️\u0301漢न"
REFUSED = {
    "\x00": "a control character, U+0000 (NUL)",
    "\x1b": "a control character, U+001B (ESCAPE)",
    "\x7f": "a control character, U+007F",
    "\x85": "a control character, U+0085 (NEXT LINE)",
    "\xad": "an invisible format character, U+00AD (SOFT HYPHEN)",
    "\u200b": "an invisible format character, U+200B (ZERO WIDTH SPACE)",
    "\u2028": "a line separator, U+2028 (LINE SEPARATOR)",
    "\u2029": "a paragraph separator, U+2029 (PARAGRAPH SEPARATOR)",
    "\u202a": "an invisible format character, U+202A (LEFT-TO-RIGHT EMBEDDING)",
    "\u202e": "an invisible format character, U+202E (RIGHT-TO-LEFT OVERRIDE)",
    "\u2066": "an invisible format character, U+2066 (LEFT-TO-RIGHT ISOLATE)",
    "\u2800": "a blank, U+2800 (BRAILLE PATTERN BLANK)",
    "\u3164": "a blank, U+3164 (HANGUL FILLER)",
    "\ud800": "half of a character, U+D800",
    "\ue000": "a private character, U+E000",
    "\ufeff": "an invisible format character, U+FEFF (ZERO WIDTH NO-BREAK SPACE)",
    "\uffff": "an unassigned character, U+FFFF",
    "\U000e0041": "an invisible format character, U+E0041 (TAG LATIN CAPITAL LETTER A)",
    "\U0010ffff": "an unassigned character, U+10FFFF",
}


def test_letters_joiners_and_direction_marks_are_allowed() -> None:
    assert list(characters.refused(ALLOWED)) == []


@pytest.mark.parametrize("char", sorted(REFUSED), ids=lambda char: f"{ord(char):04X}")
def test_a_character_that_readers_cannot_agree_on_is_refused_at_its_place(char: str) -> None:
    source = parse(f"a: b\nc: d{char}e{char}\n", "f.yaml")
    assert [str(problem) for problem in source.problems] == [
        f"f.yaml:2:{column}: contains {REFUSED[char]}; delete it" for column in (5, 7)
    ]


@pytest.mark.parametrize("char", sorted(REFUSED.keys() - {"\ud800"}), ids=lambda char: f"{ord(char):04X}")
def test_the_same_character_is_refused_as_an_escape(char: str) -> None:
    source = parse(f'a: "b\\U{ord(char):08X}"\n', "f.yaml")
    assert [problem.message for problem in source.problems] == [f"contains an escape for {REFUSED[char]}; delete it"]


def test_every_character_that_is_not_refused_comes_back_from_the_yaml_parser() -> None:
    """All of Unicode, so that no character slips between our rule and the parser's."""
    every = "".join(map(chr, range(0x110000)))
    refused = {index for index, _ in characters.refused(every)}
    passed = "".join(char for index, char in enumerate(every) if index not in refused and char not in '\n"\\')
    assert len(passed) > 130_000
    source = parse(f'a: "{passed}"\n', "f.yaml")
    assert source.problems == ()
    assert source.data == {"a": passed}


BROKEN = (
    *("a: [", "a: 'b", "a: {b: c", "a: @b", "\ta: b", "a: b: c", "a\nb: c", "- a\nb: c", "a: !x!y z", "a: |0\n b"),
    *('a: "\\q"', "a: *", "---\n---\n", "...", "a: b\n...\nc", "? [", "&a", "!", "a: b\n c: d"),
    *("[" * 5000, "a: " + "{a: " * 5000),
)


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml_file._Loader], ids=["python", "libyaml"])
@pytest.mark.parametrize("text", BROKEN)
def test_no_exception_of_the_yaml_library_gets_out(text: str, loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_file, "_Loader", loader)
    assert parse(text, "f.yaml").problems


@pytest.mark.parametrize("error", [RecursionError(), ValueError(), UnicodeError(), yaml.YAMLError()])
def test_whatever_the_yaml_library_raises_becomes_a_problem(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Iterator[yaml.Event]:
        raise error

    monkeypatch.setattr(yaml_file, "_Loader", broken)
    assert told("a: b\n") == ["f.yaml: can't be read as YAML; look for broken quotation marks or brackets"]


def test_reading_twice_gives_the_same_and_nothing_is_shared() -> None:
    first, second = parse(TREE, "f.yaml"), parse(TREE, "f.yaml")
    assert first == second
    assert isinstance(first, YamlFile)
    assert first.data is not second.data


NESTINGS = {
    "lists in brackets": lambda levels: "a: " + "[" * levels,
    "closed lists in brackets": lambda levels: "a: " + "[" * levels + "]" * levels,
    "mappings in braces": lambda levels: "a: " + "{a: " * levels,
    "mappings in braces, without spaces": lambda levels: "a: " + '{"a":' * levels + "1" + "}" * levels,
    "lists in mappings in lists": lambda levels: "a: " + "[{a: " * (levels // 2 + 1),
    "lists as keys in brackets": lambda levels: "a: [" + "{[" * levels,
    "lists on one line": lambda levels: "a:\n  " + "- " * levels + "x",
    "lists by indentation": lambda levels: "a:\n" + "".join(f"{' ' * level}-\n" for level in range(levels)),
    "mappings by indentation": lambda levels: "".join(f"{' ' * level}a:\n" for level in range(levels + 1)),
    "lists in mappings by indentation": lambda levels: "".join(f"{'  ' * level}- a:\n" for level in range(levels))[2:],
    "brackets within indentation": lambda levels: "a:\n - b:\n    - c: " + "[" * levels,
}


@pytest.mark.parametrize("loader", [yaml_file._Loader, yaml.SafeLoader], ids=["libyaml", "python"])
@pytest.mark.parametrize("levels", [yaml_file.DEEPEST + 2, 300, 1500])
@pytest.mark.parametrize("kind", NESTINGS)
def test_whatever_nests_too_deep_is_told_by_our_own_limit(
    kind: str, levels: int, loader: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Versions of PyYAML differ in their own limits, and the scanner comes to them before we see what it has read."""
    monkeypatch.setattr(yaml_file, "_Loader", loader)
    (problem,) = told(NESTINGS[kind](levels)[:200_000])
    expected = "has a key that is not text" if kind == "lists as keys in brackets" else "is nested more than 20 levels"
    assert expected in problem
    assert "YAML" not in problem


@pytest.mark.parametrize(
    "kind", ["closed lists in brackets", "mappings in braces, without spaces", "lists on one line"]
)
def test_what_nests_as_deep_as_is_allowed_is_read(kind: str) -> None:
    assert told(NESTINGS[kind](yaml_file.DEEPEST - 1)) == []


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000, "- [" * 2000])
def test_a_file_of_brackets_only_lacks_keys_before_it_is_too_deep(text: str) -> None:
    assert len(told(text)) == 1
    assert "f.yaml:1:1: " in told(text)[0]


def test_a_character_is_judged_alike_whatever_stands_beside_it() -> None:
    for number in range(0x3000):
        text = chr(number)
        assert list(characters.refused(text)) == list(characters.refused(text + "\x00"))[:-1], hex(number)
