"""Where the files of finished parts are: a folder of this machine, or whatever else can keep them.

Guarantees: those of `local_folder` and `survey` for a folder; a place of any other kind has the same operations, and
reports what goes wrong as an OSError whose reason is for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from consentkit.cache import local_folder, survey
from consentkit.cache.survey import Counting, File, ignore_count
from consentkit.problems import printable


class PartPlace(Protocol):
    """Where the files of parts are. What goes wrong is an OSError, whose reason is for a person."""

    @property
    def shown(self) -> str:
        """How messages name it."""

    @property
    def complaint(self) -> str:
        """What it means that parts can't be kept here, before the reason."""

    def read(self, key: str) -> bytes | None:
        """The part with a key, verified; None where there is none."""

    def write(self, key: str, data: bytes) -> None:
        """Keep a part whole, or not at all."""

    def survey(self, *, thorough: bool) -> list[File]:
        """All files that stores have made here."""

    def remove(self, files: Sequence[File], removed: Counting = ignore_count) -> list[File]:
        """Remove files, and return those that are gone; `removed` gets how many more are done."""


class LocalFolder(NamedTuple):
    """A folder as a place for parts."""

    folder: Path

    @property
    def shown(self) -> str:
        """The folder, as messages name it."""
        return printable(str(self.folder))

    @property
    def complaint(self) -> str:
        """What it means that parts can't be kept here, before the reason."""
        return f"{self.shown}: finished parts can't be kept here"

    def read(self, key: str) -> bytes | None:
        """Return the part with this key, as `read` does."""
        return local_folder.read(self.folder, key)

    def write(self, key: str, data: bytes) -> None:
        """Write a part, as `write` does."""
        local_folder.write(self.folder, key, data)

    def survey(self, *, thorough: bool) -> list[File]:
        """List what a store has made here, as `survey` does."""
        return survey.survey(self.folder, thorough=thorough)

    def remove(self, files: Sequence[File], removed: Counting = ignore_count) -> list[File]:
        """Remove files, as `remove` does."""
        return survey.remove(self.folder, files, removed)
