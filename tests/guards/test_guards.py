"""The table of the guards stays true; `make guards` takes each of them out, which takes longer than a run of the tests.

docs/development.md explains how a guard is added.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from kit.guarding import PROJECT, SOURCE, Guard, read_guards
from kit.running import environment

GUARDS = read_guards()
HERE = Path(__file__).parents[1]


@cache
def names_of_tests(file: str) -> set[str]:
    """The names of the tests in a file, read and not run."""
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def source_of(guard: Guard) -> str:
    return (PROJECT / SOURCE / guard.file).read_text(encoding="utf-8")


@pytest.mark.parametrize("table", sorted({guard.area for guard in GUARDS}))
def test_each_guard_is_still_called_where_the_table_says(table: str) -> None:
    for guard in GUARDS:
        if guard.area == table:
            assert guard.knocked_out(source_of(guard)) != source_of(guard)


def test_each_guard_has_a_name_of_its_own() -> None:
    assert [name for name, count in Counter(guard.guard for guard in GUARDS).items() if count > 1] == []


def test_the_tests_that_must_notice_are_there() -> None:
    named = {tuple(test.split("[")[0].split("::")) for guard in GUARDS for test in guard.seen}
    assert {(file, name) for file, name in named if name not in names_of_tests(file)} == set()


def test_each_test_of_a_guard_has_its_guard_in_the_table() -> None:
    named = {test.split("[")[0] for guard in GUARDS for test in guard.seen}
    tests = {
        f"guards/{path.name}::{name}"
        for path in HERE.glob("guards/test_guards_*.py")
        for name in names_of_tests(f"guards/{path.name}")
    }
    assert sorted(tests - named) == []


def test_the_program_is_still_sound_without_a_guard(tmp_path: Path) -> None:
    """A test that fails since a name is missing would prove nothing: the command line reports any fault by its kind."""
    for number, guard in enumerate(GUARDS):
        (tmp_path / f"{number}.py").write_text(guard.knocked_out(source_of(guard)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "E9,F63,F7,F82", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


TINY = {
    "pyproject.toml": "[tool.pytest.ini_options]\n",
    "src/consentkit/__init__.py": "",
    "src/consentkit/tiny.py": "def half(n):\n    if n % 2:\n        raise ValueError\n    return n / len([0, 0])\n",
    "tests/test_tiny.py": "import pytest\nfrom consentkit.tiny import half\n"
    "def test_odd():\n    with pytest.raises(ValueError):\n        half(3)\n"
    "def test_even():\n    assert half(4) == 2\n",
}
ENTRY = "- {{guard: {0}, file: tiny.py, take: '{1}', put: '{2}', seen: test_tiny.py::{3}}}\n"


def test_a_guard_counts_as_seen_only_where_its_test_fails_by_an_assertion(tmp_path: Path) -> None:
    entries = (
        ENTRY.format("noticed", "if n % 2:", "if False:", "test_odd"),
        ENTRY.format("passed", "if n % 2:", "if False:", "test_even"),
        ENTRY.format("fell over", "len([0, 0])", "len([])", "test_even"),
    )
    for name, text in {**TINY, "tests/guards/tiny.yaml": "".join(entries)}.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    tool = [sys.executable, "-m", "kit.guarding", "--project", tmp_path / "project", "--jobs", "1"]
    done = subprocess.run(tool, capture_output=True, text=True, check=False, env=environment(PYTHONPATH=str(HERE)))
    assert done.returncode == 1
    ends = {line.split(" | ")[1]: line.split(" | ")[-1] for line in done.stdout.splitlines() if " | " in line}
    assert ends == {"noticed": "seen to fail", "passed": "PASSED", "fell over": "ENDED BY ZeroDivisionError"}
    assert done.stdout.endswith("3 guards, 2 of them missed\n")
    assert (tmp_path / "project/src/consentkit/tiny.py").read_text() == TINY["src/consentkit/tiny.py"]
