"""Names in the package: a class or a type of one name is one thing, wherever a reader meets it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.running import PROJECT

SOURCE = PROJECT / "src" / "consentkit"
TYPE_NAME = re.compile(r"_?[A-Z][a-z]\w*")


def type_names(text: str) -> Iterator[str]:
    """The classes of a module, private ones too, and its aliases of types; variables of types are left out."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="TypeVar"))):
                continue
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if TYPE_NAME.fullmatch(name):
                    yield name


def repeated_names(folder: Path) -> dict[str, list[str]]:
    """The names of more than one type, each with its modules; an underscore in front makes no difference."""
    modules = defaultdict(list)
    for path in sorted(folder.rglob("*.py")):
        for name in type_names(path.read_text(encoding="utf-8")):
            modules[name.lstrip("_")].append(str(path.relative_to(folder)))
    return {name: places for name, places in modules.items() if len(places) > 1}


def test_each_name_of_a_type_is_given_once() -> None:
    assert repeated_names(SOURCE) == {}


@pytest.mark.parametrize(
    "second", ["class Plan: ...", "class _Plan: ...", "def f():\n    class Plan: ...", "Plan = dict"]
)
def test_a_name_that_is_given_twice_is_found(tmp_path: Path, second: str) -> None:
    (tmp_path / "one.py").write_text("class Plan: ...\nValue = TypeVar('Value')\n")
    (tmp_path / "two.py").write_text(second + "\nValue = TypeVar('Value')\n")
    assert repeated_names(tmp_path) == {"Plan": ["one.py", "two.py"]}
