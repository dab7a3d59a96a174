"""Watching files by looking at them a few times a second.

Guarantees: an edit is noticed however an editor saves it: in place, by renaming another file over it, by removing it
first; also on a network share, and where the file is created only later. A file that is being written is left alone
until it rests. In a folder, only the names count of what a paper could be made from: what other programs keep there
changes nothing. No file is opened, so that to watch some hundred files takes less than a hundredth of a processor.

Systems that report edits (inotify and its kin, which the package watchfiles wraps) would save that, and report nothing
of what another computer changes on a share.
"""

from __future__ import annotations

import datetime
import os
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from consentkit.model.identity import TEMPLATE_ENDINGS
from consentkit.reading.paths import FileMark, mark_of

_SECONDS_BETWEEN_LOOKS = 0.05
_SECONDS_AT_REST = 0.04
"""How long nothing may change until what was saved counts as whole."""
_LOOKS_UNTIL_REST = 40
"""How many of them at most: a program that writes all the time must not keep everything from being shown."""
_LOOKS_FOR_THE_LOST = 8
"""How many of them a file may be away or empty while an editor saves it."""
_ENDINGS = (*TEMPLATE_ENDINGS, ".pdf", ".png", ".jpg", ".jpeg", ".svg")
"""How the names of files end that a paper may be made from."""
_OF_LEFTOVERS = ".~#"
"""How names begin that editors and other programs give to files that they remove again."""

Seen: TypeAlias = FileMark | frozenset[str] | None
"""What is seen of a file, its mark, or of a folder, the names in it that may count; None where there is neither."""


class FileWatch:
    """Watches files, folders in which a file that is new may count instead of another, and the day.

    On the day depends which approvals and reviews are overdue, and how old a patient is.
    """

    def __init__(self) -> None:
        self._day = datetime.date.today()
        self._marks: dict[Path, Seen] = {}

    def look(self) -> None:
        """From now on, only what happens later is a change."""
        self._day, self._marks = datetime.date.today(), marks_of(self._marks)

    def follow(self, files: Iterable[Path], began: float) -> bool:
        """Watch these files and folders instead of the earlier ones.

        `began` is when somebody began to read them, by the clock. Returns whether one of them that was not watched
        until now may have been edited since then.
        """
        watched = set(files)
        new = marks_of(watched - self._marks.keys())
        self._marks = {path: mark for path, mark in self._marks.items() if path in watched} | new
        marks = filter(None, map(mark_of, new))
        return any(max(mark.modified_at, mark.changed_at) >= int(began * 1e9) for mark in marks)

    def has_changed(self) -> bool:
        """Whether one of the files has changed, or the day."""
        return datetime.date.today() != self._day or marks_of(self._marks) != self._marks

    def wait(self, ended: threading.Event) -> None:
        """Wait until something has changed, or until the event happens."""
        while not ended.wait(_SECONDS_BETWEEN_LOOKS) and not self.has_changed():
            pass

    def rest(self, ended: threading.Event) -> None:
        """Wait until what has changed rests, or until the event happens. Only what happens later is a change then."""
        now = marks_of(self._marks)
        for count in range(_LOOKS_UNTIL_REST):
            ended.wait(_SECONDS_AT_REST)
            before, now = now, marks_of(self._marks)
            is_whole = count >= _LOOKS_FOR_THE_LOST or not _lost(self._marks, now)
            if ended.is_set() or (now == before and is_whole):
                break
        self._marks = now


def marks_of(paths: Iterable[Path]) -> dict[Path, Seen]:
    """What is seen of files and folders now."""
    return {path: _seen(path) for path in paths}


def clock() -> float:
    """The time by which files are dated, less what the coarsest clock of a file system may be late."""
    return time.time() - 0.02


def _seen(path: Path) -> Seen:
    mark = mark_of(path)
    return _names_in(path) if mark and mark.is_folder else mark


def _names_in(folder: Path) -> frozenset[str]:
    try:
        with os.scandir(folder) as entries:
            return frozenset(entry.name for entry in entries if _counts(entry))
    except OSError:
        return frozenset()


def _counts(entry: os.DirEntry[str]) -> bool:
    """Whether a paper may be made from what is in a folder under a name."""
    if entry.name[0] in _OF_LEFTOVERS:
        return False
    return entry.name.casefold().endswith(_ENDINGS) or entry.is_dir()


def _lost(before: Mapping[Path, Seen], now: Mapping[Path, Seen]) -> bool:
    """Whether a file that had content has none, as happens while it is saved."""
    return any(_has_content(mark) and not _has_content(now[path]) for path, mark in before.items())


def _has_content(seen: Seen) -> bool:
    return isinstance(seen, FileMark) and seen.size > 0
