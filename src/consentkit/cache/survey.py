"""What a store of finished parts has made in its folder, looked at as a whole and tidied up.

Guarantees: only files that the store has made are seen and removed.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from consentkit.cache.local_folder import is_ours, looks_whole, opened
from consentkit.cache.part_file import KEY, SUBFOLDER
from consentkit.processes.whole_files import UNFINISHED

_HOUR = 3600


class File(NamedTuple):
    """A file that a store has made: an entry, or a leftover of a run that was killed."""

    subfolder: str
    name: str
    size: int
    """In bytes."""
    used: float
    """When it was last used, in seconds since 1970."""
    is_entry: bool
    is_sound: bool
    """For an entry, whether it may be used; for anything else, whether somebody may still be writing to it."""


Counting: TypeAlias = Callable[[int], None]
"""Gets how many more files are done."""


def ignore_count(number: int) -> None:
    """Let nobody know."""


def survey(folder: Path, *, thorough: bool) -> list[File]:
    """List what a store has made in its folder; anything else there is somebody else's and is ignored.

    Only a thorough survey opens the entries and checks their form. Raises OSError.
    """
    try:
        with opened(folder) as root:
            return [file for subfolder in _subfolders(root) for file in _files(root, subfolder, thorough=thorough)]
    except FileNotFoundError:
        return []


def remove(folder: Path, files: Sequence[File], removed: Counting = ignore_count) -> list[File]:
    """Remove files, and the subfolders that are then empty. Returns the removed files. Raises OSError.

    `removed` gets how many more are done.
    """
    gone: list[File] = []
    if not files:
        return gone
    try:
        with opened(folder) as root:
            for file in files:
                if _removed(root, file):
                    gone.append(file)
                removed(1)
    except FileNotFoundError:
        return []
    return gone


def _subfolders(root: int) -> list[str]:
    with os.scandir(root) as items:
        return sorted(
            item.name for item in items if SUBFOLDER.fullmatch(item.name) and item.is_dir(follow_symlinks=False)
        )


def _files(root: int, subfolder: str, *, thorough: bool) -> list[File]:
    try:
        with opened(subfolder, root) as descriptor, os.scandir(descriptor) as items:
            files = [_file(subfolder, descriptor, item, thorough=thorough) for item in items]
    except FileNotFoundError:  # another process is clearing the store
        return []
    return [file for file in files if file is not None]


def _file(subfolder: str, descriptor: int, item: os.DirEntry[str], *, thorough: bool) -> File | None:
    is_entry = bool(KEY.fullmatch(item.name)) and item.name.startswith(subfolder)
    if not (is_entry or UNFINISHED.fullmatch(item.name)):
        return None
    try:
        status = item.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            return None
        if not is_entry:
            is_sound = not _is_stale(status)
        else:
            is_sound = is_ours(status) and (not thorough or looks_whole(descriptor, item.name))
    except FileNotFoundError:
        return None
    return File(subfolder, item.name, status.st_size, status.st_mtime, is_entry, is_sound)


def _is_stale(status: os.stat_result) -> bool:
    """Whether nobody is still writing to an unfinished file; a clock that was set back must not keep it forever."""
    return abs(time.time() - status.st_mtime) > _HOUR


def _removed(root: int, file: File) -> bool:
    try:
        with opened(file.subfolder, root) as subfolder:
            os.unlink(file.name, dir_fd=subfolder)
    except FileNotFoundError:
        return False
    with contextlib.suppress(OSError):
        os.rmdir(file.subfolder, dir_fd=root)
    return True
