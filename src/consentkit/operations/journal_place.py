"""Whether a clinic keeps a journal, and where.

Guarantees: nothing of what reads or writes journals is loaded to find this out, since most clinics keep none.
"""

from __future__ import annotations

from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace


def journal_folder(workspace: OpenWorkspace) -> Path | None:
    """Where the clinic's journal is, or will be; None where the clinic keeps none."""
    if not workspace.keeps_journal:
        return None
    settings, folder = workspace.folder.clinic.journal, workspace.folder.path
    return folder / settings.folder if settings and folder else None


def is_for_group(workspace: OpenWorkspace) -> bool:
    """Whether the group of a folder may read what is written into it."""
    return workspace.folder.clinic.files == "group"
