"""The folders and files of the store of finished parts (`consentkit.cache.store`): one file for each part.

Guarantees: except after a power failure, a file is there whole or not at all; what is read is what was written, to the
bit, even then; no link is followed; a folder that somebody else could write to is not entered; little is loaded, since
the quick lanes (`consentkit.lanes`) read here before anything else is.

An entry is `ab/ab12…`, named after its key; what is in it, `part_file` says.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time

from consentkit.cache.part_file import LARGEST_PART, OVERHEAD, has_form, pack_file, unpack_file
from consentkit.processes.whole_files import write_whole

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ENTER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_DAY = 24 * 3600
_ATTEMPTS = 5


# --- one entry ---


def read(folder: str | Path, key: str) -> bytes | None:
    """Return the part with this key; None where there is none, or a damaged one, which is removed. Raises OSError."""
    try:
        with opened(folder) as root, opened(key[:2], root) as subfolder:
            return _take(subfolder, key)
    except FileNotFoundError:
        return None


def write(folder: Path, key: str, data: bytes) -> None:
    """Write a part in one step, and the folders that are missing. Raises OSError, and then leaves nothing behind.

    Another process may clear the store meanwhile and remove the folder: then it is tried again.
    """
    file = pack_file(key, data)
    for _ in range(_ATTEMPTS - 1):
        with contextlib.suppress(FileNotFoundError):
            return _place(folder, key, file)
    return _place(folder, key, file)


def _take(subfolder: int, key: str) -> bytes | None:
    """Read an entry; remove it if it is damaged."""
    data = _read_whole(subfolder, key)
    if data is None and not _is_special(subfolder, key):
        with contextlib.suppress(OSError):
            os.unlink(key, dir_fd=subfolder)
    return data


def _read_whole(subfolder: int, key: str) -> bytes | None:
    try:
        descriptor = os.open(key, _READ, dir_fd=subfolder)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:  # a link or a socket, which no store makes
            return None
        raise
    try:
        status = os.fstat(descriptor)
        if not is_ours(status) or status.st_size > OVERHEAD + LARGEST_PART:
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = unpack_file(key, file.read(status.st_size + 1))
        if data is not None:
            _touch(descriptor, status)
        return data
    finally:
        os.close(descriptor)


def _is_special(subfolder: int, key: str) -> bool:
    """Whether a device, a pipe or a socket has the name of an entry: no store made it, so none removes it."""
    try:
        mode = os.stat(key, dir_fd=subfolder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode))


def is_ours(status: os.stat_result) -> bool:
    """Whether it is this user's file: a folder that is private today may have been open to others yesterday."""
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()


def _touch(descriptor: int, status: os.stat_result) -> None:
    """Note that an entry was used, once a day at most: noting it each time would make every read a write, too."""
    if abs(time.time() - status.st_mtime) > _DAY:
        with contextlib.suppress(OSError):
            os.utime(descriptor)


def _place(folder: Path, key: str, file: bytes) -> None:
    _make(folder)
    with opened(folder) as root:
        with contextlib.suppress(FileExistsError):
            os.mkdir(key[:2], 0o700, dir_fd=root)
        with opened(key[:2], root) as subfolder:
            _replace(subfolder, key, file)


def _replace(subfolder: int, key: str, file: bytes) -> None:
    if _is_special(subfolder, key):
        raise OSError(errno.EEXIST, "there is a device, a pipe or a socket where an entry should be; remove it")
    # Not synced: an entry carries its digest, and one that is lost or broken in a power failure is made again.
    write_whole(key, file, folder=subfolder, sync=False)


# --- folders ---


def _make(folder: Path) -> None:
    """Make a folder and those above it, for the owner only: otherwise somebody could replace it by another."""
    with contextlib.suppress(FileExistsError):
        try:
            folder.mkdir(0o700)
        except FileNotFoundError:
            if folder.parent == folder:
                raise
            _make(folder.parent)
            folder.mkdir(0o700)


@contextlib.contextmanager
def opened(folder: str | Path, within: int | None = None) -> Iterator[int]:
    """Hold open a folder that only this user can write to. Raises OSError, with a message for people, for any other."""
    try:
        descriptor = os.open(folder, _ENTER, dir_fd=within)
    except OSError as error:
        if error.errno in {errno.ENOTDIR, errno.ELOOP} and _is_link(folder, within):
            raise OSError(errno.ELOOP, "it is a symbolic link; name the folder itself") from None
        raise
    try:
        _require_private(os.fstat(descriptor))
        yield descriptor
    finally:
        os.close(descriptor)


def _is_link(path: str | Path, within: int | None) -> bool:
    try:
        return stat.S_ISLNK(os.stat(path, dir_fd=within, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _require_private(status: os.stat_result) -> None:
    """Refuse a folder in which somebody else could put a forged part."""
    if status.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "the folder belongs to another user; name one of your own")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        message = (
            "other users can write to the folder, and could put forged parts there; name one that only you can write to"
        )
        raise PermissionError(errno.EPERM, message)


def looks_whole(subfolder: int, name: str) -> bool:
    """Whether an entry begins as ours do and is as long as it states; its bits are checked when it is used."""
    try:
        descriptor = os.open(name, _READ, dir_fd=subfolder)
    except PermissionError:
        return False
    try:
        return has_form(os.read(descriptor, OVERHEAD), os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)
