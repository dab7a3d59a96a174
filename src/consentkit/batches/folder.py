"""A folder that a run fills with documents.

Guarantees: one run at a time works in it; what runs that were killed have left is tidied up, and nothing else is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Container, Iterator
from pathlib import Path

from consentkit.batches.manifest import MANIFEST, TABLE
from consentkit.errors import ConsentkitError
from consentkit.output.locking import LOCK as LOCK  # noqa: PLC0414 - what a run leaves in its folder
from consentkit.output.locking import locked
from consentkit.output.write import prepare_folder
from consentkit.processes.whole_files import LARGEST_PDF, remove_unfinished
from consentkit.reading.files import read_bytes

_HOUR = 3600


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[int]:
    """Make a folder if need be, and lock it for this run alone; yields the open file that must not be inherited.

    Raises FileAccess where another run works in it, or where nothing can be written.
    """
    prepare_folder(folder)
    taken = "another run is working in this folder; wait until it is done, or name another folder with -o"
    with locked(folder, seconds=0, taken=taken, remedy="name another folder with -o") as descriptor:
        yield descriptor


def tidy(folder: Path) -> None:
    """Remove unfinished files that are older than an hour. What can't be removed does no harm."""
    remove_unfinished(folder, seconds=_HOUR)


def unknown_files(folder: Path, known: Container[str]) -> list[str]:
    """The names of what is in the folder and is not known; hidden files and consentkit's own are passed over."""
    own = {MANIFEST, TABLE}
    return sorted(
        item.name
        for item in _items(folder)
        if item.name not in known and item.name not in own and not item.name.startswith(".")
    )


def file_hash(path: Path) -> str:
    """SHA-256 of a file; empty where it is missing or can't be read."""
    try:
        return hashlib.sha256(read_bytes(path, LARGEST_PDF)).hexdigest()
    except ConsentkitError:
        return ""


def _items(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as items:
            return list(items)
    except OSError:  # a folder may be open for writing but not for reading
        return []
