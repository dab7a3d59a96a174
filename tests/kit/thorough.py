"""Which tests are left to `make thorough`, so that `make test` does not take a quarter of an hour.

Guarantees: `make test` leaves out nothing but what tests/thorough.yaml names, and tries a property on a quarter of the
examples; `make thorough` leaves out nothing. A test that is named by itself, by a folder or a file is always run whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import settings

_TABLE = Path(__file__).parents[1] / "thorough.yaml"
ONE_IN = 6
"""Of so many cases of a sweep, one stays in `make test`."""

ONE_EXAMPLE_IN = 4
"""Of so many examples of a property, one is tried in `make test`."""
_SHORTENED = {"not thorough", "quick"}
"""What `make test` and `make quick` choose their tests by."""
_of_examples = [1]


def choose_examples(chosen_by: str) -> None:
    """Try properties on fewer examples in a run that chooses its tests so, before the modules of tests are loaded."""
    _of_examples[0] = ONE_EXAMPLE_IN if chosen_by in _SHORTENED else 1
    settings.register_profile("of this run", max_examples=examples(100))
    settings.load_profile("of this run")


def examples(most: int) -> int:
    """On how many examples a property is tried that `make thorough` tries on so many."""
    return max(1, most // _of_examples[0])


@cache
def names(kind: str) -> frozenset[str]:
    """The tests of a kind, `sweeps` or `long`: each with its file below tests/, as `cli/test_cli_ends.py::test_x`."""
    tests: Mapping[str, list[str]] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))[kind]
    return frozenset(f"{file}::{name}" for file, of_file in tests.items() for name in of_file)


def marks_of_document(group: str, *, in_every_run: bool) -> list[pytest.MarkDecorator]:
    """The marks of tests that share a document: it is made once, in one worker, by `make thorough` alone or always."""
    together = pytest.mark.xdist_group(group)
    return [together] if in_every_run else [together, pytest.mark.thorough]


def mark(items: Sequence[pytest.Item]) -> None:
    """Mark the tests that `make test` leaves out."""
    for item, is_left_out in zip(items, left_out([item.nodeid for item in items]), strict=True):
        if is_left_out:
            item.add_marker(pytest.mark.thorough)


def left_out(cases: Iterable[str]) -> Iterator[bool]:
    """Whether `make test` leaves out each of these cases, which are named as pytest does, in its order."""
    seen: Counter[str] = Counter()
    for case in cases:
        name = case.removeprefix("tests/").partition("[")[0]
        yield name in names("long") or (name in names("sweeps") and seen[name] % ONE_IN > 0)
        seen[name] += 1
