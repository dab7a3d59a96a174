"""What is known of files from earlier visits: nothing that might have changed is taken for what it was."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.library import known_files
from consentkit.library.known_files import ABSENT, KnownFiles
from consentkit.library.procedures import Library, LibraryIndex
from consentkit.library.snapshot import Snapshot


@pytest.fixture
def known() -> KnownFiles:
    return KnownFiles()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything have been changed long ago."""
    now = time.time_ns
    monkeypatch.setattr(known_files.time, "time_ns", lambda: now() + 60 * 10**9)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.yaml"
    path.write_text("word: old\n", encoding="utf-8")
    return path


def moved_back(path: Path) -> None:
    """Write another text of the same length, and give the file back the time at which it was changed before."""
    before = path.stat()
    path.write_text("word: new\n", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("word: new\n", encoding="utf-8")
    other.replace(path)


def emptied(path: Path) -> None:
    path.write_text("", encoding="utf-8")


CHANGES = [moved_back, replaced, emptied, Path.unlink]


@pytest.mark.usefixtures("later")
def test_a_file_that_has_not_changed_is_not_read_again(file: Path, known: KnownFiles) -> None:
    before = Snapshot(known=known).digest(file)
    snapshot = Snapshot(known=known)
    assert snapshot.digest(file) == before
    assert not snapshot._data
    assert snapshot.text(file) == "word: old\n"


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_has_changed_in_any_way_is_read_again(
    change: Callable[[Path], None], file: Path, known: KnownFiles
) -> None:
    Snapshot(known=known).digest(file)
    time.sleep(0.02)  # longer than a tick of the clock by which files are marked
    change(file)
    assert Snapshot(known=known).digest(file) == Snapshot().digest(file)


def test_a_file_that_was_changed_a_moment_ago_is_read_each_time(file: Path, known: KnownFiles) -> None:
    Snapshot(known=known).digest(file)
    assert known.digest(file) is None


@pytest.mark.usefixtures("later")
def test_what_a_link_leads_to_is_never_known(file: Path, known: KnownFiles, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    assert Snapshot(known=known).digest(link) == ABSENT
    assert known.digest(link) is None


@pytest.mark.usefixtures("later")
def test_a_template_that_is_new_or_gone_is_noticed_in_every_folder(known: KnownFiles, tmp_path: Path) -> None:
    inner = tmp_path / "parts"
    inner.mkdir()
    (inner / "one.html").touch()
    assert [file.name for file in known.templates(tmp_path)] == ["parts/one.html"]
    assert known.templates(tmp_path) is known.templates(tmp_path)
    time.sleep(0.02)
    (inner / "two.html").touch()
    assert [file.name for file in known.templates(tmp_path)] == ["parts/one.html", "parts/two.html"]
    time.sleep(0.02)
    (inner / "one.html").unlink()
    assert [file.name for file in known.templates(tmp_path)] == ["parts/two.html"]


@pytest.mark.usefixtures("later")
def test_a_template_that_is_a_link_is_looked_at_each_time(known: KnownFiles, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "one.html"
    folder = tmp_path / "templates"
    folder.mkdir()
    target.parent.mkdir()
    target.touch()
    (folder / "one.html").symlink_to(target)
    assert len(known.templates(folder)) == 1
    target.unlink()
    assert known.templates(folder) == []


@pytest.mark.usefixtures("later")
def test_a_definition_that_is_new_is_noticed_also_in_a_folder_that_is_new(known: KnownFiles, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    library = Library((tmp_path,), (papers,))

    def index() -> LibraryIndex:
        return known.listed("library", (tmp_path, papers), library.index)

    assert index() is index()
    assert index().papers == {}
    time.sleep(0.02)
    papers.mkdir()
    (papers / "a-paper.yaml").touch()
    assert list(index().papers) == ["a-paper"]
