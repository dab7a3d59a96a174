"""What is known of files and folders from earlier visits of a run, so that none is read again that has not changed.

Guarantees: what is known of a file counts only as long as its mark is the same: when it and its place or permissions
changed, to the nanosecond, its size, and which file it is. A file that was changed shortly before it was looked at is
read each time, since another change at the same moment might leave the same mark. Memory is bounded.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from operator import eq
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar, cast

from consentkit.model.identity import template_files
from consentkit.reading.paths import FileMark, mark_in, mark_of
from consentkit.recent import Recent

ABSENT = "absent"
"""The digest of a file that is missing or can't be read."""

Result = TypeVar("Result")

_SETTLED = 3 * 10**9
"""Nanoseconds after which a change leaves another mark: file systems that keep the time worst count in two seconds."""
_MOST_FILES = 4096
_MOST_FOLDERS = 64


_Marks: TypeAlias = dict[str, FileMark | None]
"""The mark of each of some folders; None where there is none."""


class DigestedFiles(Protocol):
    """Files of which the digests are known: a snapshot."""

    def digest(self, path: Path) -> str:
        """The digest of a file."""
        ...

    def adopt(self, digests: Mapping[Path, str]) -> None:
        """Take over digests of files as they are now."""
        ...


class TemplateFile(NamedTuple):
    """A file of a folder of templates."""

    name: str
    """Its path in the folder, with slashes."""
    path: Path


class MarkedFiles(NamedTuple):
    """Files and folders as they were when something was made of them."""

    folders: Mapping[str, FileMark | None]
    """What names they hold, as their marks have it."""
    files: Mapping[str, FileMark | None]
    """None for those that were absent."""

    def are_unchanged(self) -> bool:
        """Whether each is the same, or still absent."""
        return _are_unchanged(self.folders) and _are_same_files(self.files)


class _KnownGroup(NamedTuple):
    """Files that are always looked at together."""

    paths: list[Path]
    marks: list[FileMark]
    digests: dict[Path, str]
    made: Any
    """What was made of their digests."""


class KnownFiles:
    """What is known of files."""

    def __init__(self) -> None:
        self._groups: dict[str, _KnownGroup] = {}
        self._digests: Recent[str, tuple[FileMark, str]] = Recent(_MOST_FILES)
        self._templates: Recent[str, tuple[_Marks, list[TemplateFile]]] = Recent(_MOST_FOLDERS)
        self._listed: dict[str, tuple[_Marks, Any]] = {}

    def digest(self, path: Path) -> str | None:
        """The digest of a file that is the same as when it was kept; None for any other one."""
        known = self._digests.find(str(path))
        return known[1] if known and known[0] == _mark(path) else None

    def read(self, path: Path, read: Callable[[], bytes], digest_of: Callable[[bytes], str]) -> tuple[bytes, str]:
        """Read a file, and keep its digest. What `read` raises goes through."""
        mark = _mark(path)  # from before: what is written from here on leaves another one
        data = read()
        digest = digest_of(data)
        if mark is not None and _is_settled(mark):
            self._digests.put(str(path), (mark, digest))
        return data, digest

    def group(
        self, name: str, paths: list[Path], snapshot: DigestedFiles, make: Callable[[list[str]], Result]
    ) -> Result:
        """What is made of the digests of some files, made again where one of them has changed, or there are others.

        Each name belongs to one function. The snapshot has the digests of these files then.
        """
        known = self._groups.get(name)
        if known and known.paths == paths and all(map(eq, map(_mark, paths), known.marks)):
            snapshot.adopt(known.digests)
            return cast("Result", known.made)
        digests = {path: snapshot.digest(path) for path in paths}
        made = make(list(digests.values()))
        marks = [entry[0] for path in paths if (entry := self._digests.find(str(path))) and entry[1] == digests[path]]
        if len(marks) == len(paths):
            self._groups[name] = _KnownGroup(paths, marks, digests, made)
        return made

    def templates(self, folder: Path) -> list[TemplateFile]:
        """Every file of a folder of templates, as `template_files` lists them. Raises what that raises."""
        known = self._templates.find(str(folder))
        if known and _are_unchanged(known[0]):
            return known[1]
        marks = {here: _folder_mark(here) for here, _, _ in os.walk(folder)}
        depth = len(folder.parts)
        files = [TemplateFile("/".join(path.parts[depth:]), path) for path in template_files(folder)]
        has_links = any(file.path.is_symlink() for file in files)  # what they lead to changes without their folder
        if _are_settled(marks) and marks and not has_links:
            self._templates.put(str(folder), (marks, files))
        return files

    def listed(self, name: str, folders: Iterable[Path], make: Callable[[], Result]) -> Result:
        """What is made of the names in some folders, made again where there are others in one of them.

        Each name belongs to one function.
        """
        every = {str(folder) for folder in folders}
        known = self._listed.get(name)
        if known and known[0].keys() == every and _are_unchanged(known[0]):
            return cast("Result", known[1])
        marks = {here: _folder_mark(here) for here in every}
        made = make()
        if _are_settled(marks):
            self._listed[name] = marks, made
        return made

    def marks_of_folders(self, folders: Iterable[Path]) -> Mapping[str, FileMark | None] | None:
        """The marks of folders as they are now; None where one of them has just been changed."""
        marks = {str(folder): _folder_mark(str(folder)) for folder in folders}
        return marks if _are_settled(marks) else None

    def marked(
        self,
        digests: Mapping[Path, str],
        folders: Mapping[str, FileMark | None] | None,
        folders_of_templates: Iterable[Path],
    ) -> MarkedFiles | None:
        """The files with these digests, and folders with the marks that they had before anything was looked for there.

        The marks of folders of templates are those that they had when `templates` listed them. None where it is not
        certain that a later change would be seen.
        """
        own = self._marks_of_templates(folders_of_templates)
        if folders is None or own is None:
            return None
        files: dict[str, FileMark | None] = {}
        for path, digest in digests.items():
            known = self._digests.find(str(path))
            if known and known[1] == digest:
                files[str(path)] = known[0]
            elif digest == ABSENT and not os.path.lexists(path):
                files[str(path)] = None
            else:
                return None
        return MarkedFiles({**folders, **own}, files)

    def _marks_of_templates(self, folders: Iterable[Path]) -> _Marks | None:
        """The marks of folders of templates and of all below; None where one had just been changed when listed."""
        every: _Marks = {}
        for folder in folders:
            listed = self._templates.find(str(folder))
            if listed is None:
                return None
            every.update(listed[0])
        return every


def _are_same_files(files: Mapping[str, FileMark | None]) -> bool:
    """Whether each file has its mark, which is None for one that is absent. There are dozens of them for each visit."""
    look, is_regular = os.lstat, stat.S_ISREG
    for path, mark in files.items():
        try:
            now = look(path)
        except FileNotFoundError:
            if mark is None:
                continue
            return False
        except (OSError, ValueError):
            return False
        # A FileMark, without the time that it takes to make one.
        if mark != (now.st_mtime_ns, now.st_ctime_ns, now.st_size, now.st_ino, False) or not is_regular(now.st_mode):
            return False
    return True


def _mark(path: Path | str) -> FileMark | None:
    """The mark of a regular file, or of nothing: what is read through a link is never known."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    return mark_in(status) if stat.S_ISREG(status.st_mode) else None


def _folder_mark(path: str) -> FileMark | None:
    return mark_of(Path(path))


def _are_unchanged(marks: Mapping[str, FileMark | None]) -> bool:
    return all(_folder_mark(here) == mark for here, mark in marks.items())


def _are_settled(marks: _Marks) -> bool:
    return all(mark is None or _is_settled(mark) for mark in marks.values())


def _is_settled(mark: FileMark) -> bool:
    return time.time_ns() - max(mark.modified_at, mark.changed_at) > _SETTLED
