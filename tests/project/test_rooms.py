"""Imports go one way: each room uses those above it in the tables of docs/development.md, and nothing goes in a circle.

The command line and the Python interface are the only ones that talk to whoever runs them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import consentkit
from kit.rooms import (
    PACKAGE,
    PROJECT,
    SOURCE,
    TABLES,
    Import,
    arrows_of,
    backward,
    circles_of,
    into_faces,
    modules_of,
    order_of,
    outlets,
    past_operations,
    read_imports,
    room_of,
    rooms_of,
)

pytestmark = pytest.mark.xdist_group("rooms")  # the imports of the program are read once
DEVELOPMENT = (PROJECT / "docs/development.md").read_text(encoding="utf-8")
ORDERS = {folder: order_of(DEVELOPMENT, folder) for folder in TABLES}
MODULES = modules_of(SOURCE)
FACES = ORDERS[PACKAGE][ORDERS[PACKAGE].index("operations") + 1 :]
FOR_FACES = ["operations", "errors", "problems", "_version", "model", "resources", "lanes"]
"""The rooms that a face may use while it runs; types of what operations hand back may come from any."""
PAST_OPERATIONS = {
    "consentkit.__main__": {"consentkit.processes.interruption"},  # has the exit code of an interrupt
    "consentkit.cli": {"consentkit.processes.interruption"},  # removes what libraries leave behind as the process ends
    "consentkit.cli.support": {"consentkit.processes.interruption"},  # listens to the signals that end a run
}
"""What faces use besides, since it is about their own process."""
TALKING = {"consentkit.processes.interruption": {"os._exit"}}
"""Modules below the faces that end a process: the one that was forked, or the program when it is interrupted."""


@cache
def imports() -> list[Import]:
    """Every import of a module of the package by another one."""
    return read_imports(SOURCE)


@pytest.mark.parametrize("folder", TABLES)
def test_the_table_names_each_room_once_and_no_other(folder: str) -> None:
    assert sorted(ORDERS[folder]) == sorted(rooms_of(MODULES, folder))


@pytest.mark.parametrize("folder", TABLES)
def test_no_room_uses_one_that_is_not_above_it_in_the_table(folder: str) -> None:
    assert backward(arrows_of(imports(), folder), ORDERS[folder]) == []


@pytest.mark.parametrize("folder", TABLES)
def test_no_two_rooms_use_each_other(folder: str) -> None:
    assert circles_of(arrows_of(imports(), folder)) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles_of((found.importer, found.imported) for found in imports()) == []


def test_no_face_uses_what_is_inside_another() -> None:
    assert FACES == ["interface", "consentkit", "web", "cli", "__main__"]
    assert into_faces(imports(), FACES) == []


def test_faces_call_operations_and_nothing_below_them() -> None:
    used = past_operations(imports(), FACES, FOR_FACES)
    offered = {f"{PACKAGE}.{home}" for home in consentkit._HOMES.values()}  # the names that the package hands on
    used[PACKAGE] -= offered
    assert {name: modules for name, modules in used.items() if modules} == PAST_OPERATIONS


def test_nothing_below_the_faces_prints_asks_or_exits() -> None:
    below = {name: path for name, path in MODULES.items() if room_of(name) not in FACES}
    used = {name: outlets(path.read_text(encoding="utf-8")) for name, path in below.items()}
    assert {name: found for name, found in used.items() if found} == TALKING


# The counting itself.

TREE = {
    "__init__.py": "if TYPE_CHECKING:\n    from consentkit.upper import thing\n",
    "lower.py": "",
    "upper/__init__.py": "",
    "upper/thing.py": "from consentkit.lower import name\n",
    "upper/other.py": "",
    "cli/__init__.py": "",
    "cli/words.py": "",
}
ORDER = ["lower", "upper", "consentkit", "cli"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in TREE.items():
        path = tmp_path / PACKAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def plant(tree: Path, name: str, text: str) -> None:
    (tree / PACKAGE / name).write_text(text, encoding="utf-8")


def test_an_import_for_the_types_is_an_arrow(tree: Path) -> None:
    assert set(arrows_of(read_imports(tree))) == {("upper", "lower"), ("consentkit", "upper")}


@pytest.mark.parametrize(
    "text",
    [
        "from consentkit.upper import thing\n",
        "from consentkit.upper.thing import name\n",
        "import consentkit.upper.thing\n",
        "from .upper import thing\n",
        "from . import upper\n",
        "def later():\n    from consentkit.upper import thing\n",
        "if typing.TYPE_CHECKING:\n    from consentkit.upper import thing\n",
        "THING = 'consentkit.upper.thing'\n",
        "THING = 'consentkit.upper.thing:Name'\n",
        "THING = 'consentkit.upper.thing.Name.part'\n",
        "HOMES = {'Name': 'upper.thing'}\nimport_module(f'consentkit.{HOMES[name]}')\n",
        "HOMES = {'Name': 'thing:Name'}\nresolve_name(f'consentkit.upper.{HOMES[name]}')\n",
    ],
)
def test_an_import_that_leads_back_is_named_however_it_is_written(text: str, tree: Path) -> None:
    plant(tree, "lower.py", text)
    arrows = arrows_of(read_imports(tree))
    (named,) = backward(arrows, ORDER)
    assert named.startswith("consentkit.lower:") and " imports consentkit.upper" in named
    assert circles_of(arrows) == [("lower", "upper")]


def test_a_circle_of_three_is_seen() -> None:
    assert circles_of([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]) == [("a", "b", "c")]


def test_two_modules_of_one_room_can_make_a_circle(tree: Path) -> None:
    plant(tree, "upper/thing.py", "from consentkit.upper import other\n")
    plant(tree, "upper/other.py", "def later():\n    from .thing import name\n")
    imports = read_imports(tree)
    assert circles_of(arrows_of(imports)) == []
    assert circles_of((found.importer, found.imported) for found in imports) == [
        ("consentkit.upper.other", "consentkit.upper.thing")
    ]


def test_what_is_inside_a_face_is_not_for_another(tree: Path) -> None:
    plant(tree, "__init__.py", "from consentkit.cli.words import WORDS\nfrom consentkit import cli\n")
    assert into_faces(read_imports(tree), ["consentkit", "cli"]) == ["consentkit:1 imports consentkit.cli.words"]


@pytest.mark.parametrize(
    "text",
    [
        "from consentkit.upper import thing\n",
        "import consentkit.upper.thing\n",
        "from ..upper import thing\n",
        "def later():\n    from consentkit.upper.thing import name\n",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import consentkit.upper.thing\n",
        "if not TYPE_CHECKING:\n    import consentkit.upper.thing\n",
        "if ready:\n    import consentkit.upper.thing\n",
        "THING = 'consentkit.upper.thing'\n",
        "THING = 'consentkit.upper.thing:Name'\n",
        "THING = 'consentkit.upper.thing.Name.part'\n",
        "HOMES = {'Name': 'upper.thing'}\nimport_module(f'consentkit.{HOMES[name]}')\n",
        "HOMES = {'Name': 'thing:Name'}\nresolve_name(f'consentkit.upper.{HOMES[name]}')\n",
    ],
)
def test_what_a_face_uses_past_the_operations_is_named_however_it_is_written(text: str, tree: Path) -> None:
    plant(tree, "cli/words.py", text)
    used = {"consentkit.cli.words": {"consentkit.upper.thing"}}
    assert past_operations(read_imports(tree), ["consentkit", "cli"], ["lower"]) == used


@pytest.mark.parametrize(
    "text",
    [
        "from consentkit.lower import name\n",
        "from consentkit import cli\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from consentkit.upper.thing import name\n",
        "import typing\nif typing.TYPE_CHECKING:\n    if True:\n        import consentkit.upper.thing\n",
    ],
)
def test_a_face_may_use_the_rooms_that_are_for_it_and_types_of_any(text: str, tree: Path) -> None:
    plant(tree, "cli/words.py", text)
    assert past_operations(read_imports(tree), ["consentkit", "cli"], ["lower"]) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("print('a')\n", "print"),
        ("import sys\nsys.exit(1)\n", "sys.exit"),
        ("from sys import stdout\n", "sys.stdout"),
        ("import sys\nsys.stderr.write('a')\n", "sys.stderr"),
        ("raise SystemExit(2)\n", "SystemExit"),
        ("from click import echo\n", "click"),
        ("import click.utils\n", "click"),
        ("import os\nos._exit(1)\n", "os._exit"),
        ("import sys as s\ns.stdout.write('a')\n", "sys.stdout"),
        ("import os as o\no._exit(1)\n", "os._exit"),
        ("import os\nos.write(1, b'a')\n", "os.write"),
        ("import os as o\no.write(2, b'a')\n", "os.write"),
        ("from os import write as put\nput(1, b'a')\n", "os.write"),
        ("import logging\nlogging.warning('a')\n", "logging.warning"),
        ("from logging import error\nerror('a')\n", "logging.error"),
    ],
)
def test_what_prints_or_exits_is_seen(text: str, found: str) -> None:
    assert outlets(text) == {found}
    assert outlets("import os, sys\nfingerprint = os.environ, sys.version\nos.write(descriptor, b'a')\n") == set()
    assert outlets("import logging\nlogger = logging.getLogger('weasyprint')\nlogger.warning('a')\n") == set()
