"""A program in a process of its own that stays open, and is given one job after the other.

Guarantees: neither its start nor what it loads counts, as for consentkit kept open; its processor time is its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.peer import Job, steady_environment


class KeptOpen:
    """The process: a script that reads names of files, two to a line, and answers with its processor time."""

    def __init__(self, script: Path, *arguments: str | Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(script), *map(str, arguments), "--serve"],
            env=steady_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._seconds = 0.0

    def print(self, jobs: Sequence[Job]) -> None:
        """Print all jobs. Raises RuntimeError where the process has ended."""
        assert self._process.stdin and self._process.stdout
        for job in jobs:
            self._process.stdin.write(f"{job.source}\t{job.target}\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            if not answer:
                raise RuntimeError(f"{job.source} was not printed")
            self._seconds = float(answer)

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        return self._seconds

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
