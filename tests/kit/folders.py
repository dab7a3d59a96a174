"""What is in a folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def listing(folder: Path) -> dict[str, bytes | None]:
    """All names in a folder, hidden ones too, with what the files hold."""
    return {path.name: path.read_bytes() if path.is_file() else None for path in folder.iterdir()}


def as_written(folder: Path) -> dict[str, tuple[int, ...]]:
    """What a writer of a file in a folder would change: the file itself, its mode, owner, size and times.

    Not the time of the last reading: a comparison reads, too.
    """
    return {path.name: _as_written(path.lstat()) for path in folder.iterdir()}


def _as_written(status: os.stat_result) -> tuple[int, ...]:
    return (
        status.st_ino,
        status.st_mode,
        status.st_uid,
        status.st_gid,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)
