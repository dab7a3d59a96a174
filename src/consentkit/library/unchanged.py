"""What follows from the files of a clinic, kept for the next visits for as long as none of them has changed.

Guarantees: what is kept counts only while each file that it was worked out from has the same mark, each that was absent
still is, and each folder in which files are looked for holds the same names (`known_files`); and only on the same day.
Where one of these files was changed a moment ago, so that its next change might leave the same mark, nothing is kept.
Whoever has patience is served with what was so at most that long ago. Memory is bounded. Nothing of a visit is kept but
which procedures and languages it is for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from consentkit.library.keys import Derived, Inputs
from consentkit.library.known_files import KnownFiles, MarkedFiles
from consentkit.recent import Recent

_MOST = 256
"""Kinds of visits for which it is kept what follows from the files."""


@dataclass
class _Kept:
    files: MarkedFiles
    digests: Mapping[Path, str]
    derived: Derived
    seen: float
    """When all files were seen to be these, in seconds."""


class UnchangedFiles:
    """What was worked out from files that may be the same for the next visit."""

    def __init__(self, known: KnownFiles, clock: Callable[[], float] = time.monotonic) -> None:
        self.known, self._clock = known, clock
        self._kept: Recent[Hashable, _Kept] = Recent(_MOST)

    @contextmanager
    def recalled(
        self,
        kind: Hashable,
        inputs: Inputs,
        folders: Iterable[Path],
        patience: float = 0,
        since: object | None = None,
    ) -> Iterator[None]:
        """Work out what follows from the files of a kind of visit: only what is new, if none has changed.

        `folders` are all those in which files are looked for by their names. Files that were looked at less than
        `patience` seconds ago count as they were then: to look at all of them takes as long as to plan ten packets.
        That is for whoever reads none of them, since nothing is left to work out with the files of `since`: one that
        is read after all may have been saved again, and then it is not what it counted as.

        From then on, `inputs.derived.since` is for every file that was read until then, as it was, and also for
        those of other visits of the kind; it is None where a change of one of them might not be noticed.
        """
        if inputs.snapshot.known is not self.known:  # somebody wants everything to be read
            yield
            return
        key = kind, inputs.today
        kept, now = self._kept.find(key), self._clock()
        is_recent = kept is not None and kept.derived.since is since and now - kept.seen < patience
        if kept and (is_recent or kept.files.are_unchanged()):
            kept.seen = kept.seen if is_recent else now
            inputs.adopt(kept.digests, kept.derived.copy())
        else:
            kept = None
        marks = kept.files.folders if kept else self.known.marks_of_folders(folders)
        yield
        digests, derived = inputs.snapshot.digests, inputs.derived
        if kept and len(kept.digests) == len(digests) and len(kept.derived.others) == len(derived.others):
            return
        files = self.known.marked(digests, marks, inputs.templates)
        derived.since = (derived.since or object()) if files else None
        if files:  # what is worked out from here on may be from other files, so it goes into a copy
            self._kept.put(key, _Kept(files, dict(digests), derived.copy(), kept.seen if kept else now))
