"""Whatever an author writes is read whole or reported: YAML's own silent losses are not silent here."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.reading import yaml_file
from consentkit.reading.yaml_file import Data, parse
from consentkit.resources import shipped
from kit.running import Outcome
from kit.thorough import examples

Call = Callable[..., Outcome]

modest = settings(max_examples=examples(200), derandomize=True, deadline=None)


def told(text: str) -> list[str]:
    return [str(problem) for problem in parse(text, "f.yaml").problems]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("a: Suite #200\n", "1:10: a: ends before this `#`", id="a value"),
        pytest.param("a: Suite\t#200\n", "1:10: a: ends before this `#`", id="behind a tab"),
        pytest.param("a: 60 # an hour\n", "1:7: a: ends before this `#`", id="a comment that somebody meant"),
        pytest.param("a:\n- line #4471\n", "2:8: a[1]: ends before this `#`", id="an item"),
        pytest.param("a:\n  - b: line #4471\n", "2:13: a[1].b: ends before this `#`", id="a value in an item"),
        pytest.param("a: [b, c #4471\n  ]\n", "1:10: a[2]: ends before this `#`", id="an item in brackets"),
        pytest.param("a: {b: c #4471\n  }\n", "1:10: a.b: ends before this `#`", id="a value in braces"),
        pytest.param("a: one\n  two #3\n", "2:7: a: ends before this `#`", id="the last of two lines"),
        pytest.param("a: one #2\n  three\n", "1:8: a: ends before this `#`", id="the first of two lines"),
        pytest.param("a: one\n  #2 three\nb: c\n", "2:3: a: ends before this `#`", id="a line of its own"),
        pytest.param("a: one\n\n # two\n", "3:2: a: ends before this `#`", id="a line of its own after an empty one"),
        pytest.param("a: [one\n#2\n, three]\n", "2:1: a[1]: ends before this `#`", id="a line of its own in brackets"),
        pytest.param("a:\n- one\n #2\n- three\n", "3:2: a[1]: ends before this `#`", id="a line of an item"),
        pytest.param("a:\n  - one\n #2\n  - three\n", "3:2: a[1]: ends before this `#`", id="a line between columns"),
        pytest.param("a:\n  - one\n  #2 b\n", "3:3: a[1]: is lost", id="a number where the next item would begin"),
        pytest.param("a: |\n    one\n  #2\nb: c\n", "3:3: a: ends before this `#`", id="less indented in a block"),
        pytest.param("a: #118 Willow\n", "1:4: a: has no text", id="the whole value"),
        pytest.param("a: # text\n", "1:4: a: has no text", id="a value with a space"),
        pytest.param("a:\n  # text\nb: c\n", "2:3: a: has no text", id="a value on a line of its own"),
        pytest.param("a:\n- #4471\n- b\n", "2:3: a[1]: has no text", id="a whole item"),
        pytest.param("a:\n- # b\n- c\n", "2:3: a[1]: has no text", id="a whole item with a space"),
        pytest.param("a: {b: #4471\n  }\n", "1:8: a.b: has no text", id="a whole value in braces"),
        pytest.param("a:\n  #4471 is\n  ours\n", "2:3: a: is lost", id="the first line of a text"),
        pytest.param('a: "Suite" #200\n', "1:12: a: is lost", id="behind a quoted text"),
        pytest.param("a: 'Suite'# 200\n", "1:11: a: is lost", id="close behind a quoted text"),
        pytest.param('a: ["Suite"] #200\n', "1:14: is lost", id="behind a list in brackets"),
        pytest.param("a: [Suite, #200\n  b]\n", "1:12: a[2]: is lost", id="behind a comma"),
        pytest.param("a: >- #4471\n  b\n", "1:7: a: is lost", id="behind the mark of a block"),
        pytest.param("a: |# b\n  c\n", "1:5: a: is lost", id="close behind the mark of a block"),
        pytest.param("a: | # b\nc: d\n", "1:6: a: has no text", id="behind the mark of an empty block"),
        pytest.param("a: b\nc #1: d\n", "2:1: contains a `#`", id="a key"),
    ],
)
def test_text_behind_a_hash_sign_is_reported_with_its_place_and_a_remedy(text: str, place: str) -> None:
    (problem,) = [problem for problem in told(text) if "`#`" in problem]
    assert problem.startswith(f"f.yaml:{place}")
    assert "quotation marks" in problem


@pytest.mark.parametrize(
    "text",
    [
        "# a\na: b\n# c\n\n#d: e\nf: g\n",
        "a: b#c\n",
        "a: '#200'\n",
        'a: "Suite #200"\n',
        'a: "Suite" # a comment\n',
        "a: [b, c] # a comment\n",
        "a: [b, # a comment\n  c] ### another\n",
        "a: # a comment\n  b: c\n",
        "a:   # a comment\n  - b\n",
        "a:\n  #b: c\n  d: e\n",
        "a:\n  # a comment\n  text\n",
        "a:\n- b\n# a comment\n- c\n",
        "a:\n  - b\n  # - a comment\n  - c\n",
        "a:\n  - b: c\n    # d: e\n    f: g\n",
        "a: |\n  #200\n  b #c\n",
        "a: >- # a comment\n  b\n",
        "a: |\n  b\n# a comment\nc: d\n",
        "--- # a comment\na: b\n... # another\n",
    ],
)
def test_a_comment_that_is_no_text_is_nothing_to_report(text: str) -> None:
    assert told(text) == []


def test_a_value_that_lost_text_is_not_complained_of_a_second_time() -> None:
    assert parse("a: #118 Willow\nb: c\n", "f.yaml").unread == {("a",)}


UNCLOSED = "opens a quotation mark that is not closed before the next entry"


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ('a: "b\nc: "d"\n', "1:4", 2),
        ('a: "b\nc: d\n\ne: say "f"\n', "1:4", 2),
        ("a: 'tis so\nb: c's d\n", "1:4", 2),
        ('a:\n- "b\n- "c"\n', "2:3", 3),
        ('a:\n  - "b\n\n  - c\n  - d" e\n', "2:5", 4),
        ('a:\n  - b: "c\n    d: "e"\n', "2:8", 3),
        ('a: ["b", "c]\nd: "e"\n', "1:10", 2),
        ('a: "b\n# a comment\nc: "d"\n', "1:4", 2),
        ('a: "b\nc: d\ne: "f\n', "1:4", 2),
    ],
)
def test_a_quotation_mark_that_swallows_entries_is_reported_where_it_opens(text: str, place: str, line: int) -> None:
    (problem,) = told(text)
    assert problem.startswith(f"f.yaml:{place}: {UNCLOSED}, on line {line}; close it where the text ends")
    assert ("apostrophe" in problem) == ("'" in text)


@pytest.mark.parametrize("text", ['a: "b\n  c"\n', 'a: "b\n\n  c"\nd: e\n', "a:\n- 'b\n  c'\n", '{"a": "b\nc"}\n'])
def test_a_quoted_text_may_have_several_lines(text: str) -> None:
    assert told(text) == []


def test_a_person_is_never_quoted() -> None:
    for text in ("name: Suite #Zqx\n", 'name: "Zqx\nnext: "a"\n', "name: #Zqx\n", "name: a\n  #Zqx\n"):
        (problem,) = parse(text, "f.yaml", discreet=True).problems
        assert "Zqx" not in str(problem)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("90837.yaml", "code: '90837'\ntitle: A talk #2\n", "90837.yaml:2:15: title: ends before this `#`"),
        ("90837.es.yaml", "code: '90837'\ntitle: Hablar #2\n", "90837.es.yaml:2:15: title: ends before this `#`"),
        ("services.yaml", "services:\n  - 90837 #2\n", "services.yaml:2:11: services[1]: ends before this `#`"),
        ("languages/en.yaml", "language: en #2\n", "languages/en.yaml:1:14: language: ends before this `#`"),
    ],
)
def test_every_kind_of_file_is_read_so(name: str, text: str, line: str, tmp_path: Path, call: Call) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    result = call("check", str(path))
    assert result.code == 3
    assert f"{tmp_path}/{line}" in result.stdout.decode()


def test_the_particulars_and_the_clauses_of_a_clinic_are_read_so_and_its_approvals(tmp_path: Path, call: Call) -> None:
    for name, text in (
        ("clinic.yaml", "name: A\naddress:\n  - Suite #200\n"),
        ("clauses.en.yaml", "drop:\n  - crisis_plan #b\n"),
        ("approvals.yaml", "approvals:\n  - code: '90837' #a\n    by: B #c\n"),
    ):
        folder = tmp_path / Path(name).stem
        (folder / name).parent.mkdir(parents=True)
        (folder / "clinic.yaml").write_text("name: A\n")
        (folder / name).write_text(text)
        result = call("render", "90837", "-o", str(tmp_path / "a.pdf"), "--clinic", str(folder))
        assert result.code == 3
        assert "ends before this `#`" in result.stderr
        assert not (tmp_path / "a.pdf").exists()


# What people type, rather than text at random; a backslash is left out, since its meanings are another matter.
TYPED = st.lists(
    st.sampled_from(("#", " #", "# ", " ", ":", ": ", "- ", ",", "'", '"', "[", "]", "{", "}", "&", "*", "!", "|", ">"))
    | st.text(string.ascii_letters + string.digits, min_size=1, max_size=4),
    min_size=1,
    max_size=14,
).map("".join)
CONTEXTS = (
    "key: {}\nnext: b\n",
    "key:\n  {}\nnext: b\n",
    "key:\n  - {}\n  - b\n",
    "key:\n- a\n- {}\n",
    "key:\n  - name: {}\n    next: b\n",
    "key: [a, {}]\nnext: b\n",
    "key: [{},\n  b]\nnext: b\n",
    "key: {{name: {}}}\nnext: b\n",
    'key: "{}"\nnext: b\n',
    "key: '{}'\nnext: b\n",
    "key: |\n  {}\nnext: b\n",
    "key: >-\n  {}\n  a\nnext: b\n",
    "{}: b\nnext: b\n",
)
A_COMMENT = ('"', "'", "]", "}", ",", "[", "{", ":", "-", "|", ">")
"""What a comment may follow, if a space is on both sides of its `#`."""


def written(data: Data) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    for inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield str(inner[0]) if isinstance(data, dict) else ""
        yield from written(inner[1])


def letters(text: str) -> Counter[str]:
    return Counter(char for char in text if char.isalnum())


def holds_a_comment(text: str) -> bool:
    parts = text.replace("\n", " \n ").split(" #")
    return any(before.rstrip().endswith(A_COMMENT) for before in parts[:-1])


@modest
@given(TYPED, st.sampled_from(CONTEXTS), st.lists(st.integers(0, 40), max_size=2), st.integers(0, 4))
def test_what_is_written_is_read_whole_or_reported(text: str, context: str, breaks: list[int], indent: int) -> None:
    for place in breaks:  # go on in the next line
        if place < len(text) and text[place] == " ":
            text = text[:place] + "\n" + " " * indent + text[place:].lstrip(" ")
    source = context.format(text).lstrip(" ")
    read = parse(source, "f.yaml")
    if not read.problems and not holds_a_comment(source):
        # A comment, as everybody sees: on a line of its own, in a column in which entries begin.
        lines = [line for line in source.split("\n") if not re.match(r"(  |    )?#", line)]
        assert letters("\n".join(lines)) <= letters("".join(written(read.data))) <= letters(source)


PIECES = (
    *("# a comment", "#2 b", "", "  # a comment", "---", "...", "a:", "  b:", "- c", "  - d", "  - e: f", "? g", ": h"),
    *(
        'i: "j"',
        "k: 'l",
        "m: it's",
        'n: "o',
        '"',
        "p'",
        'q: "r\\',
        "  s",
        '  t"',
        "u: |",
        "v: >-",
        "  w # x",
        "y: z #2",
    ),
    *("a1: [b, c]", "b1: [b,", "c]", "  d]", "e1: {f: g}", "f1: {g: h,", "}", "[g1: h,", "- [", "h1: &i j"),
    *("a2: [b,\n# c\n  d]", "b2: {c:\n#2\n  d}", "c2: [\n# d\n]", "d2: [e,\n  f]"),
    *('a3: "b\n"', 'b3: "c\n# d"', "c3: 'd\n  e'", "d3:\n- 'e\n- f'", "e3: |\n  f\n# g", "f3:\n# g\n- h"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=5).map("\n".join)


def scanned_too(text: str) -> yaml_file.YamlFile:
    """What is read of a text where nothing is spared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            yaml_file.Watch, "needs_scan", property(lambda _: True, lambda _self, _value: None), raising=False
        )
        return parse(text, "f.yaml")


@settings(modest, max_examples=examples(1500))
@given(TEXTS | TYPED.map(lambda text: f"key: {text}\nnext: b\n"))
def test_the_scan_for_losses_is_spared_only_where_it_finds_nothing(text: str) -> None:
    assert parse(text, "f.yaml") == scanned_too(text)


def test_a_shipped_text_is_read_without_a_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    def scan(*_: object) -> Iterator[object]:
        raise AssertionError

    monkeypatch.setattr(yaml_file, "losses", scan)
    for path in shipped("procedures").glob("*.yaml"):
        assert parse(path.read_text(encoding="utf-8"), path.name).problems == ()


QUOTED_TEXT = st.text("ab ,.#-", max_size=6).map(lambda text: f"x{text}y")


@modest
@given(
    st.lists(QUOTED_TEXT, min_size=1, max_size=6),
    st.data(),
    st.sampled_from("'\""),
    st.booleans(),
)
def test_the_mark_that_is_left_open_is_the_one_reported(
    texts: list[str], data: st.DataObject, mark: str, is_list: bool
) -> None:
    left_open = data.draw(st.integers(0, len(texts) - 1))
    lines = []
    for index, text in enumerate(texts):
        quoted = mark + text + (mark if index != left_open else "")
        lines.append(f"- {quoted}" if is_list else f"key{index}: {quoted}")
    source = "\n".join(["top:", *lines] if is_list else ["top: a", *lines]) + "\n"
    problems = yaml_file.parse(source, "f.yaml").problems
    assert problems[0].line == left_open + 2
    assert problems[0].column == lines[left_open].index(mark) + 1
    assert "opens" in problems[0].message
