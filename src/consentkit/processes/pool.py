"""How many processes work through a list, and what each may cost.

Guarantees: nothing is imported here that only the work itself needs: where nothing has changed, there is no work.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Pool:
    """How many processes there are, and what each may cost."""

    jobs: int
    seconds: float = 120
    """The most seconds that a task may take."""
    tasks: int = 20
    """Tasks after which a process is replaced: the page engine keeps about a megabyte for each."""
    memory: int | None = None
    """Address space of a process in bytes; None is 3 GiB."""
    executor: str = ""
    """The cluster that works instead of processes of this machine, such as dask://HOST:8786."""


def usable_cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
