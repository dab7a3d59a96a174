"""The folders and files of the store of finished parts (`consentkit.cache.store`): one file for each part.

Guarantees: except after a power failure, a file is there whole or not at all; what is read is what was written, to the
bit, even then; no link is followed; a folder that somebody else could write to is not entered; only files that the
store has made are seen.

An entry is `ab/ab12…`, named after its key; what is in it, `part_file` says.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consentkit.cache.part_file import KEY, LARGEST_PART, OVERHEAD, SUBFOLDER, has_form, pack_file, unpack_file
from consentkit.problems import printable
from consentkit.processes.whole_files import UNFINISHED, write_whole

_ENTER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_HOUR = 3600
_DAY = 24 * _HOUR
_ATTEMPTS = 5


@dataclass(frozen=True)
class LocalFolder:
    """A folder as a place for parts."""

    folder: Path

    @property
    def shown(self) -> str:
        """The folder, as messages name it."""
        return printable(str(self.folder))

    @property
    def complaint(self) -> str:
        """What it means that parts can't be kept here, before the reason."""
        return f"{self.shown}: finished parts can't be kept here"

    def read(self, key: str) -> bytes | None:
        """Return the part with this key, as `read` does."""
        return read(self.folder, key)

    def write(self, key: str, data: bytes) -> None:
        """Write a part, as `write` does."""
        write(self.folder, key, data)

    def survey(self, *, thorough: bool) -> list[File]:
        """List what a store has made here, as `survey` does."""
        return survey(self.folder, thorough=thorough)

    def remove(self, files: Sequence[File]) -> list[File]:
        """Remove files, as `remove` does."""
        return remove(self.folder, files)


# --- one entry ---


def read(folder: Path, key: str) -> bytes | None:
    """Return the part with this key; None where there is none, or a damaged one, which is removed. Raises OSError."""
    try:
        with _opened(folder) as root, _opened(key[:2], root) as subfolder:
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
        if not _is_ours(status) or status.st_size > OVERHEAD + LARGEST_PART:
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


def _is_ours(status: os.stat_result) -> bool:
    """Whether it is this user's file: a folder that is private today may have been open to others yesterday."""
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()


def _touch(descriptor: int, status: os.stat_result) -> None:
    """Note that an entry was used, once a day at most: noting it each time would make every read a write, too."""
    if abs(time.time() - status.st_mtime) > _DAY:
        with contextlib.suppress(OSError):
            os.utime(descriptor)


def _place(folder: Path, key: str, file: bytes) -> None:
    _make(folder)
    with _opened(folder) as root:
        with contextlib.suppress(FileExistsError):
            os.mkdir(key[:2], 0o700, dir_fd=root)
        with _opened(key[:2], root) as subfolder:
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
def _opened(folder: Path | str, within: int | None = None) -> Iterator[int]:
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


def _is_link(path: Path | str, within: int | None) -> bool:
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


# --- all entries ---


@dataclass(frozen=True)
class File:
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


def survey(folder: Path, *, thorough: bool) -> list[File]:
    """List what a store has made in its folder; anything else there is somebody else's and is ignored.

    Only a thorough survey opens the entries and checks their form. Raises OSError.
    """
    try:
        with _opened(folder) as root:
            return [file for subfolder in _subfolders(root) for file in _files(root, subfolder, thorough=thorough)]
    except FileNotFoundError:
        return []


def remove(folder: Path, files: Sequence[File]) -> list[File]:
    """Remove files, and the subfolders that are then empty. Returns the removed files. Raises OSError."""
    if not files:
        return []
    try:
        with _opened(folder) as root:
            return [file for file in files if _removed(root, file)]
    except FileNotFoundError:
        return []


def _subfolders(root: int) -> list[str]:
    with os.scandir(root) as items:
        return sorted(
            item.name for item in items if SUBFOLDER.fullmatch(item.name) and item.is_dir(follow_symlinks=False)
        )


def _files(root: int, subfolder: str, *, thorough: bool) -> list[File]:
    try:
        with _opened(subfolder, root) as descriptor, os.scandir(descriptor) as items:
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
            is_sound = _is_ours(status) and (not thorough or _has_form(descriptor, item.name))
    except FileNotFoundError:
        return None
    return File(subfolder, item.name, status.st_size, status.st_mtime, is_entry, is_sound)


def _has_form(subfolder: int, name: str) -> bool:
    """Whether an entry begins as ours do and is as long as it states; its bits are checked when it is used."""
    try:
        descriptor = os.open(name, _READ, dir_fd=subfolder)
    except PermissionError:
        return False
    try:
        return has_form(os.read(descriptor, OVERHEAD), os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)


def _is_stale(status: os.stat_result) -> bool:
    """Whether nobody is still writing to an unfinished file; a clock that was set back must not keep it forever."""
    return abs(time.time() - status.st_mtime) > _HOUR


def _removed(root: int, file: File) -> bool:
    try:
        with _opened(file.subfolder, root) as subfolder:
            os.unlink(file.name, dir_fd=subfolder)
    except FileNotFoundError:
        return False
    with contextlib.suppress(OSError):
        os.rmdir(file.subfolder, dir_fd=root)
    return True
