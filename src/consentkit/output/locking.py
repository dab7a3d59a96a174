"""Locking a folder for one process at a time, where several read what is there and then write.

Guarantees: a lock ends with the process that holds it, however that ends; the file that is locked stays, since removing
it would let two processes lock two files.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from consentkit.errors import FileAccess, reason
from consentkit.problems import printable

LOCK = ".consentkit.lock"
"""The file that is locked, in the folder that is held."""

_SECONDS_BETWEEN_TRIES = 0.02
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_TAKEN = {errno.EWOULDBLOCK, errno.EACCES}


@contextlib.contextmanager
def locked(folder: Path, *, seconds: float, taken: str, remedy: str) -> Iterator[int]:
    """Lock a folder by a file in it, waiting at most so long; yields the open file, which must not be passed on.

    Raises FileAccess with `taken` where another process holds it all that time, with `remedy` where it can't be locked,
    and where nothing can be written.
    """
    name = printable(str(folder))
    try:
        descriptor = os.open(folder / LOCK, _FLAGS, 0o600)
    except OSError as error:
        raise FileAccess(f"{name}: can't be written to: {reason(error)}") from error
    try:
        try:
            _lock(descriptor, seconds)
        except OSError as error:
            problem = taken if error.errno in _TAKEN else f"can't be locked: {reason(error)}; {remedy}"
            raise FileAccess(f"{name}: {problem}") from error
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked_without_trace(folder: Path, *, seconds: float, taken: str, remedy: str) -> Iterator[None]:
    """Lock a folder itself, as `locked` does, but without leaving a file in it.

    Some network file systems lock files only: there, the file is made after all.
    """
    descriptor = -1
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        _lock(descriptor, seconds)
    except OSError as error:
        if descriptor >= 0:
            os.close(descriptor)
        if error.errno in _TAKEN and descriptor >= 0:
            raise FileAccess(f"{printable(str(folder))}: {taken}") from error
        with locked(folder, seconds=seconds, taken=taken, remedy=remedy):
            yield
        return
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, seconds: float) -> None:
    """Lock a file. Raises OSError, with EWOULDBLOCK where others hold it all the time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _TAKEN or time.monotonic() >= deadline:
                raise
        time.sleep(_SECONDS_BETWEEN_TRIES)
