"""Files that belong together.

Guarantees: of new ones, all are written, or none stays; what was there before, and what somebody else saves meanwhile,
is neither replaced nor removed. Where files are replaced, all new ones are there whole before the first of them is, and
no signal stops the run between the first and the last: only where the system refuses to replace one, or ends the run
there, are those before it new and the others as they were, each of them whole.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from consentkit.errors import FileAccess, reason
from consentkit.output.write import prepare_folder, require_replaceable, write_file
from consentkit.problems import printable
from consentkit.processes.interruption import uninterrupted
from consentkit.processes.whole_files import unfinished_beside


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


@dataclass
class ReplacedFiles:
    """What is about to replace what is there, each file under a name of its own until then."""

    _waiting: dict[Path, Path] = field(default_factory=dict)
    """By the name that each will have, the one that it has."""

    def write(self, target: Path, data: bytes, *, for_group: bool = False) -> None:
        """Write a file that takes its name with all others. Raises FileAccess."""
        require_replaceable(target, force=True)
        waiting = unfinished_beside(target)
        self._waiting[target] = waiting
        write_file(waiting, data, for_group=for_group)

    def take_back(self) -> None:
        """Remove what has not taken its name."""
        for waiting in self._waiting.values():
            with suppress(OSError):
                waiting.unlink()

    def finish(self) -> None:
        """Let all take their names. Raises FileAccess where one can't; those before it have theirs then."""
        with uninterrupted():
            for target, waiting in self._waiting.items():
                try:
                    waiting.replace(target)
                except OSError as error:
                    raise FileAccess(f"{printable(str(target))}: can't be replaced: {reason(error)}") from error


@contextmanager
def replaced_together() -> Iterator[ReplacedFiles]:
    """Replace files; on a failure before the last of them is written, none is replaced."""
    replaced = ReplacedFiles()
    try:
        yield replaced
        replaced.finish()
    finally:
        replaced.take_back()
