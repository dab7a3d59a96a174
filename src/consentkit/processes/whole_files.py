"""Files that are written in one step.

Guarantees: under its name, a file is there whole or not at all, whatever ends the process; a link is replaced, never
followed; only the owner may read it, or, on request, the group of its folder too; a file that a killed process leaves
has a name that `UNFINISHED` matches.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time

from consentkit.processes.interruption import uninterrupted

TYPE_CHECKING = False  # as in `typing`; little is loaded here, since the quick lanes write, too
if TYPE_CHECKING:
    from pathlib import Path

UNFINISHED = re.compile(r"\.consentkit-([0-9a-f]{16}|[a-z0-9_]{8})\.tmp", re.ASCII)
"""The names of files that are still being written, or that a killed process has left; of earlier versions, too."""

SYSTEM_FOLDERS = ("/dev", "/proc", "/sys")
"""Where devices and processes look like files, and no file can be written."""
LARGEST_PDF = 64 * 1024**2
"""Bytes of the largest PDF file that consentkit makes, keeps and reads again; a consent document has about 60,000."""

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_whole(
    target: str | Path, data: bytes, *, folder: int | None = None, sync: bool, for_group: bool = False
) -> None:
    """Write a file in one step. Raises OSError, and then leaves everything as it was.

    With `folder`, a folder that is held open, `target` is a name in it. With `for_group`, the file belongs to the group
    of its folder, which may read it: the user's own group may be that of everybody.

    With `sync`, the file survives a power failure; without, it may be empty or missing then. Syncing takes most of the
    time of writing: up to 12 ms on a disk, instead of 0.3. A file that carries its own digest, and is made again when
    it is broken, does not need it.
    """
    with uninterrupted():  # a signal waits for the few moments that this takes, so it leaves no unfinished file
        unfinished = write_unfinished(target, data, folder=folder, sync=sync, for_group=for_group)
        try:
            os.replace(unfinished, target, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            remove_quietly(unfinished, folder=folder)
            raise
        if sync:
            sync_names(folder_of(target), folder)


def write_unfinished(
    target: str | Path, data: bytes, *, folder: int | None = None, sync: bool, for_group: bool = False
) -> str:
    """Write what is to become a file, and return the name that it has until then. Raises OSError, and leaves nothing.

    Before it takes its name, it must have been synced, here or later: else a power failure may leave half of it.
    """
    # It is beside its target, since a rename is atomic only within one file system.
    unfinished = _name_beside(target)
    with uninterrupted():
        descriptor = os.open(unfinished, _CREATE, 0o600, dir_fd=folder)
        try:
            try:
                _write_all(descriptor, data)
                if for_group:
                    os.fchown(descriptor, -1, os.stat(folder_of(target)).st_gid)
                    os.fchmod(descriptor, 0o640)
                if sync:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except BaseException:
            remove_quietly(unfinished, folder=folder)
            raise
    return unfinished


def remove_quietly(name: str, *, folder: int | None = None) -> None:
    """Remove a file, if it is there. What can't be removed is removed by a later run."""
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=folder)


def unfinished_beside(target: str | Path) -> Path:
    """A name for what is to become a file, in its folder."""
    from pathlib import Path

    return Path(_name_beside(target))


def _name_beside(target: str | Path) -> str:
    return os.path.join(os.path.dirname(target), f".consentkit-{os.urandom(8).hex()}.tmp")


def folder_of(target: str | Path) -> str:
    """The folder of a file, as a name that can be opened."""
    return os.path.dirname(target) or "."


def remove_unfinished(folder: str | Path, *, seconds: float) -> None:
    """Remove what killed processes have left in a folder, where it is older than that; other ones may still write.

    What can't be removed does no harm.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as items:
        for item in items:
            if UNFINISHED.fullmatch(item.name):
                _remove_old(item, seconds)


def _remove_old(item: os.DirEntry[str], seconds: float) -> None:
    with contextlib.suppress(OSError):
        status = item.stat(follow_symlinks=False)
        if stat.S_ISREG(status.st_mode) and abs(time.time() - status.st_mtime) > seconds:
            os.unlink(item.path)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_names(folder: str, within: int | None = None) -> None:
    """Make a new name survive a power failure, where the folder can be opened and synced.

    A folder may be open for writing but not for reading, and network file systems refuse to sync folders. By now the
    file is there whole, so neither is a failure.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=within)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
