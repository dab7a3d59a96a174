"""What the library holds.

Guarantees: a file that can't be read does not hide the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.overview import ListedProcedure, overview


@dataclass(frozen=True)
class LibraryListing:
    """The procedures of a library."""

    procedures: tuple[ListedProcedure, ...]
    """In the order of their codes."""
    broken: tuple[InvalidInput | FileAccess, ...]
    """Why the other files can't be used."""

    def __repr__(self) -> str:
        return f"<LibraryListing of {len(self.procedures)} procedures, and {len(self.broken)} broken files>"


def list_procedures(workspace: OpenWorkspace) -> LibraryListing:
    """List the procedures of a workspace. Raises FileAccess where a folder of the library can't be read."""
    entries = overview(workspace.library.index().procedures, workspace.store).values()
    return LibraryListing(
        tuple(entry for entry in entries if not isinstance(entry, InvalidInput | FileAccess)),
        tuple(entry for entry in entries if isinstance(entry, InvalidInput | FileAccess)),
    )
