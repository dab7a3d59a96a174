"""Running what a foreign template requests without letting it bring down the machine.

Guarantees: the function either returns, raises, or is ended when it needs more computing time, memory or disk than a
document ever does, however busy the machine is; its temporary files are gone afterwards, even where this process is
interrupted. WeasyPrint itself knows no limits, and a few lines of CSS can keep it busy for hours.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from consentkit.errors import ConsentkitError, OutOfTime, RenderingFailed
from consentkit.processes.forking import no_fork
from consentkit.processes.interruption import follow, interruptible, uninterrupted

Result = TypeVar("Result")

_SECONDS_TO_EXPLAIN = 2
"""Seconds between the signal at which a child reports where it is and the limit at which the kernel ends it."""
_LEAST_MEMORY = 400 * 1000**2
"""Bytes that a document may take in any case, since this process itself may have grown large."""


@dataclass(frozen=True)
class Limits:
    """What a document may cost. The largest shipped one takes about 2 seconds and 300 MB."""

    seconds: int = 20
    """Seconds of CPU time."""
    memory: int = 800 * 1000**2
    """Address space in bytes, including that of this process, unless that is large itself."""
    file_size: int = 64 * 1024**2
    """The most bytes of any one file."""
    elapsed: int = 900
    """Seconds by the clock. They only end what waits for something that never comes, since it takes no CPU time: on a
    machine with forty busy processes, the CPU time that a document may take is spread over minutes."""


@dataclass(frozen=True)
class _Unexpected:
    """An unexpected kind of error; its text might quote the document."""

    name: str


def run_limited(
    function: Callable[..., Result], *arguments: Any, limits: Limits | None = None, find_place: Callable[[], str] = str
) -> Result:
    """Call a function in a child process under limits.

    Raises what the function raises of our own errors, and RenderingFailed where the child was ended: with a message
    that begins with the files that may be at fault. `find_place` looks for these; it is called only where there was
    no outcome, since to look takes time.
    """
    limits = limits or Limits()
    context = multiprocessing.get_context("fork")  # the engine is loaded already, and loading it is the larger half
    # An interrupt is let in only while we wait: in a hook around the fork it would be lost, in the tidying up it would
    # leave files behind. One that comes at another time waits until the end.
    with uninterrupted() as held_back, tempfile.TemporaryDirectory(prefix="consentkit-") as folder:
        with no_fork():  # the child of another thread would hold our pipe open, and we would wait for that child
            receiver, sender = context.Pipe(duplex=False)
            task = (os.getpid(), sender, folder, limits, function, arguments)
            child = context.Process(target=_work, args=task, daemon=True)
            child.start()
            sender.close()
        try:
            with interruptible(held_back):
                has_ended = receiver.poll(limits.elapsed)
                outcome = receiver.recv() if has_ended else None
        except EOFError:
            outcome = None
        finally:
            child.kill()
            child.join()
            receiver.close()
    if not has_ended:
        raise RenderingFailed(
            f"there was no page after {limits.elapsed} seconds: either the machine is too busy, or the page waits for "
            "something that never comes; run this again, and check the templates if it happens again"
        )
    if outcome is None:
        raise RenderingFailed(find_place() + _cause_of_death(child.exitcode, limits))
    return _returned(outcome, find_place)  # type: ignore[no-any-return]


def _returned(outcome: Any, find_place: Callable[[], str]) -> Any:
    """What a child sends back, unless that is an error, which is raised."""
    if isinstance(outcome, _Unexpected):
        raise RenderingFailed(f"{find_place()}the page engine crashed ({outcome.name}); check the templates")
    if isinstance(outcome, ConsentkitError):
        raise outcome
    return outcome


def _work(
    parent: int,
    sender: Connection,
    folder: str,
    limits: Limits,
    function: Callable[..., Result],
    arguments: tuple[Any, ...],
) -> None:
    follow(parent)
    tempfile.tempdir = folder
    lower_limit(resource.RLIMIT_CPU, limits.seconds + _SECONDS_TO_EXPLAIN)
    lower_limit(resource.RLIMIT_AS, max(limits.memory, _own_size() + _LEAST_MEMORY))
    lower_limit(resource.RLIMIT_FSIZE, limits.file_size)
    lower_limit(resource.RLIMIT_CORE, 0)

    def end_in_words(*_: object) -> None:  # raised where the child is: its line is then known, in a template
        raise OutOfTime(_took_too_long(limits))

    signal.signal(signal.SIGPROF, end_in_words)
    signal.setitimer(signal.ITIMER_PROF, limits.seconds)
    try:
        outcome: Any = function(*arguments)
    except ConsentkitError as error:
        outcome = error
    except (MemoryError, RecursionError, OutOfTime):
        return  # the parent sees an end without an outcome
    except Exception as error:  # noqa: BLE001 - a traceback would be printed, and might quote the document
        outcome = _Unexpected(type(error).__name__)
    signal.setitimer(signal.ITIMER_PROF, 0)
    sender.send(outcome)


def _own_size() -> int:
    """The address space of this process in bytes; 0 where the system does not report it."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def lower_limit(kind: int, most: int) -> None:
    """Let this process have no more of a resource; a limit that is lower already stays."""
    hard = resource.getrlimit(kind)[1]
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (allowed, allowed))


def _took_too_long(limits: Limits) -> str:
    return (
        f"the page took more than {limits.seconds} seconds of computing time; look for endless loops in the templates"
    )


def _cause_of_death(exit_code: int | None, limits: Limits) -> str:
    if exit_code in (-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGPROF):
        return _took_too_long(limits)
    return "the page engine crashed while making the page, perhaps because memory ran out; check the templates"
