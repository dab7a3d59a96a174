"""Many files that are to survive a power failure, by one call instead of one for each.

Guarantees: after `sync`, the system has said of each file that its bytes are where a power failure does not reach them,
or it has raised; where one call for a whole file system does not do that, or does not say whether it could, each file
is synced by itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection

_ROOM = 256
"""Bytes for what fstatfs(2) says, which is less than half of that."""
_SYNCED_AS_A_WHOLE = {0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0x01021994}
"""ext4, XFS, Btrfs, F2FS, tmpfs (statfs(2)): others may pass bytes on to a server that still holds them, and overlayfs
does not pass on what its upper file system could not write."""
_SAYS_WHAT_FAILED = (5, 8)
"""The version of Linux since which syncfs(2) reports bytes that could not be written; before, it never did."""


class FolderSync:
    """Syncs the files of some folders. It must be opened before the first of them is written.

    An error is reported to those who had the folder open when it happened (syncfs(2)).
    """

    def __init__(self) -> None:
        self._open: dict[int, int] = {}
        """By the number of each file system, a folder of it, which is open."""
        self._added: set[str] = set()

    def add(self, folder: str) -> None:
        """Files will be written into a folder. One that can't be opened without permission to list it is left out."""
        if folder in self._added:
            return
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return
        if self._open.setdefault(os.fstat(descriptor).st_dev, descriptor) != descriptor:
            os.close(descriptor)
        self._added.add(folder)

    def sync(self, files: Collection[str]) -> None:
        """Sync files that were written into the folders. Raises OSError."""
        by_system: dict[int, list[str]] = {}
        for file in files:
            by_system.setdefault(os.lstat(file).st_dev, []).append(file)
        for number, names in by_system.items():
            if len(names) == 1 or number not in self._open or not _is_synced(self._open[number]):
                for name in names:
                    _sync_file(name)

    def close(self) -> None:
        """Close the folders."""
        self._added.clear()
        while self._open:
            os.close(self._open.popitem()[1])


def _is_synced(descriptor: int) -> bool:
    """Sync a whole file system, where that can be relied on. Raises OSError."""
    if _version(os.uname().release) < _SAYS_WHAT_FAILED:
        return False
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    about = ctypes.create_string_buffer(_ROOM)
    try:
        if libc.fstatfs(descriptor, about):
            return False
        kind = ctypes.c_long.from_buffer(about).value & 0xFFFFFFFF  # the first word
        if kind not in _SYNCED_AS_A_WHOLE:
            return False
        is_refused = libc.syncfs(descriptor)
    except AttributeError:  # not on Linux
        return False
    if is_refused:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return True


def _version(release: str) -> tuple[int, ...]:
    """The first two numbers of what a system says it is, such as 5.15.0-91-generic; none where it has no such form."""
    numbers = re.match(r"(\d+)\.(\d+)", release, re.ASCII)
    return tuple(map(int, numbers.groups())) if numbers else ()


def _sync_file(name: str) -> None:
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
