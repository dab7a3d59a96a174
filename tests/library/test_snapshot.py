"""A snapshot: whatever is asked of a file, and however late, is about one content of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentkit.errors import FileAccess
from consentkit.library.known_files import ABSENT
from consentkit.library.snapshot import Snapshot

MORE_THAN_ARE_HELD = 260


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.yaml"
    path.write_text("word: old\n", encoding="utf-8")
    return path


def read_many_others(snapshot: Snapshot, folder: Path) -> None:
    """Read so many files that none that was read before is held any more."""
    for number in range(MORE_THAN_ARE_HELD):
        other = folder / f"{number}.yaml"
        other.write_text(f"number: {number}\n", encoding="utf-8")
        snapshot.parsed(other)


def test_an_edit_is_not_seen_by_a_run_that_has_read_the_file(file: Path) -> None:
    snapshot = Snapshot()
    before = snapshot.digest(file)
    file.write_text("word: new\n", encoding="utf-8")
    assert snapshot.parsed(file).data == {"word": "old"}
    assert (snapshot.text(file), snapshot.digest(file)) == ("word: old\n", before)


def test_a_file_that_is_read_again_since_many_others_were_read_is_the_same(file: Path, tmp_path: Path) -> None:
    snapshot = Snapshot()
    before = snapshot.digest(file), snapshot.parsed(file).data
    read_many_others(snapshot, tmp_path)
    assert (snapshot.digest(file), snapshot.parsed(file).data) == before


@pytest.mark.parametrize("holds_parsed", [True, False])
def test_a_file_that_was_edited_before_it_is_read_again_is_refused(
    holds_parsed: bool, file: Path, tmp_path: Path
) -> None:
    snapshot = Snapshot(holds_parsed=holds_parsed)
    before = snapshot.digest(file)
    snapshot.parsed(file)
    read_many_others(snapshot, tmp_path)
    file.write_text("word: new\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(FileAccess, match=r"file\.yaml: was edited during this run; run it again"):
            snapshot.data(file)
        assert snapshot.digest(file) == before
    if holds_parsed:
        assert snapshot.parsed(file).data == {"word": "old"}


def test_a_file_that_was_absent_remains_so_for_a_run(tmp_path: Path) -> None:
    snapshot, path = Snapshot(), tmp_path / "late.yaml"
    assert snapshot.digest(path) == ABSENT
    path.write_text("word: new\n", encoding="utf-8")
    with pytest.raises(FileAccess, match="was edited during this run"):
        snapshot.parsed(path)
    assert snapshot.digest(path) == ABSENT
