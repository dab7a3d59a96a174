"""A program in a process of its own that stays open, and is given one job after the other.

Guarantees: neither its start nor its first job counts, as for consentkit kept open; it begins anew for each turn, so
that it has never seen the jobs of that turn; its processor time is its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.peer import Job, steady_environment


class KeptOpen:
    """The process: a script that reads names of files, two to a line, and answers each with its processor time."""

    def __init__(self, script: Path, *arguments: str | Path) -> None:
        self._command = [sys.executable, str(script), *map(str, arguments), "--serve"]
        self._process: subprocess.Popen[str] | None = None
        self._seconds = 0.0
        self.peak = 0.0
        """Megabytes that it has held at most, where it says so."""

    def begin(self, job: Job) -> None:
        """Begin anew, with a job that does not count."""
        self.close()
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, env=steady_environment(), stdin=pipe, stdout=pipe, text=True)
        self.print([job])

    def print(self, jobs: Sequence[Job]) -> None:
        """Print all jobs. Raises RuntimeError where the process has ended."""
        assert self._process and self._process.stdin and self._process.stdout
        for job in jobs:
            self._process.stdin.write(f"{job.source}\t{job.target}\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            if not answer:
                raise RuntimeError(f"{job.source} was not printed")
            seconds, *peak = map(float, answer.split())
            self._seconds, self.peak = seconds, peak[0] if peak else 0.0

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        return self._seconds

    def close(self) -> None:
        """End it."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            self._process.wait()
