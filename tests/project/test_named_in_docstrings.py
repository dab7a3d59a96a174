"""What docstrings and comments name in backquotes is there: a module under its name of today, an attribute, a key."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache

import pytest

from kit.rooms import PACKAGE, PROJECT, SOURCE, modules_of, rooms_of

pytestmark = pytest.mark.xdist_group("names in docstrings")  # the program is read once

MODULES = modules_of(SOURCE)
ROOMS = rooms_of(MODULES) | {PACKAGE}
_NAME = re.compile(r"`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?:\(\))?`")


def prose_of(text: str) -> Iterator[str]:
    """The docstrings, those of attributes too, and the comments of a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


@cache
def words_of_code(text: str) -> set[str]:
    """The words of a module but those of its docstrings and comments: names, and what is in texts."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return set(re.findall(r"\w+", ast.unparse(tree)))


@cache
def known_words() -> set[str]:
    """All words of the program and of the files beside it: keys of YAML, names in templates, of tests and tools."""
    known = {step for name in MODULES for step in name.split(".")}
    for path in MODULES.values():
        known |= words_of_code(path.read_text(encoding="utf-8"))
    for path in (*sorted(PROJECT.glob("templates/**/*.*")), *sorted(PROJECT.glob("procedures/*.yaml"))):
        if path.suffix in {".html", ".css", ".yaml"}:
            known |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    return known


FOREIGN = {"ldconfig", "nohup", "okeeffe", "parse_file", "propagate"}
"""Programs, names in libraries, and a surname as an example."""


def is_there(name: str) -> bool:
    """Whether a name in backquotes stands for something: a module and what is in it, or a word of the program."""
    steps = name.split(".")
    whole = name if steps[0] == PACKAGE else f"{PACKAGE}.{name}"
    if len(steps) == 1 or steps[0] not in ROOMS:
        return all(step in known_words() or step in FOREIGN for step in steps)
    if whole in MODULES:
        return True
    module, _, attribute = whole.rpartition(".")
    return module in MODULES and attribute in words_of_code(MODULES[module].read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", MODULES)
def test_what_a_module_names_in_backquotes_is_there(module: str) -> None:
    text = MODULES[module].read_text(encoding="utf-8")
    named = [name for prose in prose_of(text) for name in _NAME.findall(prose)]
    assert [name for name in named if not is_there(name)] == []


@pytest.mark.parametrize("name", ["yamllosses", "pdf.seen", "consentkit.checks.read", "model.without_repeats"])
def test_a_name_of_former_times_is_not_there(name: str) -> None:
    assert not is_there(name)


@pytest.mark.parametrize("name", ["yaml_losses", "pdf.read.visible", "consentkit.errors", "values.without_repeats"])
def test_a_name_of_today_is_there(name: str) -> None:
    assert is_there(name)
