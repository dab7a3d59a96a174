"""The examples of good and bad files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

EXPECTED = "expected.txt"


def the_file_of(folder: Path) -> str:
    """The name of the only file of a case, apart from what is expected of it."""
    (file,) = (path.name for path in folder.iterdir() if path.name != EXPECTED)
    return file


def compare(file: Path, text: str) -> None:
    """Compare a result with what the file holds; or make the file hold it, where that is asked for."""
    if os.environ.get("UPDATE_EXPECTED"):
        file.write_text(text, encoding="utf-8")
        pytest.skip(f"{file.name} is written anew")
    assert file.exists(), f"run with UPDATE_EXPECTED=1 to write {file}"
    assert text.split("\n") == file.read_text(encoding="utf-8").split("\n")
