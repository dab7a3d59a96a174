"""How wide help texts are: as click has them, though what click asks for that takes long to load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kit.running import environment, run_consentkit

CLICK = """
from consentkit.cli.commands import consentkit
consentkit(["cache", "--help"], prog_name="consentkit")
"""


@pytest.mark.parametrize("columns", ["30", "70", "200", "0", "many"])
def test_it_is_that_of_the_terminal_within_bounds(columns: str, tmp_path: Path) -> None:
    chosen = environment(COLUMNS=columns)
    shown = run_consentkit("cache", "--help", folder=tmp_path, env=chosen)
    by_click = subprocess.run([sys.executable, "-c", CLICK], cwd=tmp_path, env=chosen, capture_output=True, check=True)
    assert shown.stdout == by_click.stdout != b""


def test_no_kind_of_compression_is_loaded_for_it(tmp_path: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "consentkit", "--help"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stderr
    assert "click.core" in loaded and "shutil" not in loaded and "pydantic" not in loaded
