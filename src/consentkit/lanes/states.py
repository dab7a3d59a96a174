"""Whether files are as they were: names, sizes, times and numbers of files, as one digest.

Guarantees: whatever is written, made, removed, renamed, replaced or closed to its reader in one of the places gives
another state, also where its size and its time of modification are set back, since no program can set the time at which
the system saw the last change (stat(2): st_ctime); nothing of a file is read; little is loaded.
"""

from __future__ import annotations

import hashlib
import os
import stat

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE = "file"
"""A file, a link, or nothing; what a folder holds does not count."""

FOLDER = "folder"
"""A folder with the files in it, and the names of other folders."""

TREE = "tree"
"""A folder with all that is below it."""

PACKAGES = "packages"
"""A folder of Python's packages: which versions of them there are."""

WatchedPlace = tuple[str, str]
"""How much of what counts: one of the words above, and a path."""

_COMPILED = "__pycache__"
_OF_PACKAGES = (".dist-info", ".egg-info")


class FileState:
    """What places were like."""

    def __init__(self, digest: str, latest: int) -> None:
        self.digest = digest
        self.latest = latest
        """When the last of the files was changed, in nanoseconds since 1970: the later of the two times of each."""


def state_of(places: Iterable[WatchedPlace]) -> FileState:
    """What places are like now. Raises OSError where that can't be seen."""
    lines: list[str] = []
    latest = 0
    for kind, path in places:
        lines.append(f"{kind} {path}")
        for name, status in _BY_KIND[kind](path):
            if status is None:
                lines.append(name)
                continue
            changed, modified = status.st_ctime_ns, status.st_mtime_ns
            lines.append(
                f"{name} {status.st_size} {modified} {changed} {status.st_ino} {status.st_dev} {status.st_mode}"
            )
            latest = max(latest, changed, modified)
    # No name of a file holds a zero byte, so other names never give the same text.
    return FileState(hashlib.sha256("\0".join(lines).encode(errors="surrogateescape")).hexdigest(), latest)


def _file(path: str) -> Iterator[tuple[str, os.stat_result | None]]:
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        yield "absent", None
        return
    # The times of a folder change with whatever is put beside what is read from it.
    yield ("a folder", None) if stat.S_ISDIR(status.st_mode) else ("", status)


def _folder(path: str) -> Iterator[tuple[str, os.stat_result | None]]:
    entries = _entries(path)
    if entries is None:
        yield "absent", None
        return
    for entry in entries:
        is_folder = entry.is_dir(follow_symlinks=False)
        yield entry.name, None if is_folder else entry.stat(follow_symlinks=False)


def _tree(path: str, name: str = "") -> Iterator[tuple[str, os.stat_result | None]]:
    entries = _entries(path)
    if entries is None:
        yield f"{name} absent", None
        return
    yield f"{name}/", None
    for entry in entries:
        below = f"{name}/{entry.name}"
        if not entry.is_dir(follow_symlinks=False):
            yield below, entry.stat(follow_symlinks=False)
        elif entry.name != _COMPILED:
            yield from _tree(entry.path, below)


def _packages(path: str) -> Iterator[tuple[str, os.stat_result | None]]:
    try:
        names = os.listdir(path)
    except (FileNotFoundError, NotADirectoryError):
        yield "absent", None
        return
    for name in sorted(name for name in names if name.endswith(_OF_PACKAGES)):
        yield name, None


def _entries(path: str) -> list[os.DirEntry[str]] | None:
    """What is in a folder, by name; None where there is none."""
    try:
        with os.scandir(path) as items:
            return sorted(items, key=_name)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


_BY_KIND = {FILE: _file, FOLDER: _folder, TREE: _tree, PACKAGES: _packages}
