"""The one place that writes files.

Guarantees: a file is there whole or not at all; a link is replaced, never followed; what consentkit did not make
itself is overwritten only with permission, and a device, a pipe, a socket or a folder never; only the owner may read
what is written.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from consentkit.errors import FileAccess, reason
from consentkit.pdf.file.seal import is_intact
from consentkit.pdf.file.xmp import read_properties
from consentkit.problems import printable
from consentkit.processes.whole_files import LARGEST_PDF, write_whole
from consentkit.reading.paths import is_possible


def prepare_folder(folder: Path) -> None:
    """Make a folder for output if it is not there yet."""
    _require_possible(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileAccess(f"{_shown(folder)}: can't be made as a folder: {reason(error)}") from error


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
_SYSTEM_FOLDERS = ("/dev", "/proc", "/sys")
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - an ordinary file system, in spite of its place


def _require_outside_the_system(target: Path) -> None:
    """Raise FileAccess for a place among devices or processes: /dev/stdout looks like a file where stdout is one."""
    folder = Path(os.path.realpath(target.parent))
    if any(map(folder.is_relative_to, _SYSTEM_FOLDERS)) and not folder.is_relative_to(_SHARED_MEMORY):
        raise FileAccess(f"{_shown(target)}: belongs to the system, and no file can be written there; {_OTHER_TARGET}")


def write_file(target: Path, data: bytes, *, force: bool = False) -> None:
    """Write a file in one step. Raises FileAccess, and then leaves everything as it was."""
    require_replaceable(target, force=force)
    try:
        write_whole(target, data, sync=True)
    except OSError as error:
        raise FileAccess(f"{_shown(target)}: can't be written: {reason(error)}") from error


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
