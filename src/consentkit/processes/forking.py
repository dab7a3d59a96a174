"""Processes that are forked from a program with several threads.

Guarantees: no process is forked, by whatever part of the program, while another thread is in `no_fork`; so a child
never inherits a library in the middle of its work, whose lock nobody would ever open there.
"""

from __future__ import annotations

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
