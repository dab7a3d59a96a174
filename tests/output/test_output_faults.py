"""Writing a file, while the process is killed or the system refuses: the old file or the new one, whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from consentkit.output.write import write_file
from consentkit.processes.whole_files import UNFINISHED
from kit.folders import listing, mode
from kit.injecting import KILLS, NEW, OLD, REFUSALS, inject, may_mount, on_small_disk
from kit.running import environment
from kit.skipping import needs

NAME = "90837.pdf"
SCENARIOS = ["a new file", "a file in place of an old one"]
STEPS = {"open", "write", "fsync", "close", "replace"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_process_killed_at_any_step_leaves_the_old_file_or_the_new_one(scenario: str, tmp_path: Path) -> None:
    before = None if scenario == "a new file" else OLD
    found = set()
    injected = inject(scenario, tmp_path, *KILLS)
    assert {each.call for each in injected} == STEPS
    assert {each.ended for each in injected} == {-9}
    for each in injected:
        folder = Path(each.folder)
        held = listing(folder)
        leftovers = [name for name in held if name != NAME]
        assert held.get(NAME) in {before, NEW}, each
        assert len(leftovers) <= 1
        assert all(UNFINISHED.fullmatch(name) and mode(folder / name) == 0o600 for name in leftovers), each
        found.add(held.get(NAME))
        write_file(folder / NAME, NEW, force=True)
        assert listing(folder) == {NAME: NEW, **{name: held[name] for name in leftovers}}
    assert found == {before, NEW}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_call_that_fails_at_any_step_leaves_the_old_file_or_the_new_one_and_nothing_else(
    scenario: str, tmp_path: Path
) -> None:
    before = {} if scenario == "a new file" else {NAME: OLD}
    injected = inject(scenario, tmp_path, *REFUSALS)
    assert {each.call for each in injected} == STEPS
    assert {each.ended for each in injected} == {0, 5}
    for each in injected:
        # Only the syncing of the folder may fail without a failure: then the file is there.
        assert listing(Path(each.folder)) == ({NAME: NEW} if each.ended == 0 else before), each


NO_HANDLES = """
import os, resource, sys
from pathlib import Path
from consentkit.errors import FileAccess
from consentkit.output.write import write_file
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
target, held = Path(sys.argv[1]), []
try:
    while True:
        held.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
for _ in range(2):
    try:
        write_file(target, b"new", force=True)
        print("written")
    except FileAccess as error:
        print(str(error).rsplit(": ", 1)[1])
    while held:
        os.close(held.pop())
    print(target.read_text())
"""


def test_without_file_handles_nothing_is_written_and_with_them_it_is(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", NO_HANDLES, str(tmp_path / NAME)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == ["too many open files", "old", "written", "new"]
    assert listing(tmp_path) == {NAME: b"new"}


SMALL_DISK = """
import sys
from pathlib import Path
from consentkit.errors import FileAccess
from consentkit.output.write import write_file
folder = Path(sys.argv[1])
write_file(folder / "90837.pdf", b"old " * 15_000)
for size in (100_000, 30_000):
    try:
        write_file(folder / "90837.pdf", b"n" * size, force=True)
    except FileAccess as error:
        print(str(error).rsplit(": ", 1)[1])
    print([(path.name, path.read_bytes() == b"old " * 15_000, path.stat().st_size) for path in folder.iterdir()])
"""


@needs("mount", "unshare", allowed=may_mount, otherwise="no file system may be mounted")
def test_a_real_disk_that_is_full_leaves_everything_as_it_was(tmp_path: Path) -> None:
    assert on_small_disk(SMALL_DISK, tmp_path) == [
        "no space left on device",
        "[('90837.pdf', True, 60000)]",
        "[('90837.pdf', False, 30000)]",
    ]
