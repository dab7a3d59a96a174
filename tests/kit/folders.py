"""What is in a folder."""

from __future__ import annotations

import stat
from pathlib import Path


def listing(folder: Path) -> dict[str, bytes | None]:
    """All names in a folder, hidden ones too, with what the files hold."""
    return {path.name: path.read_bytes() if path.is_file() else None for path in folder.iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)
