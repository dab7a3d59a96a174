"""Processes that work through many documents at once.

Guarantees: each task has one outcome, whatever happens to the process that worked on it: a process that dies or takes
too long costs its own task only, and another replaces it; nothing that a task does outlives the run, nor do its
temporary files; an interrupt ends all processes at once, and they end with this one where it is killed.

Processes are forked, so what was loaded before is there at once. Each leads a process group of its own: it may fork,
too (`limits`), and is ended together with what it forked.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import resource
import signal
import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, Generic, TypeVar

from consentkit.errors import ConsentkitError, RenderingFailed, reason
from consentkit.processes.forking import no_fork
from consentkit.processes.interruption import follow, uninterrupted
from consentkit.processes.limits import lower_limit
from consentkit.processes.pool import Pool

Task = TypeVar("Task")
Result = TypeVar("Result")

_MEMORY = 3 * 1024**3
"""Address space of a process, which makes one document after another, unless the pool has another limit."""
_LONGEST_WAIT = 0.5
"""Seconds after which a dead process is noticed though its own child still holds its pipe open."""


@dataclass(frozen=True)
class Ended(Generic[Task, Result]):
    """How a task ended."""

    task: Task
    value: Result | None
    error: ConsentkitError | None
    seconds: float
    """How long it took."""


def work(
    function: Callable[[Task], Result], tasks: Iterable[Task], pool: Pool, inherited: Iterable[int] = ()
) -> Generator[Ended[Task, Result], None, None]:
    """Call a function for each task in child processes; yield how each task ended, as it ends.

    `inherited` are open files that only this process may hold, such as a lock. Closing the iterator ends all processes.
    """
    team = _Team(function, pool, tuple(inherited))
    waiting = deque(tasks)
    try:
        while waiting or team.busy:
            yield from team.assign(waiting)
            yield from team.collect()
    finally:
        team.dismiss()


@dataclass(eq=False)
class _Worker:
    """A process, as seen from outside."""

    process: ForkProcess
    connection: Connection
    folder: tempfile.TemporaryDirectory[str]
    """Where its temporary files go."""
    is_busy: bool = False
    task: Any = None
    since: float = 0
    done: int = 0

    def give(self, task: Any) -> None:
        """Hand over a task. Raises OSError where the process is gone."""
        self.connection.send(task)
        self.is_busy, self.task, self.since = True, task, time.monotonic()

    def end(self) -> None:
        """Kill the process with everything that it has forked, and remove its files."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.connection.close()
        with contextlib.suppress(OSError):
            self.folder.cleanup()


@dataclass
class _Team:
    """The processes that are working, and those that wait for a task.

    A process is in `workers` from the moment it exists until it is gone, so that an interrupt at any moment ends it.
    """

    function: Callable[[Any], Any]
    pool: Pool
    inherited: tuple[int, ...]
    workers: list[_Worker] = field(default_factory=list)

    @property
    def _memory(self) -> int:
        return _MEMORY if self.pool.memory is None else self.pool.memory

    @property
    def busy(self) -> list[_Worker]:
        """The processes that have a task."""
        return [worker for worker in self.workers if worker.is_busy]

    def assign(self, waiting: deque[Any]) -> Iterator[Ended[Any, Any]]:
        """Give each process a task. Where no process can be started, tasks end with that error."""
        while waiting and len(self.busy) < self.pool.jobs:
            try:
                worker = next((worker for worker in self.workers if not worker.is_busy), None) or self._start()
            except OSError as error:
                if self.busy:  # fewer processes have to be enough
                    return
                message = f"no process can be started for it: {reason(error)}; close other programs, or lower --jobs"
                yield Ended(waiting.popleft(), None, RenderingFailed(message), 0)
                continue
            try:
                worker.give(waiting[0])
            except OSError:  # it has died while it had nothing to do
                self._end(worker)
                continue
            waiting.popleft()

    def collect(self) -> Iterator[Ended[Any, Any]]:
        """Wait until something happens; yield the tasks that have ended."""
        if not self.busy:
            return
        now = time.monotonic()
        left = min(worker.since + self.pool.seconds - now for worker in self.busy)
        ready = wait([worker.connection for worker in self.busy], max(0, min(left, _LONGEST_WAIT)))
        for worker in self.busy:
            ended = self._received(worker) if worker.connection in ready else self._overdue(worker)
            if ended:
                yield ended

    def dismiss(self) -> None:
        """End all processes. An interrupt waits until that is done."""
        with uninterrupted():
            for worker in self.workers:
                worker.end()
            self.workers.clear()

    def _end(self, worker: _Worker) -> None:
        with uninterrupted():
            worker.end()
            self.workers.remove(worker)

    def _received(self, worker: _Worker) -> Ended[Any, Any]:
        try:
            outcome = worker.connection.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            worker.process.join(_LONGEST_WAIT)
            return self._lost(worker, RenderingFailed(_cause_of_death(worker.process.exitcode)))
        ended = _ended(worker, outcome)
        worker.is_busy, worker.task, worker.done = False, None, worker.done + 1
        if worker.done >= self.pool.tasks or isinstance(outcome, _Exhausted):
            self._end(worker)
        return ended

    def _overdue(self, worker: _Worker) -> Ended[Any, Any] | None:
        if not worker.process.is_alive() and not worker.connection.poll():
            return self._lost(worker, RenderingFailed(_cause_of_death(worker.process.exitcode)))
        if time.monotonic() - worker.since >= self.pool.seconds:
            message = f"took more than {self.pool.seconds:g} seconds and was stopped; raise the limit with --time-limit"
            return self._lost(worker, RenderingFailed(message))
        return None

    def _lost(self, worker: _Worker, error: ConsentkitError) -> Ended[Any, Any]:
        self._end(worker)
        return _ended(worker, error)

    def _start(self) -> _Worker:
        """Fork a process. Raises OSError where there are no resources for it."""
        context = multiprocessing.get_context("fork")
        others = [worker.connection for worker in self.workers]
        with contextlib.ExitStack() as undo, uninterrupted(), no_fork():
            ours, theirs = context.Pipe()
            undo.callback(theirs.close)
            undo.callback(ours.close)
            folder = tempfile.TemporaryDirectory(prefix="consentkit-")
            try:
                task = (self.function, theirs, [ours, *others], self.inherited, folder.name, self._memory)
                process = context.Process(target=_serve, args=(os.getpid(), *task))
                process.start()
            except OSError:
                undo.close()  # first, since removing a folder takes a file handle
                folder.cleanup()
                raise
            undo.pop_all()
            theirs.close()
            with contextlib.suppress(OSError):  # both sides do it, since either may be first
                os.setpgid(process.pid or 0, process.pid or 0)
            worker = _Worker(process, ours, folder)
            self.workers.append(worker)
        return worker


def _ended(worker: _Worker, outcome: Any) -> Ended[Any, Any]:
    error = outcome.error if isinstance(outcome, _Exhausted) else outcome
    value = None if isinstance(error, ConsentkitError) else outcome
    return Ended(
        worker.task,
        value,
        error if isinstance(error, ConsentkitError) else None,
        time.monotonic() - worker.since,
    )


def _cause_of_death(exit_code: int | None) -> str:
    how = f"signal {-exit_code}" if exit_code is not None and exit_code < 0 else f"exit code {exit_code}"
    return (
        f"the process that made it ended early ({how}), perhaps because memory ran out; "
        "run it again, with a lower --jobs if it happens often"
    )


# --- in the process itself ---


@dataclass(frozen=True)
class _Exhausted:
    """A failure after which the process can't be used any more."""

    error: ConsentkitError


def _serve(
    parent: int,
    function: Callable[[Any], Any],
    connection: Connection,
    foreign: list[Connection],
    inherited: tuple[int, ...],
    folder: str,
    memory: int,
) -> None:
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    follow(parent)
    for other in foreign:  # otherwise a pipe would stay open when its other end is gone
        other.close()
    for descriptor in inherited:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    tempfile.tempdir = folder
    lower_limit(resource.RLIMIT_AS, memory)
    lower_limit(resource.RLIMIT_CORE, 0)
    with contextlib.suppress(EOFError, OSError):  # nobody waits for us any more
        while True:
            connection.send(_outcome(function, connection.recv()))


def _outcome(function: Callable[[Any], Any], task: Any) -> Any:
    try:
        return function(task)
    except ConsentkitError as error:
        return error
    except (MemoryError, RecursionError):
        return _Exhausted(RenderingFailed("needs more memory than a document is allowed; check its text and templates"))
    except Exception as error:  # noqa: BLE001 - one document's failure must not become that of the others
        return RenderingFailed(f"something unexpected went wrong in consentkit ({type(error).__name__})")
