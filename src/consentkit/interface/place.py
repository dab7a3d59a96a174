"""Where the folder of a clinic and its cache are: all that is held between two calls.

Guarantees: a call opens the folder as it is at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.operations.opening import ClinicPlace, open_for_a_call

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@dataclass(frozen=True, slots=True, eq=False)
class PlaceOfClinic:
    """A clinic's folder, or none, and where finished documents are kept."""

    _place: ClinicPlace

    @property
    def folder(self) -> Path | None:
        """The clinic's folder; None where there is none."""
        return self._place.folder

    @property
    def cache(self) -> Path | None:
        """The folder in which finished documents are kept; None where they are not kept."""
        return self._place.cache.folder

    @property
    def cache_trouble(self) -> str | None:
        """Why documents could not be kept, the first time that they couldn't be: a sentence for a person."""
        return self._place.cache.trouble

    def _open(self, *, despite_faults: bool = False) -> OpenWorkspace:
        """The folder, for one call."""
        return open_for_a_call(self._place, despite_faults=despite_faults)
