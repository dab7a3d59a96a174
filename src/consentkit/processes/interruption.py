"""The signals that end a run: Ctrl-C (SIGINT), SIGTERM and SIGHUP, which all mean the same here.

Guarantees: a step that must be completed is completed, and the signal takes effect after it; a forked process leaves
the signals of the terminal to its parent, and never outlives it, however the parent ends.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal

TYPE_CHECKING = False  # as in `typing`; little is loaded here, since each command begins with it
if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Each of them ends a run."""
INTERRUPTED = 130
"""The exit code of a run that one of them has ended, as shells have it for SIGINT."""

_HELD_BACK = (*SIGNALS, signal.SIGALRM)  # the last one is the command line's reminder
_PR_SET_PDEATHSIG = 1
"""prctl(2): set the signal that this process gets when its parent ends."""


@contextlib.contextmanager
def uninterrupted() -> Iterator[set[int]]:
    """Hold signals back: in a hook around a fork they would be lost, in a cleanup they would leave things behind.

    Yields the signals that were held back before.
    """
    # The mask must be read first: `pthread_sigmask` runs the handlers of earlier signals after it has set the mask, and
    # if one of these raises, the mask from before is lost.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
        yield set(before)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def interruptible(held_back: set[int]) -> Iterator[None]:
    """Within `uninterrupted`: let signals in while waiting, except those that were held back before it."""
    now = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, held_back)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, now)


@contextlib.contextmanager
def own_temporary_folder() -> Iterator[None]:
    """Collect the temporary files of this process in one folder, and remove it with whatever was left in it.

    Libraries remove their files when an object is collected, which an interrupt may prevent. Where there is no space
    for temporary files, the code that needs them reports it.
    """
    import tempfile

    before, folder = tempfile.tempdir, None
    try:
        with uninterrupted(), contextlib.suppress(OSError):
            folder = tempfile.TemporaryDirectory(prefix="consentkit-", ignore_cleanup_errors=True)
            tempfile.tempdir = folder.name
        yield
    finally:
        with uninterrupted():
            tempfile.tempdir = before
            if folder:
                folder.cleanup()


def follow(parent: int) -> None:
    """In a process that was just forked: let the parent, by its process id, decide when to end; end with it.

    What the parent holds is left to it, too: to look through that for garbage would copy all of its memory.
    """
    gc.freeze()
    for number in (signal.SIGINT, signal.SIGHUP):  # a terminal sends them to both, and the parent ends us
        signal.signal(number, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD_BACK)
    with contextlib.suppress(ImportError, OSError, AttributeError):  # not on Linux: a broken pipe has to do
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # the parent ended before prctl was called
        os._exit(1)
