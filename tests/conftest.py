"""Fixtures that several files of tests share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from consentkit.cli import run
from running import Outcome


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests() -> Iterator[None]:
    """A cache for this run of the tests: the user's own is never touched."""
    with tempfile.TemporaryDirectory(prefix="consentkit-tests-") as folder:
        os.environ["CONSENTKIT_CACHE"] = folder
        yield


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line within this process, in an empty folder: quicker than a process of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONSENTKIT_CLINIC", "CONSENTKIT_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call_consentkit(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        stdout, stderr = capsys.readouterr()
        return Outcome(code, stdout.encode(), stderr)

    return call_consentkit
