"""A small Dask cluster on the loopback: a scheduler, and workers that are processes of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from consentkit.errors import RenderingFailed
from consentkit.processes.cluster import WorkerRefuses
from kit.running import environment

_WITH_ITS_PARENT = "import ctypes, signal; ctypes.CDLL(None).prctl(1, signal.SIGKILL)\n"
"""Ends a process where that of the tests is killed: prctl(2), PR_SET_PDEATHSIG."""
_SCHEDULER = """
import asyncio, distributed
async def serve():
    async with distributed.Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
        print(scheduler.address, flush=True)
        await scheduler.finished()
asyncio.run(serve())
"""
_WORKER = """
import asyncio, sys, distributed
exec(sys.argv[2])
async def serve():
    async with distributed.Worker(sys.argv[1], nthreads=1, dashboard=False, name=sys.argv[3]) as worker:
        print(worker.address, flush=True)
        await worker.finished()
asyncio.run(serve())
"""

_QUIET = {
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__GIL__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "10s",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__WORKER__MEMORY__MONITOR_INTERVAL": "1s",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}
"""It looks at itself seldom: it is there until all tests have run, and three idle processes took 1 s of each 18."""


@dataclass
class Cluster:
    """A cluster that runs."""

    folder: Path
    address: str
    scheduler: subprocess.Popen[str]
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def executor(self) -> str:
        """What `--executor` takes."""
        return self.address.replace("tcp://", "dask://")

    def start(self, first: str = "") -> subprocess.Popen[str]:
        """Start a worker, which runs a script first."""
        worker = _started(self.folder, _WORKER, self.address, first, f"worker {len(self.workers)}")
        self.workers.append(worker)
        assert worker.stdout
        assert worker.stdout.readline().startswith("tcp://")
        return worker

    def stop(self, process: subprocess.Popen[str]) -> None:
        """Kill a process, as a machine that loses its power."""
        if process.returncode is None:
            process.kill()
            process.communicate()


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Run a scheduler; all processes end with it."""
    scheduler = _started(folder, _SCHEDULER)
    assert scheduler.stdout
    address = re.search(r"tcp://\S+", scheduler.stdout.readline())
    assert address
    cluster = Cluster(folder, address[0], scheduler)
    try:
        yield cluster
    finally:
        for process in (*cluster.workers, scheduler):
            cluster.stop(process)


def _started(folder: Path, script: str, *arguments: str) -> subprocess.Popen[str]:
    env = environment(
        **_QUIET,
        DASK_TEMPORARY_DIRECTORY=str(folder),
        CONSENTKIT_CACHE=str(folder / "cache of the worker"),
        PYTHONPATH=os.pathsep.join([environment()["PYTHONPATH"], str(Path(__file__).parents[1])]),
    )
    return subprocess.Popen(
        [sys.executable, "-c", _WITH_ITS_PARENT + script, *arguments],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


# --- what workers of the tests do ---


def double(given: tuple[float, int]) -> int:
    """Take some seconds, and double a number."""
    seconds, number = given
    time.sleep(seconds)
    return 2 * number


def double_where_allowed(given: tuple[str, int]) -> int:
    """Double a number, but on one of the workers."""
    import distributed

    name, number = given
    if distributed.get_worker().name == name:
        raise WorkerRefuses(f"{name} is not fit")
    return double((0, number))


def refuse(given: object) -> int:
    """Fail as a document does that can't be made."""
    raise RenderingFailed("this one can't be made")


def break_down(given: object) -> int:
    """Fail as a program does that has a mistake."""
    raise ValueError("Nora Nye")


def die(given: object) -> int:
    """End the worker."""
    os._exit(1)
