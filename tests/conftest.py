"""Fixtures that several files of tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.cli import run
from running import Outcome


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep groups of tests together: pytest 9.2 no longer reads the attribute in which xdist 3.8 notes the group."""
    for item in items:
        noted = getattr(item, "_nodeid", item.nodeid)
        if noted != item.nodeid:
            item._id = type(item._id).parse(noted)  # type: ignore[attr-defined,unused-ignore]


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A cache for this run of the tests, which all its workers share: the user's own is never touched."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "consentkit-cache"
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["CONSENTKIT_CACHE"] = str(folder)


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
