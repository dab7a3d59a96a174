"""A small clinic's desk, and a clerk who sits at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.security import generate_password_hash

from consentkit.web.desk import Desk
from kit.desk import Clerk, Clock, Printer, new_small_desk, set_up_printer, small_clinic
from kit.desk_browser import ARGUMENTS
from kit.desk_process import Running, lay_out, start_desk
from kit.desk_users import PASSWORD
from kit.skipping import require
from kit.small import WITH_JOURNAL


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_clinic(tmp_path_factory.mktemp("desk") / "clinic")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clinic: Path, clock: Clock) -> Desk:
    return new_small_desk(clinic, clock)


@pytest.fixture
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Printer:
    return set_up_printer(tmp_path, monkeypatch)


@pytest.fixture
def clerk(desk: Desk, printer: Printer) -> Clerk:
    return Clerk.at(desk)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A clinic that keeps a journal."""
    return small_clinic(tmp_path / "kept", WITH_JOURNAL)


@pytest.fixture(scope="session")
def kept_password() -> str:
    """What is kept of the password that everybody has in tests: quick to check, and so to guess."""
    return generate_password_hash(PASSWORD, method="scrypt:1024:8:1")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Running]]:
    """Starts desks, with everything that they may write below one folder."""
    started: list[Running] = []
    set_up_printer(tmp_path, monkeypatch)
    lay_out(tmp_path / "root")

    def start_one(*before: str, **variables: str) -> Running:
        started.append(start_desk(tmp_path / "root", *before, **variables))
        return started[-1]

    yield start_one
    for running in started:
        running.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()
