"""Opening a clinic's folder, with the cache of finished documents.

Guarantees: a cache that can't be used costs time and never a document: `Store.trouble` says why.
"""

from __future__ import annotations

from pathlib import Path

from consentkit.cache.store import Store, no_store, open_store
from consentkit.documents.workspace import OpenWorkspace, open_workspace
from consentkit.errors import FileAccess
from consentkit.library.snapshot import Snapshot


def open_cache(folder: Path | None = None, *, is_used: bool = True) -> Store:
    """Open the cache in a folder, or the user's own; one that keeps nothing where it is not to be used."""
    return open_store(folder) if is_used else no_store()


def open_cache_to_look_after(folder: Path | None = None) -> Store:
    """Open the cache in a folder, or the user's own. Raises FileAccess where there can be none."""
    store = open_store(folder)
    if store.trouble:
        raise FileAccess(store.trouble)
    return store


def open_clinic(clinic: Path | None = None) -> OpenWorkspace:
    """Open a clinic's folder without a cache, as `open_workspace` does."""
    return open_workspace(clinic)


def open_for_a_run(clinic: Path | None, cache: Store) -> OpenWorkspace:
    """Open a clinic's folder for one run, which reads each file once. Raises what `open_workspace` raises."""
    return open_workspace(clinic, cache, snapshot=Snapshot())


def open_despite_faults(clinic: Path | None = None) -> OpenWorkspace:
    """Open a clinic's folder for one check: `folder.fault` is what is wrong with its particulars."""
    return open_workspace(clinic, despite_faults=True, snapshot=Snapshot(holds_parsed=True))
