"""The memory of a process that holds visits.

Guarantees: no core dump of the process is written, and its memory stays out of swap where the system allows; what one
thread has freed serves the others.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from pathlib import Path

_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_PR_SET_DUMPABLE = 4
_M_ARENA_MAX = -8
_CAP_IPC_LOCK = 14
_SWAPS = Path("/proc/swaps")


def keep_memory_private(swaps: Path = _SWAPS) -> str:
    """Let no core dump be written, and no memory be swapped out. Returns what was not possible, as a sentence.

    `swaps` is the system's list of its swap spaces.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return ""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if not _has_swap(swaps):
        return ""
    if _may_lock_all() and libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0:
        return ""
    return (
        "this system may write memory to its swap space; to prevent that, give the account an unlimited "
        "`memlock` (limits.conf, or LimitMEMLOCK=infinity), or encrypt the swap space"
    )


def share_free_memory() -> None:
    """Let all threads take memory from one heap, so that what one of them has freed is there for the others.

    By itself, glibc gives each thread one, up to eight for each core (mallopt(3)), and what is free in one of them is
    of no use to the others: over thousands of packets a desk took more and more, while what it used stayed the same.
    """
    if sys.platform.startswith("linux") and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_ARENA_MAX, 1)


def _may_lock_all(status: Path = Path("/proc/self/status")) -> bool:
    """Whether there is no limit to what may be locked: under one, later requests for memory would fail."""
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == resource.RLIM_INFINITY:
        return True
    try:
        capabilities = status.read_text(encoding="ascii").partition("CapEff:")[2].split()[0]
        return bool(int(capabilities, 16) >> _CAP_IPC_LOCK & 1)
    except (OSError, ValueError, IndexError):
        return False


def _has_swap(table: Path) -> bool:
    try:
        return len(table.read_text(encoding="ascii").splitlines()) > 1
    except OSError:
        return True
