"""What is left to `make thorough` is there, and little of it is left out of each run."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import settings

from kit import thorough

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("kind", ["sweeps", "long"])
def test_each_test_that_is_named_is_there(kind: str) -> None:
    for name in thorough.names(kind):
        file, _, function = name.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name


def test_no_test_is_named_twice() -> None:
    assert not thorough.names("sweeps") & thorough.names("long")


def test_of_a_sweep_one_case_in_six_stays_and_of_a_long_test_none() -> None:
    sweep, long = (sorted(thorough.names(kind))[0] for kind in ("sweeps", "long"))
    cases = [f"tests/{name}[{case}]" for case in range(9) for name in (sweep, long, "project/test_x.py::test_y")]
    stay = [case.rpartition("::")[2] for case, out in zip(cases, thorough.left_out(cases), strict=True) if not out]
    name = sweep.rpartition("::")[2]
    assert stay == sorted([f"{name}[0]", f"{name}[6]", *(f"test_y[{case}]" for case in range(9))], key=lambda c: c[-2])


def test_a_property_is_tried_on_a_quarter_of_its_examples_in_a_run_that_is_made_short(
    pytestconfig: pytest.Config,
) -> None:
    try:
        for chosen_by, number in (("not thorough", 25), ("quick", 25), ("", 100), ("not quick", 100)):
            thorough.choose_examples(chosen_by)
            assert thorough.examples(100) == settings().max_examples == number
    finally:
        thorough.choose_examples(pytestconfig.option.markexpr)


def test_make_leaves_out_what_is_marked_and_only_there() -> None:
    lines = [line.strip() for line in (TESTS.parent / "Makefile").read_text(encoding="utf-8").splitlines()]
    runs = [line for line in lines if line.startswith("$(BIN)/pytest")]
    assert [run for run in runs if "not thorough" in run] == ['$(BIN)/pytest -n $(WORKERS) -m "not thorough"']
    assert "$(BIN)/pytest -n $(WORKERS)" in runs
