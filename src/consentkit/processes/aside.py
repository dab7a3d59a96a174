"""Something that is worked out in a process of its own, while this one continues.

Guarantees: nothing that it does has an effect here but what it returns; it never outlives this process, nor the time
that it is given for each result, whether or not anybody waits for them; what goes wrong in it costs its results only.
"""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any, Generic, TypeVar

from consentkit.processes.forking import no_fork
from consentkit.processes.interruption import follow, uninterrupted

Result = TypeVar("Result")

_PIPE = 1024 * 1024
"""The most bytes that Linux lets a pipe of everybody hold (pipe(7))."""


@dataclass(frozen=True)
class Aside(Generic[Result]):
    """A process that was forked to work something out."""

    process: ForkProcess
    receiver: Connection
    seconds: float
    """The time for each result."""

    def results(self) -> Iterator[Result]:
        """What comes of it, one after the other, until it ends, or until the next takes longer than its time."""
        try:
            while self.receiver.poll(self.seconds):
                yield self.receiver.recv()
        except Exception:  # noqa: BLE001 - whatever is wrong with it, nothing more comes of it
            return
        finally:
            self.end()

    def end(self) -> None:
        """End it at once: nobody waits for results any more."""
        with uninterrupted():  # else it may stay as a zombie
            self.process.kill()
            self.process.join()
            self.receiver.close()


def begin_aside(seconds: float, function: Callable[..., Iterator[Result]], *arguments: Any) -> Aside[Result]:
    """Fork a process that goes through what a function yields. Raises OSError where there are no resources for it.

    It has a copy of everything that this one has in memory, also of what can be sent nowhere. It ends itself where a
    result takes longer than that time to be worked out and taken.
    """
    context = multiprocessing.get_context("fork")
    with uninterrupted(), no_fork():
        receiver, sender = context.Pipe(duplex=False)
        if hasattr(fcntl, "F_SETPIPE_SZ"):  # on Linux
            with contextlib.suppress(OSError):  # where it holds less, that process waits more often for us to take one
                fcntl.fcntl(sender, fcntl.F_SETPIPE_SZ, _PIPE)
        try:
            process = context.Process(
                target=_work, args=(os.getpid(), sender, seconds, function, arguments), daemon=True
            )
            process.start()
        except OSError:
            receiver.close()
            raise
        finally:
            sender.close()
    return Aside(process, receiver, seconds)


def _work(
    parent: int,
    sender: Connection,
    seconds: float,
    function: Callable[..., Iterator[Any]],
    arguments: tuple[Any, ...],
) -> None:
    follow(parent)
    signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM ends this process
    with contextlib.suppress(Exception):  # whoever waits sees an end; the text of an error might quote a file
        for result in function(*arguments):
            sender.send(result)
            signal.setitimer(signal.ITIMER_REAL, seconds)
