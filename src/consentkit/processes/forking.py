"""Processes that are forked from a program with several threads.

Guarantees: no process is forked, by whatever part of the program, while another thread is in `no_fork`; so a child
never inherits a library in the middle of its work, whose lock nobody would ever open there. A fork waits while it holds
no lock of Python's own modules, so the thread that it waits for may log, and use a pool of threads.
"""

from __future__ import annotations

# These lock something of their own at a fork. Such hooks run in the reverse order of their registration, so theirs must
# be registered before ours: else a fork would take their locks and then wait for a thread that needs one of them.
import concurrent.futures.thread  # noqa: F401 - for its hook
import logging  # noqa: F401 - for its hook
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_in_progress = threading.RLock()

os.register_at_fork(
    before=_in_progress.acquire, after_in_parent=_in_progress.release, after_in_child=_in_progress.release
)


@contextmanager
def no_fork() -> Iterator[None]:
    """Do something by which a process that another thread forks would be spoilt. One thread at a time; others wait.

    The thread that is in it may fork. No other one inherits what it opens meanwhile, such as the end of a pipe.
    """
    with _in_progress:
        yield
