"""Work on the machines of a Dask cluster, which somebody else has started.

Guarantees: each task has one outcome, whatever becomes of the machine that worked on it: one that dies, or needs too
long, is passed over, and another one tries once; where the scheduler or all machines are gone, what is left ends with
that. Only a function, its task and its result go over the network.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from consentkit.errors import ConsentkitError, FileAccess, RenderingFailed, WrongUse
from consentkit.problems import printable
from consentkit.processes.workers import Ended

Task = TypeVar("Task")
Result = TypeVar("Result")

SCHEME = "dask://"
_SECONDS_TO_CONNECT = 10
_LONGEST_WAIT = 0.5
_SECONDS_WITHOUT_WORKERS = 20.0
_ATTEMPTS = 2
_LOST = "the scheduler of the cluster was lost; start it again, then run this again"
_WAITING_FOR_EACH = 2
"""Tasks that are handed over for each thread of a worker: the next one is there when one is done."""


class WorkerRefuses(ConsentkitError):
    """A worker can't do what another one may be able to do; the message says why."""

    exit_code = RenderingFailed.exit_code


def address_of(executor: str) -> str:
    """The address of the scheduler in `dask://HOST:PORT`. Raises WrongUse."""
    host, _, port = executor.removeprefix(SCHEME).rpartition(":")
    if not executor.startswith(SCHEME) or not host or "/" in host or "@" in host or not port.isdecimal():
        raise WrongUse(
            f"{printable(executor)}: there is no such executor; name the scheduler of a Dask cluster, as in "
            "dask://HOST:8786",
            arguments=["executor"],
        )
    return f"tcp://{host}:{port}"


def work_on_cluster(
    function: Callable[[Any], Result], tasks: Iterable[tuple[Task, Any]], executor: str, seconds: float
) -> Generator[Ended[Task, Result], None, None]:
    """Call a function for each task on the workers of a cluster; yield how each task ended, as it ends.

    A task comes with what is handed to the function. `seconds` is the most that one may take. Raises FileAccess where
    there is no such cluster, and WrongUse where the library for it is missing. Closing the iterator cancels the rest.
    """
    with _connected(address_of(executor)) as client:
        run = _ClusterRun(client, function, seconds, deque(_Attempt(task, given) for task, given in tasks))
        try:
            while run.waiting or run.at_work:
                yield from run.hand_over()
                yield from run.collect()
        finally:
            run.cancel()


def _untyped(library: Any) -> Any:
    """A library whose functions have no types."""
    return library


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        import distributed
    except ImportError:
        raise WrongUse("a cluster needs a library: pip install 'consentkit[cluster]'") from None
    _silence("distributed", "tornado")
    try:
        client: Any = _untyped(distributed).Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError):
        raise FileAccess(
            f"{SCHEME}{address.removeprefix('tcp://')}: no scheduler of a Dask cluster answers; start it, or leave "
            "--executor out to work on this machine"
        ) from None
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):  # whatever became of the cluster, the work has ended
            client.close(timeout=2)


def _silence(*libraries: str) -> None:
    """Let libraries log no tracebacks of what is said in a sentence here; parts of them have levels of their own."""
    parts = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in libraries]
    for name in (*libraries, *parts):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@dataclass(eq=False)
class _Attempt:
    """A task, and how it goes."""

    task: Any
    given: Any
    future: Any = None
    begun: float = 0
    attempts: int = 0
    problem: str = ""


@dataclass
class _ClusterRun:
    client: Any
    function: Callable[[Any], Any]
    seconds: float
    waiting: deque[_Attempt]
    at_work: list[_Attempt] = field(default_factory=list)
    shunned: dict[str, str] = field(default_factory=dict)
    """Workers that get nothing more, and why."""
    _threads: dict[str, int] = field(default_factory=dict)
    _asked: float = 0
    _last_worker: float = field(default_factory=time.monotonic)

    def hand_over(self) -> Iterator[Ended[Any, Any]]:
        """Hand tasks to the workers that may have them; end what nobody can do any more."""
        workers = self._usable()
        if not workers:
            if time.monotonic() - self._last_worker > _SECONDS_WITHOUT_WORKERS or self.shunned or self._is_lost:
                yield from self._give_up(self._why_nobody_works())
            return
        while self.waiting and len(self.at_work) < _WAITING_FOR_EACH * sum(workers.values()):
            attempt = self.waiting.popleft()
            attempt.attempts += 1
            attempt.begun = time.monotonic()
            # Where each may have it, nobody is named: else a task would wait for workers that have died.
            names = list(workers) if self.shunned else None
            attempt.future = self.client.submit(
                _outcome, self.function, attempt.given, pure=False, retries=0, workers=names
            )
            self.at_work.append(attempt)

    def collect(self) -> Iterator[Ended[Any, Any]]:
        """Wait until something happens; yield the tasks that have ended."""
        if not self.at_work:
            if self.waiting:
                time.sleep(_LONGEST_WAIT)
            return
        import distributed

        with contextlib.suppress(Exception):  # a lost scheduler shows in the state of the tasks
            _untyped(distributed).wait(
                [one.future for one in self.at_work], timeout=_LONGEST_WAIT, return_when="FIRST_COMPLETED"
            )
        for attempt in list(self.at_work):
            if attempt.future.done():
                self.at_work.remove(attempt)
                yield from self._ended(attempt)
            elif time.monotonic() - attempt.begun > self.seconds * _WAITING_FOR_EACH:
                self.at_work.remove(attempt)
                yield from self._overdue(attempt)

    def cancel(self) -> None:
        """Let the workers drop what is left."""
        with contextlib.suppress(Exception):  # the cluster may be gone
            self.client.cancel([one.future for one in self.at_work], force=True)

    def _ended(self, attempt: _Attempt) -> Iterator[Ended[Any, Any]]:
        try:
            outcome, worker, seconds = attempt.future.result(timeout=_SECONDS_TO_CONNECT)
        except Exception as error:  # noqa: BLE001 - the library raises whatever went wrong, wherever that was
            yield from self._again(attempt, _what_went_wrong(error))
            return
        if isinstance(outcome, WorkerRefuses):
            self.shunned[worker] = str(outcome)
            attempt.attempts -= 1  # it was never tried
            yield from self._again(attempt, str(outcome))
        elif isinstance(outcome, ConsentkitError):
            yield Ended(attempt.task, None, outcome, seconds)
        else:
            yield Ended(attempt.task, outcome, None, seconds)

    def _overdue(self, attempt: _Attempt) -> Iterator[Ended[Any, Any]]:
        with contextlib.suppress(Exception):  # as in `cancel`
            for worker, keys in self.client.processing().items():
                if attempt.future.key in keys:
                    self.shunned[worker] = f"the worker {worker} needed more than {self.seconds:g} seconds"
            self.client.cancel([attempt.future], force=True)
        yield from self._again(attempt, f"took more than {self.seconds:g} seconds on the cluster; see --time-limit")

    def _again(self, attempt: _Attempt, problem: str) -> Iterator[Ended[Any, Any]]:
        attempt.problem = problem
        if attempt.attempts < _ATTEMPTS and not self._is_lost:
            self.waiting.append(attempt)
        else:
            yield Ended(attempt.task, None, RenderingFailed(problem), time.monotonic() - attempt.begun)

    def _give_up(self, why: str) -> Iterator[Ended[Any, Any]]:
        self.cancel()
        for attempt in (*self.at_work, *self.waiting):
            yield Ended(attempt.task, None, RenderingFailed(why), 0)
        self.at_work.clear()
        self.waiting.clear()

    def _why_nobody_works(self) -> str:
        if self._is_lost:
            return _LOST
        if self.shunned:
            reasons = "; ".join(dict.fromkeys(self.shunned.values()))
            return f"no worker of the cluster can make it: {reasons}"
        return "the cluster has no workers; start some, then run this again"

    def _usable(self) -> dict[str, int]:
        """The threads of the workers that may have tasks, by address, as of half a second ago at most."""
        now = time.monotonic()
        if now - self._asked > _LONGEST_WAIT:
            self._asked = now
            try:
                self._threads = {} if self._is_lost else dict(self.client.nthreads())
            except Exception:  # noqa: BLE001 - there is nobody to ask
                self._threads = {}
        usable = {worker: threads for worker, threads in self._threads.items() if worker not in self.shunned}
        if usable:
            self._last_worker = now
        return usable

    @property
    def _is_lost(self) -> bool:
        return bool(self.client.status != "running")


def _what_went_wrong(error: BaseException) -> str:
    """A failure of the cluster in our words; the library's may hold paths and whole tasks."""
    kind = type(error).__name__
    if kind == "KilledWorker":
        return "the workers that made it died, perhaps because memory ran out; look at their logs, then run it again"
    if "Cancelled" in kind:
        return _LOST
    return f"a worker of the cluster failed ({kind}); see that consentkit is installed there, in the same version"


# --- on the worker ---


def _outcome(function: Callable[[Any], Any], given: Any) -> tuple[Any, str, float]:
    """What a function returns, or the error of ours that it raises; on which worker, and in how many seconds."""
    from distributed import get_worker

    begun = time.monotonic()
    try:
        outcome = function(given)
    except ConsentkitError as error:
        outcome = error
    except Exception as error:  # noqa: BLE001 - its text might quote a document
        outcome = RenderingFailed(f"something unexpected went wrong in consentkit ({type(error).__name__})")
    return outcome, get_worker().address, time.monotonic() - begun
