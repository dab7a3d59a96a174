"""Running what a foreign template asks for without letting it take the machine along.

Guarantees: the function either returns, raises, or is ended when it needs more time, memory or disk than a document
ever does; its temporary files are gone afterwards, even where this process is interrupted. WeasyPrint itself knows no
limits, and a few lines of CSS can keep it busy for hours.
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
from typing import Any, TypeVar

from consentkit.errors import ConsentkitError, RenderingFailed
from consentkit.interruption import follow, interruptible, uninterrupted

Result = TypeVar("Result")


@dataclass(frozen=True)
class Limits:
    """What a document may cost. The largest shipped one takes about 2 seconds and 200 MB."""

    seconds: int = 60
    memory: int = 3 * 1024**3
    """Address space in bytes, including that of this process."""
    file_size: int = 64 * 1024**2
    """Bytes of any one file."""


def run_limited(function: Callable[..., Result], *arguments: Any, limits: Limits | None = None) -> Result:
    """Call a function in a child process under limits.

    Raises what the function raises of our own errors, and RenderingFailed where the child was ended.
    """
    limits = limits or Limits()
    context = multiprocessing.get_context("fork")  # the engine is loaded already, and loading it is the larger half
    receiver, sender = context.Pipe(duplex=False)
    # An interrupt is let in only while we wait: in a hook around the fork it would be lost, in the tidying up it would
    # leave files behind. One that comes at another time waits until the end.
    with uninterrupted() as held_back, tempfile.TemporaryDirectory(prefix="consentkit-") as folder:
        task = (os.getpid(), sender, folder, limits, function, arguments)
        child = context.Process(target=_work, args=task, daemon=True)
        child.start()
        sender.close()
        try:
            with interruptible(held_back):
                outcome = receiver.recv() if receiver.poll(limits.seconds) else None
        except EOFError:
            outcome = None
        finally:
            child.kill()
            child.join()
            receiver.close()
    if outcome is None:
        raise RenderingFailed(_cause_of_death(child.exitcode, limits))
    if isinstance(outcome, ConsentkitError):
        raise outcome
    return outcome  # type: ignore[no-any-return]


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
    lower_limit(resource.RLIMIT_CPU, limits.seconds)
    lower_limit(resource.RLIMIT_AS, limits.memory)
    lower_limit(resource.RLIMIT_FSIZE, limits.file_size)
    lower_limit(resource.RLIMIT_CORE, 0)
    try:
        outcome: Any = function(*arguments)
    except ConsentkitError as error:
        outcome = error
    except (MemoryError, RecursionError):
        return  # the parent sees an end without an outcome
    except Exception as error:  # noqa: BLE001 - a traceback would be printed, and might quote the document
        outcome = RenderingFailed(f"the page engine broke down ({type(error).__name__}); look at the templates")
    sender.send(outcome)


def lower_limit(kind: int, most: int) -> None:
    """Let this process have no more of a resource; a limit that is lower already stays."""
    hard = resource.getrlimit(kind)[1]
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (allowed, allowed))


def _cause_of_death(exit_code: int | None, limits: Limits) -> str:
    # Our own kill after the wait ran out and the kernel's for CPU time are the same to the reader.
    if exit_code in (-signal.SIGKILL, -signal.SIGXCPU):
        return f"the page took more than {limits.seconds} seconds to make; look for endless loops in the templates"
    return "the page engine broke down while making the page, perhaps for want of memory; look at the templates"
