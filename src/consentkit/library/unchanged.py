"""What follows from the files of a clinic, kept for the next visits for as long as none of them has changed.

Guarantees: what is kept counts only while each file that it was worked out from has the same mark, each that was absent
still is, and each folder in which files are looked for holds the same names (`known_files`); and only on the same day.
Memory is bounded. Nothing of a visit is kept but which procedures and languages it is for.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from consentkit.library.keys import Derived, Inputs
from consentkit.library.known_files import KnownFiles, MarkedFiles
from consentkit.recent import Recent

_MOST = 256
"""Kinds of visits for which it is kept what follows from the files."""


class _Kept(NamedTuple):
    files: MarkedFiles
    digests: Mapping[Path, str]
    derived: Derived


class UnchangedFiles:
    """What was worked out from files that may be the same for the next visit."""

    def __init__(self, known: KnownFiles) -> None:
        self._known = known
        self._kept: Recent[Hashable, _Kept] = Recent(_MOST)

    @contextmanager
    def recalled(self, kind: Hashable, inputs: Inputs, folders: Iterable[Path]) -> Iterator[None]:
        """Work out what follows from the files of a kind of visit: only what is new, if none has changed.

        `folders` are all those in which files are looked for by their names.
        """
        if inputs.snapshot.known is not self._known:  # somebody wants everything to be read
            yield
            return
        key = kind, inputs.today
        kept = self._kept.find(key)
        if kept and kept.files.are_unchanged():
            inputs.adopt(kept.digests, kept.derived.copy())
        else:
            kept = None
        marks = kept.files.folders if kept else self._known.marks_of_folders(folders)
        yield
        digests, derived = inputs.snapshot.digests, inputs.derived
        if kept and len(kept.digests) == len(digests) and len(kept.derived.others) == len(derived.others):
            return
        files = self._known.marked(digests, marks, inputs.templates)
        if files:  # what is worked out from here on may be from other files, so it goes into a copy
            self._kept.put(key, _Kept(files, dict(digests), derived.copy()))
