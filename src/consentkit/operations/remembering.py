"""Remembering what a command has answered, for the quick lanes (`consentkit.lanes`).

Guarantees: an answer is believed only if all files that it depends on were the same before and after the run that gave
it, and were changed the last time well before that: of a file that is written twice within one tick of a clock, the
second edit can't be seen (git calls such files racily clean). What can't be remembered costs time and nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consentkit.cache.versions import library_files
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.lanes.answers import KnownAnswer, Output
from consentkit.lanes.lookup import LaneLook, today
from consentkit.lanes.states import FILE, FOLDER, PACKAGES, TREE, FileState, WatchedPlace, state_of
from consentkit.model.identity import APPROVALS, DEFINITION_FOLDERS, PARTICULARS, SERVICES, clause_file
from consentkit.output.locking import LOCK
from consentkit.processes.whole_files import UNFINISHED
from consentkit.resources import CJK_FONT, shipped

TICK = 2_000_000_000
"""Nanoseconds. FAT keeps times to two seconds; no file system that we know of is coarser."""

_PACKAGE = Path(__file__).parents[1]
_FOUND_LIBRARIES = "/etc/ld.so.cache"
"""Where the system keeps which file a library is in (ldconfig(8))."""


@dataclass(frozen=True)
class GivenAnswer:
    """What a run has answered, but for what it printed."""

    workspace: OpenWorkspace
    documents: Sequence[tuple[str, Path]] = ()
    """The documents that it wrote: the key under which each is kept, and its file."""
    folder: Path | None = None
    """The folder in which it has found everything as it should be."""


def remember_answer(look: LaneLook, given: GivenAnswer, outputs: Sequence[Output]) -> None:
    """Remember an answer. Nothing is raised for files, and nothing remembered where there is a doubt."""
    store, folder = given.workspace.store, given.folder
    if store.trouble or look.day != today() or (folder and _has_unfinished(folder)):
        return
    try:
        places = places_of(given.workspace, folder)
        if places is None:
            return
        state = state_of(places)
        answer = KnownAnswer(
            places,
            state.digest,
            look.day,
            is_proven=is_proven(look, places, state),
            outputs=outputs,
            documents=[(key, str(target)) for key, target in given.documents],
            lock=str(folder / LOCK) if folder else "",
        ).packed()
    except (ConsentkitError, OSError, ValueError):  # what was read a moment ago can't be seen any more
        return
    store.near.put(look.key, answer)


def is_proven(look: LaneLook, places: Sequence[WatchedPlace], state: FileState) -> bool:
    """Whether files are as they were before the run, and were changed the last time well before that."""
    was_the_same = look.state is not None and look.places == tuple(places) and look.state.digest == state.digest
    return was_the_same and state.latest < look.began - TICK


def _has_unfinished(folder: Path) -> bool:
    """Whether somebody else's run has left something that a later run removes."""
    try:
        return any(UNFINISHED.fullmatch(path.name) for path in folder.iterdir())
    except OSError:
        return True


def places_of(
    workspace: OpenWorkspace, folder: Path | None = None, read: Iterable[Path] = ()
) -> tuple[WatchedPlace, ...] | None:
    """Where all files are that a run in a workspace may have read, and those in its folder. None where it is not known.

    `read` are files that it has read beside its snapshot. What was read is not enough: a file that appears may count
    before another. Raises FileAccess and OSError where they can't be seen.
    """
    libraries = library_files()
    if libraries is None or workspace.snapshot is None:
        return None
    trees = [_PACKAGE, *map(shipped, ("templates", *DEFINITION_FOLDERS.values()))]
    files = [Path(_FOUND_LIBRARIES), CJK_FONT, *map(Path, libraries), *_looked_for(workspace.opened.path)]
    if clinic := workspace.opened.path:
        trees += (clinic / name for name in ("templates", *DEFINITION_FOLDERS.values()))
        files += (clinic / name for name in (PARTICULARS, SERVICES, APPROVALS))
        files += (clause_file(clinic, language) for language in workspace.languages())
    every = {*workspace.snapshot.paths, *read}
    files += sorted(path for path in every if not any(map(path.is_relative_to, trees)))
    return tuple(
        dict.fromkeys(
            [
                *((PACKAGES, path) for path in sys.path),
                *((TREE, str(path)) for path in trees),
                *((FILE, str(path)) for path in files),
                *((FOLDER, str(path)) for path in ([folder] if folder else [])),
            ]
        )
    )


def _looked_for(clinic: Path | None) -> Iterator[Path]:
    """Where a clinic's particulars are looked for, from the current folder up to those that are found."""
    current = Path.cwd()
    for folder in (current, *current.parents):
        yield folder / PARTICULARS
        if folder == clinic:
            return
