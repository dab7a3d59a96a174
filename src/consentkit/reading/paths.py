"""What there is under a path that a person named.

Guarantees: a path that can't be looked at, as in a folder that is closed to the user, is never said to be absent, since
something else would be used instead; a path that no file can have, such as a longer one than the file system
allows, is absent, and opening it reports why. An edit of a file changes its mark, however it was saved.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import NamedTuple

from consentkit.errors import FileAccess, reason
from consentkit.problems import printable

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP})


class FileMark(NamedTuple):
    """What changes with a file: when its content and its place or permissions did, its size, and which one it is."""

    modified_at: int
    """In nanoseconds, as is `changed_at`."""
    changed_at: int
    size: int
    inode: int
    is_folder: bool


def mark_of(path: Path) -> FileMark | None:
    """The mark of a file as it is now; None where there is none, or where it can't be seen."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return mark_in(status)


def mark_in(status: os.stat_result) -> FileMark:
    """The mark in what the system says of a file."""
    return FileMark(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, stat.S_ISDIR(status.st_mode))


def is_folder(path: Path) -> bool:
    """Whether there is a folder, or a link to one. Raises FileAccess where that can't be seen."""
    status = _status(path)
    return status is not None and stat.S_ISDIR(status.st_mode)


def is_file(path: Path) -> bool:
    """Whether there is a regular file, or a link to one. Raises FileAccess where that can't be seen."""
    status = _status(path)
    return status is not None and stat.S_ISREG(status.st_mode)


def is_there(path: Path) -> bool:
    """Whether there is anything, also a link that leads nowhere. Raises FileAccess where that can't be seen."""
    return _status(path, follow_symlinks=False) is not None


def require_no_link(path: Path) -> None:
    """Raise FileAccess where a path is a symbolic link."""
    status = _status(path, follow_symlinks=False)
    if status is not None and stat.S_ISLNK(status.st_mode):
        raise FileAccess(f"{printable(str(path))}: is a symbolic link; put the folder itself here")


def is_possible(path: Path) -> bool:
    """Whether a file can have this name at all: no name holds a zero byte or half of a pair of surrogates."""
    try:
        return b"\0" not in os.fsencode(path)
    except ValueError:
        return False


def resolved(path: Path) -> Path:
    """The absolute path without links, as far as they lead anywhere. Nothing is raised."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # it contains a character that no name can have
        return path.absolute()


def _status(path: Path, *, follow_symlinks: bool = True) -> os.stat_result | None:
    try:
        return path.stat(follow_symlinks=follow_symlinks)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise FileAccess(f"{printable(str(path))}: can't be read: {reason(error)}") from error
    except ValueError:  # it contains a character that no name can have
        return None
