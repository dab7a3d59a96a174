"""Files that belong together.

Guarantees: of new ones, all are written, or none stays; what was there before, and what somebody else saves meanwhile,
is neither replaced nor removed. Where files are replaced, all new ones are on disk before the first of them is, and no
signal stops the run between the first and the last: only where the system refuses to replace one, or ends the run
there, are those before it new and the others as they were, each of them whole.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from consentkit.errors import FileAccess, reason
from consentkit.output.write import prepare_folder, reported, require_replaceable, write_file
from consentkit.problems import printable
from consentkit.processes.interruption import uninterrupted
from consentkit.processes.syncing import FolderSync
from consentkit.processes.whole_files import folder_of, remove_quietly, sync_names, write_unfinished


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


class WaitingFiles:
    """Files that are written, and take their names together, once the system has all of them on disk.

    Until then, each has a name of its own beside its place; `close` removes those that have not taken theirs.
    """

    def __init__(self) -> None:
        self._waiting: dict[Path, str] = {}
        """By the name that each will have, the one that it has."""
        self._named: set[str] = set()
        """The folders in which files have taken their names."""
        self._sync = FolderSync()

    def close(self) -> None:
        """Remove what has not taken its name. It can be used again."""
        for waiting in self._waiting.values():
            remove_quietly(waiting)
        self._waiting.clear()
        self._named.clear()
        self._sync.close()

    def __contains__(self, target: Path) -> bool:
        return target in self._waiting

    def write(self, target: Path, data: bytes, *, force: bool = True, for_group: bool = False) -> None:
        """Write a file. Raises FileAccess, and then leaves everything as it was."""
        require_replaceable(target, force=force)
        self._sync.add(folder_of(target))
        with uninterrupted(), reported(target, for_group=for_group):
            waiting = write_unfinished(target, data, sync=False, for_group=for_group)
            if target in self._waiting:
                remove_quietly(self._waiting[target])
            self._waiting[target] = waiting

    def drop(self, target: Path) -> None:
        """Remove one that has not taken its name, which it shall not have any more."""
        remove_quietly(self._waiting.pop(target))

    def sync(self) -> None:
        """Let the system have all of them on disk. Raises FileAccess where that is not certain."""
        if self._waiting:
            with reported(next(iter(self._waiting)).parent):
                self._sync.sync(self._waiting.values())

    def name(self, target: Path) -> None:
        """Let one take its name, after `sync`. Raises FileAccess, and then it is removed."""
        with uninterrupted():
            waiting = self._waiting.pop(target)
            try:
                Path(waiting).replace(target)
            except OSError as error:
                remove_quietly(waiting)
                raise FileAccess(f"{printable(str(target))}: can't be replaced: {reason(error)}") from error
            self._named.add(folder_of(target))

    def sync_names(self) -> None:
        """Let the names survive a power failure, too."""
        while self._named:
            sync_names(self._named.pop())

    def name_all(self) -> None:
        """Let all take their names, after `sync`. Raises FileAccess; those before the one that can't have theirs."""
        with uninterrupted():
            for target in list(self._waiting):
                self.name(target)
            self.sync_names()


@contextmanager
def replaced_together() -> Iterator[WaitingFiles]:
    """Replace files; on a failure before the last of them is written, none is replaced."""
    with closing(WaitingFiles()) as waiting:
        yield waiting
        waiting.sync()
        waiting.name_all()
