"""The journal, while processes are killed, the system refuses, and several write at once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.journal.database import connect, is_empty, make_file
from consentkit.journal.journal import Journal
from consentkit.processes.whole_files import UNFINISHED
from kit import journal_faults
from kit.folders import mode
from kit.injecting import Injected, injected_by
from kit.journal_faults import BEFORE_ACT
from kit.journals import ROSA, open_journal, signed_in
from kit.running import environment

ENTRIES = {
    "beginning": {1},
    "printing": {BEFORE_ACT, BEFORE_ACT + 1, BEFORE_ACT + 2},
    "pruning": {BEFORE_ACT, 1},
}
"""How many entries there may be afterwards, once a journal has begun."""
FILES = {"key", ".consentkit.lock", *(f"journal.sqlite3{end}" for end in ("", "-wal", "-shm", "-journal"))}
KILLS = ("kill before", "kill amid")


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory, where syncing takes no time."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        yield Path(folder)


def inject(scenario: str, folder: Path, *faults: str) -> list[Injected]:
    return injected_by(journal_faults.__file__, scenario, str(folder), *faults)


@pytest.mark.parametrize("scenario", ENTRIES)
def test_a_process_killed_at_any_write_leaves_a_whole_chain(scenario: str, memory: Path) -> None:
    injected = inject(scenario, memory, *KILLS)
    assert {each.ended for each in injected} == {-9}
    assert {"sqlite pwrite64", "sqlite pwrite"} & {each.call for each in injected}
    for each in injected:
        require_private(each)
        require_whole(each, scenario)


@pytest.mark.parametrize("scenario", ENTRIES)
def test_a_write_that_is_refused_leaves_a_whole_chain(scenario: str, memory: Path) -> None:
    injected = inject(scenario, memory, "ENOSPC", "EIO")
    assert [each for each in injected if each.ended not in {0, 5}] == []  # 5 is FileAccess
    assert 5 in {each.ended for each in injected}
    for each in injected:
        require_private(each)
        require_whole(each, scenario)


def require_private(each: Injected) -> None:
    for path in Path(each.folder, "journal").glob("*"):
        assert path.name in FILES or (each.fault in KILLS and UNFINISHED.fullmatch(path.name)), each
        assert mode(path) == 0o600, (each, path)


def require_whole(each: Injected, scenario: str) -> None:
    with open_journal(Path(each.folder)) as journal:
        verdict = journal.verify()
        assert verdict.is_whole, (each, verdict)
        assert verdict.entries in ENTRIES[scenario], (each, verdict)
        if scenario == "printing":
            assert len(journal.unfinished()) == (verdict.entries == BEFORE_ACT + 1), each
        journal.record(signed_in())
        assert journal.verify().is_whole, each


def test_a_journal_that_another_process_begins_while_it_is_opened_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "journal").mkdir()
    make_file(tmp_path / "journal", 0o600)
    others = [lambda: open_journal(tmp_path).close()]

    def is_empty_by_now(connection: sqlite3.Connection) -> bool:
        if others:
            others.pop()()
        return is_empty(connection)

    monkeypatch.setattr("consentkit.journal.database.is_empty", is_empty_by_now)
    connect(tmp_path / "journal", patience=1).close()


WRITER = """
import sys
from pathlib import Path
from kit.journals import ROSA, intent, open_journal, signed_in
sys.stdin.readline()
with open_journal(Path(sys.argv[1])) as journal:
    for _ in range(25):
        intended = journal.intend(intent("V-1"))
        journal.finish(intended.seq, ROSA)
"""


def test_processes_that_begin_and_write_a_journal_at_once_all_have_their_entries(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    env = environment(PYTHONPATH=os.pathsep.join(sys.path))
    writers = [subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"\n")
        writer.stdin.flush()
    for writer in writers:
        assert writer.communicate(timeout=60)[1] == b""
    with Journal.open_to_read(tmp_path / "journal") as journal:
        verdict = journal.verify()
        assert (verdict.problems, verdict.entries) == ((), 1 + 3 * 25 * 2)
        numbers = [row.entry.print_number for row in journal.of_visit("V-1") if row.entry.action == "to-print"]
        assert sorted(numbers) == list(range(1, 76))  # type: ignore[type-var]
        assert journal.unfinished() == []


def test_threads_share_a_journal(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with open_journal(tmp_path) as journal, ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: journal.record(signed_in()), range(40)))
        assert journal.verify().entries == 41
        assert journal.verify().is_whole
    assert ROSA.role == "desk"
