"""Opening a clinic's folder, with the cache of finished documents.

Guarantees: a cache that can't be used costs time and never a document: `Store.trouble` says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from consentkit.cache.store import Store, no_store, open_store
from consentkit.documents.opening import find_folder, open_folder, open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess
from consentkit.library.snapshot import Snapshot


def open_cache(place: str | Path | None = None, *, is_used: bool = True) -> Store:
    """Open the cache in a folder, at a URL, or the user's own; one that keeps nothing where it is not to be used.

    Raises WrongUse for a URL at which there can be none.
    """
    return open_store(place) if is_used else no_store()


def open_cache_to_look_after(place: str | Path | None = None) -> Store:
    """Open the cache in a folder, at a URL, or the user's. Raises FileAccess and WrongUse where there can be none."""
    store = open_store(place)
    if store.trouble:
        raise FileAccess(store.trouble)
    return store


def open_clinic(clinic: Path | None = None) -> OpenWorkspace:
    """Open a clinic's folder without a cache, as `open_workspace` does."""
    return open_workspace(clinic)


def open_for_a_run(clinic: Path | None, cache: Store) -> OpenWorkspace:
    """Open a clinic's folder for one run, which reads each file once. Raises what `open_workspace` raises."""
    return open_workspace(clinic, cache, snapshot=Snapshot())


def open_despite_faults(clinic: Path | None = None, cache: Store | None = None) -> OpenWorkspace:
    """Open a clinic's folder for one check: `folder.fault` is what is wrong with its particulars."""
    return open_workspace(clinic, cache, despite_faults=True, snapshot=Snapshot(holds_parsed=True))


class ClinicPlace(NamedTuple):
    """Where a clinic's folder and the cache are, wherever the program goes later."""

    folder: Path | None
    """The clinic's folder; None where there is none."""
    cache: Store


def settle(clinic: str | Path | None = None, cache: str | Path | None = None, *, is_cached: bool = True) -> ClinicPlace:
    """Find a clinic's folder as `open_workspace` does, and a cache as `open_cache` does, for many calls.

    Raises FileAccess or InvalidInput where the clinic's folder or its particulars can't be used.
    """
    place = settle_despite_faults(clinic, cache, is_cached=is_cached)
    open_for_a_call(place)
    return place


def settle_despite_faults(
    clinic: str | Path | None = None, cache: str | Path | None = None, *, is_cached: bool = True
) -> ClinicPlace:
    """Find them as `settle` does, also where the clinic's particulars have mistakes. Raises FileAccess."""
    folder, store = find_folder(clinic), open_cache(cache, is_used=is_cached)
    store.make_absolute()
    return ClinicPlace(folder.absolute() if folder else None, store)


def open_for_a_call(
    place: ClinicPlace, *, despite_faults: bool = False, snapshot: Snapshot | None = None
) -> OpenWorkspace:
    """Open a clinic's folder for one call, which reads each file once. `despite_faults` is for a check.

    `snapshot` is a new one, for whoever needs to know which files were read. Raises what `open_workspace` raises.
    """
    snapshot = snapshot or Snapshot(holds_parsed=despite_faults)
    return open_folder(place.folder, place.cache, despite_faults=despite_faults, snapshot=snapshot)
