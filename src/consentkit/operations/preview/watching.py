"""Watching files by looking at them a few times a second.

Guarantees: an edit is noticed however an editor saves it: in place, by renaming another file over it, by removing it
first; also on a network share, and where the file is created only later. A file that is being written is left alone
until it rests. Nothing is opened, so that to watch some hundred files takes less than a hundredth of a processor.

Systems that report edits (inotify and its kin, which the package watchfiles wraps) would save that, and report nothing
of what another computer changes on a share.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from consentkit.reading.paths import FileMark, mark_of

_SECONDS_BETWEEN_LOOKS = 0.1
_SECONDS_AT_REST = 0.04
"""How long nothing may change until what was saved counts as whole."""
_LOOKS_UNTIL_REST = 40
"""How many of them at most: a program that writes all the time must not keep everything from being shown."""
_LOOKS_FOR_THE_LOST = 8
"""How many of them a file may be away or empty while an editor saves it."""


class FileWatch:
    """Watches files, and the folders that they are in, since a file that is new there may count instead of another."""

    def __init__(self) -> None:
        self._marks: dict[Path, FileMark | None] = {}

    def look(self) -> None:
        """From now on, only what happens later is a change."""
        self._marks = marks_of(self._marks)

    def follow(self, files: Iterable[Path], began: float) -> bool:
        """Watch these files instead of the earlier ones. `began` is when somebody began to read them, by the clock.

        Returns whether one of them that was not watched until now may have been edited since then.
        """
        watched = {*files, *(file.parent for file in files)}
        new = marks_of(watched - self._marks.keys())
        self._marks = {path: mark for path, mark in self._marks.items() if path in watched} | new
        return any(mark is not None and max(mark[:2]) >= int(began * 1e9) for mark in new.values())

    def has_changed(self) -> bool:
        """Whether one of the files has changed."""
        return marks_of(self._marks) != self._marks

    def wait(self, ended: threading.Event) -> None:
        """Wait until one of the files has changed and rests, or until the event happens."""
        while not ended.wait(_SECONDS_BETWEEN_LOOKS):
            now = marks_of(self._marks)
            if now != self._marks:
                self._marks = self._at_rest(now, ended)
                return

    def _at_rest(self, now: dict[Path, FileMark | None], ended: threading.Event) -> dict[Path, FileMark | None]:
        for count in range(_LOOKS_UNTIL_REST):
            ended.wait(_SECONDS_AT_REST)
            before, now = now, marks_of(self._marks)
            is_whole = count >= _LOOKS_FOR_THE_LOST or not _lost(self._marks, now)
            if ended.is_set() or (now == before and is_whole):
                break
        return now


def marks_of(paths: Iterable[Path]) -> dict[Path, FileMark | None]:
    """The marks of files as they are now."""
    return {path: mark_of(path) for path in paths}


def clock() -> float:
    """The time by which files are dated, less what the coarsest clock of a file system may be late."""
    return time.time() - 0.02


def _lost(before: Mapping[Path, FileMark | None], now: Mapping[Path, FileMark | None]) -> bool:
    """Whether a file that had content has none, as happens while it is saved."""
    return any(mark and mark.size and not ((after := now[path]) and after.size) for path, mark in before.items())
