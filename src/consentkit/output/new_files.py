"""New files that belong together.

Guarantees: all of them are written, or none stays; what was there before, and what somebody else saves meanwhile, is
neither replaced nor removed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from consentkit.errors import FileAccess
from consentkit.output.write import prepare_folder, write_file
from consentkit.problems import printable


@dataclass
class NewFiles:
    """What has been made so far."""

    folders: list[Path] = field(default_factory=list)
    files: dict[Path, bytes] = field(default_factory=dict)
    """The digest of each file: files of scans are large."""

    def make_folder(self, folder: Path, *, for_group: bool = False) -> None:
        """Make a folder, and those around it that are missing. Raises FileAccess."""
        missing = [path for path in (folder, *folder.parents) if not os.path.lexists(path)]
        self.folders += reversed(missing)
        prepare_folder(folder, for_group=for_group)

    def write(self, target: Path, data: bytes, *, for_group: bool = False) -> None:
        """Write a file. Raises FileAccess where that fails, or where there is one."""
        if os.path.lexists(target):
            raise FileAccess(
                f"{printable(str(target))}: has been saved by somebody else meanwhile; it stays, and nothing else was "
                "made; look at it, then run this again"
            )
        self.files[target] = hashlib.sha256(data).digest()
        write_file(target, data, for_group=for_group)

    def take_back(self) -> None:
        """Remove what was made, but for what somebody has changed since, and folders in which there is anything."""
        for path, digest in self.files.items():
            with suppress(OSError):
                if hashlib.sha256(path.read_bytes()).digest() == digest:
                    path.unlink()
        for path in reversed(self.folders):
            with suppress(OSError):
                path.rmdir()


@contextmanager
def new_files() -> Iterator[NewFiles]:
    """Make new files; on any failure, all that was made is taken back."""
    new = NewFiles()
    try:
        yield new
    except BaseException:
        new.take_back()
        raise
