"""The words of the program and its documentation: what is written in plain English stays so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from kit.running import PROJECT

pytestmark = pytest.mark.xdist_group("words")  # the program is read once

SOURCE = PROJECT / "src" / "consentkit"
DOCUMENTS = sorted([*PROJECT.glob("[RSC][EO]*.md"), *PROJECT.glob("docs/*.md"), PROJECT / "samples/README.md"])

PLAIN_WORDS = {
    r"anew": "again",
    r"tells|telling|told|tell (?:what|which|how|where|whether|why)": "report, state, show",
    r"stands": "is, appears",
    r"wants|wanted": "needs, requires, requested",
    r"ask(?:s|ed|ing)? for": "request, require",
    r"in (?:the )?place of|takes? the place": "instead of, replace",
    r"usual": "default",
    r"parted": "separated",
    r"without leave": "without permission",
    r"goes on|went on": "continues",
    r"so many": "that many",
    r"crew": "pool",
    r"shel(?:f|ves)": "folder",
    r"gather(?:s|ed)?|mend(?:s|ed)?": "collect, repair",
}
"""Words to be replaced, as patterns, with what to write."""
NAMES_ONLY = {r"found": "what it is: `match`, `documents`, `problems`", r"tell": "print, report"}
"""Words that are fine in a sentence, but say too little as a name."""

ALLOWED = (
    ("model/billing.py", "usual", "a key of procedure files"),
    ("checks/rules/facts.py", "usual", "the same key"),
    ("checks/rules/facts.py", "The patient is told", "by a person"),
    ("checks/rules/idioms.py", "off the shelf", "a pattern for the texts of patients"),
    ("checks/rules/terms.py", "means?|stands|es", "a pattern for the texts of patients"),
    ("cli/listing.py", "usual", "the same key"),
    ("fhir/people.py", "usual", "a use of names in FHIR"),
    ("docs/fhir.md", "`usual`", "a use of names in FHIR"),
    ("packets/schedule.py", "tell", "a method of files"),
    ("packets/visits.py", "tell", "a method of files"),
    ("packets/mapping/reading.py", "tell", "a method of files"),
    ("docs/reading-grades.md", "the usual length", "the title of a procedure"),
)
"""Uses that are right: the file, some words around, and why."""


@dataclass(frozen=True)
class Use:
    """A word to be replaced, where it was found."""

    file: str
    line: int
    words: str
    instead: str

    @property
    def room(self) -> str:
        return self.file.partition("/")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words!r}; write {self.instead}"


_ANY_WORD = re.compile(rf"\b(?:{'|'.join(PLAIN_WORDS)})\b", re.IGNORECASE)
"""What most texts have none of, seen in one search."""


def uses_in(file: str, line: int, text: str) -> Iterator[Use]:
    """The words of a text that are to be replaced, each with some words around."""
    for pattern, instead in PLAIN_WORDS.items() if _ANY_WORD.search(text) else ():
        for match in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE):
            around = text[max(0, match.start() - 30) : match.end() + 30]
            yield Use(file, line + text.count("\n", 0, match.start()), around, instead)


def uses_in_name(file: str, line: int, name: str) -> Iterator[Use]:
    for instead in instead_of(name):
        yield Use(file, line, name, instead)


@cache
def instead_of(name: str) -> list[str]:
    """What to write in a name for each of its words that is to be replaced."""
    if name.endswith(("Error", "NotFound")):  # names of Python and of Jinja2
        return []
    words = re.findall(r"[A-Z]?[a-z]+", name)
    patterns = {**PLAIN_WORDS, **NAMES_ONLY}.items()
    return [
        instead for pattern, instead in patterns if any(re.fullmatch(pattern, word, re.IGNORECASE) for word in words)
    ]


def uses_in_module(file: str, source: str) -> Iterator[Use]:
    """Those in the names, docstrings and messages of a module."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)):
                yield from uses_in(file, node.lineno, text)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield from uses_in_name(file, node.lineno, name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.alias(name=name):
                yield from uses_in_name(file, node.lineno, name)


@cache
def uses_in_program() -> list[Use]:
    return [
        use
        for path in sorted(SOURCE.rglob("*.py"))
        for use in uses_in_module(path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8"))
    ]


@cache
def uses_in_documentation() -> list[Use]:
    return [
        use
        for path in DOCUMENTS
        for use in uses_in(path.relative_to(PROJECT).as_posix(), 1, path.read_text(encoding="utf-8"))
    ]


def is_allowed(use: Use) -> bool:
    return any(use.file == file and words in use.words for file, words, _ in ALLOWED)


def test_the_program_is_written_in_plain_words() -> None:
    others = [use for use in uses_in_program() if not is_allowed(use)]
    assert not others, "\n".join(map(str, others))


def test_the_documentation_is_written_in_plain_words() -> None:
    assert len(DOCUMENTS) > 15
    others = [use for use in uses_in_documentation() if not is_allowed(use)]
    assert not others, "\n".join(map(str, others))


def test_each_allowed_use_is_there() -> None:
    uses = [*uses_in_program(), *uses_in_documentation()]
    needless = [entry for entry in ALLOWED if not any(use.file == entry[0] and entry[1] in use.words for use in uses)]
    assert not needless


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('"""What the file tells."""', "What the file tells."),
        ("def f() -> None:\n    '''Make it\n    anew.'''", "Make it\n    anew."),
        ('raise ValueError("--override wants a reason")', "--override wants a reason"),
        ('message = f"{name} stands here twice"', " stands here twice"),
        ("found = []", "found"),
        ("print(Plan.usual_paper)", "usual_paper"),
        ("def tells_who(text): ...", "tells_who"),
        ("def paint(shelf): ...", "shelf"),
        ("work(crew=2)", "crew"),
        ("class CrewPlan: ...", "CrewPlan"),
        ("from x import found_in", "found_in"),
    ],
)
def test_a_planted_word_is_found(source: str, words: str) -> None:
    assert [use.words for use in uses_in_module("x/y.py", source)] == [words]


@pytest.mark.parametrize("source", ["except_ = FileNotFoundError", '"""Where it can\'t be found."""', "outstands = 1"])
def test_other_words_are_left_alone(source: str) -> None:
    assert list(uses_in_module("x/y.py", source)) == []


def test_a_planted_word_in_a_page_is_found_on_its_line() -> None:
    page = Path("docs/page.md").as_posix()
    assert [use.line for use in uses_in(page, 1, "# Page\n\nParted by\ncommas in place of dots.\n")] == [4, 3]
