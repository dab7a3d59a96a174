"""What a peer is: another program that prints the same content.

Guarantees: input is written before anything is measured, so only the peer's own work counts; a peer that is not
installed says so by name.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.content import Paper
from benchmarks.measuring import Cpu


@dataclass(frozen=True)
class Job:
    """A file to print, and where the PDF goes."""

    source: Path
    target: Path


class Printer(Protocol):
    """A peer that is ready to work."""

    @property
    def cpu(self) -> Cpu | None:
        """Tells the processor time of a program that is kept open; None where nothing outlives a job."""

    def begin(self, job: Job) -> None:
        """Get ready for a turn, where a program is kept open: with a job that does not count."""

    def print(self, jobs: Sequence[Job]) -> None:
        """Print all jobs. Raises an exception where one does not succeed."""


class Peer(ABC):
    """Another program. `name` tells how it is used, since that decides most of what it costs."""

    name: str

    @abstractmethod
    def lacks(self) -> str | None:
        """What is missing and how to get it, or None where the peer can work."""

    @abstractmethod
    def document(self, folder: Path, paper: Paper) -> Job:
        """Write what is needed to print one document into a folder that `opened` has been given."""

    @abstractmethod
    def packet(self, folder: Path, papers: Sequence[Paper], visit: str) -> Job:
        """Write what is needed to print the papers of a visit, which have the patient's name on every page."""

    @abstractmethod
    def opened(self, folder: Path) -> AbstractContextManager[Printer]:
        """Make ready to work, with whatever all jobs share in the folder."""


def steady_environment() -> dict[str, str]:
    """The environment for measured processes: Python may keep its compiled modules, as it does everywhere else."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run_python(*arguments: str | Path) -> float:
    """Run this Python in a process of its own. Returns the megabytes that the largest of its processes held at most.

    Raises RuntimeError with what it says where it fails.
    """
    command = [sys.executable, *map(str, arguments)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=steady_environment(), stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)  # its usage covers all processes that it has waited for
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            text = said.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
    return usage.ru_maxrss / 1000  # kilobytes
