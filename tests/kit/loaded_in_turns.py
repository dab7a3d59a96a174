"""The files of tests are loaded by the workers of a run in turns, so that each is compiled by one of them.

Guarantees: what is collected, and in which order, stays the same; a file that can not be loaded is left to whoever
collects it, who reports it.

Pytest compiles each file of tests itself, with more to say where an assertion fails, and keeps that beside the file.
In a fresh checkout this is half of what a worker does before its first test, and all workers would do it for the same
file at the same time.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest


def load_own_share(places: Iterable[str]) -> None:
    """Load this worker's share of the files of tests in some places, as pytest names them: files, folders, tests."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        return
    number, of = int(worker.removeprefix("gw")), int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    for file in list(_files(places))[number::of]:
        _load(file)


def _files(places: Iterable[str]) -> Iterator[Path]:
    for place in places:
        path = Path(place.partition("::")[0]).resolve()
        yield from sorted(path.rglob("test_*.py")) if path.is_dir() else [path]


def _load(file: Path) -> None:
    """Load a file of tests by the name under which pytest loads it: it puts its folder in front of the search path."""
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    with suppress(Exception, pytest.skip.Exception):
        importlib.import_module(file.stem)
