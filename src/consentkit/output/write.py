"""The one place that writes files.

Guarantees: a file is there whole or not at all; a link is replaced, never followed; what consentkit did not make
itself is overwritten only with permission, and a device, a pipe, a socket or a folder never; only the owner may read
what is written, or, where the clinic says so, the group of its folder too.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from errno import EACCES
from pathlib import Path

from consentkit.errors import FileAccess, reason
from consentkit.pdf.file.seal import is_intact
from consentkit.pdf.file.xmp import read_properties
from consentkit.problems import printable
from consentkit.processes.whole_files import LARGEST_PDF, SYSTEM_FOLDERS, write_whole
from consentkit.reading.paths import is_possible


def prepare_folder(folder: Path, *, for_group: bool = False) -> None:
    """Make a folder for output if it is not there yet; for the group of the folder that it is in, or like any other."""
    _require_possible(folder)
    try:
        if for_group:
            _make_for_group(folder)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileAccess(f"{_shown(folder)}: can't be made as a folder: {reason(error)}") from error


def _make_for_group(folder: Path) -> None:
    """Make a folder, and those around it, in which whatever is made belongs to the group of the first one there is."""
    missing = [path for path in (folder, *folder.parents) if not os.path.lexists(path)]
    for path in reversed(missing):
        if not _may_give_to_group(path.absolute().parent):
            raise FileAccess(f"{_shown(path)}: {_NOT_OF_THE_GROUP}")
        path.mkdir(mode=0o700)
        os.chown(path, -1, path.absolute().parent.stat().st_gid)
        path.chmod(0o2770)


def require_usable_folder(folder: Path) -> None:
    """Raise FileAccess where a folder can't hold files for output, or can't be made. Nothing is written."""
    _require_possible(folder)
    _require_outside_the_system(folder / "file")
    there = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
    if not there.is_dir():
        raise FileAccess(f"{_shown(folder)}: can't be made as a folder: {_shown(there)} is no folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise FileAccess(
            f"{_shown(folder)}: can't be written to: {reason(PermissionError(EACCES, os.strerror(EACCES)))}"
        )


def require_replaceable(target: Path, *, force: bool) -> None:
    """Raise FileAccess if writing to `target` would destroy something that consentkit did not make."""
    _require_possible(target)
    try:
        status = os.lstat(target)
    except FileNotFoundError:
        if not target.parent.is_dir():
            raise FileAccess(
                f"{_shown(target)}: can't be written: there is no folder {_shown(target.parent)}"
            ) from None
        _require_outside_the_system(target)
        return
    except OSError as error:
        raise FileAccess(f"{_shown(target)}: can't be written: {reason(error)}") from error
    _require_file(target, status)
    if not force and not _is_own(target, status):
        raise FileAccess(
            f"{_shown(target)}: exists, and consentkit did not make it. To overwrite it, add --force; "
            "or name another file with -o"
        )


def _require_possible(path: Path) -> None:
    """Raise FileAccess for a name with characters that no name of a file can have."""
    if not is_possible(path):
        raise FileAccess(f"{_shown(path)}: is not the name of a file; correct it")


def _require_file(target: Path, status: os.stat_result) -> None:
    """Raise FileAccess where something other than a file would be replaced, which no permission covers.

    A link to a file, or to nothing, may be replaced; one to a device, a pipe or a folder is meant for what it leads to.
    """
    if stat.S_ISLNK(status.st_mode):
        with contextlib.suppress(OSError):  # it leads nowhere, or in a circle
            status = target.stat()
    if stat.S_ISDIR(status.st_mode):
        raise FileAccess(f"{_shown(target)}: is a folder; name a file, or end the name with / to write into it")
    for is_kind, kind in _NO_FILES.items():
        if is_kind(status.st_mode):
            raise FileAccess(f"{_shown(target)}: is {kind}, which no file may replace; {_OTHER_TARGET}")
    _require_outside_the_system(target)


_NO_FILES = {
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
}
_OTHER_TARGET = "name a file, or write to standard output with -o - and direct that there"
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - an ordinary file system, in spite of its place


def _require_outside_the_system(target: Path) -> None:
    """Raise FileAccess for a place among devices or processes: /dev/stdout looks like a file where stdout is one."""
    folder = Path(os.path.realpath(target.parent))
    if any(map(folder.is_relative_to, SYSTEM_FOLDERS)) and not folder.is_relative_to(_SHARED_MEMORY):
        raise FileAccess(f"{_shown(target)}: belongs to the system, and no file can be written there; {_OTHER_TARGET}")


def write_file(target: Path, data: bytes, *, force: bool = False, for_group: bool = False) -> None:
    """Write a file in one step, for its owner or for the group of its folder, too.

    Raises FileAccess, and then leaves everything as it was.
    """
    require_replaceable(target, force=force)
    with reported(target, for_group=for_group):
        write_whole(target, data, sync=True, for_group=for_group)


@contextlib.contextmanager
def reported(target: Path, *, for_group: bool = False) -> Iterator[None]:
    """Raise FileAccess where the system refuses to write a file."""
    try:
        yield
    except OSError as error:
        is_of_others = isinstance(error, PermissionError) and for_group and not _may_give_to_group(target.parent)
        problem = _NOT_OF_THE_GROUP if is_of_others else f"can't be written: {reason(error)}"
        raise FileAccess(f"{_shown(target)}: {problem}") from error


_NOT_OF_THE_GROUP = (
    "can't be given to the group of its folder, as `files: group` in clinic.yaml requires, since you do not belong to "
    "it; let the folder have a group that all clerks belong to (`chgrp`, then `chmod g+rwxs`), or delete that line"
)


def _may_give_to_group(folder: Path) -> bool:
    """Whether this process may give files to the group of a folder."""
    return os.geteuid() == 0 or folder.stat().st_gid in {os.getegid(), *os.getgroups()}


def is_removable(target: Path) -> bool:
    """Whether a file is one that consentkit made and nobody has altered, or is gone already.

    Raises FileAccess where that can't be seen.
    """
    try:
        return _is_own(target, os.lstat(target))
    except FileNotFoundError:
        return True
    except OSError as error:
        raise FileAccess(f"{_shown(target)}: can't be removed: {reason(error)}") from error


def remove_own_file(target: Path) -> bool:
    """Remove a file that consentkit made and nobody has altered. Returns whether it is gone.

    Raises FileAccess where it can't be removed.
    """
    if not is_removable(target):
        return False
    try:
        target.unlink(missing_ok=True)
    except OSError as error:
        raise FileAccess(f"{_shown(target)}: can't be removed: {reason(error)}") from error
    return True


def _is_own(path: Path, status: os.stat_result) -> bool:
    if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_PDF:
        return False
    try:
        data = path.read_bytes()
        # A form that somebody has filled in and saved still states that it is ours, but what was typed is not.
        return read_properties(data) is not None and is_intact(data)
    except OSError:
        return False


def _shown(path: Path) -> str:
    return printable(str(path))
