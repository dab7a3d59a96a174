"""Files that are made safe by one call for a whole file system, or each by itself where that call is not enough."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from kit.injecting import may_trace
from kit.running import environment
from kit.skipping import needs

SCRIPT = """
import ctypes, pathlib, sys
from consentkit.processes.syncing import FolderSync
if sys.argv[2:]:
    ctypes.CDLL(None).personality(0x0020000)  # what asks for the version of Linux reads 2.6 (personality(2))
files = [f"{sys.argv[1]}/{name}" for name in "ab"]
sync = FolderSync()
sync.add(sys.argv[1])
for file in files:
    pathlib.Path(file).write_text("a packet")
sync.sync(files)
sync.close()
"""
OVERLAY = """
mkdir "$1/lower" "$1/upper" "$1/work" "$1/both" &&
mount -t overlay overlay -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" "$1/both" && shift && exec "$@"
"""


def may_lay_over() -> bool:
    """Whether this user may lay one file system over another."""
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(over(folder, "true"), capture_output=True, check=False).returncode == 0


def over(folder: str, *command: str) -> list[str]:
    """A command with a file system in the folder `both` that is laid over others."""
    return ["unshare", "-rm", "sh", "-c", OVERLAY, "sh", folder, *command]


def traced(log: Path, folder: Path, *options: str) -> list[str]:
    """How to sync two files of a folder under a trace."""
    calls = ["strace", "-qq", "-e", "trace=syncfs,fsync", "-o", str(log)]
    return [*calls, sys.executable, "-c", SCRIPT, str(folder), *options]


def synced(log: Path, command: list[str]) -> list[str]:
    """Which calls a command has made."""
    subprocess.run(command, env=environment(), check=True, timeout=60)
    return [line.partition("(")[0] for line in log.read_text(encoding="utf-8").splitlines()]


@needs("strace", allowed=may_trace, otherwise="no process may be traced")
def test_a_system_that_does_not_report_what_it_could_not_write_is_not_asked_for_all_at_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert synced(log, traced(log, tmp_path)) in (["syncfs"], ["fsync", "fsync"])  # as the file system is
    assert synced(log, traced(log, tmp_path, "of an old system")) == ["fsync", "fsync"]


@needs(
    "strace", "unshare", allowed=lambda: may_trace() and may_lay_over(), otherwise="nothing may be mounted or traced"
)
def test_where_one_file_system_is_laid_over_another_each_file_is_synced_by_itself(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert synced(log, over(str(tmp_path), *traced(log, tmp_path / "both"))) == ["fsync", "fsync"]
