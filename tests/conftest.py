"""Fixtures that several files of tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.cli import run
from running import Outcome


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
