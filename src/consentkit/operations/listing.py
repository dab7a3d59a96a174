"""What the library holds.

Guarantees: a file that can't be read does not hide the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput
from consentkit.library.overview import ListedDefinition, overview, translated_titles
from consentkit.operations.progress import Progress, ignore_progress


@dataclass(frozen=True)
class LibraryListing:
    """The procedures and papers of a library."""

    procedures: tuple[ListedDefinition, ...]
    """In the order of their codes."""
    papers: tuple[ListedDefinition, ...]
    """In the order of their names."""
    broken: tuple[InvalidInput | FileAccess, ...]
    """Why the other files can't be used."""

    def __repr__(self) -> str:
        there = f"{len(self.procedures)} procedures, {len(self.papers)} papers"
        return f"<LibraryListing of {there}, and {len(self.broken)} broken files>"


def list_procedures(workspace: OpenWorkspace, progress: Progress = ignore_progress) -> LibraryListing:
    """List the procedures and papers of a workspace. Raises FileAccess where a folder of the library can't be read.

    `progress` counts the definitions that have to be read: those that were not listed before.
    """
    library = workspace.library
    definitions = library.index().definitions
    entries = overview(definitions, library.risk_files(), workspace.store, progress=progress).values()
    good = [entry for entry in entries if not isinstance(entry, InvalidInput | FileAccess)]
    return LibraryListing(
        tuple(entry for entry in good if "code" in entry),
        tuple(entry for entry in good if "code" not in entry),
        tuple(entry for entry in entries if isinstance(entry, InvalidInput | FileAccess)),
    )


def titles_in(workspace: OpenWorkspace, language: str) -> dict[str, str]:
    """What procedures and papers are called in a language, by code or name, as far as they are translated."""
    return translated_titles(workspace.library.index().translations, language, workspace.store)
